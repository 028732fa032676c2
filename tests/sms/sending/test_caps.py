"""Caps: how often a number is written to is bounded, also by echoes, and not told by what is stored (fault 37)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, update
from sqlmodel import col, select

from sms.sending import caps
from sms.sending.outbox import INVITATION, REMINDER, REPLY
from sms.settings import ChannelSettings
from survey_app import fieldwork
from survey_app.engine import Questionnaire
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import TallyRow, WaveRow

from ..conftest import NUMBER, START, WAVE

LIMITS = caps.Limits(day=2, month=3, survey=4, replies_a_day=5)
OTHER = "+212600000002"
Send = Callable[..., int]


@pytest.fixture
def send(settings: ChannelSettings, database: Engine) -> Send:
    """Send as often as one may, up to ten times; how often that was."""

    def sent(
        now: datetime, kind: str = REMINDER, wave: str | None = WAVE, to: str = NUMBER, limits: caps.Limits = LIMITS
    ) -> int:
        for done in range(10):
            with writing(database) as session:
                if caps.spent(session, settings.keys, to, now, limits, kind, wave):
                    return done
                caps.count(session, settings.keys, to, now, kind, wave)
        return 10

    return sent


def test_our_own_doing_is_bounded_by_day_by_month_and_by_survey(send: Send) -> None:
    assert [send(START + timedelta(days=day)) for day in range(4)] == [2, 1, 0, 0]
    assert send(datetime.fromisoformat("2026-04-01T09:00+00:00")) == 1
    assert send(datetime.fromisoformat("2026-05-01T09:00+00:00")) == 0
    assert send(datetime.fromisoformat("2026-05-01T09:00+00:00"), wave="another") == 2


def test_invitations_and_reminders_count_together_and_each_number_for_itself(send: Send) -> None:
    assert send(START, INVITATION) == 2
    assert send(START, REMINDER) == 0
    assert send(START, REMINDER, to=OTHER) == 2


def test_fault_37_two_machines_that_answer_each_other_are_stopped_for_the_day(send: Send) -> None:
    assert send(START, REPLY) == LIMITS.replies_a_day
    assert send(START, REPLY, wave=None) == 0
    assert send(START) == 2
    assert send(START + timedelta(days=1), REPLY) == LIMITS.replies_a_day


def test_a_limit_of_nothing_lets_nothing_through(send: Send) -> None:
    assert send(START, limits=caps.Limits(0, 9, 9, 9)) == 0
    assert send(START, limits=caps.Limits(9, 9, 0, 9)) == 0
    assert send(START, wave=None, limits=caps.Limits(9, 9, 0, 9)) == 9


def test_no_two_periods_name_a_number_alike_and_none_names_it(
    send: Send, settings: ChannelSettings, database: Engine
) -> None:
    send(START)
    send(START, REPLY)
    send(START + timedelta(days=1))
    with reading(database) as session:
        rows = session.exec(select(TallyRow)).all()
    assert len({row.person for row in rows}) == len(rows) == 5
    assert settings.keys.number(NUMBER) not in {row.person for row in rows}
    assert not any(NUMBER[1:] in row.person + row.period for row in rows)


def test_what_is_over_is_deleted_and_what_counts_is_kept(
    send: Send, settings: ChannelSettings, database: Engine, form: Questionnaire
) -> None:
    long = "a-wave-with-a-name-of-forty-letters-2026"
    with writing(database) as session:
        fieldwork.field(session, form, long, date(2026, 4, 1), date(2026, 4, 30), fieldwork.PLANNED)
    send(START)
    send(START, wave=long, to=OTHER)
    send(START, REPLY)
    left = []
    for today, closed in (("2026-03-02", None), ("2026-03-03", None), ("2026-04-01", None), ("2026-04-01", WAVE)):
        with writing(database) as session:
            close = update(WaveRow).where(col(WaveRow.id) == closed).values(state=fieldwork.CLOSED)
            session.connection().execute(close)
            caps.purge(session, date.fromisoformat(today))
            left.append(len(session.exec(select(TallyRow)).all()))
    assert left == [7, 4, 2, 1]
    assert send(START + timedelta(days=40), wave=long, to=OTHER) == 2


def test_several_processes_together_never_send_one_too_many(settings: ChannelSettings, database: Engine) -> None:
    limits = caps.Limits(10, 10, 10, 10)

    def try_once(_: int) -> bool:
        with writing(database) as session:
            if caps.spent(session, settings.keys, NUMBER, START, limits, REMINDER, WAVE):
                return False
            caps.count(session, settings.keys, NUMBER, START, REMINDER, WAVE)
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(try_once, range(24))) == 10


def test_the_first_two_of_a_period_are_both_counted_though_neither_saw_the_other(
    settings: ChannelSettings, database: Engine
) -> None:
    def count() -> None:
        with writing(database) as session:
            caps.count(session, settings.keys, NUMBER, START, REPLY, None)

    with ThreadPoolExecutor(1) as pool:
        with writing(database) as session:
            caps.count(session, settings.keys, NUMBER, START, REPLY, None)
            other = pool.submit(count)
            wait([other], timeout=0.3)  # it waits for this transaction
        other.result()
    with reading(database) as session:
        assert session.exec(select(TallyRow.messages)).all() == [2]


def test_what_is_counted_at_once_without_asking_is_not_lost(settings: ChannelSettings, database: Engine) -> None:
    def count(_: int) -> None:
        with writing(database) as session:
            caps.count(session, settings.keys, NUMBER, START, REPLY, None)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(20)))
    with reading(database) as session:
        assert session.exec(select(TallyRow.messages)).all() == [20]
