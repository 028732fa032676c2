"""The worker: in order, at once, again later, never twice blindly (faults 38, 39)."""

import threading
import time
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from sms.carriers import BusyError, Failure, Outgoing, RejectedError, Sent, UncertainError
from sms.sending import outbox
from sms.sending.delivery import BATCH, SKEW, Worker
from sms.sending.rules import Rules
from sms.settings import ChannelSettings
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import CarrierCopyRow, ConversationRow

from ..conftest import NUMBER, START, WAVE, Phone
from ..delivering import deliver
from .carrying import OTHER, Carrier, invited, put, rows, statuses

AFTER_LEASE = START + outbox.LEASE + timedelta(seconds=1)
OUR_DOING = (outbox.INVITATION, outbox.REMINDER)


def run(settings: ChannelSettings, engine: Engine, carrier: Carrier, at: datetime = START) -> Counter[str]:
    return deliver(settings, engine, carrier, lambda: at)


def died(settings: ChannelSettings, engine: Engine, at: datetime = START) -> outbox.Message:
    """A worker leases a message and is never heard of again."""
    with writing(engine) as session:
        message = outbox.take(session, settings.keyring, "twilio", at)
    assert message is not None
    return message


def test_what_was_sent_is_marked_with_a_hash_of_the_carriers_reference_and_emptied(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "one", "two")
    carrier = Carrier(database)
    assert run(settings, database, carrier) == Counter(sent=2)
    assert carrier.given == [(NUMBER, "one"), (NUMBER, "two")]
    marks = [(row.status, row.attempts, row.reference, row.sealed) for row in rows(database)]
    assert marks == [("sent", 1, settings.keys.message("twilio", f"SM{n}"), b"") for n in (1, 2)]
    assert run(settings, database, carrier) == Counter()


def test_one_number_gets_its_messages_in_order_and_another_does_not_wait_for_it(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "one", "two")
    put(settings, database, "three", to=OTHER)
    carrier = Busy(database, "one")
    assert run(settings, database, carrier) == Counter(queued=1, sent=1)
    assert sorted(carrier.bodies) == ["one", "three"]
    carrier.never = ""
    assert run(settings, database, carrier, START + timedelta(minutes=1)) == Counter(sent=2)
    assert carrier.bodies[2:] == ["one", "two"]


class Busy(Carrier):
    """Takes everything but one text."""

    def __init__(self, engine: Engine, never: str) -> None:
        super().__init__(engine)
        self.never = never

    def send(self, message: Outgoing) -> Sent:
        self.outcomes = [BusyError()] if message.body == self.never else []
        return super().send(message)


def test_many_people_are_written_to_at_once_and_a_slow_answer_holds_back_no_mark(
    settings: ChannelSettings, database: Engine
) -> None:
    class Slow(Carrier):
        together = threading.Barrier(8)

        def send(self, message: Outgoing) -> Sent:
            self.together.wait(5)
            if message.body == "0":
                deadline = time.monotonic() + 5
                while statuses(database).count("sent") < 7 and time.monotonic() < deadline:
                    time.sleep(0.01)
                assert statuses(database).count("sent") == 7
            return super().send(message)

    for n in range(8):
        put(settings, database, str(n), to=f"+21260000010{n}")
    assert run(settings, database, Slow(database)) == Counter(sent=8)


def test_fault_39_a_busy_carrier_is_asked_later_each_time_and_given_up_in_the_end(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "one")
    carrier = Carrier(database, *(BusyError() for _ in range(99)))
    tried: list[float] = []
    counts = Counter[str]()
    now = START
    while (row := rows(database)[0]).status == outbox.QUEUED:
        now = max(now, row.due)
        tried.append((now - START).total_seconds())
        counts += run(settings, database, carrier, now)
    waits = [after - before for before, after in pairwise(tried)]
    expected = [min(15 * 2**n, 1800) for n in range(len(waits))]
    assert all(least <= wait <= 1.5 * least for least, wait in zip(expected, waits, strict=True))
    assert any(wait > least for least, wait in zip(expected, waits, strict=True)), "workers would come all at once"
    assert 11.2 * 3600 < tried[-1] < 12 * 3600
    assert counts == Counter(queued=len(waits), failed=1)
    assert (statuses(database), rows(database)[0].sealed) == (["gave_up"], b"")


@pytest.mark.parametrize(("tried", "status"), [(True, "gave_up"), (False, "expired")])
def test_fault_39_what_no_worker_could_send_in_time_is_not_sent_late(
    settings: ChannelSettings, database: Engine, tried: bool, status: str
) -> None:
    put(settings, database, "one", expires=START + timedelta(hours=1))
    if tried:
        run(settings, database, Carrier(database, BusyError()))
    carrier = Carrier(database)
    assert run(settings, database, carrier, START + timedelta(hours=2)).total() == 1
    assert carrier.given == []
    assert statuses(database) == [status]


