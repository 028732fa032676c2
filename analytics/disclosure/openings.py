"""The cheapest cells that leave a withheld cell open, found by a linear programme each."""

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import block_array, csr_array

from .linked_table import Bools, Floats, Ints
from .protection import NEAR, Amount, Sums

_NEARBY = 2_000  # cells among which a way is looked for first
_USED = 1e-3  # of a cell's price: what is withheld already is nearly free, but no way leads about for nothing
_MOVED = 1e-7


def ways(sums: Sums, hidden: Bools, cost: Floats, cells: Ints) -> Ints | None:
    """The cells along which each of `cells` can be off by one and others make up for it; None where there is none.

    cells: no two of one sum. The least sum of cost times distance is that of the cost where all are 0 or 1.
    """
    signs = np.where(np.arange(len(cells)) % 2, 1.0, -1.0)
    for near in _nearby(sums, cells):
        matrix = _within(sums, near)
        at, size = np.searchsorted(near, cells), len(near)
        bounds = np.tile([0.0, np.inf], (2 * size, 1))
        bounds[at] = np.maximum(signs, 0)[:, None]
        bounds[at + size] = np.maximum(-signs, 0)[:, None]
        price = np.tile(_price(hidden, cost)[near], 2)
        both, nought = block_array([[matrix, -matrix]], format="csr"), np.zeros(matrix.shape[0])
        found = linprog(price, A_eq=both, b_eq=nought, bounds=bounds, method="highs")
        if found.x is not None:
            return near[np.abs(found.x[:size] - found.x[size:]) > _MOVED]
    return None


def opening(amount: Amount, sums: Sums, hidden: Bools, cost: Floats, cell: int) -> Ints | None:
    """The cells that leave one cell open by its width, each within its room; None if all cells together do not.

    Two deviations are looked for, of which one has the cell high and the other low: the least sum of cost times
    distance, in parts of the room (after Kelly, Golden and Assad 1992, Networks 22:397).
    """
    asked = float(amount.width[cell])
    for near in _nearby(sums, np.array([cell])):
        matrix, size = _within(sums, near), len(near)
        down, up = amount.down[near] / asked, amount.up[near] / asked
        price = np.tile(_price(hidden, cost)[near] / np.clip(down + up, _USED, 1), 4)
        own = np.searchsorted(near, cell) + size * np.arange(4)
        price[own] = 0
        apart = csr_array(([1.0, -1.0, -1.0, 1.0], ([0] * 4, own)), shape=(1, 4 * size))
        flows = block_array([[matrix, -matrix, None, None], [None, None, matrix, -matrix]], format="csr")
        least = np.zeros(2 * matrix.shape[0] + 1)
        least[-1] = 1 - NEAR / 2
        bounds = np.column_stack([np.zeros(4 * size), np.concatenate([up, down, up, down])])
        both = block_array([[flows], [apart]], format="csr")
        found = linprog(price, A_eq=both, b_eq=least, bounds=bounds, method="highs")
        if found.x is not None:
            more, less, more_too, less_too = found.x.reshape(4, size)
            return near[(np.abs(more - less) > _MOVED) | (np.abs(more_too - less_too) > _MOVED)]
    return None


def _price(hidden: Bools, cost: Floats) -> Floats:
    return np.where(hidden, _USED * float(cost[cost > 0].min(initial=1)), cost)


def _nearby(sums: Sums, cells: Ints) -> list[Ints]:
    """The cells that few sums part from these, and all cells."""
    near = cells
    for _ in range(4):
        wider = np.unique(sums.matrix[sums.of(near)].indices).astype(np.int64)
        if len(wider) in (0, len(near)) or (len(wider) > _NEARBY and len(near) > 50):
            break
        near = wider
    everything = np.arange(sums.matrix.shape[1])
    return [np.sort(near), everything] if len(near) < len(everything) else [everything]


def _within(sums: Sums, near: Ints) -> csr_array:
    return csr_array(sums.by_cell[:, near])[sums.of(near)]
