"""Every code has words, and the sentences say what the figures allow and no more."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import CheckConstraint
from sqlmodel import SQLModel

from analytics.indicators.presentation_standards import WITHHOLDING
from analytics.release import CHANGE, CONFIDENTIAL, GAP, PROTECTED, SPARSE, UNAVAILABLE, UNRELIABLE, Figure, Release
from analytics.release_words import method, mode, points, reason, sample, withheld
from analytics.survey.results import WITHOUT_ERROR
from analytics.verdict import against
from dashboards.formats import interval
from dashboards.judgement import Shown, areas, shown
from dashboards.sentences import gap, headline
from dashboards.view import View, read_view
from survey_app.storage import tables
from tests.dashboards.conftest import hidden, published
from translations.languages import LANGUAGES, fenced, percent, signed, translator

# What the statistics can say, read off their own code, so that a new reason without words fails here.
REASONS = (
    SPARSE,
    PROTECTED,
    *WITHOUT_ERROR,
    *WITHHOLDING,
)


def view(release: Release, language: str = "en", **asked: str) -> View:
    """The view of a query."""
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return read_view(f"?lang={language}&{query}", [], release)


def with_figure(release: Release, figure: Figure) -> Release:
    """The release with one figure in the place of another about the same thing."""
    others = tuple(item for item in release.figures if item.key != figure.key)
    return replace(release, figures=(*others, figure))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", REASONS)
def test_every_reason_has_a_sentence_of_its_own(code: str, language: str) -> None:
    general = reason("something new", language, {"k": 10})
    assert reason(code, language, {"k": 10}) not in ("", code, general)


def test_the_reasons_are_all_that_the_statistics_know() -> None:
    assert len(set(REASONS)) == len(REASONS)
    assert {"n_eff_below_30", "interval_wide", "one_psu"} <= set(REASONS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mode_that_a_response_may_have_has_a_name(language: str) -> None:
    constraints = SQLModel.metadata.tables[tables.ResponseRow.__tablename__].constraints
    checks = {str(found.name): str(found.sqltext) for found in constraints if isinstance(found, CheckConstraint)}
    modes = checks["ck_response_mode"]
    codes = re.findall(r"'(\w+)'", modes)
    assert len(codes) == 5
    assert not any(mode(code, language) == code for code in codes if code != "web")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_code_gets_a_general_sentence(language: str) -> None:
    assert reason("a_rule_of_next_year", language, {}) == translator(language)("This figure cannot be shown.")
    assert withheld(Figure("i", "w", "", "", "", "new status"), language, {}) == translator(language)(
        "This figure cannot be shown."
    )
    assert sample("quota", language) == translator(language)("sample of unknown kind")
    assert (mode("kiosk", language), method("bootstrap", language)) == ("kiosk", "bootstrap")


def test_the_reason_names_the_releases_own_k() -> None:
    rest = " answers, or it could help to learn what one gave."
    assert reason(PROTECTED, "en", {"k": 10}) == "Withheld to protect respondents: fewer than 10" + rest
    assert reason(PROTECTED, "en", {"k": 25}) == "Withheld to protect respondents: fewer than 25" + rest
    assert reason(PROTECTED, "en", {}) == "Withheld to protect respondents."


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (CONFIDENTIAL, "Withheld to protect respondents."),
        (UNRELIABLE, "Withheld: not reliable enough to show."),
        (UNAVAILABLE, "Not available."),
    ],
)
def test_a_status_without_a_reason_has_words(status: str, sentence: str) -> None:
    assert withheld(Figure("i", "w", "", "", "", status), "en", {}) == sentence
    assert withheld(None, "en", {}) == "Not part of this release."


def test_the_headline_says_estimate_interval_and_a_change_that_chance_does_not_explain(release: Release) -> None:
    assert headline(release, view(release)) == (
        "Trust in the police: 54% (51% to 57%), up 4 points (+1 to +7) since the last wave, more than chance explains."
    )
    assert headline(release, view(release, indicator="safety")) == (
        "Safety at night: 21% (18% to 24%), down 6 points (−9 to −3) since the last wave, more than chance explains."
    )


def test_a_change_whose_interval_covers_zero_cannot_be_told_apart(release: Release) -> None:
    assert headline(release, view(release, wave="w2")) == (
        "Trust in the police: 50% (47% to 53%). It cannot be told apart from the last wave."
    )


def test_the_first_wave_has_nothing_to_compare_with_and_a_withheld_change_is_said(release: Release) -> None:
    assert headline(release, view(release, wave="w1")).endswith("There is no earlier wave to compare it with.")
    without = with_figure(release, hidden("trust", "w3", UNRELIABLE, "zero_variance", contrast=CHANGE))
    assert headline(without, view(release)).endswith("The change since the last wave cannot be shown.")


def test_a_withheld_figure_is_words_in_the_headline(release: Release) -> None:
    assert headline(release, view(release, indicator="bribes")) == (
        "Bribes: no figure can be shown for this wave. "
        "Withheld to protect respondents: fewer than 10 answers, or it could help to learn what one gave."
    )


def test_the_gap_is_said_from_either_side_and_only_beyond_chance(release: Release) -> None:
    assert gap(release, view(release)) == (
        "The share among men is higher than among women by 8 points (women minus men: −13 to −3), "
        "more than chance explains."
    )
    assert gap(release, view(release, wave="w1")) == "The answers of women and men cannot be told apart."
    assert gap(release, view(release, wave="w2")) == "The gap between women and men cannot be shown."
    wide = with_figure(release, published("trust", "w3", 0.06, 0.05, contrast=GAP))
    assert gap(wide, view(release)).startswith("The share among women is higher than among men by 6 points (+1 to")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headline_carries_the_figures_in_every_language(release: Release, language: str) -> None:
    found = headline(release, view(release, language))
    whole = shown(release.figure("trust", "w3"))
    assert whole is not None
    assert percent(0.54, language) in found
    assert interval(whole, language) in found
    assert release.indicators[0].name[language] in found
    assert "%(" not in found


def test_numbers_are_written_for_the_country_and_fenced_in_arabic() -> None:
    assert (percent(0.543, "en", 1), percent(0.543, "fr", 1)) == ("54.3%", "54,3\u00a0%")
    assert percent(0.543, "ar", 1) == fenced("54,3%", "ar") == "\u206854,3%\u2069"
    assert (signed(0.04, "en"), signed(-0.04, "en"), signed(0.001, "en")) == ("+4", "−4", "0")
    assert (points(0.01, "en"), points(-0.04, "en"), points(0.003, "en")) == (
        "1 point",
        "4 points",
        "less than 1 point",
    )


def test_a_verdict_needs_the_whole_interval_on_one_side() -> None:
    assert against(Shown(0.1, 0.001, 0.2, 90, False)) == "higher"
    assert against(Shown(0.1, 0.0, 0.2, 90, False)) == "same"
    assert against(Shown(0.4, 0.35, 0.45, 90, False), 0.5) == "lower"


def test_areas_stand_against_the_whole_and_hidden_ones_have_no_verdict(release: Release) -> None:
    found = {item.area.code: item.verdict for item in areas(release, "trust", "w3")}
    assert found == {"a1": "higher", "a2": "same", "a3": None, "a4": None}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None])
def test_a_published_figure_without_a_whole_number_is_not_shown(value: float | None) -> None:
    assert shown(replace(published("trust", "w1", 0.5, 0.1), high=value)) is None


def test_numbers_beside_a_status_that_is_not_published_are_never_shown() -> None:
    assert shown(replace(published("trust", "w1", 0.5, 0.1), status=CONFIDENTIAL)) is None
