"""Post-stratification and calibration: totals are met within bounds, or refused; errors are of residuals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.survey.design import Design, survey_design, with_weights
from analytics.survey.estimates.means import mean, total
from analytics.survey.weights.calibration import Distance, calibrate, poststratify
from analytics.survey.weights.margins import WeightingError
from analytics.survey.weights.raking import rake
from analytics.survey.weights.resampling import replicate
from analytics.survey.weights.trimming import trim
from tests.analytics.r.cases import frame

SEXES = {"F": 313200.0, "M": 291600.0, "X": 7200.0}


def trust(**options: object) -> Design:
    return survey_design(frame("trust"), weights="base_weight", strata="stratum", psu="psu", **options)  # type: ignore[arg-type]  # words, as a caller without types has them


def small(seed: int = 1, rows: int = 200) -> Design:
    draw = np.random.default_rng(seed)
    data = pd.DataFrame({"w": draw.uniform(1, 4, rows), "income": draw.lognormal(3, 0.5, rows)})
    return survey_design(data.assign(sex=draw.choice(["F", "M"], rows), y=draw.normal(size=rows)), weights="w")


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), distance=st.sampled_from(["linear", "raking", "logit"]))
def test_calibrated_weights_meet_their_totals_within_the_bounds(seed: int, distance: Distance) -> None:
    design = small(seed)
    people, income = design.weights.sum() * 1.05, design.weights @ design.data["income"] * 1.08
    found, report = calibrate(design, {"income": income}, people=people, distance=distance, bounds=(0.4, 2.5))
    assert found.weights.sum() == pytest.approx(people, rel=1e-9)
    assert found.weights @ design.data["income"] == pytest.approx(income, rel=1e-9)
    assert report.lowest_g >= 0.4 * (1 - 1e-9)
    assert report.highest_g <= 2.5 * (1 + 1e-9)


def test_linear_calibration_is_the_regression_estimator() -> None:
    design = small()
    x = np.column_stack([np.ones(design.n), design.data["income"]])
    wanted = np.array([600.0, 14000.0])
    slopes = np.linalg.solve(x.T @ (x * design.weights[:, None]), x.T @ (design.weights * design.data["y"]))
    expected = design.weights @ design.data["y"] + (wanted - x.T @ design.weights) @ slopes
    found, report = calibrate(design, {"income": 14000.0}, people=600)
    assert total(found, "y").value[0] == pytest.approx(expected, rel=1e-10)
    assert report.iterations == 1


def test_the_distances_agree_on_margins_where_r_says_so() -> None:
    # R 4.1-1: svymean(~q1, calibrate(d, ~sex, c(612000, 291600, 7200))), the same for every distance in one margin.
    design = trust()
    by_cell = poststratify(design, "sex", SEXES)[0]
    expected = mean(by_cell, "q1")
    raked = rake(design, {"sex": SEXES})[0]
    others = [
        calibrate(design, {"sex": SEXES}, distance=one, bounds=(0.2, 5))[0] for one in ("linear", "raking", "logit")
    ]
    for found in [raked, *others]:
        np.testing.assert_allclose(found.weights, by_cell.weights, rtol=1e-9)
        np.testing.assert_allclose(mean(found, "q1").se, expected.se, rtol=1e-9)


def test_a_table_of_counts_is_a_population() -> None:
    design = trust()
    waves = pd.DataFrame([(s, w, SEXES[s] * w / 6) for s in SEXES for w in (1, 2, 3)], columns=["sex", "wave", "Freq"])
    found, report = poststratify(design, ["sex", "wave"], waves)
    crossed = {(s, w): n for s, w, n in waves.itertuples(index=False)}
    np.testing.assert_array_equal(found.weights, poststratify(design, ["sex", "wave"], crossed)[0].weights)
    assert found.weights.sum() == pytest.approx(612000)
    assert report.worst_relative_error == 0


def test_a_series_is_a_population_by_its_index() -> None:
    design, people = trust(), pd.Series(SEXES)
    expected = poststratify(design, "sex", SEXES)[0].weights
    for found in (
        poststratify(design, "sex", people)[0],
        rake(design, {"sex": people})[0],
        calibrate(design, {"sex": people})[0],
    ):
        np.testing.assert_allclose(found.weights, expected, rtol=1e-10)
    with pytest.raises(WeightingError, match="a level stands twice"):
        rake(design, {"sex": pd.Series([1.0, 2.0], index=["F", "F"])})


@pytest.mark.parametrize(
    ("population", "message"),
    [
        ({"F": 1.0, "M": 1.0}, r"sex is X in row \d+, which has no population total"),
        ({**SEXES, "D": 10.0}, "sex = D has a population of 10 and no respondents"),
        ({**SEXES, "X": 0.0}, "sex = X has respondents but a population total of 0"),
        (pd.DataFrame({"sex": ["F"], "a": [1], "b": [2]}), "one of counts"),
        (pd.DataFrame({"sex": ["F", "F"], "a": [1, 2]}), "a cell twice"),
    ],
)
def test_cells_of_one_side_alone_are_refused(population: object, message: str) -> None:
    with pytest.raises(WeightingError, match=message):
        poststratify(trust(), "sex", population)  # type: ignore[arg-type]  # words, as a caller without types has them


def test_totals_that_no_weights_meet_are_refused_with_what_to_do() -> None:
    design = small()
    with pytest.raises(WeightingError, match=r"within the bounds: .*widen the bounds"):
        calibrate(design, {"income": 10 * design.weights.sum()}, people=design.weights.sum(), bounds=(0.8, 1.2))
    with pytest.raises(WeightingError, match=r"weights would be 0 or less.*distance='raking'"):
        calibrate(design, {"income": 9 * design.weights.sum()}, people=design.weights.sum())
    with pytest.raises(WeightingError, match="people is 600, but sex sums to 500"):
        calibrate(design, {"sex": {"F": 250.0, "M": 250.0}}, people=600)
    with pytest.raises(WeightingError, match="needs bounds"):
        calibrate(design, {"income": 1.0}, distance="logit")
    with pytest.raises(WeightingError, match=r"the first in 0\.\.1"):
        calibrate(design, {"income": 1.0}, bounds=(1.2, 2))
    with pytest.raises(WeightingError, match="at least one total"):
        calibrate(design, {})
    with pytest.raises(WeightingError, match="finite population total"):
        calibrate(design, {"income": np.nan})
    data = design.data.assign(income=np.where(np.arange(design.n) == 3, np.nan, 1.0))
    with pytest.raises(WeightingError, match="missing in 1 rows"):
        calibrate(replace(design, data=data), {"income": 1.0})


def test_two_calibrations_both_count_in_the_error() -> None:
    # The figures are R 4.1-1's on the same steps: calibrate(calibrate(d, ~sex, ...), ~wave, ...), of trust.csv.
    design = trust()
    both = calibrate(calibrate(design, {"sex": SEXES})[0], {"wave": 1_200_000.0}, people=612000)[0]
    one = calibrate(design, {"wave": 1_200_000.0}, people=612000)[0]
    assert len(both.calibrations) == 2
    assert total(both, "q1").se[0] == pytest.approx(27818.570060497401, rel=1e-9)
    assert total(both, "q1").se[0] != pytest.approx(total(one, "q1").se[0], rel=1e-6)


def test_trimmed_weights_keep_their_sum_and_the_calibration() -> None:
    design = trust()
    raked = rake(design, {"sex": SEXES})[0]
    found, report = trim(raked, lower=150, upper=500, strict=True)
    assert found.weights.sum() == pytest.approx(612000, rel=1e-12)
    assert found.weights.min() >= 150
    assert found.weights.max() <= 500
    assert report.bounded > 0
    assert len(found.calibrations) == 1
    report = trim(raked, lower=150, upper=500)[1]
    assert report.iterations == 1
    same, report = trim(raked)
    assert report.iterations == 0
    np.testing.assert_array_equal(same.weights, raked.weights)


@pytest.mark.parametrize(
    ("lower", "upper", "message"),
    [(300.0, 200.0, "lower the smaller"), (0.0, 100.0, "both sides of the mean"), (400.0, 1e9, "both sides")],
)
def test_bounds_beside_the_mean_are_refused(lower: float, upper: float, message: str) -> None:
    with pytest.raises(WeightingError, match=message):
        trim(rake(trust(), {"sex": SEXES})[0], lower=lower, upper=upper)


def test_raising_small_weights_must_not_take_others_below_nought() -> None:
    uneven = with_weights(small(rows=6), np.array([1.0, 1, 1, 1, 12, 100]))
    with pytest.raises(WeightingError, match="Choose a smaller"):
        trim(uneven, lower=10)
    assert trim(uneven, lower=10, strict=True)[0].weights.min() >= 10


def test_a_domain_of_one_respondent_has_no_error_after_calibration() -> None:
    data = small().data.assign(one=["only", *["rest"] * 199], flat=3.0)
    design = calibrate(survey_design(data, weights="w"), {"income": 11000.0})[0]
    assert mean(design, "y", by="one").unavailable[0] == "one_respondent"
    assert mean(design, "flat").unavailable == ("zero_variance",)
    with_gap = replace(design, data=data.assign(y=np.nan))
    assert mean(with_gap, "y").unavailable == ("no_base",)


def test_intervals_of_calibrated_means_cover_as_they_say() -> None:
    draw, hits, runs = np.random.default_rng(8), 0, 400
    x = draw.normal(10, 2, 5000)
    y = 3 * x + draw.normal(size=5000)
    for _ in range(runs):
        rows = draw.choice(5000, 80, replace=False)
        design = survey_design(pd.DataFrame({"x": x[rows], "y": y[rows], "w": 5000 / 80}), weights="w")
        low, high = mean(calibrate(design, {"x": x.sum()}, people=5000)[0], "y").interval()
        hits += low[0] <= y.mean() <= high[0]
    assert abs(hits / runs - 0.95) < 3.3 * np.sqrt(0.95 * 0.05 / runs)


def test_replicates_are_calibrated_each_on_its_own() -> None:
    design = small()
    found, _ = calibrate(replicate(design, "bootstrap", count=50, seed=1), {"income": 11000.0}, people=500)
    np.testing.assert_allclose(found.replicates.sum(axis=0), 500, rtol=1e-9)
    np.testing.assert_allclose(found.replicates.T @ design.data["income"], 11000, rtol=1e-9)
