"""Weighted maximum likelihood of generalised linear models by Fisher scoring (McCullagh and Nelder 1989, ch. 2.5).

statsmodels' GLM gives the same to 1e-12, but takes three times as long (benchmarks/models.py), and gives huge
coefficients with a warning where answers are predicted perfectly; this one refuses and says which.
"""

from contextlib import suppress

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from ..variables import EstimationError, FloatArray
from .families import Kind
from .separation import refuse_separation

_ROUNDS = 100
_EDGE = 1e-7  # fitted shares or counts so near to what cannot happen are looked at for perfect prediction
_EMPTY = (
    "A coefficient cannot be told from the others: all rows of a level have no weight, or a level is predicted "
    "perfectly. Join rare levels."
)


def solved(
    kind: Kind,
    x: FloatArray,
    y: FloatArray,
    w: FloatArray,
    offset: FloatArray,
    names: tuple[str, ...],
    start: FloatArray | None = None,
) -> FloatArray:
    """float64[p]: the coefficients, until a step is no more than rounding. Raises EstimationError on none finite."""
    if start is not None:
        with suppress(EstimationError):  # so far away that all shares are 0 or 1: begin again from the answers
            return _scored(kind, x, y, w, offset, names, start)
    return _scored(kind, x, y, w, offset, names, _start(kind, x, y, w, offset))


def _scored(
    kind: Kind,
    x: FloatArray,
    y: FloatArray,
    w: FloatArray,
    offset: FloatArray,
    names: tuple[str, ...],
    beta: FloatArray,
) -> FloatArray:
    scale = float(np.linalg.norm(np.sqrt(w / w.sum()) * y)) if kind.family == "gaussian" else 1.0
    deviance, last = np.inf, np.inf
    for _ in range(_ROUNDS):
        eta = x @ beta + offset
        with np.errstate(all="ignore"):
            mu, ratio = kind.mean(eta), kind.ratio(eta)
            score = x.T @ (w * (y - mu) * ratio)
            information = x.T @ (x * (w * kind.slope(eta) * ratio)[:, None])
        try:
            step = direction(information, score)
        except EstimationError:
            _refuse_separated(kind, x, y, w, names)
            raise
        size = max(float(step @ score), 0.0) ** 0.5  # the step in units of standard errors
        if size <= 1e-13 * scale or (size <= 1e-7 * scale and size >= last / 2):
            if _at_edge(kind, mu[w > 0]):
                _refuse_separated(kind, x, y, w, names)
            return beta + step if size < last else beta
        for _halved in range(40):
            after = kind.total(x @ (beta + step) + offset, y, w)
            if after <= deviance * (1 + 1e-9) + 1e-12:
                break
            step = step / 2
        beta, deviance, last = beta + step, after, size
    _refuse_separated(kind, x, y, w, names)
    raise EstimationError(
        "The model did not converge; leave out variables, or give those of very large values as logs."
    )


def direction(information: FloatArray, score: FloatArray) -> FloatArray:
    """information^-1 score, with columns brought to one size. Raises EstimationError on columns that depend."""
    size = np.sqrt(np.diag(information))
    if not (size > 0).all() or not np.isfinite(information).all():
        raise EstimationError(_EMPTY)
    try:
        factor = cho_factor(information / np.outer(size, size))
    except LinAlgError as problem:
        raise EstimationError(_EMPTY) from problem
    by = size if score.ndim == 1 else size[:, None]
    return np.asarray(cho_solve(factor, score / by) / by)


def _start(kind: Kind, x: FloatArray, y: FloatArray, w: FloatArray, offset: FloatArray) -> FloatArray:
    eta = kind.start(y)
    slope = kind.slope(eta)
    weight = w * slope * kind.ratio(eta)
    working = eta - offset + (y - kind.mean(eta)) / slope
    return direction(x.T @ (x * weight[:, None]), x.T @ (weight * working))


def _at_edge(kind: Kind, mu: FloatArray) -> bool:
    low = kind.family != "gaussian" and bool(mu.min() < _EDGE)
    return low or (kind.family == "binomial" and bool(mu.max() > 1 - _EDGE))


def _refuse_separated(kind: Kind, x: FloatArray, y: FloatArray, w: FloatArray, names: tuple[str, ...]) -> None:
    x, y = x[w > 0], y[w > 0]
    if kind.family == "binomial":
        inside = (y > 0) & (y < 1)
        refuse_separation((x * np.sign(y - 0.5)[:, None])[~inside], names, x[inside])
    elif kind.family == "poisson":
        refuse_separation(-x[y == 0], names, x[y > 0])
