"""Compare and explore: what is held against each other, on which axes, and what is said of it."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from analytics.release import CHANGE, CONFIDENTIAL, GAP, YEAR, Release
from dashboards.access import Page, Role, Viewer, scoped, visible
from dashboards.among import among
from dashboards.exhibits import Exhibit
from dashboards.judgement import Shown
from dashboards.pages import compare
from dashboards.scene import Scene
from dashboards.view import read_view
from tests.dashboards.conftest import call, hidden, published, with_figures
from tests.dashboards.staff import NoRecords, staff_site
from tests.dashboards.test_application import HOSTILE, figures
from translations.languages import LANGUAGES

LEADER = Viewer(Role.LEADERSHIP)
PATH = "/dashboards/compare"
FULL = "?lang=en&with=safety&with=bribes&place=a1&place=a2&place=a3&place=a4"


def scene(release: Release, search: str, viewer: Viewer = LEADER) -> Scene:
    part = scoped(release, visible(release, viewer))
    return Scene(part, read_view(search, ["en"], part, Page.COMPARE), viewer, "/dashboards/", NoRecords())


def named(release: Release, search: str) -> dict[str, Exhibit]:
    return {each.name: each for each in compare.exhibits(scene(release, search))}


def elements(layout: object, kind: str) -> list[dict[str, Any]]:
    """The properties of all components of a kind in a served layout."""
    if isinstance(layout, list):
        return [found for item in layout for found in elements(item, kind)]
    if not isinstance(layout, dict):
        return []
    here = [layout["props"]] if layout.get("type") == kind else []
    return here + [found for item in layout.values() for found in elements(item, kind)]


@pytest.fixture
def client(tmp_path: Path, release: Release) -> FlaskClient:
    return staff_site(tmp_path, release, LEADER).test_client()


def test_every_indicator_and_area_has_a_chart_on_the_same_axes_and_a_table(client: FlaskClient) -> None:
    answer = call(client, FULL, PATH).json
    panels = [chart for chart in figures(answer) if len(chart["data"]) > 1]
    assert len(panels) == 4  # trust and safety in the whole, trust in two areas; nothing is shown of the others
    assert {tuple(chart["layout"]["yaxis"]["range"]) for chart in panels} == {(-1, 101)}
    assert len({json.dumps(chart["layout"]["xaxis"]) for chart in panels}) == 1
    assert len(elements(answer, "Figure")) == len(elements(answer, "Table")) == 10


def test_women_and_men_have_their_own_marks_and_an_interval(release: Release) -> None:
    chart = named(release, FULL)["indicator-1"].chart
    assert chart is not None
    women, men = chart["data"][-2:]
    assert (women["marker"]["symbol"], women["marker"]["color"]) == ("circle", "#6A3D9A")
    assert (men["marker"]["symbol"], men["marker"]["color"]) == ("square-open", "#B35806")
    assert women["y"] == pytest.approx([50, 50])
    assert men["error_y"]["array"] == pytest.approx([4, 4, 4])


def test_a_line_breaks_at_a_wave_without_a_figure_and_the_wave_is_marked(release: Release) -> None:
    gone = hidden("trust", "w2", CONFIDENTIAL, "protected")
    others = tuple(item for item in release.figures if item.key != gone.key)
    chart = named(replace(release, figures=(*others, gone)), FULL)["indicator-1"].chart
    assert chart is not None
    assert [len(trace["x"]) for trace in chart["data"] if trace["mode"] == "lines+markers"] == [1, 1]
    assert [note["text"] for note in chart["layout"]["annotations"]] == ["not shown"]


def test_what_is_missing_of_women_or_men_is_said(client: FlaskClient) -> None:
    assert "Women: not shown in September 2025." in call(client, FULL, PATH).text


def test_a_band_of_answers_is_told_as_a_band(tmp_path: Path, release: Release) -> None:
    banded = replace(published("trust", "w3", 0.6, 0.1, n=50, area="a1", sex="woman"), n_to=99)
    client = staff_site(tmp_path, replace(release, figures=(*release.figures, banded)), LEADER).test_client()
    text = call(client, FULL, PATH).text
    assert "50 to 99" in text
    assert "n = 50 to 99" in text
    assert "n = 50<" not in text


def test_areas_stand_in_groups_by_what_can_be_told_apart_among_all_of_them(release: Release) -> None:
    places = named(release, FULL)["places"]
    assert places.chart is not None
    assert [note["text"] for note in places.chart["layout"]["annotations"]] == [
        "<b>Higher than the whole</b>",
        "<b>Cannot be told apart from the whole</b>",
    ]
    assert [row[:2] for row in places.table.rows] == [
        ("Anfa", "Higher than the whole"),
        ("Aïn Chock", "Cannot be told apart from the whole"),
        ("Sidi Moumen", ""),
        ("Hay Hassani", ""),
    ]
    assert "2 comparisons are made here at once" in json.dumps(places.after, default=lambda item: item.to_plotly_json())


def test_an_area_that_only_its_own_interval_tells_apart_is_not_called_higher_among_many(release: Release) -> None:
    close = [published("trust", "w3", 0.64, 0.09, area=code) for code in ("a2", "a3", "a4")]
    rows = {row[0]: row[1] for row in named(with_figures(release, *close), FULL)["places"].table.rows}
    assert rows["Anfa"] == "Higher than the whole"
    assert rows["Aïn Chock"] == "Higher by its own interval, but not told apart among so many"


def test_changes_and_gaps_are_said_with_their_significance(release: Release) -> None:
    year = published("trust", "w3", 0.07, 0.03, contrast=YEAR)
    rows = named(replace(release, figures=(*release.figures, year)), FULL)["differences"].table.rows
    assert [row[:3] for row in rows] == [
        ("Trust in the police", "Women minus men", MEN_HIGHER),
        ("Trust in the police", "Since the wave before", "Up 4 points (+1 to +7), more than chance explains"),
        ("Safety at night", "Since the wave before", "Down 6 points (−9 to −3), more than chance explains"),
        ("Trust in the police", "Since a year before", "Up 7 points (+4 to +10), more than chance explains"),
    ]


def test_what_stands_alone_but_not_among_so_many_is_said_as_that(release: Release) -> None:
    # The chance of so small a gap is 2.5 in 100 alone: too much among the three that are held against each other.
    small = published("safety", "w3", 0.04, 0.035, contrast=GAP)
    change = published("bribes", "w3", 0.04, 0.035, contrast=CHANGE)
    others = tuple(item for item in release.figures if item.contrast == "")
    same = published("trust", "w3", 0.0, 0.035, contrast=GAP)
    rows = named(replace(release, figures=(*others, small, change, same)), FULL)["differences"].table.rows
    assert [row[2] for row in rows] == [
        "Women and men cannot be told apart (−3.5 to +3.5)",
        "Women and men differ taken alone, but cannot be told apart among so many (+0.5 to +7.5)",
        "It moved taken alone, but that cannot be told from chance among so many (+0.5 to +7.5)",
    ]


MEN_HIGHER = "Men higher by 8 points (women minus men: −13 to −3), more than chance explains"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("search", ["", "&indicator=bribes", "&area=a3&wave=w1", "&area=a1&span=2"])
def test_nothing_shows_nan_none_or_an_unfilled_place(
    tmp_path: Path, release: Release, language: str, search: str
) -> None:
    broken = replace(published("trust", "w3", 0.5, 0.03, area="a2"), low=float("nan"))
    others = tuple(item for item in release.figures if item.key != broken.key)
    found = replace(release, parameters={"k": 10, "spans": "1 2"}, figures=(*others, broken))
    client = staff_site(tmp_path, found, LEADER).test_client()
    text = call(client, FULL.replace("en", language, 1) + search, PATH).text
    assert "choose-indicator" in text
    assert re.search(r"\b(nan|NaN|inf|Infinity|None)\b|%\(", text) is None


def test_the_form_needs_no_script_and_holds_what_was_chosen(client: FlaskClient) -> None:
    (form,) = elements(call(client, FULL + "&area=a2&wave=w2", PATH).json, "Form")
    assert (form["action"], form["method"]) == (PATH, "GET")
    names = [item["name"] for item in elements(form, "Select")]
    assert names == ["indicator", "area", "wave", *["with"] * 6, *["place"] * 8]
    chosen = [item["value"] for item in elements(form, "Option") if item.get("selected")]
    assert chosen[:5] == ["trust", "a2", "w2", "safety", "bribes"]
    assert chosen[9:13] == ["a1", "a2", "a3", "a4"]
    labels = {item["htmlFor"] for item in elements(form, "Label")}
    assert labels == {item["id"] for item in elements(form, "Select")}


def test_no_more_than_six_indicators_and_eight_areas_are_shown_and_that_is_said(
    tmp_path: Path, release: Release
) -> None:
    cards = tuple(replace(release.indicators[0], id=f"i{at}") for at in range(9))
    areas = tuple(replace(release.areas[0], code=f"b{at}") for at in range(10))
    found = replace(release, indicators=(*release.indicators, *cards), areas=(*release.areas, *areas))
    search = "?lang=en" + "".join(f"&with={card.id}" for card in cards)
    search += "".join(f"&place={area.code}" for area in areas)
    names = named(found, search)
    assert [name for name in names if name.startswith("indicator-")] == [f"indicator-{at}" for at in range(1, 8)]
    assert [name for name in names if re.fullmatch("area-[0-9]+", name)] == [f"area-{at}" for at in range(1, 9)]
    text = call(staff_site(tmp_path, found, LEADER).test_client(), search, PATH).text
    assert "Only the first 6 further indicators are shown." in text
    assert "Only the first 8 areas are shown." in text


def test_the_permanent_link_leads_to_the_same_page(client: FlaskClient) -> None:
    search = FULL + "&area=a2&wave=w2"
    first = call(client, search, PATH)
    (link,) = [item["value"] for item in elements(first.json, "Input") if item["id"] == "permanent-link"]
    assert link.startswith(PATH + "?")
    assert call(client, link.removeprefix(PATH), PATH).data == first.data


def test_pooled_waves_are_shown_where_the_release_has_them_and_said_to_be_pooled(
    tmp_path: Path, release: Release
) -> None:
    pooled = replace(published("trust", "w3", 0.52, 0.02), span=2)
    found = replace(release, parameters={"k": 10, "spans": "1 2"}, figures=(*release.figures, pooled))
    exhibit = named(found, "?span=2")["indicator-1"]
    assert [row[0] for row in exhibit.table.rows] == ["May 2026"] * 3
    assert exhibit.table.figures[0] == pooled
    text = call(staff_site(tmp_path, found, LEADER).test_client(), "?lang=en&span=2", PATH).text
    assert "Each point is of 2 waves together" in text
    assert "Trust in the police, the whole survey, May 2026: 52% (50% to 54%)" in text


@pytest.mark.parametrize("search", [item for item in HOSTILE if item != ["?lang=fr"]])
def test_whatever_the_callback_is_sent_falls_back_to_the_default_view(client: FlaskClient, search: object) -> None:
    answer = call(client, search, PATH, **{"Accept-Language": "en"})
    assert answer.status_code == 200
    assert "Trust in the police, the whole survey, May 2026: 54% (51% to 57%)" in answer.text
    assert "passwd" not in answer.text


@pytest.mark.parametrize("path", [PATH + "/x", "/dashboards/Compare", ["compare"], None, 3])
def test_there_is_no_other_page_beside_it(client: FlaskClient, path: object) -> None:
    assert "There is no such page." in call(client, "?lang=en", path).text


@pytest.mark.parametrize("viewer", [Viewer(Role.PUBLIC), Viewer(Role.ADMINISTRATOR)])
def test_who_may_not_compare_is_told_that_there_is_no_such_page(
    tmp_path: Path, release: Release, viewer: Viewer
) -> None:
    client = staff_site(tmp_path, release, viewer).test_client()
    assert "There is no such page." in call(client, "?lang=en", PATH).text
    assert client.get("/compare?lang=en").status_code == 404


HALVES = st.integers(1, 200).map(lambda value: value / 1000)
DIFFERENCES = st.builds(
    lambda middle, half: Shown(middle, middle - half, middle + half, 400, False),
    st.integers(-400, 400).map(lambda value: value / 1000),
    HALVES,
)


@given(st.lists(st.none() | DIFFERENCES, max_size=12))
def test_no_difference_is_called_one_unless_its_own_interval_says_so(found: list[Shown | None]) -> None:
    for item, standing in zip(found, among(found), strict=True):
        assert (item is None) == (standing is None)
        if item is not None and standing is not None:
            assert standing.startswith("higher") == (item.low > 0)
            assert standing.startswith("lower") == (item.high < 0)


@given(st.lists(DIFFERENCES, min_size=1, max_size=8), st.lists(DIFFERENCES, max_size=4))
def test_more_comparisons_never_make_a_difference_of_one_that_was_none(found: list[Shown], more: list[Shown]) -> None:
    # Holm steps down: among more, each is held against no more room than before, or others go first.
    alone = [among([item])[0] for item in found]
    together = among([*found, *more])
    for before, after in zip(alone, together, strict=False):
        assert after in {before, f"{before}_alone"}


def test_one_difference_by_itself_is_judged_by_its_interval() -> None:
    assert among([Shown(0.05, 0.001, 0.099, 400, False)]) == ["higher"]
    assert among([Shown(0.05, -0.001, 0.101, 400, False)]) == ["same"]


def test_holms_correction_is_the_published_one() -> None:
    # R 4.2.2: p.adjust(2 * pnorm(-c(3.2, 2.4, 2.1, 1)), "holm") gives 0.00550, 0.04919, 0.07146, 0.31731.
    found = [Shown(z, z - 1.959964, z + 1.959964, 400, False) for z in (3.2, 2.4, 2.1, 1.0)]
    assert among(found) == ["higher", "higher", "higher_alone", "same"]
