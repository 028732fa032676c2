"""What is withheld protects what must be, as an attacker of these tests finds with linear programmes of their own, and
costs no more than it must."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import compress, product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array

from analytics.disclosure.exposure import share_open
from analytics.disclosure.linked_table import UNTOLD, Bools, Floats, LinkedTable, Rule, UnprotectableError
from analytics.disclosure.suppression import FEW, withheld
from tests.analytics.disclosure.lattices import Shape, linked_table, permuted

RULE = Rule(10)
SMALL = Shape(areas=3, waves=1, spans=(1,), levels=1, each=25, silent=0.1)
MIDDLE = Shape(areas=8, waves=3, spans=(1, 2), levels=2, each=30)
shapes = st.builds(
    Shape,
    areas=st.integers(1, 6),
    waves=st.integers(1, 3),
    spans=st.sampled_from([(1,), (1, 2)]),
    levels=st.integers(1, 2),
    sexes=st.booleans(),
    each=st.sampled_from([15.0, 30.0, 60.0]),
    silent=st.sampled_from([0.0, 0.2]),
    known=st.sampled_from([0.0, 0.02]),
)
seeds = st.integers(0, 10_000)


def exposed(table: LinkedTable, hidden: Bools, rule: Rule = RULE) -> list[int]:
    """The cells that an attacker comes too close to, who sees all but the hidden and the silent ones."""
    unseen = np.flatnonzero((hidden | table.silent) & ~table.known)
    most = np.where(table.most < UNTOLD, table.most, 1e6)
    bounds = np.column_stack([table.least, most])[unseen], np.column_stack([table.least_yes, table.most_yes])[unseen]
    sums = table.sums.toarray()[:, unseen]
    found = []
    for cell in np.flatnonzero(table.primary & ~table.known & (table.n > 0)).tolist():
        positive, weight = table.positive[unseen], float(table.weight[cell])
        wide = _width(sums, table.n[unseen].astype(float), bounds[0], unseen == cell) >= rule.k * (1 - 1e-5)
        open_ = _width(sums, positive, bounds[1], unseen == cell) / weight
        if not wide or open_ < float(share_open(table.n[[cell]], rule.k)[0]) * (1 - 1e-5):
            found.append(cell)
    return found


def _width(sums: Floats, true: Floats, bounds: Floats, cell: Bools) -> float:
    """Of the interval of one cell, whose sums with the others come to what they truly do."""
    scale = max(float(true[cell].sum()), 1.0)
    limits: Any
    limits, totals = (bounds - true[:, None]) / scale, np.zeros(len(sums))
    ends: list[Any] = [linprog(way * cell.astype(float), A_eq=sums, b_eq=totals, bounds=limits) for way in (1.0, -1.0)]
    return float("inf") if any(end.status == 3 for end in ends) else -float(sum(end.fun for end in ends)) * scale


def attempted(table: LinkedTable) -> tuple[Bools, set[int]]:
    """What is withheld, or what nothing protects."""
    try:
        return withheld(table, RULE), set()
    except UnprotectableError as error:
        return table.primary, set(error.cells)


def naive(table: LinkedTable) -> Bools:
    """Never one hidden cell alone in a sum: what is usually done."""
    hidden = table.primary | table.silent
    changed = True
    while changed:
        changed = False
        for row in np.split(table.sums.indices, table.sums.indptr[1:-1]):
            free = row[~hidden[row] & ~table.known[row]]
            if hidden[row].sum() == 1 and len(free):
                hidden[free[np.argmin(table.cost[free])]] = changed = True
    return np.asarray(hidden & (table.primary | ~table.silent))


def cost(table: LinkedTable, hidden: Bools) -> float:
    return float(table.cost[hidden & ~table.primary].sum())


def square(n: Sequence[int], primary: Sequence[int], known: Sequence[int] = ()) -> LinkedTable:
    """A table of 2 by 2 with its margins: a b a+b, c d c+d, a+c b+d a+b+c+d; half say yes."""
    rows = [(2, 0, 1), (5, 3, 4), (8, 6, 7), (6, 0, 3), (7, 1, 4), (8, 2, 5)]
    sums = np.zeros((6, 9))
    for number, (total, one, other) in enumerate(rows):
        sums[number, [total, one, other]] = 1, -1, -1
    a, b, c, d = n
    counts = np.array([a, b, a + b, c, d, c + d, a + c, b + d, a + b + c + d])
    weight, where = counts * 100.0, np.arange(9)
    costs = np.array([1.0, 2, 10, 3, 4, 11, 12, 13, 100])
    marks = np.isin(where, primary), np.zeros(9, bool), np.isin(where, known)
    least, most = np.zeros(9, np.int64), np.full(9, UNTOLD)
    return LinkedTable(counts, weight, weight / 2, *marks, costs, csr_array(sums), least, most, np.zeros(9), weight)


@settings(max_examples=25, deadline=None)
@given(shapes, seeds)
def test_nothing_that_is_withheld_for_its_own_sake_can_be_worked_out(shape: Shape, seed: int) -> None:
    table = linked_table(shape, seed)
    hidden, lost = attempted(table)
    if lost:
        assert set(exposed(table, ~table.known)) == lost
        return
    assert not exposed(table, hidden)
    assert (hidden >= table.primary).all()
    assert not (hidden & table.silent & ~table.primary).any()
    assert not (hidden & table.known & ~table.primary).any()


def test_a_naive_suppression_is_found_out_by_the_same_attacker() -> None:
    table = linked_table(MIDDLE, 3)
    assert exposed(table, naive(table))
    assert not exposed(table, withheld(table, RULE))


@settings(max_examples=8, deadline=None)
@given(seeds)
def test_no_other_set_of_a_small_table_costs_less(seed: int) -> None:
    table = linked_table(SMALL, seed)
    try:
        hidden = withheld(table, RULE)
    except UnprotectableError:
        return
    free = np.flatnonzero(~table.primary & ~table.silent & ~table.known)
    assert len(free) <= FEW
    sets = [list(compress(free, chosen)) for chosen in product([False, True], repeat=len(free))]
    for others in sorted(sets, key=lambda cells: float(table.cost[cells].sum())):
        if float(table.cost[others].sum()) >= cost(table, hidden) - 1e-6:
            return
        tried = table.primary.copy()
        tried[others] = True
        assert _alone(table, tried | table.silent) or exposed(table, tried)


def _alone(table: LinkedTable, hidden: Bools) -> bool:
    """Whether a primary cell is the only one that a sum leaves open, so that no programme is needed."""
    asked, unseen = table.primary & ~table.known & (table.n > 0), hidden & ~table.known
    rows = np.split(table.sums.indices, table.sums.indptr[1:-1])
    return any(unseen[row].sum() == 1 and bool(asked[row[unseen[row]]].all()) for row in rows)


def test_a_square_is_hidden_at_the_corners_that_cost_least() -> None:
    hidden = withheld(square((4, 40, 40, 40), [0]), RULE)
    assert np.flatnonzero(hidden).tolist() == [0, 1, 3, 4]


def test_a_neighbour_too_small_to_leave_the_number_open_does_not_do() -> None:
    hidden = withheld(square((4, 3, 40, 40), [0]), RULE)
    assert hidden[2] or not exposed(square((4, 3, 40, 40), [0]), hidden)
    assert exposed(square((4, 3, 40, 40), [0]), np.isin(np.arange(9), [0, 1, 3, 4]))


def test_what_was_shown_before_is_not_withheld_and_what_it_gives_away_is_told() -> None:
    hidden = withheld(square((4, 40, 40, 40), [0], known=[1]), RULE)
    assert not hidden[1]
    assert not exposed(square((4, 40, 40, 40), [0], known=[1]), hidden)
    with pytest.raises(UnprotectableError) as told:
        withheld(square((4, 40, 40, 40), [0], known=[1, 2]), RULE)
    assert told.value.cells == (0,)


def test_how_many_gave_no_sex_is_known_and_what_they_said_is_not() -> None:
    table = square((4, 40, 40, 40), [2])
    few = replace(table, n=table.n // 5)
    with pytest.raises(UnprotectableError):
        withheld(replace(few, known=np.isin(np.arange(9), [0, 1])), RULE)
    rest = np.isin(np.arange(9), [0])
    counted = replace(few, silent=rest, least=np.where(rest, few.n, 0), most=np.where(rest, few.n, UNTOLD))
    assert withheld(counted, RULE)[2]


def test_nothing_is_withheld_where_nothing_is_primary() -> None:
    assert not withheld(square((40, 40, 40, 40), []), RULE).any()


@settings(max_examples=3, deadline=None)
@given(seeds)
def test_the_order_of_the_cells_does_not_matter(seed: int) -> None:
    table = linked_table(replace(MIDDLE, areas=4, waves=2), seed)
    order = np.random.default_rng(seed).permutation(len(table.n))
    assert (withheld(permuted(table, order), RULE) == withheld(table, RULE)[order]).all()


def test_a_larger_table_is_protected_and_needs_every_cell_that_it_withholds() -> None:
    table = linked_table(Shape(areas=10, waves=4, each=80), 5)
    hidden = withheld(table, RULE)
    assert not exposed(table, hidden)
    for cell in np.flatnonzero(hidden & ~table.primary).tolist()[::15]:
        fewer = hidden.copy()
        fewer[cell] = False
        assert exposed(table, fewer)
