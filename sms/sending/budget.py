"""What messages cost, and that no more is spent than was allowed: for a wave, and in a day.

Costs are the channels' prices for segments, in millionths; limits are in the same currency, so all channels that share
a budget must have one. Messages without a wave (the word that confirms STOP where its wave is gone) are counted
nowhere.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from sqlalchemy import ColumnElement, and_, case, func, select, update
from sqlmodel import Session, col

from survey_app.storage.database import changed, inserted
from survey_app.storage.tables import SpendingRow, table

from .. import memory
from ..carriers.declared import Channel

MILLION = 1_000_000
_QUEUE = 512  # after those of conversations and caps


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a wave and a day may cost; None for no limit."""

    wave: Decimal | None
    day: Decimal | None


@dataclass(frozen=True, slots=True)
class Spent:
    """What a day cost, over all waves and channels, and what a wave did on all its days."""

    day: Decimal
    wave: Decimal


def reserve(
    session: Session,
    wave: str | None,
    channel: Channel,
    day: date,
    segments: int,
    messages: int,
    limits: Limits,
) -> bool:
    """Spend the price of some segments if both limits still hold after it; False, and nothing spent, if not.

    Until the end of the transaction nobody else spends, so keep it short. Without a wave always True, and not counted.
    """
    if wave is None:
        return True
    memory.queue_up(session, _QUEUE)
    before, more = spent(session, wave, day), Decimal(_cost(channel, segments)) / MILLION
    if limits.day is not None and before.day + more > limits.day:
        return False
    if limits.wave is not None and before.wave + more > limits.wave:
        return False
    row = {"wave": wave, "channel": channel.name, "day": day}
    what = {"messages": messages, "segments": segments, "cost": _cost(channel, segments)}
    spending = table(SpendingRow)
    adding = update(spending).where(_here(row)).values({name: spending.c[name] + n for name, n in what.items()})
    if not changed(session, adding, {}):
        inserted(session, spending, row | what)
    return True


def release(session: Session, wave: str | None, channel: Channel, day: date, segments: int, messages: int) -> None:
    """Take back what was reserved for messages that surely were not sent. Nothing is ever below zero."""
    if wave is None:
        return
    row = {"wave": wave, "channel": channel.name, "day": day}
    what = {"messages": messages, "segments": segments, "cost": _cost(channel, segments)}
    spending = table(SpendingRow)
    less = {name: case((spending.c[name] > n, spending.c[name] - n), else_=0) for name, n in what.items()}
    changed(session, update(spending).where(_here(row)).values(less), {})


def spent(session: Session, wave: str | None, day: date) -> Spent:
    """What was spent until now on this day, and for this wave."""
    cost, of_day, of_wave = col(SpendingRow.cost), col(SpendingRow.day) == day, col(SpendingRow.wave) == wave
    sums = select(*(func.coalesce(func.sum(case((which, cost), else_=0)), 0) for which in (of_day, of_wave)))
    day_cost, wave_cost = session.connection().execute(sums.where(of_day | of_wave)).one()
    return Spent(Decimal(int(day_cost)) / MILLION, Decimal(int(wave_cost)) / MILLION)


def _cost(channel: Channel, segments: int) -> int:
    return int((channel.price * segments * MILLION).to_integral_value(ROUND_CEILING))


def _here(row: dict[str, object]) -> ColumnElement[bool]:
    return and_(*(table(SpendingRow).c[name] == value for name, value in row.items()))
