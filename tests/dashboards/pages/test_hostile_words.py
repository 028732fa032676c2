"""Whatever somebody wrote is text on every page: in components, in charts, and in the words of an officer's action."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from analytics.release import AnswerCard, Release, TargetCard, Tombstone
from dashboards.access import Page
from dashboards.page import drawn_page
from dashboards.scene import Act, Action, Look, Publications
from tests.dashboards.pages.scenes import components, scene, strings, words
from tests.dashboards.staff import NoRecords
from translations.languages import LANGUAGES

TEXTS = (
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    '<a href="javascript:alert(1)">click</a>',
    "<b>bold</b><i>x</i>",
    "</title><svg onload=alert(1)>",
    "[click](javascript:alert(1)) ![x](http://example.org/x)",
    "{{7*7}} %(name)s {0} &lt;b&gt;",
)
# What a page is made of: elements that show text and lead nowhere by themselves.
KINDS = {
    "A", "Article", "Bdi", "Blockquote", "Br", "Button", "Caption", "Code", "Details", "Dd", "Div", "Dl", "Dt", "Em",
    "Fieldset", "Figcaption", "Figure", "Footer", "Form", "Graph", "H1", "H2", "H3", "H4", "H5", "Header", "Input",
    "Label", "Legend", "Li", "Nav", "Ol", "Option", "P", "Section", "Select", "Small", "Span", "Strong", "Summary",
    "Table", "Tbody", "Td", "Th", "Thead", "Time", "Tr", "Ul",
}  # fmt: skip


def hostile(found: Any, text: str) -> Any:
    """The same with a text for each text that is not a code: whatever is a mapping of languages."""
    if isinstance(found, Mapping) and found and found.keys() <= set(LANGUAGES):
        return dict.fromkeys(LANGUAGES, text)
    if isinstance(found, tuple):
        return tuple(hostile(each, text) for each in found)
    if is_dataclass(found) and not isinstance(found, type):
        return replace(found, **{each.name: hostile(getattr(found, each.name), text) for each in fields(found)})
    return found


def written(release: Release, text: str) -> Release:
    """The small release with everything that a release may say, all of it hostile."""
    worded = dict.fromkeys(LANGUAGES, text)
    answers = (AnswerCard("1", worded, positive=True, based=True), AnswerCard("2", worded, positive=False, based=True))
    cards = tuple(replace(card, answers=answers, source=text, registered=text) for card in release.indicators)
    geometry = {**release.geometry, "credit": text}
    found: Release = hostile(
        replace(
            release,
            indicators=cards,
            geometry=geometry,
            software=text,
            method=worded,
            tombstones=(Tombstone("old", worded, "r1", "withdrawn", worded),),
            targets=(TargetCard("trust", "w1", (("2027-01-01", 0.6),)),),
        ),
        text,
    )
    return found


class Written(NoRecords):
    """Records with a hostile text in each place."""

    def __init__(self, text: str) -> None:
        self.text = text

    def actions(self, area: str) -> tuple[Action, ...]:
        worded = {"en": self.text}
        return (Action(1, "a1", "trust", worded, worded, "2026-06-01", True, "w3"),)

    def looks(self, before: int | None, most: int) -> tuple[Look, ...]:
        return (
            Look(2, self.text, self.text, self.text, self.text, self.text, self.text, "0"),
            Look(1, "x", self.text, "officer", "account/end", "?account=" + self.text, "", "0"),
        )

    def trail_faults(self) -> tuple[str, ...]:
        return (self.text,)


def drawn(release: Release, page: Page, text: str, language: str) -> list[Any]:
    acts = (Act("withdrawn", text, text, dict.fromkeys(LANGUAGES, text), "trust"),)
    search = f"?lang={language}&area=a1&place=a1&place=a2&with=safety"
    chain = Publications(is_kept=True, acts=acts, head=text)
    found = scene(written(release, text), page, search, records=Written(text), publications=lambda: chain)
    return drawn_page(found)


def charted(found: object) -> Iterator[str]:
    """Every text of every chart."""
    for each in components(found):
        if type(each).__name__ == "Graph":
            yield from strings(each.figure)


def properties(found: object) -> Iterator[tuple[str, str]]:
    """Every attribute of every component that is a string."""
    for each in components(found):
        for name, value in each.to_plotly_json()["props"].items():
            if name != "children" and isinstance(value, str):
                yield name, value


@pytest.mark.parametrize("page", Page)
@pytest.mark.parametrize("text", TEXTS)
def test_fault_20_a_hostile_text_is_text_in_every_component_of_a_page(release: Release, page: Page, text: str) -> None:
    for language in ("en", "ar"):
        found = drawn(release, page, text, language)
        kinds = {type(each).__name__ for each in components(found)}
        assert kinds <= KINDS
        assert text in words(found)
        for name, value in properties(found):
            assert name not in ("dangerously_allow_html", "srcDoc", "src"), name
            if name in ("href", "action", "formAction"):
                assert value.startswith(("/staff/", "#")), value


@pytest.mark.parametrize("page", Page)
@pytest.mark.parametrize("text", TEXTS)
def test_fault_21_a_hostile_text_is_literal_in_every_chart(release: Release, page: Page, text: str) -> None:
    for language in ("en", "ar"):
        for shown in charted(drawn(release, page, text, language)):
            ours = re.sub(r"<br>|^<b>|</b>$", "", shown)
            assert "<" not in ours, shown
            assert not re.search(r"&(?!amp;|lt;|gt;|quot;|#x27;)", ours), shown


def test_fault_21_the_charts_that_are_looked_at_hold_names_of_a_release(release: Release) -> None:
    for page in Page:
        said = " ".join(charted(drawn(release, page, TEXTS[3], "en")))
        assert ("&lt;b&gt;bold" in said) is (page in (Page.OVERVIEW, Page.LEADERSHIP, Page.AREA, Page.COMPARE)), page


def test_fault_21_no_module_of_the_dashboards_draws_markdown_or_html_of_others() -> None:
    called = set()
    for path in Path("dashboards").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "dcc":
                called.add(node.attr)
            if isinstance(node, ast.Name | ast.Attribute):
                name = node.id if isinstance(node, ast.Name) else node.attr
                assert name not in ("Markdown", "DangerouslySetInnerHTML", "Iframe"), path
    assert called == {"Graph", "Input", "Location"}
