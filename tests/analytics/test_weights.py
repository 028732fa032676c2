"""Raking meets its margins or refuses by name."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.weights import Bounds, Margin, RakingError, kish_effect, rake


def margins(seed: int, rows: int = 300) -> tuple[np.ndarray, list[Margin]]:
    """Base weights and two margins that some positive table meets."""
    draw = np.random.default_rng(seed)
    base, truth = draw.uniform(1, 5, rows), draw.uniform(1, 5, rows)
    found = []
    for name, k in (("sex", 2), ("age", 5)):
        codes = np.concatenate([np.arange(k), draw.integers(0, k, rows - k)])
        found.append(Margin(name, codes, np.bincount(codes, truth, minlength=k).astype(float)))
    return base, found


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_raked_weights_meet_every_margin_and_stay_positive(seed: int) -> None:
    base, wanted = margins(seed)
    found = rake(base, wanted)
    for margin in wanted:
        got = np.bincount(margin.codes, found.weights)
        np.testing.assert_allclose(got, margin.totals, rtol=1e-10)
    assert (found.weights > 0).all()
    assert found.max_relative_margin_error <= 1e-10
    assert found.kish_effect == pytest.approx(kish_effect(found.weights))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_raking_does_not_mind_row_order_or_the_scale_of_base_weights(seed: int) -> None:
    base, wanted = margins(seed)
    order = np.random.default_rng(seed).permutation(len(base))
    moved = [Margin(margin.name, margin.codes[order], margin.totals) for margin in wanted]
    one, two = rake(base, wanted).weights, rake(1000 * base[order], moved).weights
    np.testing.assert_allclose(one[order], two, rtol=1e-8)


def test_trimmed_weights_keep_the_bounds_and_the_margins() -> None:
    base, wanted = margins(7)
    loose = rake(base, wanted)
    found = rake(base, wanted, bounds=Bounds(0.5, 1.6))
    mean = loose.weights.mean()
    assert loose.weights.max() > 1.6 * mean
    assert found.weights.max() <= 1.6 * mean * (1 + 1e-6)
    assert found.weights.min() >= 0.5 * mean * (1 - 1e-6)
    assert 0 < found.trimmed < 300
    assert found.kish_effect < loose.kish_effect
    for margin in wanted:
        np.testing.assert_allclose(np.bincount(margin.codes, found.weights), margin.totals, rtol=1e-10)


def test_equal_weights_cost_nothing_and_unequal_ones_what_kish_says() -> None:
    assert kish_effect([2, 2, 2]) == pytest.approx(1)
    assert kish_effect([1, 3]) == pytest.approx(2 * 10 / 16)


SEX = Margin("sex", np.array([0, 0, 1, 1]), np.array([5.0, 5.0]), ["women", "men"])


@pytest.mark.parametrize(
    ("margin", "message"),
    [
        (
            Margin("age", np.array([0, 0, 1, 1]), np.array([4.0, 4, 2]), ["18-29", "30-59", "60+"]),
            r"age = 60\+ has .* 2 and no",
        ),
        (
            Margin("age", np.array([0, 0, 1, 1]), np.array([10.0, 0])),
            "age = 1 has respondents but a population total of 0",
        ),
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
    with pytest.raises(RakingError, match=message):
        rake(np.ones(4), [SEX, margin], max_iterations=50)


@pytest.mark.parametrize("base", [[1, 1, 1, -1], [1, 1, np.nan, 1], [1, 1, 1, 0], []])
def test_unusable_base_weights_are_refused(base: list[float]) -> None:
    with pytest.raises(RakingError, match="positive"):
        rake(base, [SEX])


def test_bounds_that_no_weights_can_keep_are_refused() -> None:
    skewed = Margin("area", np.array([0, 1, 1, 1]), np.array([9.0, 1.0]))
    with pytest.raises(RakingError, match="Widen the bounds"):
        rake(np.ones(4), [skewed], bounds=Bounds(0.2, 2), max_iterations=60)
    with pytest.raises(RakingError, match="multiples of the mean"):
        rake(np.ones(4), [SEX], bounds=Bounds(2, 3))
    with pytest.raises(RakingError, match="at least one margin"):
        rake(np.ones(4), [])


def test_an_empty_level_with_a_population_of_nought_is_met() -> None:
    margin = Margin("sex", np.array([0, 0, 1, 1]), np.array([4.0, 6.0, 0.0]))
    assert rake(np.ones(4), [margin]).weights.tolist() == [2, 2, 3, 3]
