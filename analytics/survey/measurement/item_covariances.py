"""Weighted covariances of several variables, and how each row moves any function of them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..variables import BoolArray, EstimationError, FloatArray

Missing = Literal["listwise", "pairwise"]


@dataclass(frozen=True, eq=False)
class Moments:
    """Weighted means [K] and covariances [K, K] of n rows of K items.

    covariance is with n / (n - 1), as R's `svyvar` and `cov`. answered: bool[n, K]. pairs: int[K, K], rows with both.
    """

    mean: FloatArray
    covariance: FloatArray
    answered: BoolArray
    pairs: FloatArray
    _x: FloatArray
    _weight: FloatArray
    _mean_in_pair: FloatArray

    @property
    def n(self) -> int:
        """How many rows have an answer to any item."""
        return int(self.answered.any(axis=1).sum())

    def influence(self, gradient: FloatArray) -> FloatArray:
        """float64[n]: of a function whose derivative by the covariances is gradient [K, K], symmetric."""
        correction = self.pairs / (self.pairs - 1)
        h = gradient * correction / self._weight
        centre = self._mean_in_pair
        a = self.answered.astype(np.float64)
        squares = (self._x @ h) * self._x - 2 * (a @ (h * centre)) * self._x
        constant = (a @ (h * (centre * centre.T - self.covariance / correction))) * a
        return np.asarray((squares + constant).sum(axis=1))

    def influence_of_means(self) -> FloatArray:
        """float64[n, K]: of the means."""
        return np.where(self.answered, (self._x + self._origin() - self.mean) / np.diag(self._weight), 0.0)

    def _origin(self) -> FloatArray:
        return self.mean - np.diag(self._mean_in_pair)


def moments(x: FloatArray, weights: FloatArray, inside: BoolArray, missing: Missing = "listwise") -> Moments:
    """Moments of the items x [n, K], NaN for no answer, over rows inside; rows with every answer, or pair by pair.

    Raises EstimationError where a pair of items has fewer than two rows, or an item has no spread.
    """
    used: BoolArray = inside & (weights > 0)
    answered: BoolArray = np.isfinite(x) & used[:, None]
    if missing == "listwise":
        answered = answered & np.all(answered, axis=1, keepdims=True)
    a = answered.astype(np.float64)
    pairs = a.T @ a
    if (pairs < 2).any():
        raise EstimationError(
            f"Covariances need two rows or more with both answers of every pair of items; the fewest here are "
            f"{int(pairs.min())}."
        )
    size = np.diag((a * weights[:, None]).T @ a)
    origin = np.where(answered, x, 0.0).T @ weights / size
    centred = np.where(answered, x - origin, 0.0)
    weight = (a * weights[:, None]).T @ a
    mean_in_pair = (centred * weights[:, None]).T @ a / weight
    products = (centred * weights[:, None]).T @ centred / weight
    covariance = (products - mean_in_pair * mean_in_pair.T) * pairs / (pairs - 1)
    flat = np.flatnonzero(np.diag(covariance) <= 1e-12 * (1 + origin**2))
    if len(flat):
        raise EstimationError(f"Item {flat[0] + 1} has the same answer from everyone; leave it out.")
    mean = origin + np.diag(mean_in_pair)
    return Moments(mean, covariance, answered, pairs, centred, weight, mean_in_pair)


def correlation(covariance: FloatArray) -> FloatArray:
    """float64[K, K]: the correlations of covariances."""
    size = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(size, size))


def cronbach_alpha(covariance: FloatArray) -> float:
    """k/(k-1) (1 - trace / sum) of covariances or correlations [k, k] (Cronbach 1951); NaN of one item alone."""
    k = len(covariance)
    return float("nan") if k < 2 else float(k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()))
