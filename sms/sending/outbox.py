"""Messages to be sent: written with their cause, leased to one worker at a time, emptied once the carrier has them.

A status only goes forward. What may have been sent is never sent again blindly; what was surely not sent is. `due` is
when a queued message goes, and when the lease of one that is being sent ends: that is when a carrier is asked about it.
"""

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from nacl.exceptions import CryptoError
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlmodel import Session

from survey_app.intake import padded, unpadded
from survey_app.storage.database import Work, changed
from survey_app.storage.tables import OutboxRow, table

from ..carriers import Failure
from ..keys import Keyring, Keys
from ..segments import segments

LEASE = timedelta(seconds=90)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=30)
KEPT_DAYS = 3
PADDED_BYTES = 1_024  # the number of segments, which stands beside it, tells more than such steps do
QUEUED, SENDING, SENT, UNKNOWN = "queued", "sending", "sent", "unknown"
DELIVERED, FAILED, EXPIRED = "delivered", "failed", "expired"
REPLY, INVITATION, REMINDER = KINDS = ("reply", "invitation", "reminder")
LASTS = {REPLY: timedelta(hours=12), INVITATION: timedelta(days=3), REMINDER: timedelta(days=3)}
# A carrier's receipt may come before the worker has marked what it handed over, so `sent` may follow `queued`.
FORWARD = {
    SENT: (QUEUED, SENDING, UNKNOWN),
    DELIVERED: (QUEUED, SENDING, UNKNOWN, SENT),
    FAILED: (QUEUED, SENDING, UNKNOWN, SENT),
    UNKNOWN: (SENDING,),
    EXPIRED: (QUEUED, SENDING),
}
_JITTER = 1000
_QUEUE_OF_PERSONS = 1  # advisory locks of two numbers; those of one are the conversations', the caps' and the budget's
_AGAIN = "again"  # stands in the place of the carrier's reference, which is not known then
_TABLE = table(OutboxRow)
_ROW = _TABLE.c
_QUEUE = insert(_TABLE)
_HERS = (_ROW.person == bindparam("to"), _ROW.kind == bindparam("which"))
_WITHDRAW = delete(_TABLE).where(*_HERS, _ROW.status == QUEUED)
_SENT_LAST = update(_TABLE).where(*_HERS, or_(_ROW.status == SENDING, _ROW.status == UNKNOWN)).values(expires=_ROW.due)


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
    """A message as it stands in the outbox, opened; once leased, `due` is the end of the lease.

    `again`: it goes a second time, though nobody knows whether the first arrived.
    """

    id: int
    channel: str
    person: str
    wave: str | None
    kind: str
    segments: int
    attempts: int
    token: str
    again: bool
    due: datetime
    expires: datetime | None
    to: str = field(repr=False)
    body: str = field(repr=False)
    approved: tuple[str, ...] = field(default=(), repr=False)

    @property
    def template(self) -> str:
        """The name of the approved text that goes in its place where what we begin needs one; "" for a reply."""
        return "" if self.kind == REPLY else ".".join((self.kind, *self.approved[:1]))

    @property
    def leased(self) -> datetime:
        """When it was leased: it was not handed over before."""
        return self.due - LEASE

    @property
    def day(self) -> date:
        """The day on which it was leased, to which its cost belongs."""
        return self.leased.date()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a message; `reference` is the keyed hash of the carrier's own."""

    id: int
    status: str
    reference: str | None = None
    failure: Failure | None = None


def queue(
    work: Work,
    to: Recipient,
    bodies: tuple[str, ...],
    due: datetime,
    kind: str = REPLY,
    expires: datetime | None = None,
    approved: tuple[str, ...] = (),
) -> None:
    """Write messages to a number, in order, due at once or later; what is not sent by `expires` never is.

    Without `expires` a reply lasts 12 hours, an invitation or a reminder three days. `approved` are the language and
    the variables of the text that goes in place of an invitation or a reminder on a channel that has a window.
    """
    person = to.person
    rows = []
    for body in bodies:
        row = {
            "channel": to.channel,
            "person": person,
            "wave": to.wave,
            "kind": kind,
            "sealed": _sealed(to.keys, to.channel, person, to.address, body, approved),
            "segments": segments(body).parts,
            "status": QUEUED,
            "attempts": 0,
            "due": due,
            "expires": expires or due + LASTS[kind],
            "token": secrets.token_hex(16),
        }
        rows.append(row)
    if rows:
        work.execute(_QUEUE, rows)


def withdraw(work: Work, person: str, *kinds: str) -> int:
    """Delete what was not sent yet to this person, of these kinds or of any; how many.

    What a worker has in its hands is not sent again, whatever comes of it.
    """
    gone = 0
    for kind in kinds or KINDS:
        changed(work, _SENT_LAST, {"to": person, "which": kind})
        gone += changed(work, _WITHDRAW, {"to": person, "which": kind})
    return gone


