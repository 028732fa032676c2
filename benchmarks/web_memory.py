"""A worker's memory and open files over many requests of whole interviews: flat, or not.

    python -m benchmarks.web_memory --requests 100000

One worker under the server that `thiqa serve` starts is warmed up, and then looked at after each part of the requests.
Flat means that a line through the looks rises by less than RISE_MIB over all the requests, and that the open files are
as many as after warming, give or take the connections that close meanwhile. Exits with 1 if it is not.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import linear_regression

import click
from rich.console import Console
from rich.table import Table

from .floor import PAGES
from .served import browsers, databases, descriptors, family, memory_mib, ours, questionnaire

RISE_MIB = 5.0
CROWD = 8
MORE_FILES = 4 * CROWD
UNTIL_DONE = 1e6  # seconds


@dataclass(frozen=True, slots=True)
class Look:
    """What a worker held after so many requests: MiB of resident memory, open files and sockets."""

    requests: int
    memory: float
    files: int


def look(kind: str, requests: int, warming: int, looks: int) -> list[Look]:
    """Serve the requests to CROWD browsers and look at the worker in between. Raises RuntimeError on any error."""
    found: list[Look] = []
    with databases(kind) as room, ours(room.new(), questionnaire(PAGES), workers=1) as served:
        (worker,) = family(served.pid)[1:]
        served_so_far = 0
        for part in (warming, *[requests // looks] * looks):
            taken = browsers(served.address, CROWD, UNTIL_DONE, part)
            if taken["errors"]:
                raise RuntimeError(taken["errors"][0])
            served_so_far += taken["requests"]
            found.append(Look(served_so_far, memory_mib(worker), descriptors(worker)))
    return found


def rise(looks: Sequence[Look]) -> float:
    """By how many MiB a line through the looks rises from the first to the last."""
    slope = linear_regression([seen.requests for seen in looks], [seen.memory for seen in looks]).slope
    return slope * (looks[-1].requests - looks[0].requests)


@click.command()
@click.option("--requests", default=100_000, show_default=True)
@click.option("--warming", default=10_000, show_default=True, help="Requests before the first look.")
@click.option("--looks", default=20, show_default=True)
@click.option("--database", type=click.Choice(["sqlite", "postgres"]), default="sqlite", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def main(requests: int, warming: int, looks: int, database: str, as_json: bool) -> None:
    """Measure, in a temporary database that is removed at the end."""
    found = look(database, requests, warming, looks)
    risen, more = rise(found), found[-1].files - found[0].files
    flat = risen < RISE_MIB and more < MORE_FILES
    if as_json:
        seen = [{"requests": at.requests, "memory_mib": round(at.memory, 2), "files": at.files} for at in found]
        click.echo(json.dumps({"flat": flat, "rise_mib": round(risen, 2), "looks": seen}, indent=1))
    else:
        table = Table("requests", "memory, MiB", "open files", title=f"One worker on {database}")
        for at in found:
            table.add_row(str(at.requests), f"{at.memory:.1f}", str(at.files))
        Console().print(table)
        click.echo(f"{'Flat' if flat else 'Not flat'}: {risen:+.2f} MiB over {requests} requests, {more:+} open files.")
    raise SystemExit(not flat)


if __name__ == "__main__":
    main()
