"""What the dashboards cost on the wire up to their first chart: `python -m benchmarks.dashboard_weight`.

The public's first page and the leadership's page, beside a bare Dash page with one graph under the same server, in
chromium with a cold cache. Bytes are the browser's own count of what came over the wire, headers and all, until a chart
is drawn and nothing is on its way any more. Each must stay within MOST times the bare page, in bytes and in requests.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from shutil import which
from urllib.parse import urlsplit

import click
from playwright.sync_api import Browser, sync_playwright
from rich.console import Console
from rich.table import Table

from dashboards.access import Role

from .dashboard_visits import DASHBOARDS, STAFF
from .dashboards_served import bare, entered, public, staff
from .large_release import write_large
from .page_weight import QUIET, Weight, weighed

MOST = 1.3
CHART = ".js-plotly-plot .main-svg"


@dataclass(frozen=True, slots=True)
class Subject:
    """A page to weigh: its name, its address and the cookies that it is asked for with."""

    page: str
    address: str
    cookies: dict[str, str]


@contextmanager
def subjects(releases: Path) -> Iterator[list[Subject]]:
    """The bare page first."""
    with bare() as least, public(releases) as open_to_all, staff(releases) as ours:
        cookies = entered(ours.address, Role.LEADERSHIP)
        yield [
            Subject("bare Dash, one graph", f"{least.address}/", {}),
            Subject("public overview", f"{open_to_all.address}{DASHBOARDS}", {}),
            Subject("leadership", f"{ours.address}{STAFF}leadership", cookies),
        ]


def weigh(browser: Browser, subject: Subject, language: str) -> tuple[Weight, dict[str, int]]:
    """The page with all that it loads, and the bytes of each part by its path."""
    context = browser.new_context(viewport={"width": 360, "height": 640}, locale=language)
    host = urlsplit(subject.address).hostname or ""
    context.add_cookies(
        [{"name": name, "value": value, "domain": host, "path": "/"} for name, value in subject.cookies.items()]
    )
    page, weight = context.new_page(), Weight(subject.page, language)
    parts: dict[str, int] = {}
    page.on(
        "requestfinished",
        lambda request: parts.update({urlsplit(request.url).path: request.sizes()["responseBodySize"]}),
    )
    with weighed(context, page, weight):
        page.goto(f"{subject.address}?lang={language}")
        page.wait_for_selector(CHART)
    context.close()
    return weight, parts


@click.command()
@click.option("--areas", default=17, show_default=True)
@click.option("--waves", default=6, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.option("--parts", "told", is_flag=True, help="Print what each page loads.")
def main(areas: int, waves: int, *, as_json: bool, told: bool) -> None:
    """Weigh, over a constructed release of 30 indicators."""
    found: list[Weight] = []
    chromium = which("chromium") or which("google-chrome")
    with tempfile.TemporaryDirectory(prefix="thiqa-benchmark-") as name, sync_playwright() as playwright:
        write_large(Path(name), 30, areas, waves)
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        with subjects(Path(name)) as weighable:
            for language in ("ar", "fr", "en"):
                for subject in weighable:
                    weight, parts = weigh(browser, subject, language)
                    found.append(weight)
                    if told and language == "ar":
                        click.echo(f"{subject.page}\n" + "".join(f"{parts[part]:>10} {part}\n" for part in parts))
        browser.close()
    bare = {each.language: each for each in found if each.page == found[0].page}
    pairs = [(each, bare[each.language]) for each in found]
    ratios = [(each.received / least.received, each.requests / least.requests) for each, least in pairs]
    if as_json:
        click.echo(json.dumps([asdict(weight) for weight in found], indent=1))
    else:
        table = Table("page", "language", "requests", "times the bare", "bytes", "times the bare")
        for each, (size, count) in zip(found, ratios, strict=True):
            numbers = (str(each.requests), f"{count:.2f}", f"{each.received:,}", f"{size:.2f}")
            table.add_row(each.page, each.language, *numbers)
        Console().print(table)
    raise SystemExit(max(max(pair) for pair in ratios) > MOST)


if __name__ == "__main__":
    main()
