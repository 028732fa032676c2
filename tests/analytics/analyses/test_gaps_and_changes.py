"""Women and men, change over waves: what was planted is found, what may not be shown is not there."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.analyses.changes import changes
from analytics.analyses.gaps import gaps
from analytics.analyses.sample import NOT_DRAWN, AnalysisError
from analytics.survey.estimates.means import mean
from survey_app.instrument import Instrument

from .people import NO, YES, of, share, survey_of, without


def men_trust_more(frame: pd.DataFrame, random: np.random.Generator) -> dict[str, Any]:
    p = np.where(frame["sex"] == "man", 0.7, 0.4)
    return {"trust_police": share(p, random, len(frame)), "safe_dark": random.choice(["1", "3"], len(frame))}


def test_a_gap_that_is_there_is_found_and_its_numbers_are_those_of_the_design(instrument: Instrument) -> None:
    survey = survey_of(instrument, planted=men_trust_more)
    whole, _ = gaps(survey)
    row = of(whole, "trust")
    women = mean(survey.design, survey.coded["trust"], where=survey.frame["sex"] == "woman")
    assert row["women"] == pytest.approx(100 * women.value[0], rel=1e-12)
    assert row["gap"] == pytest.approx(row["women"] - row["men"])
    assert row["low"] < row["gap"] < row["high"] < 0
    assert row["says"] == "men higher"
    assert of(whole, "safe_dark")["says"] == "cannot be told apart"
    assert "There is one wave only, so no change." in whole.words
    assert NOT_DRAWN not in whole.words


def test_one_indicator_shows_every_area(instrument: Instrument) -> None:
    survey = survey_of(instrument, planted=men_trust_more)
    _, areas = gaps(survey, "trust")
    assert len(areas.table) == len({code for code in survey.places if (survey.frame["area"] == code).any()})
    assert list(areas.table["area"]) == sorted(areas.table["area"])


def test_an_area_whose_women_all_say_yes_is_withheld_with_a_neighbour_and_leaves_no_number(
    instrument: Instrument,
) -> None:
    big = "06.141.01.53"

    def planted(frame: pd.DataFrame, random: np.random.Generator) -> dict[str, Any]:
        said = share(0.5, random, len(frame))
        return {"trust_police": np.where((frame["area"] == big) & (frame["sex"] == "woman"), YES, said)}

    survey = survey_of(instrument, planted=planted, n=3_000)
    _, areas = gaps(survey, "trust")
    hidden = areas.table[areas.table["flag"] == "c"]
    assert instrument.areas.get(big).names["en"] in set(hidden["area"])
    assert hidden[["women", "men", "gap", "low", "high", "q", "n_women", "n_men"]].isna().all().all()
    assert (hidden["reason"] == "").all()
    assert len(hidden) >= 2  # one alone would be the whole survey less the others


def test_an_unsure_figure_and_a_secret_one_have_different_marks(instrument: Instrument) -> None:
    survey = survey_of(instrument, planted=men_trust_more)
    _, areas = gaps(survey, "trust")
    unsure = areas.table[areas.table["flag"] == "u"]
    assert len(unsure)
    assert (unsure["reason"] != "").all()
    assert unsure["n_women"].notna().all()
    looser = replace(survey, rule_set="dhs")
    assert (gaps(looser, "trust")[1].table["flag"] == "u").sum() < len(unsure)


def test_an_open_sample_says_that_nobody_drew_it(instrument: Instrument) -> None:
    survey = survey_of(instrument, planted=men_trust_more, entry="open")
    assert all(NOT_DRAWN in sheet.words for sheet in gaps(survey, "trust"))


@pytest.mark.parametrize(
    ("column", "message"), [(None, "no question on sex"), ("woman", "women and men"), ("refused", "women and men")]
)
def test_without_women_and_men_there_is_a_sentence(instrument: Instrument, column: Any, message: str) -> None:
    survey = survey_of(instrument, planted=men_trust_more)
    broken = replace(survey, frame=survey.frame.assign(sex=column))
    with pytest.raises(AnalysisError, match=message):
        gaps(broken)
    with pytest.raises(AnalysisError, match="no question on sex"):
        gaps(replace(survey, instrument=without(instrument, sex="")))


def rising(frame: pd.DataFrame, random: np.random.Generator) -> dict[str, Any]:
    north = frame["area"].isin(["06.141.01.53", "06.141.01.31"]).to_numpy()
    p = np.where(frame["wave"] == "w3", 0.6, 0.4) + np.where(north, 0.3, -0.1)
    return {"trust_police": share(p, random, len(frame)), "safe_dark": random.choice(["1", "3"], len(frame))}


def test_a_rise_is_named_against_the_last_wave_and_the_last_year(instrument: Instrument) -> None:
    sheets = changes(survey_of(instrument, ("w1", "w2", "w3"), rising))
    last, year = sheets[0], sheets[1]
    assert last.title.startswith("Change from w2 to w3")
    assert year.title.startswith("Change from w1 to w3")
    for sheet in (last, year):
        row = of(sheet, "trust")
        assert row["says"] == "up"
        assert row["change"] == pytest.approx(row["now"] - row["before"])
        assert row["break"] == ""


def test_a_new_wording_is_marked(instrument: Instrument) -> None:
    survey = survey_of(instrument, ("w2", "w3"), rising)
    form = instrument.questionnaire
    items = tuple(
        replace(item, label={"en": "How far?"}) if item.name == "trust_police" else item for item in form.items
    )
    old, new = survey.waves
    asked = replace(survey, waves=(old, replace(new, questionnaire=replace(form, items=items))))
    sheet = changes(asked)[0]
    assert of(sheet, "trust")["break"] == "the question was worded otherwise"
    assert of(sheet, "safe_dark")["break"] == ""
    assert any("break" in words for words in sheet.words)


def test_areas_that_differ_share_no_letter_and_none_is_a_rank(instrument: Instrument) -> None:
    sheet = changes(survey_of(instrument, ("w2", "w3"), rising, n=4_000), "trust")[-1]
    assert not set(of(sheet, "Sidi Moumen", "area")["group"]) & set(of(sheet, "Anfa", "area")["group"])
    assert list(sheet.table["area"]) == sorted(sheet.table["area"])
    hidden = sheet.table["flag"] != ""
    assert (sheet.table.loc[hidden, "group"] == "").all()


def test_change_needs_two_waves_that_asked(instrument: Instrument) -> None:
    with pytest.raises(AnalysisError, match="one wave only, w3"):
        changes(survey_of(instrument))
    survey = survey_of(instrument, ("w2", "w3"), rising)
    with pytest.raises(AnalysisError, match="no indicator 'nothing'"):
        changes(survey, "nothing")
    with pytest.raises(AnalysisError, match="No wave has an answer to the indicator 'bribe'"):
        changes(survey, "bribe")


def test_a_level_at_which_all_agree_takes_its_change_with_it(instrument: Instrument) -> None:
    def alike(frame: pd.DataFrame, random: np.random.Generator) -> dict[str, Any]:
        said = share(0.5, random, len(frame))
        return {"trust_police": np.where(frame["wave"] == "w2", NO, said)}

    row = of(changes(survey_of(instrument, ("w2", "w3"), alike))[0], "trust")
    assert row["flag"] == "c"
    assert row[["now", "before", "change", "low", "high", "n", "n_before"]].isna().all()
