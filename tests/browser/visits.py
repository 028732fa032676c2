"""One visit to each kept page in a real browser: axe, the measures of what can be touched, widths, larger text."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

WIDTHS = (320, 768, 1280)  # css px; 320 is also a window of 1280 at a zoom of 400 %
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What WCAG 1.4.12 lets a person set, and text alone at twice its size (1.4.4).
SPACED = """*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}
p,li,dd,dt{margin-block-end:2em!important}"""
TWICE = "html{font-size:225%!important}"

_PAGE = """async () => {
  // The browser puts the focus where the page asks for it when it paints.
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  const all = (what, from = document) => [...from.querySelectorAll(what)];
  all("details").forEach(it => it.open = true);
  const short = it => it.outerHTML.slice(0, 90);
  const controls = "a[href],button,summary,select,textarea,audio,input:not([type=hidden])";
  const touched = all(controls).filter(it => it.checkVisibility()).map(it => {
    const {width, height} = (it.closest(".choice") || it).getBoundingClientRect();
    return {it: short(it), link: it.matches("a:not(.next)"), width, height};
  });
  const moving = all("*").filter(it => {
    const style = getComputedStyle(it);
    return style.transitionDuration !== "0s" || style.animationName !== "none" || style.scrollBehavior !== "auto";
  });
  const spoken = it => it.closest("[lang]").lang;
  return {
    title: document.title, lang: document.documentElement.lang, dir: document.documentElement.dir,
    headings: all("h1").map(it => it.innerText), landmarks: all("header,nav,main,footer").map(it => it.localName),
    touched, moving: moving.map(short), animations: document.getAnimations().length,
    remembered: all("input:not([type=hidden]),textarea,select").filter(it =>
      !["radio", "checkbox"].includes(it.type) && (it.form || it).autocomplete !== "off").map(short),
    placeholders: all("[placeholder]").map(short),
    unlabelled: all("input:not([type=hidden]),textarea,select").filter(it => !it.labels.length).map(short),
    alerts: all("[role=alert]").map(it => ({
      focused: it === document.activeElement,
      to: all("a", it).map(a => document.getElementById(a.hash.slice(1))?.localName ?? "nothing")
    })),
    foreign: all("nav a").map(it => [spoken(it), it.hreflang, it.innerText]),
    way: document.querySelector(".way span")?.textContent ?? "",
  };
}"""
_LOST = """css => {
  const sheet = document.createElement("style");
  sheet.textContent = css;
  document.head.append(sheet);
  const all = what => [...document.querySelectorAll(what)].filter(it => it.checkVisibility());
  const fields = "header,textarea,input,select,.unseen,svg,svg *";
  const cut = all("body *").filter(it => !it.matches(fields) && it.clientWidth &&
    (it.scrollWidth > it.clientWidth + 1 || (it.matches(".choice,button,.next,summary,.summary") &&
      it.scrollHeight > it.clientHeight + 1)));
  const boxes = all("a[href],button,.choice,select,textarea,.text,.number,.day,.year,summary").map(it =>
    [it, it.getBoundingClientRect()]);
  const over = boxes.filter(([it, a], at) => boxes.slice(at + 1).some(([other, b]) => !it.contains(other) &&
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 9)).map(([it]) => it);
  const wide = document.documentElement.scrollWidth > innerWidth;
  sheet.remove();
  return [...(wide ? ["the page"] : []), ...[...cut, ...over].map(it => it.outerHTML.slice(0, 90))];
}"""
_BOX = """what => [...document.querySelectorAll(what)].map(it => it.getBoundingClientRect()).map(box =>
  [box.x, box.y + scrollY, box.width, box.height])"""
_WIDE = "document.documentElement.scrollWidth > innerWidth"


@dataclass(frozen=True, slots=True)
class Visit:
    """What was found on one page.

    `facts` are of the page itself, `offences` and `unsure` are axe's, `ran` the rules that looked. `wide` are the
    widths that scroll sideways, `leave` where the button to leave is at each width, `lost` what larger or wider text
    cut off or laid over.
    """

    facts: dict[str, Any]
    offences: list[str]
    unsure: list[str]
    ran: frozenset[str]
    wide: list[int]
    leave: dict[int, list[list[float]]]
    lost: dict[str, list[str]]


def look(chromium: Browser, address: str, language: str, names: list[str], screenshots: Path) -> dict[str, Visit]:
    """Visit the pages of one language, in one window, and keep pictures of them for people to look at."""
    context = chromium.new_context(
        viewport={"width": WIDTHS[0], "height": 640}, locale=language, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    found = {}
    for name in names:
        page.goto(f"{address}/{language}/{name}")
        found[name] = _visit(page, screenshots / f"{name}-{language}")
    context.close()
    return found


def _visit(page: Page, picture: Path) -> Visit:
    facts = page.evaluate(_PAGE)
    page.evaluate(AXE_SCRIPT)
    options = {"runOnly": TAGS, "preload": False, "resultTypes": ["violations", "incomplete"]}
    found = page.evaluate("options => axe.run(options)", options)
    ran = {rule["id"] for kind in ("passes", "violations", "incomplete") for rule in found[kind]}
    lost = {"spaced": page.evaluate(_LOST, SPACED)}
    wide, leave = [], {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 640})
        if page.evaluate(_WIDE):
            wide.append(width)
        leave[width] = page.evaluate(_BOX, ".leave")
        if "CI" not in os.environ:  # where nobody looks at them
            page.screenshot(path=f"{picture}-{width}.jpg", type="jpeg", quality=70, full_page=True)
        if width == 768:
            lost["twice"] = page.evaluate(_LOST, TWICE)
    page.set_viewport_size({"width": WIDTHS[0], "height": 640})
    return Visit(facts, _told(found["violations"]), _told(found["incomplete"]), frozenset(ran), wide, leave, lost)


def _told(rules: list[dict[str, Any]]) -> list[str]:
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in rules for node in rule["nodes"]]
