"""The page of one area: its sentences say what the figures allow, and nothing of another area leaves it."""

import json
from dataclasses import replace
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.release import CHANGE, CONFIDENTIAL, UNRELIABLE, AreaCard, Release
from analytics.verdict import against, apart, difference
from dashboards.access import PUBLIC, Page, Viewer
from dashboards.judgement import Shown
from dashboards.pages.area import exhibits, page
from dashboards.pages.area_figures import between, local
from dashboards.scene import Scene
from dashboards.view import read_view
from tests.dashboards.conftest import hidden, published, with_figures
from tests.dashboards.pages.conftest import Looking, officer, seen, words
from tests.dashboards.staff import NoRecords
from tests.dashboards.test_application import figures
from translations.languages import LANGUAGES

OWN = ("a1", "a2", "a3", "a4")
shares = st.floats(0, 1, allow_nan=False)


def scene(release: Release, search: str = "", viewer: Viewer = PUBLIC) -> Scene:
    """The page of a1, or of what a query asks for, in English."""
    view = read_view(f"?lang=en&area=a1{search}", [], release, Page.AREA, OWN)
    return Scene(release, view, viewer, "/d/", NoRecords())


@st.composite
def intervals(draw: st.DrawFn) -> Shown:
    low, estimate, high = sorted(draw(st.tuples(shares, shares, shares)))
    return Shown(estimate, low, high, 100, review=False)


def test_the_first_sentence_says_the_figure_and_how_it_stands_to_the_whole(area_release: Release) -> None:
    said = words(page(scene(area_release)))
    assert (
        "Trust in the police in \u2068Anfa\u2069, May 2026: 71 of 100 who answered (65% to 77%), more than in "
        "\u2068Casablanca\u2069 as a whole, and chance alone does not explain it." in said
    )
    assert "Since the last wave it rose by 6 points (+1 to +11), more than chance explains." in said


@pytest.mark.parametrize(
    ("share", "sentence"),
    [
        (0.41, "fewer than in \u2068Casablanca\u2069 as a whole, and chance alone does not explain it."),
        (0.50, "It cannot be told apart from \u2068Casablanca\u2069 as a whole."),
        # Its own interval leaves out the whole's 54%; with the error of both nothing can be told apart.
        (0.605, "It cannot be told apart from \u2068Casablanca\u2069 as a whole."),
    ],
)
def test_chance_is_judged_with_the_error_of_both(area_release: Release, share: float, sentence: str) -> None:
    release = with_figures(area_release, published("trust", "w3", share, 0.06, n=160, area="a1"))
    assert sentence in words(page(scene(release)))


def test_the_interval_of_a_difference_is_the_one_of_the_paper() -> None:
    """56/70 against 48/80 with Wilson's limits: 0.2000 (0.0524 to 0.3339), Newcombe 1998, table II, method 10."""
    found = difference(_wilson(56, 70), _wilson(48, 80))
    assert [round(value, 4) for value in (found.estimate, found.low, found.high)] == [0.2, 0.0524, 0.3339]


def _wilson(cases: int, n: int) -> Shown:
    z, p = 1.959964, cases / n
    half = z * sqrt(z**2 + 4 * n * p * (1 - p))
    low, high = ((2 * n * p + z**2 + sign * half) / (2 * (n + z**2)) for sign in (-1, 1))
    return Shown(p, low, high, n, review=False)


@given(intervals(), intervals())
def test_nothing_is_told_apart_that_one_error_alone_would_not(part: Shown, whole: Shown) -> None:
    verdict = apart(part, whole)
    assert verdict in ("same", against(part, whole.estimate))
    assert apart(whole, part) == {"higher": "lower", "lower": "higher", "same": "same"}[verdict]


def test_where_one_wave_is_too_unsure_several_stand_for_it_and_it_is_said(area_release: Release) -> None:
    said = words(page(scene(area_release, "&indicator=safety")))
    assert "Safety at night in \u2068Anfa\u2069, May 2026: 10 of 100 who answered (6% to 14%), fewer than" in said
    assert "This wave alone cannot be shown here: the figure is that of the last 4 waves together." in said
    assert "4 waves together\n" in said
    # Beside it stands the whole over as many waves, which is 23%, and not the 21% of this wave.
    assert "Lower than in \u2068Casablanca\u2069: 23% (21% to 25%)" in said
    # A change from wave to wave says nothing of a figure that pools several.
    assert "last wave" not in said[: said.index("Main indicators")]


