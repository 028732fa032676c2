"""Invitations: codes that open the survey a limited number of times. Who has which code is not known here.

The table holds a keyed hash of each code and how many starts are left; never when it was used. Spending one is its own
transaction, so that no row of it shares one with a draft or an envelope.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from random import SystemRandom

from sqlalchemy import Connection, bindparam, delete, insert, select, text, update

from .codes import new_code
from .fieldwork import CLOSED, WAVE
from .paradata import Entry
from .storage.database import Work, changed
from .storage.tables import InvitationRow, table

STARTS = 2  # the second is for who lost the first: a browser that was closed, a telephone that went dark
_ROW = table(InvitationRow)
_OPENS = (_ROW.c.id == bindparam("mine"), _ROW.c.wave == bindparam("wave_id"), _ROW.c.starts > 0)
_SAYS = (_ROW.c.entry, _ROW.c.wave, _ROW.c.area)
_LOOK = select(*_SAYS).where(*_OPENS)
_SPEND = update(_ROW).where(*_OPENS).values(starts=_ROW.c.starts - 1).returning(*_SAYS)
_OVER = select(WAVE.c.id).where(WAVE.c.state == bindparam("closed"), WAVE.c.closes < bindparam("before"))
_PURGE = delete(_ROW).where(_ROW.c.wave.in_(_OVER))


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an invitation says: its way in, its wave, and the area that it was sent to, or "" for any."""

    entry: Entry
    wave: str
    area: str


def issue(work: Work, key: bytes, invitation: Invitation, count: int, starts: int = STARTS) -> tuple[str, ...]:
    """Make so many invitations of `starts` starts each; returns their codes, which are kept nowhere."""
    codes = tuple(new_code() for _ in range(count))
    kept = {"wave": invitation.wave, "entry": invitation.entry.value, "area": invitation.area, "starts": starts}
    # Sorted by hash, so that the table's order says nothing of the order in which cards are printed.
    rows = [{"id": name, **kept} for name in sorted(_id(key, code) for code in codes)]
    if rows:
        work.execute(insert(_ROW), rows)
    return codes


def look(work: Work, key: bytes, code: str, wave: str) -> Invitation | None:
    """The invitation of this code if it opens this wave. Spends nothing."""
    row = work.execute(_LOOK, {"mine": _id(key, code), "wave_id": wave}).first()
    return Invitation(Entry(row.entry), row.wave, row.area) if row else None


def spend(work: Work, key: bytes, code: str, wave: str) -> Invitation | None:
    """Take one start of this code. None if it is wrong, used up or of another wave: nobody is told which."""
    row = work.execute(_SPEND, {"mine": _id(key, code), "wave_id": wave}).first()
    return Invitation(Entry(row.entry), row.wave, row.area) if row else None


def mix(work: Connection) -> int:
    """Rewrite the table in random order, all rows in one transaction; how many.

    On PostgreSQL a row that is spent moves to the end of the table and carries the number of its transaction: its place
    would tell when. The table gets a new file. Raises OperationalError where somebody reads it for more than a moment,
    since who comes with an invitation would have to wait as well; nothing is changed then.
    """
    if work.dialect.name == "postgresql":
        work.execute(text("SET LOCAL lock_timeout = '2s'"))
        work.execute(text(f"LOCK TABLE {_ROW.name} IN ACCESS EXCLUSIVE MODE"))
    rows = [dict(row) for row in work.execute(select(_ROW)).mappings()]
    SystemRandom().shuffle(rows)
    work.execute(text(f"TRUNCATE {_ROW.name}") if work.dialect.name == "postgresql" else delete(_ROW))
    if rows:
        work.execute(insert(_ROW), rows)
    return len(rows)


def purge(work: Work, closed_before: date) -> int:
    """Delete the invitations of closed waves whose last day was before this one; how many."""
    return changed(work, _PURGE, {"closed": CLOSED, "before": closed_before})


def _id(key: bytes, code: str) -> str:
    return hashlib.blake2b(code.encode(), key=key, digest_size=32, person=b"invitation").hexdigest()
