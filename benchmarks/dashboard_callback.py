"""The server's time for a page of the dashboards, over a large release: `python -m benchmarks.dashboard_callback`.

Every page is asked for as the browser does, by the callback, through Flask's test client in one process, each time with
another indicator, wave, area and language. The staff's pages are asked for by one who is signed in, so that session,
account and trail are on the way. p95 must stay below P95_MS after WARMING calls a page. Beside it stand the seconds
until a fresh process has answered for the first time and the memory of one that has shown every page.
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from random import Random
from statistics import quantiles
from urllib.parse import urlencode

import click
from flask.testing import FlaskClient
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from analytics.release import Release, latest, read
from dashboards.access import Page, Role
from dashboards.accounts.settings import StaffSettings
from dashboards.accounts.site import create_staff
from dashboards.application import CALLBACK, create_dashboards
from dashboards.settings import DashboardSettings

from .dashboards_served import DASHBOARDS, STAFF, token
from .large_release import write_large
from .served import ROOT, memory_mib

P95_MS, START_SECONDS, MOST_MIB = 30.0, 3.0, 250.0
WARMING = 10
HOST = "http://127.0.0.1:8000"
VISITS = ((Page.OVERVIEW, None), *((page, Role.OVERSIGHT) for page in Page if page is not Page.OVERVIEW))


@dataclass(frozen=True, slots=True)
class Asked:
    """The milliseconds and the bytes of each call for a page."""

    page: str
    milliseconds: tuple[float, ...]
    size: int

    @property
    def p50(self) -> float:
        """The median in milliseconds."""
        return quantiles(self.milliseconds, n=20)[9]

    @property
    def p95(self) -> float:
        """What 95 of a hundred calls stay below, in milliseconds."""
        return quantiles(self.milliseconds, n=20)[18]


def searches(release: Release, page: Page, random: Random) -> Iterator[str]:
    """Query strings that all differ: the whole and areas by turns, now and then a comparison or a difference."""
    areas = [area.code for area in release.areas if area.parent is not None]
    for language in cycle(("ar", "fr", "en")):
        parts = [
            ("lang", language),
            ("indicator", random.choice(release.indicators).id),
            ("wave", random.choice(release.waves).id),
        ]
        if page is Page.AREA or (page in (Page.COMPARE, Page.ABOUT) and random.random() < 0.5):
            parts.append(("area", random.choice(areas)))
        if page is Page.COMPARE:
            parts += [("with", card.id) for card in random.sample(release.indicators, 3)]
            parts += [("place", code) for code in random.sample(areas, min(4, len(areas)))]
        if page is Page.ABOUT:
            parts += [("contrast", random.choice(("", "women_minus_men", "since_previous")))]
        yield "?" + urlencode(parts)


def body(path: str, search: str) -> dict[str, object]:
    """What the browser sends for a page."""
    return {
        "output": "view.children",
        "outputs": {"id": "view", "property": "children"},
        "inputs": [
            {"id": "address", "property": "pathname", "value": path},
            {"id": "address", "property": "search", "value": search},
        ],
        "changedPropIds": ["address.search"],
        "parsedChangedPropsIds": ["address.search"],
    }


def public_client(releases: Path) -> FlaskClient:
    """The public's dashboards."""
    return create_dashboards(DashboardSettings(releases=releases)).test_client()


def staff_client(releases: Path, folder: str, role: Role = Role.OVERSIGHT) -> FlaskClient:
    """The staff's site with its store in a folder, entered in a role."""
    settings = StaffSettings(
        releases=releases,
        actions=Path(folder),
        staff_database_url=SecretStr(f"sqlite:///{folder}/staff.sqlite3"),
        staff_key=SecretStr(os.urandom(32).hex()),
        staff_url=f"{HOST}{STAFF}",
        demo=True,
    )
    client = create_staff(settings).test_client()
    page = client.get(f"{STAFF}account/login", base_url=HOST).text
    client.post(f"{STAFF}account/demonstration", data={"csrf_token": token(page), "role": role.value}, base_url=HOST)
    return client


