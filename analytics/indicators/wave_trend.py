"""The line through many waves and the season around it, or why neither can be told yet.

Fitted to the waves' means by generalised least squares with their own covariance (Aitken 1935), so that waves which
share PSUs are not taken for independent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.special import fdtrc

from analytics.survey.hypotheses.significance import two_sided
from analytics.survey.intervals import t_quantile
from analytics.survey.variables import EstimationError, FloatArray

from .change import Round, Series, broken

TOO_SHORT = "the series is too short to tell a trend"
NO_SEASON = "the series is too short to tell a season"
NO_SPREAD = "the waves' means have no spread to be fitted by"
_FEWEST = 3
_YEARS = 1.95  # two, less what the days of the waves may be off


@dataclass(frozen=True, eq=False)
class WaveLine:
    """A line through the waves' means.

    slope: a year's change in units of the mean, with se, low, high (95 %), t and two-sided p. effects: season -> (its
    mean less that of all seasons, se). p_seasons: of the Wald F test that all are 0. spread: how far the means lie from
    the fit, against what sampling alone would do (1); where it is over 1 the errors are widened by its root and df is
    that of the residuals (Birge 1932), since a model that does not fit must not look sure. waves: those it rests on.
    """

    name: str
    slope: float
    se: float
    low: float
    high: float
    t: float
    p: float
    df: int
    spread: float
    waves: tuple[str, ...]
    effects: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    p_seasons: float | None = None

    def __str__(self) -> str:
        text = (
            f"{self.name}: {self.slope:+.4g} a year (95 % interval {self.low:.4g} to {self.high:.4g}, "
            f"p = {self.p:.3g}, df {self.df}), {len(self.waves)} waves from {self.waves[0]} to {self.waves[-1]}"
        )
        lines = [f"  {season}: {effect:+.4g} (se {se:.3g})" for season, (effect, se) in self.effects.items()]
        tested = [f"  seasons differ: p = {self.p_seasons:.3g}"] if self.p_seasons is not None else []
        return "\n".join([text, *lines, *tested])


def trend(found: Series) -> WaveLine | str:
    """The straight line through the comparable waves, and whether it rises or falls; or why it cannot be told.

    Comparable are those that asked in the newest one's words and with its mix of modes; there must be three. Raises
    EstimationError for a series by area.
    """
    used, mean, covariance = _comparable(found)
    if len(used) < _FEWEST:
        return TOO_SHORT
    return _fitted(found.name, used, mean, covariance, found.levels.df, [])


def seasons(found: Series) -> WaveLine | str:
    """The season around the line: by month where each is seen in two years, else by quarter; or why it is not told.

    The comparable waves must span two full years, each of at least two seasons must be seen in two of them, and there
    must be a wave more than coefficients. Raises EstimationError for a series by area.
    """
    used, mean, covariance = _comparable(found)
    if len(used) < _FEWEST or _span(used) < _YEARS:
        return NO_SEASON
    for name, of in (("month", _month), ("quarter", _quarter)):
        labels = [of(each) for each in used]
        years = {label: {_year(each) for each in used if of(each) == label} for label in sorted(set(labels))}
        enough = len(years) >= (12 if name == "month" else 2) and all(len(seen) >= 2 for seen in years.values())
        if enough and len(used) > len(years) + 1:
            return _fitted(found.name, used, mean, covariance, found.levels.df, labels)
    return NO_SEASON


def _comparable(found: Series) -> tuple[list[Round], FloatArray, FloatArray]:
    """The waves with a mean that can be compared with the newest such wave, their means and covariance."""
    if found.by:
        raise EstimationError(f"A trend is of one series; this one is by {', '.join(found.by)}. Pass one area's.")
    rows = {str(key[0]): row for row, key in enumerate(found.levels.keys.itertuples(index=False, name=None))}
    shown = [each for each in found.rounds if each.id in rows and found.levels.available[rows[each.id]]]
    used = [each for each in shown if not broken(shown[-1], each)]
    at = [rows[each.id] for each in used]
    return used, found.levels.value[at], found.levels.covariance[np.ix_(at, at)]


def _fitted(
    name: str, used: list[Round], mean: FloatArray, covariance: FloatArray, df: int, labels: list[str]
) -> WaveLine | str:
    time = np.array([each.middle for each in used])
    kinds = sorted(set(labels))
    # The last season is minus the sum of the others, so that an effect is against the mean of all, not against one.
    coded = [[float(label == kind) - float(label == kinds[-1]) for kind in kinds[:-1]] for label in labels]
    x = np.column_stack([np.ones(len(used)), time - time.mean(), *np.array(coded or [[]] * len(used)).T])
    try:
        factor: Any = cho_factor(covariance)
    except LinAlgError:
        return NO_SPREAD
    inverse = np.linalg.inv(x.T @ cho_solve(factor, x))
    beta = inverse @ (x.T @ cho_solve(factor, mean))
    residual = mean - x @ beta
    free = len(used) - x.shape[1]
    spread = float(residual @ cho_solve(factor, residual)) / free
    if spread > 1:
        inverse, df = inverse * spread, min(df, free)
    slope, se = float(beta[1]), float(inverse[1, 1]) ** 0.5
    half, t = t_quantile(0.95, df) * se, slope / se
    effects: dict[str, tuple[float, float]] = {}
    p_seasons = None
    if kinds:
        k = len(kinds) - 1
        full = np.vstack([np.eye(k), -np.ones(k)])
        v = full @ inverse[2:, 2:] @ full.T
        effects = {
            kind: (float(effect), float(variance) ** 0.5)
            for kind, effect, variance in zip(kinds, full @ beta[2:], np.diag(v), strict=True)
        }
        f = float(beta[2:] @ np.linalg.solve(inverse[2:, 2:], beta[2:])) / k
        p_seasons = float(fdtrc(k, df, f))
    waves = tuple(each.id for each in used)
    p = float(two_sided(np.array(t), df))
    return WaveLine(name, slope, se, slope - half, slope + half, t, p, df, spread, waves, effects, p_seasons)


def _span(used: list[Round]) -> float:
    """How many years the waves stand for: from the first to the last, and the usual step once more."""
    return (used[-1].middle - used[0].middle) * len(used) / (len(used) - 1)


def _day(found: Round) -> Any:
    return found.opens + (found.closes - found.opens) / 2


def _month(found: Round) -> str:
    return f"month {_day(found).month:02}"


def _quarter(found: Round) -> str:
    return f"quarter {(_day(found).month + 2) // 3}"


def _year(found: Round) -> int:
    return int(_day(found).year)
