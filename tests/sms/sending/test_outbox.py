"""The outbox: in order, to one worker, forward only (faults 38, 40)."""

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from sms.sending import outbox
from sms.sending.delivery import tidy
from sms.settings import ChannelSettings
from survey_app.storage.database import writing

from ..conftest import START, WAVE
from ..delivering import deliver
from .carrying import OTHER, Carrier, keys_of, put, rows, statuses

FINAL = (outbox.DELIVERED, outbox.FAILED, outbox.EXPIRED)


def take(settings: ChannelSettings, engine: Engine, after: timedelta = timedelta(0)) -> outbox.Message | None:
    with writing(engine) as session:
        return outbox.take(session, settings.keyring, "twilio", START + after)


def settle(engine: Engine, message: int, status: str) -> bool:
    with writing(engine) as session:
        return outbox.settle(session, message, status)


def test_a_leased_message_is_nobody_elses(settings: ChannelSettings, database: Engine) -> None:
    put(settings, database, "one", "two")
    assert take(settings, database) is not None
    assert take(settings, database) is None


def test_a_reply_goes_before_the_invitations_that_were_due_before_it(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "come", kind=outbox.INVITATION)
    put(settings, database, "answer", to=OTHER, due=START + timedelta(minutes=1))
    message = take(settings, database, timedelta(minutes=1))
    assert message is not None
    assert message.body == "answer"


def test_fault_38_a_lease_that_ran_out_is_unknown_and_holds_back_what_comes_after_it(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "one", "two")
    assert take(settings, database) is not None
    assert take(settings, database, outbox.LEASE + timedelta(seconds=1)) is None
    assert statuses(database) == ["unknown", "queued"]
    assert rows(database)[0].sealed, "it may have to be sent again"


def test_a_worker_that_was_slow_and_not_dead_still_marks_what_it_sent(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "one")
    message = take(settings, database)
    put(settings, database, "for another", to=OTHER)
    assert message is not None
    assert take(settings, database, outbox.LEASE + timedelta(seconds=1)) is not None  # the other number's
    assert settle(database, message.id, outbox.SENT)
    assert (rows(database)[0].status, rows(database)[0].sealed) == ("sent", b"")


@pytest.mark.parametrize(("final", "later"), list(itertools.product(FINAL, outbox.FORWARD)))
def test_fault_40_a_final_status_never_goes_back(
    settings: ChannelSettings, database: Engine, final: str, later: str
) -> None:
    put(settings, database, "one")
    message = take(settings, database)
    assert message is not None
    assert settle(database, message.id, final)
    assert not settle(database, message.id, later)
    with writing(database) as session:
        assert outbox.put_off(session, message, START) == final
    assert rows(database)[0].status == final


@pytest.mark.parametrize("later", [outbox.SENT, outbox.DELIVERED, outbox.FAILED])
def test_fault_40_an_unknown_message_may_still_turn_out_otherwise(
    settings: ChannelSettings, database: Engine, later: str
) -> None:
    put(settings, database, "one")
    message = take(settings, database)
    assert message is not None
    assert settle(database, message.id, outbox.UNKNOWN)
    assert not settle(database, message.id, outbox.EXPIRED)
    assert settle(database, message.id, later)
    assert rows(database)[0].sealed == b""


def test_what_was_withdrawn_while_a_worker_had_it_is_not_sent_again(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "one", "two", wave=WAVE)
    message = take(settings, database)
    assert message is not None
    with writing(database) as session:
        assert outbox.withdraw(session, keys_of(settings.keyring).number(message.to)) == 1
        assert outbox.put_off(session, message, START) == outbox.FAILED
    assert statuses(database) == ["gave_up"]


def test_a_message_of_a_wave_whose_key_is_destroyed_expires(settings: ChannelSettings, database: Engine) -> None:
    put(settings, database, "one", wave=WAVE)
    settings.keyring.waves.destroy(WAVE)
    put(settings, database, "two", to=OTHER)
    message = take(settings, database)
    assert message is not None
    assert message.body == "two"
    assert statuses(database) == ["expired", "sending"]
    assert rows(database)[0].sealed == b""


