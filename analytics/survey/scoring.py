"""Weighted maximum likelihood of generalised linear models, to the last digits (McCullagh and Nelder 1989, ch. 2.5).

Families, links and deviances are statsmodels'. Its own loop gives the same to 1e-12 but takes over twice as long, does
not shorten steps that overshoot, and ends in warnings where answers are predicted perfectly; this one says so.
"""

from typing import Any

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from statsmodels.genmod import families

from .separation import refuse_separation
from .variables import EstimationError, FloatArray

_FAMILIES: dict[str, tuple[Any, dict[str, Any]]] = {
    "gaussian": (families.Gaussian, {"identity": families.links.Identity}),
    "binomial": (
        families.Binomial,
        {"logit": families.links.Logit, "probit": families.links.Probit, "cloglog": families.links.CLogLog},
    ),
    "poisson": (families.Poisson, {"log": families.links.Log}),
}
_ROUNDS = 100
_EDGE = 1e-7  # fitted shares or counts so near to what cannot happen are looked at for perfect prediction


def family_of(family: str, link: str | None) -> tuple[Any, str]:
    """statsmodels' family with its link, and the link's name. Raises EstimationError."""
    if family not in _FAMILIES:
        raise EstimationError(f"family must be one of {', '.join(_FAMILIES)}; got {family!r}.")
    kind, links = _FAMILIES[family]
    name = link or next(iter(links))
    if name not in links:
        raise EstimationError(f"link of {family} must be one of {', '.join(links)}; got {link!r}.")
    return kind(link=links[name]()), name


def refuse_answers(family: str, y: FloatArray, name: str) -> None:
    """Raise EstimationError where the answers [m] are none that the family can have, or all at its edge."""
    if family == "binomial" and ((y < 0) | (y > 1)).any():
        raise EstimationError(f"{name}: a binomial model needs 0, 1 or shares; got {y[(y < 0) | (y > 1)][0]:g}.")
    if family == "poisson" and (y < 0).any():
        raise EstimationError(f"{name}: a Poisson model needs counts from 0 up; got {y.min():g}.")
    if family != "gaussian" and (y == y[0]).all() and y[0] in (0, 1) and not (family == "poisson" and y[0] == 1):
        raise EstimationError(f"{name} is {y[0]:g} for everyone; there is nothing to model.")


def moments(kind: Any, eta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean, its derivative by the linear predictor eta [m], and the variance function, [m] each."""
    with np.errstate(all="ignore"):
        mu = np.asarray(kind.link.inverse(eta))
        return mu, np.asarray(kind.link.inverse_deriv(eta)), np.asarray(kind.variance(mu))


def solved(
    kind: Any,
    x: FloatArray,
    y: FloatArray,
    w: FloatArray,
    offset: FloatArray,
    names: tuple[str, ...],
    start: FloatArray | None = None,
) -> FloatArray:
    """float64[p]: the coefficients, by Fisher scoring. Raises EstimationError where they are not finite."""
    beta = _start(kind, x, y, w, offset) if start is None else start
    scale = float(np.linalg.norm(np.sqrt(w / w.sum()) * y)) if isinstance(kind, families.Gaussian) else 1.0
    deviance, last = np.inf, np.inf
    for _ in range(_ROUNDS):
        mu, slope, variance = moments(kind, x @ beta + offset)
        with np.errstate(all="ignore"):
            score = x.T @ (w * (y - mu) * slope / variance)
            information = x.T @ (x * (w * slope**2 / variance)[:, None])
        if not (np.isfinite(information).all() and np.isfinite(score).all()):
            break
        step = direction(information, score)
        size = max(float(step @ score), 0.0) ** 0.5  # the step in units of standard errors
        if size <= 1e-13 * scale or (size <= 1e-7 * scale and size >= last / 2):
            _refuse_edge(kind, x, y, mu, names)
            return beta + step if size < last else beta
        beta, deviance = _stepped(kind, x, y, w, offset, beta, step, deviance)
        last = size
    _separated(kind, x, y, names)
    raise EstimationError(
        "The model did not converge; leave out variables, or give those of very large values as logs."
    )


def direction(information: FloatArray, score: FloatArray) -> FloatArray:
    """information^-1 score, with columns brought to one size. Raises EstimationError on columns that depend."""
    size = np.sqrt(np.diag(information))
    if not (size > 0).all():
        raise EstimationError(_EMPTY)
    try:
        factor = cho_factor(information / np.outer(size, size))
    except LinAlgError as problem:
        raise EstimationError(_EMPTY) from problem
    by = size if score.ndim == 1 else size[:, None]
    return np.asarray(cho_solve(factor, score / by) / by)


_EMPTY = (
    "A coefficient cannot be told from the others under these weights: all rows of a level have no weight in a "
    "replicate, or a level is predicted perfectly. Join rare levels."
)


def _start(kind: Any, x: FloatArray, y: FloatArray, w: FloatArray, offset: FloatArray) -> FloatArray:
    mu = np.asarray(kind.starting_mu(y))
    slope = 1 / np.asarray(kind.link.deriv(mu))
    weight = w * slope**2 / kind.variance(mu)
    working = kind.link(mu) - offset + (y - mu) / slope
    return direction(x.T @ (x * weight[:, None]), x.T @ (weight * working))


def _stepped(
    kind: Any,
    x: FloatArray,
    y: FloatArray,
    w: FloatArray,
    offset: FloatArray,
    beta: FloatArray,
    step: FloatArray,
    deviance: float,
) -> tuple[FloatArray, float]:
    """The coefficients after the step, halved until the deviance does not rise, and that deviance."""
    for _ in range(30):
        with np.errstate(all="ignore"):
            found = float(kind.deviance(y, kind.fitted(x @ (beta + step) + offset), w))
        if found <= deviance * (1 + 1e-9) + 1e-12:
            break
        step = step / 2
    return beta + step, found


def _refuse_edge(kind: Any, x: FloatArray, y: FloatArray, mu: FloatArray, names: tuple[str, ...]) -> None:
    low = mu.min() < _EDGE and not isinstance(kind, families.Gaussian)
    if low or (isinstance(kind, families.Binomial) and mu.max() > 1 - _EDGE):
        _separated(kind, x, y, names)


def _separated(kind: Any, x: FloatArray, y: FloatArray, names: tuple[str, ...]) -> None:
    if isinstance(kind, families.Binomial):
        inside = (y > 0) & (y < 1)
        refuse_separation((x * np.sign(y - 0.5)[:, None])[~inside], names, x[inside])
    elif isinstance(kind, families.Poisson):
        refuse_separation(-x[y == 0], names, x[y > 0])
