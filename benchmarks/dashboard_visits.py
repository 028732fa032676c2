"""Visits of pages of the dashboards through Flask's test client, each with another view.

    python -m benchmarks.dashboard_visits RELEASES

shows every page of the staff's site and prints, as JSON, when the first one was answered (seconds since 1970), what of
the processor that took, and how many MiB the process holds at the end. It imports nothing that the site does not
import itself.
"""

import gzip
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from random import Random
from urllib.parse import urlencode

from flask.testing import FlaskClient
from pydantic import SecretStr
from werkzeug.test import TestResponse

from analytics.release import Release, latest, read
from dashboards.access import Page, Role
from dashboards.accounts.settings import StaffSettings
from dashboards.accounts.site import create_staff
from dashboards.application import CALLBACK, create_dashboards
from dashboards.settings import DashboardSettings

DASHBOARDS, STAFF = "/dashboards/", "/staff/"
HOST = "http://127.0.0.1:8000"
VISITS = ((Page.OVERVIEW, None), *((page, Role.OVERSIGHT) for page in Page if page is not Page.OVERVIEW))
OF_EACH = 30
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


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
            parts += [("with", card.id) for card in random.sample(release.indicators, random.randint(0, 3))]
            parts += [("place", code) for code in random.sample(areas, random.randint(0, 4))]
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


def token(page: str) -> str:
    """What the form of a page must be sent with. Raises ValueError where there is no form."""
    found = _TOKEN.search(page)
    if found is None:
        raise ValueError("the page has no form")
    return found[1]


def ask(client: FlaskClient, prefix: str, page: Page, search: str) -> TestResponse:
    """The answer with a page, compressed as browsers take it."""
    mounted = STAFF[:-1] if prefix == STAFF else ""
    told = {"Accept-Encoding": "gzip"}
    return client.post(f"{mounted}{CALLBACK}", json=body(f"{prefix}{page}", search), base_url=HOST, headers=told)


def opened(answer: TestResponse) -> int:
    """The bytes of a page before compression. Raises ValueError where none was shown."""
    content = gzip.decompress(answer.data) if answer.headers.get("Content-Encoding") == "gzip" else answer.data
    if answer.status_code != 200 or b'"headline"' not in content:
        raise ValueError(f"no page but {answer.status_code}: {content[:200]!r}")
    return len(content)


def visit(releases: Path, folder: str) -> dict[str, float]:
    """When the leadership's page was answered first, what of the processor that took, the memory after all pages."""
    client = staff_client(releases, folder)
    opened(ask(client, STAFF, Page.LEADERSHIP, "?lang=ar"))
    answered, used, release = time.time(), time.process_time(), read(latest(releases))
    for page, _role in VISITS[1:]:
        views = searches(release, page, Random(2))
        for _ in range(OF_EACH):
            opened(ask(client, STAFF, page, next(views)))
    return {"answered": answered, "used": used, "mib": resident()}


def resident() -> float:
    """The MiB of memory that this process has for itself and shares with nobody, and its part of what it shares."""
    told = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in told.splitlines() if line.startswith("Pss:"))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="thiqa-benchmark-") as name:
        sys.stdout.write(json.dumps(visit(Path(sys.argv[1]), name)))
