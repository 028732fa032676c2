"""Confidence intervals from a point, its standard error, the sample size and the degrees of freedom.

Each function takes numbers or arrays that broadcast, and returns float64 arrays. NaN comes only of what has no interval
(a share of 0 or 1 on the log-odds): the caller decides that before and says why.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import betaincinv, expit, log_expit, logit, stdtrit, xlogy

from .variables import EstimationError, FloatArray, divided

Interval = tuple[FloatArray, FloatArray]
Numbers = FloatArray | float
ShareMethod = Literal["korn_graubard", "beta", "logit", "xlogit", "likelihood", "asin", "wilson", "mean", "normal"]
SHARE_METHODS: dict[str, str] = {
    "korn_graubard": "Clopper-Pearson on the effective n, at most n (Korn and Graubard; NCHS)",
    "beta": "Clopper-Pearson on the effective n (Korn and Graubard)",
    "logit": "t on the log-odds",
    "xlogit": "t on the log-odds",
    "likelihood": "Rao-Scott likelihood ratio",
    "asin": "t on the arcsine of the root",
    "wilson": "Wilson on the effective n, with t",
    "mean": "t",
    "normal": "normal",
}


@dataclass(frozen=True)
class Confidence:
    """How sure an interval is, and by how many degrees of freedom: of the design, of the domain, or a number."""

    level: float = 0.95
    df: Literal["design", "domain"] | float = "design"


def t_quantile(level: float, df: float) -> float:
    """The two-sided t quantile for a confidence level in (0, 1); df > 0, inf for the normal."""
    return float(stdtrit(df, (1 + level) / 2))


def refuse_level(level: float) -> None:
    """Raise EstimationError on a level of confidence that is none."""
    if not 0 < level < 1:
        raise EstimationError(f"level must lie between 0 and 1, such as 0.95; got {level}.")


def of_one(interval: Interval) -> tuple[float, float]:
    """The interval of a single figure as plain numbers."""
    low, high = interval
    return float(low), float(high)


def t_quantiles(level: float, df: Numbers) -> FloatArray:
    """As t_quantile, one for each df; NaN where df is not positive."""
    found = np.asarray(df, dtype=np.float64)
    return np.asarray(stdtrit(np.where(found > 0, found, np.nan), (1 + level) / 2))


def t_interval(value: Numbers, se: Numbers, df: Numbers, level: float) -> Interval:
    """value -/+ t se, in units of the value (R `confint(..., df=)`)."""
    half = t_quantiles(level, df) * se
    return np.asarray(value - half), np.asarray(value + half)


def logit_interval(p: Numbers, se: Numbers, df: Numbers, level: float) -> Interval:
    """t interval on the log-odds, back on the scale 0..1; 0 < p < 1 (R `svyciprop(method="logit")`)."""
    low, high = t_interval(logit(p), divided(se, p * (1 - p)), df, level)
    return np.asarray(expit(low)), np.asarray(expit(high))


def asin_interval(p: Numbers, se: Numbers, df: Numbers, level: float) -> Interval:
    """t interval on asin(sqrt(p)), which levels the variance; 0 < p < 1 (R `svyciprop(method="asin")`).

    A limit past the end of the scale is the end of it; R lets the sine turn back there.
    """
    low, high = t_interval(np.arcsin(np.sqrt(p)), divided(se, 2 * np.sqrt(p * (1 - p))), df, level)
    return np.sin(np.maximum(low, 0.0)) ** 2, np.sin(np.minimum(high, np.pi / 2)) ** 2


def wilson_interval(p: Numbers, se: Numbers, df: Numbers, level: float) -> Interval:
    """Wilson's score interval on p(1-p)/se^2 cases with t for z; 0 < p < 1 (R 4.5 `svyciprop(method="wilson")`)."""
    square = t_quantiles(level, df) ** 2
    ratio = square * divided(np.asarray(se) ** 2, p * (1 - p))
    centre = (p + ratio / 2) / (1 + ratio)
    half = np.sqrt(ratio * p * (1 - p) + ratio**2 / 4) / (1 + ratio)
    return np.asarray(centre - half), np.asarray(centre + half)