def test_a_change_that_cannot_be_shown_is_said(area_release: Release) -> None:
    release = with_figures(area_release, hidden("trust", "w3", CONFIDENTIAL, "protected", area="a1", contrast=CHANGE))
    assert "How it moved since the last wave cannot be shown." in words(page(scene(release)))
    first = with_figures(area_release, published("trust", "w1", 0.6, 0.05, area="a1"))
    assert "This is the first wave: there is no earlier one to compare it with." in words(
        page(scene(first, "&wave=w1"))
    )


def test_whoever_asks_for_waves_together_is_not_told_that_they_stand_in(area_release: Release) -> None:
    said = words(page(scene(area_release, "&indicator=safety&span=4")))
    assert "10 of 100 who answered (6% to 14%)" in said
    assert "This wave alone" not in said


def test_women_and_men_stand_side_by_side_with_their_gap_and_the_band_of_answers(area_release: Release) -> None:
    said = words(page(scene(area_release)))
    assert (
        "Trust in the police (4 waves together): higher among women by 12 points (women minus men: +4 to +20), "
        "more than chance explains." in said
    )
    assert "4 waves together\n61%\n55% to 67%\n100 to 199\npublished\n" in said
    assert "4 waves together\n49%\n43% to 55%\n100 to 199\npublished\n" in said
    assert "Safety at night, Bribes: the gap between women and men cannot be shown." in said


def test_what_moved_is_counted_against_all_that_was_looked_at(area_release: Release) -> None:
    release = with_figures(area_release, published("safety", "w3", -0.01, 0.05, area="a1", contrast=CHANGE))
    said = words(page(scene(release)))
    assert "1 change since the last wave is more than chance explains, of 2 that can be shown." in said
    assert "Up 6 points (+1 to +11), more than chance explains" in said
    assert "Since a year before: cannot be told apart (−11 to +7)" in said
    assert "about 5 of 100" in said


def test_what_is_withheld_is_listed_with_its_sign_and_words(area_release: Release) -> None:
    layout = json.dumps([item.to_plotly_json() for item in page(scene(area_release))], default=_plain)
    said = words(page(scene(area_release)))
    listed = said[said.index("What is not shown, and why") : said.index("You said, we did")]
    assert listed.count("\n") == 7
    assert (
        ":\nWithheld: fewer than 30 answers are too few for a reliable figure.\n"
        "Safety at night: 10% (6% to 14%), 88 answers, 4 waves together\n" in listed
    )
    assert "Withheld to protect respondents: fewer than 10 answers" in listed
    assert "Bribes" in listed.splitlines()
    assert "sign sign-lock" in layout


def _plain(item: object) -> object:
    return item.to_plotly_json()  # type: ignore[attr-defined]  # of any component


def test_an_area_without_any_figure_is_said_in_words_and_draws_no_empty_chart(area_release: Release) -> None:
    release = replace(area_release, figures=())
    for language in LANGUAGES:
        said = words(page(scene(release, f"&lang={language}")))
        assert "None" not in said
        assert "nan" not in said
    assert "no figure can be shown. Not part of this release." in words(page(scene(release)))
    assert "Nothing has been published for this area yet." in words(page(scene(release)))
    assert figures(json.loads(json.dumps(page(scene(release)), default=_plain))) == []


def test_each_chart_of_the_page_has_a_name_of_its_own_and_an_area_unknown_has_none(area_release: Release) -> None:
    found = [exhibit.name for exhibit in exhibits(scene(area_release))]
    assert found == ["beside", "women-men", "over-time"]
    nowhere = replace(area_release, areas=())
    assert exhibits(scene(nowhere)) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_unfilled_place_is_served(area_release: Release, looking: Looking, language: str) -> None:
    answer = seen(looking(area_release, None), f"?lang={language}&area=a1").text
    assert answer.count("NaN") == 0
    assert "%(" not in answer
    assert '"None' not in answer


