"""The respondent's site served on the loopback for it."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from nacl.public import PrivateKey
from playwright.sync_api import Browser, BrowserContext
from sqlalchemy import Engine

from survey_app.fieldwork import field
from survey_app.settings import CollectorSettings
from survey_app.storage.database import connect, migrate, writing
from survey_app.web.application import create_site
from tests.listening import served
from translations.languages import LANGUAGES

from .gallery import Gallery, hang
from .questionnaire import QUESTIONNAIRE
from .visits import Visit, look

if TYPE_CHECKING:
    pass

SCREENSHOTS = Path(__file__).parent / "screenshots"


@pytest.fixture(scope="session")
def custodian() -> PrivateKey:
    """The custodian's key pair of these tests."""
    return PrivateKey(bytes(range(32)))


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Engine]:
    """A database with the questionnaire in the field."""
    engine = connect(f"sqlite:///{tmp_path}/collector.sqlite3")
    migrate(engine)
    with writing(engine) as session:
        field(session, QUESTIONNAIRE, "2026-1", date(2026, 3, 1), date(2026, 3, 31))
    yield engine
    engine.dispose()


@pytest.fixture
def media() -> Path | None:
    """The folder of recordings and pictures: none."""
    return None


@pytest.fixture
def limits() -> dict[str, int]:
    """Settings of the gate that are not the usual ones: none."""
    return {}


@pytest.fixture
def address(collector: Engine, custodian: PrivateKey, media: Path | None, limits: dict[str, int]) -> Iterator[str]:
    """The address of a running demonstration site."""
    key = bytes(custodian.public_key).hex()
    usual = CollectorSettings(public_url="http://127.0.0.1", custodian_public_key=key, demo=True, media=media)
    settings = usual.model_copy(update=limits)
    with served(create_site(settings, collector, lambda: date(2026, 3, 2))) as at:
        yield at


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    """Every kind of page in three languages."""
    kept = Gallery(tmp_path_factory.mktemp("gallery"))
    for language in LANGUAGES:
        hang(kept, language)
    yield kept
    for _, engine in kept.sites:
        engine.dispose()


@pytest.fixture(scope="session")
def shown(gallery: Gallery) -> Iterator[str]:
    """The address where the kept pages are shown, as /<language>/<name>."""
    with served(gallery) as at:
        yield at


@pytest.fixture(scope="session")
def visits(chromium: Browser, gallery: Gallery, shown: str, screenshots: Path) -> Callable[[str], dict[str, Visit]]:
    """What was found on every page of a language; each is visited once."""
    found: dict[str, dict[str, Visit]] = {}

    def visited(language: str) -> dict[str, Visit]:
        if language not in found:
            found[language] = look(chromium, shown, language, gallery.names(language), screenshots)
        return found[language]

    return visited


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A new browser window of a size and language, by default a small phone in Arabic without script."""
    opened: list[BrowserContext] = []

    def window(width: int = 360, height: int = 640, language: str = "ar", *, script: bool = False) -> BrowserContext:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            locale=language,
            java_script_enabled=script,
            bypass_csp=script,
        )
        opened.append(context)
        return context

    yield window
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where pictures for looking at go; they are not kept."""
    SCREENSHOTS.mkdir(exist_ok=True)
    return SCREENSHOTS
