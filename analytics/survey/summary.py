"""Sums by PSU and domain, which add up: whatever is exact from them need never see the answers again.

A summary of some responses and one of others merge into that of all, in any order and in any parts, and a correction is
subtracted; each cell of a PSU and a domain is an element of a commutative group (n, sum w, sum w y) beside the spread
of the answers about their mean, which merges as in Chan, Golub and LeVeque 1983 and never goes below nought. So an open
wave takes its new responses in, a closed one is never counted again, and a database may do the counting.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.linalg import block_diag

from .estimates import domains
from .frame import Frame, same, union
from .variables import EstimationError, FloatArray, IntArray

_ROUNDING = 1e-12  # means that differ by this share are one mean; estimates.py holds residuals to the same
Item = tuple[str, str]  # a variable, and the level whose share it is, or ""


@dataclass(frozen=True, eq=False)
class Margins:
    """What residuals from the calibration of P columns need, in sums (Särndal, Swensson and Wretman 1992, ch. 6.6).

    totals: float64[U, P], the weighted columns of each PSU. solve: float64[P, P], which takes sums of base-weighted
    columns times influence to slopes; block triangular where one calibration followed another. column, domain:
    int64[M], pairs that hold anybody, sorted by domain and column; w, y: float64[J, M], base-weighted sums of the
    column over those who answered, and of the column times the answer.
    """

    totals: FloatArray
    solve: FloatArray
    column: IntArray
    domain: IntArray
    w: FloatArray
    y: FloatArray


@dataclass(frozen=True, eq=False)
class Summary:
    """J items in C cells, which are pairs of a PSU and a domain that hold anybody, sorted by domain and PSU.

    keys: labels of the D domains. psu, domain: int64[C]. n: int64[J, C], answers; w, y: float64[J, C], sums of weights
    and of weights times answers; within: float64[J, C], the weighted squares about the cell's own mean.
    """

    frame: Frame
    keys: pd.DataFrame
    items: tuple[Item, ...]
    psu: IntArray = field(repr=False)
    domain: IntArray = field(repr=False)
    n: IntArray = field(repr=False)
    w: FloatArray = field(repr=False)
    y: FloatArray = field(repr=False)
    within: FloatArray = field(repr=False)
    margins: Margins | None = field(default=None, repr=False)

    @property
    def by(self) -> list[str]:
        """What the domains are domains of."""
        return [str(name) for name in self.keys.columns]

    def __str__(self) -> str:
        calibrated = "" if self.margins is None else f", calibrated to {len(self.margins.solve)} columns"
        return (
            f"Summary of {len(self.items)} items in {len(self.keys)} domains and {self.frame.size} PSUs of "
            f"{len(self.frame.strata)} strata: {len(self.psu)} cells{calibrated}"
        )


def merge(first: Summary, *others: Summary) -> Summary:
    """The summary of all responses of these summaries, which must share none.

    Two summaries of one calibrated design, each of other rows (`where`), share its calibration; other calibrated
    summaries count as calibrated each on its own, as waves are. Raises EstimationError or DesignError where items,
    domains or frames contradict each other.
    """
    return reduce(_merged, others, first)


def subtract(whole: Summary, part: Summary) -> Summary:
    """The summary without the responses of `part`, which were counted in `whole`: withdrawn, or to be counted anew.

    Spread that is under 1e-12 of what it was is taken for none. Raises EstimationError where `part` was not in it.
    """
    if whole.margins is not None or part.margins is not None:
        raise EstimationError(
            "A correction of calibrated responses changes the weights of all others: calibrate anew and summarise."
        )
    a, b = _aligned(whole, part)
    n = a.n - b.n
    if (n < 0).any() or not same(a.frame, whole.frame):
        raise EstimationError("What is subtracted was never counted: a cell would hold less than nobody.")
    there = n > 0
    w, y = np.where(there, a.w - b.w, 0.0), np.where(there, a.y - b.y, 0.0)
    apart = _ratio(y, w) - _ratio(b.y, b.w)
    moved = apart**2 * _ratio(np.maximum(w, 0) * b.w, a.w)
    within = np.where((n > 1) & (a.within > 0), a.within - b.within - moved, 0.0)
    within[within <= _ROUNDING * a.within] = 0.0
    return _without_empty(replace(a, n=n, w=w, y=y, within=within))


def rollup(summary: Summary, keep: Sequence[str] = ()) -> Summary:
    """The same over coarser domains: those of the columns kept; everyone for none. Raises EstimationError."""
    unknown = [name for name in keep if name not in summary.keys]
    if unknown:
        raise EstimationError(f"keep: {unknown[0]!r} is not among what was summed by: {', '.join(summary.by)}.")
    of_domain, keys = domains(summary.keys, list(keep))
    return _moved(summary, summary.frame, np.arange(summary.frame.size), keys, of_domain)


def only(summary: Summary, items: Sequence[str]) -> Summary:
    """The same of some variables. Raises EstimationError on one that is not there."""
    names = {variable for variable, _ in summary.items}
    unknown = [item for item in items if item not in names]
    if unknown:
        raise EstimationError(f"There is no item {unknown[0]!r}; there are {', '.join(sorted(names)[:12])}.")
    at = [j for item in items for j, (variable, _) in enumerate(summary.items) if variable == item]
    margins = summary.margins
    return replace(
        summary,
        items=tuple(summary.items[j] for j in at),
        n=summary.n[at],
        w=summary.w[at],
        y=summary.y[at],
        within=summary.within[at],
        margins=None if margins is None else replace(margins, w=margins.w[at], y=margins.y[at]),
    )


def to_columns(summary: Summary) -> pd.DataFrame:
    """A row for each cell, for Parquet or a database: stratum, psu, the domain's labels; n, w, y, within of each item.

    The columns of item number 3 are n3, w3, y3 and within3. The frame has its own table, `Frame.table`. Raises
    EstimationError for a calibrated summary, which needs more than its cells.
    """
    if summary.margins is not None:
        raise EstimationError("A calibrated summary is more than its cells; keep the weights and summarise again.")
    places = summary.frame
    head = {"stratum": places.strata[places.stratum[summary.psu]], "psu": places.psu[summary.psu]}
    labels = {name: summary.keys[name].to_numpy()[summary.domain] for name in summary.by}
    sums = {
        f"{name}{j}": values[j]
        for j in range(len(summary.items))
        for name, values in (("n", summary.n), ("w", summary.w), ("y", summary.y), ("within", summary.within))
    }
    return pd.DataFrame(head | labels | sums)


def from_columns(table: pd.DataFrame, frame: Frame, items: Sequence[Item], by: Sequence[str] = ()) -> Summary:
    """The summary from such a table, from wherever it was counted; cells may come in several rows, which add up.

    Where sums of w times squared answers (columns squares0 ...) stand in place of within, they are turned to it.
    Raises EstimationError or DesignError where a column or a PSU of the frame is missing.
    """
    kinds = ("n", "w", "y", "within" if "within0" in table else "squares")
    needed = ["stratum", "psu", *by, *(f"{kind}{j}" for j in range(len(items)) for kind in kinds)]
    absent = [name for name in needed if name not in table]
    if absent:
        raise EstimationError(f"The table of cells has no column {absent[0]!r}; to_columns says what it must have.")
    of_row, keys = domains(table, list(by))
    table, of_row = table[of_row >= 0], of_row[of_row >= 0]
    psu = frame.find(table["stratum"].to_numpy(), table["psu"].to_numpy())
    n, w, y, squares = (
        np.array([table[f"{kind}{j}"].to_numpy(dtype=np.float64, na_value=0.0) for j in range(len(items))])
        for kind in kinds
    )
    if kinds[3] == "squares":
        squares = np.where(n > 1, squares - _ratio(y * y, w), 0.0) * (squares - _ratio(y * y, w) > _ROUNDING * squares)
    held = frame.held.copy()
    held[psu] = True
    rows = Summary(
        replace(frame, held=held), keys, tuple(items), psu, of_row, n.astype(np.int64), w, y, np.asarray(squares)
    )
    return _without_empty(_moved(rows, rows.frame, np.arange(frame.size), keys, np.arange(len(keys))))


def spread(
    w: FloatArray, y: FloatArray, within: FloatArray, index: IntArray, size: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sums [J, size] of w and y over cells, and the squares about the mean of each sum."""
    found = np.empty((3, len(w), size))
    for j in range(len(w)):
        weight, amount, squares = found[:, j]
        weight[:] = np.bincount(index, w[j], minlength=size)
        amount[:] = np.bincount(index, y[j], minlength=size)
        mean = _ratio(y[j], w[j])
        apart = _ratio(amount, weight)[index]
        apart -= mean
        apart[np.abs(apart) <= _ROUNDING * np.abs(mean)] = 0.0
        apart *= apart
        apart *= w[j]
        apart += within[j]
        squares[:] = np.bincount(index, apart, minlength=size)
    return found[0], found[1], found[2]


