"""Complementary suppression: which other cells are withheld so that none that must be can be worked out.

The cheapest set is a mixed-integer programme, with a variable a cell and a cut for each way in which an attacker could
come too close (Fischetti and Salazar 2001, Management Science 47:1008). Where the cells are few it is solved over all
of them, which gives the least cost there is; else over those that some quick ways of finding a set came upon.
Everything is counted in cells and rounds, never in seconds: the same table gives the same answer on any machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from .linked_table import Bools, Floats, Ints, LinkedTable, Rule, UnprotectableError
from .openings import opening, ways
from .protection import NEAR, Amount, Attacker, Cut, Sums, amounts

FEW = 60  # cells that are free to be withheld, up to which the least cost is found
_TOGETHER = (16, 1)  # cells for which ways are sought at once, one attempt each
_WORK = 150_000  # variables of linear programmes, after which no more cells are looked at that may be shown
_MANY = 60  # cells to protect, above which there is one attempt, and it is not bettered
_ALL_ROUNDS = 10_000  # a set that failed never comes again: there is an end
_ROUNDS, _NODES, _GAP = 12, 10, 0.01  # of the programme over more than FEW cells


def withheld(table: LinkedTable, rule: Rule) -> Bools:
    """bool[C]: every primary cell, and those that are withheld with them. Raises UnprotectableError."""
    asked = amounts(table, rule)
    free = np.flatnonzero(~table.known)
    order = free[np.lexsort((table.positive[free], table.weight[free], table.n[free], table.cost[free]))]
    hidden, lost = table.primary.copy(), set[int]()
    for cells, sums in _components(csr_array(csr_array(table.sums)[:, order])):
        names = order[cells]
        found = [Amount(each.down[names], each.up[names], each.width[names]) for each in asked]
        wanted = found[0].width > 0
        if wanted.any():
            gratis = table.silent[names] | table.primary[names]
            cost = np.where(gratis, 0.0, table.cost[names])
            search = _Search(sums, tuple(Attacker(amount, sums) for amount in found), wanted, gratis, cost)
            try:
                hidden[names[search.best()]] = True
            except UnprotectableError as error:
                lost.update(names[list(error.cells)].tolist())
    if lost:
        raise UnprotectableError(tuple(sorted(lost)))
    return hidden & (table.primary | ~table.silent)


def _components(matrix: csr_array) -> list[tuple[Ints, Sums]]:
    """The cells that sums join, and their sums in an order that does not depend on that of the table."""
    matrix = matrix[np.diff(matrix.indptr) > 0]
    matrix.sort_indices()
    whole = Sums(matrix)
    order = sorted(range(matrix.shape[0]), key=lambda row: whole.rows[row].tolist())
    whole = Sums(matrix[order])
    groups = whole.groups(np.ones(matrix.shape[1], dtype=bool))
    return [(cells, Sums(csr_array(whole.by_cell[:, cells])[whole.of(cells)])) for cells in map(np.sort, groups)]


@dataclass(frozen=True, eq=False)
class _Search:
    """The cells that sums join: asked, those to protect; gratis, withheld at no cost, these among them."""

    sums: Sums
    attackers: Sequence[Attacker]
    asked: Bools
    gratis: Bools
    cost: Floats

    def best(self) -> Bools:
        """The cheapest of some sets that protect, or of all where the cells are few."""
        many = int(self.asked.sum()) > _MANY
        few = int((~self.gratis).sum()) <= FEW
        tries = [self._whole(self.gratis, size) for size in _TOGETHER[: 1 if many or few else None]]
        if few or not many:
            allowed = np.ones(len(self.cost), dtype=bool) if few else np.logical_or.reduce([self.gratis, *tries])
            tries.append(self._whole(self._solved(allowed, exact=few), 1))
        return min(tries, key=self._price)

    def _whole(self, start: Bools, size: int) -> Bools:
        """A set that protects, and needs all its cells, from one that perhaps does not."""
        return self._clean(self._repaired(self._found(start, size)))

    def _price(self, hidden: Bools) -> float:
        return float(self.cost[hidden].sum())

    def _found(self, start: Bools, size: int) -> Bools:
        """Withhold along the cheapest ways, `size` cells at once, until none follows by sums alone."""
        hidden = start.copy()
        most = np.argsort(-self.attackers[1].amount.width, kind="stable")
        while len(todo := most[(self.asked & ~self.sums.open(hidden))[most]]):
            batch = self._apart(todo, size)
            found = ways(self.sums, hidden, self.cost, batch)
            if found is None:
                found = ways(self.sums, hidden, self.cost, batch[:1])
            if found is None:
                raise UnprotectableError(self._lost())
            hidden[found] = True
        return hidden

    def _apart(self, cells: Ints, size: int) -> Ints:
        """The first of the cells, at most `size`, no two of which are in one sum."""
        taken: set[int] = set()
        batch: list[int] = []
        for cell in cells.tolist():
            rows = self.sums.of(np.array([cell])).tolist()
            if len(batch) < size and taken.isdisjoint(rows):
                batch.append(cell)
                taken.update(rows)
        return np.array(batch)

    def _repaired(self, hidden: Bools) -> Bools:
        """Withhold more until every cell is as open as it must be."""
        hidden = hidden.copy()
        for attacker in self.attackers:
            ends, cells = attacker.look(hidden), np.flatnonzero(self.asked)
            for cell in cells[ends.lacking(cells)].tolist():
                if len(ends.lacking(np.array([cell]))):
                    found = opening(attacker.amount, self.sums, hidden, self.cost, cell)
                    if found is None:
                        raise UnprotectableError(self._lost())
                    hidden[found[0]] = True
                    for point in found[1:]:
                        attacker.learn(ends, found[0], point)
        return hidden

    def _lost(self) -> tuple[int, ...]:
        """The cells that nothing protects."""
        everything = np.ones(len(self.asked), dtype=bool)
        found = set(np.flatnonzero(self.asked & ~self.sums.open(everything)).tolist())
        return tuple(found.union(cut.exposed for each in self.attackers for cut in each.exposed(everything)))

    def _clean(self, hidden: Bools) -> Bools:
        """Show what need not be withheld, the dearest first."""
        hidden = hidden & (self.sums.open(hidden) | self.gratis)
        chosen = np.flatnonzero(hidden & ~self.gratis)
        stop = _WORK + sum(attacker.work for attacker in self.attackers)
        for cell in chosen[np.argsort(-self.cost[chosen], kind="stable")].tolist():
            if sum(attacker.work for attacker in self.attackers) > stop:
                break
            fewer = hidden.copy()
            fewer[cell] = False
            if hidden[cell] and all(attacker.protected(fewer) for attacker in self.attackers):
                hidden = fewer & (self.sums.open(fewer) | self.gratis)
        return hidden

    def _solved(self, allowed: Bools, *, exact: bool) -> Bools:
        """The cheapest set of the allowed cells; one that does not yet protect where the rounds did not do."""
        master = _Master(self.cost, self.asked, allowed)
        master.take([cut for attacker in self.attackers for cut in attacker.cuts])
        asked = [(row, cell) for row in self.sums.rows for cell in row[self.asked[row]].tolist()]
        master.join(asked)
        hidden = self.asked
        for _ in range(_ALL_ROUNDS if exact else _ROUNDS):
            solved = master.solve(exact=exact)
            if solved is None:
                break
            hidden = solved
            rows, cells = self.sums.alone(hidden)
            master.join([(self.sums.rows[row], cell) for row, cell in zip(rows.tolist(), cells.tolist(), strict=True)])
            if not len(rows):
                cuts = [cut for attacker in self.attackers for cut in attacker.exposed(hidden | self.gratis)]
                master.take(cuts)
                if not cuts:
                    break
        return hidden | self.gratis


@dataclass(eq=False)
class _Master:
    """The programme over sets of cells, with the rows that it has so far; cells that are silent cost nothing."""

    cost: Floats
    asked: Bools
    allowed: Bools
    cells: list[Ints] = field(default_factory=list)
    parts: list[Floats] = field(default_factory=list)
    least: list[float] = field(default_factory=list)

    def join(self, alone: Sequence[tuple[Ints, int]]) -> None:
        """A cell of a sum is withheld only with another of it: else it follows, and might as well be shown."""
        for row, cell in alone:
            others = row[row != cell]
            if self.asked[cell]:
                self._add(others, np.ones(len(others)), 1.0)
            else:
                self._add(np.append(others, cell), np.append(np.ones(len(others)), -1.0), 0.0)

    def take(self, cuts: Sequence[Cut]) -> None:
        """What is asked is withheld, so that the others have the rest of each cut."""
        for cut in cuts:
            asked = self.asked[cut.cells]
            left = 1 - float(cut.parts[asked].sum())
            if left > NEAR:
                self._add(cut.cells[~asked], np.minimum(cut.parts[~asked] / left, 1.0), 1.0)

    def _add(self, cells: Ints, parts: Floats, least: float) -> None:
        if self.asked[cells].any():  # only bridges have such a cell, and hold with it
            return
        keep = self.allowed[cells]
        self.cells.append(cells[keep])
        self.parts.append(parts[keep])
        self.least.append(least)

    def solve(self, *, exact: bool) -> Bools | None:
        """The cheapest set that keeps all rows; None if there is none, or none was found in so many nodes."""
        hidden = self.asked.copy()
        if not self.cells:
            return hidden
        names, column = np.unique(np.concatenate(self.cells), return_inverse=True)
        row = np.repeat(np.arange(len(self.cells)), [len(cells) for cells in self.cells])
        matrix = csr_array((np.concatenate(self.parts), (row, column)), shape=(len(self.cells), len(names)))
        options: Any = {"mip_rel_gap": 0.0} if exact else {"mip_rel_gap": _GAP, "node_limit": _NODES}
        rows = LinearConstraint(matrix, np.array(self.least) - 1e-9, np.inf)
        whole = np.ones(len(names), np.int64)
        found = milp(self.cost[names], integrality=whole, bounds=Bounds(0, 1), constraints=rows, options=options)
        if found.x is None:
            return None
        hidden[names[found.x > 0.5]] = True
        return hidden
