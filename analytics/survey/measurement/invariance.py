"""Whether an index means the same in each group: for women and men, in each language, on each channel.

A one-factor model for each group, fitted by pseudo-maximum likelihood under one design; then, item by item, whether its
share in the factor (metric invariance) and its level at the same factor (scalar invariance) are the same. Equivalence
is shown, not assumed: a difference counts as none only where its interval lies inside a margin (Schuirmann 1987).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from ..hypotheses.significance import adjusted, quadratic_form, tail, two_sided
from ..intervals import t_quantile
from ..linearisation import Linear, Sample, covariance
from ..variables import BoolArray, Columns, EstimationError, FloatArray, column, where_rows
from .item_covariances import Moments, moments
from .one_factor import Factor, one_factor
from .scales import Item, score

SHOWN, NOT_SHOWN, CANNOT = "shown", "not shown", "cannot be shown"
_BAD_FIT = 0.08  # SRMR over which one factor does not describe the items (Hu and Bentler 1999)


@dataclass(frozen=True, eq=False)
class Comparison:
    """One group beside the reference, over K items.

    loading, level: float64[K], the item's relative loading (1 on average) and its level in points of 100 at the same
    factor, less the reference's. anchors: bool[K], the items that stand for the factor, whose levels sum to nought:
    an item is only ever told apart from others, and one that plainly differs is no anchor, lest it move the others.
    half_loading, half_level: half their 90 % intervals; q: float64[K], twice the smaller of both tests' p-values, after
    Benjamini and Hochberg. p_metric, p_scalar: all items at once. gap: of the index, in points.
    """

    group: str
    n: int
    srmr: float
    loading: FloatArray = field(repr=False)
    half_loading: FloatArray = field(repr=False)
    level: FloatArray = field(repr=False)
    half_level: FloatArray = field(repr=False)
    anchors: BoolArray = field(repr=False)
    q: FloatArray = field(repr=False)
    p_metric: float
    p_scalar: float
    gap: float
    verdicts: tuple[str, ...]
    why: str


@dataclass(frozen=True, eq=False)
class Invariance:
    """The verdict on an index, and the comparisons behind it.

    verdict: "shown" where every item of every group is; "not shown" where an item differs; else "cannot be shown".
    """

    verdict: str
    items: tuple[str, ...]
    reference: str
    reference_n: int
    reference_srmr: float
    comparisons: tuple[Comparison, ...]
    loading_margin: float
    level_margin: float
    df: int

    def table(self) -> pd.DataFrame:
        """One row an item and group: differences with the halves of their 90 % intervals, q, and the verdict."""
        parts = [
            pd.DataFrame(
                {
                    "group": each.group,
                    "item": self.items,
                    "loading": each.loading,
                    "loading_half": each.half_loading,
                    "level": each.level,
                    "level_half": each.half_level,
                    "anchor": each.anchors,
                    "q": each.q,
                    "verdict": each.verdicts,
                }
            )
            for each in self.comparisons
        ]
        return pd.concat(parts, ignore_index=True)

    def __str__(self) -> str:
        head = (
            f"The index means the same in each group: {self.verdict} (margins: relative loading "
            f"{self.loading_margin:g}, level {self.level_margin:g} points; design-based, {self.df} degrees of "
            f"freedom)\n"
            f"reference {self.reference}: n = {self.reference_n}, SRMR {self.reference_srmr:.3f}"
        )
        lines = [
            f"{each.group}: n = {each.n}"
            + (
                f", SRMR {each.srmr:.3f}, p metric {each.p_metric:.3f}, p scalar {each.p_scalar:.3f}, "
                f"gap {each.gap:+.2f} points"
                if np.isfinite(each.p_metric)
                else ""
            )
            + (f"; {each.why}" if each.why else "")
            for each in self.comparisons
        ]
        table = self.table().to_string(index=False, na_rep="none", float_format=lambda value: f"{value:.3f}")
        return "\n".join([head, *lines, table])


def invariance(
    design: Sample,
    items: Sequence[Item],
    group: Columns,
    *,
    where: Columns | None = None,
    loading_margin: float = 0.25,
    level_margin: float = 5.0,
    least: int = 100,
) -> Invariance:
    """Whether items measure the same in each group, against the largest (Wald tests of a multi-group factor model).

    Rows with every item answered. An item is "shown" where the 90 % intervals of both differences lie within the
    margins, however sure a small difference is; "not shown" where they do not and a difference is found at q <= 0.05,
    or where one factor does not describe the group's items (SRMR over 0.08). Else it "cannot be shown", and so in a
    group of fewer than `least` rows or of one PSU. That all items shift together cannot be told from a real difference
    by any analysis of these items.
    Raises EstimationError: fewer than three items or than two groups.
    """
    if len(items) < 3:
        raise EstimationError(f"Invariance needs three items or more; got {len(items)}.")
    x = np.column_stack([score(design.data, item) for item in items])
    inside = where_rows(design.data, where) & (design.weights > 0)
    complete: BoolArray = inside & np.isfinite(x).all(axis=1)
    labels = column(design.data, group, "group")
    counts = labels[complete].value_counts()
    if len(counts) < 2:
        raise EstimationError(f"Invariance compares two groups or more with complete answers; got {len(counts)}.")
    first = counts.index[0]
    is_reference = complete & (labels == first).to_numpy()
    reference = _fit(x, design.weights, is_reference)
    compared = []
    for other in sorted(counts.index[1:]):
        rows = complete & (labels == other).to_numpy()
        few = int(rows.sum()) < least or int(is_reference.sum()) < least or design.psus_of(rows) < 2
        if few:
            compared.append(_unknown(str(other), int(rows.sum()), len(items), f"fewer than {least} rows or one PSU"))
            continue
        compared.append(_compare(design, x, is_reference, rows, str(other), (loading_margin, level_margin)))
    adjusted = _adjusted(compared)
    found = {verdict for each in adjusted for verdict in each.verdicts}
    return Invariance(
        verdict=NOT_SHOWN if NOT_SHOWN in found or reference.srmr > _BAD_FIT else CANNOT if CANNOT in found else SHOWN,
        items=tuple(item.name for item in items),
        reference=str(first),
        reference_n=int(is_reference.sum()),
        reference_srmr=reference.srmr,
        comparisons=tuple(adjusted),
        loading_margin=loading_margin,
        level_margin=level_margin,
        df=design.df,
    )


def _fit(x: FloatArray, weights: FloatArray, rows: BoolArray) -> Factor:
    return one_factor(moments(x, weights, rows).covariance)


def _compare(
    design: Sample,
    x: FloatArray,
    reference: BoolArray,
    rows: BoolArray,
    name: str,
    margins: tuple[float, float],
) -> Comparison:
    k, df = x.shape[1], design.df
    sides = [moments(x, design.weights, side) for side in (reference, rows)]
    fits = [one_factor(side.covariance) for side in sides]
    n, srmr, gap = int(rows.sum()), fits[1].srmr, float((sides[1].mean - sides[0].mean).mean())
    if any(fit.heywood for fit in fits):
        return replace(_unknown(name, n, k, "an item has no variance of its own (Heywood case)"), srmr=srmr, gap=gap)
    anchors: BoolArray = np.ones(k, dtype=bool)
    value, spread = _differences(design, x, (reference, rows), (sides, fits), anchors)
    se = np.sqrt(np.maximum(np.diag(spread), 0.0))
    if df < 1 or not (se > 0).all():
        return replace(_unknown(name, n, k, "no degrees of freedom"), srmr=srmr, gap=gap)
    p_metric, p_scalar = _wald(value[:k], spread[:k, :k], df), _wald(value[k:], spread[k:, k:], df)
    while True:
        p = two_sided(value / se, df)
        small = np.minimum(np.minimum(p[:k], p[k:]) * 2, 1.0)
        worst = int(np.argmin(np.where(anchors, small, np.inf)))
        if small[worst] * k > 0.05 or anchors.sum() <= max(2, (k + 1) // 2):
            break
        anchors[worst] = False
        value, spread = _differences(design, x, (reference, rows), (sides, fits), anchors)
        se = np.sqrt(np.maximum(np.diag(spread), 0.0))
    half = t_quantile(0.90, df) * se
    why = "one factor does not describe the items" if srmr > _BAD_FIT else ""
    near = (np.abs(value) + half) < np.repeat(margins, k)
    return Comparison(
        group=name,
        n=n,
        srmr=srmr,
        loading=value[:k],
        half_loading=half[:k],
        level=value[k:],
        half_level=half[k:],
        anchors=anchors,
        q=small,
        p_metric=p_metric,
        p_scalar=p_scalar,
        gap=gap,
        verdicts=tuple(NOT_SHOWN if why else SHOWN if both else CANNOT for both in near[:k] & near[k:]),
        why=why,
    )


def _differences(
    design: Sample,
    x: FloatArray,
    groups: tuple[BoolArray, BoolArray],
    found: tuple[list[Moments], list[Factor]],
    anchors: BoolArray,
) -> tuple[FloatArray, FloatArray]:
    """float64[2K] and [2K, 2K]: differences of relative loadings and of levels, both beside the anchors' mean."""
    k, anchor = x.shape[1], anchors.astype(np.float64)

    def compared(sides: list[Moments], fits: list[Factor]) -> FloatArray:
        relative = [fit.loadings / fit.loadings[anchors].mean() for fit in fits]
        gap, pooled = sides[1].mean - sides[0].mean, (fits[0].loadings + fits[1].loadings) / 2
        return np.concatenate([relative[1] - relative[0], gap - pooled * (anchor @ gap) / (anchor @ pooled)])

    def differences(weights: FloatArray) -> FloatArray:
        sides = [moments(x, weights, side) for side in groups]
        return compared(sides, [one_factor(side.covariance) for side in sides])

    sides, fits = found
    pooled = (fits[0].loadings + fits[1].loadings) / 2
    centring = np.eye(k) - np.outer(pooled, anchor) / (anchor @ pooled)
    distance = float(anchor @ (sides[1].mean - sides[0].mean) / (anchor @ pooled))
    influences = np.zeros((design.n, 2 * k))
    for sign, side, fit in zip((-1, 1), sides, fits, strict=True):
        of_loadings = np.column_stack([side.influence(slope) for slope in fit.jacobian()[:k]])
        total = float(anchor @ fit.loadings)
        relative = anchor.sum() / total * (np.eye(k) - np.outer(fit.loadings, anchor) / total)
        influences[:, :k] += sign * of_loadings @ relative.T
        influences[:, k:] += sign * side.influence_of_means() @ centring.T
        influences[:, k:] -= 0.5 * distance * of_loadings @ centring.T
    value = compared(sides, fits)
    return value, covariance(design, Linear(value, influences, differences))


