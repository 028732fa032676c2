"""What a page costs on the wire: `python -m benchmarks.page_weight`.

The bundled core form under the real server, in chromium with a cold cache; bytes are the browser's own count of what
came over the wire, headers and all (Network.loadingFinished, encodedDataLength). The first page must stay within
14,000 bytes and two requests, a question within 6,000. On the same measure LimeSurvey's welcome page costs 1,227 kB in
28 requests.
"""

import argparse
import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from shutil import which
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from survey_app.instrument import read_instrument

from .served import databases, ours

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Page

FIRST, QUESTION = 14_000, 6_000
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@dataclass
class Weight:
    """The bytes and requests of one page, all that it loads counted."""

    page: str
    language: str
    requests: int = 0
    received: int = 0


@contextmanager
def weighed(context: "BrowserContext", page: "Page", weight: Weight) -> "Iterator[None]":
    """Count what comes over the wire meanwhile."""
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    documents: dict[str, int] = {}
    session.on(
        "Network.loadingFinished", lambda event: documents.update({event["requestId"]: event["encodedDataLength"]})
    )
    yield
    page.wait_for_load_state("networkidle")
    came = [size for size in documents.values() if size]  # what was kept from before costs nothing
    weight.requests, weight.received = len(came), sum(came)
    session.detach()


def measure(address: str) -> list[Weight]:
    """The first page, the first page of the interview with what it loads once, and a later question, by language."""
    found = []
    chromium = which("chromium") or which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        for language in ("ar", "fr", "en"):
            context = browser.new_context(viewport={"width": 360, "height": 640}, locale=language)
            page = context.new_page()
            first, question, later = (Weight(name, language) for name in ("first", "question", "later question"))
            with weighed(context, page, first):
                page.goto(f"{address}/?lang={language}")
            with weighed(context, page, question), page.expect_navigation(wait_until="load"):
                page.click(".next")
            with page.expect_navigation(wait_until="load"):
                page.click(".next")
            page.click(".choice >> nth=0")
            with weighed(context, page, later), page.expect_navigation(wait_until="load"):
                page.click(".next")
            found += [first, question, later]
            context.close()
        browser.close()
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with databases("sqlite") as folder, ours(folder.new(), read_instrument().questionnaire) as site:
        found = measure(site.address)
    if options.json:
        print(json.dumps([asdict(weight) for weight in found], indent=1))
        return
    print("page            language  requests   bytes  limit")
    for weight in found:
        limit = FIRST if weight.page == "first" else QUESTION
        print(f"{weight.page:<15} {weight.language:<8} {weight.requests:>9} {weight.received:>7} {limit:>6}")


if __name__ == "__main__":
    main()