def take(session: Session, keys: Keyring, channel: str, now: datetime, person: str | None = None) -> Message | None:
    """Lease the next message that is due, of one person if given; a person's messages go in order. None if none is."""
    reclaim(session, now, channel)
    while rows := due(session, channel, now, 1, person):
        message = opened(rows[0], keys)
        if message is not None:
            return lease(session, [message], now)[0]
        settle(session, rows[0].id, EXPIRED)
    return None


def due(session: Session, channel: str, now: datetime, limit: int, person: str | None = None) -> Sequence[Row[Any]]:
    """Rows that are due, locked: replies first, one a person at most and none while another is on its way.

    A person's replies go in their order. What we begin waits for them, and for what we began before; it never holds
    back a reply.
    """
    found: list[Row[Any]] = []
    for which in _DUE:
        if len(found) < limit:
            some = which.where(_ROW.person == person) if person else which
            rows = session.connection().execute(some.limit(limit - len(found)), {"channel": channel, "now": now})
            found += rows.all()
    if not found or session.connection().dialect.name != "postgresql":  # SQLite has one writer at a time
        return found
    persons = list({row.person for row in found})
    had = set(session.connection().scalars(_HAD, {"persons": persons, "queue": _QUEUE_OF_PERSONS}))
    had -= set(session.connection().scalars(_ON_THEIR_WAY, {"persons": persons}))
    return [row for row in found if row.person in had]


def opened(row: Row[Any], keys: Keyring) -> Message | None:
    """The message of a row; None if its key is destroyed. Raises WaveKeyError if the key cannot be read now."""
    own = keys.of(row.wave)
    if own is None:
        return None
    try:
        content = json.loads(unpadded(own.unseal(row.sealed, _place(row.channel, row.person))))
    except CryptoError:  # sealed with a key that was replaced since
        return None
    return Message(
        row.id,
        row.channel,
        row.person,
        row.wave,
        row.kind,
        row.segments,
        row.attempts,
        row.token or "",
        row.reference == _AGAIN,
        row.due,
        row.expires,
        content["to"],
        content["body"],
        tuple(content.get("approved", ())),
    )


def lease(session: Session, messages: Sequence[Message], now: datetime) -> list[Message]:
    """Mark messages, which `due` has locked, as being sent until the lease ends."""
    if not messages:
        return []
    session.connection().execute(_LEASE, [{"row": message.id, "until": now + LEASE} for message in messages])
    return [replace(message, attempts=message.attempts + 1, due=now + LEASE) for message in messages]


def moved(session: Session, message: Message, keys: Keyring, channel: str) -> Message:
    """The same message on the channel that steps in, sealed anew, since its place is part of the seal."""
    own = keys.of(message.wave) if channel != message.channel else None
    if own is None:
        return message
    sealed = _sealed(own, channel, message.person, message.to, message.body, message.approved)
    session.connection().execute(update(_TABLE).where(_ROW.id == message.id).values(channel=channel, sealed=sealed))
    return replace(message, channel=channel)


def settle(
    session: Session, message: int, status: str, reference: str | None = None, failure: Failure | None = None
) -> bool:
    """Mark a message as sent, failed, expired or unknown; False if that would be a step back."""
    return message in settle_all(session, [Result(message, status, reference, failure)])


def settle_all(session: Session, results: Iterable[Result]) -> set[int]:
    """Mark messages and empty them, but for those that a carrier may still be asked about; which of them moved."""
    wanted = {result.id: result for result in results}
    here = select(_ROW.id, _ROW.status).where(_ROW.id.in_(wanted)).order_by(_ROW.id).with_for_update()
    rows = session.connection().execute(here).all()
    forward = [wanted[row.id] for row in rows if row.status in FORWARD[wanted[row.id].status]]
    if unsure := [{"row": result.id} for result in forward if result.status == UNKNOWN]:
        session.connection().execute(_UNSURE, unsure)
    if sure := [
        {"row": result.id, "to": result.status, "by": result.reference, "why": result.failure and result.failure.value}
        for result in forward
        if result.status != UNKNOWN
    ]:
        session.connection().execute(_SETTLE, sure)
    return {result.id for result in forward}


def put_off(session: Session, message: Message, now: datetime, *, again: bool = False) -> str:
    """Queue a message once more, each time for later, that the carrier surely did not take; failed when it is too late.

    With `again` it may have been taken. Returns the status that it has then: another one if it went on meanwhile.
    """
    wait = min(FIRST_WAIT * 2 ** min(max(message.attempts - 1, 0), 10), LONGEST_WAIT)
    then = now + wait * (1 + secrets.randbelow(_JITTER) / (2 * _JITTER))  # up to a half longer: not all at once again
    here = (_ROW.id == message.id, _ROW.status.in_((SENDING, UNKNOWN)), _ROW.attempts == message.attempts)
    # What was withdrawn while a worker had it expires with its lease (see `withdraw`).
    in_time = or_(_ROW.expires.is_(None), and_(_ROW.expires > then, _ROW.expires > _ROW.due))
    work = session.connection()
    marked = {"reference": _AGAIN} if again else {}
    if work.execute(update(_TABLE).where(*here, in_time).values(status=QUEUED, due=then, **marked)).rowcount:
        return QUEUED
    gone = update(_TABLE).where(*here).values(status=FAILED, failure=Failure.GAVE_UP.value, sealed=b"")
    if work.execute(gone).rowcount:
        return FAILED
    return work.execute(select(_ROW.status).where(_ROW.id == message.id)).scalar() or EXPIRED


