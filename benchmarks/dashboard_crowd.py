"""Many people who click through the staff's site at once: `python -m benchmarks.dashboard_crowd`.

Each has a session, opens a page with another view, as a browser does (the page, its layout, its callback), thinks about
a second and clicks again. The site runs as in production, with two workers. p95 of the time from a click until all of
its page is there must stay below P95_SECONDS. The people run on the same machine and take their part of it.
"""

import asyncio
import json
import os
import random
import tempfile
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit

import click

from analytics.release import Release, latest, read
from dashboards.access import PAGES, Role
from dashboards.application import CALLBACK

from .dashboard_visits import STAFF, body, searches
from .dashboards_served import entered, staff
from .large_release import write_large
from .served import cpu_seconds

P95_SECONDS = 1.0
THINK = (0.5, 1.5)  # seconds
ROLES = (Role.LEADERSHIP, Role.OVERSIGHT, Role.ANALYST)
WARMING = 5.0  # seconds


@dataclass
class Tally:
    """The seconds of every click and of the callback in it, after the warming."""

    clicks: list[float] = field(default_factory=list)
    callbacks: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


async def person(site: str, role: Role, cookie: str, release: Release, until: float, tally: Tally) -> None:
    """Click until the time is over."""
    mine = random.Random()
    views = {page: searches(release, page, mine) for page in PAGES[role]}
    begun = time.perf_counter()
    await asyncio.sleep(mine.uniform(0, THINK[1]))
    while time.perf_counter() < until:
        page = mine.choice(PAGES[role])
        search, started = next(views[page]), time.perf_counter()
        sent = json.dumps(body(f"{STAFF}{page}", search))
        try:
            await _ask(site, cookie, f"{STAFF}{page}{search}")
            await _ask(site, cookie, f"{STAFF}_dash-layout")
            asked = time.perf_counter()
            shown = await _ask(site, cookie, f"{STAFF}{CALLBACK[1:]}", sent)
            if b'"headline"' not in shown:
                raise ValueError(f"{shown[:200]!r} at {page}")
        except (OSError, EOFError, ValueError) as error:
            tally.errors.append(f"{type(error).__name__}: {error}")
        else:
            if started - begun > WARMING:
                tally.clicks.append(time.perf_counter() - started)
                tally.callbacks.append(time.perf_counter() - asked)
        await asyncio.sleep(mine.uniform(*THINK))


async def _ask(site: str, cookie: str, address: str, sent: str | None = None) -> bytes:
    """Ask over a connection of its own, and read all of the answer. Raises ValueError where it is none."""
    where = urlsplit(site)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    head = [f"{'GET' if sent is None else 'POST'} {address} HTTP/1.1", f"Host: {where.netloc}", f"Cookie: {cookie}"]
    head += ["Accept-Encoding: gzip", "Connection: close", "Sec-Fetch-Site: same-origin"]
    head += [] if sent is None else ["Content-Type: application/json", f"Content-Length: {len(sent.encode())}"]
    writer.write(("\r\n".join(head) + f"\r\n\r\n{sent or ''}").encode())
    answer = await reader.read(-1)
    writer.close()
    if not answer.startswith(b"HTTP/1.1 200"):
        raise ValueError(f"{answer[:40]!r} at {address}")
    content = answer.partition(b"\r\n\r\n")[2]
    return zlib.decompress(content, 47) if content.startswith(b"\x1f\x8b") else content


async def crowd(site: str, people: int, seconds: float, release: Release) -> Tally:
    """So many people for so long."""
    cookies = {role: "; ".join(f"{name}={value}" for name, value in entered(site, role).items()) for role in ROLES}
    tally, until = Tally(), time.perf_counter() + WARMING + seconds
    roles = [ROLES[number % len(ROLES)] for number in range(people)]
    await asyncio.gather(*(person(site, role, cookies[role], release, until, tally) for role in roles))
    return tally


def _told(name: str, seconds: list[float]) -> Iterator[str]:
    parts = quantiles(seconds, n=20)
    yield f"{name}: p50 {parts[9]:.2f} s, p95 {parts[18]:.2f} s, most {max(seconds):.2f} s."


@click.command()
@click.option("--people", default=50, show_default=True)
@click.option("--seconds", default=30.0, show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--areas", default=26, show_default=True)
@click.option("--waves", default=12, show_default=True)
@click.option("--releases", type=click.Path(path_type=Path), help="Over the latest release there, and no other.")
def main(people: int, seconds: float, workers: int, areas: int, waves: int, releases: Path | None) -> None:
    """Have them click, over a constructed release of 30 indicators."""
    with tempfile.TemporaryDirectory(prefix="thiqa-benchmark-") as name:
        if releases is None:
            releases = Path(name)
            write_large(releases, 30, areas, waves)
        release = read(latest(releases))
        with staff(releases, workers) as served:
            before, own = cpu_seconds(served.pid), time.process_time()
            tally = asyncio.run(crowd(served.address, people, seconds, release))
            used, own = cpu_seconds(served.pid) - before, time.process_time() - own
    lines = [*_told("A click", tally.clicks), *_told("Its callback", tally.callbacks)]
    load = os.getloadavg()[0]
    lines.append(
        f"{len(tally.clicks)} clicks of {people} people, {len(release.areas)} areas, {len(tally.errors)} errors; "
        f"{os.cpu_count()} cores, load {load:.1f}; the site used {used:.0f} s of the processor, the people {own:.0f}."
    )
    click.echo("\n".join([*lines, *tally.errors[:3]]))
    raise SystemExit(bool(tally.errors) or quantiles(tally.clicks, n=20)[18] > P95_SECONDS)


if __name__ == "__main__":
    main()
