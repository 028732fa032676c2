"""Messages to be sent: written with their cause, leased to one worker at a time, emptied once the carrier has them.

A status only goes forward. What may have been sent is never sent again blindly; what was surely not sent is.
"""

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, exists, insert, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from survey_app.intake import padded, unpadded
from survey_app.storage.database import Work, changed
from survey_app.storage.tables import OutboxRow, table

from ..keys import Keyring, Keys
from ..segments import segments

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 8
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=30)
KEPT_DAYS = 3
PADDED_BYTES = 1_024  # the number of segments, which stands beside it, tells more than such steps do
QUEUED, SENDING, SENT, UNKNOWN = "queued", "sending", "sent", "unknown"
DELIVERED, FAILED, EXPIRED = "delivered", "failed", "expired"
REPLY, INVITATION, REMINDER = KINDS = ("reply", "invitation", "reminder")
_OVER = (SENT, DELIVERED, FAILED, EXPIRED, UNKNOWN)
_FORWARD = {
    SENT: (QUEUED, SENDING, UNKNOWN),
    FAILED: (QUEUED, SENDING, UNKNOWN),
    UNKNOWN: (SENDING,),
    EXPIRED: (QUEUED, SENDING),
}


_OUTBOX = table(OutboxRow)
_QUEUE = insert(_OUTBOX)
_WITHDRAW = delete(_OUTBOX).where(_OUTBOX.c.person == bindparam("to"), _OUTBOX.c.status == QUEUED)
_WITHDRAW_KIND = _WITHDRAW.where(_OUTBOX.c.kind == bindparam("kind"))


@dataclass(frozen=True, slots=True)
class Recipient:
    """A number on a channel, and the keys that name it and seal what it is sent: its wave's, or the channel's own.

    Without a wave a message outlives none: the word that confirms STOP where the wave's key cannot be had.
    """

    channel: str
    address: str = field(repr=False)
    wave: str | None
    keys: Keys

    @property
    def person(self) -> str:
        """Its pseudonym."""
        return self.keys.number(self.address)


@dataclass(frozen=True, slots=True)
class Message:
    """A message that is ours to send now, and which attempt this is."""

    id: int
    attempts: int
    token: str
    to: str = field(repr=False)
    body: str = field(repr=False)


def queue(
    work: Work,
    to: Recipient,
    bodies: tuple[str, ...],
    due: datetime,
    kind: str = REPLY,
    expires: datetime | None = None,
) -> None:
    """Write messages to a number, in order, due at once or later; what is not sent by `expires` never is."""
    person = to.person
    rows = []
    for body in bodies:
        content = json.dumps({"to": to.address, "body": body}, ensure_ascii=False).encode("utf-8", "replace")
        row = {
            "channel": to.channel,
            "person": person,
            "wave": to.wave,
            "kind": kind,
            "sealed": to.keys.seal(padded(content, step=PADDED_BYTES), _place(to.channel, person)),
            "segments": segments(body).parts,
            "status": QUEUED,
            "attempts": 0,
            "due": due,
            "expires": expires,
            "token": secrets.token_hex(16),
        }
        rows.append(row)
    if rows:
        work.execute(_QUEUE, rows)


def waiting(session: Session, person: str) -> bool:
    """Whether a reply to this person is still on its way to the carrier."""
    pending = (OutboxRow.person == person, OutboxRow.kind == REPLY, col(OutboxRow.status).in_((QUEUED, SENDING)))
    return session.exec(select(OutboxRow.id).where(*pending).limit(1)).first() is not None


def withdraw(work: Work, person: str, *kinds: str) -> int:
    """Delete what was not sent yet to this person, of these kinds or of any; how many."""
    if not kinds:
        return changed(work, _WITHDRAW, {"to": person})
    return sum(changed(work, _WITHDRAW_KIND, {"to": person, "kind": kind}) for kind in kinds)


def take(session: Session, keys: Keyring, channel: str, now: datetime, person: str | None = None) -> Message | None:
    """Lease the next message that is due, of one person if given; a person's messages go in order. None if none is."""
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
        .where(person is None or OutboxRow.person == person)
        .order_by(col(OutboxRow.id))
        .limit(1)
        .with_for_update(skip_locked=True, of=OutboxRow)
    )
    row = session.exec(due).first()
    if row is None or row.id is None:
        return None
    row.status, row.attempts, row.due = SENDING, row.attempts + 1, now + LEASE
    session.flush()
    own = keys.of(row.wave)
    if own is None:
        settle(session, row.id, EXPIRED)
        return take(session, keys, channel, now, person)
    content = json.loads(unpadded(own.unseal(row.sealed, _place(channel, row.person))))
    return Message(row.id, row.attempts, row.token or "", content["to"], content["body"])


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
    old = (col(OutboxRow.due) < now - timedelta(days=KEPT_DAYS), col(OutboxRow.status).in_(_OVER))
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
