"""The copies that a carrier keeps of texts, in and out: each is deleted there, and asked for again until it is gone."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, delete, func, insert, select, update
from sqlmodel import Session

from survey_app.storage.database import Work, direct, writing
from survey_app.storage.tables import CarrierCopyRow, table

from ..carriers import BusyError, Carrier, RejectedError, UncertainError
from ..keys import Keyring, Keys

FINAL_AFTER = timedelta(hours=1)  # a carrier deletes no text that is still on its way
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=12)
MOST_TRIES, BATCH, BATCHES = 10, 32, 8
ERASED, LATER, GIVEN_UP = "erased", "later", "given up"
Each = Callable[[Callable[[Row[Any]], bool], Iterable[Row[Any]]], Iterable[bool]]
_TABLE = table(CarrierCopyRow)
_ROW = _TABLE.c
_NOTE = insert(_TABLE)


def note(work: Work, keys: Keys, channel: str, reference: str, due: datetime) -> None:
    """Note that the carrier has a copy under this reference of its own, to be deleted from `due` on."""
    sealed = keys.seal(reference.encode(), _place(channel))
    direct(work).execute(_NOTE, {"channel": channel, "sealed": sealed, "due": due})


def erase(
    engine: Engine, keys: Keyring, carriers: Mapping[str, Carrier], now: datetime, each: Each = map
) -> Counter[str]:
    """Ask the carriers to delete what is due: how many copies are erased, are for later, and are given up.

    What is given up after MOST_TRIES stays, for `given_up` to count. `each` is how carriers are called: `map`, or that
    of a pool of threads.
    """
    counts: Counter[str] = Counter()
    for _ in range(BATCHES):
        with writing(engine) as session:
            rows = _taken(session, carriers, now)
        if not rows:
            break
        gone = dict(zip((row.id for row in rows), each(lambda row: _erased(keys, carriers, row), rows), strict=True))
        lost = [row.id for row in rows if not gone[row.id] and row.attempts + 1 >= MOST_TRIES]
        with writing(engine) as session:
            session.connection().execute(delete(_TABLE).where(_ROW.id.in_([row for row, done in gone.items() if done])))
        erased = sum(gone.values())
        counts += Counter({ERASED: erased, GIVEN_UP: len(lost), LATER: len(rows) - erased - len(lost)})
        if len(rows) < BATCH:
            break
    return counts


def given_up(session: Session) -> int:
    """How many copies could not be deleted at the carrier."""
    lost = select(func.count()).select_from(_TABLE).where(_ROW.attempts >= MOST_TRIES)
    return session.connection().execute(lost).scalar_one()


def _taken(session: Session, carriers: Mapping[str, Carrier], now: datetime) -> list[Row[Any]]:
    """Some rows that are due; already put off, so that no other worker and no later round takes them too."""
    which = (_ROW.channel.in_(tuple(carriers)), _ROW.due <= now, _ROW.attempts < MOST_TRIES)
    due = select(_TABLE).where(*which).order_by(_ROW.due).limit(BATCH).with_for_update(skip_locked=True)
    rows = list(session.connection().execute(due).all())
    for row in rows:
        wait = min(FIRST_WAIT * 2**row.attempts, LONGEST_WAIT)
        later = update(_TABLE).where(_ROW.id == row.id).values(attempts=row.attempts + 1, due=now + wait)
        session.connection().execute(later)
    return rows


def _erased(keys: Keyring, carriers: Mapping[str, Carrier], row: Row[Any]) -> bool:
    try:
        return carriers[row.channel].erase(keys.channel.unseal(row.sealed, _place(row.channel)).decode())
    except (BusyError, RejectedError, UncertainError):
        return False


def _place(channel: str) -> str:
    return f"copy:{channel}"