def summed(values: npt.NDArray[Any], index: IntArray, size: int) -> FloatArray:
    """float64[J, size]: sums of columns that go to the same place."""
    return np.array([np.bincount(index, row, minlength=size) for row in values]).reshape(len(values), size)


def _merged(a: Summary, b: Summary) -> Summary:
    if a.items != b.items:
        raise EstimationError(
            f"Summaries merge item by item: one has {_names(a.items)}, the other {_names(b.items)}. Make columns of "
            "text categorical with all their levels, so that each part knows them."
        )
    if a.by != b.by:
        raise EstimationError(f"One summary is by {a.by}, the other by {b.by}; roll the finer one up first.")
    a, b = _aligned(a, b)
    pairs = np.tile(np.arange(len(a.psu)), 2)
    w, y, within = spread(
        np.hstack([a.w, b.w]), np.hstack([a.y, b.y]), np.hstack([a.within, b.within]), pairs, len(a.psu)
    )
    return replace(a, n=a.n + b.n, w=w, y=y, within=within, margins=_joint(a.margins, b.margins, len(a.items)))


def _aligned(a: Summary, b: Summary) -> tuple[Summary, Summary]:
    """Both over the same frame, domains and cells, with noughts where one has nobody."""
    if a.items != b.items or a.by != b.by:
        raise EstimationError("Both summaries must be of the same items, by the same columns.")
    places = union(a.frame, b.frame)
    both = pd.concat([a.keys, b.keys], ignore_index=True)
    of_key, keys = domains(both, a.by)
    moved = []
    for one, codes in ((a, of_key[: len(a.keys)]), (b, of_key[len(a.keys) :])):
        at = (
            np.arange(places.size)
            if same(one.frame, places)
            else places.find(one.frame.strata[one.frame.stratum], one.frame.psu)
        )
        moved.append((one, at, codes))
    pairs = np.unique(np.concatenate([_pairs(one, at, codes, places.size) for one, at, codes in moved]))
    first, second = (_moved(one, places, at, keys, codes, pairs) for one, at, codes in moved)
    return first, second


