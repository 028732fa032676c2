"""The keyboard alone, where the focus stands, what a screen reader is given, and colours that the reader chose."""

import base64
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from translations.languages import LANGUAGES

from .gallery import Gallery
from .questionnaire import QUESTIONNAIRE
from .test_respondent_site import Window, first_screen, moving, picture

pytestmark = pytest.mark.browser
MOST = 80  # presses of Tab on one page
# What Tab should reach, in the order of the page; a group of radio buttons is one stop.
_STOPS = """() => {
  const groups = new Set();
  window.stops = [...document.querySelectorAll(
    "a[href],button,summary,select,textarea,audio,input:not([type=hidden])")].filter(it => {
      if (!it.checkVisibility() || it.disabled) return false;
      if (it.type !== "radio") return true;
      const chosen = it.form.querySelector(`[name="${it.name}"]:checked`);
      return chosen ? it === chosen : !groups.has(it.name) && groups.add(it.name);
  });
  if (document.activeElement !== document.body) document.activeElement.blur();
  return stops.length;
}"""
_AT = """async () => {
  await new Promise(requestAnimationFrame);  // what was scrolled to is there only then
  const it = document.activeElement;
  if (it === document.body || it === document.documentElement) return null;
  const shown = it.closest(".choice") || it, style = getComputedStyle(shown), box = shown.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return {
    at: window.stops.indexOf(it), what: it.outerHTML.slice(0, 80), x: box.x, end: box.right, y: box.y + scrollY,
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && style.boxShadow !== "none",
    uncovered: box.y > -1 && box.bottom <= innerHeight + 1 && (shown.contains(top) || top.contains(shown)),
  };
}"""
_COLOURS = """async png => {
  const image = await createImageBitmap(await (await fetch("data:image/png;base64," + png)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const row = canvas.getImageData(0, Math.floor(image.height / 2), image.width, 1).data;
  return [...Array(image.width).keys()].map(x => row.slice(4 * x, 4 * x + 3).join());
}"""


@pytest.fixture(scope="module", params=["ar", "fr"])
def show(request: pytest.FixtureRequest, chromium: Browser, shown: str) -> Iterator[Callable[[str], Page]]:
    """A page of the gallery in one window of 320 px."""
    context = chromium.new_context(
        viewport={"width": 320, "height": 640}, locale=request.param, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()

    def open_page(name: str) -> Page:
        page.goto(f"{shown}/{request.param}/{name}")
        return page

    yield open_page
    context.close()


def tabbed(page: Page) -> list[dict[str, Any]]:
    """Each stop of the Tab key, once around."""
    found: list[dict[str, Any]] = []
    for _ in range(MOST):
        page.keyboard.press("Tab")
        stop = page.evaluate(_AT)
        if stop and found and stop["at"] == found[0]["at"]:
            return found
        if stop and not (found and stop["at"] == found[-1]["at"]):  # a player of sound has stops within
            found.append(stop)
    pytest.fail(f"Tab never came around: {[stop['what'] for stop in found]}")


def test_tab_reaches_everything_in_reading_order_and_is_always_seen(
    show: Callable[[str], Page], gallery: Gallery
) -> None:
    for name in gallery.names("ar"):
        page = show(name)
        if page.get_attribute("html", "lang") != "ar" and name.startswith(("kind-", "notice-")):
            continue  # what runs from left to right is tried on one page of each sort
        count, rtl = page.evaluate(_STOPS), page.get_attribute("html", "dir") == "rtl"
        stops = tabbed(page)
        first = next(at for at, stop in enumerate(stops) if stop["at"] == 0)
        stops = stops[first:] + stops[:first]
        assert [stop["at"] for stop in stops] == list(range(count)), name
        for stop in stops:
            assert stop["ring"], (name, stop)
            assert stop["uncovered"], (name, stop)
        for before, after in pairwise(stops):
            below = after["y"] >= before["y"] + 8
            beside = abs(after["y"] - before["y"]) < 24
            onward = after["end"] <= before["x"] + 1 if rtl else after["x"] >= before["end"] - 1
            assert below or (beside and onward), (name, before, after)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until this has the focus."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement.matches(what)", selector):
            return
    pytest.fail(f"Tab does not reach {selector}")


