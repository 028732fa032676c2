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

from ..variables import EstimationError, FloatArray, IntArray, divided, domains
from .sampling_frame import Frame, same, union

ROUNDING = 1e-12  # means that differ by this share are one mean; estimates/means.py holds residuals to the same
_NEVER = "What is subtracted was never counted: a cell would hold less than nobody."
Item = tuple[str, str]  # a variable, and the level whose share it is, or ""


@dataclass(frozen=True, eq=False)
class CalibrationSums:
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
    calibration: CalibrationSums | None = field(default=None, repr=False)

    @property
    def by(self) -> list[str]:
        """What the domains are domains of."""
        return [str(name) for name in self.keys.columns]

    def __str__(self) -> str:
        calibrated = "" if self.calibration is None else f", calibrated to {len(self.calibration.solve)} columns"
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

    Spread that is under 1e-12 of what it was is taken for none; a PSU that is left without anybody still counts among
    those where somebody answered. Raises EstimationError where `part` was not in it.
    """
    if whole.calibration is not None or part.calibration is not None:
        raise EstimationError(
            "A correction of calibrated responses changes the weights of all others: calibrate anew and summarise."
        )
    a, b = _aligned(whole, part)
    pairs, others = _pairs(a), _pairs(b)
    at = np.searchsorted(pairs, others)
    if not same(a.frame, whole.frame) or not np.array_equal(np.append(pairs, -1)[at], others):
        raise EstimationError(_NEVER)
    before, n = a.within[:, at], a.n[:, at] - b.n
    if (n < 0).any():
        raise EstimationError(_NEVER)
    w, y = np.where(n > 0, a.w[:, at] - b.w, 0.0), np.where(n > 0, a.y[:, at] - b.y, 0.0)
    apart = divided(y, w, 0.0) - divided(b.y, b.w, 0.0)
    within = before - b.within - apart**2 * divided(np.maximum(w, 0.0) * b.w, a.w[:, at], 0.0)
    within = np.where((n > 1) & (within > ROUNDING * before), within, 0.0)
    found = replace(a, n=a.n.copy(), w=a.w.copy(), y=a.y.copy(), within=a.within.copy())
    for values, of_part in ((found.n, n), (found.w, w), (found.y, y), (found.within, within)):
        values[:, at] = of_part
    return without_empty(found)


def rollup(summary: Summary, keep: Sequence[str] = ()) -> Summary:
    """The same over coarser domains: those of the columns kept; everyone for none. Raises EstimationError."""
    unknown = [name for name in keep if name not in summary.keys]
    if unknown:
        raise EstimationError(f"keep: {unknown[0]!r} is not among what was summed by: {', '.join(summary.by)}.")
    of_domain, keys = domains(summary.keys, list(keep))
    return gathered(summary, keys, of_domain)


def only(summary: Summary, items: Sequence[str]) -> Summary:
    """The same of some variables. Raises EstimationError on one that is not there."""
    names = {variable for variable, _ in summary.items}
    unknown = [item for item in items if item not in names]
    if unknown:
        raise EstimationError(f"There is no item {unknown[0]!r}; there are {', '.join(sorted(names)[:12])}.")
    at = [j for item in items for j, (variable, _) in enumerate(summary.items) if variable == item]
    calibration = summary.calibration
    return replace(
        summary,
        items=tuple(summary.items[j] for j in at),
        n=summary.n[at],
        w=summary.w[at],
        y=summary.y[at],
        within=summary.within[at],
        calibration=None if calibration is None else replace(calibration, w=calibration.w[at], y=calibration.y[at]),
    )


def spread(
    w: FloatArray, y: FloatArray, within: FloatArray, index: IntArray, size: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sums [J, size] of w and y over cells, and the squares about the mean of each sum."""
    found = np.empty((3, len(w), size))
    for j in range(len(w)):
        weight, amount, squares = found[:, j]
        weight[:] = np.bincount(index, w[j], minlength=size)
        amount[:] = np.bincount(index, y[j], minlength=size)
        mean = divided(y[j], w[j], 0.0)
        apart = divided(amount, weight, 0.0)[index]
        apart -= mean
        apart[np.abs(apart) <= ROUNDING * np.abs(mean)] = 0.0
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
    pairs = np.union1d(_pairs(a), _pairs(b))
    here, there = np.searchsorted(pairs, _pairs(a)), np.searchsorted(pairs, _pairs(b))
    n, w, y, within = (_widened(values, here, len(pairs)) for values in (a.n, a.w, a.y, a.within))
    # Only cells that b has a part in change: a few late responses must not cost what all the others did.
    old, added = w[:, there], b.w
    apart = divided(y[:, there], old, 0.0) - divided(b.y, added, 0.0)
    apart[np.abs(apart) <= ROUNDING * np.abs(divided(b.y, added, 0.0))] = 0.0
    within[:, there] += b.within + apart**2 * divided(old * added, old + added, 0.0)
    n[:, there] += b.n
    w[:, there] += added
    y[:, there] += b.y
    size = a.frame.size
    return replace(
        a,
        psu=pairs % size,
        domain=pairs // size,
        n=n,
        w=w,
        y=y,
        within=within,
        calibration=_joint(a.calibration, b.calibration, len(a.items)),
    )


