"""Weights of our own waves: who was drawn keeps her design, who was not gets a pseudo-weight and the words for it."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.indicators.wave_weights import Weighted, weight_given, weight_to_census
from analytics.publish import Parameters, compute
from survey_app.engine import codebook
from survey_app.fieldwork import CLOSED, Wave
from survey_app.instrument import Instrument

N = 1_200


def frame_of(instrument: Instrument, waves: tuple[str, ...] = ("w1",), n: int = N, **columns: Any) -> pd.DataFrame:
    """People drawn by the census, who came by an invitation without a frame's design, but for these columns."""
    random = np.random.default_rng(7)
    shares = np.array([cell.population for cell in instrument.census], dtype=float)
    parts = []
    for wave in waves:
        keys = [instrument.census[at].key for at in random.choice(len(shares), n, p=shares / shares.sum())]
        part = pd.DataFrame(keys, columns=[instrument.area, instrument.sex, instrument.age], dtype=object)
        parts.append(part.assign(wave=wave))
    frame = pd.concat(parts, ignore_index=True)
    given: dict[str, Any] = {"mode": "web", "language": "fr", "entry": "invited", "hurried": False}
    given |= {"weight": None, "stratum": None, "psu": None}
    for name in codebook(instrument.questionnaire):
        if name not in frame:
            given[name] = None
    given["trust_police"] = random.choice(["0", "1", "2", "3"], len(frame))
    return frame.assign(**(given | columns)).astype(object)


def margins_of(found: Weighted, frame: pd.DataFrame, instrument: Instrument, column: str) -> "pd.Series[float]":
    return pd.Series(found.design.weights).groupby(frame[column].to_numpy()).sum()


def test_without_a_frames_design_drawn_people_weigh_as_before(instrument: Instrument) -> None:
    frame = frame_of(instrument)
    found = weight_to_census(frame, instrument, 1)
    assert found.probability
    assert found.drawn == {"w1": 1.0}
    people = sum(cell.population for cell in instrument.census)
    assert found.design.weights.sum() == pytest.approx(people)
    women = sum(cell.population for cell in instrument.census if cell.sex == "woman")
    assert margins_of(found, frame, instrument, instrument.sex)["woman"] == pytest.approx(women)
    assert len(found.design.stages[0].stratum) == N  # each is her own PSU


def test_the_frames_weights_strata_and_psus_are_used(instrument: Instrument) -> None:
    rows = np.arange(N)
    frame = frame_of(
        instrument,
        weight=np.where(rows % 2 == 0, 30.0, 10.0),
        stratum=np.where(rows % 2 == 0, "north", "south"),
        psu=[f"p{number % 40}" for number in rows],
    )
    found = weight_to_census(frame, instrument, 1)
    assert len(found.design.stages[0].sampled) == 2
    assert len(found.design.stages[0].stratum) == 40
    assert found.design.df == 38
    even, odd = found.design.weights[::2].mean(), found.design.weights[1::2].mean()
    assert even / odd == pytest.approx(3, rel=0.1)
    assert margins_of(found, frame, instrument, instrument.sex).sum() == pytest.approx(
        sum(cell.population for cell in instrument.census)
    )


def test_waves_that_name_the_same_psu_share_it_and_a_stratum_without_psus_is_drawn_anew(instrument: Instrument) -> None:
    rows = np.arange(2 * N)
    shared = frame_of(instrument, ("w1", "w2"), stratum="all", psu=[f"p{number % 30}" for number in rows], weight=5.0)
    assert len(weight_to_census(shared, instrument, 1).design.stages[0].stratum) == 30
    anew = frame_of(instrument, ("w1", "w2"), stratum="all", weight=5.0)
    found = weight_to_census(anew, instrument, 1).design
    assert (len(found.stages[0].stratum), len(found.stages[0].sampled)) == (2 * N, 2)


def test_the_same_psu_name_in_two_strata_is_two_psus(instrument: Instrument) -> None:
    rows = np.arange(N)
    frame = frame_of(
        instrument, weight=1.0, stratum=np.where(rows % 2, "a", "b"), psu=[f"p{number // 2 % 5}" for number in rows]
    )
    assert len(weight_to_census(frame, instrument, 1).design.stages[0].stratum) == 10


def test_who_came_by_an_open_link_has_a_pseudo_weight_and_the_wave_is_no_probability_sample(
    instrument: Instrument,
) -> None:
    rows = np.arange(N)
    entry = np.where(rows < 900, "invited", np.where(rows < 1_100, "open", "poster"))
    weight = np.where(rows < 900, np.where(rows % 3 == 0, 40.0, 20.0), np.nan)
    frame = frame_of(instrument, entry=entry, weight=weight, stratum=["s"] * 900 + [None] * 300)
    found = weight_to_census(frame, instrument, 1)
    assert not found.probability
    assert found.drawn == {"w1": 0.75}
    assert found.design.weights[:900].sum() / found.design.weights.sum() == pytest.approx(0.75, abs=0.02)
    heavy, light = found.design.weights[:900][::3].mean(), found.design.weights[1:900:3].mean()
    assert heavy / light == pytest.approx(2, rel=0.1)


def test_an_open_sample_uses_no_design_that_a_row_might_claim(instrument: Instrument) -> None:
    rows = np.arange(N)
    claims: dict[str, Any] = {
        "weight": np.where(rows % 2, 1e6, 1.0),
        "stratum": "s",
        "psu": [f"p{number % 3}" for number in rows],
    }
    open_link = weight_to_census(frame_of(instrument, entry="open", **claims), instrument, 1)
    declared = weight_to_census(frame_of(instrument, **claims), replace(instrument, sample="non_probability"), 1)
    assert (open_link.drawn, declared.drawn) == ({"w1": 0.0}, {"w1": 0.0})
    assert open_link.kish["w1"] < 1.2
    assert len(open_link.design.stages[0].stratum) == len(declared.design.stages[0].stratum) == N


def test_a_drawn_person_without_a_weight_gets_the_mean_of_the_others(instrument: Instrument) -> None:
    rows = np.arange(N)
    frame = frame_of(instrument, weight=np.where(rows < 100, np.nan, 25.0))
    assert weight_to_census(frame, instrument, 1).kish["w1"] < 1.2


def test_the_release_says_that_a_sample_is_none(instrument: Instrument) -> None:
    one = replace(instrument, indicators=instrument.indicators[:1])
    period = Wave("w1", date(2026, 1, 1), date(2026, 1, 20), CLOSED, instrument.questionnaire)
    parameters = Parameters(created=date(2026, 2, 1))
    drawn = compute(frame_of(one), one, [period], parameters).release
    entry = np.where(np.arange(N) < 1_190, "invited", "open")
    mixed = compute(frame_of(one, entry=entry), one, [period], parameters).release
    assert (drawn.sample, mixed.sample) == ("probability", "non_probability")


def test_given_weights_are_taken_as_they_are() -> None:
    frame = pd.DataFrame({"weight": [1.0, 2.0, 3.0, 4.0], "stratum": ["a", "a", "b", "b"], "psu": ["1", "2", "3", "4"]})
    found = weight_given(frame)
    assert found.design.weights.tolist() == [1, 2, 3, 4]
    assert found.probability
