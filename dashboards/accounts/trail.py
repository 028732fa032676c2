"""The trail: who looked at what, changed which account, and published or withdrew what was done, chained by hash.

None goes or changes unseen. Oversight reads it. Nobody can change it through the site, and an administrator has no page
of it.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, astuple, dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from dashboards.access import Viewer
from dashboards.scene import Look

from . import store
from .tables import LookRow

BEGINNING = "0" * 64
TRIES = 20


@dataclass(frozen=True, slots=True)
class Said:
    """What a record says beside its number and time. Of an act, `page` names it and `query` says to whom and what."""

    account: str
    role: str
    page: str
    query: str
    release: str = ""


def note(engine: Engine, viewer: Viewer, place: str, query: str, release: str) -> None:
    """Add a look or a download. The same one by the same account twice in a row is one."""
    look = Said(viewer.account, str(viewer.role), place, query, release)

    def unless_again(session: Session) -> Said | None:
        last = _last(session)
        again = last and Said(last.account, last.role, last.page, last.query, last.release) == look
        return None if again else look

    chain(engine, unless_again)


def chain(engine: Engine, work: Callable[[Session], Said | None]) -> None:
    """Do some work and note it, both or neither. The work is begun anew where another process was quicker."""
    for _ in range(TRIES):
        with Session(engine, expire_on_commit=False) as session:
            said = work(session)
            if said is None:
                return
            try:
                session.flush()
                last = _last(session)
                number, before = (last.number + 1, last.digest) if last else (1, BEGINNING)
                at = store.now().isoformat(timespec="minutes")
                digest = chained(before, (number, at, *astuple(said)))
                session.add(LookRow(number=number, at=at, **asdict(said), digest=digest))
                session.commit()
            except IntegrityError:  # another process took the number, or made the same account
                session.rollback()
            else:
                return
    raise RuntimeError("the trail of looks could not be continued")


def _last(session: Session) -> LookRow | None:
    return session.exec(select(LookRow).order_by(col(LookRow.number).desc()).limit(1)).first()


def looks(engine: Engine, before: int | None, most: int) -> Sequence[Look]:
    """The newest first, from below a number."""
    with Session(engine) as session:
        asked = select(LookRow).order_by(col(LookRow.number).desc()).limit(most)
        rows = session.exec(asked.where(col(LookRow.number) < before) if before else asked).all()
        return tuple(Look(*(getattr(row, name) for name in (*_NAMES, "digest"))) for row in rows)


def faults(engine: Engine) -> tuple[str, ...]:
    """The numbers of records where the chain does not hold; whether its end was cut, only a noted head tells."""
    broken: list[str] = []
    with Session(engine) as session:
        before, number = BEGINNING, 0
        for row in session.exec(select(LookRow).order_by(col(LookRow.number))):
            number += 1
            record = tuple(getattr(row, name) for name in _NAMES)
            if row.number != number or row.digest != chained(before, record):
                broken.append(str(row.number))
            before, number = row.digest, row.number
    return tuple(broken)


def head(engine: Engine) -> tuple[int, str]:
    """How many records there are, and the hash of the last: noted elsewhere, it tells whether the end was cut."""
    with Session(engine) as session:
        last = _last(session)
        return (last.number, last.digest) if last else (0, BEGINNING)


def holds(engine: Engine, digest: str) -> bool:
    """Whether a head that was noted is still in the trail."""
    with Session(engine) as session:
        found = session.exec(select(LookRow).where(col(LookRow.digest) == digest)).first()
        return found is not None or digest == BEGINNING


def chained(before: str, record: Sequence[object]) -> str:
    """The hash of a record and of the one before it."""
    return hashlib.sha256(json.dumps([before, *record], ensure_ascii=False).encode()).hexdigest()


_NAMES = ("number", "at", "account", "role", "page", "query", "release")
