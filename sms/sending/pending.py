"""What the worker looks for: whether anything is to be done at all, what is too late, and what nobody knows about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, exists, select, update
from sqlmodel import Session

from survey_app.storage.tables import OutboxRow, table

from .outbox import QUEUED, SENDING, UNKNOWN

_TABLE = table(OutboxRow)
_ROW = _TABLE.c


def _is_past(status: str, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    here = (_ROW.channel == bindparam("channel"), _ROW.status == status, _ROW.due <= bindparam("now"))
    return exists().where(*here, *more)


_LOOK = select(
    _is_past(QUEUED),
    _is_past(QUEUED, _ROW.expires <= bindparam("now")),
    _is_past(SENDING),
    _is_past(UNKNOWN, _ROW.sealed != b""),
)


@dataclass(frozen=True, slots=True)
class Pending:
    """Whether a channel has messages that are due or too late, leases that ran out, and messages to ask about."""

    due: bool
    late: bool
    dead: bool
    doubtful: bool


def look(session: Session, channel: str, now: datetime) -> Pending:
    """Whether anything is to be done on a channel; one statement, whatever waits for later."""
    return Pending(*session.connection().execute(_LOOK, {"channel": channel, "now": now}).one())


def overdue(session: Session, channel: str | None, now: datetime, limit: int = 1000) -> Sequence[Any]:
    """What waits on a channel, or on any, and will never be sent, since its time is over: tried in vain, or never."""
    late = (
        _ROW.status == QUEUED,
        _ROW.expires <= now,
        *([_ROW.channel == channel, _ROW.due <= now] if channel else []),
    )
    columns = (_ROW.id, _ROW.person, _ROW.kind, _ROW.attempts)
    return session.connection().execute(select(*columns).where(*late).limit(limit)).all()


def doubtful(session: Session, channel: str, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """Rows of which nobody knows whether they were sent, after a pause: the carrier is to be asked."""
    unsure = (_ROW.channel == channel, _ROW.status == UNKNOWN, _ROW.due < now, _ROW.sealed != b"")
    return session.connection().execute(select(_TABLE).where(*unsure).order_by(_ROW.due).limit(limit)).all()


def leave_unknown(session: Session, message: int) -> bool:
    """Ask no more about a message: only a receipt can still tell."""
    here = (_ROW.id == message, _ROW.status == UNKNOWN)
    return bool(session.connection().execute(update(_TABLE).where(*here).values(sealed=b"")).rowcount)
