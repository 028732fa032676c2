"""Change between waves: R's numbers with shared PSUs, last year's season, breaks; trend and season, or why not."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.indicators.change import (
    MODE,
    WORDING,
    Round,
    Series,
    between,
    broken,
    rounds,
    series,
    since_last,
    since_last_year,
    wording_of,
)
from analytics.indicators.wave_trend import NO_SEASON, NO_SPREAD, TOO_SHORT, WaveLine, seasons, trend
from analytics.survey.design import survey_design
from analytics.survey.results import Estimates
from analytics.survey.variables import EstimationError
from survey_app.fieldwork import CLOSED, Wave
from survey_app.instrument import Instrument
from tests.analytics.indicators.test_gender import trust
from tests.analytics.r.cases import GOLDEN, expected


def round_of(number: int, step: int = 3, **changes: Any) -> Round:
    """A wave of ten days, `step` months after the one before."""
    opens = date(2024 + (number * step) // 12, 1 + (number * step) % 12, 5)
    return replace(
        Round(f"w{number:02}", opens, opens + timedelta(10), "as asked", {"web": 0.6, "sms": 0.4}), **changes
    )


def series_of(value: list[float], se: float = 0.01, step: int = 3, covariance: object = None, df: int = 60) -> Series:
    k = len(value)
    waves = tuple(round_of(number, step) for number in range(k))
    levels = Estimates(
        keys=pd.DataFrame({"wave": [each.id for each in waves]}),
        value=np.array(value),
        covariance=np.array(covariance if covariance is not None else np.eye(k) * se**2),
        n=np.full(k, 500),
        df=df,
        domain_df=np.full(k, df),
        srs=np.full(k, np.nan),
        drawn=np.zeros(k),
        unavailable=("",) * k,
        method="mean",
    )
    return Series("trust", levels, waves)


def test_changes_between_any_two_waves_are_rs_with_the_psus_that_both_hold() -> None:
    case = next(case for case in expected(GOLDEN)["cases"] if case["id"] == "trust.change.wave.q1")
    design = trust()
    design = replace(design, data=design.data.assign(wave=design.data["wave"].map({1: "w00", 2: "w01", 3: "w02"})))
    found = between(
        series(design, "q1", [round_of(n) for n in range(3)]), [("w01", "w00"), ("w02", "w01"), ("w02", "w00")]
    )
    assert found.estimates.value == pytest.approx(case["expect"]["est"][:3], rel=1e-8)
    assert found.estimates.se == pytest.approx(case["expect"]["se"][:3], rel=1e-8)
    assert "change between waves" in str(found)
    assert set(found.table()["verdict"]) == {"no_clear_change"}
    by_area = since_last(series(design, "q1", [round_of(n) for n in range(3)], by=["neighbourhood"]))
    assert len(by_area.estimates) == 2 * 12


def test_a_change_since_last_year_is_of_the_same_season() -> None:
    found = since_last_year(series_of([0.5, 0.6, 0.5, 0.4, 0.55, 0.65]))
    assert found.estimates.keys.to_numpy().tolist() == [["w04", "w00"], ["w05", "w01"]]
    assert found.table()["verdict"].tolist() == ["up", "up"]
    assert len(since_last_year(series_of([0.5, 0.6])).estimates) == 0
    last = since_last(series_of([0.5, 0.6, 0.5])).table()
    assert last["verdict"].tolist() == ["up", "down"]


def test_a_change_of_words_or_of_modes_is_marked_and_a_small_shift_is_not() -> None:
    one = round_of(0)
    assert broken(round_of(1, wording="other words"), one) == (WORDING,)
    assert broken(round_of(1, modes={"web": 0.49, "sms": 0.51}), one) == (MODE,)
    assert broken(round_of(1, modes={"web": 0.3, "assisted": 0.7}, wording="other"), one) == (WORDING, MODE)
    assert broken(round_of(1, modes={"web": 0.51, "sms": 0.49}), one) == ()
    found = series_of([0.5, 0.6, 0.7])
    worded = replace(found, rounds=(found.rounds[0], found.rounds[1], replace(found.rounds[2], wording="new")))
    assert worded.breaks == {"w02": (WORDING,)}
    assert since_last(worded).table()["broken"].tolist() == ["", "wording"]


def test_a_wave_that_did_not_ask_breaks_nothing_between_its_neighbours() -> None:
    found = series_of([0.5, 0.6, 0.7])
    silent = replace(found, rounds=(found.rounds[0], replace(found.rounds[1], wording=""), found.rounds[2]))
    assert silent.breaks == {}
    assert between(silent, [("w02", "w00")]).broken == ((),)


def test_the_words_of_an_item_are_known_by_a_hash_of_all_that_is_read(instrument: Instrument) -> None:
    item = instrument.questionnaire.by_name["trust_police"]
    assert wording_of(item) == wording_of(replace(item, required=not item.required))
    assert wording_of(item) != wording_of(replace(item, label={**item.label, "fr": "Autre question ?"}))
    assert wording_of(item) != wording_of(replace(item, choices=item.choices[::-1]))
    period = Wave("w1", date(2026, 1, 1), date(2026, 1, 20), CLOSED, instrument.questionnaire)
    modes, waves = pd.Series(["web", "web", "sms", "web"]), pd.Series(["w1", "w1", "w1", "w2"])
    (found,) = rounds([period], "trust_police", modes, waves)
    assert found.wording == wording_of(item)
    assert found.modes == pytest.approx({"web": 2 / 3, "sms": 1 / 3})
    assert rounds([period], "not asked", modes, waves)[0].wording == ""


def test_a_trend_is_the_least_squares_line_with_the_waves_covariance() -> None:
    value, se = [0.50, 0.51, 0.53, 0.54, 0.56], 0.01
    found = trend(series_of(value, se))
    assert isinstance(found, WaveLine)
    time = np.array([round_of(n).middle for n in range(5)])
    sxx = ((time - time.mean()) ** 2).sum()
    assert found.slope == pytest.approx(((time - time.mean()) @ np.array(value)) / sxx)
    assert found.se == pytest.approx(
        se / sxx**0.5
    )  # the points lie closer to the line than sampling alone would put them
    assert (found.spread < 1, found.df, found.p < 0.05) == (True, 60, True)
    shared = trend(series_of(value, covariance=se**2 * (0.5 * np.eye(5) + 0.5)))
    assert isinstance(shared, WaveLine)
    assert shared.se < found.se  # what all waves share moves the level, not the slope
    assert "a year" in str(found)


def test_a_line_that_does_not_fit_is_not_surer_than_its_own_scatter() -> None:
    found = trend(series_of([0.50, 0.60, 0.45, 0.62, 0.48], se=0.001))
    assert isinstance(found, WaveLine)
    assert found.spread > 100
    assert (found.df, found.p > 0.3) == (3, True)


def test_a_trend_needs_three_comparable_waves() -> None:
    assert trend(series_of([0.5, 0.6])) == TOO_SHORT
    long = series_of([0.5, 0.6, 0.7, 0.8])
    recent = replace(long, rounds=(*long.rounds[:2], *(replace(each, wording="new") for each in long.rounds[2:])))
    assert trend(recent) == TOO_SHORT
    early = replace(long, rounds=(replace(long.rounds[0], wording="old"), *long.rounds[1:]))
    fit = trend(early)
    assert isinstance(fit, WaveLine)
    assert fit.waves == ("w01", "w02", "w03")
    assert trend(series_of([0.5, 0.6, 0.7], covariance=np.ones((3, 3)))) == NO_SPREAD
    with pytest.raises(EstimationError, match="one series"):
        trend(replace(long, by=("area",)))


def test_a_season_is_told_after_two_full_years_and_not_before() -> None:
    season = [0.05, 0.0, -0.05, 0.0]
    value = [0.5 + 0.01 * n / 4 + season[n % 4] for n in range(9)]
    found = seasons(series_of(value))
    assert isinstance(found, WaveLine)
    assert [effect for effect, _ in found.effects.values()] == pytest.approx(season, abs=1e-3)
    assert list(found.effects) == ["quarter 1", "quarter 2", "quarter 3", "quarter 4"]
    assert found.slope == pytest.approx(0.01, abs=1e-3)
    assert sum(effect for effect, _ in found.effects.values()) == pytest.approx(0, abs=1e-12)
    assert found.p_seasons is not None
    assert found.p_seasons < 0.001
    assert "seasons differ" in str(found)
    assert isinstance(seasons(series_of(value[:8])), WaveLine)
    assert seasons(series_of(value[:7])) == NO_SEASON
    assert seasons(series_of([], covariance=np.zeros((0, 0)))) == NO_SEASON


def test_monthly_waves_tell_months() -> None:
    random = np.random.default_rng(12)
    value = [0.5 + 0.03 * (n % 12 == 8) + random.normal(0, 0.01) for n in range(36)]
    found = seasons(series_of(value, step=1))
    assert isinstance(found, WaveLine)
    assert len(found.effects) == 12
    effect, se = found.effects["month 09"]
    assert abs(effect - 0.03 * 11 / 12) < 3 * se


def test_flat_waves_seldom_show_a_season_or_a_trend() -> None:
    random = np.random.default_rng(8)
    trends = fits = 0
    for _ in range(400):
        flat = series_of((0.5 + random.normal(0, 0.01, 12)).tolist(), df=200)
        line, season = trend(flat), seasons(flat)
        assert isinstance(line, WaveLine)
        assert isinstance(season, WaveLine)
        assert season.p_seasons is not None
        trends += line.p < 0.05
        fits += season.p_seasons < 0.05
    assert trends / 400 < 0.05 + 3 * (0.05 * 0.95 / 400) ** 0.5
    assert fits / 400 < 0.05 + 3 * (0.05 * 0.95 / 400) ** 0.5


def test_waves_that_are_not_there_are_refused() -> None:
    with pytest.raises(EstimationError, match="no wave 'w99'"):
        between(series_of([0.5, 0.6]), [("w99", "w00")])
    design = survey_design(pd.DataFrame({"wave": ["a", "b"], "y": [1.0, 2.0]}), weights=[1.0, 1.0])
    with pytest.raises(EstimationError, match="No row"):
        series(design, "y", [round_of(0)])
    with pytest.raises(EstimationError, match="needs a column"):
        series(design, "y", [round_of(0)], wave="period")