def hold(session: Session, ids: Sequence[int], until: datetime) -> None:
    """Let messages wait that were not handed over; this is no attempt."""
    session.connection().execute(update(_TABLE).where(_ROW.id.in_(ids), _ROW.status == QUEUED).values(due=until))


def hold_wave(session: Session, channel: str, wave: str, until: datetime) -> int:
    """Let everything of a wave wait that is due on a channel before then; how many."""
    which = (_ROW.channel == channel, _ROW.status == QUEUED, _ROW.due < until, _ROW.wave == wave)
    return session.connection().execute(update(_TABLE).where(*which).values(due=until)).rowcount


def reclaim(session: Session, now: datetime, channel: str | None = None) -> int:
    """What was in a worker's hands when its lease ran out may have been sent or not; how many, on a channel or any."""
    here = (_ROW.status == SENDING, _ROW.due < now, *([_ROW.channel == channel] if channel else []))
    return session.connection().execute(update(_TABLE).where(*here).values(status=UNKNOWN)).rowcount


def purge(session: Session, now: datetime) -> int:
    """Delete the emptied rows of KEPT_DAYS ago, and those that no carrier could be asked about; how many."""
    before = now - timedelta(days=KEPT_DAYS)
    over = (_ROW.status.in_(tuple(FORWARD)), _ROW.due < before, or_(_ROW.sealed == b"", _ROW.expires < before))
    return session.connection().execute(delete(_TABLE).where(*over)).rowcount


def _sealed(keys: Keys, channel: str, person: str, address: str, body: str, approved: tuple[str, ...]) -> bytes:
    content = {"to": address, "body": body} | ({"approved": approved} if approved else {})
    plain = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    return keys.seal(padded(plain, step=PADDED_BYTES), _place(channel, person))


def _place(channel: str, number: str) -> str:
    return f"outbox:{channel}:{number}"


_other = _TABLE.alias("other")
_OTHER = _other.c
_UNASKED = and_(_OTHER.status == UNKNOWN, _OTHER.sealed != b"")
_AHEAD = or_(_OTHER.status == QUEUED, _UNASKED)
_BEFORE = _OTHER.id < _ROW.id
# What is held, or due another day, keeps nobody waiting; what was tried goes before what was not.
_OURS_AHEAD = or_(_UNASKED, and_(_OTHER.status == QUEUED, or_(_OTHER.due <= bindparam("now"), _OTHER.attempts > 0)))


def _due_of(kind: ColumnElement[bool], *ahead: ColumnElement[bool]) -> Select[Any]:
    """What may go now of some kinds, unless something else of its person is on its way, or is ahead of it."""
    here = (_ROW.channel == bindparam("channel"), _ROW.status == QUEUED, _ROW.due <= bindparam("now"))
    in_time = or_(_ROW.expires.is_(None), _ROW.expires > bindparam("now"))
    held_up = exists().where(_OTHER.person == _ROW.person, or_(_OTHER.status == SENDING, *ahead))
    which = select(_TABLE).where(*here, in_time, kind, ~held_up).order_by(_ROW.due, _ROW.id)
    return which.with_for_update(skip_locked=True, of=_TABLE)


_DUE = (
    _due_of(_ROW.kind == REPLY, and_(_OTHER.kind == REPLY, _BEFORE, _AHEAD)),
    _due_of(
        _ROW.kind != REPLY,
        and_(_OTHER.kind == REPLY, _AHEAD),
        and_(_OTHER.kind != REPLY, _BEFORE, _OURS_AHEAD),
    ),
)
# Of one person another worker may at this moment lease a reminder, and this one a reply: neither sees the other's mark.
_HAD = text(
    "SELECT one FROM unnest(CAST(:persons AS text[])) AS one WHERE pg_try_advisory_xact_lock(:queue, hashtext(one))"
)
_ON_THEIR_WAY = select(_ROW.person).where(_ROW.person.in_(bindparam("persons", expanding=True)), _ROW.status == SENDING)
_LEASE = (
    update(_TABLE)
    .where(_ROW.id == bindparam("row"))
    .values(status=SENDING, attempts=_ROW.attempts + 1, due=bindparam("until"))
)
_SETTLE = (
    update(_TABLE)
    .where(_ROW.id == bindparam("row"))
    .values(
        status=bindparam("to"),
        failure=bindparam("why"),
        sealed=b"",
        reference=func.coalesce(bindparam("by"), _ROW.reference),
    )
)
_UNSURE = update(_TABLE).where(_ROW.id == bindparam("row")).values(status=UNKNOWN)
