"""Messages to be sent: written with their cause, leased to one worker at a time, emptied once the carrier has them.

A status only goes forward. What may have been sent is never sent again blindly; what was surely not sent is.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, insert, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from survey_app.intake import padded, unpadded
from survey_app.storage.tables import OutboxRow

from ..keys import Keys

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 8
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=30)
KEPT_DAYS = 3
QUEUED, SENDING, SENT, FAILED, UNKNOWN = "queued", "sending", "sent", "failed", "unknown"
_FORWARD = {SENT: (QUEUED, SENDING, UNKNOWN), FAILED: (QUEUED, SENDING, UNKNOWN), UNKNOWN: (SENDING,)}


@dataclass(frozen=True, slots=True)
class Message:
    """A message that is ours to send now, and which attempt this is."""

    id: int
    attempts: int
    to: str = field(repr=False)
    body: str = field(repr=False)


def queue(session: Session, keys: Keys, channel: str, address: str, bodies: tuple[str, ...], now: datetime) -> None:
    """Write messages to a number, in order, due at once."""
    number = keys.number(address)
    for body in bodies:
        content = json.dumps({"to": address, "body": body}, ensure_ascii=False).encode("utf-8", "replace")
        row = {
            "channel": channel,
            "person": number,
            "sealed": keys.seal(padded(content), _place(channel, number)),
            "status": QUEUED,
            "attempts": 0,
            "due": now,
        }
        session.connection().execute(insert(OutboxRow).values(row))


def waiting(session: Session, number: str) -> bool:
    """Whether a message to this number is still on its way to the carrier."""
    pending = (col(OutboxRow.person) == number, col(OutboxRow.status).in_((QUEUED, SENDING)))
    return session.exec(select(OutboxRow.id).where(*pending).limit(1)).first() is not None


def withdraw(session: Session, number: str) -> None:
    """Delete what was not sent yet to this number."""
    statement = delete(OutboxRow).where(col(OutboxRow.person) == number, col(OutboxRow.status) == QUEUED)
    session.connection().execute(statement)


def take(session: Session, keys: Keys, channel: str, now: datetime, number: str | None = None) -> Message | None:
    """Lease the next message that is due, of one number if given; a number's messages go in order. None if none is."""
    _reclaim(session, channel, now)
    earlier = aliased(OutboxRow)
    overtakes = exists().where(
        col(earlier.person) == col(OutboxRow.person),
        col(earlier.id) < col(OutboxRow.id),
        col(earlier.status).in_((QUEUED, SENDING)),
    )
    due = (
        select(OutboxRow)
        .where(OutboxRow.channel == channel, OutboxRow.status == QUEUED, OutboxRow.due <= now, ~overtakes)
        .where(number is None or OutboxRow.person == number)
        .order_by(col(OutboxRow.id))
        .limit(1)
        .with_for_update(skip_locked=True, of=OutboxRow)
    )
    row = session.exec(due).first()
    if row is None or row.id is None:
        return None
    row.status, row.attempts, row.due = SENDING, row.attempts + 1, now + LEASE
    session.flush()
    content = json.loads(unpadded(keys.unseal(row.sealed, _place(channel, row.person))))
    return Message(row.id, row.attempts, content["to"], content["body"])


def settle(session: Session, message: int, status: str, reference: str | None = None) -> bool:
    """Mark a message as sent, failed or unknown and empty it; False if that would be a step back."""
    here = (col(OutboxRow.id) == message, col(OutboxRow.status).in_(_FORWARD[status]))
    changed = update(OutboxRow).where(*here).values(status=status, reference=reference, sealed=b"")
    return bool(session.connection().execute(changed).rowcount)


def put_off(session: Session, message: Message, now: datetime) -> str:
    """Queue a message again, each time for later, that the carrier surely did not take; failed after MAX_ATTEMPTS."""
    if message.attempts >= MAX_ATTEMPTS:
        settle(session, message.id, FAILED)
        return FAILED
    wait = min(FIRST_WAIT * 2 ** (message.attempts - 1), LONGEST_WAIT)
    here = (col(OutboxRow.id) == message.id, col(OutboxRow.status) == SENDING)
    session.connection().execute(update(OutboxRow).where(*here).values(status=QUEUED, due=now + wait))
    return QUEUED


def purge(session: Session, now: datetime) -> int:
    """Delete the emptied rows of KEPT_DAYS ago; how many."""
    old = (col(OutboxRow.due) < now - timedelta(days=KEPT_DAYS), col(OutboxRow.status).in_((SENT, FAILED, UNKNOWN)))
    return session.connection().execute(delete(OutboxRow).where(*old)).rowcount


def _reclaim(session: Session, channel: str, now: datetime) -> None:
    # A worker died between taking and marking. Once, the message goes again: a question may then come twice, but none
    # is lost. A second death leaves it unknown.
    dead = (col(OutboxRow.channel) == channel, col(OutboxRow.status) == SENDING, col(OutboxRow.due) < now)
    again = update(OutboxRow).where(*dead, col(OutboxRow.attempts) < 2).values(status=QUEUED, due=now)
    session.connection().execute(again)
    session.connection().execute(update(OutboxRow).where(*dead).values(status=UNKNOWN, sealed=b""))


def _place(channel: str, number: str) -> str:
    return f"outbox:{channel}:{number}"
