"""Questions with drawings, pictures and a recording in a real browser: a small phone in Arabic, and forced colours."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from survey_app.fieldwork import field
from survey_app.storage.database import connect, migrate, writing
from tests.web.illustrated import ILLUSTRATED, SOUND, sound, square

from .test_respondent_site import Window, picture, press

pytestmark = pytest.mark.browser


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Engine]:
    """A database with the illustrated questionnaire in the field."""
    engine = connect(f"sqlite:///{tmp_path}/collector.sqlite3")
    migrate(engine)
    with writing(engine) as session:
        field(session, ILLUSTRATED, "2026-1", date(2026, 3, 1), date(2026, 3, 31))
    yield engine
    engine.dispose()


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """A folder with the recordings and one of the two pictures."""
    folder = tmp_path / "media"
    folder.mkdir()
    for name in SOUND.values():
        (folder / name).write_bytes(sound())
    (folder / "street.png").write_bytes(square())
    return folder


def good(page: Page, name: str, screenshots: Path) -> None:
    assert page.get_attribute("html", "dir") == "rtl"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    picture(page, screenshots / f"pictures-{name}-ar-360.png", full=False)


def inked(page: Page, row: int) -> bytes:
    """What is seen of the drawing in a row."""
    return page.locator(".choice svg").nth(row).screenshot()


def test_drawings_pictures_and_a_recording_in_arabic_on_a_small_phone(
    phone: Window, address: str, screenshots: Path
) -> None:
    page = phone(script=True).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    press(page)
    assert page.locator(".choice svg").count() == 5
    assert page.locator(".apart svg").count() == 0
    assert len({inked(page, row) for row in range(5)}) == 5
    player = page.locator("audio")
    assert player.get_attribute("aria-label") == "الاستماع إلى هذا النص"
    good(page, "faces", screenshots)
    assert not [url for url in asked if "/media/" in url]
    metadata = "it => new Promise(done => {it.onloadedmetadata = () => done(it.duration); it.preload = 'metadata'})"
    assert player.evaluate(metadata) == pytest.approx(0.5)
    assert [url for url in asked if "/media/" in url] == [f"{address}/media/treatment-ar.wav"]
    page.click(".choice svg >> nth=3")
    assert page.is_checked("[value^='4*']")
    press(page)
    good(page, "bars", screenshots)
    press(page)
    good(page, "scale", screenshots)
    assert page.locator(".scale svg").count() == 11
    press(page)
    assert page.locator("img").count() == 1
    assert page.locator("img").evaluate("it => it.naturalWidth") == 16
    good(page, "images", screenshots)


def test_drawings_are_seen_in_forced_colours(chromium: Browser, address: str, screenshots: Path) -> None:
    context = chromium.new_context(
        viewport={"width": 360, "height": 640}, locale="ar", forced_colors="active", color_scheme="dark"
    )
    page = context.new_page()
    page.goto(address)
    press(page)
    assert len({inked(page, row) for row in range(5)}) == 5
    picture(page, screenshots / "pictures-faces-forced-ar-360.png", full=False)
    page.click("[value^='2*']")
    picture(page, screenshots / "pictures-faces-forced-chosen-ar-360.png", full=False)
    press(page)
    assert len({inked(page, row) for row in range(4)}) == 4
    picture(page, screenshots / "pictures-bars-forced-ar-360.png", full=False)
    context.close()
