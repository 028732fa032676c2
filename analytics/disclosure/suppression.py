"""Complementary suppression: which other cells are withheld so that none that must be can be worked out."""

import numpy as np

from .linked_table import Bools, LinkedTable, Rule


def withheld(table: LinkedTable, rule: Rule) -> Bools:
    """bool[C]: every primary cell, and those that are withheld with them. Raises UnprotectableError."""
    del rule
    hidden = table.primary | table.silent
    changed = True
    while changed:
        changed = False
        for row in range(table.sums.shape[0]):
            cells = table.sums.indices[table.sums.indptr[row] : table.sums.indptr[row + 1]]
            found = cells[hidden[cells]]
            if len(found) == 1 and table.primary[found[0]]:
                free = cells[~hidden[cells] & ~table.known[cells]]
                if len(free):
                    hidden[free[np.argmin(table.cost[free])]] = True
                    changed = True
    return np.asarray(hidden & ~(table.silent & ~table.primary))
