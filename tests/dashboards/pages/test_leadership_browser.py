"""The page of the leadership in a real browser: on a phone, in Arabic, in the dark, with no fault of access."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from analytics.release import Release, write
from dashboards.access import Role, Viewer
from dashboards.application import Staff, create_dashboards
from dashboards.settings import DashboardSettings
from tests.dashboards.browsing import complaints, judged
from tests.dashboards.pages.test_leadership import DRIVERS, TARGET, institutions_of
from tests.dashboards.staff import NoRecords
from tests.listening import served

pytestmark = pytest.mark.browser


@pytest.fixture
def address(tmp_path: Path, release: Release) -> Iterator[str]:
    """The page as somebody of the leadership is served it."""
    full = institutions_of(release)
    write(
        tmp_path,
        replace(full, indicators=(*full.indicators, *release.indicators[1:]), drivers=DRIVERS, targets=(TARGET,)),
    )
    staff = Staff(lambda _server: None, lambda: Viewer(Role.LEADERSHIP), NoRecords(), lambda *_: None, "/in")
    dashboards = create_dashboards(DashboardSettings(releases=tmp_path), staff=staff)
    with served(dashboards, "/dashboards") as at:
        yield f"{at}/dashboards/leadership"


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_it_fits_is_drawn_and_axe_finds_no_fault(
    chromium: Browser, address: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    context = chromium.new_context(
        bypass_csp=True,
        color_scheme=scheme,
        viewport={"width": width, "height": 800},  # axe is injected into the page
    )
    page = context.new_page()
    faults = complaints(page)
    page.goto(f"{address}?lang=ar")
    page.wait_for_selector(".exhibit-map .js-fill")
    page.wait_for_function("document.querySelectorAll('svg.main-svg .cartesianlayer').length >= 7")
    assert page.locator(".plot-container").count() == 7
    assert faults == []
    judged(page)
    context.close()
