"""Rounding: as exact as the interval allows, never narrower than it, and the base of a small cell as a band."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.disclosure.rounding import band, rounded, unit
from analytics.release import Figure

SHARES = st.floats(0, 1)
ERRORS = st.floats(1e-5, 0.5)


def figure(estimate: float, se: float, low: float, high: float, n: int = 120) -> Figure:
    return Figure("i", "w", "", "", "", "published", "", "", n, estimate, se, low, high, 98.4, 1.2345, "t", n)


@pytest.mark.parametrize(
    ("se", "step"), [(0.2, 0.01), (0.01, 0.01), (0.0099, 0.001), (0.001, 0.001), (0.0001, 0.001), (None, 0.01)]
)
def test_the_unit_is_the_power_of_ten_below_the_error(se: float | None, step: float) -> None:
    assert unit(se) == pytest.approx(step)


@given(estimate=SHARES, se=ERRORS, half=st.floats(0, 0.5))
def test_the_rounded_interval_holds_the_exact_one_and_is_wider_by_less_than_two_units(
    estimate: float, se: float, half: float
) -> None:
    low, high = max(estimate - half, 0.0), min(estimate + half, 1.0)
    said = rounded(figure(estimate, se, low, high), banded=False)
    assert said.low is not None
    assert said.high is not None
    assert said.estimate == pytest.approx(estimate, abs=unit(se) / 2 + 1e-6)
    assert low - unit(se) - 1e-6 <= said.low <= low + 1e-6 * unit(se) + 1e-6
    assert high - 1e-6 <= said.high <= high + unit(se) + 1e-6
    assert 0 <= said.low <= said.high <= 1


@given(n=st.integers(0, 3_000_000))
def test_a_band_holds_the_number_and_bands_do_not_overlap(n: int) -> None:
    low, high = band(n)
    assert low <= n <= high
    assert n >= 1_000_000 or band(high + 1)[0] == high + 1


def test_by_hand() -> None:
    said = rounded(figure(0.4567, 0.0234, 0.4111, 0.5029, 137), banded=True)
    assert (said.estimate, said.low, said.high, said.se) == (0.46, 0.41, 0.51, 0.023)
    assert (said.n, said.n_to, said.df, said.deff) == (100, 199, 98.0, None)
    finer = rounded(figure(0.4567, 0.0034, 0.4511, 0.4629, 21_370), banded=False)
    assert (finer.estimate, finer.low, finer.high, finer.n, finer.n_to) == (0.457, 0.451, 0.463, 21_370, 21_370)


def test_what_is_withheld_stays_without_a_number() -> None:
    hidden = Figure("i", "w", "", "", "", "confidential", "protected")
    assert rounded(hidden, banded=True) == hidden
