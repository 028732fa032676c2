"""Receipts: repeated, late, out of order, of messages that are not ours (fault 40)."""

import itertools
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select

from sms.carriers import Failure, Fate, Outgoing, Receipt, Sent, UncertainError
from sms.sending import outbox, receipts
from sms.settings import ChannelSettings
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import CarrierCopyRow, ConversationRow

from ..conftest import NUMBER, START, WAVE, Phone
from ..delivering import deliver
from .carrying import Carrier, invited, keys_of, put, rows, statuses

LATER = START + timedelta(minutes=5)
ORDERS = list(itertools.permutations((Fate.SENT, Fate.DELIVERED, Fate.FAILED)))


def sent(settings: ChannelSettings, engine: Engine, *outcomes: Exception, kind: str = outbox.REPLY) -> str:
    """A message that went out; its token."""
    put(settings, engine, "one", wave=WAVE, kind=kind)
    deliver(settings, engine, Carrier(engine, *outcomes), lambda: START)
    token = rows(engine)[-1].token
    assert token
    return token


def told(
    settings: ChannelSettings, engine: Engine, fate: Fate, token: str | None = None, reference: str | None = None
) -> bool:
    failure = Failure.UNREACHABLE if fate is Fate.FAILED else None
    return receipts.take(settings, engine, Receipt("twilio", token, reference, fate, failure), LATER)


def delivery(engine: Engine) -> str | None:
    with reading(engine) as session:
        return session.exec(select(ConversationRow.delivery)).one()


@pytest.mark.parametrize(("fate", "status"), [(Fate.DELIVERED, "delivered"), (Fate.FAILED, "unreachable")])
@pytest.mark.parametrize("named", ["token", "reference"])
def test_a_receipt_finds_its_message_and_a_repeat_changes_nothing(
    settings: ChannelSettings, database: Engine, fate: Fate, status: str, named: str
) -> None:
    token = sent(settings, database)
    name = {"token": token} if named == "token" else {"reference": "SM1"}
    assert told(settings, database, fate, **name)
    assert not told(settings, database, fate, **name)
    assert statuses(database) == [status]


@pytest.mark.parametrize("order", ORDERS)
def test_fault_40_in_whatever_order_receipts_come_the_first_final_one_stays(
    settings: ChannelSettings, database: Engine, order: tuple[Fate, ...]
) -> None:
    invited(settings, database)
    token = sent(settings, database, UncertainError(), kind=outbox.INVITATION)
    assert delivery(database) == "unknown"
    for fate in order:
        told(settings, database, fate, token)
    final = next(fate for fate in order if fate is not Fate.SENT)
    status = "unreachable" if final is Fate.FAILED else "delivered"
    assert statuses(database) == [status]
    assert delivery(database) == status


@pytest.mark.parametrize(("token", "reference"), [("0" * 32, None), (None, "SM2"), (None, None), ("", "")])
def test_a_receipt_of_a_message_that_is_not_ours_is_ignored(
    settings: ChannelSettings, database: Engine, token: str | None, reference: str | None
) -> None:
    sent(settings, database)
    assert not told(settings, database, Fate.DELIVERED, token, reference)
    assert statuses(database) == ["sent"]


def test_a_receipt_that_overtakes_the_worker_counts_and_notes_the_copy_once(
    settings: ChannelSettings, database: Engine
) -> None:
    class Overtaken(Carrier):
        def send(self, message: Outgoing) -> Sent:
            taken = super().send(message)
            assert told(settings, database, Fate.DELIVERED, message.token, taken.reference)
            return taken

    put(settings, database, "one")
    deliver(settings, database, Overtaken(database), lambda: START)
    assert (statuses(database), rows(database)[0].sealed) == (["delivered"], b"")
    with reading(database) as session:
        assert len(session.exec(select(CarrierCopyRow)).all()) == 1


def test_fault_38_a_receipt_of_what_a_dead_worker_sent_keeps_it_from_going_again(
    settings: ChannelSettings, database: Engine
) -> None:
    token = sent(settings, database, UncertainError())
    assert told(settings, database, Fate.SENT, token, "SM9")
    carrier = Carrier(database)
    deliver(settings, database, carrier, lambda: START + timedelta(hours=1))
    assert (carrier.given, carrier.asked) == ([], [])
    with reading(database) as session:
        assert len(session.exec(select(CarrierCopyRow)).all()) == 1


