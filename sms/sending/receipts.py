"""What carriers tell of messages later: repeated, late, out of order, or of messages that are not ours."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Engine, Update, bindparam, or_, select, update
from sqlmodel import Session

from survey_app.storage.database import writing
from survey_app.storage.tables import ConversationRow, OutboxRow, table

from .. import reception
from ..carriers import Failure, Fate, Receipt
from ..settings import ChannelSettings
from . import copies, failover, outbox

BATCH = 500
_OUTBOX, _CONVERSATION = table(OutboxRow).c, table(ConversationRow).c


def take(settings: ChannelSettings, engine: Engine, receipt: Receipt, now: datetime, to: str | None = None) -> bool:
    """Apply a receipt; False if it is not of ours or tells nothing new.

    `to` is the number that the carrier names, for who told it STOP: the outbox has forgotten it by then.
    """
    keys = settings.keys
    failure = (receipt.failure or Failure.REFUSED) if receipt.fate is Fate.FAILED else None
    with writing(engine) as session:
        reference = keys.message(receipt.channel, receipt.reference) if receipt.reference else None
        row = _find(session, receipt.token, reference)
        if row is None:
            return False
        number, was, person, kind = row
        if kind == outbox.INVITATION:
            tell(session, {person: failure.value if failure else receipt.fate.value})
        moved = outbox.settle(session, number, receipt.fate.value, reference, failure)
        if moved and was != outbox.SENT and receipt.reference:  # whoever marks it first notes the carrier's copy
            copies.note(session, keys, receipt.channel, receipt.reference, now + copies.FINAL_AFTER)
        failover.heard(session, receipt.channel, now)
    if failure is Failure.OPTED_OUT and to:
        reception.opted_out(settings, engine, to)
    return moved


def take_all(settings: ChannelSettings, engine: Engine, told: Iterable[Receipt], now: datetime) -> int:
    """Apply many receipts in a few transactions, as `take` applies each; how many messages moved.

    Who told the carrier STOP is not told apart here: that needs the number.
    """
    waiting, moved = iter(told), 0
    while batch := list(islice(waiting, BATCH)):
        with writing(engine) as session:
            moved += _take_all(settings, session, batch, now)
    return moved


def _take_all(settings: ChannelSettings, session: Session, batch: Sequence[Receipt], now: datetime) -> int:
    keys = settings.keys
    named = [(keys.message(it.channel, it.reference) if it.reference else None, it) for it in batch]
    tokens = {it.token for it in batch if it.token}
    references = {reference for reference, it in named if reference and not it.token}
    here = select(_OUTBOX.id, _OUTBOX.status, _OUTBOX.person, _OUTBOX.kind, _OUTBOX.token, _OUTBOX.reference)
    either = or_(_OUTBOX.token.in_(tokens), _OUTBOX.reference.in_(references))
    rows: Sequence[Any] = session.connection().execute(here.where(either)).all()
    by_token, by_reference = {row.token: row for row in rows}, {row.reference: row for row in rows}
    # Of several receipts for a message the first that says its end counts, or else one that it was sent.
    last: dict[int, tuple[Any, str | None, Receipt]] = {}
    for reference, it in named:
        row = by_token.get(it.token) or by_reference.get(reference)
        if row and (row.id not in last or last[row.id][2].fate is Fate.SENT):
            last[row.id] = (row, reference, it)
    failures = {at: (it.failure or Failure.REFUSED) for at, (_, _, it) in last.items() if it.fate is Fate.FAILED}
    invited = {row.person: failures.get(at, it.fate).value for at, (row, _, it) in last.items() if _invites(row)}
    tell(session, invited)
    results = [outbox.Result(at, it.fate.value, name, failures.get(at)) for at, (_, name, it) in last.items()]
    moved = outbox.settle_all(session, results)
    for at, (before, _, it) in last.items():
        if at in moved and before.status != outbox.SENT and it.reference:
            copies.note(session, keys, it.channel, it.reference, now + copies.FINAL_AFTER)
    for channel in sorted({it.channel for _, _, it in last.values()}):
        failover.heard(session, channel, now)
    return len(moved)


def _invites(row: Any) -> bool:
    return bool(row.kind == outbox.INVITATION)


def tell(session: Session, fates: Mapping[str, str]) -> None:
    """Write what became of the invitations of these persons beside their cases; a case never knows less than before.

    To be called before messages are touched: whoever holds a conversation waits for messages, never the other way.
    """
    for fate in sorted(set(map(str, fates.values()))):
        persons = [{"whose": person, "fate": fate} for person, told in sorted(fates.items()) if told == fate]
        session.connection().execute(_TELL.get(fate, _TELL_AT_LAST), persons)


def _find(session: Session, token: str | None, reference: str | None) -> tuple[int, str, str, str] | None:
    for column, name in ((_OUTBOX.token, token), (_OUTBOX.reference, reference)):
        if name:
            found = select(_OUTBOX.id, _OUTBOX.status, _OUTBOX.person, _OUTBOX.kind).where(column == name)
            if row := session.connection().execute(found).first():
                return row.id, row.status, row.person, row.kind
    return None


def _telling(*before: str) -> Update:
    open_to = or_(_CONVERSATION.delivery.is_(None), *(_CONVERSATION.delivery == fate for fate in before))
    mine = (_CONVERSATION.person == bindparam("whose"), _CONVERSATION.sealed != b"")
    return update(table(ConversationRow)).where(*mine, open_to).values(delivery=bindparam("fate"))


# What became of an invitation may be told again, but never less than was known.
_TELL = {outbox.UNKNOWN: _telling(), outbox.SENT: _telling(outbox.UNKNOWN)}
_TELL_AT_LAST = _telling(outbox.UNKNOWN, outbox.SENT)
