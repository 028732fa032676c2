"""The method note: every number in it is the release's own, and what it says follows from what the release is."""

import re
from dataclasses import replace
from typing import Any

import pytest

from analytics.disclosure.exposure import HEAVIEST
from analytics.disclosure.rounding import BANDS
from analytics.indicators.presentation_standards import RULES, Evidence, judge
from analytics.method_note import method_note
from analytics.release import AnswerCard, DriverCard, Release, Tombstone, Wave
from analytics.rule_words import LIMITS, rule_words
from tests.analytics.framework.releases import TEXT, five_waves
from translations.languages import LANGUAGES, number

NUMBER = re.compile(r"\d[\d,.]*\d|\d")
PARAMETERS: dict[str, str | int | float] = {
    "k": 12,
    "seed": 7,
    "level": 0.9,
    "rule_set": "dhs",
    "tables": "sex area area_sex",
    "spans": "1 6",
    "area_population": 23456,
    "area_respondents": 34,
    "weights": "raked to area and to sex by age",
    "kish_effect": 1.678,
    "margin_error": 0.021,
}


@pytest.fixture
def release() -> Release:
    """A release of one wave with choices that are nobody's defaults."""
    unsure = AnswerCard("dk", TEXT, positive=False, based=True, missing="dont_know")
    card = replace(five_waves().indicators[0], answers=(unsure,), headline=True, filter="x", registered="2025-01-01")
    wave = Wave("2031-q2", "2031-04-03", "2031-06-28", 1789, {"web": 1567, "sms": 222})
    return replace(five_waves(), parameters=PARAMETERS, waves=(wave,), indicators=(card, five_waves().indicators[1]))


