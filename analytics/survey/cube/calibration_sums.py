"""Sums of the columns that weights were calibrated to: what the variance of any figure of the summary needs of them."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..design import Design
from ..variables import FloatArray, IntArray
from ..variance import shares
from .item_sums import Places, added, read
from .summary import CalibrationSums

_BLOCK = 1 << 17  # rows whose columns are taken at a time


def calibration_sums(
    design: Design, items: Sequence[str], psu: IntArray, domain: IntArray, sizes: tuple[int, int, int]
) -> CalibrationSums:
    """Sums of calibration columns by PSU and by domain, a block of rows at a time."""
    units, size, count = sizes
    p = sum(calibration.x.shape[1] for calibration in design.calibrations)
    totals = np.zeros(units * p)
    seen = np.zeros(size * p, dtype=bool)
    for columns, row, weight, _, after in _entries(design):
        totals += np.bincount(psu[row] * p + columns, weight * after, minlength=units * p)
        inside = domain[row] >= 0
        seen[(domain[row] * p + columns)[inside]] = True
    pairs = np.flatnonzero(seen)
    place = np.cumsum(seen) - 1
    w, y = np.zeros((count, len(pairs))), np.zeros((count, len(pairs)))
    given = list(read(design.data, items))
    for columns, row, weight, base, _ in _entries(design):
        kept = np.flatnonzero(domain[row] >= 0)
        pair = place[domain[row[kept]] * p + columns[kept]]
        places = Places(row[kept], pair, len(pairs), (weight * base)[kept])
        for at, (_, of_item, amount, _) in enumerate(added(places, given, count=False)):
            w[at] += of_item
            y[at] += amount
    return CalibrationSums(totals.reshape(units, p), _solve(design), pairs % p, pairs // p, w, y)


def _entries(design: Design) -> Iterator[tuple[IntArray, IntArray, FloatArray, FloatArray, FloatArray]]:
    """Entries of the calibration columns: column, row, value, and the row's weights before and after it.

    Weights that were trimmed since then count in both as `variance.taylor` has them.
    """
    shift = 0
    for calibration in design.calibrations:
        x: Any = calibration.x
        share, after = shares(design, calibration)
        base = share * design.weights
        for start in range(0, design.n, _BLOCK):
            bounds = x.indptr[start : min(start + _BLOCK, design.n) + 1]
            row = np.repeat(np.arange(start, start + len(bounds) - 1), np.diff(bounds))
            part = slice(int(bounds[0]), int(bounds[-1]))
            yield x.indices[part].astype(np.int64) + shift, row, x.data[part], base[row], after[row]
        shift += x.shape[1]


def _solve(design: Design) -> FloatArray:
    """[P, P]: what takes base-weighted sums of all columns times influence to the slopes of each calibration.

    The later one regresses what the earlier left over, so its slopes take the earlier ones' share away first.
    """
    done: list[FloatArray] = []
    sizes = np.cumsum([0, *(calibration.x.shape[1] for calibration in design.calibrations)])
    for k, calibration in enumerate(design.calibrations):
        x: Any = calibration.x
        weighted = x.multiply(shares(design, calibration)[0][:, None]).T.tocsr()
        row = np.zeros((x.shape[1], int(sizes[-1])))
        row[:, sizes[k] : sizes[k + 1]] = np.eye(x.shape[1])
        for earlier in range(k):
            before: Any = design.calibrations[earlier].x
            after = shares(design, design.calibrations[earlier])[1]
            row -= (weighted @ before.multiply(after[:, None]).tocsr()).toarray() @ done[earlier]
        done.append(calibration.inverse @ row)
    return np.vstack(done)
