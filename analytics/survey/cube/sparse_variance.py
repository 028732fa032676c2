"""Variance of totals that are nought in most PSUs, without ever laying them out PSU by domain.

The same ultimate-cluster variance as `variance.between`: within a stratum of m PSUs of which some hold members of a
domain, the others each add the square of the stratum's mean.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np
from scipy.sparse import csr_array

from ..variables import FloatArray, IntArray
from ..variance import between, by_stratum
from .sampling_frame import Frame


@dataclass(frozen=True, eq=False)
class Pattern:
    """Where `size` columns have totals: pairs of a column and a PSU, sorted, int64[P] each."""

    frame: Frame
    column: IntArray
    psu: IntArray
    size: int

    @cached_property
    def starts(self) -> IntArray:
        """int64[G]: where the run of each stratum in each column begins."""
        stratum = self.frame.stratum[self.psu]
        first = np.ones(len(stratum), dtype=bool)
        first[1:] = (stratum[1:] != stratum[:-1]) | (self.column[1:] != self.column[:-1])
        return np.flatnonzero(first)

    @cached_property
    def lengths(self) -> IntArray:
        """int64[G]: how many PSUs of the stratum have a total."""
        return np.diff(np.append(self.starts, len(self.psu)))

    @cached_property
    def onto(self) -> csr_array:
        """[size, G]: sums runs by column."""
        runs = len(self.starts)
        where = (self.column[self.starts], np.arange(runs))
        return csr_array((np.ones(runs), where), shape=(self.size, runs))

    def variance(self, z: FloatArray) -> FloatArray:
        """float64[J, size]: the variance of the sum of each column's totals z [J, P], single PSUs by the policy."""
        if not len(self.psu):
            return np.zeros((len(z), self.size))
        stage = self.frame.stage
        factor, lonely = factors(self.frame)
        stratum = self.frame.stratum[self.psu[self.starts]]
        m, onto = stage.sampled[stratum], cast(Any, self.onto)
        centre = np.add.reduceat(z, self.starts, axis=1)
        adjust = self.frame.single_psu == "adjust" and bool(lonely.any())
        everywhere = (onto @ centre.T).T / self.frame.size if adjust else None
        centre /= m
        if everywhere is not None:
            alone = lonely[stratum]
            centre[:, alone] = everywhere[:, self.column[self.starts[alone]]]
        apart = z - np.repeat(centre, self.lengths, axis=1)
        apart *= apart
        squares = np.add.reduceat(apart, self.starts, axis=1)
        centre *= centre
        centre *= m - self.lengths
        squares += centre
        squares *= factor[stratum]
        found: FloatArray = (onto @ squares.T).T
        if everywhere is not None:
            elsewhere = factor[lonely].sum() - onto @ np.where(lonely[stratum], factor[stratum], 0.0)
            found = found + elsewhere * everywhere**2
        return np.ascontiguousarray(found)


def factors(frame: Frame) -> tuple[FloatArray, Any]:
    """float64[H], by which a stratum's squared deviations count, and bool[H], strata of one PSU that is not all."""
    stage = frame.stage
    m, lonely = stage.sampled, stage.lonely
    factor = (1 - stage.fraction) * m / np.maximum(m - 1, 1)
    if frame.single_psu != "adjust":
        factor[lonely] = 0.0
    return factor, lonely


def sparse_covariance(frame: Frame, z: csr_array) -> FloatArray:
    """float64[k, k]: the covariance of the sums of k columns of totals [U, k], nought in most PSUs."""
    stage = frame.stage
    factor, lonely = factors(frame)
    totals: Any = cast(Any, z).tocsr()
    strata: Any = csr_array((np.ones(frame.size), (frame.stratum, np.arange(frame.size))))
    plain = np.where(lonely, 0.0, factor) if frame.single_psu == "adjust" else factor
    weighted = totals.multiply(plain[frame.stratum][:, None]).tocsr()
    of_strata = (strata @ totals).multiply(np.sqrt(plain / stage.sampled)[:, None]).tocsr()
    found: FloatArray = (totals.T @ weighted - of_strata.T @ of_strata).toarray()
    if frame.single_psu == "adjust" and lonely.any():
        mean = np.asarray(totals.sum(axis=0)).ravel() / frame.size
        alone = totals[np.flatnonzero(lonely[frame.stratum])].toarray() - mean
        found += alone.T @ (alone * factor[lonely][:, None])
    return found


def laid_out(frame: Frame, totals: FloatArray) -> FloatArray:
    """float64[k]: the variance of sums of totals [U, k] that no PSU is without, a few columns at a time."""
    step = 64
    found = np.empty(totals.shape[1])
    for start in range(0, totals.shape[1], step):
        part = totals[:, start : start + step]
        found[start : start + step] = np.diag(between(frame.stage, part, frame.single_psu))
    return found


def projected(frame: Frame, totals: FloatArray) -> FloatArray:
    """float64[U, k] such that z' of it is the covariance of the sum of any z [U] with those of the totals [U, k]."""
    stage = frame.stage
    factor, lonely = factors(frame)
    found = (totals - (by_stratum(stage, totals) / stage.sampled[:, None])[frame.stratum]) * factor[frame.stratum, None]
    if frame.single_psu == "adjust" and lonely.any():
        rows = lonely[frame.stratum]
        alone = (totals[rows] - totals.mean(axis=0)) * factor[lonely][:, None]
        found[rows] += alone
        found -= alone.sum(axis=0) / frame.size
    return np.asarray(found)
