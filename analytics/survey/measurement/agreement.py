"""How far two answers about one thing agree, beyond what chance would do: in a population, or between raters.

`kappa` is of a sample with weights; the others are of plain units that several raters saw: coders of open answers,
double interviews, two readings of a form.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import fdtrc, fdtri

from ..hypotheses.cells import crossed, levels, shares_with_covariance
from ..hypotheses.significance import base_reason
from ..linearisation import Sample, variance_method
from ..results import ROUNDING, Estimates
from ..variables import Columns, EstimationError, FloatArray, IntArray, column, divided

Level = Literal["nominal", "ordinal", "interval", "ratio"]


def kappa(design: Sample, first: Columns, second: Columns, *, where: Columns | None = None) -> Estimates:
    """Cohen's kappa of two columns with the same levels: 1 full agreement, 0 as by chance (R `svykappa`).

    Rows of the data with both answers count; a level that one column never has counts there as nobody. The variance is
    the delta method's on the shares of the cells. One row; unavailable where all agree, for there is nothing to see an
    error by. Raises EstimationError where the columns have no level in common.
    """
    data = design.data
    known = [levels(column(data, given, name), name) for given, name in ((first, "first"), (second, "second"))]
    if not set(known[0].tolist()) & set(known[1].tolist()):
        shown = " and ".join(", ".join(str(level) for level in some[:6]) or "no answer at all" for some in known)
        raise EstimationError(f"Kappa needs two columns with the same levels; got {shown}. Give both the same labels.")
    cells = crossed(design, first, second, where, seen=True, same=True)
    answered, k = cells.answered, len(cells.rows)
    value, variance, reason = float("nan"), 0.0, base_reason(design, answered)
    if k > 1:
        found, covariance = shares_with_covariance(design, cells)
        shares = found.reshape(k, k)
        down, across = shares.sum(axis=1), shares.sum(axis=0)
        chance = float(down @ across)
        disagreed = float(shares.sum() - np.trace(shares)) if _off_diagonal(cells.respondents) else 0.0
        value = 1 - disagreed / (1 - chance)
        of_chance = (across[:, None] + down[None, :]).ravel()
        slope = (np.eye(k).ravel() - of_chance * (1 - value)) / (1 - chance)
        variance = float(slope @ covariance @ slope)
    if not reason and not np.isfinite(variance):
        reason = "empty_replicate"
    if not reason and (variance <= ROUNDING or not _off_diagonal(cells.respondents)):
        reason = "zero_variance"
    return Estimates(
        keys=pd.DataFrame({"statistic": ["kappa"]}),
        value=np.array([value]),
        covariance=np.array([[variance]]),
        n=np.array([int(answered.sum())]),
        df=design.df,
        domain_df=np.array([design.df_of(answered)]),
        srs=np.full(1, np.nan),
        drawn=np.zeros(1),
        unavailable=(reason,),
        method=f"Cohen's kappa, {variance_method(design)}",
        probability=design.probability,
    )


@dataclass(frozen=True)
class CohenKappa:
    """Cohen's kappa of two raters, plain and weighted by squared distance, with large-sample standard errors."""

    value: float
    se: float
    weighted: float
    weighted_se: float
    n: int
    method: str = "Cohen's kappa; weighted by squared distance of categories; large-sample errors"

    def __str__(self) -> str:
        return (
            f"{self.method}\nkappa {self.value:.4f} (standard error {self.se:.4f}), weighted {self.weighted:.4f} "
            f"({self.weighted_se:.4f}), n = {self.n}"
        )


def krippendorff(ratings: npt.ArrayLike, level: Level = "nominal") -> float:
    """Krippendorff's alpha of ratings [raters, units], NaN for none: 1 less disagreement over that by chance (2011).

    Raises EstimationError: no unit with two ratings, one value only, or ratios of values under 0.
    """
    if level not in get_args(Level):
        raise EstimationError(f"level must be one of {', '.join(get_args(Level))}; got {level!r}.")
    given = np.array(ratings, dtype=np.float64)
    if given.ndim != 2:
        raise EstimationError(f"ratings must be raters by units; got {given.ndim} dimension(s).")
    values = np.unique(given[np.isfinite(given)])
    by_unit = np.array([(given == value).sum(axis=0) for value in values], dtype=np.float64).T  # [units, values]
    raters = by_unit.sum(axis=1) if len(values) else np.zeros(0)
    paired = by_unit[raters >= 2]
    sizes = paired.sum(axis=0) if len(paired) else np.zeros(len(values))
    if (sizes > 0).sum() < 2:
        raise EstimationError("Agreement needs units with two ratings and more than one value among them.")
    if level == "ratio" and (values[sizes > 0] < 0).any():
        raise EstimationError("Ratios need values of 0 or more; use interval.")
    scale = 1 / (paired.sum(axis=1) - 1)
    together = (paired * scale[:, None]).T @ paired - np.diag(paired.T @ scale)
    distance = _distance(values, sizes, level)
    n = sizes.sum()
    by_chance = (np.outer(sizes, sizes) - np.diag(sizes)) / (n - 1)
    return float(1 - np.sum(together * distance) / np.sum(by_chance * distance))


