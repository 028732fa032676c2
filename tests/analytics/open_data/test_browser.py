"""The page in a real browser, opened from a folder: quiet, narrow enough, and without a fault of accessibility."""

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from translations.languages import LANGUAGES, direction

pytestmark = pytest.mark.browser

SCREENSHOTS = Path(__file__).parents[2] / "browser" / "screenshots"
LISTEN = """
window.violations = [];
document.addEventListener("securitypolicyviolation", event => window.violations.push(event.violatedDirective));
"""
OPEN = "document.querySelectorAll('details').forEach(one => { one.open = true; })"


@pytest.fixture
def folder(tmp_path: Path, made: dict[str, bytes]) -> Path:
    """The files on a disk."""
    for name, content in made.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "open"


@pytest.mark.parametrize(("language", "width"), [*((language, 360) for language in LANGUAGES), ("ar", 1280)])
def test_a_page_from_a_folder_is_quiet_and_no_wider_than_the_window(
    chromium: Browser, folder: Path, language: str, width: int
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.add_init_script(LISTEN)
    faults: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((folder / f"{language}.html").as_uri())
    page.evaluate(OPEN)
    assert page.get_attribute("html", "dir") == direction(language)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.violations") == []
    assert asked == [(folder / f"{language}.html").as_uri()]
    assert faults == []
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontWeight") == "700"
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"open-data-{language}-{width}.png", full_page=True)
    context.close()


@pytest.mark.parametrize(
    ("name", "scheme"), [("ar", "light"), ("ar", "dark"), ("fr", "dark"), ("en", "light"), ("index", "dark")]
)
def test_fault_73_axe_finds_no_fault_of_accessibility(
    chromium: Browser, folder: Path, name: str, scheme: Literal["light", "dark"]
) -> None:
    context = chromium.new_context(  # axe is injected into the page
        bypass_csp=True, color_scheme=scheme, viewport={"width": 360, "height": 800}
    )
    page = context.new_page()
    page.goto((folder / f"{name}.html").as_uri())
    page.evaluate(OPEN)
    found = Axe().run(page).response
    assert len(found["passes"]) > (10 if name == "index" else 25)
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]] == []
    context.close()


def test_an_indicator_opens_by_keyboard_and_on_paper_all_are_open(chromium: Browser, folder: Path) -> None:
    page = chromium.new_page()
    page.goto((folder / "en.html").as_uri())
    page.focus("details summary")
    assert not page.is_visible("details .note >> nth=0")
    page.keyboard.press("Enter")
    assert page.is_visible("details >> nth=0 >> text=Withheld to protect respondents")
    page.keyboard.press("Enter")
    page.emulate_media(media="print")
    assert page.evaluate("document.querySelector('details table').getBoundingClientRect().height") > 100
    assert not page.is_visible(".skip")
    page.close()