def test_every_number_in_the_note_is_of_the_release(release: Release) -> None:
    own = {"12", "7", "90%", "6", "23,456", "34", "1.68", "2", "1,789", "1,567", "222", "2031"}
    days = {"3", "28", "1", "2026"}  # 3 April, 28 June, made on 1 May 2026
    counts = {"2", "1", "0"}  # indicators, headlines and the like, of either base
    rules = {f"{LIMITS['dhs'][name]:g}" for name in ("n", "look")}
    fixed = {str(HEAVIEST), "0.1", "1", "0", *(str(edge) for edge in BANDS[:2]), "10", "256"}  # one in 10; SHA-256
    allowed = {each.rstrip("%") for each in own | days | counts | rules | fixed}
    text = method_note(release)["en"].replace("2031-q2", "").replace("`v1`", "").replace("thiqa 0", "")
    assert set(NUMBER.findall(text)) - allowed == set()
    assert {each.rstrip("%") for each in own} <= set(NUMBER.findall(text))


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("k", 15, "15"),
        ("seed", 4321, "4321"),
        ("level", 0.8, "80%"),
        ("spans", "1 5", "5 in a row"),
        ("area_population", 98765, "98,765"),
        ("area_respondents", 77, "77"),
        ("kish_effect", 2.346, "2.35"),
        ("rule_set", "ine_chile_2020", "60"),
    ],
)
def test_another_choice_is_another_note(release: Release, name: str, value: Any, shown: str) -> None:
    assert shown not in method_note(release)["en"]
    assert shown in method_note(replace(release, parameters=PARAMETERS | {name: value}))["en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_the_same_sections_and_the_releases_sizes(release: Release, language: str) -> None:
    note = method_note(release)[language]
    assert note.count("\n## ") == 10
    assert note.startswith("# ")
    assert TEXT[language] in note.splitlines()[0]
    assert number(1789, language) in note
    assert 40 <= len(note.splitlines()) <= 90
    assert "%(" not in note


def test_a_sample_that_nobody_drew_has_no_margin_of_sampling_error(release: Release) -> None:
    drawn = method_note(replace(release, sample="probability"))["en"]
    came = method_note(replace(release, sample="non_probability"))["en"]
    assert "margin of sampling error" not in drawn
    assert "cannot be given for such a sample (AAPOR)" in came
    assert "drawn at random from a list" not in came


def test_synthetic_answers_are_named_before_anything_else(release: Release) -> None:
    assert method_note(release)["en"].splitlines()[2].startswith("> **Synthetic data")
    assert "Synthetic" not in method_note(replace(release, synthetic=False))["en"]


def test_given_weights_pooled_waves_floors_and_withdrawn_indicators_are_said_where_there_are_any(
    release: Release,
) -> None:
    plain: dict[str, str | int | float] = {
        "k": 10,
        "seed": 1,
        "level": 0.95,
        "rule_set": "dhs",
        "tables": "sex",
        "spans": "1",
        "weights": "given",
    }
    note = method_note(replace(release, parameters=plain))["en"]
    for absent in ("raking", "Kish", "in a row", "inhabitants", "withdrawn"):
        assert absent not in note
    stone = Tombstone("gone", TEXT, "2030-01-01-x", "withdrawn", TEXT)
    assert "withdrawn" in method_note(replace(release, tombstones=(stone,)))["en"]


def test_the_rules_have_their_words_and_no_other() -> None:
    of_shares = {name for name, (kinds, _) in RULES.items() if "proportion" in kinds}
    assert of_shares == set(LIMITS)
    said = {rule_words(name, "en") for name in LIMITS}
    assert len(said) == len(LIMITS)
    assert rule_words("nobody's", "en") == "A figure that is not reliable by these rules is withheld."


def share(**more: Any) -> Evidence:
    """A share that every rule set shows."""
    given: dict[str, Any] = {"kind": "proportion", "estimate": 0.5, "se": 0.01, "low": 0.48, "high": 0.52}
    given |= {"n": 5000, "cases": 2500, "n_eff": 2500.0, "deff": 2.0, "df": 100}
    return Evidence(**given | more)


@pytest.mark.parametrize(
    ("name", "limit", "of"),
    [
        ("nchs_proportions", "n", "n"),
        ("ine_chile_2020", "n", "n"),
        ("ine_chile_2020", "df", "df"),
        ("eclac_2020", "n", "n"),
        ("eclac_2020", "n_eff", "n_eff"),
        ("eclac_2020", "cases", "cases"),
        ("eclac_2023", "n_eff", "n_eff"),
        ("eclac_2023", "df", "df"),
        ("eclac_2023", "cases", "cases"),
        ("statcan_release", "n", "n"),
        ("statcan_letters", "n", "n"),
        ("dhs", "n", "n"),
    ],
)
def test_a_limit_that_is_said_is_the_one_that_judges(name: Any, limit: str, of: str) -> None:
    at = int(LIMITS[name][limit])
    assert judge(name, share(**{of: at})).flag != "suppress"
    assert judge(name, share(**{of: at - 1})).flag == "suppress"


@pytest.mark.parametrize(
    ("name", "limit", "of"),
    [
        ("nchs_proportions", "df", "df"),
        ("eclac_2020", "df", "df"),
        ("eclac_2023", "look", "cases"),
        ("dhs", "look", "n"),
    ],
)
def test_a_limit_of_caution_is_the_one_that_judges(name: Any, limit: str, of: str) -> None:
    at = int(LIMITS[name][limit])
    assert judge(name, share(**{of: at})).flag == "present"
    assert judge(name, share(**{of: at - 1})).flag == "review"


@pytest.mark.parametrize(("name", "flag"), [("statcan_release", "review"), ("statcan_letters", "review")])
def test_the_limits_of_variation_are_those_that_judge(name: Any, flag: str) -> None:
    look, most = LIMITS[name]["look"], LIMITS[name]["cv"]
    assert judge(name, share(se=0.5 * (look - 0.001))).flag == "present"
    assert judge(name, share(se=0.5 * (look + 0.001))).flag == flag
    assert judge(name, share(se=0.5 * (most - 0.001))).flag == flag
    assert judge(name, share(se=0.5 * (most + 0.001))).flag == "suppress"


def test_the_widths_of_the_nchs_are_those_that_judge() -> None:
    limits = LIMITS["nchs_proportions"]
    for width, estimate, flag in (
        (limits["width"] - 0.001, 0.5, "present"),
        (limits["width"], 0.5, "suppress"),
        (limits["relative"] * 0.1 + 0.001, 0.1, "suppress"),
        (limits["relative"] * 0.1 - 0.001, 0.1, "present"),
        (limits["narrow"], 0.01, "present"),
    ):
        seen = share(estimate=estimate, low=0.0, high=width)
        assert judge("nchs_proportions", seen).flag == flag


def test_a_note_tells_how_drivers_were_made_where_there_are_any(release: Release) -> None:
    card = DriverCard("other", "trust", 0.1, 0.05, 0.15, 900, ("2031-q2",), "marginal_logit")
    for language, word in (("en", "logistic"), ("fr", "logistique"), ("ar", "لوجستي")):
        assert word in method_note(replace(release, drivers=(card,)))[language]
        assert word not in method_note(release)[language]
