"""List experiments: how many hold a sensitive item, when nobody says which items of a list are theirs.

A random half gets a list of J items, the other half the same list and the sensitive item; the difference of the mean
counts is the share that holds it, if the item changes no other answer. Each figure is a domain contrast of the design.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy.optimize import nnls
from scipy.sparse import csr_array
from scipy.special import chdtrc, stdtr
from scipy.stats import multivariate_normal

from ..estimates.means import mean
from ..linearisation import Sample, covariance, ratios
from ..results import Estimates
from ..variables import BoolArray, Columns, EstimationError, FloatArray, data_of, measured, where_rows

Selection = Literal["studentised", "list", "all"]


@dataclass(frozen=True, eq=False)
class ListCheck:
    """Whether the sensitive item seems to change the other answers, and who it cannot protect.

    shares: for each count y, those who hold the item and y others (holds 1) or do not (holds 0), with errors; none can
    be under 0 unless answers changed. p: that they all could be 0 or more, after Bonferroni for the two sets; 1 where
    none is under 0. ceiling, floor: shares of the control arm that hold all items, or none: with the sensitive item
    their count gives them away, or seems to.
    """

    shares: pd.DataFrame = field(repr=False)
    p: float
    ceiling: float
    ceiling_se: float
    floor: float
    floor_se: float
    n: int
    method: str

    def __str__(self) -> str:
        verdict = "the list changed answers" if self.p < 0.05 else "no sign that the list changed answers"
        table = self.shares.to_string(index=False, float_format=lambda value: f"{value:.4f}")
        return (
            f"{self.method}: p = {self.p:.4f}, {verdict} (n = {self.n})\nall items held by {self.ceiling:.3f} "
            f"({self.ceiling_se:.3f}) of the control arm, none by {self.floor:.3f} ({self.floor_se:.3f})\n{table}"
        )


def list_difference(
    design: Sample,
    y: str,
    treated: str,
    *,
    items: int,
    by: str | Sequence[str] = (),
    where: Columns | None = None,
) -> Estimates:
    """The share that holds the sensitive item, for everyone or by domain, with one covariance (R `ictreg(y ~ 1)`).

    y: the count, 0..items and one more where treated is 1. A domain's two arms share its PSUs, which the error knows.
    Raises EstimationError: counts outside the list, or a domain without one of the arms.
    """
    _, _, used = arms(design, y, treated, items, where)
    by = [by] if isinstance(by, str) else list(by)
    found = mean(design, y, by=[*by, treated], where=used)
    arm = found.keys[treated].to_numpy(dtype=np.float64)
    names = found.keys[by].astype(str).agg(":".join, axis=1) if by else pd.Series(["difference"] * len(found))
    rows: dict[str, list[float]] = {}
    for name in dict.fromkeys(names):
        here = (names == name).to_numpy()
        if here.sum() != 2:
            raise EstimationError(f"{name} has no respondents in one arm of the experiment; join it to another domain.")
        rows[name] = [float(sign) for sign in np.where(here, 2 * arm - 1, 0)]
    how = found.method.removeprefix("mean, ")
    contrast = found.contrast(rows)
    return replace(
        contrast,
        keys=found.keys[by].drop_duplicates().reset_index(drop=True) if by else pd.DataFrame({"variable": [y]}),
        n=np.array([int(found.n[(names == name).to_numpy()].sum()) for name in rows], dtype=np.int64),
        method=f"share holding the sensitive item (list experiment, difference of means), {how}",
    )


def list_check(
    design: Sample,
    y: Columns,
    treated: Columns,
    *,
    items: int,
    selection: Selection = "studentised",
    where: Columns | None = None,
) -> ListCheck:
    """Test for design effects of a list experiment (Blair and Imai 2012; R `list::ict.test`), with design errors.

    selection: which shares can be under 0 at all, by generalised moment selection (Andrews and Soares 2010): those
    whose t is under sqrt(log n); "list" takes them as R does, by their spread over counts, which leaves out nearly
    every share above 0 and so rejects more often; "all" keeps all. Raises EstimationError.
    """
    if selection not in get_args(Selection):
        raise EstimationError(f"selection must be one of {', '.join(get_args(Selection))}; got {selection!r}.")
    count, arm, used = arms(design, y, treated, items, where)
    sides = [used & (arm == side) for side in (0, 1)]
    below = np.column_stack([(count <= j) & side for side in sides for j in range(items + 1)])
    base = np.column_stack([side for side in sides for _ in range(items + 1)])
    top, bottom = csr_array(below.astype(np.float64)), csr_array(base.astype(np.float64))
    linear = ratios(design.weights, top, bottom)
    spread = covariance(design, linear, bottom)
    k = items + 1
    unit = np.eye(2 * k)
    holds = unit[:k] - unit[k:]  # counts up to j are rarer where the list is longer
    lacks = unit[k:] - np.vstack([np.zeros(2 * k), unit[: k - 1]])
    contrasts = np.vstack([holds, lacks])
    value, joint = contrasts @ linear.value, contrasts @ spread @ contrasts.T
    se = np.sqrt(np.maximum(np.diag(joint), 0.0))
    n = int(used.sum())
    found = []
    for rows in (np.arange(items), np.arange(k + 1, 2 * k)):
        kept = rows[_selected(value[rows], se[rows], n, selection)]
        if len(kept):
            found.append(_p_of_none_below(value[kept], joint[np.ix_(kept, kept)], design.df))
    edges = mean(design, count == items, where=sides[0]), mean(design, count == 0, where=sides[0])
    return ListCheck(
        shares=pd.DataFrame({"y": [*range(k)] * 2, "holds": [1] * k + [0] * k, "share": value, "se": se}),
        p=min(1.0, 2 * min(found, default=1.0)),
        ceiling=float(edges[0].value[0]),
        ceiling_se=float(edges[0].se[0]),
        floor=float(edges[1].value[0]),
        floor_se=float(edges[1].se[0]),
        n=n,
        method=f"test of design effects (Blair and Imai 2012), {selection} moments",
    )


def arms(
    design: Sample, y: Columns, treated: Columns, items: int, where: Columns | None = None
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Counts and arms, float64[n] each, and the rows of the experiment, bool[n]. Raises EstimationError."""
    count, arm = measured(data_of(design), y, "y"), measured(design.data, treated, "treated")
    used: BoolArray = where_rows(design.data, where) & (design.weights > 0) & np.isfinite(count) & np.isfinite(arm)
    if not np.isin(arm[used], (0, 1)).all() or len(np.unique(arm[used])) < 2:
        raise EstimationError("treated must be 1 for those with the sensitive item in their list, 0 for the others.")
    bad = used & ((count < 0) | (count > items + arm) | (count != np.round(count)))
    if bad.any():
        row = int(np.argmax(bad))
        raise EstimationError(
            f"y must count items of the list, 0 to {items}, one more where treated; row {row} has {count[row]:g}."
        )
    return count, arm, used


