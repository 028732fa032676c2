"""The simulator's page in a real browser: three languages, no script, a small phone and a wide screen."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from nacl.public import PrivateKey
from playwright.sync_api import Browser, BrowserContext, Page
from pydantic import SecretStr

from sms.settings import ChannelSettings
from sms.webhook import create_channel
from survey_app.fieldwork import field
from survey_app.instrument import Instrument
from survey_app.storage.database import connect, migrate, writing
from survey_app.wavekeys import WaveKeys
from tests.listening import served
from translations.languages import LANGUAGES, direction

from .visits import _visit

pytestmark = pytest.mark.browser
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def simulator(tmp_path: Path, wave_keys: WaveKeys, instrument: Instrument) -> Iterator[str]:
    """The address of a simulator with the bundled questionnaire in the field."""
    engine = connect(f"sqlite:///{tmp_path}/simulator.sqlite3")
    migrate(engine)
    with writing(engine) as session:
        field(session, instrument.questionnaire, "2026-1", date(2026, 3, 1), date(2026, 3, 31))
    settings = ChannelSettings(
        public_url="https://survey.example",
        custodian_public_key=bytes(PrivateKey(bytes(range(32))).public_key).hex(),
        channel_key=SecretStr("00112233445566778899aabbccddeeff" * 2),
        wave_keys=wave_keys.folder,
        demo=True,
    )
    with served(create_channel(settings, engine, lambda: NOW)) as at:
        yield f"{at}/simulator"
    engine.dispose()


def say(page: Page, *texts: str) -> None:
    """Send these texts, one after the other."""
    for text in texts:
        page.fill("#text", text)
        page.click("[name=send]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_sound_in_each_language_from_narrow_to_wide(
    chromium: Browser, simulator: str, language: str, screenshots: Path
) -> None:
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, locale=language, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{simulator}?lang={language}")
    say(page, "thiqa", str(LANGUAGES.index(language) + 1), "1", "3", "2", "zzz")
    visit = _visit(page, screenshots / f"simulator-{language}")
    context.close()
    assert visit.offences == visit.unsure == []
    assert visit.wide == []
    assert visit.lost["spaced"] == []
    assert (visit.facts["lang"], visit.facts["dir"]) == (language, direction(language))
    assert visit.facts["unlabelled"] == visit.facts["remembered"] == visit.facts["moving"] == []
    assert [it for it in visit.facts["touched"] if it["height"] < 44] == []
    assert {"target-size", "color-contrast", "label", "region", "heading-order"} <= visit.ran


def test_one_column_on_a_phone_and_two_on_a_wide_screen(phone: Callable[..., BrowserContext], simulator: str) -> None:
    for width, language, beside in ((360, "ar", False), (1280, "ar", True), (1280, "fr", True)):
        page = phone(width, 900, language).new_page()
        page.goto(f"{simulator}?lang={language}")
        thread, held = page.locator(".phone").bounding_box(), page.locator(".held").bounding_box()
        assert thread
        assert held
        assert (held["y"] < thread["y"] + thread["height"]) is beside
        if beside:
            assert (held["x"] > thread["x"]) is (language == "fr")


def test_an_interview_without_script_and_what_is_held_of_it(
    phone: Callable[..., BrowserContext], simulator: str
) -> None:
    page = phone(language="en").new_page()
    page.goto(f"{simulator}?lang=en")
    assert "None with this number." in page.inner_text(".held")
    say(page, "trust", "1", "3")
    held = page.inner_text(".held")
    assert "under way" in held
    assert "question 2 of" in held
    assert "emptied" in held
    say(page, "STOP")
    assert "yes, in any survey" in page.inner_text(".held")
    page.select_option("#conduct", "garbled")
    page.click("[name=set]")
    assert page.input_value("#number").endswith("74")
    assert "None with this number." in page.inner_text(".held")
    say(page, "thiqa")
    assert "1 ???" in page.inner_text(".thread")
