"""Fay-Herriot figures against R's sae, against their own likelihood, and against the truth in a simulation."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from analytics.survey.areas.small_area import (
    SmallArea,
    benchmarked,
    fay_herriot,
    small_areas,
    smoothed_variances,
)
from analytics.survey.areas.variance_between import Method
from analytics.survey.estimates.means import mean
from analytics.survey.variables import EstimationError, FloatArray

from ...r.cases import frame
from ..extras import close, expect, needs_inputs, trust


def areas(seed: int, m: int = 30, between: float = 1.0) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Direct figures of m areas, their variances, what is known of the areas, and the truth."""
    random = np.random.default_rng(seed)
    x = np.linspace(-1, 1, m)
    d = np.tile([0.3, 0.6, 1.0, 1.5, 2.0], m // 5)
    truth = 1 + 0.5 * x + np.sqrt(between) * random.standard_normal(m)
    return truth + np.sqrt(d) * random.standard_normal(m), d, x, truth


def milk(method: Method = "REML", tolerance: float = 1e-12) -> SmallArea:
    data = frame("milk")
    x = pd.get_dummies(data["MajorArea"], drop_first=True).astype(float)
    return fay_herriot(data["yi"], data["SD"] ** 2, x, method=method, tolerance=tolerance)


@needs_inputs
@pytest.mark.parametrize(("case", "tolerance"), [("fh.milk.REML", 1e-12), ("fh.milk.REML.default", 1e-4)])
def test_milk_as_sae(case: str, tolerance: float) -> None:
    found, expected = milk(tolerance=tolerance), expect(case)
    close(found.value, expected["eblup"])
    close(found.mse, expected["mse"])
    close(found.beta, expected["beta"])
    close(found.beta_se, expected["beta_se"])
    close(
        [found.refvar, found.loglike, found.aic, found.bic, found.iterations],
        [expected[key] for key in ("refvar", "loglike", "AIC", "BIC", "iterations")],
    )


@needs_inputs
@pytest.mark.parametrize(("method", "refvar"), [("ML", 0.01551750871), ("FH", 0.01642026365)])
def test_milk_between_areas_by_other_methods(method: Method, refvar: float) -> None:
    close(milk(method).refvar, refvar, 1e-9)


def loglike(between: float, y: FloatArray, d: FloatArray, x: FloatArray, *, restricted: bool) -> float:
    v = between + d
    columns = np.column_stack([np.ones(len(y)), x])
    gram = (columns / v[:, None]).T @ columns
    residual = y - columns @ np.linalg.solve(gram, (columns / v[:, None]).T @ y)
    value = -0.5 * (np.log(v).sum() + (residual**2 / v).sum())
    return float(value - (0.5 * np.linalg.slogdet(gram)[1] if restricted else 0))


@pytest.mark.parametrize("seed", range(5))
def test_the_variance_between_areas_is_at_the_peak_of_its_likelihood(seed: int) -> None:
    y, d, x, _ = areas(seed)
    for method, restricted in (("REML", True), ("ML", False)):
        found = fay_herriot(y, d, x, method=method)  # type: ignore[arg-type]  # words, as a caller without types has them
        peak = minimize_scalar(
            lambda a, restricted=restricted: -loglike(a, y, d, x, restricted=restricted),
            bounds=(1e-8, 20),
            method="bounded",
            options={"xatol": 1e-10},
        )
        assert found.refvar == pytest.approx(peak.x, rel=1e-5)


@pytest.mark.parametrize("method", ["REML", "ML", "FH"])
def test_mean_squared_errors_are_what_they_say(method: Method) -> None:
    """Over 1,000 samples the mean MSE is the squared error; the first term alone, as if all were known, is too low."""
    errors, told, first = [], [], []
    for seed in range(1000):
        y, d, x, truth = areas(seed)
        found = fay_herriot(y, d, x, method=method)
        errors.append((found.value - truth) ** 2)
        told.append(found.mse)
        first.append(found.weight * d)
    true = np.mean(errors)
    assert np.mean(told) == pytest.approx(true, rel=0.04)
    assert np.mean(first) < 0.93 * true
    assert true < np.mean(areas(0)[1]) * 0.6  # worth the model: direct figures have the mean of d


def test_an_area_without_a_direct_figure_gets_the_regression() -> None:
    y, d, x, _ = areas(3)
    y[4] = np.nan
    found = fay_herriot(y, d, x)
    assert found.value[4] == pytest.approx(found.beta[0] + found.beta[1] * x[4])
    assert found.synthetic.sum() == 1
    assert found.mse[4] > found.mse[[3, 5]].max()
    assert found.mse[4] > found.refvar
    assert "regression alone" in str(found)
    others = fay_herriot(np.delete(y, 4), np.delete(d, 4), np.delete(x, 4))
    close(np.delete(found.value, 4), others.value, 1e-12)
    close(np.delete(found.mse, 4), others.mse, 1e-12)


def test_no_differences_between_areas_is_said() -> None:
    x = np.linspace(0, 1, 20)
    for method in ("REML", "ML", "FH"):
        found = fay_herriot(1 + x + 0.01 * (-1.0) ** np.arange(20), np.ones(20), x, method=method)
        assert found.boundary
        assert (found.weight == 0).all()
        assert (found.mse > 0).all()
        assert "count for nothing" in str(found)


@given(st.integers(0, 10_000), st.floats(0.1, 50), st.floats(-100, 100))
@settings(max_examples=40, deadline=None)
def test_other_units_change_nothing_but_the_units(seed: int, factor: float, shift: float) -> None:
    y, d, x, _ = areas(seed)
    one, other = fay_herriot(y, d, x), fay_herriot(factor * y + shift, factor**2 * d, x)
    np.testing.assert_allclose(other.value, factor * one.value + shift, rtol=1e-6, atol=1e-6 * factor)
    np.testing.assert_allclose(other.mse, factor**2 * one.mse, rtol=1e-5)
    synthetic = one.beta[0] + one.beta[1] * x
    assert (np.abs(one.value - y) <= np.abs(y - synthetic) + 1e-9).all()


@pytest.mark.parametrize("how", ["difference", "ratio"])
def test_benchmarking_meets_the_national_figure_and_costs(how: str) -> None:
    y, d, x, _ = areas(1)
    found = fay_herriot(y, d, x)
    people = np.arange(1.0, 31)
    moved = benchmarked(found, people, 1.3, how=how)  # type: ignore[arg-type]  # words, as a caller without types has them
    assert people @ moved.value / people.sum() == pytest.approx(1.3)
    close(moved.mse, found.mse + (moved.value - found.value) ** 2)
    assert "benchmarked" in moved.method


@pytest.mark.parametrize("scale", ["logit", "arcsine"])
def test_shares_stay_between_0_and_1_and_lose_their_bias(scale: str) -> None:
    random = np.random.default_rng(5)
    x = np.linspace(-1, 1, 200)
    logit = -2 + 0.5 * x + 0.5 * random.standard_normal(200)
    truth = 1 / (1 + np.exp(-logit))
    direct = random.binomial(60, truth) / 60
    direct[(direct == 0) | (direct == 1)] = np.nan
    found = fay_herriot(direct, direct * (1 - direct) / 60, x, scale=scale)  # type: ignore[arg-type]  # words, as a caller without types has them
    low, high = found.interval()
    assert ((low >= 0) & (high <= 1) & (low < found.value) & (found.value < high)).all()
    assert np.mean((low <= truth) & (truth <= high)) > 0.9
    assert (found.transform_bias[found.value < 0.4] < 0).all()  # a plain way back is too low there
    moved = benchmarked(found, np.ones(200), float(truth.mean()))
    assert moved.value.mean() == pytest.approx(truth.mean())
    inside = moved.interval()
    assert ((inside[0] < moved.value) & (moved.value < inside[1])).all()
    assert scale in found.method


def test_smoothed_variances_follow_size_and_keep_their_sum() -> None:
    random = np.random.default_rng(2)
    n = np.array([10, 20, 40, 80, 160, 320, 50.0, 0])
    v = 2 / np.maximum(n, 1) * random.chisquare(8, 8) / 8
    v[6:] = np.nan
    found = smoothed_variances(v, n)
    assert np.isnan(found[7])
    assert found[6] > 0
    assert (np.diff(found[:6]) < 0).all()
    assert found[:6].sum() == pytest.approx(v[:6].sum())
    exact = smoothed_variances(3 * n[:6] ** -1.2, n[:6])
    close(exact, 3 * n[:6] ** -1.2, 1e-12)


def test_areas_of_a_sample_and_one_it_did_not_reach() -> None:
    design = trust()
    direct = mean(design, "trust_high", by="neighbourhood")
    x = pd.DataFrame({"density": np.linspace(0, 1, 13)}, index=[f"N{k:02}" for k in range(1, 14)])
    found = small_areas(design, "trust_high", x, by="neighbourhood", scale="arcsine")
    assert found.areas[-1] == "N13"
    assert found.synthetic.tolist() == [False] * 12 + [True]
    assert "Taylor" in found.method
    assert "model (Fay-Herriot, REML, arcsine scale)" in found.method
    plain = small_areas(design, "trust_high", x, by="neighbourhood", variances="direct")
    close(plain.direct[:12], direct.value)
    close(plain.variance[:12], direct.se**2)
    psus = design.data.dropna(subset=["trust_high"]).groupby("neighbourhood")["psu"].nunique().to_numpy()
    raised = small_areas(design, "trust_high", x, by="neighbourhood")
    close(raised.variance[:12], direct.se**2 * psus / (psus - 1))
    smooth = small_areas(design, "trust_high", x, by="neighbourhood", variances="smoothed")
    assert "smoothed" in smooth.method
    close(smooth.variance[:12].sum(), raised.variance[:12].sum())
    with pytest.raises(EstimationError, match="no row for the area 'N12'"):
        small_areas(design, "trust_high", x.iloc[:11], by="neighbourhood")
    with pytest.raises(EstimationError, match="must be numbers"):
        small_areas(design, "mode", x, by="neighbourhood")
    with pytest.raises(EstimationError, match="variances must be"):
        small_areas(design, "q1", x, by="neighbourhood", variances="gvf")  # type: ignore[arg-type]  # words, as a caller without types has them


def test_an_area_where_nobody_said_yes_is_not_left_out() -> None:
    """Leaving such areas out would raise the rest; on the arcsine scale a smoothed variance keeps them."""
    design = trust()
    nobody = design.data["trust_high"].where(design.data["neighbourhood"] != "N03", 0.0)
    design = replace(design, data=design.data.assign(yes=nobody))
    x = pd.DataFrame({"density": np.linspace(0, 1, 12)}, index=[f"N{k:02}" for k in range(1, 13)])
    kept = small_areas(design, "yes", x, by="neighbourhood", scale="arcsine", variances="smoothed")
    assert not kept.synthetic.any()
    assert 0 < kept.value[2] < 0.2
    low, high = kept.interval()
    assert 0 <= low[2] < kept.value[2] < high[2]
    for scale in ("logit", "arcsine"):
        other = small_areas(design, "yes", x, by="neighbourhood", scale=scale)
        assert other.synthetic.tolist() == [k == 2 for k in range(12)]


def test_steps_that_swing_about_the_peak_find_it_all_the_same() -> None:
    """A few exact areas among many inexact ones: Fisher's steps from the median overshoot below nought."""
    found = 0
    for seed in range(300):
        random = np.random.default_rng(seed)
        d = np.exp(2.5 * random.standard_normal(12))
        y = 0.3 * random.standard_normal(12) + np.sqrt(d) * random.standard_normal(12)
        result = fay_herriot(y, d, np.linspace(0, 1, 12))
        found += result.iterations > 100
        if result.refvar > 0:
            near = [loglike(result.refvar * f, y, d, np.linspace(0, 1, 12), restricted=True) for f in (0.99, 1, 1.01)]
            assert near[1] == max(near)
    assert found > 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "EB"}, "method must be one of"),
        ({"scale": "log"}, "scale must be one of"),
        ({"variance": np.zeros(30)}, "positive variance"),
        ({"x": np.full(30, np.nan)}, "x must be finite"),
        ({"x": np.ones((30, 2))}, "repeat others"),
        ({"direct": np.full(30, np.nan)}, "0 areas with a direct figure"),
        ({"direct": np.ones(3)}, "one length"),
        ({"scale": "logit"}, "between 0 and 1"),
    ],
)
def test_what_cannot_be_modelled_is_refused(change: dict[str, object], message: str) -> None:
    y, d, x, _ = areas(0)
    given = {"direct": y, "variance": d, "x": x, **change}
    with pytest.raises(EstimationError, match=message):
        fay_herriot(**given)  # type: ignore[arg-type]  # words, as a caller without types has them


def test_bad_benchmarks_levels_and_sizes_are_refused() -> None:
    y, d, x, _ = areas(0)
    found = fay_herriot(y, d, x)
    with pytest.raises(EstimationError, match="one an area"):
        benchmarked(found, [1.0, 2.0], 1)
    with pytest.raises(EstimationError, match="level"):
        found.interval(95)
    with pytest.raises(EstimationError, match="four areas"):
        smoothed_variances([1.0, 2.0], [3, 4])
    shares = fay_herriot(np.full(30, 0.5) + y / 40, np.full(30, 0.01), x, scale="logit")
    with pytest.raises(EstimationError, match=r"out of 0\.\.1"):
        benchmarked(shares, np.ones(30), 1.2)
