"""The dashboards, the staff's site and a bare Dash page under the server of production, for the benchmarks of pages."""

import os
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

from dashboards.access import Role

from .dashboard_visits import DASHBOARDS, STAFF, token
from .served import Served, free_port, serving


@contextmanager
def public(releases: Path, workers: int = 1) -> Iterator[Served]:
    """The public's dashboards over the latest release of a directory."""
    environment = {"THIQA_RELEASES": str(releases), "THIQA_RELEASE_PUBLIC_KEY": "", "SCRIPT_NAME": DASHBOARDS[:-1]}
    with serving("deploy.wsgi:dashboards()", "", free_port(), workers, environment) as served:
        yield served


@contextmanager
def staff(releases: Path, workers: int = 1) -> Iterator[Served]:
    """The staff's site over the latest release, which is synthetic, so that its five people are entered by a button."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="thiqa-benchmark-", ignore_cleanup_errors=True) as folder:
        database = f"sqlite:///{folder}/staff.sqlite3"
        environment = {
            "THIQA_RELEASES": str(releases),
            "THIQA_RELEASE_PUBLIC_KEY": "",
            "THIQA_ACTIONS": f"{folder}/actions",
            "THIQA_STAFF_DATABASE_URL": database,
            "THIQA_STAFF_KEY": os.urandom(32).hex(),
            "THIQA_STAFF_URL": f"http://127.0.0.1:{port}{STAFF}",
            "THIQA_DEMO": "true",
        }
        with serving("deploy.wsgi:staff()", database, port, workers, environment) as served:
            yield served


@contextmanager
def bare() -> Iterator[Served]:
    """A bare Dash page with one graph."""
    with serving("benchmarks.bare_dash:site()", "", free_port(), 1, {}) as served:
        yield served


def entered(address: str, role: Role) -> dict[str, str]:
    """The cookies of one who entered the staff's demonstration at this address in a role."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with browser.open(f"{address}{STAFF}account/login") as page:
        form = urllib.parse.urlencode({"csrf_token": token(page.read().decode()), "role": role.value}).encode()
    with browser.open(f"{address}{STAFF}account/demonstration", form):
        return {cookie.name: cookie.value or "" for cookie in jar}
