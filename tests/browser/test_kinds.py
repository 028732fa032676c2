"""Every kind of item in a real browser without script: a small phone in Arabic."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from nacl.public import PrivateKey, SealedBox
from playwright.sync_api import Page
from sqlalchemy import Engine
from sqlmodel import select

from survey_app.fieldwork import field
from survey_app.intake import unpadded
from survey_app.storage.database import connect, migrate, reading, writing
from survey_app.storage.tables import EnvelopeRow
from tests.web.kinds import KINDS, REPLIES, Sent

from .test_respondent_site import WAY, Window, first_screen, picture, press

pytestmark = pytest.mark.browser
FAULTY = {"called": {"day": "31", "month": "2", "year": "2024"}, "been": {"answer@waited": "x"}}


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Engine]:
    """A database with the questionnaire of every kind in the field."""
    engine = connect(f"sqlite:///{tmp_path}/collector.sqlite3")
    migrate(engine)
    with writing(engine) as session:
        field(session, KINDS, "2026-1", date(2026, 3, 1), date(2026, 3, 31))
    yield engine
    engine.dispose()


def fill(page: Page, sent: Sent) -> None:
    """Give a screen's replies by touch and keyboard."""
    for name, given in sent.items():
        for value in given if isinstance(given, list) else [given]:
            control = page.locator(f"[name='{name}']").first
            if control.evaluate("it => it.tagName") == "SELECT":
                control.select_option(value)
            elif control.get_attribute("type") in ("radio", "checkbox"):
                page.click(f"label:has([name='{name}'][value^='{value}*'])")
            elif value:
                control.fill(value)


def begin(page: Page, address: str, language: str) -> None:
    page.goto(f"{address}/?lang={language}")
    press(page)


def test_every_kind_in_arabic_on_a_small_phone_without_script(
    phone: Window, address: str, collector: Engine, custodian: PrivateKey, screenshots: Path
) -> None:
    context = phone()
    page = context.new_page()
    begin(page, address, "ar")
    for name, sent, _ in REPLIES:
        assert page.url.endswith(f"/page/{KINDS.numbers[name]}")
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        if name in ("adult", "area", "trust", "born", "moved", "distance"):
            assert first_screen(page), name
        for row in page.locator(".choice, .rank").all():
            box = row.bounding_box()
            assert box
            assert box["height"] >= 48
            assert box["width"] >= 44
        picture(page, screenshots / f"kind-{name}-ar-360.png")
        fill(page, FAULTY.get(name, {}))  # type: ignore[arg-type]  # as sent
        if name in FAULTY:
            press(page)
            assert page.locator(".summary a").count() >= 1
            picture(page, screenshots / f"kind-{name}-fault-ar-360.png")
        fill(page, sent)
        press(page)
    assert page.url.endswith("/review")
    picture(page, screenshots / "kind-review-ar-360.png")
    press(page)
    assert "/thanks" in page.url
    with reading(collector) as session:
        (envelope,) = session.exec(select(EnvelopeRow)).all()
    content = unpadded(SealedBox(custodian).decrypt(envelope.sealed)).decode()
    for part in (
        '"concerns":["theft","traffic"]',
        '"priorities":["respect","patrols","speed"]',
        '"trust":7',
        '"times":{"missing":"dont_know"}',
        '"distance":1.5',
        '"born":"1984"',
        '"moved":"2015-08"',
        '"called":"2024-05-03"',
        '"waited":20',
        '"story":"سطر أول\\n<b>سطر ثان</b>"',
    ):
        assert part in content


def test_a_screen_out_in_arabic_leaves_nothing(phone: Window, address: str, screenshots: Path) -> None:
    context = phone()
    page = context.new_page()
    begin(page, address, "ar")
    press(page)
    fill(page, {"answer": "no"})
    press(page)
    assert "/ended" in page.url
    assert context.cookies() == []
    picture(page, screenshots / "kind-ended-ar-360.png", full=False)


def test_the_points_of_a_scale_run_with_the_page(phone: Window, address: str) -> None:
    for language, way in WAY.items():
        page = phone(768, 640, language).new_page()
        begin(page, address, language)
        for name, sent, _ in REPLIES[:6]:
            assert name != "trust"
            fill(page, sent)
            press(page)
        low, high = (page.locator(f"label:has([value^='{end}*'])").bounding_box() for end in (0, 10))
        assert low
        assert high
        assert low["y"] == high["y"]
        assert (low["x"] > high["x"]) == (way == "rtl")
