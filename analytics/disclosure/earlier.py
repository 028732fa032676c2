"""What a release of before tells of the cells of now: which nobody has joined, and how few have joined the others."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from .publications import ABSENT, SHOWN, Said, Sums

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Then:
    """A cells that an earlier release may have counted otherwise, and how these add up.

    cells: int64[A]. rows: sparse, over the C cells of now, then the A of then, then the A differences: the sums of
    then, and "now = then + since". low, high: float64[2 A], of then and since.
    """

    cells: Ints
    rows: csr_array
    low: Floats
    high: Floats


def agreement(old: Said, sums: Sums, now_low: Floats, now_high: Floats) -> tuple[Bools, Bools]:
    """bool[C] each: cells that nobody has joined since, and published ones whose base of then may be that of now.

    now_low, now_high: float64[C], the base of now as far as it is known, else NaN. A cell is the same if its base is,
    to the last respondent; and so is what lies within it, as all are there who were.
    """
    agrees = (old.status == SHOWN) & (old.n_low <= now_high) & (now_low <= old.n_high)
    same = agrees & (old.n_low == old.n_high) & (now_low == now_high)
    while True:
        more = same | (sums.within @ same.astype(float) > 0)
        if (more == same).all():
            return same, agrees | (same & (old.status == SHOWN))
        same = more


def then(old: Said, sums: Sums, same: Bools, fewer: Bools) -> Then:
    """The sums of an earlier release, of which `same` cells are those of now. fewer: bool[C], bases that shrank."""
    there = old.status != ABSENT
    for rest, total, parts in sums.rests:
        there[rest] = there[total] and there[list(parts)].all()
    apart = there & ~same
    cells, size = np.flatnonzero(apart), len(sums.cells)
    absolute = abs(sums.rows)
    kept = (absolute @ (~(there | same)).astype(float) == 0) & (absolute @ apart.astype(float) > 0)
    entries = sums.rows[kept].tocoo()
    row, column = entries.coords
    place = np.zeros(size, np.int64)
    place[cells] = size + np.arange(len(cells))
    each = np.arange(len(cells))
    more = kept.sum() + each
    data = np.concatenate([entries.data, np.ones(len(cells)), -np.ones(2 * len(cells))])
    at = (
        np.concatenate([row, more, more, more]),
        np.concatenate([np.where(apart[column], place[column], column), cells, size + each, size + len(cells) + each]),
    )
    rows = csr_array((data, at), shape=(kept.sum() + len(cells), size + 2 * len(cells)))
    shrank = _shrank(sums, fewer)[cells]
    low = np.concatenate([old.n_low[cells], np.where(shrank, -np.inf, 0.0)])
    return Then(cells, rows, low, np.concatenate([old.n_high[cells], np.full(len(cells), np.inf)]))


def _shrank(sums: Sums, fewer: Bools) -> Bools:
    """The cells of waves in which a base shrank, and all pooled ones if any did."""
    waves = {sums.cells[place][0] for place in np.flatnonzero(fewer)}
    return np.array([bool(waves) and (span > 1 or wave in waves) for wave, _, _, span in sums.cells], dtype=bool)
