"""What a test gives: a statistic, the distribution it is held against, a probability, and why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from scipy.special import chdtrc, fdtrc, stdtr
from statsmodels.stats.multitest import multipletests

from ..intervals import of_one, refuse_level, t_interval
from ..linearisation import Sample
from ..results import REASONS as NO_ESTIMATE
from ..results import DegreesOfFreedom, Estimates, reason_of
from ..variables import BoolArray, EstimationError, FloatArray

Symbol = Literal["t", "F", "X2"]
_SINGULAR = 1e-12  # the least eigenvalue of a correlation matrix that is more than rounding
REASONS = NO_ESTIMATE | {
    "one_level": "fewer than two levels in the base: nothing to compare",
    "empty_cells": "too many cells with nobody in them",
    "singular_covariance": "the PSUs cannot tell the cells apart: more cells than degrees of freedom, or cells that "
    "move together",
}


@dataclass(frozen=True, eq=False)
class SignificanceTest:
    """A test of one hypothesis.

    hypothesis: what is tested, in words. statistic: t, F or X2. df: of t (ddf,), of F (ndf, ddf), of X2 (d,) or, as
    a weighted sum, (ndf, ddf). p: two-sided for t, else the upper tail; NaN where unavailable, a key of REASONS,
    says why; the statistic may still be there. n: respondents in the base. effect: what differs, by name: the mean, the
    difference of two groups, or of each from the first. estimate: the effect of a t test with its error, and null its
    value under the hypothesis; ranks have none, since their error is right only under the hypothesis.
    """

    method: str
    hypothesis: str
    symbol: Symbol
    statistic: float
    df: tuple[float, ...]
    p: float
    n: int
    effect: Mapping[str, float] = field(default_factory=dict)
    unavailable: str = ""
    estimate: Estimates | None = field(default=None, repr=False)
    null: float = 0.0
    probability: bool = True

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Low and high of the estimate by t with the test's degrees of freedom. Raises EstimationError without."""
        if self.estimate is None:
            raise EstimationError(f"{self.method} has no single estimate, so no interval; see its statistic and p.")
        refuse_level(level)
        if self.unavailable:
            raise EstimationError(f"There is no interval: {REASONS.get(self.unavailable, self.unavailable)}.")
        return of_one(t_interval(self.estimate.value[0], self.estimate.se[0], self.df[0], level))

    def __str__(self) -> str:
        lines = [f"{self.method}, {self.n} respondents", f"Hypothesis: {self.hypothesis}"]
        if not self.probability:
            lines.insert(1, "Non-probability sample: the probability rests on a model, not on a design.")
        if self.unavailable:
            lines.append(f"p not available: {REASONS.get(self.unavailable, self.unavailable)}")
            return "\n".join(lines)
        freedom = " and ".join(f"{df:.5g}" for df in self.df)
        lines.append(f"{self.symbol} = {self.statistic:.5g}{f', df = {freedom}' if freedom else ''}, p = {self.p:.4g}")
        lines += [f"{name}: {value:.5g}" for name, value in self.effect.items()]
        if self.estimate is not None:
            low, high = self.interval()
            lines[-1] += f", 95 % interval {low:.5g} to {high:.5g}"
        return "\n".join(lines)


def tail(symbol: Symbol, statistic: float, df: tuple[float, ...]) -> float:
    """The probability of a statistic at least this far out; NaN where it or a degree of freedom is not there."""
    if not np.isfinite(statistic) or any(each <= 0 for each in df):
        return float("nan")
    if symbol == "t":
        return float(two_sided(np.array(statistic), df[0]))
    return float(fdtrc(df[0], df[1], statistic) if symbol == "F" else chdtrc(df[0], statistic))


def two_sided(t: FloatArray, df: float) -> FloatArray:
    """The two-sided p of t values; NaN without degrees of freedom."""
    return np.asarray(2 * stdtr(df, -np.abs(t)) if df > 0 else np.full(t.shape, np.nan))


def adjusted(p: FloatArray, method: str = "fdr_bh") -> FloatArray:
    """p as it answers for a whole family (R `p.adjust`; Benjamini and Hochberg 1995); NaN is in no family and stays."""
    found, known = np.full(p.shape, np.nan), np.isfinite(p)
    if known.any():
        found[known] = _holm(p[known]) if method == "holm" else multipletests(p[known], method=method)[1]
    return found


def _holm(p: FloatArray) -> FloatArray:
    """Holm 1979. That of statsmodels collects all garbage of the process each time: 0.1 s, and more in a large one."""
    order = np.argsort(p)
    found = np.empty(p.shape)
    found[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1)), 1)
    return found


def freedom(design: Sample, rows: BoolArray, df: DegreesOfFreedom) -> int:
    """PSUs minus strata of the whole design, or of those that hold these rows. Raises EstimationError."""
    if df not in get_args(DegreesOfFreedom):
        raise EstimationError(f'df must be "design" or "domain"; got {df!r}.')
    return design.df if df == "design" else design.df_of(rows)


def base_reason(design: Sample, base: BoolArray) -> str:
    """Why a base, bool[n], has no standard error at all, a key of REASONS; "" where it may have one."""
    return reason_of(int(base.sum()), design.psus_of(base), design.df, 1.0, 1.0)


def quadratic_form(value: FloatArray, covariance: FloatArray) -> float | None:
    """value' covariance^-1 value of k estimates, the size of a Wald test; None where the covariance is singular."""
    size = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    if not (np.isfinite(size).all() and (size > 0).all()):
        return None
    correlation = covariance / np.outer(size, size)
    if np.linalg.eigvalsh(correlation)[0] < _SINGULAR:
        return None
    scaled = value / size
    return float(scaled @ np.linalg.solve(correlation, scaled))
