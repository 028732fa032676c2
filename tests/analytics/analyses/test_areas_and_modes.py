"""Areas by model, web against text, and what goes with trust."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.analyses.areas import areas, covariates
from analytics.analyses.drivers import drivers, predictors
from analytics.analyses.modes import modes
from analytics.analyses.sample import NOT_DRAWN, AnalysisError
from analytics.survey.models.mode_effects import ADJUSTED, RANDOMISED
from survey_app.engine import Choice, Item, Kind
from survey_app.instrument import Instrument

from .people import of, share, survey_of, without


def by_area(frame: pd.DataFrame, random: np.random.Generator) -> dict[str, Any]:
    level = frame["area"].map({code: 0.3 + 0.03 * at for at, code in enumerate(sorted(frame["area"].unique()))})
    return {"trust_police": share(level.to_numpy(dtype=float), random, len(frame))}


def test_the_model_stands_beside_the_direct_figure_and_meets_the_whole(instrument: Instrument) -> None:
    survey = survey_of(instrument, planted=by_area, n=2_000)
    (sheet,) = areas(survey, "trust")
    assert "model (Fay-Herriot" in sheet.method
    assert "benchmarked" in sheet.method
    assert any("it is no direct figure" in words for words in sheet.words)
    table = sheet.table
    secret = table["flag"] == "c"
    assert secret.any()
    assert (table.loc[secret, "weight_of_direct"] == "0.00").all()
    assert (table.loc[secret, "rests_on"] == "census alone").all()
    assert table.loc[secret, ["direct", "direct_low", "direct_high", "n"]].isna().all().all()
    assert (table["model"].replace("u", "0").astype(float) <= 100).all()


def test_as_many_columns_of_the_census_as_areas_can_carry(instrument: Instrument) -> None:
    survey = survey_of(instrument, planted=by_area)
    assert list(covariates(survey).columns) == ["women", "under 35", "55 and over", "log of people"]
    few = tuple(cell for cell in instrument.census if cell.area in {"06.141.01.01", "06.141.01.03", "06.141.01.07"})
    assert list(covariates(replace(survey, instrument=without(instrument, census=few))).columns) == []


def test_without_census_areas_or_indicator_there_is_a_sentence(instrument: Instrument) -> None:
    survey = survey_of(instrument, planted=by_area)
    for parts, message in (
        ({"census": ()}, "needs a census"),
        ({"areas": replace(instrument.areas, areas=())}, "areas"),
    ):
        with pytest.raises(AnalysisError, match=message):
            areas(replace(survey, instrument=without(instrument, **parts)), "trust")
    with pytest.raises(AnalysisError, match="no indicator"):
        areas(survey, "nothing")


def test_with_too_few_areas_that_may_be_shown_there_is_no_model(instrument: Instrument) -> None:
    def rare(frame: pd.DataFrame, random: np.random.Generator) -> dict[str, Any]:
        return {"trust_police": share(0.01, random, len(frame))}

    with pytest.raises(AnalysisError, match=r"(areas may be shown|is withheld)"):
        areas(survey_of(instrument, planted=rare), "trust")


def by_mode(frame: pd.DataFrame, random: np.random.Generator) -> dict[str, Any]:
    text = random.random(len(frame)) < 0.4
    p = np.where(text, 0.65, 0.4)
    return {
        "mode": np.where(text, "sms", "web").astype(object),
        "trust_police": share(p, random, len(frame)),
        "safe_dark": random.choice(["1", "3"], len(frame)),
    }


def test_a_difference_of_the_channels_is_found_and_called_selection_and_measurement(instrument: Instrument) -> None:
    (sheet,) = modes(survey_of(instrument, ("w2", "w3"), by_mode))
    assert ADJUSTED in sheet.method
    assert of(sheet, "trust")["says"] == "text higher"
    assert of(sheet, "trust")["low"] < 25 < of(sheet, "trust")["high"]
    assert of(sheet, "safe_dark")["says"] == "cannot be told apart"
    assert of(sheet, "trust")["n_web"] + of(sheet, "trust")["n_text"] == 2_400


def test_lots_are_used_where_they_were_drawn(instrument: Instrument) -> None:
    form = instrument.questionnaire
    lot = Item("lot", Kind.ARM, {}, choices=(Choice("web", {}), Choice("sms", {})))
    drawn = without(instrument, questionnaire=replace(form, items=(*form.items, lot)))

    def planted(frame: pd.DataFrame, random: np.random.Generator) -> dict[str, Any]:
        given = by_mode(frame, random)
        return given | {"lot": given["mode"], "mode": "web"}

    (sheet,) = modes(survey_of(drawn, planted=planted, n=2_000))
    assert RANDOMISED in sheet.method
    assert any("Lots were drawn (lot)" in words for words in sheet.words)
    assert of(sheet, "trust")["says"] == "text higher"


def test_one_channel_is_no_comparison(instrument: Instrument) -> None:
    with pytest.raises(AnalysisError, match="0 interviews came by text"):
        modes(survey_of(instrument, planted=by_area))


def test_a_channel_in_which_all_agree_is_not_shown(instrument: Instrument) -> None:
    def alike(frame: pd.DataFrame, random: np.random.Generator) -> dict[str, Any]:
        given = by_mode(frame, random)
        return given | {"trust_police": np.where(given["mode"] == "sms", "3", given["trust_police"])}

    row = of(modes(survey_of(instrument, planted=alike))[0], "trust")
    assert row["flag"] == "c"
    assert row[["web", "text", "difference", "low", "high", "q", "n_web", "n_text"]].isna().all()


def driven(frame: pd.DataFrame, random: np.random.Generator) -> dict[str, Any]:
    n = len(frame)
    respect = random.random(n) < 0.5
    return {
        "pj_respect": np.where(respect, "4", "1").astype(object),
        "pj_fair": np.where(respect ^ (random.random(n) < 0.02), "4", "1").astype(object),
        "safe_dark": random.choice(["1", "3"], n),
        "know_officer": np.where(random.random(n) < 0.01, "yes", "no").astype(object),
        "trust_courts": random.choice(["0", "3"], n),
        "bribe": ["no" if asked else None for asked in random.random(n) < 0.2],
        "trust_police": share(np.where(respect, 0.7, 0.4), random, n),
    }


def test_what_drives_is_told_in_points_and_what_is_left_out_with_a_reason(instrument: Instrument) -> None:
    survey = survey_of(instrument, planted=driven, n=2_000)
    chosen = predictors(survey, survey.indicator("trust"), np.isfinite(survey.coded["trust"]))
    assert len({"respect", "pj_fair"} & set(chosen.kept_ids)) == 1
    assert "safe_dark" in chosen.kept_ids
    left = "\n".join(chosen.left)
    for why, name in (("collinear", "respect|pj_fair"), ("sparse", "know_officer"), ("scale", "trust_courts")):
        line = next(line for line in left.splitlines() if why in line)
        assert any(each in line for each in name.split("|")), line
    sheet = drivers(survey)[0]
    driver = next(iter({"respect", "pj_fair"} & set(chosen.kept_ids)))
    assert of(sheet, driver)["low"] < 30 < of(sheet, driver)["high"] + 2
    assert of(sheet, driver)["says"] == "more"
    assert of(sheet, "safe_dark")["says"] == "no clear effect"
    assert any("points more often" in words for words in sheet.words)
    assert any("cause" in words for words in sheet.words)
    assert set(chosen.left) <= set(sheet.words)


def test_nothing_to_explain_by_is_a_sentence(instrument: Instrument) -> None:
    with pytest.raises(AnalysisError, match="nothing to explain trust by"):
        drivers(survey_of(instrument, planted=by_area))


def test_an_open_sample_says_that_nobody_drew_it(instrument: Instrument) -> None:
    survey = survey_of(instrument, planted=by_mode, entry="open")
    assert NOT_DRAWN in modes(survey)[0].words
    assert NOT_DRAWN in areas(survey_of(instrument, planted=by_area, n=2_000, entry="open"), "trust")[0].words
