"""Numbers, dates and charts of every page as a reader of each language expects them (fault 72)."""

import re
from dataclasses import replace
from typing import Any

import pytest

from analytics.release import Release
from dashboards.access import Page
from dashboards.page import drawn_page
from dashboards.scene import Look
from tests.dashboards.conftest import published
from tests.dashboards.pages.conftest import words
from tests.dashboards.pages.scenes import Trail, components, scene
from translations.languages import LANGUAGES

CHARTED = (Page.OVERVIEW, Page.LEADERSHIP, Page.AREA, Page.COMPARE)
THOUSANDS = {"en": "1,234", "fr": "1\u202f234", "ar": "1.234"}
MAY = {"en": "May 2026", "fr": "mai 2026", "ar": "ماي 2026"}
OTHERS = {
    "en": r"\d\.\d{3}\b(?!\d)|\d\u00a0%|\bmai\b",
    "fr": r"\d[.,]\d{3}\b|\d%|\d\.\d%|\bMay\b|\bSeptember\b|\bJune\b",
    "ar": r"\d,\d{3}\b|\d\.\d%|\bMay\b|\bSeptember\b|\bJune\b|\bmai\b",
}


def drawn(release: Release, page: Page, language: str) -> list[Any]:
    look = Look(1234, "2026-06-20T10:00+00:00", "x@x.org", "officer", "compare", "?indicator=trust", "r", "0")
    figure = published("trust", "w3", 0.715, 0.06, n=1234, area="a1")
    kept = tuple(each for each in release.figures if each.key != figure.key)
    more = replace(release, figures=(*kept, figure))
    return drawn_page(scene(more, page, f"?lang={language}&area=a1&place=a1", records=Trail([look])))


def graphs(found: object) -> list[dict[str, Any]]:
    return [each.figure for each in components(found) if type(each).__name__ == "Graph"]


@pytest.mark.parametrize("page", Page)
@pytest.mark.parametrize("language", LANGUAGES)
def test_fault_72_numbers_and_dates_are_the_readers(release: Release, page: Page, language: str) -> None:
    said = words(drawn(release, page, language)).replace("\u2068", "").replace("\u2069", "")
    assert re.findall(OTHERS[language], said) == []
    assert MAY[language] in said or page is Page.OVERSIGHT
    assert THOUSANDS[language] in said
    assert not re.search(r"\b20\d\d-\d\d-\d\d\b", said.replace(release.id, "")), said


@pytest.mark.parametrize("page", CHARTED)
def test_fault_72_time_runs_with_the_reading_and_values_stand_at_its_side(release: Release, page: Page) -> None:
    for language in LANGUAGES:
        mirrored, seen = language == "ar", 0
        for graph in graphs(drawn(release, page, language)):
            layout = graph["layout"]
            for name, axis in layout.items():
                if name.startswith("xaxis") and axis.get("type") == "date":
                    seen += 1
                    start, end = axis["range"]
                    assert (start > end) is mirrored
                    side = layout["y" + name[1:]].get("side", "left")
                    assert side == ("right" if mirrored else "left")
        assert seen
