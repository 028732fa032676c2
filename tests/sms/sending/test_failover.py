"""Failover: a channel that refuses rests, another of its kind steps in, and nothing goes to and fro (fault 39)."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from sms.carriers.declared import Adapter, Channel
from sms.sending import failover, pace
from survey_app.engine import Mode
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import ChannelRow

from ..conftest import START

FIRST = Channel("first", Adapter.PRETENDED, failover="second")
SECOND = Channel("second", Adapter.PRETENDED, failover="first")
CHANNELS = {"first": FIRST, "second": SECOND}


def note(engine: Engine, taken: int, refused: int, minutes: float = 0, name: str = "first") -> None:
    with writing(engine) as session:
        failover.note(session, name, taken, refused, START + timedelta(minutes=minutes))


def chosen(engine: Engine, minutes: float = 0, name: str = "first", channels: Mapping[str, Channel] = CHANNELS) -> str:
    with writing(engine) as session:
        return failover.choose(session, channels, name, START + timedelta(minutes=minutes))


def rest(engine: Engine) -> float:
    """How many minutes the first channel rests, all told."""
    with reading(engine) as session:
        row = session.exec(select(ChannelRow).where(ChannelRow.id == "first")).one()
    assert row.resting is not None
    return (row.resting - row.counted).total_seconds() / 60


@pytest.mark.parametrize(
    ("taken", "refused", "name"),
    [(0, 0, "first"), (0, 19, "first"), (10, 10, "second"), (11, 10, "first"), (0, 20, "second"), (500, 499, "first")],
)
def test_a_channel_rests_once_half_of_twenty_or_more_were_refused(
    engine: Engine, taken: int, refused: int, name: str
) -> None:
    note(engine, taken, refused)
    assert chosen(engine) == name


def test_refusals_are_added_up_over_five_minutes_and_no_longer(engine: Engine) -> None:
    for minutes in range(4):
        note(engine, 2, 2, minutes)
    note(engine, 0, 3, 4.9)
    assert chosen(engine, 4.9) == "first"
    note(engine, 0, 10, 5)
    assert chosen(engine, 5) == "first"
    note(engine, 0, 10, 9)
    assert chosen(engine, 9) == "second"


def test_a_rest_ends_and_is_twice_as_long_each_time_it_fails_again_at_once_up_to_an_hour(engine: Engine) -> None:
    now, rests = 0.0, []
    for _ in range(6):
        note(engine, 0, 20, now)
        assert chosen(engine, now) == "second"
        rests.append(rest(engine))
        now += rests[-1]
        assert chosen(engine, now - 0.1) == "second"
        assert chosen(engine, now) == "first"
    assert rests == [5, 10, 20, 40, 60, 60]
    note(engine, 19, 1, now)
    note(engine, 20, 0, now + 5)  # it held: the next rest is a short one again
    note(engine, 0, 20, now + 6)
    assert rest(engine) == 5


def test_long_after_a_rest_refusals_are_added_up_as_before_it(engine: Engine) -> None:
    note(engine, 0, 20)
    for minutes in (60, 61):
        note(engine, 0, 10, minutes)
    assert chosen(engine, 61) == "second"
    assert rest(engine) == 5


def test_counting_starts_anew_after_a_rest_and_what_comes_in_it_is_not_counted(engine: Engine) -> None:
    note(engine, 10, 10)
    note(engine, 0, 99, 3)
    note(engine, 0, 19, 5)
    assert chosen(engine, 5) == "first"
    note(engine, 0, 1, 6)
    assert chosen(engine, 6) == "second"
    assert rest(engine) == 10


def test_where_both_fail_the_first_is_kept(engine: Engine) -> None:
    note(engine, 0, 20)
    note(engine, 0, 20, 1, "second")
    assert [chosen(engine, minutes) for minutes in (1, 2, 3, 4)] == ["first"] * 4
    assert chosen(engine, 1, "second") == "second"


@pytest.mark.parametrize(
    "other",
    [None, replace(SECOND, mode=Mode.WHATSAPP), replace(SECOND, two_way=False)],
    ids=["none", "another mode", "nobody can answer"],
)
def test_no_channel_of_another_kind_steps_in(engine: Engine, other: Channel | None) -> None:
    note(engine, 0, 20)
    first = FIRST if other else replace(FIRST, failover=None)
    assert chosen(engine, channels={"first": first, "second": other or SECOND}) == "first"


def test_several_processes_together_lose_no_refusal(engine: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: note(engine, 0, 1), range(19)))
    assert chosen(engine) == "first"
    note(engine, 0, 1)
    assert chosen(engine) == "second"


def test_a_channel_is_silent_once_nothing_was_heard_for_half_an_hour_after_it_was_handed_something(
    engine: Engine,
) -> None:
    def silent(minutes: float, channels: Mapping[str, Channel] = CHANNELS) -> list[str]:
        with reading(engine) as session:
            return failover.silent(session, channels, START + timedelta(minutes=minutes))

    def hear(minutes: float) -> None:
        with writing(engine) as session:
            failover.heard(session, "first", START + timedelta(minutes=minutes))

    note(engine, 0, 5)
    assert silent(300) == []  # nothing was handed over
    note(engine, 1, 0, 3)
    note(engine, 1, 0, 32)  # the first that waits counts, not the last
    assert [silent(minutes) for minutes in (33, 39.9, 40, 99)] == [[], [], ["first"], ["first"]]
    deaf = replace(FIRST, receipts=False, two_way=False)
    assert silent(99, {"first": deaf}) == []
    hear(45)
    assert silent(300) == []
    note(engine, 1, 0, 60)
    assert [silent(minutes) for minutes in (89, 100)] == [[], ["first"]]


def test_no_time_of_a_text_is_kept_more_exactly_than_to_ten_minutes(engine: Engine) -> None:
    note(engine, 1, 0, 13.7)
    with writing(engine) as session:
        failover.heard(session, "first", START + timedelta(minutes=29.9))
        failover.heard(session, "second", START)
        row = session.exec(select(ChannelRow)).one()
        assert (row.handed, row.heard) == (START + timedelta(minutes=10), START + timedelta(minutes=20))
        failover.heard(session, "first", START + timedelta(minutes=1))
        session.expire_all()
        assert session.exec(select(ChannelRow.heard)).one() == START + timedelta(minutes=20)


def test_pace_and_failover_share_a_row_that_either_may_make(engine: Engine) -> None:
    note(engine, 1, 1)
    with writing(engine) as session:
        assert pace.take(session, replace(FIRST, rate=7), 9, START) == 7
    note(engine, 9, 9)
    assert chosen(engine) == "second"
