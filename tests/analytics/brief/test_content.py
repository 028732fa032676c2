"""What the brief says: who stands where, what stands in for what, and what is withheld."""

from dataclasses import replace

import pytest

from analytics.brief.content import area_page, leadership, local, pages
from analytics.brief.judgement import headline
from analytics.release import CONFIDENTIAL, PROTECTED, UNAVAILABLE, UNRELIABLE, Figure, Release
from analytics.release_words import withheld

from .releases import LAST, published, with_figure


def test_areas_are_grouped_and_stand_by_name_inside_a_group(small: Release) -> None:
    whole = small.figure("trust", LAST)
    assert whole is not None
    assert whole.estimate is not None
    made = small
    for code, shift in (("za", 0.3), ("zb", 0.2), ("zc", -0.1)):
        made = with_figure(made, published(("trust", LAST, code, "", "", 1), whole.estimate + shift, 0.03, 0.03, 99))
    said = leadership(made, "fr")
    assert [[row.name for row in group.rows] for group in said.areas] == [["Été", "Zénith"], ["Fleuve"], ["Dar"]]


def test_an_area_is_told_apart_only_where_its_interval_leaves_the_whole(small: Release) -> None:
    whole = small.figure("trust", LAST)
    assert whole is not None
    assert whole.estimate is not None
    touching = published(("trust", LAST, "za", "", "", 1), whole.estimate + 0.03, 0.03, 0.03, 99)
    groups = leadership(with_figure(small, touching), "en").areas
    assert next(group.name for group in groups if any(row.name == "Ete" for row in group.rows)).startswith("Cannot")


def test_pooled_waves_stand_in_for_an_unsure_figure_and_say_so_but_never_for_a_protected_one(small: Release) -> None:
    unsure, protected = area_page(small, "en", "zc"), area_page(small, "en", "zd")
    assert {row.row.span for row in unsure.rows} == {4}
    assert all(row.row.shown for row in unsure.rows)
    assert {row.row.span for row in protected.rows} == {1}
    assert not any(row.row.shown for row in protected.rows)
    pooled = published(("trust", LAST, "zd", "", "", 4), 0.777, 0.01, 0.01, 400)
    assert not any(row.row.shown for row in area_page(with_figure(small, pooled), "en", "zd").rows)


def test_a_pooled_figure_is_compared_with_the_pooled_whole_or_with_none(small: Release) -> None:
    assert {row.whole for row in area_page(small, "en", "zc").rows} == {None}
    whole = published(("trust", LAST, "", "", "", 4), 0.5, 0.01, 0.01, 400)
    first = area_page(with_figure(small, whole), "en", "zc").rows[0]
    assert first.whole is not None
    assert first.whole.figure == whole


def test_women_and_men_are_shown_both_from_the_same_waves(small: Release) -> None:
    for row in area_page(small, "en", "za").sexes:
        assert (row.women.span, row.men.span, row.gap.span) == (4, 4, 4)
    for row in leadership(small, "en").sexes:
        assert (row.women.span, row.men.span, row.gap.span) == (1, 1, 1)
        assert row.women.figure is not None
        assert (row.women.figure.sex, row.women.figure.area, row.women.figure.wave) == ("woman", "", LAST)


def test_what_is_withheld_is_counted_and_its_reason_said(small: Release) -> None:
    states = [f.status for f in small.figures if f.wave == LAST and not f.contrast and f.span == 1]
    lines = dict(leadership(small, "en").frame.withheld)
    assert str(states.count("published")) in lines["published"]
    assert str(len(states)) in lines["published"]
    assert lines["unreliable"].endswith(str(states.count("unreliable")))
    assert lines["confidential"].startswith(str(states.count("confidential")))


def test_an_area_has_its_headline_first_and_no_institution_that_is_the_same_everywhere(small: Release) -> None:
    assert [card.id for card in local(small)] == ["trust", "safe", "respect", "bribe", "local"]
    assert [area.code for area in pages(small)] == ["zb", "za", "zc", "zd"]
    with pytest.raises(KeyError):
        area_page(small, "en", "nowhere")


def test_without_headline_indicators_the_first_four_are_taken(small: Release) -> None:
    plain = replace(small, indicators=tuple(replace(card, headline=False) for card in small.indicators))
    assert [card.id for card in headline(plain)] == ["trust", "safe", "respect", "bribe"]


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        (UNRELIABLE, "n_below_30", "fewer than 30 answers"),
        (UNRELIABLE, "n_eff_below_30", "count for fewer than 30"),
        (UNRELIABLE, "cases_below_5", "fewer than 5 people"),
        (UNRELIABLE, "interval_wide", "too wide to say anything"),
        (CONFIDENTIAL, PROTECTED, "fewer than 10 answers, or it could help"),
        (CONFIDENTIAL, "a reason of tomorrow", "protect respondents"),
        (UNAVAILABLE, "one_respondent", "one respondent"),
        (UNAVAILABLE, "", "Not available"),
        ("a status of tomorrow", "", "cannot be shown"),
    ],
)
def test_every_reason_has_words(small: Release, status: str, reason: str, words: str) -> None:
    figure = Figure("trust", LAST, "", "", "", status, reason)
    assert words in withheld(figure, "en", small.parameters)


def test_a_cell_that_the_release_lacks_is_said_to_be_no_part_of_it(small: Release) -> None:
    assert withheld(None, "en", small.parameters) == "Not part of this release."


def test_a_sample_that_people_chose_says_so_and_synthetic_answers_too(small: Release) -> None:
    chosen = leadership(replace(small, sample="non_probability", synthetic=False), "en").frame
    assert "people chose to take part" in chosen.method[0]
    assert dict(chosen.facts)["Sample"] == "non-probability sample"
    assert chosen.synthetic == ""
    assert leadership(small, "en").frame.synthetic == "Demonstration with synthetic data"
