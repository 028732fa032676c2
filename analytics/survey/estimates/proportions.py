"""Shares of people with intervals made for shares, which stay within 0..1 and hold where the share is small."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

from ..intervals import SHARE_METHODS, ShareMethod, refuse_level, share_interval
from ..linearisation import Linear, Sample, covariance
from ..printing import listing, not_drawn
from ..replicates import Replicates
from ..results import REASONS, Estimates, degrees_of_freedom
from ..variables import (
    BoolArray,
    Columns,
    EstimationError,
    FloatArray,
    IntArray,
    column,
    data_of,
    domains,
    measured,
    where_rows,
)
from .means import mean


@dataclass(frozen=True, eq=False)
class Proportions:
    """k shares 0..1 with their intervals.

    estimates: the shares with their covariance, as `mean` gives them. limits: float64[k, 2] as the method gives them,
    also where they are not fit to be shown. unavailable: why there is no interval, a key of REASONS or "". interval: a
    key of SHARE_METHODS. df: float64[k], the degrees of freedom of each.
    """

    estimates: Estimates
    limits: FloatArray = field(repr=False)
    unavailable: tuple[str, ...]
    interval: str
    level: float
    df: FloatArray

    @property
    def low(self) -> FloatArray:
        """float64[k]; NaN where there is no interval, for the reason in `unavailable`."""
        return self._shown(0)

    @property
    def high(self) -> FloatArray:
        """float64[k]; NaN where there is no interval, for the reason in `unavailable`."""
        return self._shown(1)

    def table(self) -> pd.DataFrame:
        """The keys with estimate, se, low, high, n, n_effective, deff, df and reason, one row each."""
        found = self.estimates.table(self.level)
        reasons = [error or limits for error, limits in zip(self.estimates.unavailable, self.unavailable, strict=True)]
        return found.assign(
            low=self.low, high=self.high, df=self.df, reason=[REASONS.get(reason, reason) for reason in reasons]
        )

    def __len__(self) -> int:
        return len(self.estimates)

    def __str__(self) -> str:
        head = f"{self.estimates.method}; {100 * self.level:g} % intervals: {SHARE_METHODS[self.interval]}\n"
        return head + not_drawn(self.estimates.probability) + listing(self.table())

    def _shown(self, side: int) -> FloatArray:
        withheld = np.array([bool(reason) for reason in self.unavailable], dtype=bool)
        return np.asarray(np.where(withheld, np.nan, self.limits[:, side]))


def proportion(
    design: Sample,
    y: Columns,
    *,
    level_of: object = None,
    by: str | Sequence[str] = (),
    where: Columns | None = None,
    method: ShareMethod = "korn_graubard",
    level: float = 0.95,
    df: Literal["design", "domain", "rows"] | float = "design",
) -> Proportions:
    """Shares 0..1 of who says yes, by domain, with an interval made for shares (R `svyciprop`, `svyby(svyciprop)`).

    y: a column or n values of true/false or 0/1, NaN for no answer; or of any labels, with level_of the label, or a
    list of those, that counts as yes. method: Korn-Graubard as NCHS publishes it by default; the others are R's
    ("normal" is R's "mean" with df=Inf). df: PSUs minus strata of the design, or those that hold the domain's
    respondents, or with "rows" all its rows, answered or not, whose number then is the n of "beta" too, as R has it.
    A share of 0 or 1 has no standard error, and an interval by "korn_graubard" only. Raises EstimationError.
    """
    if method not in SHARE_METHODS:
        raise EstimationError(f"method must be one of {', '.join(SHARE_METHODS)}; got {method!r}.")
    refuse_level(level)
    if not isinstance(df, str) and not df > 0:
        raise EstimationError(f"df must be positive, or one of design, domain, rows; got {df}.")
    yes = _indicator(data_of(design), y, level_of)
    names = [by] if isinstance(by, str) else list(by)
    found = mean(design, yes, by=names, where=where)
    if not names:
        found = replace(found, keys=found.keys.assign(variable=y if isinstance(y, str) else "y"))
    domain = np.where(where_rows(design.data, where) & (design.weights > 0), domains(design.data, names)[0], -1)
    of_row = _degrees(design, found, domain, df)
    rows = np.bincount(domain[domain >= 0], minlength=len(found))
    if getattr(design, "calibrations", ()):
        rows = np.full(len(found), design.n)  # R keeps every row of a calibrated design in each of its parts
    spread = np.sqrt(np.maximum(np.diag(found.covariance), 0.0))
    if method == "logit" and isinstance(design, Replicates):
        spread = _of_log_odds(design, yes, domain, found.value)
    limits = share_interval(
        method,
        found.value,
        spread,
        n=(rows if df == "rows" else found.n).astype(np.float64),
        df=of_row,
        level=level,
        dispersion=_dispersions(design.weights, np.isfinite(yes), domain, found.n, rows=df == "rows"),
    )
    return Proportions(
        estimates=replace(found, method=f"share, {found.method.removeprefix('mean, ')}"),
        limits=np.column_stack(np.broadcast_arrays(*limits)),
        unavailable=tuple(
            _reason(method, error, degrees, error_used)
            for error, degrees, error_used in zip(found.unavailable, of_row, spread, strict=True)
        ),
        interval=method,
        level=level,
        df=of_row,
    )


def _indicator(data: pd.DataFrame, y: Columns, level_of: object = None) -> FloatArray:
    """float64[n]: 1 for yes, 0 for no, NaN for no answer. Raises EstimationError."""
    given = column(data, y, "y")
    missing = given.isna().to_numpy()
    if level_of is not None:
        chosen = list(cast(Any, level_of)) if pd.api.types.is_list_like(level_of) else [level_of]
        levels = given.cat.categories if isinstance(given.dtype, pd.CategoricalDtype) else given[~missing].unique()
        known = set(cast(Any, levels).tolist())
        unknown = [label for label in chosen if label not in known]
        if unknown:
            there = ", ".join(repr(label) for label in sorted(known, key=str)[:12])
            raise EstimationError(f"level_of: nobody answered {unknown[0]!r}; the answers are {there}.")
        return np.asarray(np.where(missing, np.nan, given.isin(chosen).to_numpy().astype(np.float64)))
    try:
        found = measured(data, given, "y")
    except EstimationError as problem:
        raise EstimationError("y must be true/false or 0/1; of labels, pass the one that counts as level_of=.") from (
            problem
        )
    other = np.flatnonzero(np.isfinite(found) & (found != 0) & (found != 1))
    if len(other):
        raise EstimationError(
            f"y must be true/false or 0/1; row {other[0]} has {found[other[0]]:g}. Pass the values that count as "
            "level_of=, or take mean() for an average."
        )
    return found


def _degrees(design: Sample, found: Estimates, domain: IntArray, df: str | float) -> FloatArray:
    if df == "rows":
        rows = np.flatnonzero(domain >= 0)
        return design.held_by(rows, domain[rows], len(found))[1].astype(np.float64)
    if isinstance(df, str) and df not in ("design", "domain"):
        raise EstimationError(f"df must be positive, or one of design, domain, rows; got {df!r}.")
    return degrees_of_freedom(df, found.df, found.domain_df)


def _reason(method: str, error: str, df: float, spread: float) -> str:
    if method == "korn_graubard" and error == "zero_variance":
        return ""
    if error or df <= 0:
        return error or "no_degrees_of_freedom"
    return "" if np.isfinite(spread) else "replicate_without_spread"


def _of_log_odds(design: Replicates, yes: FloatArray, domain: IntArray, p: FloatArray) -> FloatArray:
    """float64[k]: the replicates' spread of the log-odds, as an error of the share; not finite where one has none."""
    used = (domain >= 0) & np.isfinite(yes)
    of, values = domain[used], yes[used]

    def at(weights: FloatArray) -> FloatArray:
        w = weights[used]
        hits = np.bincount(of, w * values, minlength=len(p))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.log(hits / np.bincount(of, w * (1 - values), minlength=len(p))))

    with np.errstate(invalid="ignore"):
        linear = Linear(at(design.weights), np.zeros((design.n, len(p))), at)
        return np.asarray(np.sqrt(np.diag(covariance(design, linear))) * p * (1 - p))


def _dispersions(weights: FloatArray, answered: BoolArray, domain: IntArray, n: IntArray, *, rows: bool) -> FloatArray:
    """float64[k]: n/(n-1) of a quasi-binomial fit; with rows, times respondents' mean weight over all rows', as R."""
    found: FloatArray = np.divide(n, n - 1, out=np.full(len(n), np.nan), where=n > 1)
    if not rows:
        return found
    means = []
    for used in (answered & (domain >= 0), domain >= 0):
        held = np.bincount(domain[used], minlength=len(n))
        means.append(np.bincount(domain[used], weights[used], minlength=len(n)) / np.maximum(held, 1))
    return np.asarray(found * means[0] / np.where(means[1] > 0, means[1], np.nan))
