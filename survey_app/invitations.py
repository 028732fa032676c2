"""Invitations: codes that open the survey a limited number of times. Who has which code is not known here.

The table holds a keyed hash of each code and how many starts are left; never when it was used. Spending one is its own
transaction, so that no row of it shares one with a draft or an envelope.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from .codes import new_code
from .paradata import Entry
from .storage.tables import InvitationRow

STARTS = 2  # the second is for who lost the first: a browser that was closed, a telephone that went dark


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an invitation says: its way in, its wave, and the area that it was sent to, or "" for any."""

    entry: Entry
    wave: str
    area: str


def issue(session: Session, key: bytes, invitation: Invitation, count: int, starts: int = STARTS) -> tuple[str, ...]:
    """Make so many invitations of `starts` starts each; returns their codes, which are kept nowhere."""
    codes = tuple(new_code() for _ in range(count))
    kept = {"wave": invitation.wave, "entry": invitation.entry.value, "area": invitation.area, "starts": starts}
    # Sorted by hash, so that the table's order says nothing of the order in which cards are printed.
    rows = [{"id": name, **kept} for name in sorted(_id(key, code) for code in codes)]
    if rows:
        session.connection().execute(insert(InvitationRow), rows)
    return codes


def look(session: Session, key: bytes, code: str, waves: Sequence[str]) -> Invitation | None:
    """The invitation of this code if it opens one of these waves. Spends nothing."""
    row = session.exec(
        select(InvitationRow).where(
            InvitationRow.id == _id(key, code), col(InvitationRow.wave).in_(waves), InvitationRow.starts > 0
        )
    ).first()
    return _invitation(row.entry, row.wave, row.area) if row else None


def spend(session: Session, key: bytes, code: str, wave: str) -> Invitation | None:
    """Take one start of this code. None if it is wrong, used up or of another wave: nobody is told which."""
    statement = (
        update(InvitationRow)
        .where(col(InvitationRow.id) == _id(key, code), col(InvitationRow.wave) == wave, col(InvitationRow.starts) > 0)
        .values(starts=col(InvitationRow.starts) - 1)
        .returning(col(InvitationRow.entry), col(InvitationRow.wave), col(InvitationRow.area))
    )
    row = session.connection().execute(statement).first()
    return _invitation(*row) if row else None


def _invitation(entry: str, wave: str, area: str) -> Invitation:
    return Invitation(Entry(entry), wave, area)


def _id(key: bytes, code: str) -> str:
    return hashlib.blake2b(code.encode(), key=key, digest_size=32, person=b"invitation").hexdigest()
