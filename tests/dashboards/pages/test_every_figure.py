"""Over all pages: no estimate without n, interval, how the answers came in, and whether it is to be believed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from analytics.release import PUBLISHED, Release
from dashboards.access import Page
from dashboards.page import PAGES, drawn_page
from tests.dashboards.conftest import published
from tests.dashboards.pages.scenes import components, of_class, rows, scene, words

FIGURES = [page for page in PAGES if page not in (Page.QUALITY, Page.OVERSIGHT)]
TABLED = [page for page in FIGURES if page is not Page.ABOUT]  # one figure, and no table of any


@pytest.fixture
def odd(release: Release) -> Release:
    """The small release with estimates that no other number of a page could be."""
    shares = {"w1": 0.43, "w2": 0.48, "w3": 0.57}
    waves = tuple(replace(wave, modes={"web": 800, "sms": wave.n - 800}) for wave in release.waves)
    figures = tuple(
        replace(published(each.indicator, each.wave, shares[each.wave], 0.03, n=1234), area=each.area, sex=each.sex)
        if each.status == PUBLISHED and not each.contrast
        else each
        for each in release.figures
    )
    review = replace(published("safety", "w3", 0.57, 0.03, n=1234), flag="review")
    others = tuple(each for each in figures if each.key != review.key)
    return replace(release, waves=waves, figures=(*others, review))


def drawn(release: Release, page: Page, search: str = "") -> list[Any]:
    return drawn_page(scene(release, page, f"?lang=en&indicator=trust&wave=w3{search}"))


def bearers(page: object) -> Iterator[tuple[str, str]]:
    """Each tile and each part of a page that has an estimate of the newest wave, with its words."""
    tiles = of_class(page, "tile")
    parts = [each for each in components(page) if type(each).__name__ == "Section"]
    for each in (*tiles, *parts):
        if "57%" in words(each):
            yield str(getattr(each, "className", "")), words(each)


@pytest.mark.parametrize("page", FIGURES)
def test_fault_70_whatever_shows_an_estimate_shows_n_interval_mode_and_reliability(odd: Release, page: Page) -> None:
    found = list(bearers(drawn(odd, page)))
    assert found
    for name, said in found:
        assert "54% to 60%" in said, name
        assert "1,234" in said, name
        assert "web 65%" in said, name
        assert "published" in said, name


@pytest.mark.parametrize("page", TABLED)
def test_fault_70_a_row_with_an_estimate_has_its_interval_n_and_status(odd: Release, page: Page) -> None:
    told = [row for row in rows(drawn(odd, page)) if any(cell.endswith("%") and cell[:2] == "57" for cell in row)]
    assert told
    for row in told:
        assert "54% to 60%" in row
        assert "1,234" in row
        assert row[-1].startswith("published")


@pytest.mark.parametrize("page", FIGURES)
def test_fault_70_a_figure_that_a_statistician_should_look_at_says_so_wherever_it_stands(
    odd: Release, page: Page
) -> None:
    found = list(bearers(drawn(odd, page, "&indicator=safety")))
    assert found
    tiles = [said for name, said in found if "tile" in name and "Safety" in said]
    parts = [said for name, said in found if "tile" not in name]
    assert all("to be read with caution" in said for said in (*tiles, *parts))
    assert tiles or parts


@pytest.mark.parametrize("page", TABLED)
def test_every_figure_is_one_click_from_what_stands_behind_it(odd: Release, page: Page) -> None:
    found = drawn(odd, page)
    exhibits = [each for each in of_class(found, "exhibit") if any("Estimate" in row for row in rows(each))]
    assert exhibits
    tiles = [each for each in of_class(found, "tile") if of_class(each, "estimate")]
    for each in (*exhibits, *tiles):
        links = [part.href for part in components(each) if "behind" in str(getattr(part, "className", ""))]
        assert len(links) == 1
        assert links[0].startswith("/staff/about?")
        assert "wave=w3" in links[0]


def test_a_tile_leads_to_its_own_figure(odd: Release) -> None:
    tiles = of_class(drawn(odd, Page.OVERVIEW), "tile")
    links = [part.href for part in components(tiles) if getattr(part, "className", "") == "behind"]
    assert [card.id in link for card, link in zip(odd.indicators, links, strict=True)] == [True] * 3
