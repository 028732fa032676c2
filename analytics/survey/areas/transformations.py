"""Scales on which a share is nearer to normal, and the way back, with the bias of a plain way back taken out."""

from typing import Literal, get_args

import numpy as np
from scipy.special import expit

from ..variables import EstimationError, FloatArray

Scale = Literal["identity", "logit", "arcsine"]
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(41)


def forward(p: FloatArray, variance: FloatArray, scale: Scale) -> tuple[FloatArray, FloatArray]:
    """Figures and their variances on a scale, float64[m] each; NaN where a share has no place on it, or no variance.

    The variance is taken along by its effective sample size, p (1 - p) / v: 1 / (p (1 - p) n) for the logit,
    1 / (4 n) for the arcsine of the root. Raises EstimationError on an unknown scale.
    """
    if scale not in get_args(Scale):
        raise EstimationError(f"scale must be one of {', '.join(get_args(Scale))}; got {scale!r}.")
    if scale == "identity":
        return p.copy(), variance.copy()
    inside = (p > 0) & (p < 1)
    q = np.where(inside, p, 0.5)
    if scale == "logit":
        return np.where(inside, np.log(q / (1 - q)), np.nan), np.where(inside, variance / (q * (1 - q)) ** 2, np.nan)
    within = (p >= 0) & (p <= 1)
    place = np.arcsin(np.sqrt(np.where(within, p, 0.5)))
    return np.where(within, place, np.nan), np.where(inside, variance / (4 * q * (1 - q)), np.nan)


def back(centre: FloatArray, scale: Scale) -> FloatArray:
    """float64[m]: figures from a scale, as they stand."""
    if scale == "identity":
        return centre.copy()
    if scale == "logit":
        return np.asarray(expit(centre))
    return np.sin(np.clip(centre, 0, np.pi / 2)) ** 2


def slope(centre: FloatArray, scale: Scale) -> FloatArray:
    """float64[m]: how much a figure moves with its place on the scale."""
    if scale == "identity":
        return np.ones(len(centre))
    if scale == "logit":
        return np.asarray(expit(centre) * expit(-centre))
    return np.sin(2 * np.clip(centre, 1e-6, np.pi / 2 - 1e-6))


def corrected(centre: FloatArray, variance: FloatArray, scale: Scale) -> FloatArray:
    """float64[m]: the mean of back(normal(centre, variance)), the figure without the bias of a plain way back.

    (Sugasawa and Kubokawa 2017; Hadam, Wuerz and Kreutzmann 2020 for the arcsine.)
    """
    if scale == "identity":
        return centre.copy()
    if scale == "arcsine":
        return (1 - np.cos(2 * centre) * np.exp(-2 * variance)) / 2
    points = centre[:, None] + np.sqrt(variance)[:, None] * _NODES
    return np.asarray(expit(points) @ _WEIGHTS / _WEIGHTS.sum())
