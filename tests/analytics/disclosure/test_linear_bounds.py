"""The ranges of amounts that add up: they hold the truth, they are attained, and two other ways find the same."""

from itertools import product

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array

from analytics.disclosure.linear_bounds import InconsistentError, System, ranges, tightened

Floats = npt.NDArray[np.float64]


@st.composite
def tables(draw: st.DrawFn) -> tuple[System, Floats]:
    """A table of two by three with its margins, all whole numbers, of which some cells are withheld."""
    inner = np.array(draw(st.lists(st.integers(0, 5), min_size=6, max_size=6)), dtype=float).reshape(2, 3)
    by_row, by_column = np.vstack([np.eye(2).repeat(3, axis=1)]), np.tile(np.eye(3), 2)
    true = np.concatenate([inner.ravel(), inner.sum(axis=1), inner.sum(axis=0), [inner.sum()]])
    rows = np.zeros((7, 12))
    rows[:2, :6], rows[2:5, :6] = -by_row, -by_column
    rows[:2, 6:8], rows[2:5, 8:11] = np.eye(2), np.eye(3)
    rows[5, 6:8], rows[6, 8:11], rows[5:, 11] = -1, -1, 1
    hidden = np.array(draw(st.lists(st.booleans(), min_size=12, max_size=12)))
    return System(csr_array(rows), np.where(hidden, 0, true), np.where(hidden, 40, true)), true


def by_hand(system: System) -> tuple[Floats, Floats]:
    """All whole tables that agree, one after the other: those of two by three have whole extremes."""
    ends = zip(system.low[:6].astype(int).tolist(), system.high[:6].astype(int).tolist(), strict=True)
    inner = np.array(list(product(*[range(low, high + 1) for low, high in ends])), dtype=float)
    rows = system.rows.toarray()
    whole = np.column_stack([inner, -inner @ rows[:5, :6].T, inner.sum(axis=1)])
    found = whole[((whole >= system.low) & (whole <= system.high)).all(axis=1)]
    return found.min(axis=0), found.max(axis=0)


def one_by_one(system: System) -> tuple[Floats, Floats]:
    """Two dense programmes a cell, with nothing thought of beforehand."""
    bounds = np.column_stack([system.low, system.high])
    ends = []
    for sign in (1, -1):
        found = [
            linprog(sign * cost, A_eq=system.rows.toarray(), b_eq=np.zeros(system.rows.shape[0]), bounds=bounds)  # type: ignore[call-overload]  # as its types want lists
            for cost in np.eye(len(system.low))
        ]
        ends.append(np.array([each.x[at] for at, each in enumerate(found)]))
    return ends[0], ends[1]


@settings(max_examples=40)
@given(tables())
def test_the_ranges_hold_the_truth_and_are_what_two_programmes_a_cell_find(table: tuple[System, Floats]) -> None:
    system, true = table
    low, high = ranges(system, np.full(12, np.inf))
    assert (low <= true + 1e-6).all()
    assert (true <= high + 1e-6).all()
    plain_low, plain_high = one_by_one(system)
    np.testing.assert_allclose(low, plain_low, atol=1e-5)
    np.testing.assert_allclose(high, plain_high, atol=1e-5)


@settings(max_examples=30)
@given(tables())
def test_the_ranges_are_attained_by_whole_numbers_of_respondents(table: tuple[System, Floats]) -> None:
    system, _ = table
    few = System(system.rows, system.low, np.where(np.arange(12) < 6, np.minimum(system.high, 5), system.high))
    low, high = ranges(few, np.full(12, np.inf))
    hand_low, hand_high = by_hand(few)
    np.testing.assert_allclose(low, hand_low, atol=1e-5)
    np.testing.assert_allclose(high, hand_high, atol=1e-5)


@settings(max_examples=40)
@given(tables(), st.lists(st.sampled_from([0.0, 1.0, 4.0, 12.0]), min_size=12, max_size=12))
def test_a_range_that_is_open_enough_lies_within_the_exact_one_and_one_that_is_not_holds_it(
    table: tuple[System, Floats], asked: list[float]
) -> None:
    system, _ = table
    needed = np.array(asked)
    low, high = ranges(system, needed)
    exact_low, exact_high = ranges(system, np.full(12, np.inf))
    wide = exact_high - exact_low >= needed - 1e-5
    assert ((high - low >= needed - 1e-5) == wide)[needed > 0].all()
    open_enough = (needed > 0) & wide
    assert (low >= exact_low - 1e-5)[open_enough].all()
    assert (high <= exact_high + 1e-5)[open_enough].all()
    assert (low <= exact_low + 1e-5)[~open_enough].all()
    assert (high >= exact_high - 1e-5)[~open_enough].all()


def test_amounts_that_nothing_bounds_are_endless() -> None:
    rows = csr_array(np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]]))
    system = System(rows, np.zeros(3), np.array([np.inf, np.inf, 0]))
    low, high = ranges(system, np.full(3, np.inf))
    assert low.tolist() == [0, 0, 0]
    assert high.tolist() == [np.inf, np.inf, 0]
    assert ranges(system, np.array([10.0, 0, 0]))[1][0] >= 10


@pytest.mark.parametrize("total", [3.0, 30.0])
def test_amounts_that_cannot_add_up_are_named_inconsistent(total: float) -> None:
    rows = csr_array(np.array([[1.0, -1.0, -1.0]]))
    with pytest.raises(InconsistentError):
        tightened(System(rows, np.array([total, 4, 4]), np.array([total, 9, 9])))


def test_what_is_inconsistent_only_together_is_found_too() -> None:
    # x + y = 10, x - y = 0 and x + 2 y = 14 agree in pairs.
    rows = csr_array(np.array([[1.0, 1.0, -1.0, 0], [1.0, -1.0, 0, 0], [1.0, 2.0, 0, -1.0]]))
    system = System(rows, np.array([0, 0, 10.0, 14]), np.array([10.0, 10, 10, 14]))
    with pytest.raises(InconsistentError):
        ranges(system, np.array([1.0, 1, 0, 0]))
