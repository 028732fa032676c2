"""The server's time for a page of the dashboards, over a large release: `python -m benchmarks.dashboard_callback`.

Every page is asked for as the browser does, by the callback, through Flask's test client in one process, each time with
another indicator, wave, area and language. The staff's pages are asked for by one who is signed in, so that session,
account and trail are on the way. After WARMING calls a page, 95 of a hundred should take less than P95_MS; the
processor's own time stands beside, since it does not grow when others use the machine. Then the seconds until a fresh
process has answered for the first time, and the memory of one that has shown every page often.
"""

import json
import logging
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import quantiles

import click
from rich.console import Console
from rich.table import Table

from analytics.release import latest, read
from dashboards.access import Role
from deploy.server import settle

from .dashboard_visits import DASHBOARDS, STAFF, VISITS, ask, opened, public_client, searches, staff_client
from .large_release import write_large
from .served import ROOT

P95_MS, START_SECONDS, MOST_MIB = 30.0, 3.0, 250.0
WARMING = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """The milliseconds of each call for a page, by the clock and of the processor, and the most bytes of an answer."""

    page: str
    taken: tuple[float, ...]
    used: tuple[float, ...]
    size: int


def measure(releases: Path, folder: str, calls: int) -> list[Asked]:
    """Every page, one after the other."""
    release, found = read(latest(releases)), []
    clients = {None: public_client(releases), Role.OVERSIGHT: staff_client(releases, folder)}
    settle()
    for page, role in VISITS:
        views = searches(release, page, Random(1))
        taken, used, size = [], [], 0
        for number in range(WARMING + calls):
            search, started, before = next(views), time.perf_counter(), time.thread_time()
            answer = ask(clients[role], STAFF if role else DASHBOARDS, page, search)
            spent, passed = time.thread_time() - before, time.perf_counter() - started
            size = max(size, opened(answer))
            if number >= WARMING:
                used.append(spent * 1e3)
                taken.append(passed * 1e3)
        found.append(Asked(page or "overview", tuple(taken), tuple(used), size))
    return found


def part(milliseconds: tuple[float, ...], percent: int) -> float:
    """What so many of a hundred calls stay below; `percent` goes by fives."""
    return quantiles(milliseconds, n=20)[percent // 5 - 1]


def fresh(releases: Path) -> tuple[float, float, float]:
    """Seconds until a process of its own has answered first, those of the processor, and its MiB after all pages."""
    words = [sys.executable, "-m", "benchmarks.dashboard_visits", str(releases)]
    started = time.time()
    done = subprocess.run(words, check=True, capture_output=True, text=True, cwd=ROOT)
    told = json.loads(done.stdout)
    return told["answered"] - started, told["used"], told["mib"]


@click.command()
@click.option("--indicators", default=30, show_default=True)
@click.option("--areas", default=200, show_default=True)
@click.option("--waves", default=12, show_default=True)
@click.option("--calls", default=100, show_default=True, help="Of each page, after warming.")
@click.option("--releases", type=click.Path(path_type=Path), help="Over the latest release there, and no other.")
def main(indicators: int, areas: int, waves: int, calls: int, releases: Path | None) -> None:
    """Measure over a constructed release."""
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="thiqa-benchmark-") as folder:
        if releases is None:
            releases = Path(folder) / "releases"
            write_large(releases, indicators, areas, waves)
        seconds, used, mib = fresh(releases)
        found = measure(releases, folder, calls)
    table = Table("page", "p50, ms", "p95, ms", "p50 of the processor", "p95 of the processor", "most kB")
    for each in found:
        times = [part(series, percent) for series in (each.taken, each.used) for percent in (50, 95)]
        table.add_row(each.page, *(f"{each_time:.1f}" for each_time in times), f"{each.size / 1e3:.0f}")
    Console().print(table)
    click.echo(f"A fresh process answers after {seconds:.1f} s ({used:.1f} of the processor).")
    click.echo(f"It holds {mib:.0f} MiB once all pages were shown.")
    slow = any(part(each.used, 95) > P95_MS for each in found)
    raise SystemExit(slow or seconds > START_SECONDS or mib > MOST_MIB)


if __name__ == "__main__":
    main()
