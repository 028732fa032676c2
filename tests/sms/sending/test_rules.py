"""What a message must pass before it is handed over: each reason is named, and nobody is written to after a stop."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from sms.carriers import BusyError, Failure, RejectedError, UncertainError
from sms.sending import outbox, rules
from sms.sending.delivery import Worker
from sms.sending.rules import Rules
from sms.settings import ChannelSettings
from survey_app import fieldwork
from survey_app.engine import Questionnaire
from survey_app.storage.database import writing
from survey_app.wavekeys import WaveKeys

from ..conftest import NUMBER, START, WAVE, Phone
from .carrying import OTHER, Carrier, put, rows, statuses

OUR_DOING = (outbox.INVITATION, outbox.REMINDER)
LAST_DAY = date(2026, 3, 31)
MIDNIGHT = datetime(2026, 4, 1, tzinfo=UTC)


def send(
    settings: ChannelSettings, engine: Engine, carrier: Carrier, at: datetime = START, **answers: Any
) -> Counter[str]:
    return Worker(settings, engine, {carrier.name: carrier}, lambda: at, Rules(**answers)).send()


@pytest.fixture
def carrier(database: Engine) -> Carrier:
    return Carrier(database)


def close(engine: Engine, form: Questionnaire) -> None:
    with writing(engine) as session:
        fieldwork.field(session, form, WAVE, date(2026, 3, 1), LAST_DAY, fieldwork.CLOSED)


@pytest.mark.parametrize("kind", outbox.KINDS)
@pytest.mark.parametrize("how", ["closed", "past its last day"])
def test_what_was_to_be_asked_is_not_asked_once_the_wave_is_over(
    settings: ChannelSettings, database: Engine, carrier: Carrier, form: Questionnaire, kind: str, how: str
) -> None:
    now = START + timedelta(hours=2) if how == "closed" else MIDNIGHT + timedelta(hours=2)
    put(settings, database, "one", wave=WAVE, kind=kind, due=now - timedelta(hours=1, seconds=1))
    if how == "closed":
        close(database, form)
    assert send(settings, database, carrier, now) == Counter({rules.ENDED: 1})
    assert (carrier.given, statuses(database), rows(database)[0].sealed) == ([], ["expired"], b"")


def test_on_its_last_day_a_wave_still_asks(settings: ChannelSettings, database: Engine, carrier: Carrier) -> None:
    now = MIDNIGHT - timedelta(seconds=1)
    put(settings, database, "one", wave=WAVE, kind=outbox.REMINDER, due=now)
    assert send(settings, database, carrier, now) == Counter(sent=1)


@pytest.mark.parametrize(("kind", "goes"), [(outbox.REPLY, True), (outbox.INVITATION, False), (outbox.REMINDER, False)])
def test_who_writes_after_the_close_is_answered_within_the_hour(
    settings: ChannelSettings, database: Engine, carrier: Carrier, form: Questionnaire, kind: str, goes: bool
) -> None:
    close(database, form)
    put(settings, database, "it is over", wave=WAVE, kind=kind)
    send(settings, database, carrier, START + timedelta(minutes=59))
    assert carrier.bodies == (["it is over"] if goes else [])


def test_an_answer_without_a_wave_goes_when_all_waves_are_over(
    settings: ChannelSettings, database: Engine, carrier: Carrier, form: Questionnaire
) -> None:
    close(database, form)
    put(settings, database, "stopped")
    assert send(settings, database, carrier, START + timedelta(hours=3)) == Counter(sent=1)


@pytest.mark.parametrize("kind", OUR_DOING)
def test_who_said_stop_gets_the_confirmation_and_nothing_of_our_own_doing(
    settings: ChannelSettings, database: Engine, carrier: Carrier, kind: str
) -> None:
    phone = Phone(settings, database)
    phone.text("trust")
    assert len(phone.text("STOP")) == 1
    put(settings, database, "come back", wave=WAVE, kind=kind)
    put(settings, database, "come", to=OTHER, wave=WAVE, kind=kind)
    assert send(settings, database, carrier, phone.now) == Counter({rules.OPTED_OUT: 1, "sent": 1})
    assert carrier.given == [(OTHER, "come")]
    assert "opted_out" in statuses(database)


def test_a_stop_that_came_while_the_waves_key_was_away_also_holds_back_what_it_could_not_withdraw(
    settings: ChannelSettings, database: Engine, carrier: Carrier, wave_keys: WaveKeys
) -> None:
    phone = Phone(settings, database)
    phone.text("trust")
    put(settings, database, "the next question", wave=WAVE)
    file = next(wave_keys.folder.glob(f"{WAVE}.key"))
    away = file.rename(file.with_suffix(".away"))
    assert len(phone.text("STOP")) == 1
    away.rename(file)
    send(settings, database, carrier, phone.now)
    assert carrier.given == []


def test_an_answer_to_what_somebody_asked_after_the_stop_goes(
    settings: ChannelSettings, database: Engine, carrier: Carrier
) -> None:
    phone = Phone(settings, database)
    phone.text("trust")
    phone.text("STOP")
    put(settings, database, "help", wave=WAVE)
    assert send(settings, database, carrier, phone.now) == Counter(sent=1)


@pytest.mark.parametrize("kind", OUR_DOING)
def test_our_own_doing_waits_for_the_end_of_the_quiet_hours_and_a_reply_does_not(
    settings: ChannelSettings, database: Engine, carrier: Carrier, kind: str
) -> None:
    ends = START + timedelta(hours=2)
    put(settings, database, "come", kind=kind)
    put(settings, database, "soon too late", to="+212600000003", kind=kind, expires=ends)
    put(settings, database, "answer", to=OTHER)
    quiet: dict[str, Any] = {"quiet": lambda now: ends if now < ends else None}
    assert send(settings, database, carrier, **quiet) == Counter({rules.QUIET: 2, "sent": 1})
    assert carrier.bodies == ["answer"]
    assert statuses(database) == ["queued", "expired", "sent"]
    assert rows(database)[0].attempts == 0
    assert send(settings, database, carrier, ends - timedelta(seconds=1), **quiet) == Counter()
    assert send(settings, database, carrier, ends, **quiet) == Counter(sent=1)


@pytest.mark.parametrize("kind", outbox.KINDS)
def test_a_number_that_had_its_share_waits(
    settings: ChannelSettings, database: Engine, carrier: Carrier, kind: str
) -> None:
    put(settings, database, "one", "two", kind=kind, wave=WAVE)
    had = Counter[tuple[str, str, str | None]]()

    def spent(_session: object, address: str, now: datetime, kind: str, wave: str | None) -> bool:
        return now < START + timedelta(hours=3) and had[address, kind, wave] >= 1

    def count(_session: object, address: str, _now: datetime, kind: str, wave: str | None) -> None:
        had[address, kind, wave] += 1

    answers: dict[str, Any] = {"spent": spent, "count": count}
    assert send(settings, database, carrier, **answers) == Counter({"sent": 1, rules.CAPPED: 1})
    assert had == Counter({(NUMBER, kind, WAVE): 1})
    for hours in (1, 2, 3):
        send(settings, database, carrier, START + timedelta(hours=hours), **answers)
    assert statuses(database) == ["sent", "sent"]
    assert had[NUMBER, kind, WAVE] == 2


def test_a_message_is_counted_once_however_often_it_is_tried(settings: ChannelSettings, database: Engine) -> None:
    put(settings, database, "one")
    counted: list[str] = []
    carrier = Carrier(database, BusyError(), BusyError())
    for minutes in (0, 1, 2):
        at = START + timedelta(minutes=minutes)
        send(settings, database, carrier, at, count=lambda *it: counted.append(it[1]), spent=lambda *_: bool(counted))
    assert (len(carrier.given), counted, statuses(database)) == (3, [NUMBER], ["sent"])


class Purse:
    """A budget of so many segments, and what was asked of it."""

    def __init__(self, segments: int) -> None:
        self.left = segments

    def reserve(self, _s: object, _channel: str, _wave: str | None, _day: date, segments: int, _messages: int) -> bool:
        if segments > self.left:
            return False
        self.left -= segments
        return True

    def release(self, _s: object, _channel: str, _wave: str | None, _day: date, segments: int, _messages: int) -> None:
        self.left += segments

    @property
    def answers(self) -> dict[str, Any]:
        return {"reserve": self.reserve, "release": self.release}


def test_when_the_budget_is_used_up_messages_wait_until_it_is_raised(
    settings: ChannelSettings, database: Engine, carrier: Carrier
) -> None:
    for n in range(40):
        put(settings, database, "one", to=f"+2126000001{n:02}", wave=WAVE)
    purse = Purse(5)
    assert send(settings, database, carrier, **purse.answers) == Counter({"sent": 5, rules.BUDGET: 35})
    assert purse.left == 0
    assert send(settings, database, carrier, **purse.answers) == Counter(), "it is said once"
    purse.left = 100
    assert send(settings, database, carrier, START + rules.BUDGET_WAITS, **purse.answers) == Counter(sent=35)
    assert purse.left == 65


@pytest.mark.parametrize(
    ("outcome", "left"),
    [(None, 9), (BusyError(), 10), (RejectedError(Failure.INVALID), 10), (UncertainError(), 9)],
)
def test_only_what_was_surely_not_sent_is_given_back(
    settings: ChannelSettings, database: Engine, outcome: Exception | None, left: int
) -> None:
    put(settings, database, "one", wave=WAVE)
    purse = Purse(10)
    send(settings, database, Carrier(database, outcome), **purse.answers)
    assert purse.left == left


@pytest.mark.parametrize(("askable", "left"), [(True, 10), (False, 9)])
def test_what_the_carrier_says_it_never_took_is_given_back(
    settings: ChannelSettings, database: Engine, askable: bool, left: int
) -> None:
    put(settings, database, "one", wave=WAVE, kind=outbox.INVITATION)
    purse = Purse(10)
    carrier = Carrier(database, UncertainError(), askable=askable)
    send(settings, database, carrier, **purse.answers)
    send(settings, database, carrier, START + outbox.LEASE + timedelta(seconds=1), **purse.answers)
    assert purse.left == left


def test_no_more_go_than_the_channel_takes_and_replies_go_first(
    settings: ChannelSettings, database: Engine, carrier: Carrier
) -> None:
    for n in range(20):
        kind = outbox.REPLY if n >= 17 else outbox.INVITATION
        put(settings, database, kind, to=f"+2126000001{n:02}", kind=kind)
    pace: dict[str, Any] = {"pace": lambda _session, _channel, wanted, _now: min(wanted, 5)}
    assert send(settings, database, carrier, **pace) == Counter({"sent": 5, rules.PACE: 15})
    assert Counter(carrier.bodies) == Counter(reply=3, invitation=2)


def test_a_wave_whose_key_cannot_be_read_waits_and_the_others_go(
    settings: ChannelSettings, database: Engine, carrier: Carrier, wave_keys: WaveKeys
) -> None:
    put(settings, database, "one", wave=WAVE)
    put(settings, database, "two", to=OTHER)
    file = next(wave_keys.folder.glob(f"{WAVE}.key"))
    key = file.read_bytes()
    file.write_bytes(b"short")
    try:
        assert send(settings, database, carrier) == Counter({"sent": 1, "key missing": 1})
    finally:
        file.write_bytes(key)
    assert send(settings, database, carrier, START + timedelta(minutes=1)) == Counter(sent=1)
    assert carrier.bodies == ["two", "one"]
