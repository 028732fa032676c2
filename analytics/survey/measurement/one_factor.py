"""One common factor of several items, by maximum likelihood on their covariances, and how it moves with them.

Under a design this is pseudo-maximum likelihood: the weighted covariances stand for the population's (Skinner, Holt and
Smith 1989, ch. 3), and the derivative by them carries the design's error to any function of the loadings.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

from ..complex_steps import slopes
from ..variables import EstimationError, FloatArray
from .item_covariances import correlation

_LEAST = 0.005  # the least uniqueness on the correlation scale, as R `factanal`


@dataclass(frozen=True, eq=False)
class Factor:
    """loadings, uniquenesses: float64[K], in units of the items and of their square; srmr: how far the fit is off.

    heywood: an item whose own variance is none, so that nothing has an error.
    """

    loadings: FloatArray
    uniquenesses: FloatArray
    srmr: float
    heywood: bool
    covariance: FloatArray

    def jacobian(self) -> FloatArray:
        """float64[2K, K, K]: derivatives of loadings, then of uniquenesses, by the covariances."""
        k = len(self.loadings)
        theta = np.concatenate([self.loadings, self.uniquenesses])
        precision = np.linalg.inv(np.outer(self.loadings, self.loadings) + np.diag(self.uniquenesses))
        pushed = precision @ self.loadings
        by_loading = -(precision[:, :, None] * pushed[None, None, :] + precision[:, None, :] * pushed[None, :, None])
        by_uniqueness = -precision[:, :, None] * precision[:, None, :]
        cross = np.concatenate([by_loading, by_uniqueness]).reshape(2 * k, k * k)
        found = -np.linalg.solve(_curvature(theta, self.covariance), cross)
        return np.asarray(found.reshape(2 * k, k, k))


def one_factor(covariance: FloatArray) -> Factor:
    """The factor of three items or more (R `factanal(factors=1)`), loadings positive on the whole.

    Raises EstimationError where there are too few items, or covariances that no data have.
    """
    k = len(covariance)
    if k < 3:
        raise EstimationError(f"One factor needs three items or more to be told from their errors; got {k}.")
    r = correlation(covariance)
    values, vectors = np.linalg.eigh(r)
    if values[0] <= 1e-10:
        raise EstimationError("The items' correlations are those of no data, or one item repeats others; leave it out.")
    first = vectors[:, -1] * np.sqrt(values[-1])
    loadings = np.clip(first * np.sign(first.sum() or 1.0), -0.95, 0.95)
    start = np.concatenate([loadings, np.maximum(1 - loadings**2, 0.05)])
    theta = _peak(start, r)
    if theta is None:
        bounds = [(None, None)] * k + [(_LEAST, None)] * k
        found = minimize(_discrepancy, start, args=(r,), jac=True, method="L-BFGS-B", bounds=bounds)
        theta = np.asarray(found.x, dtype=np.float64)
        at_edge = bool((theta[k:] <= _LEAST * 1.01).any())
        theta = theta if at_edge else _peak(theta, r)
    if theta is None:
        raise EstimationError("One factor does not fit these items: the fit did not settle.")
    heywood = bool((theta[k:] <= _LEAST * 1.01).any())
    theta[:k] *= np.sign(theta[:k].sum() or 1.0)
    fitted = np.outer(theta[:k], theta[:k]) + np.diag(theta[k:])
    off = (r - fitted)[np.tril_indices(k)]
    size = np.sqrt(np.diag(covariance))
    return Factor(theta[:k] * size, theta[k:] * size**2, float(np.sqrt(np.mean(off**2))), heywood, covariance)


def _peak(theta: FloatArray, s: FloatArray) -> FloatArray | None:
    """The fit by Newton's steps from nearby; None where they leave what can be, or find no least discrepancy."""
    k = len(s)
    for _ in range(30):
        bend = _curvature(theta, s)
        step = np.linalg.solve(bend, _slope(theta, s))
        theta = theta - step
        if not np.isfinite(theta).all() or (theta[k:] <= _LEAST).any() or np.abs(theta).max() > 3:
            return None
        if np.abs(step).max() < 1e-12:
            return theta if np.linalg.eigvalsh((bend + bend.T) / 2)[0] > 0 else None
    return None


def _discrepancy(theta: FloatArray, s: FloatArray) -> tuple[float, FloatArray]:
    k = len(s)
    fitted = np.outer(theta[:k], theta[:k]) + np.diag(theta[k:])
    value = float(np.linalg.slogdet(fitted)[1] + np.trace(np.linalg.solve(fitted, s)))
    return value, np.asarray(_slope(theta, s))


def _slope(theta: Any, s: FloatArray) -> Any:
    k = len(s)
    fitted = np.outer(theta[:k], theta[:k]) + np.diag(theta[k:])
    precision = np.linalg.inv(fitted)
    residual = precision @ (fitted - s) @ precision
    return np.concatenate([2 * residual @ theta[:k], np.diag(residual)])


def _curvature(theta: FloatArray, s: FloatArray) -> FloatArray:
    """Second derivatives of the discrepancy."""
    return slopes(lambda at: _slope(at, s), theta)
