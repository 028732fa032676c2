"""Pictures of charts and the page of comparison in a real browser."""

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from analytics.release import Release
from dashboards.access import Role, Viewer
from tests.dashboards.browsing import LISTEN, complaints, judged
from tests.dashboards.staff import staff_site
from tests.listening import served

pytestmark = pytest.mark.browser

SEARCH = "&with=safety&place=a1&place=a2&place=a3"
LAST = ".exhibit-area-2 .main-svg >> nth=0"


@pytest.fixture
def address(tmp_path: Path, release: Release) -> Iterator[str]:
    """The staff's site mounted below /dashboards/, looked at by the leadership."""
    site = staff_site(tmp_path / "releases", release, Viewer(Role.LEADERSHIP))
    with served(site, "/dashboards") as at:
        yield f"{at}/dashboards/compare"


def saved(page: Page, kind: str, folder: Path) -> Path:
    """The picture that the first chart's button of a kind saves."""
    with page.expect_download() as found:
        page.click(f".exhibit-indicator-1 button[data-picture={kind}]")
    path = folder / found.value.suggested_filename
    found.value.save_as(path)
    return path


def test_a_chart_is_saved_as_png_and_as_svg_with_its_words_in_arabic(
    chromium: Browser, address: str, tmp_path: Path
) -> None:
    page = chromium.new_page()
    page.add_init_script(LISTEN)
    faults = complaints(page)
    page.goto(f"{address}?lang=ar{SEARCH}")
    page.wait_for_selector(LAST)

    png, svg = (saved(page, kind, tmp_path) for kind in ("png", "svg"))
    assert re.fullmatch(r"thiqa-trust-w3-indicator-1-.+\.png", png.name)
    content = png.read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    assert width == 1920
    assert height > 800
    drawing = svg.read_text()
    assert drawing.startswith("<svg")
    said = re.sub(r"<[^>]+>", "", drawing)
    for text in ("الثقة في الشرطة", "كل البالغين", "مقياس الثقة", "النساء", "الرجال"):
        assert text in said
    assert "script" not in drawing
    assert page.evaluate("window.violations") == []
    assert faults == []
    page.close()


def test_the_form_adds_an_indicator_and_an_area_and_the_permanent_link_is_completed_with_the_host(
    chromium: Browser, address: str
) -> None:
    page = chromium.new_page()
    page.goto(f"{address}?lang=en")
    for name, value in (("with", "safety"), ("place", "a2")):
        page.click(f"details:has(#choose-{name}-1) summary")
        page.select_option(f"#choose-{name}-1", value)
    page.click("form button")
    page.wait_for_selector(".exhibit-indicator-2")
    assert "Aïn Chock" in page.inner_text(".exhibit-area-1 h3")
    page.focus("#permanent-link")
    assert page.input_value("#permanent-link") == f"{address}?lang=en&indicator=trust&wave=w3&with=safety&place=a2"
    page.close()


@pytest.mark.parametrize(("scheme", "language", "width"), [("light", "ar", 360), ("dark", "fr", 1280)])
def test_axe_finds_no_fault_and_nothing_is_wider_than_the_page(
    chromium: Browser, address: str, scheme: Literal["light", "dark"], language: str, width: int
) -> None:
    viewport = {"width": width, "height": 800}
    context = chromium.new_context(bypass_csp=True, color_scheme=scheme, viewport=viewport)  # type: ignore[arg-type]  # a ViewportSize is such a dict
    page = context.new_page()
    page.goto(f"{address}?lang={language}{SEARCH}")
    page.wait_for_selector(LAST)
    judged(page)
    context.close()
