"""Tests on plain counts, of experiments or of a whole register; for a sample with weights the design's tests stand."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, ndtri

from ..variables import EstimationError


@dataclass(frozen=True)
class TrendTest:
    """Whether a share rises or falls over ordered groups; statistic is chi-squared with one degree of freedom."""

    statistic: float
    p: float
    slope: float
    method: str = "Cochran-Armitage test of trend"

    def __str__(self) -> str:
        return f"{self.method}: X2 = {self.statistic:.4f}, p = {self.p:.4g}, slope {self.slope:+.4g} a unit of score"


@dataclass(frozen=True)
class CommonOdds:
    """One odds ratio over strata, its interval, and the test that it is 1 (chi-squared, one degree of freedom)."""

    odds_ratio: float
    low: float
    high: float
    statistic: float
    p: float
    level: float
    method: str = "Mantel-Haenszel"

    def __str__(self) -> str:
        return (
            f"{self.method}: common odds ratio {self.odds_ratio:.4f} ({self.low:.4f} to {self.high:.4f}), "
            f"X2 = {self.statistic:.4f}, p = {self.p:.4g}"
        )


def trend_in_shares(hits: npt.ArrayLike, n: npt.ArrayLike, scores: npt.ArrayLike | None = None) -> TrendTest:
    """Cochran-Armitage test (R `prop.trend.test`) of hits[g] out of n[g]; scores 1, 2, ... unless given.

    Raises EstimationError where nothing varies.
    """
    x, size = np.array(hits, dtype=np.float64), np.array(n, dtype=np.float64)
    score = np.arange(1.0, len(x) + 1) if scores is None else np.array(scores, dtype=np.float64)
    if x.ndim != 1 or x.shape != size.shape or x.shape != score.shape or (size <= 0).any() or (x < 0).any():
        raise EstimationError("A trend needs hits, sizes above 0 and scores, one of each a group.")
    if (x > size).any():
        raise EstimationError("A group has more hits than cases.")
    share = x.sum() / size.sum()
    centred = score - score @ size / size.sum()
    squares = float(size @ centred**2)
    if share in (0.0, 1.0) or squares == 0:
        raise EstimationError("A trend needs hits and misses, and groups of different score.")
    slope = float(centred @ x) / squares
    statistic = slope**2 * squares / (share * (1 - share))
    return TrendTest(float(statistic), float(chdtrc(1, statistic)), slope)


def common_odds(tables: npt.ArrayLike, *, correct: bool = False, level: float = 0.95) -> CommonOdds:
    """The odds ratio common to tables [2, 2, K] of counts (R `mantelhaen.test`), with or without correction.

    Interval on the log scale (Robins, Breslow and Greenland 1986). Raises EstimationError.
    """
    t = np.array(tables, dtype=np.float64)
    if t.ndim != 3 or t.shape[:2] != (2, 2) or (t < 0).any() or not np.isfinite(t).all():
        raise EstimationError(f"common_odds needs counts of 2 by 2 by strata; got {t.shape}.")
    t = t[:, :, t.sum(axis=(0, 1)) > 1]
    n = t.sum(axis=(0, 1))
    rows, columns = t.sum(axis=1), t.sum(axis=0)
    difference = abs(float(np.sum(t[0, 0] - rows[0] * columns[0] / n)))
    spread = float(np.sum(rows[0] * rows[1] * columns[0] * columns[1] / (n**2 * (n - 1))))
    same, crossed = t[0, 0] * t[1, 1] / n, t[0, 1] * t[1, 0] / n
    if spread == 0 or same.sum() == 0 or crossed.sum() == 0:
        raise EstimationError("No stratum has both answers in both groups: there is no odds ratio.")
    statistic = (difference - (min(0.5, difference) if correct else 0.0)) ** 2 / spread
    agree, differ = (t[0, 0] + t[1, 1]) / n, (t[0, 1] + t[1, 0]) / n
    r, s = float(same.sum()), float(crossed.sum())
    variance = float(np.sum(agree * same)) / (2 * r**2) + float(np.sum(agree * crossed + differ * same)) / (2 * r * s)
    variance += float(np.sum(differ * crossed)) / (2 * s**2)
    low, high = _interval(float(np.log(r / s)), float(np.sqrt(variance)), level)
    return CommonOdds(r / s, low, high, float(statistic), float(chdtrc(1, statistic)), level)


def _interval(log_odds: float, se: float, level: float) -> tuple[float, float]:
    half = float(ndtri((1 + level) / 2)) * se
    return float(np.exp(log_odds - half)), float(np.exp(log_odds + half))
