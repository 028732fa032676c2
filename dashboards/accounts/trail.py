"""The trail of looks: who looked at what, chained by hash, so that none can be taken out or changed unseen.

Oversight reads it. Nobody can change it through the site, and an administrator has no page of it.
"""

import hashlib
import json
from collections.abc import Sequence

from sqlalchemy import Engine, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from dashboards.access import Viewer
from dashboards.scene import Look
from dashboards.view import View

from . import store
from .tables import LookRow

BEGINNING = "0" * 64
TRIES = 20


def note(engine: Engine, viewer: Viewer, view: View, release: str) -> None:
    """Add a look. The same one by the same account twice in a row is one."""
    said = (viewer.account, str(viewer.role), view.path, view.query, release)
    for _ in range(TRIES):
        with Session(engine) as session:
            last = session.exec(select(LookRow).order_by(col(LookRow.number).desc()).limit(1)).first()
            if last and (last.account, last.role, last.page, last.query, last.release) == said:
                return
            number, before = (last.number + 1, last.digest) if last else (1, BEGINNING)
            at = store.now().isoformat(timespec="minutes")
            account, role, page, query, _ = said
            digest = chained(before, (number, at, *said))
            about = {"account": account, "role": role, "page": page, "query": query, "release": release}
            session.add(LookRow(number=number, at=at, **about, digest=digest))
            try:
                session.commit()
            except IntegrityError:  # another process was quicker
                session.rollback()
            else:
                return
    raise RuntimeError("the trail of looks could not be continued")


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


def length(engine: Engine) -> int:
    """How many looks there are."""
    with Session(engine) as session:
        return int(session.exec(select(func.count()).select_from(LookRow)).one())


def chained(before: str, record: Sequence[object]) -> str:
    """The hash of a record and of the one before it."""
    return hashlib.sha256(json.dumps([before, *record], ensure_ascii=False).encode()).hexdigest()


_NAMES = ("number", "at", "account", "role", "page", "query", "release")