def ask(client: FlaskClient, prefix: str, page: Page, search: str) -> int:
    """The bytes of a page. Raises ValueError where it was not shown."""
    mounted = STAFF[:-1] if prefix == STAFF else ""
    answer = client.post(f"{mounted}{CALLBACK}", json=body(f"{prefix}{page}", search), base_url=HOST)
    if answer.status_code != 200 or b'"headline"' not in answer.data:
        raise ValueError(f"{answer.status_code} for the page {page or 'overview'}: {answer.data[:200]!r}")
    return len(answer.data)


def measure(releases: Path, folder: str, calls: int) -> list[Asked]:
    """Every page, one after the other."""
    release, found = read(latest(releases)), []
    clients = {None: public_client(releases), Role.OVERSIGHT: staff_client(releases, folder)}
    for page, role in VISITS:
        views, times, size = searches(release, page, Random(1)), [], 0
        for number in range(WARMING + calls):
            search = next(views)
            started = time.perf_counter()
            size = max(size, ask(clients[role], STAFF if role else DASHBOARDS, page, search))
            if number >= WARMING:
                times.append((time.perf_counter() - started) * 1e3)
        found.append(Asked(page or "overview", tuple(times), size))
    return found


def fresh(releases: Path) -> tuple[float, float]:
    """Seconds until a process of its own has answered for the first time, and its MiB once it has shown every page."""
    words = [sys.executable, "-m", "benchmarks.dashboard_callback", "--only-visit", "--releases", str(releases)]
    started = time.time()
    done = subprocess.run(words, check=True, capture_output=True, text=True, cwd=ROOT)
    told = json.loads(done.stdout)
    return told["answered"] - started, told["mib"]


def visit(releases: Path, folder: str) -> dict[str, float]:
    """When the leadership's page was answered first, in seconds since 1970, and the memory after all pages."""
    client = staff_client(releases, folder)
    ask(client, STAFF, Page.LEADERSHIP, "?lang=ar")
    answered, release = time.time(), read(latest(releases))
    for page, _role in VISITS[1:]:
        views = searches(release, page, Random(2))
        for _ in range(30):
            ask(client, STAFF, page, next(views))
    return {"answered": answered, "mib": memory_mib(os.getpid())}


@click.command()
@click.option("--indicators", default=30, show_default=True)
@click.option("--areas", default=200, show_default=True)
@click.option("--waves", default=12, show_default=True)
@click.option("--calls", default=100, show_default=True, help="Of each page, after warming.")
@click.option("--releases", type=click.Path(path_type=Path), help="Over the latest release there, and no other.")
@click.option("--only-visit", is_flag=True, hidden=True)
def main(indicators: int, areas: int, waves: int, calls: int, releases: Path | None, *, only_visit: bool) -> None:
    """Measure over a constructed release."""
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="thiqa-benchmark-") as folder:
        if releases is None:
            releases = Path(folder) / "releases"
            write_large(releases, indicators, areas, waves)
        if only_visit:
            click.echo(json.dumps(visit(releases, folder)))
            return
        seconds, mib = fresh(releases)
        found = measure(releases, folder, calls)
    table = Table("page", "p50, ms", "p95, ms", "most kB", title="The callback, in the server")
    for each in found:
        table.add_row(each.page, f"{each.p50:.1f}", f"{each.p95:.1f}", f"{each.size / 1e3:.0f}")
    Console().print(table)
    click.echo(f"A fresh process answers after {seconds:.1f} s and holds {mib:.0f} MiB once all pages were shown.")
    slow = any(each.p95 > P95_MS for each in found)
    raise SystemExit(slow or seconds > START_SECONDS or mib > MOST_MIB)


if __name__ == "__main__":
    main()
