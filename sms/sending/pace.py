"""How fast a channel takes messages: a bucket of tokens in its row, filled by the clock, shared by all processes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, select, update
from sqlmodel import Session

from survey_app.storage.database import changed, inserted
from survey_app.storage.tables import ChannelRow, table

from ..carriers.declared import Channel

SKEW = timedelta(seconds=10)
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


def take(session: Session, channel: Channel, wanted: int, now: datetime) -> int:
    """How many of the wanted messages may be handed over now, at most a second's worth; that many tokens are taken.

    Other processes wait for the channel until the end of the transaction.
    """
    row = locked(session, channel.name, now)
    # A clock that is a little behind another's gives no tokens; one that was put back a lot begins anew.
    latest = row.refilled if now < row.refilled <= now + SKEW else now
    filled = row.tokens + channel.rate * max((latest - row.refilled).total_seconds(), 0.0)
    tokens = min(max(1.0, channel.rate), filled)
    taken = min(max(wanted, 0), int(tokens))
    rows = table(ChannelRow)
    values = {"tokens": tokens - taken, "refilled": latest}
    changed(session, update(rows).where(rows.c.id == channel.name).values(values), {})
    return taken


def locked(session: Session, name: str, now: datetime) -> Row[Any]:
    """A channel's row, made if it is missing, with a full bucket; nobody else changes it until the transaction ends."""
    rows = table(ChannelRow)
    mine = select(rows).where(rows.c.id == name).with_for_update()
    found = session.connection().execute(mine).one_or_none()
    if found is not None:
        return found
    inserted(session, rows, {"id": name, "tokens": 0.0, "refilled": _NEVER, "taken": 0, "refused": 0, "counted": now})
    return session.connection().execute(mine).one()
