"""Every page that oversight has in a real browser: drawn, within the screen, accessible, and asking nobody else."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from analytics.release import Release, write
from dashboards.access import Role, Viewer
from dashboards.application import Staff, create_dashboards
from dashboards.scene import Publications
from dashboards.settings import DashboardSettings
from tests.dashboards.browsing import complaints, judged
from tests.dashboards.pages.scenes import Trail
from tests.dashboards.pages.test_oversight import ACTS, MISSING, trail
from tests.dashboards.pages.test_quality import NOTE, REPORT
from tests.listening import served
from translations.languages import LANGUAGES

pytestmark = pytest.mark.browser
DRAWN = {
    "leadership": ".exhibit-map .js-fill",
    "area": ".exhibit .main-svg",
    "compare": ".exhibit .main-svg",
    "quality": ".exhibit-refusals .main-svg",
    "oversight": ".alarm",
    "about": ".signs",
}


@pytest.fixture
def address(tmp_path: Path, release: Release) -> Iterator[str]:
    """The site as oversight has it, with a broken trail."""
    write(tmp_path, replace(release, quality=REPORT, method=dict.fromkeys(LANGUAGES, NOTE)))
    staff = Staff(
        prepare=lambda _server: None,
        viewer=lambda: Viewer(Role.OVERSIGHT),
        records=Trail(trail(60), ("2",)),
        note=lambda *_: None,
        entrance="/staff/account/login",
        publications=lambda: Publications(is_kept=True, acts=ACTS, head="ab" * 32, faults=(MISSING,)),
    )
    dashboards = create_dashboards(DashboardSettings(releases=tmp_path), "/staff/", staff)
    with served(dashboards, "/staff") as at:
        yield f"{at}/staff/"


@pytest.mark.parametrize(("language", "width"), [("ar", 360), ("fr", 1280)])
def test_every_page_fits_the_screen_axe_finds_no_fault_and_nobody_else_is_asked(
    chromium: Browser, address: str, language: str, width: int
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)  # axe is injected
    page = context.new_page()
    heard = complaints(page)
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    for name, drawn in DRAWN.items():
        page.goto(f"{address}{name}?lang={language}")
        page.wait_for_selector(drawn)
        judged(page, passes=15)
    assert heard == []
    assert hosts == {address.split("/")[2]}
    context.close()
