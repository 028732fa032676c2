"""The cells of two crossed variables: who stands in which, and the covariance of their totals and shares."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from ..design import Design
from ..linearisation import Linear, Sample, covariance
from ..replicates import Replicates
from ..variables import BoolArray, Columns, EstimationError, FloatArray, IntArray, column, data_of, divided, where_rows

Labels = npt.NDArray[Any]
Share = Literal["all", "row", "column"]


@dataclass(frozen=True, eq=False)
class Cells:
    """r x c cells, row after row.

    cell: int64[n], -1 for a row outside the domain or without both answers. inside: bool[n], the domain. rows, columns:
    the levels in the order of the cells.
    """

    cell: IntArray = field(repr=False)
    inside: BoolArray = field(repr=False)
    rows: Labels
    columns: Labels

    @property
    def count(self) -> int:
        """How many cells."""
        return len(self.rows) * len(self.columns)

    @property
    def answered(self) -> BoolArray:
        """bool[n]: rows of the domain with both answers."""
        return self.cell >= 0

    @property
    def respondents(self) -> IntArray:
        """int64[r, c]: how many answered in each cell."""
        found = np.bincount(self.cell[self.answered], minlength=self.count)
        return found.reshape(len(self.rows), len(self.columns)).astype(np.int64)

    def totals(self, weights: FloatArray) -> FloatArray:
        """float64[r c]: the sum of weights in each cell."""
        return np.bincount(self.cell[self.answered], weights[self.answered], minlength=self.count).astype(np.float64)

    def bases(self, of: Share) -> IntArray:
        """int64[r c]: which base each cell is a share of: the one, or that of its row or column."""
        found = np.arange(self.count)
        return {"all": found * 0, "row": found // len(self.columns), "column": found % len(self.columns)}[of]

    def shares(self, weights: FloatArray, of: Share = "all") -> FloatArray:
        """float64[r c]: each cell's share of the weights of its base; NaN where that is nought."""
        found, base = self.totals(weights), self.bases(of)
        sizes = np.bincount(base, found)[base]
        return np.asarray(divided(found, sizes))


def crossed(
    design: Sample, row: Columns, columns: Columns, where: Columns | None, *, seen: bool, same: bool = False
) -> Cells:
    """The cells of two variables in a domain, rows with both answers alone.

    seen: the levels are those with an answer in the domain, not those of all rows. same: both have the same levels.
    Raises EstimationError.
    """
    data = data_of(design)
    inside = where_rows(data, where) & (design.weights > 0)
    first, second = column(data, row, "row"), column(data, columns, "column")
    both = inside & first.notna().to_numpy() & second.notna().to_numpy()
    base = both if seen else np.ones(len(data), dtype=bool)
    left, right = levels(first[base], "row"), levels(second[base], "column")
    if same:
        left = right = levels(pd.concat([first[base], second[base]]), "both columns")
    cell = np.full(len(data), -1, dtype=np.int64)
    cell[both] = positions(first[both], left) * len(right) + positions(second[both], right)
    return Cells(cell, inside, left, right)


def positions(given: "pd.Series[Any]", labels: Labels) -> IntArray:
    """int64: the place of each value among the labels, -1 for no answer."""
    return pd.Index(labels).get_indexer(pd.Index(given.to_numpy())).astype(np.int64)


def levels(given: "pd.Series[Any]", name: str) -> Labels:
    """The levels that occur, in the order of their categories or sorted. Raises EstimationError."""
    if isinstance(given.dtype, pd.CategoricalDtype):
        return np.asarray(given.cat.remove_unused_categories().cat.categories)
    try:
        return np.sort(np.asarray(given.dropna().unique()))
    except (TypeError, ValueError) as problem:
        raise EstimationError(f"{name} mixes kinds of labels; make them all text or all numbers.") from problem


def totals_with_covariance(design: Sample, cells: Cells, of: Share = "all") -> tuple[FloatArray, FloatArray]:
    """Weighted counts float64[r c] and their covariance (R `svytotal(~interaction(row, column))`).

    of: the base of a cell, which matters only where the design adjusts domains.
    """
    rows = np.flatnonzero(cells.answered)
    indicator = csr_array((np.ones(len(rows)), (rows, cells.cell[rows])), shape=(design.n, cells.count))
    members = None
    if isinstance(design, Design) and design.adjust_domains:
        base, held = cells.bases(of), np.zeros((design.n, cells.count))
        held[rows] = base[cells.cell[rows]][:, None] == base
        members = csr_array(held)
    linear = Linear(cells.totals(design.weights), indicator, cells.totals)
    return linear.value, covariance(design, linear, members)


def shares_with_covariance(design: Sample, cells: Cells, of: Share = "all") -> tuple[FloatArray, FloatArray]:
    """Shares float64[r c] and their covariance (R `svymean(~interaction(row, column))`, or `svyby` of it by row).

    Linearised from the totals of the cells, so that a row of the data counts once, not once a cell.
    """
    value = cells.shares(design.weights, of)
    if isinstance(design, Replicates):
        unused = csr_array((design.n, cells.count))
        return value, covariance(design, Linear(value, unused, lambda weights: cells.shares(weights, of)))
    totals, spread = totals_with_covariance(design, cells, of)
    base = cells.bases(of)
    sizes = np.bincount(base, totals)[base]
    slopes = np.eye(len(value)) - np.nan_to_num(value)[:, None] * (base[:, None] == base)
    slopes = divided(slopes, sizes[:, None], 0.0)
    return value, slopes @ spread @ slopes.T