def _wald(value: FloatArray, spread: FloatArray, df: int) -> float:
    """p of all differences at once; they sum to nought, so one fewer of them counts. NaN with too few PSUs."""
    rank = len(value) - 1
    if df < rank:
        return float("nan")
    size = quadratic_form(value[:-1], spread[:-1, :-1])
    if size is None:
        return float("nan")
    return tail("F", size * (df - rank + 1) / (df * rank), (rank, df - rank + 1))


def _unknown(name: str, n: int, k: int, why: str) -> Comparison:
    none, unknown, no_anchor = np.full(k, np.nan), float("nan"), np.zeros(k, dtype=bool)
    return Comparison(
        name, n, unknown, none, none, none, none, no_anchor, none, unknown, unknown, unknown, (CANNOT,) * k, why
    )


def _adjusted(compared: Sequence[Comparison]) -> list[Comparison]:
    """The comparisons with p-values of all items and groups adjusted together, and the verdicts that follow."""
    tested = [each for each in compared if np.isfinite(each.q).all()]
    if not tested:
        return list(compared)
    together = np.concatenate([each.q for each in tested])
    q = adjusted(together)
    found, at = [], 0
    for each in compared:
        if not np.isfinite(each.q).all():
            found.append(each)
            continue
        own = q[at : at + len(each.q)]
        at += len(each.q)
        verdicts = tuple(
            NOT_SHOWN if verdict != SHOWN and value <= 0.05 else verdict
            for verdict, value in zip(each.verdicts, own, strict=True)
        )
        found.append(replace(each, q=own, verdicts=verdicts))
    return found
