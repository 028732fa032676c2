"""Replicate weights: a design whose variance is the spread of an estimate over many sets of weights."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from .variables import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Replicates:
    """A design of n rows with R sets of weights (R `svrepdesign`).

    replicates: float64[n, R], whole weights. scale, rscales float64[R]: the variance is scale * sum(rscales * squared
    deviations), from the replicates' mean, or from the full estimate if mse. unit: int64[n], the PSU of each row where
    it is known.
    """

    data: pd.DataFrame = field(repr=False)
    weights: FloatArray = field(repr=False)
    replicates: FloatArray = field(repr=False)
    scale: float
    rscales: FloatArray = field(repr=False)
    mse: bool = False
    kind: str = "replicates"
    probability: bool = True
    unit: IntArray | None = field(default=None, repr=False)

    @property
    def n(self) -> int:
        """How many rows."""
        return len(self.weights)

    @property
    def count(self) -> int:
        """How many replicates."""
        return int(self.replicates.shape[1])

    @property
    def df(self) -> int:
        """Rank of the replicate weights minus one (R `degf`)."""
        return self.df_of(self.weights > 0)

    def df_of(self, rows: BoolArray) -> int:
        """Rank of these rows' replicate weights minus one; a column under 1e-5 of the largest adds no rank, as in R."""
        return self._of(np.flatnonzero(rows))[1]

    def psus_of(self, rows: BoolArray) -> int:
        """How many PSUs hold these rows; where none are known, how many kinds of rows the replicates tell apart."""
        return self._of(np.flatnonzero(rows))[0]

    def held_by(self, rows: IntArray, domain: IntArray, count: int) -> tuple[IntArray, IntArray]:
        """int64[count] each: `psus_of` and `df_of` of each domain.

        rows, domain: int64[m] each, pairs of a row and a domain 0..count-1 that it is in.
        """
        ends = np.cumsum(np.bincount(domain, minlength=count))
        parts = np.split(rows[np.argsort(domain, kind="stable")], ends[:-1])
        psus, df = np.array([self._of(part) for part in parts], dtype=np.int64).reshape(-1, 2).T
        return psus, df

    def _of(self, rows: IntArray) -> tuple[int, int]:
        """The PSUs and the degrees of freedom of rows by number."""
        held = self._kinds(rows)
        psus = len(held) if self.unit is None else len(np.unique(self.unit[rows]))
        if not len(held):
            return psus, 0
        gram = held.T @ held if held.shape[0] > held.shape[1] else held @ held.T
        least = 1e-10 * np.einsum("nr,nr->r", held, held).max()
        return psus, int((np.linalg.eigvalsh(gram) > least).sum()) - 1

    def _kinds(self, rows: IntArray) -> FloatArray:
        """float64[k, R]: the factors on the weights of these rows, each kind once."""
        # Seen from one odd angle, factors are equal for rows of one PSU, and for no others.
        angle = np.cos(np.arange(1, self.count + 1) ** 1.5)
        held = rows[self.weights[rows] > 0]
        seen = np.round((self.replicates[held] @ angle) / self.weights[held], 9)
        firsts = held[np.unique(seen, return_index=True)[1]]
        return np.asarray(self.replicates[firsts] / self.weights[firsts, None])

    def weights_of(self, number: int) -> FloatArray:
        """float64[n]: the weights of one replicate."""
        return np.ascontiguousarray(self.replicates[:, number])

    def spread(self, values: FloatArray, full: FloatArray) -> FloatArray:
        """float64[k, k]: the covariance of estimates, from their values [R, k] over the replicates (R `svrVar`)."""
        centre = full
        if not self.mse:
            centre = values[self.rscales > 0].mean(axis=0)
        centred = (values - centre) * np.sqrt(self.rscales)[:, None]
        found: FloatArray = self.scale * (centred.T @ centred)
        return found

    def __str__(self) -> str:
        kind = "" if self.probability else " non-probability sample;"
        return (
            f"Replicate weights of {self.n} rows:{kind} {self.count} replicates ({self.kind}), {self.df} degrees of "
            f"freedom, weights sum to {self.weights.sum():.6g}"
        )
