"""The respondent's site in a real browser without script, on a small phone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from nacl.public import PrivateKey, SealedBox
from playwright.sync_api import BrowserContext, Error, Page
from sqlalchemy import Engine
from sqlmodel import select

from survey_app.intake import unpadded
from survey_app.storage.database import reading
from survey_app.storage.tables import EnvelopeRow

pytestmark = pytest.mark.browser
Window = Callable[..., BrowserContext]
WAY = {"ar": "rtl", "fr": "ltr", "en": "ltr"}


@contextmanager
def moving(page: Page) -> Iterator[None]:
    """What leads to another page, and until that is there.

    Where the script replaces the document, its address moves and no load is sure to be told: so the page itself is
    asked.
    """
    with page.expect_navigation(wait_until="commit"):
        yield
    for _ in range(200):
        with suppress(Error):  # while the next document comes
            if page.evaluate("document.readyState") == "complete":
                return
        page.wait_for_timeout(50)
    raise AssertionError("the page is not there after ten seconds")


def press(page: Page) -> None:
    with moving(page):
        page.click(".next")


def picture(page: Page, path: Path, *, full: bool = True) -> None:
    """A picture for looking at; a page that was just reached by a redirect may not be painted yet."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(100)
    page.screenshot(path=path, full_page=full)


def choose(page: Page, code: str) -> None:
    """Touch the row, not the small circle in it."""
    page.click(f".choice:has([value^='{code}*']) span")
    press(page)


def first_screen(page: Page) -> bool:
    """Whether the next button lies wholly inside the window without scrolling."""
    box, size = page.locator(".next").bounding_box(), page.viewport_size
    assert box
    assert size
    return box["y"] >= 0 and box["y"] + box["height"] <= size["height"]


def start(page: Page, address: str, language: str) -> None:
    page.goto(f"{address}/?lang={language}")
    press(page)
    press(page)


def to_the_review(page: Page) -> None:
    """From the first question, by the longer branch."""
    for code in ("2", "1", "1"):
        choose(page, code)
    page.fill(".number", "٣")
    press(page)
    choose(page, "f")


def test_fault_73_a_whole_interview_in_arabic_on_a_small_phone_without_script(
    phone: Window, address: str, collector: Engine, custodian: PrivateKey, screenshots: Path
) -> None:
    context = phone()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(address)
    assert (page.get_attribute("html", "lang"), page.get_attribute("html", "dir")) == ("ar", "rtl")
    assert context.cookies() == []
    picture(page, screenshots / "consent-ar-360.png")
    press(page)
    (cookie,) = context.cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    picture(page, screenshots / "note-ar-360.png", full=False)
    press(page)

    assert page.inner_text("h1") == "ما مدى ثقتك في الشرطة؟"
    assert page.locator(".choice").count() == 5
    assert first_screen(page)
    picture(page, screenshots / "question-ar-360.png", full=False)
    for row in page.locator(".choice").all():
        box = row.bounding_box()
        assert box
        assert box["height"] >= 48
    choose(page, "98")
    page.go_back()
    assert page.is_checked("[value^='98*']")
    choose(page, "2")
    picture(page, screenshots / "six-options-ar-360.png", full=False)
    press(page)
    assert page.locator(".summary").is_visible()
    picture(page, screenshots / "fault-ar-360.png", full=False)

    where = page.url.partition("?")[0]
    page.click("nav a[lang=fr]")
    assert (page.get_attribute("html", "lang"), page.get_attribute("html", "dir")) == ("fr", "ltr")
    assert page.url == where
    choose(page, "1")
    page.click("nav a[lang=ar]")
    assert page.get_attribute("html", "dir") == "rtl"
    choose(page, "1")
    picture(page, screenshots / "number-ar-360.png", full=False)
    page.fill(".number", "٩٩٩")
    press(page)
    assert "300" in page.inner_text(".summary")
    assert page.input_value(".number") == "٩٩٩"
    page.fill(".number", "٣")
    press(page)
    choose(page, "f")
    assert page.url.endswith("/review")
    picture(page, screenshots / "review-ar-360.png")
    press(page)
    assert "/thanks" in page.url
    picture(page, screenshots / "thanks-ar-360.png", full=False)
    assert context.cookies() == []
    page.go_back()
    assert "أثق" not in page.content()
    assert {url.split("/")[2] for url in asked} == {address.split("/")[2]}

    with reading(collector) as session:
        (envelope,) = session.exec(select(EnvelopeRow)).all()
    content = unpadded(SealedBox(custodian).decrypt(envelope.sealed)).decode()
    answers = '{"contact12":"1","safe_dark":"1","sex":"f","times":3,"trust_police":"2"}'
    assert f'"answers":{answers}' in content
    assert '"language":"ar"' in content


def test_leaving_forgets(phone: Window, address: str, screenshots: Path) -> None:
    context = phone()
    page = context.new_page()
    start(page, address, "ar")
    to_the_review(page)
    page.click(".leave")
    assert "/left" in page.url
    picture(page, screenshots / "left-ar-360.png", full=False)
    assert context.cookies() == []
    page.go_back()
    assert page.locator("[value]:checked, dl").count() == 0