def test_emptied_rows_are_deleted_after_some_days_and_what_waits_is_not(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "one")
    deliver(settings, database, Carrier(database), lambda: START)
    put(settings, database, "two")
    tidy(settings, database, START + timedelta(days=outbox.KEPT_DAYS))
    assert len(rows(database)) == 2
    tidy(settings, database, START + timedelta(days=outbox.KEPT_DAYS, minutes=2))
    assert statuses(database) == ["queued"]


def test_nobody_sees_a_number_or_a_text_in_what_python_prints(settings: ChannelSettings, database: Engine) -> None:
    put(settings, database, "a canary")
    message = take(settings, database)
    assert message is not None
    assert message.to not in repr(message)
    assert "canary" not in repr(message)


def test_fault_38_what_one_worker_learnt_too_late_does_not_take_a_message_from_another(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "one")
    first = take(settings, database)
    assert first is not None
    with writing(database) as session:
        assert outbox.put_off(session, first, START) == outbox.QUEUED
    assert take(settings, database, timedelta(minutes=1)) is not None
    with writing(database) as session:
        assert outbox.put_off(session, first, START) == outbox.SENDING
    assert statuses(database) == ["sending"]


@pytest.mark.parametrize("waits", ["due later", "due", "unknown"])
@pytest.mark.parametrize("kind", [outbox.INVITATION, outbox.REMINDER])
def test_what_we_begin_holds_back_no_reply_unless_it_is_on_its_way(
    settings: ChannelSettings, database: Engine, kind: str, waits: str
) -> None:
    put(settings, database, "our doing", kind=kind, due=START + timedelta(hours=waits == "due later"))
    after = timedelta(0)
    if waits == "unknown":
        first = take(settings, database)
        assert first is not None
        put(settings, database, "answer")
        assert take(settings, database) is None, "one message a person at a time"
        after = outbox.LEASE + timedelta(seconds=1)
    else:
        put(settings, database, "answer")
    message = take(settings, database, after)
    assert message is not None
    assert message.body == "answer"
    assert take(settings, database, after) is None, "one message a person at a time, whichever was first"
    assert settle(database, message.id, outbox.SENT)
    second = take(settings, database, after)
    assert (second and second.body) == ("our doing" if waits == "due" else None)


def test_what_we_begin_waits_for_every_reply_and_for_what_was_tried_before_it(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "come", kind=outbox.INVITATION)
    invitation = take(settings, database)
    assert invitation is not None
    with writing(database) as session:
        assert outbox.put_off(session, invitation, START) == outbox.QUEUED
    put(settings, database, "still open", kind=outbox.REMINDER)
    assert take(settings, database) is None, "the invitation was tried, and comes first"
    put(settings, database, "answer", due=START + timedelta(minutes=5))
    assert take(settings, database, timedelta(minutes=1)) is None, "a reply is to come"
    bodies = []
    while message := take(settings, database, timedelta(minutes=5)):
        bodies.append(message.body)
        settle(database, message.id, outbox.SENT)
    assert bodies == ["answer", "come", "still open"]


def test_replies_go_in_their_order_though_the_first_was_put_off(settings: ChannelSettings, database: Engine) -> None:
    put(settings, database, "one", due=START + timedelta(minutes=5))
    put(settings, database, "two")
    assert take(settings, database) is None
    message = take(settings, database, timedelta(minutes=5))
    assert message is not None
    assert message.body == "one"


def test_what_is_overdue_is_not_taken_though_nobody_has_marked_it(settings: ChannelSettings, database: Engine) -> None:
    put(settings, database, "one", expires=START + timedelta(hours=1))
    assert take(settings, database, timedelta(hours=1)) is None


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)  # SQLite has one writer at a time
def test_two_workers_never_have_a_reminder_and_a_reply_of_one_person_at_once(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "still open", kind=outbox.REMINDER)
    with writing(database) as first:
        reminder = outbox.take(first, settings.keyring, "twilio", START)
        assert reminder is not None
        put(settings, database, "answer")
        assert take(settings, database) is None
    assert take(settings, database) is None
    settle(database, reminder.id, outbox.SENT)
    assert take(settings, database) is not None
