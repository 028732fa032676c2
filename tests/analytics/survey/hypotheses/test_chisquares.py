"""Weighted sums of chi-squares: against closed forms, plain chi-square and F, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import chdtrc, fdtrc

from analytics.survey.hypotheses.chisquares import upper_tail
from analytics.survey.variables import EstimationError


def of_pairs(x: float, weights: list[float], ddf: float = np.inf) -> float:
    """Pairs of equal weights are exponentials, whose sum has a closed form, over a chi-square too."""
    means = 2 * np.array(weights)
    parts = [np.prod([mean / (mean - other) for other in means if other != mean]) for mean in means]
    tails = np.exp(-x / means) if np.isinf(ddf) else (1 + 2 * x / (ddf * means)) ** (-ddf / 2)
    return float(np.sum(parts * tails))


@pytest.mark.parametrize("weights", [[1.0, 2.0], [1.0, 0.3], [0.01, 1.0, 3.0], [1.0, 1.5, 2.0, 0.2]])
@pytest.mark.parametrize("x", [0.01, 1.0, 6.0, 40.0, 200.0, 1400.0])
@pytest.mark.parametrize("ddf", [1.0, 20.9, 1e5, np.inf])
def test_the_tail_is_exact_in_the_middle_and_far_out(weights: list[float], x: float, ddf: float) -> None:
    found = upper_tail(x, np.repeat(weights, 2), ddf=ddf)
    assert found == pytest.approx(of_pairs(x, weights, ddf), rel=1e-10)


@given(st.integers(1, 60), st.floats(0.01, 300), st.sampled_from([1.0, 7.5, 300.0, np.inf]))
def test_nearly_equal_weights_are_a_plain_chi_square_or_f(d: int, x: float, ddf: float) -> None:
    weights = np.append(np.ones(d), 1 - 1e-13)
    plain = chdtrc(d + 1, x) if np.isinf(ddf) else fdtrc(d + 1, ddf, x / (d + 1))
    assert upper_tail(x, weights, ddf=ddf) == pytest.approx(plain, rel=1e-9)
    assert upper_tail(x, np.ones(d + 1), ddf=ddf) == pytest.approx(plain, rel=1e-9)


@given(st.lists(st.floats(0.05, 5), min_size=2, max_size=12), st.floats(0.1, 60))
def test_approximations_are_near_the_exact_tail(weights: list[float], x: float) -> None:
    w = np.array(weights)
    exact = upper_tail(x, w)
    assert 0 <= exact <= 1
    assert upper_tail(x, w, method="saddlepoint") == pytest.approx(exact, rel=0.15, abs=1e-3)
    assert upper_tail(x, w, method="satterthwaite") == pytest.approx(exact, abs=0.1)


def test_the_saddlepoint_goes_through_the_mean_without_a_step() -> None:
    w = np.array([1.82, 0.48])
    around = [upper_tail(2.3 + step, w, method="saddlepoint") for step in (-2e-4, -1e-4, -1e-6, 0, 1e-6, 1e-4, 2e-4)]
    assert max(np.abs(np.diff(around))) < 1e-4
    assert np.all(np.diff(around) < 0)


def test_r_s_own_saddlepoint() -> None:
    # R survey 4.1-1: pchisqsum(11.94089208074534, c(1, 1), c(1.82, .481), lower.tail = FALSE, method = "saddlepoint")
    found = upper_tail(11.94089208074534, np.array([1.82, 0.481]), method="saddlepoint")
    assert found == pytest.approx(0.0130403836139974, rel=1e-7)  # to which R solves for the saddle


def test_the_ends_and_weights_of_nought() -> None:
    assert upper_tail(0.0, np.array([1.0, 2.0])) == 1.0
    assert upper_tail(-3.0, np.array([1.0])) == 1.0
    assert upper_tail(1e9, np.array([1.0, 2.0])) == 0.0
    assert upper_tail(3.0, np.array([2.0, 1.0, 0.0])) == upper_tail(3.0, np.array([2.0, 1.0]))


@pytest.mark.parametrize("weights", [[], [0.0, 0.0], [1.0, -0.5], [1.0, np.nan]])
def test_weights_that_are_no_variances_are_refused(weights: list[float]) -> None:
    with pytest.raises(EstimationError, match="weights of a sum of chi-squares"):
        upper_tail(1.0, np.array(weights))


def test_other_bad_arguments_are_refused() -> None:
    with pytest.raises(EstimationError, match="method must be one of"):
        upper_tail(1.0, np.ones(2), method="guess")  # type: ignore[arg-type]  # words, as a caller without types has them
    with pytest.raises(EstimationError, match="positive degrees"):
        upper_tail(1.0, np.ones(2), ddf=0)
    with pytest.raises(EstimationError, match="finite value"):
        upper_tail(np.nan, np.ones(2))
