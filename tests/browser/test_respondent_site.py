"""The respondent's site in a real browser without script: a small phone, three languages, and axe."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from nacl.public import PrivateKey, SealedBox
from playwright.sync_api import BrowserContext, Page
from sqlalchemy import Engine
from sqlmodel import select

from survey_app.intake import unpadded
from survey_app.storage.database import reading
from survey_app.storage.tables import EnvelopeRow

from .questionnaire import QUESTIONNAIRE

pytestmark = pytest.mark.browser
Window = Callable[..., BrowserContext]
WAY = {"ar": "rtl", "fr": "ltr", "en": "ltr"}


def press(page: Page) -> None:
    with page.expect_navigation(wait_until="load"):  # where the script sends, the click itself does not navigate
        page.click(".next")


def picture(page: Page, path: Path, *, full: bool = True) -> None:
    """A picture for looking at; a page that was just reached by a redirect may not be painted yet."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(100)
    page.screenshot(path=path, full_page=full)


def choose(page: Page, code: str) -> None:
    """Touch the row, not the small circle in it."""
    page.click(f".choice:has([value='{code}']) span")
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


def test_a_whole_interview_in_arabic_on_a_small_phone_without_script(
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
    assert page.is_checked("[value='98']")
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


def test_leaving_is_at_the_same_place_and_forgets(phone: Window, address: str, screenshots: Path) -> None:
    context = phone()
    page = context.new_page()
    places = []
    page.goto(address)
    places.append(page.locator(".leave").bounding_box())
    press(page)
    press(page)
    places.append(page.locator(".leave").bounding_box())
    to_the_review(page)
    places.append(page.locator(".leave").bounding_box())
    assert places[0] == places[1] == places[2]
    page.click(".leave")
    assert "/left" in page.url
    picture(page, screenshots / "left-ar-360.png", full=False)
    assert context.cookies() == []
    page.go_back()
    assert page.locator("[value]:checked, dl").count() == 0


@pytest.mark.parametrize("language", WAY)
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_no_page_scrolls_sideways(phone: Window, address: str, screenshots: Path, language: str, width: int) -> None:
    page = phone(width, 640, language, script=True).new_page()

    def fits(name: str) -> None:
        assert page.get_attribute("html", "dir") == WAY[language]
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        picture(page, screenshots / f"{name}-{language}-{width}.png")

    page.goto(f"{address}/?lang={language}")
    fits("consent")
    page.goto(f"{address}/privacy?lang={language}")
    fits("privacy")
    start(page, address, language)
    fits("question")
    press(page)
    fits("fault")
    to_the_review(page)
    fits("review")
    page.goto(f"{address}/nowhere")
    fits("nowhere")


@pytest.mark.parametrize("language", WAY)
def test_text_at_four_times_its_size_stays_readable(phone: Window, address: str, language: str) -> None:
    """Zoom of 400 % at 1280 px is a window of 320 px; larger text alone must not push anything out either."""
    page = phone(640, 800, language, script=True).new_page()
    start(page, address, language)
    page.add_style_tag(content="html{font-size:36px !important}")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("language", WAY)
def test_axe_finds_nothing(phone: Window, address: str, language: str) -> None:
    page = phone(360, 640, language, script=True).new_page()
    axe = Axe()

    def clean(name: str) -> None:
        found = axe.run(page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"

    page.goto(f"{address}/?lang={language}")
    clean("consent")
    press(page)
    clean("note")
    press(page)
    clean("question")
    press(page)
    clean("fault")
    to_the_review(page)
    clean("review")
    page.goto(f"{address}/page/{QUESTIONNAIRE.numbers['times']}")
    clean("number")
    page.goto(f"{address}/nowhere")
    clean("nowhere")
    page.goto(f"{address}/privacy?lang={language}")
    clean("privacy")
    page.goto(f"{address}/review")
    press(page)
    clean("thanks")


def test_the_keyboard_alone_is_enough(phone: Window, address: str) -> None:
    page = phone(360, 640, "en", script=True).new_page()
    start(page, address, "en")
    page.focus("[value='0']")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.is_checked("[value='2']")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "next"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/page/{QUESTIONNAIRE.numbers['safe_dark']}")
    assert QUESTIONNAIRE.by_name["safe_dark"].label["en"] == page.inner_text("h1")
