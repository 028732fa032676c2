"""The influence of PSUs on the figures of a summary, item by item, and its variance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, eye_array, hstack, vstack

from ..variables import BoolArray, FloatArray
from .sparse_variance import Pattern, laid_out, projected, sparse_covariance
from .summary import CalibrationSums, Summary

_CANCELLED = 1e-6  # a residual variance this small beside its parts is taken from the residuals themselves
_AT_ONCE = 1 << 19  # numbers of influence held at a time


@dataclass(frozen=True, eq=False)
class Linearised:
    """Figures as sums over PSUs, to the first order: K combinations of the D domains of each item.

    ratio: float64[J, D], the mean, or 0 of a total. scale: float64[J, D], what the influence is divided by. agreed:
    bool[J, D], bases that all answered alike, whose influence is nought. combination: [K, D].
    """

    summary: Summary
    ratio: FloatArray
    scale: FloatArray
    agreed: BoolArray
    combination: csr_array
    is_contrast: bool = False

    def combined(self, combination: csr_array) -> "Linearised":
        """Combinations [K', K] of these figures."""
        both: Any = cast(Any, combination) @ self.combination
        return replace(self, combination=csr_array(both), is_contrast=True)

    def variance(self) -> FloatArray:
        """float64[J, K]."""
        pattern, gather = self._gathered
        items = len(self.ratio)
        found = np.empty((items, pattern.size))
        step = max(1, _AT_ONCE // max(len(self.summary.psu), 1))
        for start in range(0, items, step):
            part = slice(start, start + step)
            z = self._influence(part)
            z = z if gather is None else np.ascontiguousarray((cast(Any, gather) @ z.T).T)
            found[part] = pattern.variance(z)
            if self.summary.calibration is not None:
                for j in range(*part.indices(items)):
                    found[j] = self._after_calibration(j, z[j - start], found[j])
        return found

    def joint(self, items: Sequence[int], rows: npt.NDArray[np.intp]) -> FloatArray:
        """float64[k, k]: the covariance of these rows of these items, item by item."""
        onto: Any = cast(Any, self.combination)[rows]
        frame, calibration = self.summary.frame, self.summary.calibration
        parts = []
        for j in items:
            z = csr_array(
                (self._influence(slice(j, j + 1))[0], (self.summary.psu, self.summary.domain)),
                shape=(frame.size, len(self.summary.keys)),
            )
            parts.append(csr_array(cast(Any, z) @ onto.T))
        totals: Any = csr_array(hstack(parts, format="csr"))
        found = sparse_covariance(frame, totals)
        if calibration is not None:
            sums: Any = vstack([onto @ self._margin_sums(calibration, j) for j in items], format="csr")
            crossed = (sums @ (totals.T @ self._crossed).T).T
            found = found - crossed - crossed.T + sums @ (sums @ self._gram).T
        return found

    def _influence(self, items: slice) -> FloatArray:
        """float64[j, C]: the weighted influence of each cell."""
        domain = self.summary.domain
        z = self.summary.w[items] * -self.ratio[items][:, domain]
        z += self.summary.y[items]
        z *= np.where(self.agreed[items], 0.0, self.scale[items])[:, domain]
        return z

    @cached_property
    def _gathered(self) -> tuple[Pattern, csr_array | None]:
        """The pairs of combination and PSU that have a total; [P, C], which cells add to it, None for each its own."""
        summary = self.summary
        if not self.is_contrast:
            return Pattern(summary.frame, summary.domain, summary.psu, len(summary.keys)), None
        columns: Any = cast(Any, self.combination).tocsc()
        columns.eliminate_zeros()
        lengths = np.diff(columns.indptr)[summary.domain]
        cell = np.repeat(np.arange(len(summary.psu)), lengths)
        offset = np.arange(len(cell)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        entry = columns.indptr[summary.domain[cell]] + offset
        size = summary.frame.size
        pairs, to = np.unique(columns.indices[entry].astype(np.int64) * size + summary.psu[cell], return_inverse=True)
        gather = csr_array((columns.data[entry], (to, cell)), shape=(len(pairs), len(summary.psu)))
        return Pattern(summary.frame, pairs // size, pairs % size, columns.shape[0]), gather

    @cached_property
    def _crossed(self) -> FloatArray:
        """float64[U, P]: z' of it, times the sums of `_margin_sums`, is the covariance of z with what is explained."""
        calibration = cast(CalibrationSums, self.summary.calibration)
        return projected(self.summary.frame, calibration.totals) @ calibration.solve

    @cached_property
    def _gram(self) -> FloatArray:
        """float64[P, P]: the quadratic form in those sums that is the variance of what is explained."""
        calibration = cast(CalibrationSums, self.summary.calibration)
        return (calibration.totals @ calibration.solve).T @ self._crossed

    def _margin_sums(self, calibration: CalibrationSums, j: int) -> csr_array:
        """[D, P]: base-weighted sums of the calibration columns times the influence on each domain's figure."""
        of_domain = np.where(self.agreed[j], 0.0, self.scale[j])[calibration.domain]
        values = (calibration.y[j] - self.ratio[j][calibration.domain] * calibration.w[j]) * of_domain
        shape = (len(self.summary.keys), len(calibration.solve))
        return csr_array((values, (calibration.domain, calibration.column)), shape=shape)

    def _after_calibration(self, j: int, z: FloatArray, plain: FloatArray) -> FloatArray:
        """float64[K]: the variance of z minus what the calibration columns explain of it, in terms of their squares."""
        calibration = cast(CalibrationSums, self.summary.calibration)
        pattern = self._gathered[0]
        totals: Any = csr_array((z, (pattern.column, pattern.psu)), shape=(pattern.size, self.summary.frame.size))
        sums: Any = self._margin_sums(calibration, j)
        sums = (cast(Any, self.combination) @ sums).tocsr() if self.is_contrast else sums
        explained = sums.multiply(sums @ self._gram).sum(axis=1)
        found = plain - 2 * sums.multiply(totals @ self._crossed).sum(axis=1) + explained
        close = np.flatnonzero(found <= _CANCELLED * np.maximum(plain, explained))
        for start in range(0, len(close), 64):
            some = close[start : start + 64]
            left = totals[some].toarray().T - calibration.totals @ (calibration.solve @ sums[some].toarray().T)
            found[some] = laid_out(self.summary.frame, left)
        return cast(FloatArray, found)


def linearised(summary: Summary, ratio: FloatArray, w: FloatArray, agreed: BoolArray, *, total: bool) -> Linearised:
    """Means, or totals, of each item in each domain; w: float64[J, D], the sum of weights."""
    size = len(summary.keys)
    scale = np.ones_like(w) if total else np.divide(1.0, w, out=np.zeros_like(w), where=w > 0)
    return Linearised(
        summary,
        np.zeros_like(ratio) if total else np.nan_to_num(ratio),
        scale,
        np.zeros_like(agreed) if total else agreed,
        csr_array(eye_array(size, format="csr")),
    )


def calibration_text(summary: Summary) -> str:
    """What to add to the name of the method."""
    return "" if summary.calibration is None else ", calibration residuals"
