"""The outbox: in order, to one worker, forward only, none lost, none sent twice blindly (faults 38, 39, 40)."""

from collections import Counter
from datetime import timedelta
from functools import partial
from operator import add

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from sms.carriers import OPTED_OUT, BusyError, RejectedError, Sent, UncertainError
from sms.sending import outbox
from sms.sending.delivery import deliver, tidy
from sms.settings import ChannelSettings
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import ConversationRow, OutboxRow

from ..conftest import NUMBER, START, Phone

OTHER = "+212600000002"


class Carrier:
    """A carrier that does as it is told, and remembers what it was given."""

    name = "twilio"

    def __init__(self, engine: Engine, *outcomes: Exception | None) -> None:
        self.engine, self.outcomes, self.given = engine, list(outcomes), []  # type: ignore[var-annotated]  # texts

    def send(self, to: str, body: str) -> Sent:
        self.given.append((to, body))
        with writing(self.engine):
            pass  # would wait for ever if the worker still held the database
        if outcome := self.outcomes.pop(0) if self.outcomes else None:
            raise outcome
        return Sent(f"SM{len(self.given)}")


def put(settings: ChannelSettings, engine: Engine, *bodies: str, to: str = NUMBER) -> None:
    with writing(engine) as session:
        outbox.queue(session, settings.keys, "twilio", to, bodies, START)


def take(settings: ChannelSettings, engine: Engine, after: timedelta = timedelta(0)) -> outbox.Message | None:
    with writing(engine) as session:
        return outbox.take(session, settings.keys, "twilio", START + after)


def rows(engine: Engine) -> list[tuple[str, int, str | None, bytes]]:
    with reading(engine) as session:
        found = session.exec(select(OutboxRow).order_by(OutboxRow.id)).all()  # type: ignore[arg-type]  # a column
        return [(row.status, row.attempts, row.reference, row.sealed) for row in found]


def test_what_was_sent_is_marked_with_the_carriers_reference_and_emptied(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "one", "two")
    carrier = Carrier(database)
    assert deliver(settings, database, carrier, lambda: START) == Counter(sent=2)
    assert carrier.given == [(NUMBER, "one"), (NUMBER, "two")]
    assert rows(database) == [("sent", 1, "SM1", b""), ("sent", 1, "SM2", b"")]
    assert deliver(settings, database, carrier, lambda: START) == Counter()


def test_one_number_gets_its_messages_in_order_and_another_does_not_wait_for_it(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "one", "two")
    put(settings, database, "three", to=OTHER)
    carrier = Carrier(database, BusyError())
    assert deliver(settings, database, carrier, lambda: START) == Counter(queued=1, sent=1)
    assert [body for _, body in carrier.given] == ["one", "three"]
    assert deliver(settings, database, carrier, lambda: START + timedelta(minutes=1)) == Counter(sent=2)
    assert [body for _, body in carrier.given] == ["one", "three", "one", "two"]


def test_a_leased_message_is_nobody_elses(settings: ChannelSettings, database: Engine) -> None:
    put(settings, database, "one", "two")
    assert take(settings, database) is not None
    assert take(settings, database) is None


def test_after_a_worker_died_the_message_goes_once_more_and_is_then_unknown(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "one")
    lease = outbox.LEASE + timedelta(seconds=1)
    first = take(settings, database)
    again = take(settings, database, lease)
    assert first is not None
    assert again is not None
    assert (again.id, again.body, again.attempts) == (first.id, "one", 2)
    assert take(settings, database, 2 * lease) is None
    assert rows(database) == [("unknown", 2, None, b"")]


def test_a_worker_that_was_slow_and_not_dead_still_marks_what_it_sent(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "one")
    message = take(settings, database)
    put(settings, database, "for another", to=OTHER)
    lease = outbox.LEASE + timedelta(seconds=1)
    assert message is not None
    with writing(database) as session:
        assert outbox.settle(session, message.id, outbox.SENT, "SM1")
    assert take(settings, database, lease) is not None  # the other number's
    assert rows(database)[0] == ("sent", 1, "SM1", b"")


def test_a_busy_carrier_is_asked_later_each_time_and_given_up_in_the_end(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "one")
    carrier = Carrier(database, *(BusyError() for _ in range(99)))
    tried: list[int] = []
    counts = Counter[str]()
    for seconds in range(0, 3 * 3600, 15):
        before = len(carrier.given)
        counts += deliver(settings, database, carrier, partial(add, START, timedelta(seconds=seconds)))
        tried += [seconds] * (len(carrier.given) - before)
    assert tried == [0, 15, 45, 105, 225, 465, 945, 1905]
    assert counts == Counter(queued=outbox.MAX_ATTEMPTS - 1, failed=1)
    assert rows(database) == [("failed", outbox.MAX_ATTEMPTS, None, b"")]


def test_what_may_have_been_sent_is_not_sent_again(settings: ChannelSettings, database: Engine) -> None:
    put(settings, database, "one")
    carrier = Carrier(database, UncertainError())
    assert deliver(settings, database, carrier, lambda: START) == Counter(unknown=1)
    assert deliver(settings, database, carrier, lambda: START + timedelta(days=1)) == Counter()
    assert rows(database) == [("unknown", 1, None, b"")]


def test_a_person_who_told_the_carrier_to_stop_has_stopped(
    settings: ChannelSettings, database: Engine, phone: Phone
) -> None:
    phone.text("trust")
    put(settings, database, "one", "two")
    carrier = Carrier(database, RejectedError(OPTED_OUT))
    assert deliver(settings, database, carrier, lambda: START) == Counter(failed=1)
    assert carrier.given == [(NUMBER, "one")]
    assert phone.text("1") == []
    with reading(database) as session:
        assert set(session.exec(select(ConversationRow.state)).all()) == {"stopped"}


def test_another_refusal_fails_this_message_only(settings: ChannelSettings, database: Engine, phone: Phone) -> None:
    phone.text("trust")
    put(settings, database, "one", "two")
    assert deliver(settings, database, Carrier(database, RejectedError(21211)), lambda: START) == Counter(
        failed=1, sent=1
    )
    assert len(phone.text("1")) == 1


@pytest.mark.parametrize("final", [outbox.SENT, outbox.FAILED])
def test_a_final_status_never_goes_back(settings: ChannelSettings, database: Engine, final: str) -> None:
    put(settings, database, "one")
    message = take(settings, database)
    assert message is not None
    with writing(database) as session:
        assert outbox.settle(session, message.id, final)
        for status in (outbox.SENT, outbox.FAILED, outbox.UNKNOWN):
            assert not outbox.settle(session, message.id, status)
        outbox.put_off(session, message, START)
    assert rows(database)[0][0] == final


def test_an_unknown_message_may_still_turn_out_sent(settings: ChannelSettings, database: Engine) -> None:
    put(settings, database, "one")
    message = take(settings, database)
    assert message is not None
    with writing(database) as session:
        assert outbox.settle(session, message.id, outbox.UNKNOWN)
        assert outbox.settle(session, message.id, outbox.SENT, "SM1")


def test_emptied_rows_are_deleted_after_some_days_and_what_waits_is_not(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "one")
    deliver(settings, database, Carrier(database), lambda: START)
    put(settings, database, "two")
    tidy(database, START + timedelta(days=outbox.KEPT_DAYS))
    assert len(rows(database)) == 2
    tidy(database, START + timedelta(days=outbox.KEPT_DAYS, minutes=2))
    assert [status for status, *_ in rows(database)] == ["queued"]