def test_fault_39_a_carrier_that_takes_nothing_is_left_alone_after_one_batch(
    settings: ChannelSettings, database: Engine
) -> None:
    for n in range(BATCH + 8):
        put(settings, database, "one", to=f"+2126000001{n:02}")
    carrier = Carrier(database, *(BusyError() for _ in range(99)))
    assert run(settings, database, carrier) == Counter(queued=BATCH)


def test_fault_39_a_fault_in_the_carriers_own_code_leaves_one_message_unknown_and_no_worker_dead(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "one")
    assert run(settings, database, Carrier(database, ZeroDivisionError())) == Counter(unknown=1)


def test_fault_38_a_worker_that_slept_through_half_its_lease_hands_over_nothing(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "one")
    carrier = Carrier(database)

    def slept() -> datetime:
        return START + timedelta(seconds=31 if statuses(database) == ["sending"] else 0)

    assert deliver(settings, database, carrier, slept) == Counter(queued=1)
    assert carrier.given == []


@pytest.mark.parametrize("doubt", ["died", "no answer"])
@pytest.mark.parametrize("kind", outbox.KINDS)
def test_fault_38_the_carrier_says_that_it_took_a_message_and_it_is_not_sent_again(
    settings: ChannelSettings, database: Engine, kind: str, doubt: str
) -> None:
    put(settings, database, "one", kind=kind)
    carrier = Carrier(database, UncertainError(), askable=True)
    message = died(settings, database) if doubt == "died" else None
    if not message:
        assert run(settings, database, carrier) == Counter(unknown=1)
    carrier.taken[rows(database)[0].token or ""] = "SM7"
    assert run(settings, database, carrier, START + timedelta(seconds=30)) == Counter(), "not asked before a pause"
    assert run(settings, database, carrier, AFTER_LEASE) == Counter(sent=1)
    assert carrier.asked == [START - SKEW]
    assert carrier.given == ([] if message else [(NUMBER, "one")])
    assert rows(database)[0].reference == settings.keys.message("twilio", "SM7")
    with reading(database) as session:
        assert len(session.exec(select(CarrierCopyRow)).all()) == 1


@pytest.mark.parametrize("doubt", ["died", "no answer"])
@pytest.mark.parametrize("kind", outbox.KINDS)
def test_fault_38_the_carrier_says_that_it_took_nothing_and_it_is_sent_again(
    settings: ChannelSettings, database: Engine, kind: str, doubt: str
) -> None:
    put(settings, database, "one", kind=kind)
    carrier = Carrier(database, *([] if doubt == "died" else [UncertainError()]), askable=True)
    if doubt == "died":
        died(settings, database)
    else:
        run(settings, database, carrier)
    assert run(settings, database, carrier, AFTER_LEASE) == Counter(queued=1)
    assert run(settings, database, carrier, AFTER_LEASE + timedelta(minutes=2)) == Counter(sent=1)


@pytest.mark.parametrize("doubt", ["died", "no answer"])
def test_fault_38_without_an_answer_a_reply_goes_once_more_and_is_then_unknown(
    settings: ChannelSettings, database: Engine, doubt: str
) -> None:
    put(settings, database, "one")
    busy = Carrier(database, BusyError(), BusyError())  # surely not taken: that counts for nothing here
    run(settings, database, busy)
    run(settings, database, busy, START + timedelta(minutes=1))
    carrier, now = Carrier(database, UncertainError(), UncertainError()), START + timedelta(minutes=5)
    sent = []
    for _ in range(12):
        if doubt == "died":
            with writing(database) as session:
                if message := outbox.take(session, settings.keyring, "twilio", now):
                    sent.append(message.body)
        run(settings, database, carrier, now)
        now += timedelta(minutes=2)
    assert [*sent, *carrier.bodies] == ["one", "one"]
    assert (statuses(database), rows(database)[0].sealed) == (["unknown"], b"")


@pytest.mark.parametrize("doubt", ["died", "no answer"])
@pytest.mark.parametrize("kind", OUR_DOING)
def test_fault_38_without_an_answer_our_own_doing_never_goes_twice(
    settings: ChannelSettings, database: Engine, kind: str, doubt: str
) -> None:
    put(settings, database, "one", kind=kind)
    carrier = Carrier(database, UncertainError())
    if doubt == "died":
        died(settings, database)
    for after in (timedelta(0), outbox.LEASE + timedelta(seconds=1), timedelta(hours=1), timedelta(days=2)):
        run(settings, database, carrier, START + after)
    assert len(carrier.given) == (0 if doubt == "died" else 1)
    assert (statuses(database), rows(database)[0].sealed) == (["unknown"], b"")


