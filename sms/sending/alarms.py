"""What somebody must look at: sentences for the worker's terminal, without a number, a text or a moment in them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from survey_app.storage.tables import ChannelRow, table

from ..carriers.declared import Channel
from ..spool import Spool
from . import copies, failover
from .rules import BUDGET, KEYLESS

_CHANNEL = table(ChannelRow).c


def standing(
    session: Session, channels: Mapping[str, Channel], counts: Counter[str], now: datetime, spool: Spool | None = None
) -> Iterator[str]:
    """The alarms that stand after a round with these counts. `spool` is where texts wait to be taken."""
    if counts[BUDGET]:
        yield f"The budget is used up ({now.date()}): messages wait until tomorrow, or until it is raised."
    if counts[KEYLESS]:
        yield "The key of a wave cannot be read: its messages wait."
    resting = select(_CHANNEL.id).where(_CHANNEL.id.in_(tuple(channels)), _CHANNEL.resting > now).order_by(_CHANNEL.id)
    for name in session.connection().scalars(resting):
        via = failover.choose(session, channels, name, now)
        yield f"Channel {name} refuses messages and rests: {f'{via} steps in' if via != name else 'none steps in'}."
    for name in failover.silent(session, channels, now):
        yield f"Channel {name} is silent: messages were handed over, and nothing was heard of them."
    if lost := copies.given_up(session):
        yield f"Copies of texts that the carrier keeps and that could not be deleted: {lost}."
    if spool and (waiting := spool.waiting()):
        yield f"Texts that wait on disk to be taken: {waiting}."
    if spool and (aside := spool.aside()):
        yield f"Texts on disk that could not be taken and were set aside: {aside}."
