"""The cheapest cells that leave a withheld cell open, found by a linear programme each."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import block_array, csr_array

from .linked_table import Bools, Floats, Ints
from .protection import NEAR, Amount, Sums

_STEPS, _NEARBY, _CHEAPEST = 4, 500, 5  # how far a way is looked for at first: sums, cells, and cells of a sum
_USED = 1e-3  # of a cell's price: what is withheld already is nearly free, but no way leads about for nothing
_MOVED = 1e-7


def ways(sums: Sums, hidden: Bools, cost: Floats, cells: Ints) -> Ints | None:
    """The cells along which each of `cells` can be off by one and others make up for it; None where there is none.

    cells: no two of one sum. The least sum of cost times distance is that of the cost where all are 0 or 1.
    """
    signs = np.where(np.arange(len(cells)) % 2, 1.0, -1.0)
    for near in _nearby(sums, hidden, cost, cells):
        matrix = _within(sums, near)
        at, size = np.searchsorted(near, cells), len(near)
        bounds: Any = np.tile([0.0, np.inf], (2 * size, 1))
        bounds[at] = np.maximum(signs, 0)[:, None]
        bounds[at + size] = np.maximum(-signs, 0)[:, None]
        price = np.tile(_price(hidden, cost)[near], 2)
        both: Any
        both, nought = block_array([[matrix, -matrix]], format="csr"), np.zeros(matrix.shape[0])
        found = linprog(price, A_eq=both, b_eq=nought, bounds=bounds, method="highs")
        if found.x is not None:
            return near[np.abs(np.asarray(found.x)[:size] - found.x[size:]) > _MOVED]
    return None


def opening(amount: Amount, sums: Sums, hidden: Bools, cost: Floats, cell: int) -> tuple[Ints, Floats, Floats] | None:
    """The cells that leave one cell open by its width, each within its room, and two deviations that show it; None if
    all cells together do not.

    Two deviations are looked for, of which one has the cell high and the other low: the least sum of cost times
    distance, in parts of the room (after Kelly, Golden and Assad 1992, Networks 22:397).
    """
    asked = float(amount.width[cell])
    for near in _nearby(sums, hidden, cost, np.array([cell])):
        matrix, size = _within(sums, near), len(near)
        down, up = amount.down[near] / asked, amount.up[near] / asked
        price = np.tile(_price(hidden, cost)[near] / np.clip(down + up, _USED, 1), 4)
        own = np.searchsorted(near, cell) + size * np.arange(4)
        price[own] = 0
        apart = csr_array(([1.0, -1.0, -1.0, 1.0], ([0] * 4, own)), shape=(1, 4 * size))
        flows = block_array([[matrix, -matrix, None, None], [None, None, matrix, -matrix]], format="csr")
        least = np.zeros(2 * matrix.shape[0] + 1)
        least[-1] = 1 - NEAR / 2
        bounds: Any = np.column_stack([np.zeros(4 * size), np.concatenate([up, down, up, down])])
        both: Any = block_array([[flows], [apart]], format="csr")
        found = linprog(price, A_eq=both, b_eq=least, bounds=bounds, method="highs")
        if found.x is not None:
            more, less, more_too, less_too = found.x.reshape(4, size)
            one, other = more - less, more_too - less_too
            moved = (np.abs(one) > _MOVED) | (np.abs(other) > _MOVED)
            return near[moved], one[moved] * asked, other[moved] * asked
    return None


def _price(hidden: Bools, cost: Floats) -> Floats:
    return np.where(hidden, _USED * float(cost[cost > 0].min(initial=1)), cost)


def _nearby(sums: Sums, hidden: Bools, cost: Floats, cells: Ints) -> Iterator[Ints]:
    """The cells that few sums part from these, of each sum those withheld and the cheapest others; then all."""
    near, seen = cells, np.zeros(0, dtype=np.int64)
    for _ in range(_STEPS):
        rows = np.setdiff1d(sums.of(near), seen)
        seen = np.union1d(seen, rows)
        found = [near]
        for row in rows.tolist():
            there = sums.rows[row]
            if len(there) > _CHEAPEST:
                shown = there[~hidden[there]]
                shown = shown[np.argsort(cost[shown], kind="stable")][:_CHEAPEST]
                there = np.concatenate([there[hidden[there]], shown])
            found.append(there)
        near = np.unique(np.concatenate(found))
        if len(near) > _NEARBY:
            break
    yield near
    yield np.arange(len(hidden))


def _within(sums: Sums, near: Ints) -> csr_array:
    return csr_array(sums.by_cell[:, near])[sums.of(near)]
