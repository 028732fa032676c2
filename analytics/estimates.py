"""Estimates fit to be read: a figure with its standard error, interval, sample size, and the reason when it has none.

A missing figure is None with a reason code, never NaN; a standard error that the sample cannot show is None, never 0.
Proportions are 0..1. Nothing here rounds, hides or labels: reliability and disclosure rules come after.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from analytics.design import Design
from analytics.intervals import beta_interval, korn_graubard, logit_interval, t_interval
from analytics.linearisation import EstimationError, Linearised, covariance, linearise

ProportionInterval = Literal["korn_graubard", "beta", "logit"]
IntervalMethod = Literal["korn_graubard", "beta", "logit", "t"]
Unavailable = Literal["no_base", "one_respondent", "one_psu", "no_degrees_of_freedom", "zero_variance"]
DegreesOfFreedom = Literal["design", "domain"]

_ROUNDING = 1e-20  # a variance this far under that of a simple random sample is arithmetic, not sampling


@dataclass(frozen=True)
class Estimate:
    """One figure. estimate, se, low, high share a unit; low..high is the interval at `level` by `method`.

    df: used for the interval. domain_df: PSUs minus strata that hold the base. n: respondents in the base, unweighted
    (of a contrast: in its smallest part). n_eff: the simple random sample
    as exact as this one (of a proportion p(1-p)/se^2), at most n. deff: against a simple random sample drawn with
    replacement (R `deff="replace"`). unavailable: why the estimate (no_base, one_respondent) or its error is None.
    """

    estimate: float | None
    se: float | None
    low: float | None
    high: float | None
    df: int
    domain_df: int
    n: int
    n_eff: float | None
    deff: float | None
    method: IntervalMethod
    level: float
    unavailable: Unavailable | None


def mean(
    design: Design,
    y: npt.ArrayLike,
    base: npt.ArrayLike | None = None,
    where: npt.ArrayLike | None = None,
    *,
    level: float = 0.95,
    df: DegreesOfFreedom = "design",
) -> Estimate:
    """Mean of y over a base in a domain, or a ratio of totals when base is an amount; t interval.

    Arguments as `linearise`. df="domain" counts only PSUs and strata that hold the base (R `svymean(subset(d, ...))`).
    Raises EstimationError.
    """
    part = linearise(design, y, base, where)
    return _mean(part, _checked(level), _df(part, df))


def proportion(
    design: Design,
    y: npt.ArrayLike,
    base: npt.ArrayLike | None = None,
    where: npt.ArrayLike | None = None,
    *,
    interval: ProportionInterval = "korn_graubard",
    level: float = 0.95,
    df: DegreesOfFreedom = "design",
) -> Estimate:
    """Share 0..1 of a base in a domain for whom y is 1 (R `svyciprop`); y is 0, 1, or NaN outside the base.

    "beta" is R's method="beta"; the default "korn_graubard" is the same with n_eff held at n, as NCHS publishes.
    A share of 0 or 1 has no standard error and, by any method, the Korn-Graubard interval of n respondents.
    Raises EstimationError.
    """
    values = np.asarray(y, dtype=np.float64)
    if np.any((values != 0) & (values != 1) & ~np.isnan(values)):
        raise EstimationError("y must be 0 or 1 for a proportion, NaN for no answer; code the indicator first.")
    if base is not None and np.asarray(base).dtype != np.bool_:
        raise EstimationError("base must be true or false for a proportion; for an amount take mean.")
    return proportion_from(linearise(design, values, base, where), interval=interval, level=level, df=df)


def proportion_from(
    part: Linearised,
    *,
    interval: ProportionInterval = "korn_graubard",
    level: float = 0.95,
    df: DegreesOfFreedom = "design",
) -> Estimate:
    """`proportion` of a ratio that is already linearised; its y must have been 0 or 1."""
    return _proportion(part, interval, _checked(level), _df(part, df))


def contrast(parts: Sequence[Linearised], coefficients: Sequence[float], *, level: float = 0.95) -> Estimate:
    """Sum of coefficients times ratios, such as women minus men or wave 3 minus wave 1 (R `svycontrast`); t interval.

    The ratios must come from one design that holds the rows of every wave, so that shared PSUs count as shared.
    Raises EstimationError.
    """
    if len(parts) != len(coefficients) or not parts:
        raise EstimationError(f"contrast needs a coefficient for each ratio; got {len(parts)} and {len(coefficients)}.")
    k = np.asarray(coefficients, dtype=np.float64)
    if not np.isfinite(k).all():
        raise EstimationError("The coefficients of a contrast must be finite.")
    df, variance = parts[0].design.df, float(k @ covariance(parts) @ k)
    reasons = [reason for part in parts if (reason := _judged(part, df)[1]) is not None]
    values = [part.value for part in parts if part.value is not None and part.n > 1]
    value = float(k @ np.array(values)) if len(values) == len(parts) else None
    if not reasons and variance <= _ROUNDING * max(part.variance_srs for part in parts):
        reasons = ["zero_variance"]
    n, domain_df = min(part.n for part in parts), min(part.psus - part.strata for part in parts)
    if reasons or value is None:
        return Estimate(value, None, None, None, df, domain_df, n, None, None, "t", _checked(level), reasons[0])
    low, high = t_interval(value, variance**0.5, df, _checked(level))
    return Estimate(value, variance**0.5, low, high, df, domain_df, n, None, None, "t", level, None)


def _mean(part: Linearised, level: float, df: int) -> Estimate:
    domain_df, n = part.psus - part.strata, part.n
    variance, reason = _judged(part, df)
    if reason is not None or part.value is None:
        value = part.value if n > 1 else None
        return Estimate(value, None, None, None, df, domain_df, n, None, None, "t", level, reason)
    low, high = t_interval(part.value, variance**0.5, df, level)
    deff = variance / part.variance_srs
    return Estimate(part.value, variance**0.5, low, high, df, domain_df, n, min(n, n / deff), deff, "t", level, None)


def _proportion(part: Linearised, interval: ProportionInterval, level: float, df: int) -> Estimate:
    domain_df, n, p = part.psus - part.strata, part.n, part.value
    variance, reason = _judged(part, df)
    if p is None or reason not in (None, "zero_variance"):
        value = p if n > 1 else None
        return Estimate(value, None, None, None, df, domain_df, n, None, None, interval, level, reason)
    if reason == "zero_variance":
        low, high = korn_graubard(p, 0.0, n, df, level)
        return Estimate(p, None, low, high, df, domain_df, n, n, None, "korn_graubard", level, None)
    se = variance**0.5
    if interval == "logit":
        low, high = logit_interval(p, se, df, level)
    else:
        low, high = (beta_interval if interval == "beta" else korn_graubard)(p, se, n, df, level)
    n_eff, deff = min(n, p * (1 - p) / variance), variance / part.variance_srs
    return Estimate(p, se, low, high, df, domain_df, n, n_eff, deff, interval, level, None)


def _judged(part: Linearised, df: int) -> tuple[float, Unavailable | None]:
    if part.value is None:
        return 0.0, "no_base"
    if part.n < 2:
        return 0.0, "one_respondent"
    if part.psus < 2:
        # One PSU's influence on its own mean sums to nought: the design cannot tell how PSUs differ.
        return 0.0, "one_psu"
    if df < 1:
        return 0.0, "no_degrees_of_freedom"
    variance = float(covariance([part])[0, 0])
    return variance, "zero_variance" if variance <= _ROUNDING * part.variance_srs else None


def _df(part: Linearised, kind: DegreesOfFreedom) -> int:
    return part.design.df if kind == "design" else part.psus - part.strata


def _checked(level: float) -> float:
    if not 0 < level < 1:
        raise EstimationError(f"level must lie between 0 and 1, such as 0.95; got {level}.")
    return level