def test_problems_have_a_section_where_the_release_asks_for_them(area_release: Release) -> None:
    assert "Problems that residents name" not in words(page(scene(area_release)))
    card = replace(area_release.indicators[0], id="problem_light", name={"en": "Street lighting"})
    release = replace(area_release, indicators=(*area_release.indicators, card))
    release = with_figures(release, published("problem_light", "w3", 0.3, 0.05, n=90, area="a1"))
    said = words(page(scene(release)))
    assert "Street lighting\n \n30% (25% to 35%) · 90 answers\n" in said
    assert card not in local(release, scene(release).view)


def test_four_to_six_indicators_are_chosen_and_the_one_in_view_is_among_them(area_release: Release) -> None:
    many = tuple(replace(area_release.indicators[0], id=f"i{place}", headline=place < 8) for place in range(12))
    release = replace(area_release, indicators=many)
    found = local(release, scene(release, "&indicator=i11").view)
    assert [card.id for card in found] == ["i0", "i1", "i2", "i3", "i4", "i11"]
    few = replace(release, indicators=tuple(replace(card, headline=False) for card in many))
    assert [card.id for card in local(few, scene(few, "&indicator=i3").view)] == ["i3", "i0", "i1", "i2"]


def test_a_district_of_the_very_same_people_is_no_neighbour(area_release: Release) -> None:
    district = AreaCard("d", "district", "top", {"en": "District"}, population=100)
    areas = tuple(replace(area, parent="d") if area.code == "a1" else area for area in area_release.areas)
    assert between(replace(area_release, areas=(*areas, district)), "a1") == ()
    larger = replace(district, population=300)
    assert between(replace(area_release, areas=(*areas, larger)), "a1") == (larger,)


def test_an_officer_whose_areas_are_in_no_release_is_told_so(area_release: Release, looking: Looking) -> None:
    answer = seen(looking(area_release, officer("elsewhere")), "?lang=en")
    assert answer.status_code == 200
    assert "There is no area to show" in answer.text
    assert "Anfa" not in answer.text


def test_only_an_officer_is_shown_where_to_write(area_release: Release, looking: Looking) -> None:
    assert "account/actions" not in seen(looking(area_release, None), "?lang=en&area=a1").text
    answer = seen(looking(area_release, officer("a1")), "?lang=fr")
    link = "/dashboards/account/actions/new?lang=fr&indicator=trust&wave=w3&area=a1"
    assert link in json.dumps(answer.json)


def test_fault_59_two_areas_of_which_one_is_empty_differ_by_their_names_alone(
    area_release: Release, looking: Looking
) -> None:
    release = replace(
        area_release,
        areas=tuple(replace(area, name=dict.fromkeys(LANGUAGES, f"Place {area.code}")) for area in area_release.areas),
    )
    release = with_figures(
        release,
        hidden("trust", "w3", CONFIDENTIAL, "protected", area="a3"),
        replace(hidden("trust", "w3", CONFIDENTIAL, "protected", area="a4"), n=3, estimate=1 / 3, low=0.0, high=0.9),
    )
    client = looking(release, None)
    one, other = (seen(client, f"?lang=en&area={code}").text for code in ("a3", "a4"))
    # The choice marks the one that is looked at, so that the marks are taken away before the two are compared.
    assert len(one) == len(other)
    assert _unmarked(one).replace("a3", "a4") == _unmarked(other).replace("a3", "a4")


def _unmarked(text: str) -> str:
    return text.replace(',"selected":"selected"', "").replace('"selected":"selected",', "")


def test_an_unreliable_figure_shows_no_number_of_its_own(area_release: Release) -> None:
    figure = replace(published("bribes", "w3", 0.8765, 0.001, n=12, area="a1"), status=UNRELIABLE, reason="n_below_30")
    said = json.dumps(page(scene(with_figures(area_release, figure), "&indicator=bribes")), default=_plain)
    assert "0.87" not in said
    assert "88%" not in said
    assert "87." not in said
