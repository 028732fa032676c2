"""Consent and help in a real browser without script: on a small phone, in three languages."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine

from survey_app.fieldwork import field
from survey_app.storage.database import connect, migrate, writing
from tests.web.heavy import HEAVY

from .test_respondent_site import WAY, Window, first_screen, picture, press

pytestmark = pytest.mark.browser


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Engine]:
    """A database with the questionnaire with a heavy module in the field; the site shows the example's contacts."""
    engine = connect(f"sqlite:///{tmp_path}/collector.sqlite3")
    migrate(engine)
    with writing(engine) as session:
        field(session, HEAVY, "2026-1", date(2026, 3, 1), date(2026, 3, 31))
    yield engine
    engine.dispose()


def height(page: Page) -> float:
    box = page.locator("html").bounding_box()
    assert box
    return box["height"]


def to_the_heavy_module(page: Page, address: str, language: str) -> None:
    page.goto(f"{address}/?lang={language}")
    press(page)
    page.click(".choice:has([value^='06.141.01.53*'])")
    press(page)
    press(page)


@pytest.mark.parametrize("language", WAY)
def test_the_consent_page_is_short_and_its_details_open_without_script(
    phone: Window, address: str, screenshots: Path, language: str
) -> None:
    page = phone(language=language).new_page()
    page.goto(f"{address}/?lang={language}")
    start = page.locator(".next").bounding_box()
    assert start
    assert start["y"] + start["height"] < 2 * 640
    assert height(page) <= 2.5 * 640
    picture(page, screenshots / f"information-consent-{language}-360.png")
    page.click("summary")
    assert page.locator("details a[href='tel:0800000001']").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    picture(page, screenshots / f"information-consent-open-{language}-360.png")


@pytest.mark.parametrize("language", WAY)
def test_help_never_takes_the_buttons_place(phone: Window, address: str, screenshots: Path, language: str) -> None:
    page = phone(language=language).new_page()
    to_the_heavy_module(page, address, language)
    assert first_screen(page)
    before = page.locator(".next").bounding_box()
    summary = page.locator("summary").bounding_box()
    assert before
    assert summary
    assert summary["y"] >= before["y"] + before["height"]
    assert summary["height"] >= 44
    picture(page, screenshots / f"information-help-{language}-360.png", full=False)
    page.click("summary")
    assert page.locator(".next").bounding_box() == before
    for link in page.locator("details a").all():
        box = link.bounding_box()
        assert box
        assert box["height"] >= 44
    picture(page, screenshots / f"information-help-open-{language}-360.png")
