"""Style and templates that turn by themselves for right-to-left readers: no side of the page by name (fault 72)."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("analytics", "survey_app", "sms", "dashboards")
SHEETS = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.css"))
TEMPLATES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.html"))
_RULE = re.compile(r"(?:^|[;{\s])([a-z-]+)\s*:\s*([^;{}]+)")
_SIDES = re.compile(r"(?:^|-)(?:left|right)(?:-|$)")
_FOUR = (
    "margin",
    "padding",
    "inset",
    "border-width",
    "border-style",
    "border-color",
    "scroll-margin",
    "scroll-padding",
)
_TURNED = ("text-align", "float", "clear", "caption-side", "justify-content", "justify-self", "justify-items")


def faults(style: str) -> Iterator[str]:
    """The declarations that name a side which does not turn with the direction of the text."""
    for name, value in _RULE.findall(re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)):
        parts = re.sub(r"\([^)]*\)", "()", value).replace("!important", "").split()
        four = name in _FOUR and len(parts) == 4 and parts[1] != parts[3]
        corners = name == "border-radius" and len(parts) > 1 and "/" not in parts and _unequal(parts)
        turned = name in _TURNED and bool({"left", "right"} & set(parts))
        moved = name in ("transform", "translate") and bool(re.search(r"translate(?:X|3d)?\(\s*-?[1-9]", value))
        if _SIDES.search(name) or four or corners or turned or moved:
            yield f"{name}:{value.strip()}"


def _unequal(corners: list[str]) -> bool:
    """Whether a box with these corners is another one in a mirror."""
    first, second, third, fourth = (corners * 2 + [corners[1]])[:4] if len(corners) != 3 else (*corners, corners[1])
    return (first, fourth) != (second, third)


@pytest.mark.parametrize(
    ("style", "wrong"),
    [
        ("a{margin-left:1px}", True), ("a{text-align:right}", True), ("a{float:left}", True), ("a{left:0}", True),
        ("a{margin:0 1px 0 2px}", True), ("a{border-right:1px solid}", True), ("a{padding : 0 1px 2px 3px}", True),
        ("a{border-radius:1px 2px 2px 1px}", True), ("a{transform:translateX(3px)}", True),
        ("a{right:calc(1px + 2px)}", True),
        ("a{border-top-left-radius:1px}", True), ("a{scroll-margin-left:1px}", True),
        ("a{margin-inline-start:1px}", False), ("a{text-align:start}", False), ("a{inset-inline-end:0}", False),
        ("a{margin:0 1px 2px 1px}", False), ("a{border-radius:1px}", False), ("a{border-radius:1px 1px 0 0}", False),
        ("a{justify-content:space-between}", False), ("/* left:0 */a{color:red}", False), (".left a{color:red}", False),
    ],
)  # fmt: skip
def test_fault_72_the_linter_of_sides_knows_them(style: str, wrong: bool) -> None:
    assert bool(list(faults(style))) is wrong


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_fault_72_no_style_sheet_names_a_side(sheet: Path) -> None:
    assert list(faults(sheet.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_fault_72_no_template_names_a_side_and_each_page_has_its_direction(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    styles = [*re.findall(r'\sstyle="([^"]*)"', text), *re.findall(r"<style[^>]*>(.*?)</style>", text, re.DOTALL)]
    assert [fault for style in styles for fault in faults(style)] == []
    assert not re.search(r'\s(?:align|hspace|bgcolor)="', text)
    for root in re.findall(r"<html\b[^>]*>", text):
        assert re.search(r'\blang="\{\{', root)
        assert re.search(r'\bdir="\{\{', root)


def test_fault_72_the_rooms_have_what_is_looked_at() -> None:
    assert {path.name for path in SHEETS} >= {"survey.css", "layout.css", "charts.css"}
    assert {path.name for path in TEMPLATES} >= {"base.html", "question.html", "simulator.html"}
