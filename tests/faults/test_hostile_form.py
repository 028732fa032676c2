"""A questionnaire of hostile words (faults 18, 20): on every page, in each language, they are words only."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Dialog, Page
from sqlalchemy import Engine

from survey_app.engine import Text
from survey_app.storage.database import connect, migrate
from survey_app.web.fields import value as filled
from tests.browser.test_respondent_site import moving

from .conftest import environment, fielded, url_of
from .hostile import CORE, HOSTILE, LANGUAGES, ODD
from .reading import read
from .server import Given, Server, Visitor, served

# A page's replies: first ones that are refused, then ones that are taken.
WAY: tuple[tuple[Given | None, Given], ...] = (
    (None, {}),
    ({}, {"answer": "<b>"}),
    ({"choices": ["nothing"]}, {"choices": ["1", '"x', "{{7}}"]}),
    ({"place.0": "1"}, {"place.0": "2", "place.1": "1"}),
    ({"answer": "99"}, {"answer": "7"}),
    (
        {"answer": "9", f"answer@{ODD}": "", "day@day": "99"},
        {"answer": "3", f"answer@{ODD}": CORE, "day@day": "1", "month@day": "2", "year@day": "2024"},
    ),
    ({"answer": CORE}, {"answer": "a'b"}),
)


@pytest.fixture(scope="module")
def hostile_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('hostile')}/collector.sqlite3")
    migrate(engine)
    yield fielded(engine, HOSTILE)
    engine.dispose()


@pytest.fixture(scope="module")
def hostile_server(hostile_database: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("server"), environment(url_of(hostile_database))) as running:
        yield running


def texts(language: str) -> Iterator[str]:
    """Every text of the questionnaire in a language, as it must stand on a page."""

    def of(text: Text) -> Iterator[str]:
        if text:
            yield text[language]

    yield from of(HOSTILE.title)
    for group in HOSTILE.groups:
        yield from of(group.label)
    for item in HOSTILE.items:
        for choice in item.choices:
            yield from of(choice.label)
        for text in (
            item.label,
            item.hint,
            item.stem,
            item.low_label,
            item.high_label,
            item.constraint_message,
            item.required_message,
        ):
            yield from of(text)


def pages(server: Server, language: str) -> Iterator[str]:
    """Every page of the way, asked and refused, the review and the end."""
    person = Visitor(server, language)
    yield person.see(f"/?lang={language}").text
    person.press()
    for refused, taken in WAY:
        yield person.page.text
        if refused is not None:
            there = person.page
            person.page = person.submit(**refused)
            assert person.page.status == 422
            yield person.page.text
            person.page = there
        assert person.press(**taken).status == 200
    assert person.on_review
    yield person.page.text
    yield person.press().text


@pytest.mark.parametrize("language", LANGUAGES)
def test_fault_20_every_word_of_a_hostile_questionnaire_stands_on_a_page_exactly_as_written(
    hostile_server: Server, language: str
) -> None:
    said: list[str] = []
    for page in pages(hostile_server, language):
        found = read(page)  # only elements and attributes of ours
        assert "49" not in found.texts("body")[0]
        assert not [name for name in found.names if name in ("img", "svg")]
        assert all(element.text == "" for element in found.elements if element.name == "script")
        for element in found.elements:
            for name, value in element.attributes.items():
                assert "alert(1)" not in (value or "") or (element.name, name) == ("input", "value"), name
        said += [re.sub("^[0-9]+ = ", "", _plain(element.text)) for element in found.elements]
        for text in re.findall(r"\w[\w-]*\.(?:ar|fr|en) </title>", found.texts("body")[0]):
            assert f".{language} " in text
    missing = [text for text in texts(language) if _plain(text) not in said]
    assert missing == []
    assert hostile_server.log == ""


def _plain(text: str) -> str:
    """Without the fences around a number or a choice, and the spaces that a line of HTML may add."""
    return re.sub("[\u2066-\u2069]", "", text).replace("\u00a0", " ").strip()


@pytest.fixture(scope="module")
def open_server(hostile_database: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The same as a demonstration, which a browser reaches without https."""
    settings = environment(url_of(hostile_database)) | {"THIQA_PUBLIC_URL": "http://127.0.0.1", "THIQA_DEMO": "true"}
    with served(tmp_path_factory.mktemp("open"), settings) as running:
        yield running


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_fault_20_a_browser_runs_nothing_of_a_hostile_questionnaire(
    chromium: Browser, open_server: Server, language: str
) -> None:
    context = chromium.new_context(locale=language)
    page = context.new_page()
    heard: list[str] = []

    def refuse(dialog: Dialog) -> None:
        heard.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", refuse)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda message: heard.append(message.text))
    page.on("request", lambda request: heard.append(request.url))
    page.add_init_script(
        "addEventListener('securitypolicyviolation', event => console.log('policy: ' + event.blockedURI))"
    )
    page.goto(f"http://127.0.0.1:{open_server.port}/?lang={language}")
    _press(page)
    for refused, taken in WAY:
        for given in (refused, taken):
            if given is not None:
                _fill(page, given)
                _press(page)
    assert page.locator("dl").count() == 1
    _press(page)
    # Chromium tells its console of every page that is not a 200: those that were refused, told to the script and then
    # to the browser itself. It also says that it has forgotten the site at the end.
    refusals = [word for word in heard if "status of 422" in word]
    ours = [word for word in heard if word.startswith(f"http://127.0.0.1:{open_server.port}/")]
    forgotten = [word for word in heard if word.startswith("Clear-Site-Data")]
    assert len(refusals) == 2 * sum(refused is not None for refused, _ in WAY)
    assert [word for word in heard if word not in (*refusals, *ours, *forgotten)] == []
    context.close()


def _press(page: Page) -> None:
    with moving(page):
        page.click("main .next")


def _fill(page: Page, given: Given) -> None:
    for name, values in given.items():
        for value in [values] if isinstance(values, str) else values:
            for control in page.locator(f'[name="{name}"]').all():
                kind = control.evaluate("it => it.type")
                if kind in ("radio", "checkbox"):
                    if control.get_attribute("value") == filled(value):
                        control.check()
                elif kind == "select-one":
                    control.select_option(value)
                else:
                    control.fill(value)
