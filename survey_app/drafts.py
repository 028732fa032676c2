"""Unfinished web interviews, sealed under a key that only the respondent's cookie holds.

A stolen database or backup reads nothing. Two tabs never overwrite each other: a draft is stored only upon the
revision that was read.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta

from nacl.exceptions import CryptoError
from nacl.secret import Aead
from sqlalchemy import delete, update
from sqlmodel import Session, col

from .engine import Interview
from .engine.state import dump, load
from .intake import Ticket, padded, unpadded
from .paradata import Paradata, from_plain, to_plain
from .storage.tables import DraftRow

DRAFT_DAYS = 2


@dataclass(frozen=True, slots=True)
class Draft:
    """An unfinished interview, its paradata, the wave, the revision at which it was read, and its last day."""

    interview: Interview
    paradata: Paradata
    wave: str
    revision: int
    expires: date


def create(
    session: Session, ticket: Ticket, wave: str, interview: Interview, today: date, paradata: Paradata | None = None
) -> None:
    """Keep a new draft, to expire after DRAFT_DAYS."""
    row_id = _id(ticket)
    session.add(
        DraftRow(
            id=row_id,
            wave=wave,
            revision=0,
            sealed=_seal(ticket, 0, interview, paradata or Paradata()),
            answered=len(interview.answers),
            expires=today + timedelta(days=DRAFT_DAYS),
        )
    )
    session.flush()


def find(session: Session, ticket: Ticket, today: date) -> Draft | None:
    """The draft of this ticket, or None if there is none, it expired, or it is not ours to open."""
    row = session.get(DraftRow, _id(ticket))
    if row is None or row.expires < today:
        return None
    try:
        content = Aead(ticket.derived(b"draft-key")).decrypt(row.sealed, _bound(ticket, row.revision))
    except CryptoError:
        return None
    beside, _, interview = unpadded(content).partition(b"\n")
    return Draft(load(interview), from_plain(json.loads(beside)), row.wave, row.revision, row.expires)


def store(session: Session, ticket: Ticket, draft: Draft, interview: Interview) -> bool:
    """Replace the draft that was read by the new interview. False if another request was quicker."""
    revision = draft.revision + 1
    statement = (
        update(DraftRow)
        .where(col(DraftRow.id) == _id(ticket), col(DraftRow.revision) == draft.revision)
        .values(
            revision=revision,
            sealed=_seal(ticket, revision, interview, draft.paradata),
            answered=len(interview.answers),
        )
    )
    return bool(session.connection().execute(statement).rowcount == 1)


def discard(session: Session, ticket: Ticket) -> bool:
    """Delete the draft; False if there was none."""
    return bool(session.connection().execute(delete(DraftRow).where(col(DraftRow.id) == _id(ticket))).rowcount)


def hand_over(session: Session, ticket: Ticket, draft: Draft) -> Ticket:
    """Move a draft to a new ticket, with the days that it has left; the old ticket opens nothing any more."""
    new = Ticket.new()
    create(session, new, draft.wave, draft.interview, draft.expires - timedelta(days=DRAFT_DAYS), draft.paradata)
    discard(session, ticket)
    return new


def purge(session: Session, today: date) -> int:
    """Delete every expired draft; how many."""
    return session.connection().execute(delete(DraftRow).where(col(DraftRow.expires) < today)).rowcount


def _id(ticket: Ticket) -> str:
    return ticket.derived(b"draft-id").hex()


def _bound(ticket: Ticket, revision: int) -> bytes:
    return f"{_id(ticket)}:{revision}".encode()


def _seal(ticket: Ticket, revision: int, interview: Interview, paradata: Paradata) -> bytes:
    content = padded(json.dumps(to_plain(paradata)).encode() + b"\n" + dump(interview))
    return bytes(Aead(ticket.derived(b"draft-key")).encrypt(content, _bound(ticket, revision)))
