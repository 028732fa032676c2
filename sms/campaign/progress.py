"""How a campaign goes: its cases, response rates, spending and channels. For the wave as a whole and nothing finer.

A closed wave is read from the counts that were kept when its conversations were deleted.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from survey_app.dispositions import RATES, Counts, counted
from survey_app.storage.database import reading
from survey_app.storage.tables import FAILURES, ChannelRow, OutboxRow, SpendingRow

from ..carriers.declared import Channel
from ..sending import failover, outbox
from ..sending.budget import MILLION
from . import dispositions
from .dispositions import Cases

STATES = ("open", "partial", "completed", "refused", "stopped", "screened_out", "quota_full")


@dataclass(frozen=True, slots=True)
class Spent:
    """What a wave's messages cost on a channel."""

    channel: str
    messages: int
    segments: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Heard:
    """How a channel does: until when it rests, when it was last heard, and whether it should have been heard since."""

    channel: str
    resting: datetime | None
    heard: datetime | None
    silent: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """A wave's text campaign at one moment; `waiting` is the invitations in the outbox by status."""

    wave: str
    invited: Cases
    by_themselves: Cases
    waiting: Mapping[str, int]
    spent: tuple[Spent, ...]
    channels: tuple[Heard, ...]

    @property
    def counts(self) -> Counts:
        """The invited as AAPOR counts them."""
        return counted(self.invited)

    @property
    def rates(self) -> dict[str, float | None]:
        """Outcome rates of the invited by name."""
        return {name: rate(self.counts) for name, rate in RATES.items()}

    @property
    def cost(self) -> Decimal:
        """What was spent."""
        return sum((spent.cost for spent in self.spent), Decimal(0))

    @property
    def rows(self) -> dict[str, int]:
        """What is shown, in its order: how invitations fared, then what became of people."""
        states, deliveries = Counter[str](), Counter[str]()
        for (state, delivery), number in self.invited.items():
            states[state] += number
            deliveries[delivery or "not sent yet"] += number
        total = sum(self.invited.values())
        queued = {f"invitations {status}": self.waiting.get(status, 0) for status in (outbox.QUEUED, outbox.SENDING)}
        names = ("not sent yet", "sent", "delivered", "unknown", "expired")
        fared = {name: deliveries[name] for name in names} | {f"failed: {why}": deliveries[why] for why in FAILURES}
        return {
            "invited": total,
            **queued,
            **fared,
            "replied": total - states["invited"],
            **{state.replace("_", " "): states[state] for state in STATES},
            "began by themselves": sum(self.by_themselves.values()),
            "of these completed": sum(n for (state, _), n in self.by_themselves.items() if state == "completed"),
        }


def progress(engine: Engine, wave: str, channels: Mapping[str, Channel], now: datetime) -> Progress:
    """The campaign of a wave as it stands. Reads only."""
    with reading(engine) as session:
        found = dispositions.cases(session, wave)
        mine = (OutboxRow.wave == wave, OutboxRow.kind == outbox.INVITATION)
        status = col(OutboxRow.status)
        waiting = {row[0]: row[1] for row in session.exec(select(status, func.count()).where(*mine).group_by(status))}
        return Progress(
            wave,
            dispositions.invited(found),
            dispositions.by_themselves(found),
            waiting,
            _spent(session, wave),
            _heard(session, channels, now),
        )


def _spent(session: Session, wave: str) -> tuple[Spent, ...]:
    sums = (func.sum(col(SpendingRow.messages)), func.sum(col(SpendingRow.segments)), func.sum(col(SpendingRow.cost)))
    channel = col(SpendingRow.channel)
    rows = session.exec(select(channel, *sums).where(SpendingRow.wave == wave).group_by(channel).order_by(channel))
    return tuple(Spent(name, int(sent), int(parts), Decimal(int(cost)) / MILLION) for name, sent, parts, cost in rows)


def _heard(session: Session, channels: Mapping[str, Channel], now: datetime) -> tuple[Heard, ...]:
    silent = failover.silent(session, channels, now)
    rows = {row.id: row for row in session.exec(select(ChannelRow))}
    return tuple(Heard(name, rows[name].resting, rows[name].heard, name in silent) for name in channels if name in rows)
