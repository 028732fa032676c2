"""Whether groups differ: in means by t, in ranks by Wilcoxon, Kruskal and Wallis, van der Waerden, or the median."""

from dataclasses import replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.special import ndtri

from ..estimates.means import mean
from ..linearisation import Linear, Sample, covariance, variance_method
from ..results import ROUNDING, DegreesOfFreedom, Estimates
from ..variables import BoolArray, Columns, EstimationError, FloatArray, IntArray, column, data_of, measured, where_rows
from .cells import levels, positions
from .significance import SignificanceTest, Symbol, base_reason, freedom, quadratic_form, tail

RankTest = Literal["wilcoxon", "kruskal", "median", "vanderWaerden"]
Ties = Literal["midrank", "row_average"]


def ttest(
    design: Sample,
    y: Columns,
    group: Columns | None = None,
    *,
    where: Columns | None = None,
    null: float = 0.0,
    df: DegreesOfFreedom = "design",
) -> SignificanceTest:
    """Test whether a mean is `null`, or with group whether two groups' means differ by it (R `svyttest`).

    group: two levels in the domain, sorted; the estimate is the second's mean minus the first's. Rows without an answer
    or a group are left out. The degrees of freedom are PSUs minus strata minus one: of the whole design, or with
    df="domain", as in R, of the rows of `where`, and with a group of those that are left. `interval()` gives the
    interval. Raises EstimationError.
    """
    if not np.isfinite(null):
        raise EstimationError(f"null must be the value of the mean under the hypothesis, a number; got {null}.")
    values = measured(data_of(design), y, "y")
    inside = where_rows(design.data, where) & np.isfinite(values) & (design.weights > 0)
    name = y if isinstance(y, str) else "y"
    how, n = variance_method(design), int(inside.sum())
    if group is None:
        found = replace(mean(design, values, where=inside), keys=pd.DataFrame({"mean of": [name]}))
        ddf = freedom(design, where_rows(design.data, where), df) - 1
        return _t(f"One-sample t test, {how}", f"the mean of {name} is {null:g}", found, null, (ddf, n))
    method, what = f"t test of two means, {how}", f"the means of {name} do not differ{_between(group)}"
    if null:
        what = f"the means of {name} differ by {null:g}{_between(group)}"
    inside, codes, labels = _grouped(design, group, inside)
    n = int(inside.sum())
    if len(labels) > 2:
        raise EstimationError(
            f"A t test compares two groups; the domain has {len(labels)}: {', '.join(map(str, labels[:6]))}. "
            "Choose two with where=, or test all at once with ranktest."
        )
    if len(labels) < 2:
        return _nothing_to_compare(method, what, "t", n, design)
    frame = pd.DataFrame({"y": values, "group": codes})
    means = mean(replace(design, data=frame), "y", by="group", where=inside)
    difference = means.contrast({f"{labels[1]} - {labels[0]}": [-1, 1]})
    return _t(method, what, difference, null, (freedom(design, inside, df) - 1, n))


def ranktest(
    design: Sample,
    y: Columns,
    group: Columns,
    *,
    test: RankTest = "wilcoxon",
    where: Columns | None = None,
    df: DegreesOfFreedom = "design",
    ties: Ties = "midrank",
) -> SignificanceTest:
    """Test whether groups differ in the ranks of y in the population (R `svyranktest`; Lumley and Scott 2013).

    Scores by the estimated rank r in a population of N: r/N (wilcoxon; kruskal is the same), the normal quantile of r/N
    (vanderWaerden), or whether r > N/2 (median). Two groups give t and the difference in mean score; more give the F of
    a Wald test that all are equal, and differences from the first. ties="midrank" gives tied rows the middle of the
    weight they share; "row_average" is R's rule, which depends on the order of the rows. df as in `ttest`.
    Raises EstimationError.
    """
    if test not in get_args(RankTest) or ties not in get_args(Ties):
        raise EstimationError(
            f"test must be one of {', '.join(get_args(RankTest))} and ties one of {', '.join(get_args(Ties))}; "
            f"got {test!r} and {ties!r}."
        )
    values = measured(data_of(design), y, "y")
    inside = where_rows(design.data, where) & np.isfinite(values) & (design.weights > 0)
    inside, codes, labels = _grouped(design, group, inside)
    symbol: Symbol = "F" if len(labels) > 2 else "t"
    name, n = y if isinstance(y, str) else "y", int(inside.sum())
    title = _TITLES["kruskal" if test == "wilcoxon" and len(labels) > 2 else test]
    method = f"{title}, {variance_method(design)}"
    what = f"the ranks of {name} do not differ{_between(group)}"
    if len(labels) < 2:
        return _nothing_to_compare(method, what, symbol, n, design)
    rows, member = np.flatnonzero(inside), codes[inside].astype(np.int64)
    w = design.weights[rows]
    scores = _scores(_ranks(values[rows], w, ties), float(w.sum()), test)
    sizes = np.bincount(member, w)
    average = np.bincount(member, w * scores) / sizes
    residual = (scores - average[member]) / sizes[member]
    apart = average[1:] - average[0]
    spread = _spread_of_differences(design, rows, member, residual)
    ddf = freedom(design, inside, df) - len(apart)
    reason = _reason(design, inside, codes, len(labels)) or ("" if ddf > 0 else "no_degrees_of_freedom")
    degrees: tuple[float, ...] = (float(ddf),) if symbol == "t" else (float(len(apart)), float(ddf))
    seen = np.diag(spread) > ROUNDING
    size = quadratic_form(apart, spread) if seen.all() else None
    statistic = float("nan")
    if size is None:
        reason = reason or ("singular_covariance" if seen.any() else "zero_variance")
    else:
        statistic = float(np.sign(apart[0]) * np.sqrt(size)) if symbol == "t" else size / len(apart)
    return SignificanceTest(
        method=method,
        hypothesis=what,
        symbol=symbol,
        statistic=statistic,
        df=degrees,
        p=float("nan") if reason else tail(symbol, statistic, degrees),
        n=n,
        effect={f"{label} - {labels[0]}": float(gap) for label, gap in zip(labels[1:], apart, strict=True)},
        unavailable=reason,
        probability=design.probability,
    )