def _pairs(summary: Summary, at: IntArray, codes: IntArray, size: int) -> IntArray:
    return cast(IntArray, codes[summary.domain] * size + at[summary.psu])


def _moved(
    summary: Summary,
    places: Frame,
    at: IntArray,
    keys: pd.DataFrame,
    codes: IntArray,
    pairs: IntArray | None = None,
) -> Summary:
    """The summary with its PSUs and domains under other codes; those that fall together add up."""
    mine = _pairs(summary, at, codes, places.size)
    pairs = np.unique(mine) if pairs is None else pairs
    index = np.searchsorted(pairs, mine)
    w, y, within = spread(summary.w, summary.y, summary.within, index, len(pairs))
    n = summed(summary.n, index, len(pairs)).astype(np.int64)
    margins = summary.margins
    if margins is not None:
        totals = np.zeros((places.size, margins.totals.shape[1]))
        totals[at] = margins.totals
        held = codes[margins.domain] * len(margins.solve) + margins.column
        kept, to = np.unique(held, return_inverse=True)
        margins = replace(
            margins,
            totals=totals,
            column=kept % len(margins.solve),
            domain=kept // len(margins.solve),
            w=summed(margins.w, to, len(kept)),
            y=summed(margins.y, to, len(kept)),
        )
    return Summary(places, keys, summary.items, pairs % places.size, pairs // places.size, n, w, y, within, margins)


def _joint(a: Margins | None, b: Margins | None, items: int) -> Margins | None:
    if a is None or b is None:
        return a or b
    shared = np.array_equal(a.solve, b.solve)
    if shared and not np.array_equal(a.totals, b.totals):
        raise EstimationError(
            "Parts of one calibrated sample must be summarised from its whole design, each by its `where`."
        )
    p = len(a.solve)
    shift = 0 if shared else p
    size = p if shared else p + len(b.solve)
    pairs = np.concatenate([a.domain * size + a.column, b.domain * size + b.column + shift])
    kept, to = np.unique(pairs, return_inverse=True)
    return Margins(
        totals=a.totals if shared else np.hstack([a.totals, b.totals]),
        solve=a.solve if shared else cast(FloatArray, block_diag(a.solve, b.solve)),
        column=kept % size,
        domain=kept // size,
        w=summed(np.hstack([a.w, b.w]), to, len(kept)).reshape(items, -1),
        y=summed(np.hstack([a.y, b.y]), to, len(kept)).reshape(items, -1),
    )


def _without_empty(summary: Summary) -> Summary:
    kept = summary.n.any(axis=0)
    if kept.all():
        return summary
    return replace(
        summary,
        psu=summary.psu[kept],
        domain=summary.domain[kept],
        n=summary.n[:, kept],
        w=summary.w[:, kept],
        y=summary.y[:, kept],
        within=summary.within[:, kept],
    )


def _ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    return np.asarray(np.divide(top, bottom, out=np.zeros_like(top, dtype=np.float64), where=bottom != 0))


def _names(items: tuple[Item, ...]) -> str:
    shown: list[Any] = [f"{variable}={level}" if level else variable for variable, level in items]
    return ", ".join(shown[:8]) + (", …" if len(shown) > 8 else "")
