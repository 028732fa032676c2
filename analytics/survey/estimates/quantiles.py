"""Quantiles of a weighted distribution, by domain, with the intervals that suit a figure without a smooth influence."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from ..intervals import Confidence, refuse_level, share_interval, t_quantiles
from ..linearisation import Sample
from ..printing import listing, not_drawn
from ..replicates import Replicates
from ..results import REASONS, degrees_of_freedom, reason_of
from ..variables import Columns, EstimationError, FloatArray, IntArray, data_of, measured
from .cumulative import Cumulative, parts_of
from .quantile_rules import RULES, Rule

QuantileInterval = Literal["mean", "beta", "xlogit", "asin", "score", "score_unweighted", "quantile"]
QuantileRule = Literal["math", "school", "shahvaish", "hf1", "hf2", "hf3", "hf4", "hf5", "hf6", "hf7", "hf8", "hf9"]
INTERVALS: dict[str, str] = {
    "mean": "Woodruff, t on the share",
    "beta": "Woodruff, Korn-Graubard on the share",
    "xlogit": "Woodruff, t on the log-odds of the share",
    "asin": "Woodruff, t on the arcsine of the root of the share",
    "score": "Francisco-Fuller score test",
    "score_unweighted": "Francisco-Fuller score test, by rank without weights",
    "quantile": "t on the replicates' quantiles",
}
_LIMITS_STAND = ("", "limit_off_scale", "one_answer")


@dataclass(frozen=True, eq=False)
class Quantiles:
    """k quantiles, shares first to last and within each the domains.

    keys: the share ("quantile") and the domain. value: float64[k], NaN without base. limits: float64[k, 2] and error:
    float64[k] as the method gives them, also where they are not fit to be shown. n: respondents. df: float64[k].
    unavailable: why there is no standard error, a key of REASONS or "".
    """

    keys: pd.DataFrame
    value: FloatArray
    limits: FloatArray = field(repr=False)
    error: FloatArray = field(repr=False)
    n: IntArray
    df: FloatArray
    unavailable: tuple[str, ...]
    level: float
    method: str
    probability: bool = True

    @property
    def se(self) -> FloatArray:
        """float64[k], in units of the value: the length of the interval over twice t; NaN where there is none."""
        return np.where([not reason for reason in self.unavailable], self.error, np.nan)

    @property
    def low(self) -> FloatArray:
        """float64[k]; NaN where there is no limit, for the reason in `unavailable`."""
        return np.where([reason in _LIMITS_STAND for reason in self.unavailable], self.limits[:, 0], np.nan)

    @property
    def high(self) -> FloatArray:
        """float64[k]; NaN where there is no limit, for the reason in `unavailable`."""
        return np.where([reason in _LIMITS_STAND for reason in self.unavailable], self.limits[:, 1], np.nan)

    def table(self) -> pd.DataFrame:
        """The keys with estimate, se, low, high, n, df and reason, one row each."""
        return self.keys.assign(
            estimate=self.value,
            se=self.se,
            low=self.low,
            high=self.high,
            n=self.n,
            df=self.df,
            reason=[REASONS.get(reason, reason) for reason in self.unavailable],
        )

    def __len__(self) -> int:
        return len(self.value)

    def __str__(self) -> str:
        head = f"{self.method}; {100 * self.level:g} % intervals\n"
        return head + not_drawn(self.probability) + listing(self.table())


def quantile(
    design: Sample,
    y: Columns,
    probs: float | Sequence[float] = 0.5,
    *,
    by: str | Sequence[str] = (),
    where: Columns | None = None,
    interval: QuantileInterval = "mean",
    rule: QuantileRule | Rule = "math",
    confidence: Confidence | float = 0.95,
) -> Quantiles:
    """The values below which shares of the people lie, by domain (R 4.1 `svyquantile`).

    y: a column or n values, NaN for no answer. rule: a name of R's `qrule`, or a function of the values in ascending
    order, their weights and a share. interval: "mean", "beta", "xlogit" and "asin" are Woodruff's (1952), the interval
    of the share at or below the quantile read back as values; "score" are the values that a score test does not reject
    (Francisco and Fuller 1991), and "score_unweighted" the same as R reads it, by rank in the sample without weights;
    "quantile" is t with the spread of the replicates' quantiles, not for jackknife weights. Raises EstimationError.
    """
    shares = np.atleast_1d(np.asarray(probs, dtype=np.float64))
    if not ((shares >= 0) & (shares <= 1)).all():
        raise EstimationError(f"probs must lie between 0 and 1; got {shares.tolist()}.")
    if interval not in INTERVALS:
        raise EstimationError(f"interval must be one of {', '.join(INTERVALS)}; got {interval!r}.")
    if interval == "quantile" and not isinstance(design, Replicates):
        raise EstimationError("interval='quantile' needs replicate weights; for this design take 'beta' or 'mean'.")
    if not callable(rule) and rule not in RULES:
        raise EstimationError(f"rule must be one of {', '.join(RULES)}, or a function; got {rule!r}.")
    sure = confidence if isinstance(confidence, Confidence) else Confidence(confidence)
    refuse_level(sure.level)
    names = [by] if isinstance(by, str) else list(by)
    keys, parts = parts_of(design, measured(data_of(design), y, "y"), names, where)
    asked = Cumulative(
        design, parts * len(shares), np.repeat(shares, len(parts)), RULES[rule] if isinstance(rule, str) else rule
    )
    rows = np.concatenate([part.rows for part in parts])
    of_row = np.repeat(np.arange(len(parts)), [len(part.rows) for part in parts])
    psus, domain_df = design.held_by(rows, of_row, len(parts))
    df = np.tile(degrees_of_freedom(sure.df, design.df, domain_df), len(shares))
    value = asked.read(asked.p)
    limits, error, spread = _limits(asked, value, interval, sure.level, df)
    reasons = [
        reason_of(int(n), int(units), int(min(degrees, 1)), float(variance), float(variance))
        for n, units, degrees, variance in zip(asked.n, np.tile(psus, len(shares)), df, spread**2, strict=True)
    ]
    return Quantiles(
        keys=pd.concat([keys.assign(quantile=share)[["quantile", *names]] for share in shares], ignore_index=True),
        value=value,
        limits=limits,
        error=error,
        n=asked.n,
        df=df,
        unavailable=tuple(reason or _doubt(ends) for reason, ends in zip(reasons, limits, strict=True)),
        level=sure.level,
        method=f"quantile by rule {rule if isinstance(rule, str) else 'of your own'}, {_how(design, interval)}",
        probability=design.probability,
    )


def _limits(
    asked: Cumulative, value: FloatArray, interval: str, level: float, df: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Limits [k, 2], standard errors [k], and the errors [k] they come from, which are nought where nothing varies."""
    t = t_quantiles(level, df)
    if interval == "quantile":
        error = asked.replicated(value)
        return np.column_stack([value - t * error, value + t * error]), error, error
    share, spread = asked.shares(value)
    if interval.startswith("score"):
        limits = asked.scored(t, unweighted=interval == "score_unweighted")
    else:
        ends = share_interval(interval, share, spread, n=asked.n.astype(np.float64), df=df, level=level)
        limits = np.column_stack([asked.read(end) for end in ends])
    return limits, (limits[:, 1] - limits[:, 0]) / (2 * t), spread


def _how(design: Sample, interval: str) -> str:
    jackknife = isinstance(design, Replicates) and design.kind.upper().startswith("JK")
    return INTERVALS[interval] + (" (no valid error: jackknife)" if jackknife and interval == "quantile" else "")


def _doubt(limits: FloatArray) -> str:
    if np.isnan(limits).any():
        return "limit_off_scale"
    return "one_answer" if limits[0] == limits[1] else ""
