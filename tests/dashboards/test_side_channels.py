"""A withheld cell is answered as an empty one, on every page and in every file: the same bytes after the same work."""

import gc
import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from types import FrameType
from typing import Any

import pytest
from plotly.utils import PlotlyJSONEncoder

from analytics.release import CONFIDENTIAL, UNRELIABLE, Release
from dashboards.access import Page
from dashboards.downloads import KINDS, file
from dashboards.page import drawn_page, page_exhibits
from dashboards.scene import Scene
from tests.dashboards.conftest import hidden, with_figures
from tests.dashboards.pages.scenes import scene

WITHHELD = [(CONFIDENTIAL, "protected"), (UNRELIABLE, "n_below_30")]
SEARCH = "?lang=en&indicator=trust&wave=w3&area=a3&place=a3&place=a1&with=bribes"
PLACES = [("trust", "a3", ""), ("trust", "", "woman"), ("bribes", "", ""), ("trust", "a3", "man")]


def pair(release: Release, page: Page, status: str, reason: str, language: str = "en") -> list[Scene]:
    """A page over two releases: withheld cells that hold nothing, and the same cells with numbers that none should."""
    empty = [hidden(indicator, "w3", status, reason, area=area, sex=sex) for indicator, area, sex in PLACES]
    numbers: dict[str, Any] = {"n": 7, "n_to": 9, "estimate": 0.987654, "se": 0.1, "low": 0.912345, "high": 0.998765}
    full = [replace(each, **numbers, df=3.0, deff=2.5, method="korn_graubard") for each in empty]
    return [
        scene(replace(with_figures(release, *cells), id="r"), page, SEARCH.replace("en", language, 1))
        for cells in (empty, full)
    ]


def drawn(found: Scene) -> str:
    return json.dumps(drawn_page(found), cls=PlotlyJSONEncoder, sort_keys=True)


def work(done: Callable[[], object]) -> Counter[str]:
    """How often something calls each function; the second time, when all that is kept is kept."""
    done()
    calls: Counter[str] = Counter()

    def count(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            calls[frame.f_code.co_qualname] += 1
        elif event == "c_call":
            calls[argument.__qualname__] += 1

    before = sys.getprofile()
    gc.collect()
    gc.disable()  # what is collected meanwhile would be called too
    sys.setprofile(count)
    try:
        done()
    finally:
        sys.setprofile(before)
        gc.enable()
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
    assert one == other


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
