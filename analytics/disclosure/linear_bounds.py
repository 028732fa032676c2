"""How narrowly amounts are known that must add up: the range of each over all solutions of a system of equations.

This is the attacker's audit of Fischetti and Salazar (2001, Management Science 47, 1008-1027): two linear programmes a
cell. Most need none. Bounds that follow from single equations hold for every solution, so that what they make narrow is
known narrowly; and what two solutions hold far apart is open. Only what neither decides is maximised by itself.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
SLACK = 1e-6  # what sums of floats may be off by, in units of one respondent
_SWEEPS, _ROUNDS = 60, 8
_OPTIMAL, _UNBOUNDED = 0, 3


class InconsistentError(ValueError):
    """No amounts at all agree with what is said of them."""


@dataclass(frozen=True, eq=False)
class System:
    """rows @ x = 0 and low <= x <= high. rows: sparse, R x V; low, high: float64[V], which may be infinite."""

    rows: csr_array
    low: Floats
    high: Floats


def ranges(system: System, needed: Floats) -> tuple[Floats, Floats]:
    """The least and the greatest value of each amount, float64[V] each. Raises InconsistentError.

    needed: float64[V], how wide a range must be to be wide enough; 0 where nobody asks. The range of an amount that is
    asked for holds every solution if it is narrower than that; a wide one is attained, and there may be more. With
    infinity for `needed` every range is exact. What nobody asks has bounds that hold every solution.
    """
    low, high = tightened(system)
    free = high - low > SLACK
    seen_low, seen_high = np.full(len(low), np.inf), np.full(len(low), -np.inf)
    # An infinite need is met by nothing, and yet an amount that is fixed already needs no programme.
    left = (needed > 0) & free & ((high - low >= needed - SLACK) | np.isinf(needed))
    problem = _Problem(system, low, high, free)
    of = problem.component
    for at in range(_ROUNDS):
        if not left.any() or np.isinf(needed[left]).all():
            break
        before = left.sum()
        _together(problem, left, needed, seen_low, seen_high, at)
        left &= ~(seen_high - seen_low >= needed - SLACK)
        if left.sum() > 0.9 * before:
            break
    exact_low, exact_high = low.copy(), high.copy()
    while left.any():
        asked = np.flatnonzero(left)
        picked = asked[np.unique(of[asked], return_index=True)[1]]  # one of each part: no part minds the others
        for sign, bound in ((1.0, exact_low), (-1.0, exact_high)):
            _extreme(problem, picked, sign, bound, seen_low, seen_high)
        left[picked] = False
        left &= ~(seen_high - seen_low >= needed - SLACK)  # a programme for another has shown it
    wide = (needed > 0) & free & (seen_high - seen_low >= needed - SLACK)
    return np.where(wide, seen_low, exact_low), np.where(wide, seen_high, exact_high)


def tightened(system: System) -> tuple[Floats, Floats]:
    """Bounds that follow from one equation after the other until none follows; they hold every solution."""
    low, high = system.low.astype(np.float64), system.high.astype(np.float64)
    rows = csr_array(system.rows)
    rows.eliminate_zeros()
    if (low > high + SLACK).any():
        raise InconsistentError
    if rows.nnz == 0:
        return low, high
    a, column = rows.data, rows.indices
    row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    order = np.argsort(column, kind="stable")
    starts = np.flatnonzero(np.diff(column[order], prepend=-1))
    columns = column[order][starts]
    for _ in range(_SWEEPS):
        least, most = np.where(a > 0, low[column], high[column]) * a, np.where(a > 0, high[column], low[column]) * a
        others_least, others_most = _others(least, row, rows.shape[0]), _others(most, row, rows.shape[0])
        if (others_least + least > SLACK).any() or (others_most + most < -SLACK).any():
            raise InconsistentError
        ends = -others_most / a, -others_least / a
        lower, upper = np.where(a > 0, ends[0], ends[1]), np.where(a > 0, ends[1], ends[0])
        new_low = np.maximum.reduceat(lower[order], starts)
        new_high = np.minimum.reduceat(upper[order], starts)
        better_low, better_high = new_low > low[columns] + SLACK / 10, new_high < high[columns] - SLACK / 10
        low[columns[better_low]], high[columns[better_high]] = new_low[better_low], new_high[better_high]
        crossed = low > high
        if (low > high + SLACK).any():
            raise InconsistentError
        low[crossed] = high[crossed] = (low[crossed] + high[crossed]) / 2
        if not (better_low.any() or better_high.any()):
            break
    return low, high


def _others(amount: Floats, row: Ints, size: int) -> Floats:
    """For each entry the sum of the others of its row, of amounts that may be infinite."""
    endless = np.isinf(amount)
    some = np.where(endless, 0.0, amount)
    rest = np.bincount(row, some, minlength=size)[row] - some
    many = np.bincount(row, endless, minlength=size)[row] - endless
    sign = np.sign(amount[endless][0]) if endless.any() else 1.0  # least are never +inf, most never -inf
    return np.where(many > 0, sign * np.inf, rest)


class _Problem:
    """The programme over the amounts that are not fixed, in parts that share no equation."""

    def __init__(self, system: System, low: Floats, high: Floats, free: Bools) -> None:
        self.low, self.high, self.free = low, high, free
        self.fixed = np.where(free, 0.0, (low + high) / 2)
        rows = csr_array(system.rows)
        self.right = -(rows @ self.fixed)
        self.rows = csr_array(rows[:, np.flatnonzero(free)])
        size = self.rows.shape
        linked = self.rows.tocoo()
        graph = csr_array((np.ones(linked.nnz), (linked.coords[0], linked.coords[1] + size[0])), (sum(size), sum(size)))
        _, label = connected_components(graph, directed=False)
        self.of_row = label[: size[0]]
        self.component = np.full(len(low), -1)
        self.component[free] = label[size[0] :]

    def solved(self, cost: Floats, among: Bools) -> Floats | None:
        """A solution of least cost over some parts, or None where the cost has no least."""
        columns = np.flatnonzero(among[self.free])
        rows = np.flatnonzero(np.isin(self.of_row, np.unique(self.component[among & self.free])))
        taken = np.flatnonzero(self.free)[columns]
        equations: Any = self.rows[rows][:, columns]  # scipy takes sparse ones; its types do not say so
        bounds: Any = np.column_stack([self.low[taken], self.high[taken]])
        found = linprog(cost[taken], A_eq=equations, b_eq=self.right[rows], bounds=bounds, method="highs")
        if found.status == _UNBOUNDED:
            return None
        if found.status != _OPTIMAL:
            raise InconsistentError
        solution = self.fixed.copy()
        solution[taken] = found.x
        return solution


def _together(problem: _Problem, left: Bools, needed: Floats, seen_low: Floats, seen_high: Floats, at: int) -> None:
    """Push all that is left up and down at once, each in a direction of its own."""
    random = np.random.default_rng(at)
    bounded = problem.free & np.isin(problem.component, np.unique(problem.component[left]))
    cost = np.zeros(len(left))
    finite = left & np.isfinite(problem.high) & np.isfinite(needed)
    cost[finite] = random.choice([-1.0, 1.0], finite.sum()) * random.uniform(0.5, 1, finite.sum()) / needed[finite]
    for sign in (1.0, -1.0):
        solution = problem.solved(sign * cost, bounded)
        if solution is None:
            return
        _seen(solution, bounded, seen_low, seen_high)


def _extreme(problem: _Problem, picked: Ints, sign: float, bound: Floats, seen_low: Floats, seen_high: Floats) -> None:
    """The least (sign 1) or greatest (-1) of amounts of different parts, into `bound`."""
    cost = np.zeros(len(bound))
    cost[picked] = sign
    among = problem.free & np.isin(problem.component, problem.component[picked])
    solution = problem.solved(cost, among)
    if solution is not None:
        bound[picked] = solution[picked]
        _seen(solution, among, seen_low, seen_high)
    elif len(picked) == 1:
        bound[picked] = -sign * np.inf
        (seen_low if sign > 0 else seen_high)[picked] = bound[picked]
    else:
        for one in picked:
            _extreme(problem, np.array([one]), sign, bound, seen_low, seen_high)


def _seen(solution: Floats, among: Bools, seen_low: Floats, seen_high: Floats) -> None:
    seen_low[among] = np.minimum(seen_low[among], solution[among])
    seen_high[among] = np.maximum(seen_high[among], solution[among])
