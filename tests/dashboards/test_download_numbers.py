"""The file of every chart of every page: the numbers of its cells in the release, and numbers where it has no cells."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from analytics.release import DriverCard, Release
from dashboards.access import Page
from dashboards.downloads import file
from dashboards.exhibits import Exhibit
from dashboards.page import page_exhibits
from dashboards.scene import Scene
from tests.dashboards.conftest import published
from tests.dashboards.pages.test_quality import REPORT
from tests.dashboards.test_downloads import csv_rows, is_number, same_numbers, scene, xlsx_rows


def rich(release: Release) -> Release:
    """The small release with two institutions, what goes with trust, a report, and an area that pools waves."""
    trusted = tuple(replace(card, id=f"trust_{card.id}") for card in release.indicators[1:])
    parameters = {**release.parameters, "spans": "1 4"}
    cards = (*release.indicators, *trusted)
    told = (
        *release.figures,
        published("trust_safety", "w3", 0.61, 0.02),
        replace(published("safety", "w3", 0.2, 0.05, area="a1"), span=4),
        replace(published("safety", "w3", 0.22, 0.02), span=4),
        *(replace(published("trust", "w3", 0.6, 0.1, n=50, area="a1", sex=sex), n_to=99) for sex in ("woman", "man")),
        published("trust", "w2", 0.66, 0.06, n=150, area="a1"),
    )
    drivers = (DriverCard("safety", "trust", 0.11, 0.05, 0.17, 2_000, ("w2", "w3"), "marginal_logit"),)
    return replace(release, indicators=cards, parameters=parameters, figures=told, drivers=drivers, quality=REPORT)


OTHER_THINGS = {"drivers", "modes", "coverage-area", "coverage-sex_age", "refusals"}


@pytest.mark.parametrize(
    ("page", "count"),
    [(Page.OVERVIEW, 5), (Page.COMPARE, 10), (Page.AREA, 3), (Page.LEADERSHIP, 7), (Page.QUALITY, 4)],
)
def test_the_numbers_in_every_file_are_the_releases(release: Release, page: Page, count: int) -> None:
    found = scene(rich(release), page=page)
    exhibits = page_exhibits(found)
    assert len({each.name for each in exhibits}) == len(exhibits) == count
    for exhibit in exhibits:
        assert len(exhibit.table.figures) == (0 if exhibit.name in OTHER_THINGS else len(exhibit.table.rows))
        if exhibit.table.figures:
            same_numbers(exhibit, found)
            assert all(figure is None or figure in found.release.figures for figure in exhibit.table.figures)


@pytest.mark.parametrize("page", [Page.OVERVIEW, Page.COMPARE, Page.AREA, Page.LEADERSHIP])
def test_a_row_names_the_cell_of_the_release_that_its_numbers_are_of(release: Release, page: Page) -> None:
    found = scene(rich(release), page=page)
    for exhibit in page_exhibits(found):
        for row in map(dict, (zip(*pair, strict=True) for pair in each_row(exhibit, found))):
            code, wave, area = (row[f"Code of the {what}"] for what in ("indicator", "wave", "area"))
            if wave == "not stated":
                assert row["Estimate"] == "not shown"
            elif row["Estimate"] != "not shown":
                same = [each.estimate for each in found.release.figures if each.key[:3] == (code, wave, area)]
                assert float(row["Estimate"]) in same


def each_row(exhibit: Exhibit, found: Scene) -> Iterator[tuple[list[str], list[str]]]:
    """The head of a file of figures beside each of its rows."""
    if exhibit.table.figures:
        head, *rows = csv_rows(file(exhibit, found, "csv").content)
        yield from ((head, row) for row in rows)


def test_a_chart_of_one_area_is_a_file_of_that_area(release: Release) -> None:
    found = scene(rich(release), "?lang=en&area=a1&indicator=trust", Page.AREA)
    exhibits = {each.name: each for each in page_exhibits(found)}
    rows = [dict(zip(*pair, strict=True)) for pair in each_row(exhibits["over-time"], found)]
    assert [(row["Code of the wave"], row["Code of the area"], row["Estimate"]) for row in rows[1:]] == [
        ("w2", "a1", "0.66"),
        ("w3", "a1", "0.71"),
    ]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_no_figure_of_a_release_is_a_number_too(release: Release, kind: str) -> None:
    made = rich(release)

    def rows(page: Page, name: str, search: str = "?lang=en&wave=w2") -> list[list[Any]]:
        found = scene(made, search, page)
        (exhibit,) = (each for each in page_exhibits(found) if each.name == name)
        content = file(exhibit, found, kind).content
        if kind == "xlsx":
            return xlsx_rows(content)[1:]
        return [[float(cell) if is_number(cell) else cell for cell in row] for row in csv_rows(content)[1:]]

    assert rows(Page.LEADERSHIP, "drivers")[0][:7] == [
        "Safety at night", "safety", "Goes together with more of it", 0.11, 0.05, 0.17, 2000,
    ]  # fmt: skip
    assert rows(Page.QUALITY, "modes")[-1][1:5] == ["w3", "web", 1000, 1000 / 1234]
    assert rows(Page.QUALITY, "modes")[-2][1:5] == ["w3", "text message", "c", "c"]
    assert rows(Page.QUALITY, "coverage-area")[0][:3] == ["Anfa", 0.45, 0.4]
    first = rows(Page.QUALITY, "refusals")[0]
    assert first[1:4] == ["trust", "w2", "Preferred not to answer"]
    assert first[4:7] == pytest.approx([0.07, 0.06, 0.09])
    assert rows(Page.QUALITY, "refusals", "?lang=en&wave=w3")[1][1:5] == ["trust", "w3", "Did not know", 0.02]