def test_a_failure_without_a_name_is_a_refusal(settings: ChannelSettings, database: Engine) -> None:
    token = sent(settings, database)
    assert receipts.take(settings, database, Receipt("twilio", token, None, Fate.FAILED), LATER)
    assert statuses(database) == ["refused"]


def test_who_told_the_carrier_stop_has_stopped_also_when_only_a_receipt_says_so(
    settings: ChannelSettings, database: Engine, phone: Phone
) -> None:
    phone.text("trust")
    token = sent(settings, database)
    put(settings, database, "two", wave=WAVE)
    receipt = Receipt("twilio", token, None, Fate.FAILED, Failure.OPTED_OUT)
    assert receipts.take(settings, database, receipt, LATER, to=NUMBER)
    assert statuses(database)[-1] == "opted_out", "what still waited was withdrawn"
    assert phone.text("1") == []


def test_what_is_told_of_a_message_twice_notes_one_copy(settings: ChannelSettings, database: Engine) -> None:
    token = sent(settings, database)
    told(settings, database, Fate.SENT, token, "SM1")
    told(settings, database, Fate.DELIVERED, token, "SM1")
    with reading(database) as session:
        assert len(session.exec(select(CarrierCopyRow)).all()) == 1


def test_fault_40_a_receipt_before_a_time_out_is_believed(settings: ChannelSettings, database: Engine) -> None:
    class Silent(Carrier):
        def send(self, message: Outgoing) -> Sent:
            assert told(settings, database, Fate.SENT, message.token)
            raise UncertainError

    invited(settings, database)
    put(settings, database, "come", wave=WAVE, kind=outbox.INVITATION)
    deliver(settings, database, Silent(database), lambda: START)
    assert (statuses(database), delivery(database)) == (["sent"], "sent")


def test_many_receipts_at_once_do_what_they_do_one_by_one(settings: ChannelSettings, database: Engine) -> None:
    told = [(Fate.SENT, None), (Fate.DELIVERED, None), (Fate.FAILED, Failure.LANDLINE), (Fate.DELIVERED, None)]
    orders = list(itertools.product(told, repeat=2))
    with writing(database) as session:
        keys = keys_of(settings.keyring)
        for n in range(2 * len(orders)):
            person = keys.number(f"+2126000010{n:02}")
            session.add(ConversationRow(person=person, wave=WAVE, state="invited", revision=0, sealed=b"sealed"))
    for n in range(2 * len(orders)):
        put(settings, database, "come", to=f"+2126000010{n:02}", wave=WAVE, kind=outbox.INVITATION)
    deliver(settings, database, Carrier(database, *[UncertainError()] * 99), lambda: START)
    names = [row.token for row in rows(database)]

    def of(names: Sequence[str | None]) -> list[Receipt]:
        each = zip(names, orders, strict=True)
        return [Receipt("twilio", name, f"SM{name}", *it) for name, order in each for it in order]

    apart, together = of(names[::2]), of(names[1::2])
    together.insert(3, Receipt("twilio", "0" * 32, None, Fate.DELIVERED))
    one_by_one = [receipts.take(settings, database, receipt, LATER) for receipt in apart]
    at_once = receipts.take_all(settings, database, together, LATER)
    assert at_once.pop(3) is None
    assert at_once == one_by_one
    assert statuses(database)[::2] == statuses(database)[1::2]
    with reading(database) as session:
        fates = {row.person: row.delivery for row in session.exec(select(ConversationRow))}
        copies = len(session.exec(select(CarrierCopyRow)).all())
    assert [fates[row.person] for row in rows(database)] == statuses(database)
    assert copies == 2 * len(orders)


def test_many_receipts_at_once_cost_one_transaction(settings: ChannelSettings, database: Engine) -> None:
    for n in range(20):
        put(settings, database, "one", to=f"+2126000010{n:02}")
    deliver(settings, database, Carrier(database), lambda: START)
    told = [Receipt("twilio", row.token, None, Fate.DELIVERED) for row in rows(database)]
    begun: list[object] = []
    event.listen(database, "begin", begun.append)
    assert receipts.take_all(settings, database, told, LATER) == [True] * 20
    assert len(begun) == 1
    assert receipts.take_all(settings, database, (), LATER) == []
