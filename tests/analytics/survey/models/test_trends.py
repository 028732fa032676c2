"""Trends, breaks, and differences in change: the same as contrasts of means where they must be."""

import numpy as np
import pytest

from analytics.survey.design import survey_design
from analytics.survey.estimates.means import mean
from analytics.survey.models.trends import broken_trend, change_differs, trend
from analytics.survey.variables import EstimationError
from tests.analytics.r.cases import frame

from ..people import people, sampled

DATA = people()
TRUST = survey_design(frame("trust"), weights="base_weight", strata="stratum", psu="psu")
WOMEN_AND_MEN = (frame("trust")["sex"] != "X").to_numpy()


def test_trends_by_sex_and_their_difference_are_r_s() -> None:
    # R survey 4.1-1: svyglm(q1 ~ wave * sex, subset(d, sex != "X")), case trust.trend_by_sex.q1
    found = trend(TRUST, "q1", "wave", by="sex", where=WOMEN_AND_MEN)
    assert found.estimates.value == pytest.approx([0.07527175131256511, 0.07527175131256511 - 0.04946431957475295])
    assert found.estimates.se[0] == pytest.approx(0.05712172398057046, rel=1e-9)
    assert found.differ is not None
    assert found.differ.p == pytest.approx(0.5002304391380057, rel=1e-8)
    assert found.estimates.df == 34


def test_a_curve_through_three_waves_meets_their_means() -> None:
    curve = trend(sampled(DATA), "q", "wave", degree=2)
    first, second, third = mean(sampled(DATA), "q", by="wave").value
    slope, square = curve.estimates.value
    assert [slope + square, 2 * slope + 4 * square] == pytest.approx([second - first, third - first])
    assert curve.estimates.keys["term"].tolist() == ["slope", "square"]


def test_difference_in_change_is_that_of_means() -> None:
    found = change_differs(sampled(DATA), "yes", "wave", "sex")
    means = mean(sampled(DATA), "yes", by=["wave", "sex"])
    gaps = means.contrast({"2": [1, -1, -1, 1, 0, 0], "3": [1, -1, 0, 0, -1, 1]})
    assert found.estimates.value == pytest.approx(gaps.value)
    assert found.estimates.se == pytest.approx(gaps.se)
    assert found.estimates.keys["wave"].tolist() == ["2", "3"]


def test_a_break_between_lines_is_found_where_it_is() -> None:
    wave = DATA["wave"].to_numpy() * 2 - (DATA["age"].to_numpy() > 50)  # six waves
    noise = 1e-6 * DATA["age"].to_numpy()
    bent = broken_trend(
        sampled(DATA.assign(wave=wave, y=2.0 * wave + 3.0 * np.maximum(wave - 3, 0) + noise)), "y", "wave", 3
    )
    assert bent.estimates.value == pytest.approx([2, 5, 3], abs=1e-3)
    leap = broken_trend(sampled(DATA.assign(wave=wave, y=wave + 4.0 * (wave >= 3) + noise)), "y", "wave", 3, jump=True)
    assert leap.estimates.value == pytest.approx([1, 1, 0, 4], abs=1e-3)
    assert leap.test.p < 1e-6
    assert "a break at 3" in str(leap)


def test_too_few_waves_are_refused() -> None:
    with pytest.raises(EstimationError, match="degree must lie between 1 and 2"):
        trend(sampled(DATA), "q", "wave", degree=3)
    with pytest.raises(EstimationError, match="2 from there on"):
        broken_trend(sampled(DATA), "q", "wave", 3)
    one = (DATA["wave"] == 1).to_numpy()
    with pytest.raises(EstimationError, match="two waves"):
        change_differs(sampled(DATA), "q", "wave", "sex", where=one)
    with pytest.raises(EstimationError, match="has a wave"):
        trend(sampled(DATA.assign(wave=np.nan)), "q", "wave")


def test_a_share_has_a_trend_in_log_odds() -> None:
    found = trend(sampled(DATA), "I(q >= 3)", "wave", by="sex", family="binomial")
    assert len(found.estimates) == 2
    assert "difference in trend by sex" in str(found)
