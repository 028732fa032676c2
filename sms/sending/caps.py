"""How often a number is written to: our own doing by day, month and survey, replies by day against loops of echoes.

In each period a number has another keyed hash, so that nobody can add up how often somebody was written to. Days and
months are those of the moment that is given, in its own time zone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from survey_app.fieldwork import CLOSED
from survey_app.storage.database import changed, inserted
from survey_app.storage.tables import TallyRow, WaveRow, table

from .. import memory
from ..keys import Keys
from .outbox import REPLY

_QUEUES = 256  # those of the conversations come before these


@dataclass(frozen=True, slots=True)
class Limits:
    """The most messages of our own doing (invitations, reminders) to a number, and the most replies in a day."""

    day: int
    month: int
    survey: int
    replies_a_day: int


def spent(
    session: Session, keys: Keys, address: str, now: datetime, limits: Limits, kind: str, wave: str | None
) -> bool:
    """Whether this number may not be sent another message of this kind.

    `keys` are the channel's. Until the end of the transaction nobody else is told about the same number, so a `count`
    in it is never one too many. One number a transaction, and caps before budget before pace: so no two transactions
    wait for each other.
    """
    memory.queue_up(session, _QUEUES + keys.turn(address))
    persons = [person for person, _ in _periods(keys, address, now, kind, wave)]
    mine = col(TallyRow.person).in_(persons)
    rows = session.connection().execute(select(col(TallyRow.person), col(TallyRow.messages)).where(mine))
    had = {row.person: row.messages for row in rows}
    return any(had.get(person, 0) >= most for person, most in zip(persons, _most(limits, kind), strict=False))


def count(session: Session, keys: Keys, address: str, now: datetime, kind: str, wave: str | None) -> None:
    """Count a message to this number in its periods. `keys` are the channel's."""
    for person, period in _periods(keys, address, now, kind, wave):
        more = update(TallyRow).where(col(TallyRow.person) == person).values(messages=col(TallyRow.messages) + 1)
        row = {"person": person, "period": period, "messages": 1}
        if not changed(session, more, {}) and not inserted(session, table(TallyRow), row):
            changed(session, more, {})


def purge(session: Session, *days: date) -> int:
    """Delete what was counted in other days than these, other months and waves that are closed; how many rows.

    Days are those of the time zone in which messages are counted: today, or where it is not known all that it may be.
    """
    waves = session.connection().scalars(select(col(WaveRow.id)).where(col(WaveRow.state) != CLOSED))
    kept = (*map(_day, days), *map(_month, days), *map(_tag, waves))
    return changed(session, delete(TallyRow).where(col(TallyRow.period).not_in(kept)), {})


def _periods(keys: Keys, address: str, now: datetime, kind: str, wave: str | None) -> Iterator[tuple[str, str]]:
    # In the order of `_most`, and always the same, so that two transactions wait for each other in one order.
    day = _day(now.date())
    if kind == REPLY:
        yield keys.period(f"{day}:replies", address), day
        return
    month = _month(now.date())
    yield keys.period(f"{day}:own", address), day
    yield keys.period(f"{month}:own", address), month
    if wave is not None:
        yield keys.period(f"wave:{wave}:own", address), _tag(wave)


def _most(limits: Limits, kind: str) -> tuple[int, ...]:
    return (limits.replies_a_day,) if kind == REPLY else (limits.day, limits.month, limits.survey)


def _day(day: date) -> str:
    return day.isoformat()


def _month(day: date) -> str:
    return day.isoformat()[:7]


def _tag(wave: str) -> str:
    # A wave's name may be longer than the column. Two with one tag are only deleted together: persons differ.
    return "w" + blake2b(wave.encode(), digest_size=4).hexdigest()
