"""A withheld cell is answered as an empty one, on every page and in every file: the same bytes after the same work."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from plotly.utils import PlotlyJSONEncoder

from analytics.release import CONFIDENTIAL, UNRELIABLE, Figure, Release
from dashboards.access import Page
from dashboards.downloads import KINDS, file
from dashboards.page import drawn_page, page_exhibits
from dashboards.scene import Scene
from tests.dashboards.conftest import hidden
from tests.dashboards.pages.scenes import scene

WITHHELD = [(CONFIDENTIAL, "protected"), (UNRELIABLE, "n_below_30")]
SEARCH = "?lang=en&indicator=trust&wave=w3&area=a3&place=a3&place=a1&with=bribes"
PLACES = [("trust", "a3", ""), ("trust", "", "woman"), ("bribes", "", ""), ("trust", "a3", "man")]


def pair(release: Release, page: Page, status: str, reason: str, language: str = "en") -> list[Scene]:
    """A page over two releases: withheld cells that hold nothing, and the same cells with numbers that none should."""
    empty = [hidden(indicator, "w3", status, reason, area=area, sex=sex) for indicator, area, sex in PLACES]
    numbers: dict[str, Any] = {"n": 7, "n_to": 9, "estimate": 0.987654, "se": 0.1, "low": 0.912345, "high": 0.998765}
    full = [replace(each, **numbers, df=3.0, deff=2.5, method="korn_graubard") for each in empty]
    return [scene(among(release, cells), page, SEARCH.replace("en", language, 1)) for cells in (empty, full)]


def among(release: Release, cells: list[Figure]) -> Release:
    keys = {each.key for each in cells}
    return replace(release, id="r", figures=(*(each for each in release.figures if each.key not in keys), *cells))


def drawn(found: Scene) -> str:
    return json.dumps(drawn_page(found), cls=PlotlyJSONEncoder, sort_keys=True)


STRAY = 10  # calls of some ten thousand: whatever is collected meanwhile may make one or two


def work(done: Callable[[], object]) -> int:
    """How many calls something takes; the second time, when all that is kept is kept."""
    done()
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        done()
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize("page", Page)
@pytest.mark.parametrize(("status", "reason"), WITHHELD)
def test_fault_59_a_withheld_cell_gives_the_bytes_of_an_empty_one(
    release: Release, page: Page, status: str, reason: str
) -> None:
    for language in ("en", "ar"):
        empty, full = (drawn(each) for each in pair(release, page, status, reason, language))
        assert empty == full


@pytest.mark.parametrize("page", Page)
@pytest.mark.parametrize(("status", "reason"), WITHHELD)
def test_fault_59_a_withheld_cell_takes_the_work_of_an_empty_one(
    release: Release, page: Page, status: str, reason: str
) -> None:
    """Time is told by what is done: the same calls, and there is nothing that one of them could wait for."""
    empty, full = pair(release, page, status, reason)
    one, other = work(lambda: drawn_page(empty)), work(lambda: drawn_page(full))
    assert abs(one - other) <= STRAY


@pytest.mark.parametrize("page", [Page.OVERVIEW, Page.LEADERSHIP, Page.AREA, Page.COMPARE])
@pytest.mark.parametrize("kind", KINDS)
def test_fault_59_a_withheld_cell_gives_the_file_of_an_empty_one(release: Release, page: Page, kind: str) -> None:
    empty, full = pair(release, page, *WITHHELD[0])
    exhibits = list(zip(page_exhibits(empty), page_exhibits(full), strict=True))
    assert exhibits
    for one, other in exhibits:
        assert file(one, empty, kind).content == file(other, full, kind).content


def test_fault_59_the_measure_tells_a_cell_that_is_shown_from_one_that_is_not(release: Release) -> None:
    for page in (Page.OVERVIEW, Page.COMPARE, Page.AREA):
        empty, _full = pair(release, page, *WITHHELD[0])
        shown = replace(empty, release=release)
        assert drawn(empty) != drawn(shown)
        assert work(lambda at=empty: drawn_page(at)) != work(lambda at=shown: drawn_page(at))  # type: ignore[misc]  # bound at once
