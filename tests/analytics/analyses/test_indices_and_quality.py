"""Indices and the quality of the data."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.analyses.indices import indices
from analytics.analyses.quality import quality
from analytics.analyses.sample import AnalysisError
from analytics.analyses.sheet import Sheet
from survey_app.instrument import Index, Instrument

from .people import of, share, survey_of, without

ITEMS = ("pj_respect", "pj_fair", "pj_explain", "listen_local")


def one_factor(frame: pd.DataFrame, random: np.random.Generator) -> dict[str, Any]:
    n = len(frame)
    factor = random.normal(size=n)
    highest = {"listen_local": 5}
    found: dict[str, Any] = {
        name: np.clip(np.round(2.5 + factor + random.normal(size=n)), 1, highest.get(name, 4)).astype(int).astype(str)
        for name in ITEMS
    }
    return found | {"language": np.where(random.random(n) < 0.5, "ar", "fr"), "trust_police": share(0.5, random, n)}


def test_items_of_one_thing_hold_together_and_mean_the_same(instrument: Instrument) -> None:
    means, held, same = indices(survey_of(instrument, planted=one_factor, n=3_000))
    row = of(held, "procedural_justice", "index")
    assert 0.7 < row["alpha_low"] < row["alpha"] < row["alpha_high"] < 0.85
    assert row["omega"] == pytest.approx(row["alpha"], abs=0.02)
    verdicts = same.table[same.table["index"] == "procedural_justice"].set_index("by")["verdict"]
    assert dict(verdicts) == {"sex": "shown", "language": "shown"}
    everyone = of(means, "everyone", "who")
    assert everyone["low"] < 50 < everyone["high"] + 5
    assert any("judges shares only" in words for words in means.words)
    assert any("justice_chain is left out" in words for words in means.words)


def test_an_item_where_a_low_answer_is_the_good_one_is_turned(instrument: Instrument) -> None:
    both = Index("both", ("safe_day", "pj_respect"), 0.5, {"en": "Both"}, {"en": ""})

    def planted(frame: pd.DataFrame, random: np.random.Generator) -> dict[str, Any]:
        good = random.random(len(frame)) < 0.5
        return {"safe_day": np.where(good, "1", "4"), "pj_respect": np.where(good, "4", "1")}

    survey = survey_of(without(instrument, indices=(both,)), planted=planted)
    _, held, _ = indices(survey)
    assert "repeats others" in held.table["reason"].iloc[0]  # turned the same way they are one


def test_no_index_is_a_sentence(instrument: Instrument) -> None:
    with pytest.raises(AnalysisError, match="no index"):
        indices(survey_of(without(instrument, indices=())))
    with pytest.raises(AnalysisError, match="left out"):
        indices(survey_of(instrument))


def test_a_mean_at_which_nearly_all_agree_is_withheld(instrument: Instrument) -> None:
    def alike(frame: pd.DataFrame, random: np.random.Generator) -> dict[str, Any]:
        return dict.fromkeys(("pj_respect", "pj_fair", "pj_explain"), "4") | {"listen_local": "5"}

    means, _, _ = indices(survey_of(instrument, planted=alike))
    assert (means.table["flag"] == "c").all()
    assert means.table[["mean", "low", "high", "n"]].isna().all().all()


def answered(frame: pd.DataFrame, random: np.random.Generator) -> dict[str, Any]:
    n = len(frame)
    kinds = random.choice(["3", "0", "dk", "refused"], n, p=[0.4, 0.4, 0.1, 0.1]).astype(object)
    return {"trust_police": kinds, "safe_dark": [None if passed else "1" for passed in random.random(n) < 0.1]}


def named(sheets: tuple[Sheet, ...], start: str) -> Sheet:
    return next(sheet for sheet in sheets if sheet.title.startswith(start))


def test_rates_of_no_answer_are_of_those_asked_and_no_part_is_the_rest(instrument: Instrument) -> None:
    survey = survey_of(instrument, ("w2", "w3"), answered)
    items = named(quality(survey), "Questions without")
    row = of(items, "trust_police", "item")
    assert row["asked"] == 1_200
    assert row["refused"].startswith(("8", "9", "10", "11", "12"))
    assert row["passed_over"] == "c"  # nobody did, which would tell of everybody
    assert row["any"] == "c"  # and the sum less the others would say so
    assert of(items, "age", "item")["passed_over"] == "-"  # no one can


def test_refusals_by_area_pass_the_gate(instrument: Instrument) -> None:
    sheet = named(quality(survey_of(instrument, planted=answered)), "Who refused")
    hidden = sheet.table[sheet.table["flag"] == "c"]
    assert len(hidden) >= 2
    assert hidden[["refused", "low", "high", "n"]].isna().all().all()


def test_waves_tell_of_the_hurried_only_where_there_are_some(instrument: Instrument) -> None:
    rows = np.arange(1_200)
    survey = survey_of(instrument, hurried=rows < 4)
    waves = named(quality(survey), "Waves").table
    assert list(waves["hurried"]) == ["under 10"]
    assert list(waves["interviews"]) == [1_196]
    assert waves["kish_effect"].iloc[0] > 1


def test_who_left_is_counted_where_enough_did(instrument: Instrument) -> None:
    survey = survey_of(instrument)
    left = named(quality(survey, broken={3: 20, 8: 2}), "Where people left")
    assert list(left.table["answers_given"]) == [3]
    assert left.table["share"].iloc[0] == pytest.approx(100 * 20 / 1_220)
    assert left.n == 1_220
    assert "No interview" in named(quality(survey), "Where people left").words[0]


def test_outcome_rates_come_from_the_dispositions(instrument: Instrument) -> None:
    survey = survey_of(instrument)
    cases = {("completed", "delivered"): 30, ("invited", "delivered"): 60, ("refused", "delivered"): 10}
    rates = named(quality(survey, cases=cases), "How the invited")
    assert of(rates, "RR1", "rate")["per_cent"] == pytest.approx(30)
    assert of(rates, "RR5", "rate")["per_cent"] == pytest.approx(75)
    assert not len(named(quality(survey), "How the invited").table)
    with pytest.raises(AnalysisError, match="does not know"):
        quality(survey, cases={("abducted", "delivered"): 30})


def test_without_census_and_areas_the_other_sheets_remain(instrument: Instrument) -> None:
    bare = without(instrument, census=(), areas=replace(instrument.areas, areas=()))
    survey = replace(survey_of(instrument, planted=answered), instrument=bare)
    sheets = quality(survey)
    assert not any(sheet.title.startswith("Who refused") for sheet in sheets)
    assert "no census" in named(sheets, "The sample against").words[0]
    assert "n = 1200" in str(sheets[0])
