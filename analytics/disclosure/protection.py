"""What an attacker can work out of cells that are withheld: how far each may be off, and which others hold it there.

Everything is told as a deviation from the truth, which whoever withholds knows: the sums of deviations are zero, a cell
that is shown deviates by nothing, and one that is withheld by no more than its room. So the truth is always feasible,
whatever rounding did to the sums.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csc_array, csr_array
from scipy.sparse.csgraph import connected_components

from .linked_table import UNTOLD, Bools, Floats, Ints, LinkedTable, Rule

_NEAR = 1e-6  # of the width that is asked, as linear programmes are solved no closer
_DIRECTIONS = 6  # programmes for all cells of a group at once, before those for one


@dataclass(frozen=True, eq=False)
class Amount:
    """One amount that adds up. down, up: float64[C], the room of each cell below and above its true value; width:
    float64[C], by how much it must stay open, 0 where it need not.
    """

    down: Floats
    up: Floats
    width: Floats

    @property
    def room(self) -> Floats:
        """How far apart two values of a cell can be."""
        return self.down + self.up


@dataclass(frozen=True, eq=False)
class Cut:
    """What any set of withheld cells that protects has: the parts of its cells, added, are 1 or more."""

    cells: Ints
    parts: Floats


@dataclass(frozen=True, eq=False)
class Sums:
    """The sums over the cells that are not known, by row and by cell."""

    matrix: csr_array

    @cached_property
    def by_cell(self) -> csc_array:
        return csc_array(self.matrix)

    @cached_property
    def rows(self) -> tuple[Ints, ...]:
        """The cells of each sum."""
        return tuple(np.split(self.matrix.indices.astype(np.int64), self.matrix.indptr[1:-1]))

    @cached_property
    def of_entry(self) -> Ints:
        """The row of each entry of the matrix."""
        return np.repeat(np.arange(self.matrix.shape[0]), np.diff(self.matrix.indptr))

    def alone(self, hidden: Bools) -> tuple[Ints, Ints]:
        """The sums with one withheld cell, and these cells: each follows from what is shown."""
        there = hidden[self.matrix.indices]
        count = np.bincount(self.of_entry[there], minlength=self.matrix.shape[0])
        entry = np.flatnonzero(there & (count[self.of_entry] == 1))
        return self.of_entry[entry], self.matrix.indices[entry].astype(np.int64)

    def closed(self, hidden: Bools) -> Bools:
        """The withheld cells that follow from what is shown, one after another."""
        return hidden & ~self.open(hidden)

    def open(self, hidden: Bools) -> Bools:
        """The withheld cells that are left once all that follow one after another are taken off."""
        left = hidden.copy()
        while len(found := self.alone(left)[1]):
            left[found] = False
        return left

    def groups(self, cells: Bools) -> Iterator[Ints]:
        """The cells, parted so that no sum joins two groups."""
        names = np.flatnonzero(cells)
        held = abs(self.by_cell[:, names])
        count, label = connected_components(held.T @ held, directed=False)
        order = np.argsort(label, kind="stable")
        yield from np.split(names[order], np.cumsum(np.bincount(label, minlength=count))[:-1])


def amounts(table: LinkedTable, rule: Rule) -> tuple[Amount, Amount]:
    """The respondents and the weight that said yes, of all cells of a table."""
    asked = table.primary & ~table.known & (table.n > 0)
    told = table.silent & ~table.primary & (table.most < UNTOLD)
    n, share = table.n.astype(float), np.array([rule.share_width(int(n)) for n in table.n])
    positive = np.clip(table.positive, 0, table.weight)
    return (
        Amount(n, np.where(told, np.maximum(table.most - n, 0), np.inf), np.where(asked, float(rule.k), 0)),
        Amount(positive, table.weight - positive, np.where(asked, share * table.weight, 0)),
    )


def protects(amount: Amount, sums: Sums, hidden: Bools) -> bool:
    """Whether every cell stays as open as it must where no more than `hidden` is withheld."""
    if bool(np.any(sums.closed(hidden)[amount.width > 0])):
        return False
    return next(exposed(amount, sums, hidden), None) is None


def exposed(amount: Amount, sums: Sums, hidden: Bools) -> Iterator[Cut]:
    """A cut for each cell that does not stay as open as it must, of those that do not follow one after another."""
    left = sums.open(hidden)
    for group in sums.groups(left):
        if np.any(amount.width[group] > 0):
            yield from _Group(amount, sums, group).exposed(hidden)


class _Group:
    """The attacker's linear programme: withheld cells that sums join, scaled to the widest of the widths."""

    def __init__(self, amount: Amount, sums: Sums, cells: Ints) -> None:
        self.amount, self.sums, self.cells = amount, sums, cells
        columns = sums.by_cell[:, cells]
        self.rows = np.unique(columns.indices)
        self.matrix = csr_array(columns)[self.rows]
        width = amount.width[cells]
        self.scale = float(width.max())
        self.width = width / self.scale
        # Beyond its own width a cell is open enough: without bounds a programme might have no best.
        own = np.where(width > 0, self.width, np.inf)
        down, up = amount.down[cells] / self.scale, amount.up[cells] / self.scale
        self.bounds = np.column_stack([-np.minimum(down, own), np.minimum(up, own)])
        self.low, self.high = np.zeros(len(cells)), np.zeros(len(cells))

    def exposed(self, hidden: Bools) -> Iterator[Cut]:
        """First all cells at once in some directions, each of which shows many to be open; then one by one."""
        for direction in range(_DIRECTIONS):
            todo = self._todo()
            if len(todo) < 3:
                break
            signs = np.random.default_rng(direction).choice([-1.0, 1.0], len(self.cells))
            for way in (1.0, -1.0):
                aim = np.zeros(len(self.cells))
                aim[todo] = way * signs[todo] / self.width[todo]
                self._programme(aim)
        for at in self._todo().tolist():
            if at not in self._todo():
                continue
            aim = np.zeros(len(self.cells))
            aim[at] = 1.0
            multipliers = [self._programme(aim), self._programme(-aim)]
            if at in self._todo():
                yield self._cut(at, multipliers, hidden)

    def _todo(self) -> Ints:
        return np.flatnonzero(self.high - self.low < self.width * (1 - _NEAR))

    def _programme(self, aim: Floats) -> Floats:
        """Go as far as can be gone against `aim`; the multipliers of the sums."""
        zero = np.zeros(len(self.rows))
        STATS["lp"] = STATS.get("lp", 0) + 1
        found = linprog(aim, A_eq=self.matrix, b_eq=zero, bounds=self.bounds, method="highs")
        assert found.status == 0, found.message
        self.low, self.high = np.minimum(self.low, found.x), np.maximum(self.high, found.x)
        return np.asarray(found.eqlin.marginals)

    def _cut(self, at: int, multipliers: Sequence[Floats], hidden: Bools) -> Cut:
        """By weak duality, for multipliers y of the sums and d = c - y A: max -c x <= sum of down d+ and up d-."""
        rooms, size = np.zeros(len(hidden)), len(hidden)
        cell = self.cells[at]
        own = self.amount.width[cell]
        down, up = self.amount.down.copy(), self.amount.up.copy()
        down[cell], up[cell] = min(down[cell], own), min(up[cell], own)
        for sign, multiplier in zip((1.0, -1.0), multipliers, strict=True):
            price = -(self.sums.by_cell[self.rows] if False else self.sums.matrix[self.rows]).T @ multiplier
            price[cell] += sign
            above, below = np.maximum(price, 0), np.maximum(-price, 0)
            below[below < 1e-7], above[above < 1e-7] = 0, 0
            rooms += np.multiply(down, above, out=np.zeros(size), where=above > 0)
            rooms += np.multiply(up, below, out=np.zeros(size), where=below > 0)
        parts = np.minimum(rooms / own, 1.0)
        parts[parts < 1e-9] = 0
        if parts[hidden].sum() >= 1 - _NEAR / 2:
            parts = np.where(hidden, 0.0, 1.0)  # no more is known than that something else is to be withheld
        cells = np.flatnonzero(parts)
        return Cut(cells, parts[cells])
STATS = {}
