"""The variance between areas about their regression, and the errors of areas' figures that follow from it."""

from typing import Literal

import numpy as np
from scipy.optimize import brentq

from ..variables import BoolArray, EstimationError, FloatArray

Method = Literal["REML", "ML", "FH"]


def between_areas(y: FloatArray, d: FloatArray, x: FloatArray, method: Method, tolerance: float) -> tuple[float, int]:
    """The variance between areas by Fisher scoring from the median variance, as R steps; 0 where the score falls.

    Where the steps swing about the peak without end, the score's root between 0 and a variance that is too large.
    """
    refvar = float(np.median(d))
    for iteration in range(1, 101):
        following = refvar + _step(refvar, y, d, x, method)
        if following <= 0:
            if _step(0.0, y, d, x, method) <= 0:
                return 0.0, iteration
            break
        if abs(following - refvar) <= tolerance * refvar:
            return following, iteration
        refvar = following
    high = float(np.max(d) + np.var(y))
    while _step(high, y, d, x, method) > 0:
        high *= 2
    if _step(0.0, y, d, x, method) <= 0:
        raise EstimationError(f"The variance between areas did not settle by {method}; try another method.")
    root, report = brentq(_step, 0.0, high, args=(y, d, x, method), xtol=1e-15 * high, rtol=1e-14, full_output=True)
    return float(root), 100 + int(report.iterations)


def _step(refvar: float, y: FloatArray, d: FloatArray, x: FloatArray, method: Method) -> float:
    v = 1 / (refvar + d)
    vx = v[:, None] * x
    inverse = np.linalg.inv(vx.T @ x)
    residual = y - x @ (inverse @ (vx.T @ y))
    if method == "FH":
        return float((residual**2 @ v - (len(y) - x.shape[1])) / v.sum())
    projected = v * residual  # P y
    if method == "ML":
        return float((projected @ projected - v.sum()) / (v @ v))
    p = np.diag(v) - vx @ inverse @ vx.T
    return float((projected @ projected - np.trace(p)) / np.sum(p * p))


def errors_of(
    d: FloatArray, x: FloatArray, known: BoolArray, refvar: float, inverse: FloatArray, method: Method
) -> tuple[FloatArray, FloatArray]:
    """float64[m] each: the mean squared errors, and their first term, the error if the model were known.

    inverse: [p, p], the covariance of the coefficients. Without a direct figure: the regression's own error.
    """
    v = 1 / (refvar + d[known])
    share = d[known] * v
    variance = 2 * len(v) / v.sum() ** 2 if method == "FH" else 2 / (v @ v)
    bias = 0.0
    if method == "ML":
        bias = -float(np.trace(inverse @ ((v**2)[:, None] * x[known]).T @ x[known]) / (v @ v))
    elif method == "FH":
        bias = float(2 * (len(v) * (v @ v) - v.sum() ** 2) / v.sum() ** 3)
    leverage = np.einsum("ij,jk,ik->i", x, inverse, x)
    first = np.full(len(d), refvar)
    first[known] = d[known] * (1 - share)
    mse = first + leverage
    mse[known] = first[known] + share**2 * (leverage[known] + 2 * variance * v - bias)
    return mse, first
