"""The families of generalised linear models, as functions of the linear predictor that keep their digits far out.

statsmodels' own clip shares at 2e-16, so that a row which a model calls wrongly with more certainty loses its weight.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit, log_ndtr, logit, ndtr, ndtri, xlogy

from ..variables import EstimationError, FloatArray

Curved = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True)
class Kind:
    """A family with its link, over linear predictors eta [m].

    mean, slope: the expected answer and its derivative. ratio: the slope over the variance function. deviance: of each
    row (eta, y). start: eta near the answers y.
    """

    family: str
    link: str
    mean: Curved
    slope: Curved
    ratio: Curved
    deviance: Callable[[FloatArray, FloatArray], FloatArray]
    start: Curved

    def total(self, eta: FloatArray, y: FloatArray, w: FloatArray) -> float:
        """The deviance of all rows under weights w [m]."""
        with np.errstate(all="ignore"):
            return float(w @ self.deviance(eta, y))


def kind_of(family: str, link: str | None) -> Kind:
    """The family with a link, its first if None. Raises EstimationError."""
    links = {kind.link: kind for kind in _KINDS if kind.family == family}
    if not links:
        known = dict.fromkeys(kind.family for kind in _KINDS)
        raise EstimationError(f"family must be one of {', '.join(known)}; got {family!r}.")
    if link is not None and link not in links:
        raise EstimationError(f"link of {family} must be one of {', '.join(links)}; got {link!r}.")
    return links[link] if link is not None else next(iter(links.values()))


def refuse_answers(family: str, y: FloatArray, name: str) -> None:
    """Raise EstimationError where the answers [m] are none that the family can have, or all at its edge."""
    if family == "binomial" and ((y < 0) | (y > 1)).any():
        raise EstimationError(f"{name}: a binomial model needs 0, 1 or shares; got {y[(y < 0) | (y > 1)][0]:g}.")
    if family == "poisson" and (y < 0).any():
        raise EstimationError(f"{name}: a Poisson model needs counts from 0 up; got {y.min():g}.")
    edges = {"gaussian": (), "binomial": (0, 1), "poisson": (0,)}[family]
    if (y == y[0]).all() and y[0] in edges:
        raise EstimationError(f"{name} is {y[0]:g} for everyone; there is nothing to model.")


def _ones(eta: FloatArray) -> FloatArray:
    return np.ones(len(eta))


def _same(eta: FloatArray) -> FloatArray:
    return eta


def _squares(eta: FloatArray, y: FloatArray) -> FloatArray:
    return np.asarray((y - eta) ** 2)


def _counts(eta: FloatArray, y: FloatArray) -> FloatArray:
    return np.asarray(2 * (xlogy(y, y) - y * eta - y + np.exp(eta)))


def _shares(log_yes: Curved, log_no: Curved) -> Callable[[FloatArray, FloatArray], FloatArray]:
    def deviance(eta: FloatArray, y: FloatArray) -> FloatArray:
        yes, no = np.where(y > 0, y * log_yes(eta), 0.0), np.where(y < 1, (1 - y) * log_no(eta), 0.0)
        return np.asarray(2 * (xlogy(y, y) + xlogy(1 - y, 1 - y) - yes - no))

    return deviance


def _probit_ratio(eta: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-(eta**2) / 2 - np.log(2 * np.pi) / 2 - log_ndtr(eta) - log_ndtr(-eta)))


def _cloglog_mean(eta: FloatArray) -> FloatArray:
    return np.asarray(-np.expm1(-np.exp(eta)))


_KINDS = (
    Kind("gaussian", "identity", _same, _ones, _ones, _squares, _same),
    Kind(
        "binomial",
        "logit",
        expit,
        lambda eta: expit(eta) * expit(-eta),
        _ones,
        _shares(log_expit, lambda eta: log_expit(-eta)),
        lambda y: logit((y + 0.5) / 2),
    ),
    Kind(
        "binomial",
        "probit",
        ndtr,
        lambda eta: np.exp(-(eta**2) / 2) / np.sqrt(2 * np.pi),
        _probit_ratio,
        _shares(log_ndtr, lambda eta: log_ndtr(-eta)),
        lambda y: ndtri((y + 0.5) / 2),
    ),
    Kind(
        "binomial",
        "cloglog",
        _cloglog_mean,
        lambda eta: np.exp(eta - np.exp(eta)),
        lambda eta: np.exp(eta) / _cloglog_mean(eta),
        _shares(lambda eta: np.log(_cloglog_mean(eta)), lambda eta: -np.exp(eta)),
        lambda y: np.log(-np.log1p(-(y + 0.5) / 2)),
    ),
    Kind("poisson", "log", np.exp, np.exp, _ones, _counts, lambda y: np.log((y + y.mean()) / 2)),
)
