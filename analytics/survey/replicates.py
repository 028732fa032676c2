"""Replicate weights: a design whose variance is the spread of an estimate over many sets of weights."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from .variables import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class Replicates:
    """A design of n rows with R sets of weights (R `svrepdesign`).

    replicates: float64[n, R], whole weights. scale, rscales float64[R]: the variance is scale * sum(rscales * squared
    deviations), from the replicates' mean, or from the full estimate if mse.
    """

    data: pd.DataFrame = field(repr=False)
    weights: FloatArray = field(repr=False)
    replicates: FloatArray = field(repr=False)
    scale: float
    rscales: FloatArray = field(repr=False)
    mse: bool = False
    kind: str = "replicates"
    probability: bool = True

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
        """Rank of these rows' replicate weights minus one."""
        return int(np.linalg.matrix_rank(self.replicates[rows], tol=None)) - 1

    def psus_of(self, rows: BoolArray) -> int:
        """How many kinds of rows the replicates tell apart: as many PSUs as a figure can rest on."""
        factors = self.replicates[rows] / np.where(self.weights[rows] > 0, self.weights[rows], 1)[:, None]
        return len(np.unique(np.round(factors, 9), axis=0))

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
