"""The first visit and the next ones, and a page whose figures cannot be fetched, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from analytics.release import Release
from dashboards.access import Role, Viewer
from tests.dashboards.browsing import judged
from tests.dashboards.staff import staff_site
from tests.listening import served

pytestmark = pytest.mark.browser

CALL = "**/_dash-update-component**"


@pytest.fixture
def address(tmp_path: Path, release: Release) -> Iterator[str]:
    """The staff's site as the leadership has it."""
    site = staff_site(tmp_path / "releases", release, Viewer(Role.LEADERSHIP))
    with served(site, "/dashboards") as at:
        yield f"{at}/dashboards/"


def is_open(page: Page, address: str) -> bool:
    """Whether the guide is open when a page has come."""
    page.goto(address)
    page.wait_for_selector("details.guide")
    return bool(page.evaluate("document.querySelector('details.guide').open"))


def test_a_guide_is_open_on_the_first_visit_of_its_page_and_closed_afterwards(chromium: Browser, address: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    assert is_open(page, f"{address}quality?lang=ar")
    assert not is_open(page, f"{address}quality?lang=fr")
    assert is_open(page, f"{address}about?lang=fr")
    page.click("details.guide summary")
    page.click("details.guide summary")
    assert page.evaluate("document.querySelector('details.guide').open")
    context.close()


def test_who_was_signed_out_meanwhile_is_led_back_to_sign_in_and_a_dead_network_is_said(
    chromium: Browser, address: str
) -> None:
    context = chromium.new_context(bypass_csp=True)  # axe is injected into the page
    page = context.new_page()
    page.route(CALL, lambda route: route.fulfill(status=401, json={"error": "sign in"}))
    page.goto(f"{address}quality?lang=en&wave=w2")
    page.wait_for_selector(".fetching")
    assert page.inner_text(".fetching h1") == "You were signed out"
    assert page.evaluate("document.querySelector('.fetching a').href") == page.url
    assert not page.is_visible("#view")
    judged(page)
    page.unroute(CALL)
    page.route(CALL, lambda route: route.abort())
    page.goto(f"{address}quality?lang=en&wave=w2")
    page.wait_for_selector(".fetching")
    assert page.inner_text(".fetching h1") == "The figures could not be fetched"
    page.unroute(CALL)
    page.click(".fetching a")
    page.wait_for_selector("main h1 >> text=September 2025")
    context.close()


def test_a_page_from_a_dark_screen_is_printed_in_black_with_its_release_and_address(
    chromium: Browser, address: str
) -> None:
    context = chromium.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(f"{address}leadership?lang=ar")
    page.wait_for_selector(".exhibit-trend .main-svg >> nth=0")
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    colours = "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    assert page.evaluate(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert f"{address}leadership?lang=ar&indicator=trust&wave=w3" in page.inner_text(".printed")
    assert page.is_visible(".exhibit-trend table")
    assert not any(page.locator(name).first.is_visible() for name in (".choice", ".guide", ".files", ".top nav"))
    context.close()