def likelihood_interval(p: Numbers, se: Numbers, df: Numbers, level: float, dispersion: Numbers = 1.0) -> Interval:
    """Shares that a likelihood ratio scaled by the design effect does not reject; 0 < p < 1 (Rao and Scott 1984).

    The limits q solve 2 m (p log(p/q) + (1-p) log((1-p)/(1-q))) = t^2 dispersion with m = p(1-p)/se^2 cases.
    R `svyciprop(method="likelihood")` multiplies by the dispersion of its quasi-binomial fit and interpolates.
    """
    p = np.asarray(p, dtype=np.float64)
    cases = divided(p * (1 - p), np.asarray(se, dtype=np.float64) ** 2)
    bound = t_quantiles(level, df) ** 2 * dispersion / 2
    entropy = xlogy(p, p) + xlogy(1 - p, 1 - p)
    limits = []
    for side in (-1.0, 1.0):
        odds = logit(p) + side * np.sqrt(2 * divided(bound, cases * p * (1 - p)))
        for _ in range(40):  # Newton on a convex function: from the second step on it comes from outside
            excess = cases * (entropy - p * odds - log_expit(-odds)) - bound
            odds = odds - divided(excess, cases * (expit(odds) - p))
        limits.append(np.asarray(expit(odds)))
    return limits[0], limits[1]


def clopper_pearson(p: Numbers, n: Numbers, level: float) -> Interval:
    """Exact binomial interval 0..1 for a share p of n cases; n may be fractional (Clopper and Pearson 1934)."""
    tail = (1 - level) / 2
    hits, misses = np.asarray(n * p, dtype=np.float64), np.asarray(n * (1 - p), dtype=np.float64)
    low = np.where(hits <= 0, 0.0, betaincinv(hits, misses + 1, tail))
    high = np.where(misses <= 0, 1.0, betaincinv(hits + 1, misses, 1 - tail))
    return low, high


def beta_interval(p: Numbers, se: Numbers, n: Numbers, df: Numbers, level: float) -> Interval:
    """Clopper-Pearson on p(1-p)/se^2 (t_{n-1}/t_df)^2 cases; se > 0.

    Source: Korn and Graubard 1998; R `svyciprop(method="beta")`.
    """
    return clopper_pearson(p, _adjusted(p, se, n, df, level), level)


def korn_graubard(p: Numbers, se: Numbers, n: Numbers, df: Numbers, level: float) -> Interval:
    """As beta_interval, with never more cases than respondents, and n of them for p = 0 or 1 (NCHS Series 2, No. 175).

    The bound matters where a few PSUs happen to agree: a chance design effect under 1 must not narrow the interval.
    """
    cases = np.minimum(n, _adjusted(p, se, n, df, level))
    exact = (np.asarray(se) <= 0) | (np.asarray(p) == 0) | (np.asarray(p) == 1)
    return clopper_pearson(p, np.where(exact, n, cases), level)


def share_interval(
    method: str, p: Numbers, se: Numbers, *, n: Numbers, df: Numbers, level: float, dispersion: Numbers = 1.0
) -> Interval:
    """The interval of a share by the name of its method, a key of SHARE_METHODS."""
    match method:
        case "korn_graubard":
            return korn_graubard(p, se, n, df, level)
        case "beta":
            return beta_interval(p, se, n, df, level)
        case "logit" | "xlogit":
            return logit_interval(p, se, df, level)
        case "likelihood":
            return likelihood_interval(p, se, df, level, dispersion)
        case "asin":
            return asin_interval(p, se, df, level)
        case "wilson":
            return wilson_interval(p, se, df, level)
    return t_interval(p, se, np.inf if method == "normal" else df, level)


def _adjusted(p: Numbers, se: Numbers, n: Numbers, df: Numbers, level: float) -> FloatArray:
    cases = divided(p * (1 - p), np.asarray(se, dtype=np.float64) ** 2)
    return cases * (t_quantiles(level, np.asarray(n) - 1.0) / t_quantiles(level, df)) ** 2