_TITLES = {
    "wilcoxon": "Wilcoxon rank test",
    "kruskal": "Kruskal-Wallis rank test",
    "median": "Median test",
    "vanderWaerden": "van der Waerden rank test",
}


def _grouped(design: Sample, group: Columns, inside: BoolArray) -> tuple[BoolArray, FloatArray, list[Any]]:
    """The rows that have a group; of each row of the design the place of its group, NaN elsewhere; the groups."""
    given = column(design.data, group, "group")
    inside = inside & given.notna().to_numpy()
    found = levels(given[inside], "group")
    codes = np.full(design.n, np.nan)
    codes[inside] = positions(given[inside], found)
    return inside, codes, found.tolist()


def _t(
    method: str, hypothesis: str, estimate: Estimates, null: float, degrees_and_n: tuple[int, int]
) -> SignificanceTest:
    (ddf, n), variance = degrees_and_n, float(estimate.covariance[0, 0])
    reason = estimate.unavailable[0] or ("" if ddf > 0 else "no_degrees_of_freedom")
    statistic = float((estimate.value[0] - null) / np.sqrt(variance)) if variance > 0 else float("nan")
    return SignificanceTest(
        method=method,
        hypothesis=hypothesis,
        symbol="t",
        statistic=statistic,
        df=(float(ddf),),
        p=float("nan") if reason else tail("t", statistic, (float(ddf),)),
        n=n,
        effect={estimate.labels[0]: float(estimate.value[0])},
        unavailable=reason,
        estimate=estimate,
        null=null,
        probability=estimate.probability,
    )


def _nothing_to_compare(method: str, hypothesis: str, symbol: Symbol, n: int, design: Sample) -> SignificanceTest:
    return SignificanceTest(
        method=method,
        hypothesis=hypothesis,
        symbol=symbol,
        statistic=float("nan"),
        df=(),
        p=float("nan"),
        n=n,
        unavailable="one_level" if n else "no_base",
        probability=design.probability,
    )


def _ranks(y: FloatArray, w: FloatArray, ties: Ties) -> FloatArray:
    """Ranks in the population, 0 to sum(w), by the weight below each row and half its own."""
    _, level = np.unique(y, return_inverse=True)
    if ties == "midrank":
        held = np.bincount(level, w)
        return np.asarray((np.cumsum(held) - held / 2)[level])
    order = np.argsort(y, kind="stable")
    middle = np.empty(len(y))
    middle[order] = np.cumsum(w[order]) - w[order] / 2
    return np.asarray((np.bincount(level, middle) / np.bincount(level))[level])


def _scores(ranks: FloatArray, population: float, test: RankTest) -> FloatArray:
    if test == "median":
        return np.asarray((ranks > population / 2).astype(np.float64))
    return np.asarray(ndtri(ranks / population) if test == "vanderWaerden" else ranks / population)


def _spread_of_differences(design: Sample, rows: IntArray, member: IntArray, residual: FloatArray) -> FloatArray:
    """float64[k - 1, k - 1]: the covariance of mean scores minus that of the first group, the scores as they are."""
    k = int(member.max()) + 1
    influence = np.zeros((design.n, k - 1))
    for other in range(1, k):
        influence[rows, other - 1] = np.where(member == other, residual, np.where(member == 0, -residual, 0.0))
    linear = Linear(design.weights @ influence, influence, lambda weights: np.asarray(weights @ influence))
    members = np.zeros((design.n, k - 1))
    members[rows] = 1
    return covariance(design, linear, csr_array(members))


def _reason(design: Sample, inside: BoolArray, codes: FloatArray, groups: int) -> str:
    """Why the errors cannot be seen, of the first group of which they cannot."""
    each = (base_reason(design, inside & (codes == group)) for group in range(groups))
    return next((reason for reason in each if reason), "")


def _between(group: Columns) -> str:
    return f" between the groups of {group}" if isinstance(group, str) else " between the groups"
