"""Raking meets its margins or refuses by name, for a design and for each replicate."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.survey.design import Design, survey_design, with_weights
from analytics.survey.estimates.means import count, mean, total
from analytics.survey.weights.margins import Margin, WeightingError, kish_effect
from analytics.survey.weights.raking import Bounds, rake
from analytics.survey.weights.resampling import replicate


def sample(seed: int, rows: int = 300) -> tuple[Design, dict[str, dict[str, float]]]:
    """A design and two margins that some positive table meets."""
    draw = np.random.default_rng(seed)
    truth = draw.uniform(1, 5, rows)
    data = pd.DataFrame({"w": draw.uniform(1, 5, rows), "psu": draw.integers(0, 30, rows), "y": draw.normal(size=rows)})
    margins = {}
    for name, k in (("sex", 2), ("age", 5)):
        data[name] = [f"{name}{code}" for code in [*range(k), *draw.integers(0, k, rows - k)]]
        margins[name] = {
            str(level): float(people) for level, people in pd.Series(truth).groupby(data[name]).sum().items()
        }
    return survey_design(data, weights="w", psu="psu"), margins


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_raked_weights_meet_every_margin_and_stay_positive(seed: int) -> None:
    design, margins = sample(seed)
    found, report = rake(design, margins)
    for name, totals in margins.items():
        got = pd.Series(found.weights).groupby(design.data[name]).sum()
        np.testing.assert_allclose(got, [totals[level] for level in got.index], rtol=1e-10)
    assert (found.weights > 0).all()
    assert report.worst_relative_error <= 1e-10
    assert report.kish_effect == pytest.approx(kish_effect(found.weights))
    assert report.lowest_g == pytest.approx((found.weights / design.weights).min())
    assert "Kish effect" in str(report)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_raking_does_not_mind_row_order_or_the_scale_of_base_weights(seed: int) -> None:
    design, margins = sample(seed)
    order = np.random.default_rng(seed).permutation(design.n)
    moved = survey_design(design.data.iloc[order], weights=1000 * design.weights[order])
    np.testing.assert_allclose(rake(design, margins)[0].weights[order], rake(moved, margins)[0].weights, rtol=1e-8)


def test_cells_and_rows_give_the_same_weights_and_the_same_errors() -> None:
    design, margins = sample(3)
    wide: dict[str, dict[Any, float]] = {**margins, "id": dict.fromkeys(range(60), sum(margins["sex"].values()) / 60)}
    data = design.data.assign(id=np.arange(design.n) % 60)
    by_row = rake(survey_design(data, weights="w", psu="psu"), wide)[0]  # 600 cells for 300 rows
    twice = pd.concat([data, data], ignore_index=True)
    by_cell = rake(survey_design(twice, weights=np.tile(design.weights, 2), psu="psu"), wide)[0]
    np.testing.assert_allclose(by_cell.weights, np.tile(by_row.weights / 2, 2), rtol=1e-9)
    assert mean(by_cell, "y").se == pytest.approx(mean(by_row, "y").se, rel=1e-9)


def test_trimmed_weights_keep_the_bounds_and_the_margins() -> None:
    design, margins = sample(7)
    loose = rake(design, margins)[0].weights
    found, report = rake(design, margins, bounds=Bounds(0.5, 1.6))
    middle = loose.mean()
    assert loose.max() > 1.6 * middle
    assert found.weights.max() <= 1.6 * middle * (1 + 1e-6)
    assert found.weights.min() >= 0.5 * middle * (1 - 1e-6)
    assert 0 < report.bounded < 300
    assert report.kish_effect < kish_effect(loose)
    for name, totals in margins.items():
        got = pd.Series(found.weights).groupby(design.data[name]).sum()
        np.testing.assert_allclose(got, [totals[level] for level in got.index], rtol=1e-10)


def test_what_the_weights_fix_has_no_error_and_a_reason() -> None:
    design, margins = sample(11)
    found = rake(design, margins)[0]
    fixed = count(found, by="sex")
    np.testing.assert_allclose(fixed.value, list(margins["sex"].values()), rtol=1e-10)
    assert np.isnan(fixed.se).all()
    assert "fixed by its weights" in str(fixed)
    assert np.isfinite(mean(found, "y", by="sex").se).all()
    assert "calibration residuals" in mean(found, "y").method


def test_margins_that_explain_an_answer_take_its_error_away() -> None:
    design, margins = sample(5)
    explained = design.data.assign(y=10.0 * (design.data["age"] == "age1") + design.data["y"] / 10)
    base = survey_design(explained, weights="w", psu="psu")
    raked = rake(base, margins)[0]
    naive = with_weights(base, raked.weights)
    assert total(raked, "y").se[0] < total(naive, "y").se[0] / 5


def test_each_replicate_is_raked_to_the_margins() -> None:
    design, margins = sample(2)
    found, _ = rake(replicate(design, "JK1"), margins)
    sums = pd.DataFrame(found.replicates).groupby(design.data["sex"]).sum()
    np.testing.assert_allclose(sums, np.array(list(margins["sex"].values()))[:, None].repeat(30, axis=1), rtol=1e-10)
    assert mean(found, "y").se == pytest.approx(mean(rake(design, margins)[0], "y").se, rel=0.15)


def test_a_level_in_one_psu_cannot_be_met_by_the_replicate_without_it() -> None:
    data = pd.DataFrame({"psu": [1, 1, 2, 2, 3, 3], "area": list("aabbbb"), "w": 1.0})
    with pytest.raises(WeightingError, match=r"Replicate 1 of 3 .*area = a has a population of 4 and no respondents"):
        rake(replicate(survey_design(data, weights="w", psu="psu"), "JK1"), {"area": {"a": 4.0, "b": 6.0}})


FOUR = survey_design(
    pd.DataFrame({"w": 1.0, "sex": ["women", "women", "men", "men"], "age": ["18-29", "18-29", "30-59", None]}),
    weights="w",
)
SEX = Margin("sex", np.array([0, 0, 1, 1]), np.array([5.0, 5.0]), ["women", "men"])


@pytest.mark.parametrize(
    ("margin", "message"),
    [
        (
            Margin("age", np.array([0, 0, 1, 1]), np.array([4.0, 4, 2]), ["18-29", "30-59", "60+"]),
            r"age = 60\+ has .* 2 and no",
        ),
        (Margin("age", np.array([0, 0, 1, 1]), np.array([10.0, 0])), "age = 1 has respondents but a population total"),
        (Margin("age", np.array([0, 0, 1, 1]), np.array([5.0, 6])), "one population: sex sums to 10, age to 11"),
        (Margin("age", np.array([0, -1, 1, 1]), np.array([5.0, 5])), "code -1 in row 1"),
        (Margin("age", np.array([0, 1, 1]), np.array([5.0, 5])), "4 whole codes"),
        (Margin("age", np.array([0.0, 1, 1, 0]), np.array([5.0, 5])), "4 whole codes"),
        (Margin("age", np.array([0, 0, 1, 1]), np.array([np.nan, 5])), "finite population totals"),
        (Margin("age", np.array([0, 0, 1, 1]), np.array([5.0, 5]), ["one"]), "2 totals and 1 names"),
        (Margin("age", np.array([0, 0, 1, 1]), np.array([4.0, 6])), "did not converge .* is still off"),
    ],
)
def test_a_margin_that_cannot_be_met_is_refused_by_name_and_level(margin: Margin, message: str) -> None:
    with pytest.raises(WeightingError, match=message):
        rake(FOUR, [SEX, margin], max_iterations=50)


@pytest.mark.parametrize(
    ("margins", "message"),
    [
        ({}, "at least one margin"),
        ({"age": {"18-29": 5.0, "30-59": 5.0}}, r"age is (None|nan) in row 3, which has no population total"),
        ({"hair": {"red": 1.0}}, "no column 'hair'"),
        ({("sex", "age"): {"women": 5.0}}, "each level is a tuple of 2"),
    ],
)
def test_margins_that_do_not_fit_the_rows_are_refused(margins: dict[Any, dict[Any, float]], message: str) -> None:
    with pytest.raises(WeightingError, match=message):
        rake(FOUR, margins)


def test_rows_without_a_weight_need_no_level() -> None:
    design = with_weights(FOUR, np.array([1.0, 1, 1, 0]))
    found, _ = rake(design, {"age": {"18-29": 6.0, "30-59": 4.0}})
    assert found.weights.tolist() == [3, 3, 4, 0]


def test_bounds_that_no_weights_can_keep_are_refused() -> None:
    skewed = Margin("area", np.array([0, 1, 1, 1]), np.array([9.0, 1.0]))
    with pytest.raises(WeightingError, match="Widen the bounds"):
        rake(FOUR, [skewed], bounds=Bounds(0.2, 2), max_iterations=60)
    with pytest.raises(WeightingError, match="multiples of the mean"):
        rake(FOUR, [SEX], bounds=Bounds(2, 3))


def test_an_empty_level_with_a_population_of_nought_is_met() -> None:
    margin = Margin("sex", np.array([0, 0, 1, 1]), np.array([4.0, 6.0, 0.0]))
    assert rake(FOUR, [margin])[0].weights.tolist() == [2, 2, 3, 3]


def test_crossed_margins_and_categories_are_read() -> None:
    data = pd.DataFrame({"a": pd.Categorical(["x", "x", "y"]), "b": [1, 2, 1], "w": 1.0})
    found, _ = rake(survey_design(data, weights="w"), {("a", "b"): {("x", 2): 7.0, ("x", 1): 5.0, ("y", 1): 3.0}})
    assert found.weights.tolist() == [5, 7, 3]


@pytest.mark.parametrize("weights", [[], [1, -1], [1, np.nan], [[1.0]]])
def test_the_kish_effect_needs_weights(weights: list[float]) -> None:
    assert kish_effect([1, 3]) == pytest.approx(2 * 10 / 16)
    with pytest.raises(WeightingError, match="positive, finite"):
        kish_effect(weights)