def _selected(value: FloatArray, se: FloatArray, n: int, selection: Selection) -> BoolArray:
    varies: BoolArray = se > 0
    if selection == "all":
        return varies
    if selection == "studentised":
        t = np.divide(value, se, out=np.zeros(len(value)), where=varies)
    else:
        t = np.sqrt(n) * value / np.std(value, ddof=1)
    kept: BoolArray = varies & (value != 0) & (t <= np.sqrt(np.log(n)))
    return kept


def _p_of_none_below(value: FloatArray, spread: FloatArray, df: int) -> float:
    """That shares as low are seen where all are 0 or more: chi-bar-squared (Kudo 1963), t for one share alone."""
    if (value >= 0).all():
        return 1.0
    if len(value) == 1:
        return float(stdtr(df, value[0] / np.sqrt(spread[0, 0])))
    root = np.linalg.cholesky(np.linalg.inv(spread)).T
    distance = float(nnls(root, root @ value)[1]) ** 2
    k = len(value)
    p = 0.0
    for size in range(k):  # size shares above 0 at the nearest point, the others at 0
        for free in combinations(range(k), size):
            fixed = [i for i in range(k) if i not in free]
            inner = np.asarray(np.linalg.inv(spread[np.ix_(fixed, fixed)]), dtype=np.float64)
            outer = np.zeros((0, 0))
            if free:
                own = list(free)
                cross = spread[np.ix_(own, fixed)]
                outer = spread[np.ix_(own, own)] - cross @ inner @ cross.T
            p += _orthant(inner) * _orthant(outer) * float(chdtrc(k - size, distance))
    return p


def _orthant(spread: FloatArray) -> float:
    """The chance that normal variables are all above 0."""
    k = len(spread)
    size = np.sqrt(np.diag(spread))
    r = spread / np.outer(size, size) if k else spread
    if k <= 3:
        angles = float(np.arcsin(np.clip(r[np.triu_indices(k, 1)], -1, 1)).sum())
        return float(0.5**k + angles * (0, 0, 1 / (2 * np.pi), 1 / (4 * np.pi))[k])
    return float(multivariate_normal.cdf(np.zeros(k), cov=r, abseps=1e-7, releps=1e-7, rng=np.random.default_rng(1)))