def test_a_carrier_that_cannot_be_asked_now_is_asked_later_until_it_is_too_late(
    settings: ChannelSettings, database: Engine
) -> None:
    class Away(Carrier):
        def find(self, message: Outgoing, since: datetime) -> Sent | None:
            self.asked.append(since)
            raise BusyError

    put(settings, database, "one", kind=outbox.INVITATION)
    died(settings, database)
    carrier, now = Away(database), AFTER_LEASE
    worker = Worker(settings, database, {"twilio": carrier}, lambda: now)
    for _ in range(3):
        assert worker.send() == Counter()
    assert carrier.asked == [START - SKEW], "not again at once"
    now += timedelta(minutes=1)
    worker.send()
    assert carrier.asked == [START - SKEW] * 2
    assert rows(database)[0].sealed
    now = START + timedelta(days=3)
    assert worker.send() == Counter(unknown=1)
    assert rows(database)[0].sealed == b""


def test_the_next_message_waits_until_the_one_before_it_is_known(settings: ChannelSettings, database: Engine) -> None:
    put(settings, database, "one", "two")
    carrier = Carrier(database, UncertainError(), askable=True)
    assert run(settings, database, carrier) == Counter(unknown=1)
    now = AFTER_LEASE
    for _ in range(3):
        run(settings, database, carrier, now)
        now += timedelta(minutes=2)
    assert carrier.bodies == ["one", "one", "two"]


def test_a_person_who_told_the_carrier_to_stop_has_stopped(
    settings: ChannelSettings, database: Engine, phone: Phone
) -> None:
    phone.text("trust")
    put(settings, database, "one", "two", wave=WAVE)
    carrier = Carrier(database, RejectedError(Failure.OPTED_OUT))
    assert run(settings, database, carrier) == Counter(failed=1)
    assert carrier.bodies == ["one"]
    assert statuses(database)[-1] == "opted_out"
    assert phone.text("1") == []
    with reading(database) as session:
        states = {row.state: bool(row.sealed) for row in session.exec(select(ConversationRow))}
    assert states == {"refused": True, "stopped": False}, "her case, in which she answered nothing, and her number"


@pytest.mark.parametrize("failure", sorted(set(Failure) - {Failure.OPTED_OUT}))
def test_another_refusal_fails_this_message_only_and_is_named(
    settings: ChannelSettings, database: Engine, failure: Failure
) -> None:
    put(settings, database, "one", "two")
    assert run(settings, database, Carrier(database, RejectedError(failure))) == Counter(failed=1, sent=1)
    assert statuses(database) == [failure.value, "sent"]


def test_a_copy_at_the_carrier_is_noted_for_everything_it_took(settings: ChannelSettings, database: Engine) -> None:
    put(settings, database, "one", "two")
    run(settings, database, Carrier(database, RejectedError(Failure.INVALID)))
    with reading(database) as session:
        assert len(session.exec(select(CarrierCopyRow)).all()) == 1


def test_the_channel_that_steps_in_sends_and_is_the_one_that_is_asked(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "one", wave=WAVE)
    first, second = Carrier(database), Carrier(database, UncertainError(), askable=True, name="second")
    now, noted = START, []
    rules = Rules(
        choose=lambda *_: "second",
        note=lambda _session, name, taken, refused, _now: noted.append((name, taken, refused)),
    )
    worker = Worker(settings, database, {"twilio": first, "second": second}, lambda: now, rules)
    assert worker.send() == Counter(unknown=1)
    now = AFTER_LEASE
    worker.send()
    now += timedelta(minutes=1)
    assert worker.send() == Counter(sent=1)
    assert (first.given, first.asked, len(second.given), len(second.asked)) == ([], [], 2, 1)
    assert noted == [("second", 0, 1), ("second", 1, 0)]


@pytest.mark.parametrize(
    ("outcome", "delivery"),
    [
        (None, "sent"),
        (UncertainError(), "unknown"),
        (RejectedError(Failure.LANDLINE), "landline"),
        (BusyError(), "gave_up"),
    ],
)
def test_what_became_of_an_invitation_stands_beside_the_case(
    settings: ChannelSettings, database: Engine, outcome: Exception | None, delivery: str
) -> None:
    invited(settings, database)
    put(settings, database, "come", wave=WAVE, kind=outbox.INVITATION, expires=START + timedelta(seconds=10))
    run(settings, database, Carrier(database, outcome))
    with reading(database) as session:
        assert session.exec(select(ConversationRow.delivery)).one() == delivery