def go(page: Page, key: str) -> None:
    with moving(page):
        page.keyboard.press(key)


def takes_focus(page: Page, name: str) -> None:
    """What has this id or class takes the focus, within two seconds."""
    focused = ""
    for _ in range(20):
        page.wait_for_timeout(100)
        focused = str(page.evaluate("(it => it.id || it.className || it.localName)(document.activeElement)"))
        if focused == name:
            return
    pytest.fail(f"{focused} has the focus, not {name}")


@pytest.mark.parametrize("script", [False, True])
def test_fault_73_the_keyboard_alone_leads_from_consent_to_thanks_in_arabic(
    phone: Window, address: str, script: bool
) -> None:
    page = phone(script=script).new_page()
    page.goto(address)
    tab_to(page, "summary")
    press(page, "Enter")
    assert page.locator("details[open]").count() == 1
    tab_to(page, ".next")
    go(page, "Enter")
    tab_to(page, ".next")
    go(page, "Space")
    assert QUESTIONNAIRE.by_name["trust_police"].label["ar"] == page.inner_text("h1")

    tab_to(page, ".next")
    go(page, "Enter")  # without an answer
    assert page.title().startswith("يُرجى التحقق")
    takes_focus(page, "why")
    press(page, "Tab")
    assert page.evaluate("document.activeElement.hash") == "#choice-1"
    press(page, "Enter")
    takes_focus(page, "choice-1")
    press(page, "Space")
    assert page.is_checked("input[value^='0*']")
    press(page, "ArrowDown", "ArrowDown", "ArrowUp")
    assert page.is_checked("input[value^='1*']")
    press(page, "Tab")
    takes_focus(page, "next")
    go(page, "Enter")

    tab_to(page, "[type=radio]")
    press(page, "Space", "ArrowUp")  # around, to the last
    assert page.is_checked("input[value^='98*']")
    go(page, "Enter")  # from within the group
    tab_to(page, "[type=radio]")
    press(page, "Space")
    go(page, "Enter")
    tab_to(page, ".number")
    page.keyboard.type("٣")
    go(page, "Enter")
    tab_to(page, ".back")
    go(page, "Enter")
    assert page.input_value(".number") == "3"
    tab_to(page, ".next")
    go(page, "Enter")
    tab_to(page, "[type=radio]")
    press(page, "Space")
    go(page, "Enter")
    assert page.url.endswith("/review")
    tab_to(page, ".change a")
    go(page, "Enter")
    assert page.is_checked("input[value^='1*']")
    tab_to(page, ".next")
    go(page, "Enter")
    tab_to(page, ".next")
    go(page, "Enter")
    assert "/thanks" in page.url


def test_after_a_switch_of_language_the_page_is_read_from_its_beginning(phone: Window, address: str) -> None:
    page = phone().new_page()
    page.goto(address)
    for _ in range(2):
        tab_to(page, ".next")
        go(page, "Enter")
    tab_to(page, "[type=radio]")
    press(page, "Space", "ArrowDown")
    go(page, "Enter")
    tab_to(page, ".back")
    go(page, "Enter")
    where = page.url
    tab_to(page, "nav [lang=fr]")
    go(page, "Enter")
    assert page.url == where
    assert page.get_attribute("html", "lang") == "fr"
    assert page.title().startswith("Question")
    takes_focus(page, "body")
    assert page.is_checked("input[value^='1*']")
    press(page, "Tab")
    assert page.evaluate("document.activeElement.lang") == "ar"


def test_a_resume_code_can_be_pasted_and_is_not_asked_to_be_remembered(phone: Window, address: str) -> None:
    page = phone(script=True).new_page()
    page.goto(address)
    tab_to(page, ".next")
    go(page, "Enter")
    tab_to(page, ".plain")
    go(page, "Enter")
    code = page.inner_text(".code")
    page.goto(f"{address}/resume")
    tab_to(page, "#code")
    page.keyboard.insert_text(f" {code.lower()} ")  # as pasting does, without a key for each letter
    go(page, "Enter")
    assert "/page/" in page.url


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["five-options", "five-options-fault"])
def test_five_options_and_the_whole_button_stand_on_the_first_screen(
    phone: Window, shown: str, screenshots: Path, language: str, name: str
) -> None:
    page = phone(360, 640, language).new_page()
    page.goto(f"{shown}/{language}/{name}")
    assert page.locator(".choice").count() == 5
    assert first_screen(page)
    picture(page, screenshots / f"{name}-{language}-360.png", full=False)


