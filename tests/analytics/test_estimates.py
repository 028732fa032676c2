"""Estimates where samples go wrong: every outcome has a name, none is NaN, and order and scale do not matter."""

from dataclasses import astuple
from math import isnan
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.design import Calibration, FloatArray, make_design
from analytics.estimates import Estimate, contrast, mean, proportion
from analytics.intervals import beta_interval, clopper_pearson, korn_graubard
from analytics.linearisation import EstimationError, covariance, linearise
from analytics.weights import Margin, margin_columns, rake


def sample(seed: int, rows: int = 240) -> dict[str, Any]:
    """Four strata of five PSUs, twelve people each."""
    draw = np.random.default_rng(seed)
    psu = np.repeat(np.arange(rows // 12), 12)
    return {
        "weights": draw.uniform(1, 9, rows),
        "psu": psu,
        "stratum": psu // 5,
        "y": (draw.random(rows) < draw.random(rows // 12)[psu]).astype(float),
        "woman": draw.random(rows) < 0.5,
    }


def has_no_nan(estimate: Estimate) -> bool:
    return not any(isinstance(field, float) and isnan(field) for field in astuple(estimate))


@pytest.mark.parametrize("kind", [mean, proportion])
@pytest.mark.parametrize(("rows", "reason"), [([], "no_base"), ([3], "one_respondent"), ([0, 1, 2, 3], "one_psu")])
def test_a_domain_too_small_for_an_error_says_why_and_has_no_error(kind: Any, rows: list[int], reason: str) -> None:
    s = sample(1)
    where = np.zeros(240, dtype=bool)
    where[rows] = True
    found = kind(make_design(s["weights"], stratum=s["stratum"], psu=s["psu"]), s["y"], where=where)
    assert (found.unavailable, found.se, found.low, found.high) == (reason, None, None, None)
    assert (found.estimate is None) == (reason != "one_psu")
    assert found.n == len(rows)
    assert has_no_nan(found)


def test_an_item_nobody_answered_has_no_base() -> None:
    found = proportion(make_design(np.ones(6)), np.full(6, np.nan))
    assert (found.estimate, found.n, found.unavailable) == (None, 0, "no_base")
    assert has_no_nan(found)


def test_a_mean_of_equal_answers_has_a_value_and_no_error() -> None:
    found = mean(make_design([1.0, 2, 3, 4.7]), [3, 3, 3, 3])
    assert (found.estimate, found.se, found.unavailable) == (3.0, None, "zero_variance")


@pytest.mark.parametrize("interval", ["korn_graubard", "beta", "logit"])
@pytest.mark.parametrize(("share", "low", "high"), [(0.0, 0.0, 0.11570331), (1.0, 0.88429669, 1.0)])
def test_a_share_of_nobody_or_everybody_takes_the_exact_interval_of_n(
    interval: Any, share: float, low: float, high: float
) -> None:
    # Clopper-Pearson for 0 of 30: 1 - .025^(1/30) = .11570331
    design = make_design(np.linspace(1, 2, 30))
    found = proportion(design, np.full(30, share), interval=interval)
    assert (found.estimate, found.se, found.n_eff, found.method) == (share, None, 30, "korn_graubard")
    assert [found.low, found.high] == pytest.approx([low, high], abs=1e-8)
    assert found.unavailable is None


def test_psus_that_agree_by_chance_show_no_error() -> None:
    # Every PSU has the same share: the design sees no variance between PSUs, so n respondents bound the interval.
    design = make_design(np.ones(40), psu=np.repeat(np.arange(10), 4))
    found = proportion(design, np.tile([1, 0, 0, 0], 10))
    assert (found.estimate, found.se, found.n_eff) == (0.25, None, 40)
    assert (found.low, found.high) == pytest.approx(clopper_pearson(0.25, 40, 0.95))
    assert mean(design, np.tile([1, 0, 0, 0], 10)).unavailable == "zero_variance"


def test_an_error_of_rounding_size_is_no_error() -> None:
    # The same share in every PSU under uneven weights: each PSU's influence is nought but for the last bits.
    psu = np.repeat(np.arange(10), 3)
    design = make_design(np.tile([0.1, 0.7, 1.3], 10) * (1 + psu / 7), psu=psu)
    part = linearise(design, np.tile([1.0, 0, 1], 10))
    assert covariance([part])[0, 0] > 0
    assert mean(design, np.tile([1.0, 0, 1], 10)).unavailable == "zero_variance"
    assert proportion(design, np.tile([1.0, 0, 1], 10)).se is None


def test_the_degrees_of_freedom_of_a_domain_are_told_beside_the_design_s() -> None:
    s = sample(3)
    design = make_design(s["weights"], stratum=s["stratum"], psu=s["psu"])
    where = s["psu"] < 7
    found = [kind(design, s["woman"], where=where) for kind in (mean, proportion)]
    assert [(one.df, one.domain_df) for one in found] == [(16, 5), (16, 5)]
    narrow = proportion(design, s["woman"], where=where)
    wide = proportion(design, s["woman"], where=where, df="domain")
    assert wide.low is not None
    assert narrow.low is not None
    assert (wide.df, wide.low < narrow.low) == (5, True)


def test_a_stratum_taken_whole_gives_no_error_of_nought() -> None:
    design = make_design(np.ones(8), stratum=[0] * 4 + [1] * 4, fpc=[4] * 4 + [80] * 4)
    found = mean(design, [1, 2, 3, 4, 1, 2, 3, 4], where=np.arange(8) < 4)
    assert (found.estimate, found.se, found.unavailable) == (2.5, None, "zero_variance")


def test_a_design_of_single_psus_has_no_degrees_of_freedom() -> None:
    for policy in ("adjust", "average", "remove", "certainty"):
        design = make_design(np.ones(4), stratum=[0, 1, 2, 3], single_psu=policy)
        found = mean(design, [1, 2, 3, 4])
        assert (found.estimate, found.se, found.unavailable) == (2.5, None, "no_degrees_of_freedom")


def test_a_difference_with_an_empty_or_uniform_side_is_named() -> None:
    s = sample(2)
    design = make_design(s["weights"], stratum=s["stratum"], psu=s["psu"])
    women = linearise(design, s["y"], where=s["woman"])
    nobody = linearise(design, s["y"], where=np.zeros(240, dtype=bool))
    never = linearise(design, np.zeros(240), where=~s["woman"])
    assert contrast([women, nobody], [1, -1]).unavailable == "no_base"
    found = contrast([women, never], [1, -1])
    assert (found.estimate, found.se, found.unavailable) == (women.value, None, "zero_variance")
    assert contrast([women, women], [1, -1]).unavailable == "zero_variance"


def test_one_respondent_s_answer_is_not_given_back() -> None:
    design = make_design(np.ones(5))
    alone = np.arange(5) == 2
    assert proportion(design, [0, 0, 1, 0, 0], where=alone).estimate is None
    parts = [linearise(design, [0, 0, 1, 0, 1], where=mask) for mask in (alone, ~alone)]
    found = contrast(parts, [1, -1])
    assert (found.estimate, found.unavailable) == (None, "one_respondent")


def test_the_default_interval_never_counts_more_cases_than_respondents() -> None:
    assert korn_graubard(0.4, 0.01, 50, 30, 0.95) == clopper_pearson(0.4, 50, 0.95)
    assert korn_graubard(0.4, 0.1, 50, 30, 0.95) == beta_interval(0.4, 0.1, 50, 30, 0.95)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), scale=st.floats(1e-3, 1e6))
def test_row_order_and_the_scale_of_weights_do_not_matter(seed: int, scale: float) -> None:
    s = sample(seed)
    order = np.random.default_rng(seed).permutation(240)
    one = proportion(make_design(s["weights"], stratum=s["stratum"], psu=s["psu"]), s["y"], where=s["woman"])
    moved = make_design(scale * s["weights"][order], stratum=s["stratum"][order], psu=s["psu"][order])
    two = proportion(moved, s["y"][order], where=s["woman"][order])
    assert has_no_nan(one)
    for left, right in zip(astuple(one), astuple(two), strict=True):
        assert left == (pytest.approx(right, rel=1e-9) if isinstance(right, float) else right)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_domain_keeps_the_psus_where_it_has_nobody(seed: int) -> None:
    """Filtering the rows loses a PSU's zero and changes the error; the point is the same."""
    s = sample(seed)
    s["y"][:4] = [0, 1, 0, 1]
    where = np.isin(s["psu"], [0, 1, 2, 5, 6, 10, 11, 12, 15, 16])  # some PSUs of each stratum have no member
    whole = mean(make_design(s["weights"], stratum=s["stratum"], psu=s["psu"]), s["y"], where=where)
    cut = make_design(s["weights"][where], stratum=s["stratum"][where], psu=s["psu"][where])
    filtered = mean(cut, s["y"][where])
    assert whole.estimate == pytest.approx(filtered.estimate, rel=1e-12)
    assert whole.se != pytest.approx(filtered.se, rel=1e-6)
    assert (whole.df, filtered.df, whole.domain_df) == (16, 6, 6)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_an_answer_that_the_margins_explain_has_no_error_left_after_calibration(seed: int) -> None:
    s = sample(seed)
    margin = Margin("sex", s["woman"].astype(np.int64), np.array([700.0, 900.0]))
    found = rake(s["weights"], [margin])
    calibration = Calibration(margin_columns([margin]), s["weights"])
    design = make_design(found.weights, stratum=s["stratum"], psu=s["psu"], calibration=calibration)
    part = linearise(design, s["woman"].astype(float))
    assert part.value == pytest.approx(900 / 1600)
    assert covariance([part])[0, 0] < 1e-20


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda d: mean(d, [1, 2]), "unfiltered"),
        (lambda d: mean(d, [1, np.nan, 3], base=np.array([True, True, False])), "without an answer inside the base"),
        (lambda d: mean(d, [1, 2, 3], where=[1, 0, 1]), "booleans"),
        (lambda d: proportion(d, [0, 1, 2]), "0 or 1"),
        (lambda d: proportion(d, [0, 1, 1], base=[1.0, 2, 3]), "true or false"),
        (lambda d: mean(d, ["a", "b", "c"]), "numbers"),
        (lambda d: mean(d, [1, 2, 3], base=[1, np.nan, 2]), "without an amount"),
        (lambda d: mean(d, [1, 2, 3], level=95), "level"),
        (lambda d: contrast([], []), "coefficient"),
        (lambda d: covariance([linearise(d, [1, 2, 3]), linearise(make_design([1, 1]), [1, 2])]), "one design"),
    ],
)
def test_answers_that_do_not_fit_are_refused_with_what_to_do(call: Any, message: str) -> None:
    with pytest.raises(EstimationError, match=message):
        call(make_design(np.ones(3)))


def test_the_arguments_are_left_as_they_were() -> None:
    weights: FloatArray = np.ones(4)
    design = make_design(weights)
    weights[0] = 99
    assert design.weights[0] == 1
