"""Failed attempts to sign in: counted before they are judged, so that many at once are not more than five.

They are kept by a digest of the name that was tried, whether or not there is such an account, and go after their time.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, delete, update

from . import store
from .tables import AttemptRow

MOST_FAILURES, CLOSED = 5, timedelta(minutes=15)


def begin(engine: Engine, key: bytes, name: str, now: datetime) -> bool:
    """Count an attempt as a failure until it is known to be none; False where the name is closed."""
    purge(engine, now)
    known = digest(key, name)
    dialect = postgresql if engine.dialect.name == "postgresql" else sqlite
    with store.changing(engine) as session:
        made = dialect.insert(AttemptRow).values(digest=known, failures=0, until=now + CLOSED)
        session.execute(made.on_conflict_do_nothing())
        counted = session.exec(
            update(AttemptRow)
            .where(col(AttemptRow.digest) == known, col(AttemptRow.failures) < MOST_FAILURES)
            .values(failures=AttemptRow.failures + 1, until=now + CLOSED)
        )
        return counted.rowcount == 1


def give_back(engine: Engine, key: bytes, name: str) -> None:
    """The attempt that was begun was right, but there is more to show."""
    with store.changing(engine) as session:
        session.exec(
            update(AttemptRow)
            .where(col(AttemptRow.digest) == digest(key, name), col(AttemptRow.failures) > 0)
            .values(failures=AttemptRow.failures - 1)
        )


def forget(engine: Engine, key: bytes, name: str) -> None:
    """Somebody is in: the failures of the name are over."""
    with store.changing(engine) as session:
        session.exec(delete(AttemptRow).where(col(AttemptRow.digest) == digest(key, name)))


def purge(engine: Engine, now: datetime) -> int:
    """Delete what is over; how many."""
    with store.changing(engine) as session:
        return int(session.exec(delete(AttemptRow).where(col(AttemptRow.until) <= now)).rowcount)


def digest(key: bytes, name: str) -> str:
    """What is kept of a name that was tried."""
    return hmac.new(key, store.normal(name).encode("utf-8", "replace"), hashlib.sha256).hexdigest()
