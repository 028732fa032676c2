"""Whole interviews a second over the real site, beside the least that Flask must do for as many requests.

    python -m benchmarks.web_journeys --databases sqlite,postgres --respondents 1,8,32

Twelve pages of one choice each, from consent to thanks, sealed, under the server that `thiqa serve` starts, on SQLite
and on a real PostgreSQL; the floor (benchmarks/floor.py) runs under the same server. Rounds of ours and of the floor
take turns, so that a noisy machine hits both. What counts is the ratio of journeys per CPU second of the server's
processes, ours by browsers without script and with it, which spares a redirect at each question; the floor redirects.
Those of PostgreSQL are shown apart, and the browsers' own share of a core, to tell whether they were slow.
"""

import json
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median, quantiles

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from survey_app.storage.database import connect, reading
from survey_app.storage.tables import EnvelopeRow

from .floor import PAGES
from .served import Databases, Served, browsers, cpu_seconds, databases, floor, ours, questionnaire

GOAL_RATIO, GOAL_TAIL = 0.60, 5
SITES = ("ours", "by script", "floor")  # ours without and with its script
CELL = tuple[str, int, str]  # database, respondents at once, site


@dataclass
class Measured:
    """The sums over one cell's rounds; times are in seconds, those of answers in milliseconds."""

    journeys: int = 0
    requests: int = 0
    wall: float = 0.0
    server: float = 0.0
    database: float = 0.0
    browsers: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def per_cpu_second(self) -> float:
        """Journeys per CPU second of the server's processes."""
        return self.journeys / self.server

    @property
    def middle(self) -> float:
        """The median time of an answer of the server."""
        return median(self.milliseconds)

    @property
    def tail(self) -> float:
        """The time that one answer in a hundred takes longer than."""
        return quantiles(self.milliseconds, n=100)[98]

    def figures(self) -> dict[str, object]:
        """What is reported."""
        return {
            "journeys": self.journeys,
            "requests_a_journey": round(self.requests / self.journeys, 2),
            "journeys_a_second": round(self.journeys / self.wall, 2),
            "journeys_a_cpu_second": round(self.per_cpu_second, 2),
            "cpu_us_a_request": round(self.server / self.requests * 1e6),
            "database_cpu_us_a_request": round(self.database / self.requests * 1e6),
            "browsers_cpu_share": round(self.browsers / self.wall, 2),
            "median_ms": round(self.middle, 2),
            "p99_ms": round(self.tail, 2),
            "p99_over_median": round(self.tail / self.middle, 2),
            "errors": len(self.errors),
        }


def run(
    served: Served, pid: int | None, respondents: int, seconds: float, into: Measured, *, script: bool = False
) -> None:
    """One round; adds to what was measured before."""
    server, database = cpu_seconds(served.pid), cpu_seconds(pid)
    found = browsers(served.address, respondents, seconds, script=script)
    into.server += cpu_seconds(served.pid) - server
    into.database += cpu_seconds(pid) - database
    into.journeys += found["journeys"]
    into.requests += found["requests"]
    into.wall += found["wall"]
    into.browsers += found["cpu"]
    into.milliseconds += found["milliseconds"]
    into.errors += found["errors"]


def measure(kind: str, room: Databases, crowds: list[int], seconds: float, rounds: int) -> dict[CELL, Measured]:
    """Every cell of one kind of database. A journey that left no envelope is an error."""
    cells: dict[CELL, Measured] = defaultdict(Measured)
    with ExitStack() as stack:
        sites = {
            "ours": stack.enter_context(ours(room.new(), questionnaire(PAGES))),
            "floor": stack.enter_context(floor(room.new())),
        }
        warming = Measured()
        for served in sites.values():
            run(served, room.pid, 8, 1, warming)
        for crowd in crowds:
            for turn in range(rounds):
                for name in SITES if turn % 2 else reversed(SITES):
                    site = sites["floor" if name == "floor" else "ours"]
                    run(site, room.pid, crowd, seconds / rounds, cells[kind, crowd, name], script=name == "by script")
        engine = connect(sites["ours"].database)
        with reading(engine) as session:
            kept = session.connection().execute(select(func.count()).select_from(EnvelopeRow)).scalar_one()
        engine.dispose()
    sent = sum(cell.journeys for (_, _, name), cell in cells.items() if name != "floor")
    before = kept - sent  # those of the warming
    if not 0 < before <= warming.journeys:
        raise click.ClickException(f"{sent} journeys left {kept} envelopes")
    return cells


@click.command()
@click.option("--databases", "kinds", default="sqlite,postgres", show_default=True)
@click.option("--respondents", default="1,8,32", show_default=True, help="At once.")
@click.option("--seconds", default=12.0, show_default=True, help="For each cell, in all rounds.")
@click.option("--rounds", default=4, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def main(kinds: str, respondents: str, seconds: float, rounds: int, as_json: bool) -> None:
    """Measure, in temporary databases that are removed at the end."""
    crowds, cells = [int(number) for number in respondents.split(",")], {}
    for kind in kinds.split(","):
        with databases(kind) as room:
            cells |= measure(kind, room, crowds, seconds, rounds)
    ratios = {
        (kind, crowd, name): cell.per_cpu_second / cells[kind, crowd, "floor"].per_cpu_second
        for (kind, crowd, name), cell in cells.items()
        if name != "floor"
    }
    if as_json:
        keys = ("database", "respondents", "site")
        rows = [dict(zip(keys, key, strict=True)) | cell.figures() for key, cell in cells.items()]
        ratio = [dict(zip(keys, key, strict=True)) | {"ratio": round(found, 3)} for key, found in ratios.items()]
        click.echo(json.dumps({"cells": rows, "ratios": ratio}, indent=1))
    else:
        _show(cells, ratios)
    for cell in cells.values():
        for error in cell.errors[:5]:
            click.echo(error, err=True)
    if any(cell.errors for cell in cells.values()):
        raise SystemExit(1)


def _show(cells: dict[CELL, Measured], ratios: dict[CELL, float]) -> None:
    goal = f"goals: ratio {GOAL_RATIO:.2f}; p99 at most {GOAL_TAIL} times the median; no error"
    table = Table("database", "at once", "site", title=f"Journeys of {PAGES} pages ({goal})")
    for heading in ("a second", "a CPU second", "ratio", "µs a request", "µs database", "median ms", "p99 ms"):
        table.add_column(heading, justify="right")
    for heading in ("p99 / median", "browsers", "errors"):
        table.add_column(heading, justify="right")
    for (kind, crowd, name), cell in sorted(cells.items(), key=lambda found: (found[0][0], found[0][1])):
        figures = cell.figures()
        ratio = f"{ratios[kind, crowd, name]:.2f}" if name != "floor" else ""
        shown = ("cpu_us_a_request", "database_cpu_us_a_request", "median_ms", "p99_ms", "p99_over_median")
        table.add_row(
            kind,
            str(crowd),
            name,
            f"{figures['journeys_a_second']}",
            f"{figures['journeys_a_cpu_second']}",
            ratio,
            *(f"{figures[name]}" for name in shown),
            f"{figures['browsers_cpu_share']}",
            f"{figures['errors']}",
        )
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
