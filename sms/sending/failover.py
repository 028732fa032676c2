"""Which channel sends: the one that was asked for, or the one that steps in while it rests.

A channel of whose last messages half were refused rests, so that it is not asked in vain; longer each time it fails
again at once. Nothing goes to and fro: if both fail, the first is kept.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlmodel import Session

from survey_app.storage.database import changed
from survey_app.storage.tables import ChannelRow, table

from ..carriers.declared import Channel
from . import pace

WINDOW = timedelta(minutes=5)
LEAST = 20
REST, LONGEST_REST = timedelta(minutes=5), timedelta(hours=1)
SILENCE, SLOT = timedelta(minutes=30), timedelta(minutes=10)
_ROWS = table(ChannelRow)


def choose(session: Session, channels: Mapping[str, Channel], name: str, now: datetime) -> str:
    """The channel to send by: the one that is named, unless it rests and one of the same kind can step in."""
    named = channels[name]
    other = channels.get(named.failover or "")
    if other is None or (other.mode, other.two_way) != (named.mode, named.two_way):
        return name
    which = select(_ROWS.c.id).where(_ROWS.c.id.in_((name, other.name)), _ROWS.c.resting > now)
    return other.name if set(session.connection().scalars(which)) == {name} else name


def note(session: Session, name: str, taken: int, refused: int, now: datetime) -> None:
    """Count what a channel took and what it refused as busy or uncertain; it rests if half or more were refused.

    At least LEAST must be counted within WINDOW, by steps of WINDOW. While it rests nothing is counted.
    """
    row = pace.locked(session, name, now)
    values: dict[str, object] = {}
    if taken and (row.handed is None or (row.heard is not None and row.heard >= row.handed)):
        values["handed"] = _slot(now)
    if row.resting is None or row.resting <= now:
        # After a rest `counted` still is when it began: the next one is twice as long if it is needed within WINDOW.
        anew = now - (row.resting or row.counted) >= WINDOW
        took, failed = (taken, refused) if anew else (row.taken + taken, row.refused + refused)
        values |= {"taken": took, "refused": failed}
        if took + failed >= LEAST and failed * 2 >= took + failed:
            before = timedelta(0) if anew or row.resting is None else row.resting - row.counted
            rest = min(max(before * 2, REST), LONGEST_REST)
            values |= {"taken": 0, "refused": 0, "counted": now, "resting": now + rest}
        elif anew:
            values |= {"counted": now, "resting": None}
    if values:
        changed(session, update(_ROWS).where(_ROWS.c.id == name).values(values), {})


def heard(session: Session, name: str, now: datetime) -> None:
    """Note that a channel told of a message or brought a text, to SLOT, so that no single text's time is told.

    A channel to which nothing was ever handed is left out. In a longer transaction call it last: whoever sends locks
    the channel after a message.
    """
    later = or_(_ROWS.c.heard.is_(None), _ROWS.c.heard < _slot(now))
    changed(session, update(_ROWS).where(_ROWS.c.id == name, later).values(heard=_slot(now)), {})


def silent(session: Session, channels: Mapping[str, Channel], now: datetime) -> list[str]:
    """The channels to which something was handed and from which nothing was heard for SILENCE, up to SLOT more.

    One that has neither receipts nor texts that come back is never heard, and never silent.
    """
    waiting = (or_(_ROWS.c.heard.is_(None), _ROWS.c.heard < _ROWS.c.handed), _ROWS.c.handed <= now - SILENCE - SLOT)
    found = set(session.connection().scalars(select(_ROWS.c.id).where(*waiting)))
    return [name for name, channel in channels.items() if name in found and (channel.receipts or channel.two_way)]


def _slot(now: datetime) -> datetime:
    return now - timedelta(minutes=now.minute % 10, seconds=now.second, microseconds=now.microsecond)