def _aligned(a: Summary, b: Summary) -> tuple[Summary, Summary]:
    """Both by the same codes of PSUs and domains."""
    if a.items != b.items or a.by != b.by:
        raise EstimationError("Both summaries must be of the same items, by the same columns.")
    places = union(a.frame, b.frame)
    of_key, keys = domains(pd.concat([a.keys, b.keys], ignore_index=True), a.by)
    return _recoded(a, places, keys, of_key[: len(a.keys)]), _recoded(b, places, keys, of_key[len(a.keys) :])


def _pairs(summary: Summary) -> IntArray:
    return summary.domain * summary.frame.size + summary.psu


def _widened(values: npt.NDArray[Any], at: IntArray, size: int) -> npt.NDArray[Any]:
    if len(at) == size:
        return values.copy()
    found = np.zeros((len(values), size), values.dtype)
    found[:, at] = values
    return found


def _recoded(summary: Summary, places: Frame, keys: pd.DataFrame, codes: IntArray) -> Summary:
    """The summary among more PSUs and domains, each under its own code."""
    at = (
        np.arange(places.size)
        if same(summary.frame, places)
        else places.find(summary.frame.strata[summary.frame.stratum], summary.frame.psu)
    )
    calibration = summary.calibration
    if calibration is not None:
        totals = np.zeros((places.size, calibration.totals.shape[1]))
        totals[at] = calibration.totals
        order = np.lexsort((calibration.column, codes[calibration.domain]))
        calibration = replace(
            calibration,
            totals=totals,
            column=calibration.column[order],
            domain=codes[calibration.domain][order],
            w=calibration.w[:, order],
            y=calibration.y[:, order],
        )
    found = replace(
        summary, frame=places, keys=keys, psu=at[summary.psu], domain=codes[summary.domain], calibration=calibration
    )
    pairs = _pairs(found)
    if (np.diff(pairs) > 0).all():
        return found
    order = np.argsort(pairs)
    return replace(
        found,
        psu=found.psu[order],
        domain=found.domain[order],
        n=found.n[:, order],
        w=found.w[:, order],
        y=found.y[:, order],
        within=found.within[:, order],
    )


def gathered(summary: Summary, keys: pd.DataFrame, codes: IntArray) -> Summary:
    """The summary over coarser domains, or of cells in several rows: those that fall together add up."""
    size = summary.frame.size
    pairs, index = np.unique(codes[summary.domain] * size + summary.psu, return_inverse=True)
    w, y, within = spread(summary.w, summary.y, summary.within, index, len(pairs))
    n = summed(summary.n, index, len(pairs)).astype(np.int64)
    calibration = summary.calibration
    if calibration is not None:
        p = len(calibration.solve)
        kept, to = np.unique(codes[calibration.domain] * p + calibration.column, return_inverse=True)
        w_of, y_of = summed(calibration.w, to, len(kept)), summed(calibration.y, to, len(kept))
        calibration = replace(calibration, column=kept % p, domain=kept // p, w=w_of, y=y_of)
    return Summary(summary.frame, keys, summary.items, pairs % size, pairs // size, n, w, y, within, calibration)


def _joint(a: CalibrationSums | None, b: CalibrationSums | None, items: int) -> CalibrationSums | None:
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
    return CalibrationSums(
        totals=a.totals if shared else np.hstack([a.totals, b.totals]),
        solve=a.solve if shared else cast(FloatArray, block_diag(a.solve, b.solve)),
        column=kept % size,
        domain=kept // size,
        w=summed(np.hstack([a.w, b.w]), to, len(kept)).reshape(items, -1),
        y=summed(np.hstack([a.y, b.y]), to, len(kept)).reshape(items, -1),
    )


def without_empty(summary: Summary) -> Summary:
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


def _names(items: tuple[Item, ...]) -> str:
    shown: list[Any] = [f"{variable}={level}" if level else variable for variable, level in items]
    return ", ".join(shown[:8]) + (", …" if len(shown) > 8 else "")
