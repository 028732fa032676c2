"""What carriers tell of messages later: repeated, late, out of order, or of messages that are not ours."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Engine, Row, Update, bindparam, or_, select, update
from sqlmodel import Session

from survey_app.storage.database import writing
from survey_app.storage.tables import FAILURES, ConversationRow, OutboxRow, table

from .. import reception
from ..carriers import Failure, Fate, Receipt
from ..settings import ChannelSettings
from . import copies, failover, outbox

_OUTBOX, _CONVERSATION = table(OutboxRow).c, table(ConversationRow).c


def take(settings: ChannelSettings, engine: Engine, receipt: Receipt, now: datetime, to: str | None = None) -> bool:
    """Apply a receipt; False if it is not of ours or tells nothing new.

    `to` is the number that the carrier names, for who told it STOP: the outbox has forgotten it by then.
    """
    (moved,) = take_all(settings, engine, (receipt,), now)
    if moved is not None and (receipt.fate, receipt.failure) == (Fate.FAILED, Failure.OPTED_OUT) and to:
        reception.opted_out(settings, engine, to)
    return bool(moved)


def take_all(
    settings: ChannelSettings, engine: Engine, receipts: Sequence[Receipt], now: datetime
) -> list[bool | None]:
    """Apply receipts in their order, in one transaction: for each whether it told anything new, None if not of ours.

    Who told the carrier STOP is not stopped by it, as no receipt holds a number (see `take`).
    """
    keys = settings.keys
    references = [keys.message(it.channel, it.reference) if it.reference else None for it in receipts]
    moved: list[bool | None] = [None] * len(receipts)
    with writing(engine) as session:
        rows = _found(session, [receipt.token for receipt in receipts], references)
        was = {row.id: row.status for row in rows if row}
        rounds = _rounds(rows)
        for some in rounds:
            fates = {row.person: _fate(receipts[at]) for at, row in some if row.kind == outbox.INVITATION}
            tell(session, fates)
        for some in rounds:
            results = [_result(receipts[at], row.id, references[at]) for at, row in some]
            forward = outbox.settle_all(session, results)
            for at, row in some:
                receipt, moved[at] = receipts[at], row.id in forward
                if not moved[at]:
                    continue
                if was[row.id] != outbox.SENT and receipt.reference:  # who marks it first notes the carrier's copy
                    copies.note(session, keys, receipt.channel, receipt.reference, now + copies.FINAL_AFTER)
                was[row.id] = receipt.fate.value
        for channel in sorted({receipt.channel for receipt, it in zip(receipts, moved, strict=True) if it is not None}):
            failover.heard(session, channel, now)
    return moved


def tell(session: Session, fates: Mapping[str, str]) -> None:
    """Write what became of the invitations of these persons beside their cases; a case never knows less than before.

    To be called before messages are touched: whoever holds a conversation waits for messages, never the other way.
    """
    told = set(map(str, fates.values()))
    if len(told) > 1:  # two that tell of the same persons wait for each other in one order
        mine = select(_CONVERSATION.person).where(_CONVERSATION.person.in_(fates)).order_by(_CONVERSATION.person)
        session.connection().execute(mine.with_for_update())
    for fate in sorted(told):
        persons = [{"whose": person, "fate": fate} for person, its in sorted(fates.items()) if its == fate]
        session.connection().execute(_TELL.get(fate, _TELL_AT_LAST), persons)
    for person in sorted(person for person, fate in fates.items() if str(fate) in _NEVER):
        outbox.withdraw(session, person, outbox.REMINDER)


def _found(session: Session, tokens: Sequence[str | None], references: Sequence[str | None]) -> list[Row[Any] | None]:
    """The message of each receipt, by our token or else by the carrier's reference; None if it is not ours."""
    columns: tuple[Column[Any], ...] = (
        _OUTBOX.id,
        _OUTBOX.status,
        _OUTBOX.person,
        _OUTBOX.kind,
        _OUTBOX.token,
        _OUTBOX.reference,
    )
    rows: list[Row[Any] | None] = [None] * len(tokens)
    for column, names in ((_OUTBOX.token, tokens), (_OUTBOX.reference, references)):
        wanted = {name for name, row in zip(names, rows, strict=True) if name and row is None}
        if wanted:
            which = select(*columns).where(column.in_(wanted)).order_by(_OUTBOX.id.desc())
            kept: dict[str, Any] = {getattr(row, column.name): row for row in session.connection().execute(which)}
            rows = [row or kept.get(name or "") for name, row in zip(names, rows, strict=True)]
    return rows


def _rounds(rows: Sequence[Row[Any] | None]) -> list[list[tuple[int, Row[Any]]]]:
    """Receipts by their place, with their messages: of one message each in a round of its own, in their order."""
    rounds: list[list[tuple[int, Row[Any]]]] = []
    before: Counter[int] = Counter()
    for at, row in enumerate(rows):
        if row:
            nth = before[row.id]
            before[row.id] += 1
            rounds += [[]] if nth == len(rounds) else []
            rounds[nth].append((at, row))
    return rounds


def _fate(receipt: Receipt) -> str:
    failure = _failure(receipt)
    return failure.value if failure else receipt.fate.value


def _failure(receipt: Receipt) -> Failure | None:
    return (receipt.failure or Failure.REFUSED) if receipt.fate is Fate.FAILED else None


def _result(receipt: Receipt, message: int, reference: str | None) -> outbox.Result:
    return outbox.Result(message, receipt.fate.value, reference, _failure(receipt))


def _telling(*before: str) -> Update:
    open_to = or_(_CONVERSATION.delivery.is_(None), *(_CONVERSATION.delivery == fate for fate in before))
    mine = (_CONVERSATION.person == bindparam("whose"), _CONVERSATION.sealed != b"")
    return update(table(ConversationRow)).where(*mine, open_to).values(delivery=bindparam("fate"))


# What became of an invitation may be told again, but never less than was known.
# Whom an invitation never reaches is not reminded of it.
_NEVER = frozenset({*FAILURES, outbox.EXPIRED})
_TELL = {outbox.UNKNOWN: _telling(), outbox.SENT: _telling(outbox.UNKNOWN)}
_TELL_AT_LAST = _telling(outbox.UNKNOWN, outbox.SENT)
