"""The overview in a real browser, in three languages: drawn, quiet, and talking to nobody else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from analytics.release import Release, write
from dashboards.application import create_dashboards
from dashboards.settings import DashboardSettings
from tests.dashboards.browsing import LISTEN, complaints, fits, judged
from tests.listening import served
from translations.languages import LANGUAGES, direction

pytestmark = pytest.mark.browser

SCREENSHOTS = Path(__file__).parents[1] / "browser" / "screenshots"


@pytest.fixture
def address(tmp_path: Path, release: Release) -> Iterator[str]:
    """The dashboards mounted below /dashboards/ on a threaded server, as they are served."""
    write(tmp_path, release)
    dashboards = create_dashboards(DashboardSettings(releases=tmp_path))
    with served(dashboards, "/dashboards") as at:
        yield f"{at}/dashboards/"


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_overview_is_drawn_and_nothing_else_is_asked(
    chromium: Browser, address: str, language: str, width: int
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.add_init_script(LISTEN)
    faults = complaints(page)
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto(f"{address}?lang={language}")
    page.wait_for_selector(".exhibit-map .js-fill")
    page.wait_for_function("document.querySelectorAll('svg.main-svg .plot, svg.main-svg .cartesianlayer').length >= 5")

    assert page.locator(".plot-container").count() == 5
    assert page.locator(".exhibit-map .js-fill").count() == 4
    assert page.locator(".no-webgl").count() == 0
    assert page.get_attribute("html", "dir") == direction(language)
    fits(page)
    assert page.evaluate("window.violations") == []
    assert faults == []
    assert hosts == {address.split("/")[2]}
    assert all(box["height"] > 100 for item in page.locator(".chart").all() if (box := item.bounding_box()))

    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"dashboards-{language}-{width}.png", full_page=True)
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_of_accessibility(chromium: Browser, address: str, scheme: Literal["light", "dark"]) -> None:
    context = chromium.new_context(bypass_csp=True, color_scheme=scheme)  # axe is injected into the page
    page = context.new_page()
    page.goto(f"{address}?lang=ar")
    page.wait_for_selector(".exhibit-map .js-fill")
    judged(page)
    context.close()


def test_the_form_leads_to_another_view_and_keeps_the_language(chromium: Browser, address: str) -> None:
    page = chromium.new_page()
    page.goto(f"{address}?lang=fr")
    page.select_option("#choose-indicator", "safety")
    page.click("form button")
    page.wait_for_url("**indicator=safety**")
    page.wait_for_selector("h1")
    assert "Sécurité la nuit" in page.inner_text("h1")
    assert page.get_attribute("html", "lang") == "fr"
    assert page.input_value("#choose-indicator") == "safety"
    page.close()


def test_a_table_twin_opens_by_keyboard_and_holds_the_numbers(chromium: Browser, address: str) -> None:
    page = chromium.new_page()
    page.goto(f"{address}?lang=en")
    page.focus(".exhibit-trend summary")
    page.keyboard.press("Enter")
    cells = page.locator(".exhibit-trend tbody tr").nth(2).inner_text()
    assert all(part in cells for part in ("May 2026", "54%", "51% to 57%", "1,234", "published"))
    page.close()
