"""The page of an area in a real browser: drawn, inside its width, quiet, and without a fault of accessibility."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from analytics.release import Release, write
from dashboards.actions import FILE, encoded
from dashboards.application import create_dashboards
from dashboards.scene import Action
from dashboards.settings import DashboardSettings
from tests.dashboards.browsing import complaints, judged
from tests.listening import served
from translations.languages import direction

pytestmark = pytest.mark.browser

HOSTILE = '<img src=x onerror="document.title=1"><b>done</b>'


@pytest.fixture
def address(tmp_path: Path, area_release: Release) -> Iterator[str]:
    """The public's site on a threaded server, with one published action."""
    write(tmp_path / "releases", replace(area_release, id=""))
    (tmp_path / "actions").mkdir()
    done = Action(1, "a1", "trust", {"fr": HOSTILE}, {"fr": HOSTILE}, "2026-06-01", published=True, wave="w3")
    (tmp_path / "actions" / FILE).write_bytes(encoded([done]))
    site = create_dashboards(DashboardSettings(releases=tmp_path / "releases", actions=tmp_path / "actions"))
    with served(site, "/dashboards") as at:
        yield f"{at}/dashboards/area"


@pytest.mark.parametrize(("language", "width", "scheme"), [("ar", 360, "light"), ("fr", 1280, "dark")])
def test_the_page_is_drawn_and_axe_finds_no_fault(
    chromium: Browser, address: str, language: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        bypass_csp=True,  # axe is injected into the page
    )
    page = context.new_page()
    faults = complaints(page)
    page.goto(f"{address}?lang={language}&area=a1")
    page.wait_for_function("document.querySelectorAll('svg.main-svg .cartesianlayer').length >= 3")
    assert page.get_attribute("html", "dir") == direction(language)
    assert page.locator(".told").all_inner_texts() == [HOSTILE, HOSTILE]
    assert page.locator("main img, main .told b").count() == 0
    assert faults == []
    judged(page)
    context.close()


def test_the_form_leads_to_another_area_and_keeps_the_language(chromium: Browser, address: str) -> None:
    page = chromium.new_page()
    page.goto(f"{address}?lang=fr&area=a1")
    page.select_option("#choose-area", "a2")
    page.click("form button")
    page.wait_for_url("**area=a2**")
    page.wait_for_selector("h1")
    assert "Aïn Chock" in page.inner_text("h1")
    assert page.get_attribute("html", "lang") == "fr"
    page.close()