def cohen_kappa(first: npt.ArrayLike, second: npt.ArrayLike) -> CohenKappa:
    """Cohen's kappa of two columns of ratings (R `psych::cohen.kappa`); units that one did not rate are left out.

    Weights: squared distance of the categories' ranks. Errors: Fleiss, Cohen and Everitt 1969; of the weighted kappa
    `psych` 2.2.9 gives a larger one, which a jackknife of the units does not bear out. Raises EstimationError.
    """
    a, b = pd.Series(np.asarray(first)), pd.Series(np.asarray(second))
    if len(a) != len(b):
        raise EstimationError(f"Both raters need one rating a unit; got {len(a)} and {len(b)}.")
    both = (a.notna() & b.notna()).to_numpy()
    codes, levels = pd.factorize(pd.concat([a[both], b[both]]), sort=True)
    n, k = int(both.sum()), len(levels)
    if n < 2 or k < 2:
        raise EstimationError(f"Agreement needs two units and two categories or more; got {n} and {k}.")
    shares = np.bincount(codes[:n] * k + codes[n:], minlength=k * k).reshape(k, k) / n
    if np.isclose(np.trace(shares.sum(axis=1)[:, None] * shares.sum(axis=0)[None, :]), 1):
        raise EstimationError("Both raters gave one and the same category to all; agreement by chance is complete.")
    ranks = np.arange(k, dtype=np.float64)
    squared = 1 - (ranks[:, None] - ranks[None, :]) ** 2 / (k - 1) ** 2
    plain, spread = _with_error(shares, np.eye(k), n)
    weighted, weighted_spread = _with_error(shares, squared, n)
    return CohenKappa(plain, spread, weighted, weighted_spread, n)


def intraclass(ratings: npt.ArrayLike, level: float = 0.95) -> pd.DataFrame:
    """The six intraclass correlations of ratings [units, raters], complete (Shrout and Fleiss 1979; R `psych::ICC`).

    Columns type, value, low, high, f, df1, df2, p. Type 1: other raters for each unit; 2: raters are a sample; 3: these
    raters; "k": of their mean. Raises EstimationError.
    """
    x = np.array(ratings, dtype=np.float64)
    if x.ndim != 2 or min(x.shape) < 2 or not np.isfinite(x).all():
        raise EstimationError(f"ratings must be complete, two units by two raters or more; got {x.shape}.")
    n, k = x.shape
    units, raters, grand = x.mean(axis=1), x.mean(axis=0), x.mean()
    between = k * float(np.sum((units - grand) ** 2)) / (n - 1)
    judges = n * float(np.sum((raters - grand) ** 2)) / (k - 1)
    within = float(np.sum((x - units[:, None]) ** 2)) / (n * (k - 1))
    error = float(np.sum((x - units[:, None] - raters[None, :] + grand) ** 2)) / ((n - 1) * (k - 1))
    if error <= 0 or within <= 0:
        raise EstimationError("The raters differ by a constant or not at all: nothing is left to compare them by.")
    tail = (1 + level) / 2
    rows = []
    f1, f3, d1, d2, d3 = between / within, between / error, n - 1, n * (k - 1), (n - 1) * (k - 1)
    for kind, f, df, mean in (("1", f1, d2, False), ("1k", f1, d2, True), ("3", f3, d3, False), ("3k", f3, d3, True)):
        low, high = f / float(fdtri(d1, df, tail)), f * float(fdtri(df, d1, tail))
        value = [1 - 1 / each if mean else (each - 1) / (each + k - 1) for each in (f, low, high)]
        rows.append((kind, *value, f, d1, df, float(fdtrc(d1, df, f))))
    single = (between - error) / (between + (k - 1) * error + k * (judges - error) / n)
    ratio = judges / error
    df = (
        (k - 1)
        * (n - 1)
        * (k * single * ratio + n * (1 + (k - 1) * single) - k * single) ** 2
        / ((n - 1) * k**2 * single**2 * ratio**2 + (n * (1 + (k - 1) * single) - k * single) ** 2)
    )
    up, down = float(fdtri(d1, df, tail)), float(fdtri(df, d1, tail))
    low = n * (between - up * error) / (up * (k * judges + (k * n - k - n) * error) + n * between)
    high = n * (down * between - error) / (k * judges + (k * n - k - n) * error + n * down * between)
    rows.append(("2", single, low, high, f3, d1, d3, float(fdtrc(d1, d3, f3))))
    stepped = [k * each / (1 + (k - 1) * each) for each in (single, low, high)]
    rows.append(("2k", *stepped, f3, d1, d3, float(fdtrc(d1, d3, f3))))
    columns = ["type", "value", "low", "high", "f", "df1", "df2", "p"]
    return pd.DataFrame(sorted(rows), columns=columns)


def _with_error(shares: FloatArray, weights: FloatArray, n: int) -> tuple[float, float]:
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    seen, chance = float(np.sum(weights * shares)), float(rows @ weights @ columns)
    value = (seen - chance) / (1 - chance)
    average = (weights @ columns)[:, None] + (rows @ weights)[None, :]
    spread = float(np.sum(shares * (weights * (1 - chance) - average * (1 - seen)) ** 2))
    spread -= (seen * chance - 2 * chance + seen) ** 2
    return value, float(np.sqrt(max(spread, 0.0) / n) / (1 - chance) ** 2)


def _distance(values: FloatArray, sizes: FloatArray, level: Level) -> FloatArray:
    placed = np.cumsum(sizes) - sizes / 2 if level == "ordinal" else values
    apart = np.subtract.outer(placed, placed)
    if level == "nominal":
        apart = (apart != 0).astype(np.float64)
    if level == "ratio":
        total = np.add.outer(values, values)
        apart = divided(apart, total, 0.0)
    return np.asarray(apart * apart, dtype=np.float64)


def _off_diagonal(respondents: IntArray) -> bool:
    return bool((respondents - np.diag(np.diag(respondents))).any())
