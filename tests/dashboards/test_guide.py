"""How to read a page: a few points at the top of each, below its warnings."""

from dataclasses import replace

import pytest

from analytics.release import Release
from dashboards.access import Page, Role, Viewer
from dashboards.guide import points
from dashboards.page import drawn_page
from dashboards.scene import Scene
from dashboards.view import read_view
from tests.dashboards.staff import NoRecords
from translations.languages import LANGUAGES


@pytest.mark.parametrize("page", list(Page))
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_says_in_three_to_five_points_how_it_is_read(release: Release, page: Page, language: str) -> None:
    view = read_view(f"?lang={language}", [], release, page, ("a1",))
    found = points(view)
    assert 3 <= len(found) <= 5
    assert len(set(found)) == len(found)
    assert all(point and "%(" not in point for point in found)


@pytest.mark.parametrize("is_synthetic", [True, False])
def test_the_guide_stands_open_below_the_banner_and_above_all_else(release: Release, *, is_synthetic: bool) -> None:
    told = replace(release, synthetic=is_synthetic)
    view = read_view("?lang=en", [], told, Page.LEADERSHIP)
    found = drawn_page(Scene(told, view, Viewer(Role.LEADERSHIP), "/staff/", NoRecords()))
    at = 1 if is_synthetic else 0
    assert found[at].className == "guide"
    assert found[at].open is True
    assert found[-1].className == "printed"
