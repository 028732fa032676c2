"""What the verbs of a campaign show: tables for people, the same as plain values for machines."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal

from rich.table import Table

from ..carriers.declared import Channel
from .frame import Frame, Reason
from .invite import Invited
from .plan import Plan
from .progress import Progress

ROWS_SHOWN = 10


def invited(frame: Frame, done: Invited, channel: Channel, *, dry_run: bool) -> Table:
    """How many rows came to what."""
    table = Table("people", "how many", title="Nothing is written" if dry_run else None)
    for name, number in _people(frame, done, dry_run=dry_run).items():
        table.add_row(name, str(number))
    table.add_row("segments", str(done.segments))
    table.add_row(f"cost, {channel.currency}", f"{done.cost:.2f}")
    table.add_row("days", str(done.days))
    return table


def plain_invited(frame: Frame, done: Invited, channel: Channel, dry_run: bool) -> dict[str, object]:
    """The same, with every row that was left out by its reason."""
    rows = {reason.name.lower(): [at.row for at in frame.faults if at.reason is reason] for reason in frame.reasons}
    cost = {"currency": channel.currency, "cost": done.cost}
    return {"dry_run": dry_run, "rows": frame.rows, **asdict(done), **cost, "left_out": rows}


def left_out(frame: Frame) -> Iterator[str]:
    """The first rows that were left out for each reason."""
    for reason in Reason:
        if rows := [str(fault.row) for fault in frame.faults if fault.reason is reason]:
            more = f" and {len(rows) - ROWS_SHOWN} more (--json names all)" if len(rows) > ROWS_SHOWN else ""
            yield f"Left out, {reason.value}: row {', '.join(rows[:ROWS_SHOWN])}{more}"


def _people(frame: Frame, done: Invited, *, dry_run: bool) -> dict[str, int]:
    return {
        "rows of the frame": frame.rows,
        **{reason.value: frame.reasons[reason] for reason in Reason if frame.reasons[reason]},
        "said stop": done.opted_out,
        "known in this wave already": done.already,
        "the channel's own number": done.own_number,
        "to be invited" if dry_run else "invited": done.invited,
        "left for another time": done.left,
        "reminders to who stays silent": done.reminders,
    }


def plan(made: Plan) -> Table:
    """Each text, how often it goes, and its segments in each language with the characters that make it dear."""
    table = Table("text", "times", *(f"segments {each}" for each in made.languages), show_footer=True)
    for line in made.lines:
        cells = (f"{size.size.parts} {size.dear}".rstrip() for size in line.sizes)
        table.add_row(line.what, str(line.times), *cells)
    totals = (f"{made.segments(each)} = {made.cost(each):.2f} {made.currency}" for each in made.languages)
    for column, footer in zip(table.columns, ("if all had this language", str(made.texts), *totals), strict=True):
        column.footer = footer
    return table


def plain_plan(made: Plan) -> dict[str, object]:
    """The same."""
    return {
        "people": made.people,
        "texts": made.texts,
        "price": made.price,
        "currency": made.currency,
        "segments": {each: made.segments(each) for each in made.languages},
        "cost": {each: made.cost(each) for each in made.languages},
        "lines": [
            {
                "what": line.what,
                "times": line.times,
                "sizes": {
                    size.language: {"segments": size.size.parts, "encoding": size.size.encoding, "dear": size.dear}
                    for size in line.sizes
                },
            }
            for line in made.lines
        ],
    }


def verdict(made: Plan) -> str:
    """What the budget must hold."""
    costs = {each: made.cost(each) for each in made.languages}
    dearest = max(costs, key=lambda each: costs[each])
    return (
        f"At most {costs[dearest]:.2f} {made.currency}, if all {made.people} read it in {dearest}: "
        f"{costs[dearest] / made.people:.3f} a person. Next: thiqa sms invite WAVE --frame FILE --dry-run"
    )


def progress(found: Progress, channels: Mapping[str, Channel], budget: Decimal | None) -> Iterator[Table]:
    """Cases, rates, spending and channels."""
    cases = Table("cases", "how many", title=f"Wave {found.wave}")
    for name, number in found.rows.items():
        if number or not name.startswith("failed"):
            cases.add_row(name, str(number))
    yield cases
    rates = Table("rate (AAPOR 2023)", "of the invited")
    for name, rate in found.rates.items():
        if name.startswith("RR"):
            rates.add_row(name, "" if rate is None else f"{rate:.1%}")
    yield rates
    spending = Table("spent by", "messages", "segments", "cost", title=_against(found, budget))
    for spent in found.spent:
        currency = channels[spent.channel].currency if spent.channel in channels else ""
        cost = f"{spent.cost:.2f} {currency}".rstrip()
        spending.add_row(spent.channel, str(spent.messages), str(spent.segments), cost)
    yield spending
    lines = Table("channel", "rests until", "last heard", "")
    for line in found.channels:
        lines.add_row(line.channel, _at(line.resting), _at(line.heard), "SILENT" if line.silent else "")
    yield lines


def plain_progress(found: Progress, budget: Decimal | None) -> dict[str, object]:
    """The same, with all rates and the counts that they are made of."""
    return {
        "wave": found.wave,
        "cases": found.rows,
        "counts": asdict(found.counts),
        "e": found.counts.e,
        "rates": found.rates,
        "spent": [asdict(spent) for spent in found.spent],
        "cost": found.cost,
        "budget": budget,
        "channels": [asdict(line) for line in found.channels],
    }


def alarm(found: Progress) -> str:
    """The last line: which channels are silent, or that none is."""
    silent = [line.channel for line in found.channels if line.silent]
    if silent:
        return f"ALARM: nothing comes back from {', '.join(silent)}. Look at the carrier's console and at the webhook."
    return "No channel is silent."


def _against(found: Progress, budget: Decimal | None) -> str:
    if budget is None:
        return "Spending (no budget is set)"
    share = f", {found.cost / budget:.0%}" if budget else ""
    return f"Spending: {found.cost:.2f} of {budget:.2f}{share}"


def _at(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return f"{moment.astimezone(UTC) if moment.tzinfo else moment:%Y-%m-%d %H:%M} UTC"
