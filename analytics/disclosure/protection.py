"""What an attacker can work out of cells that are withheld: how far each may be off, and which others hold it there.

Everything is told as a deviation from the truth, which whoever withholds knows: the sums of deviations are zero, a cell
that is shown deviates by nothing, and one that is withheld by no more than its room. So the truth is always feasible,
whatever rounding did to the sums.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csc_array, csr_array
from scipy.sparse.csgraph import connected_components

from .exposure import share_open
from .linked_table import UNTOLD, Bools, Floats, Ints, LinkedTable, Rule

NEAR = 1e-6  # of the width that is asked: linear programmes are solved no closer
_DIRECTIONS = 4  # programmes for all cells of a group at once, before those for one
_ALONE = 8  # so few cells are better taken one by one
_NOUGHT = 1e-7  # a multiplier below this is rounding


@dataclass(frozen=True, eq=False)
class Amount:
    """One amount that adds up. down, up: float64[C], the room of each cell below and above its true value, up perhaps
    infinite; width: float64[C], by how much it must stay open, 0 where it need not.
    """

    down: Floats
    up: Floats
    width: Floats


@dataclass(frozen=True, eq=False)
class Cut:
    """What all sets of withheld cells that protect `exposed` have in common: the parts of their cells add up to 1."""

    exposed: int
    cells: Ints
    parts: Floats

    def holds(self, hidden: Bools) -> bool:
        """Whether these withheld cells may do."""
        return float(self.parts[hidden[self.cells]].sum()) >= 1 - NEAR


@dataclass(frozen=True, eq=False)
class Sums:
    """R sums over C cells, none of which is known."""

    matrix: csr_array

    @cached_property
    def by_cell(self) -> csc_array:
        """The same, cell after cell."""
        return csc_array(self.matrix)

    @cached_property
    def rows(self) -> tuple[Ints, ...]:
        """The cells of each sum."""
        return tuple(np.split(self.matrix.indices.astype(np.int64), self.matrix.indptr[1:-1]))

    @cached_property
    def row(self) -> Ints:
        """The sum of each entry of the matrix."""
        return np.repeat(np.arange(self.matrix.shape[0]), np.diff(self.matrix.indptr))

    def of(self, cells: Ints) -> Ints:
        """The sums in which any of the cells is."""
        return np.unique(self.by_cell[:, cells].indices)

    def alone(self, hidden: Bools) -> tuple[Ints, Ints]:
        """The sums with one withheld cell, and these cells: each follows from what is shown."""
        there = np.flatnonzero(hidden[self.matrix.indices])
        count = np.bincount(self.row[there], minlength=self.matrix.shape[0])
        found = there[count[self.row[there]] == 1]
        return self.row[found], self.matrix.indices[found].astype(np.int64)

    def open(self, hidden: Bools) -> Bools:
        """The withheld cells that are left once all that follow, one after another, are taken off."""
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
    """The respondents, and the weight that said yes, of the cells of a table."""
    asked = table.primary & ~table.known & (table.n > 0)
    n, most = table.n.astype(float), np.where(table.most < UNTOLD, table.most, np.inf)
    yes = np.clip(table.positive, 0, table.weight)
    down, up = np.maximum(yes - table.least_yes, 0), np.maximum(table.most_yes - yes, 0)
    return (
        Amount(np.maximum(n - table.least, 0), np.maximum(most - n, 0), np.where(asked, float(rule.k), 0)),
        Amount(down, up, np.where(asked, share_open(table.n, rule.k) * table.weight, 0)),
    )


@dataclass(frozen=True, eq=False)
class Ends:
    """How far below and above the truth each cell may be as far as is known, and how wide it must be open."""

    low: Floats
    high: Floats
    asked: Floats

    def widen(self, cells: Ints, values: Floats) -> None:
        """Take a deviation in."""
        self.low[cells], self.high[cells] = np.minimum(self.low[cells], values), np.maximum(self.high[cells], values)

    def lacking(self, cells: Ints) -> Ints:
        """The places among `cells` of those that are not known to be open enough."""
        return np.flatnonzero((self.high - self.low)[cells] < self.asked[cells])


@dataclass(eq=False)
class Attacker:
    """Who knows all sums and all cells that are shown, and looks for one amount.

    What was found once serves again: `points` are deviations (cells, values) that fit all sums, `cuts` bounds.
    work: variables of all programmes that were solved.
    """

    amount: Amount
    sums: Sums
    points: list[tuple[Ints, Floats]] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    work: int = 0

    def exposed(self, hidden: Bools) -> Iterator[Cut]:
        """A cut for each cell that is not as open as it must be if `hidden` is withheld, but for those that follow one
        after another (`Sums.open`), which have none.
        """
        ends = self.ends(hidden)
        for group in self._groups(hidden, ends):
            yield from self._of_group(group, hidden, ends)

    def ends(self, hidden: Bools) -> Ends:
        """How far each cell is known to be open, from what was found before."""
        ends = Ends(np.zeros(len(hidden)), np.zeros(len(hidden)), self.amount.width * (1 - NEAR))
        for cells, values in self.points:
            if hidden[cells].all():
                ends.widen(cells, values)
        return ends

    def look(self, hidden: Bools) -> Ends:
        """`ends`, after programmes for many cells at once."""
        ends = self.ends(hidden)
        for cells in self._groups(hidden, ends):
            programme = self._programme(cells, ends)
            for direction in range(_DIRECTIONS):
                if len(todo := ends.lacking(cells)) <= _ALONE:
                    break
                width = self.amount.width[cells[todo]]
                aim = np.zeros(len(cells))
                aim[todo] = np.random.default_rng(direction).choice([-1.0, 1.0], len(cells))[todo] / width
                for way in (1.0, -1.0):
                    programme(way * aim, todo, float(np.median(width)))
        return ends

    def learn(self, ends: Ends, cells: Ints, values: Floats) -> None:
        """Keep a deviation."""
        self.points.append((cells, values))
        ends.widen(cells, values)

    def _groups(self, hidden: Bools, ends: Ends) -> Iterator[Ints]:
        left = self.sums.open(hidden)
        if len(ends.lacking(np.flatnonzero(left))):
            yield from (cells for cells in self.sums.groups(left) if len(ends.lacking(cells)))

    def protected(self, hidden: Bools) -> bool:
        """Whether no cell is exposed; soon told where a cut that is known does not hold."""
        if (self.amount.width > 0)[~self.sums.open(hidden)].any():
            return False
        if not all(cut.holds(hidden) for cut in reversed(self.cuts)):
            return False
        return next(self.exposed(hidden), None) is None

    def _of_group(self, cells: Ints, hidden: Bools, ends: Ends) -> Iterator[Cut]:
        programme = self._programme(cells, ends)
        for at in ends.lacking(cells).tolist():
            if at in ends.lacking(cells):
                aim, asked = np.zeros(len(cells)), float(self.amount.width[cells[at]])
                aim[at] = 1.0
                multipliers = [programme(way * aim, np.array([at]), asked) for way in (1.0, -1.0)]
                if at in ends.lacking(cells):
                    self.cuts.append(self._cut(int(cells[at]), self.sums.of(cells), multipliers, hidden))
                    yield self.cuts[-1]

    def _programme(self, cells: Ints, ends: Ends) -> Callable[[Floats, Ints, float], Floats]:
        """A function that goes as far against `aim` as can be gone, and gives the multipliers of the sums."""
        rows = self.sums.of(cells)
        matrix: Any = csr_array(self.sums.by_cell[:, cells])[rows]
        least, most, width = -self.amount.down[cells], self.amount.up[cells], self.amount.width[cells]

        def programme(aim: Floats, bounded: Ints, unit: float) -> Floats:
            # Beyond its own width a cell is open enough: so there is always a best.
            self.work += len(cells)
            bounds: Any = np.column_stack([least, most])
            bounds[bounded, 0] = np.maximum(least[bounded], -width[bounded])
            bounds[bounded, 1] = np.minimum(most[bounded], width[bounded])
            found: Any = linprog(aim, A_eq=matrix, b_eq=np.zeros(len(rows)), bounds=bounds / unit, method="highs")
            assert found.status == 0, found.message
            moved = np.flatnonzero(np.abs(found.x) > _NOUGHT)
            self.learn(ends, cells[moved], found.x[moved] * unit)
            return np.asarray(found.eqlin.marginals)

        return programme

    def _cut(self, cell: int, rows: Ints, multipliers: Sequence[Floats], hidden: Bools) -> Cut:
        """By weak duality. With multipliers y of the sums, and prices c - y A, where c is 1 or -1 at the cell and else
        0, the least c x is no less than minus what every cell's room is worth at its price. So the room of the
        withheld cells, so priced for both ends, is worth the width; none need be worth more (Fischetti and Salazar
        2001, Management Science 47:1008, capacity constraints).
        """
        asked = float(self.amount.width[cell])
        down, up = self.amount.down.copy(), self.amount.up.copy()
        down[cell], up[cell] = min(down[cell], asked), min(up[cell], asked)
        worth = np.zeros(len(down))
        for way, multiplier in zip((1.0, -1.0), multipliers, strict=True):
            price = -(self.sums.matrix[rows].T @ multiplier)
            price[cell] += way
            for room, paid in ((down, price), (up, -price)):
                worth += np.multiply(room, paid, out=np.zeros(len(room)), where=paid > _NOUGHT)
        parts = np.minimum(worth / asked, 1.0)
        if parts[hidden].sum() >= 1 - NEAR:
            parts = np.where(hidden, 0.0, 1.0)  # rounding spoilt it: something else must be withheld, that is certain
        cells = np.flatnonzero(parts > 1e-9)
        return Cut(cell, cells, parts[cells])
