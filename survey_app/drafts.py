"""Unfinished web interviews, sealed under a key that only the respondent's cookie holds.

A stolen database or backup reads nothing. Two tabs never overwrite each other: a draft is stored only upon the
revision that was read.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta

from nacl.exceptions import CryptoError
from nacl.secret import Aead
from sqlalchemy import bindparam, delete, insert, select, update

from .engine import Interview
from .engine.state import dump, load
from .fieldwork import WAVE, Wave, fielded
from .intake import Ticket, padded, unpadded
from .paradata import Paradata, from_plain, to_plain
from .storage.database import Work, changed
from .storage.tables import DraftRow, table

DRAFT_DAYS = 2
_DRAFT = table(DraftRow)
_MINE = _DRAFT.c.id == bindparam("mine")
_FIND = select(_DRAFT.c.revision, _DRAFT.c.sealed, _DRAFT.c.expires, *WAVE.c).join(WAVE).where(_MINE)
_READ = _DRAFT.c.revision == bindparam("read")
_STORE = update(_DRAFT).where(_MINE, _READ)
_DISCARD = delete(_DRAFT).where(_MINE)
_DISCARD_READ = _DISCARD.where(_READ)
_PURGE = delete(_DRAFT).where(_DRAFT.c.expires < bindparam("today"))


@dataclass(frozen=True, slots=True)
class Draft:
    """An unfinished interview, its paradata, the wave, the revision at which it was read, and its last day."""

    interview: Interview
    paradata: Paradata
    wave: Wave
    revision: int
    expires: date


def create(
    work: Work, ticket: Ticket, wave: str, interview: Interview, today: date, paradata: Paradata | None = None
) -> None:
    """Keep a new draft, to expire after DRAFT_DAYS."""
    sealed = _seal(ticket, 0, interview, paradata or Paradata())
    row = {"id": _id(ticket), "wave": wave, "revision": 0, "sealed": sealed, "answered": len(interview.answers)}
    work.execute(insert(_DRAFT), {**row, "expires": today + timedelta(days=DRAFT_DAYS)})


def find(work: Work, ticket: Ticket, today: date) -> Draft | None:
    """The draft of this ticket, or None if there is none, it expired, or it is not ours to open."""
    row = work.execute(_FIND, {"mine": _id(ticket)}).first()
    if row is None or row.expires < today:
        return None
    try:
        content = Aead(ticket.derived(b"draft-key")).decrypt(row.sealed, _bound(ticket, row.revision))
    except CryptoError:
        return None
    beside, _, interview = unpadded(content).partition(b"\n")
    # A draft of an earlier version is the interview alone; it must be finished under this one.
    paradata = from_plain(json.loads(beside)) if interview else Paradata()
    return Draft(load(interview or beside), paradata, fielded(work, row), row.revision, row.expires)


def store(work: Work, ticket: Ticket, draft: Draft, interview: Interview) -> bool:
    """Replace the draft that was read by the new interview. False if another request was quicker."""
    revision = draft.revision + 1
    sealed = _seal(ticket, revision, interview, draft.paradata)
    row = {"revision": revision, "sealed": sealed, "answered": len(interview.answers)}
    return changed(work, _STORE, {**row, "mine": _id(ticket), "read": draft.revision}) == 1


def discard(work: Work, ticket: Ticket, draft: Draft | None = None) -> bool:
    """Delete the draft, whatever it is now or only as it was read. False if there was no such draft."""
    if draft is None:
        return changed(work, _DISCARD, {"mine": _id(ticket)}) == 1
    return changed(work, _DISCARD_READ, {"mine": _id(ticket), "read": draft.revision}) == 1


def hand_over(work: Work, ticket: Ticket, draft: Draft) -> Ticket:
    """Move a draft to a new ticket, with the days that it has left; the old ticket opens nothing any more."""
    new = Ticket.new()
    create(work, new, draft.wave.id, draft.interview, draft.expires - timedelta(days=DRAFT_DAYS), draft.paradata)
    discard(work, ticket)
    return new


def purge(work: Work, today: date) -> int:
    """Delete every expired draft; how many."""
    return changed(work, _PURGE, {"today": today})


def _id(ticket: Ticket) -> str:
    return ticket.derived(b"draft-id").hex()


def _bound(ticket: Ticket, revision: int) -> bytes:
    return f"{_id(ticket)}:{revision}".encode()


def _seal(ticket: Ticket, revision: int, interview: Interview, paradata: Paradata) -> bytes:
    content = padded(json.dumps(to_plain(paradata)).encode() + b"\n" + dump(interview))
    return bytes(Aead(ticket.derived(b"draft-key")).encrypt(content, _bound(ticket, revision)))
