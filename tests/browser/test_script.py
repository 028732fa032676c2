"""The optional script in a real browser under the site's own policy: it keeps, sends later, warns, leaves, solves."""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Request, expect
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from sqlmodel import func, select

from survey_app.engine import Item, Kind, Questionnaire, checked
from survey_app.fieldwork import field
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import DraftRow

from .questionnaire import QUESTIONNAIRE
from .test_respondent_site import choose, moving, press, start

pytestmark = pytest.mark.browser
KEPT = "Your answer stays on this page"
STORED = """async () => [localStorage.length, sessionStorage.length, document.cookie,
    (await indexedDB.databases()).length, (await caches.keys()).length]"""
WATCH = """() => new MutationObserver(() => console.log(document.body.hidden ? 'dark' : 'light'))
    .observe(document.body, {attributes: true})"""
VOICES = """
    window.said = [];
    const voice = {lang: "en-GB", name: "test"};
    Object.defineProperty(window, "speechSynthesis", {value: {
        getVoices: () => [voice], addEventListener() {}, speaking: false, cancel() { this.speaking = false; },
        speak(one) { this.speaking = true; said.push(one.text); }
    }});
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""


@pytest.fixture
def window(chromium: Browser) -> Iterator[BrowserContext]:
    """A window with script and with the site's policy in force."""
    context = chromium.new_context(viewport={"width": 360, "height": 640}, locale="en")
    yield context
    context.close()


@pytest.fixture
def page(window: BrowserContext) -> Iterator[Page]:
    """A page that fails the test when the policy stops something or the script breaks."""
    page = window.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", lambda said: broken.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    assert broken == []


def test_an_answer_given_without_a_line_stays_on_the_page_and_is_sent_when_it_is_back(
    window: BrowserContext, page: Page, address: str
) -> None:
    start(page, address, "en")
    window.set_offline(True)
    page.click(".choice:has([value^='2*']) span")
    page.click(".next")
    expect(page.get_by_role("status")).to_contain_text(KEPT)
    assert page.is_checked("[value^='2*']")
    assert page.evaluate(STORED) == [0, 0, "", 0, 0]
    with moving(page):
        window.set_offline(False)
    assert page.url.endswith(f"/page/{QUESTIONNAIRE.numbers['safe_dark']}")
    page.go_back()
    assert page.is_checked("[value^='2*']")


def test_what_is_sent_has_one_length_whatever_was_answered(page: Page, address: str) -> None:
    lengths: set[int] = set()

    def weigh(request: Request) -> None:
        if request.method == "POST" and "/page/" in request.url:
            lengths.add(len(request.post_data or ""))

    page.on("request", weigh)
    start(page, address, "en")
    for code in ("2", "98", "0"):
        choose(page, code)
        page.go_back()
    assert len(lengths) == 1
    assert lengths.pop() % 512 == 0


def test_an_answer_given_while_the_database_is_away_is_sent_later(page: Page, address: str, collector: Engine) -> None:
    start(page, address, "en")

    def away(*_: object) -> None:
        raise OperationalError("", {}, Exception("away"))

    event.listen(collector.pool, "checkout", away)
    page.click(".choice:has([value^='3*']) span")
    page.click(".next")
    expect(page.get_by_role("status")).to_contain_text(KEPT)
    event.remove(collector.pool, "checkout", away)
    page.wait_for_url(f"**/page/{QUESTIONNAIRE.numbers['safe_dark']}", timeout=15_000)
    page.go_back()
    assert page.is_checked("[value^='3*']")


def test_a_refused_answer_is_told_as_without_script(page: Page, address: str) -> None:
    start(page, address, "en")
    press(page)
    assert page.locator(".summary").is_visible()
    choose(page, "1")
    assert page.url.endswith(f"/page/{QUESTIONNAIRE.numbers['safe_dark']}")


def test_typing_is_not_lost_without_a_warning(page: Page, address: str, collector: Engine) -> None:
    texts = checked(
        Questionnaire(
            "texts", {"en": "T"}, ("en",), tuple(Item(name, Kind.TEXT, {"en": name}) for name in ("one", "two"))
        )
    )
    with writing(collector) as session:
        field(session, texts, "2026-9", date(2026, 6, 1), date(2026, 6, 30))
    asked: list[str] = []

    def answered(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answered)
    page.goto(f"{address}/?lang=en")
    press(page)
    page.fill("#answer", "something")
    page.goto(f"{address}/privacy")
    assert asked == ["beforeunload"]
    page.goto(f"{address}/page/1")
    page.fill("#answer", "something")
    press(page)
    assert asked == ["beforeunload"]
    assert page.url.endswith("/page/2")


def test_leaving_by_script_goes_dark_at_once_and_leaves_nothing(
    window: BrowserContext, page: Page, address: str, collector: Engine
) -> None:
    start(page, address, "en")
    choose(page, "2")
    before, heard = page.evaluate("history.length"), []
    page.on("console", lambda said: heard.append(said.text))
    page.evaluate(WATCH)
    with page.expect_navigation(url="**/left*"):
        page.click(".leave")
    assert "dark" in heard
    assert page.evaluate("history.length") == before
    assert window.cookies() == []
    with reading(collector) as session:
        assert session.exec(select(func.count()).select_from(DraftRow)).one() == 0
    page.go_back()
    assert page.locator("[value]:checked, dl").count() == 0


def test_a_question_is_read_aloud_where_the_device_has_a_voice_for_the_language(
    window: BrowserContext, page: Page, address: str
) -> None:
    window.add_init_script(VOICES)
    start(page, address, "en")
    page.click(".listen")
    said = page.evaluate("said")
    assert said[0] == QUESTIONNAIRE.by_name["trust_police"].label["en"]
    assert len(said) == 1 + page.locator(".choice").count()
    page.click("nav a[lang=ar]")
    assert page.locator(".listen").count() == 0


@pytest.mark.parametrize("limits", [{"starts_an_hour_from_one_address": 1}])
def test_fault_15_a_browser_solves_the_puzzle_of_a_door_under_attack(chromium: Browser, address: str) -> None:
    for visit in range(2):
        context = chromium.new_context(locale="en")
        page = context.new_page()
        page.goto(f"{address}/?lang=en")
        assert page.locator("[data-challenge]").count() == visit
        with page.expect_navigation(url="**/page/1", timeout=30_000):
            page.click(".next")
        context.close()