def spoken(page: Page) -> str:
    """The page's main part as assistive technology is given it, in order."""
    return page.locator("main").aria_snapshot()


def in_order(text: str, *parts: str) -> None:
    at = -1
    for part in parts:
        found = text.find(part, at + 1)
        assert found > at, f"{part} is not after what comes before it in:\n{text}"
        at = found


def test_a_screen_reader_is_given_stem_question_hint_fault_and_options_in_this_order(phone: Window, shown: str) -> None:
    page = phone(360, 640, "en").new_page()
    page.goto(f"{shown}/en/kind-helps-fault")
    in_order(spoken(page), "alert", "Choose one", "group", "Do police", "heading", "help when", "radio", "button")
    page.goto(f"{shown}/en/kind-times-fault")
    in_order(spoken(page), "alert", "Write a whole", "How often", "A rough number", "textbox", "checkbox", "button")
    page.goto(f"{shown}/en/kind-been-fault")
    in_order(spoken(page), "alert", "another look", "link", "last visit", "Have you been", "radio", "How many minutes")
    in_order(spoken(page), "heading", "How many minutes", "Write a whole", "textbox", "How many minutes", "heading")
    page.goto(f"{shown}/en/kind-concerns-fault")
    group = page.get_by_role("group")
    described = group.get_attribute("aria-describedby")
    assert described == "hint why"
    assert page.inner_text("#hint") == "You may choose several answers."
    assert "cannot stand together" in page.inner_text("#why")


def colours(page: Page, selector: str) -> list[str]:
    """The colours along the middle of what is seen of an element, from left to right."""
    png = base64.b64encode(page.locator(selector).first.screenshot()).decode()
    return [str(it) for it in page.evaluate(_COLOURS, png)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_choice_focus_buttons_way_and_faults_are_seen_in_forced_colours(
    chromium: Browser, shown: str, screenshots: Path, scheme: Any
) -> None:
    context = chromium.new_context(
        viewport={"width": 360, "height": 900}, bypass_csp=True, forced_colors="active", color_scheme=scheme
    )
    page = context.new_page()
    page.goto(f"{shown}/ar/kind-concerns-fault")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    picture(page, screenshots / f"forced-concerns-ar-{scheme}.png", full=False)
    way = colours(page, "progress")
    assert len(set(way[2:-2])) == 2, "what was done and what is left look alike"
    chosen, free = page.locator(".choice").nth(0), page.locator(".choice").nth(1)
    width = "it => parseFloat(getComputedStyle(it).borderTopWidth)"
    assert chosen.evaluate(width) > free.evaluate(width) >= 1
    for selector in (".next", ".leave", ".choice", ".summary"):
        style = page.locator(selector).first.evaluate(
            "it => [getComputedStyle(it).borderInlineStartColor, getComputedStyle(it).borderInlineStartStyle]"
        )
        assert style[1] == "solid", selector
        assert style[0] != ground, selector
    for selector in (".next", ".leave", ".choice", "footer a"):
        control = page.locator(f"{selector} input" if selector == ".choice" else selector).first
        seen = page.locator(selector).first
        control.evaluate("it => document.activeElement.blur()")
        before = around(page, seen.bounding_box())
        tab_to_this(page, control)
        assert around(page, seen.bounding_box()) != before, selector
    context.close()


def around(page: Page, box: Any) -> bytes:
    """What is seen of an element and of the ring around it."""
    x, y = max(0, box["x"] - 8), max(0, box["y"] - 8)
    return page.screenshot(clip={"x": x, "y": y, "width": box["width"] + 16, "height": box["height"] + 16})


def tab_to_this(page: Page, control: Any) -> None:
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if control.evaluate("it => it === document.activeElement"):
            return
    pytest.fail("Tab does not reach a control")
