"""Tables, tests of independence, comparisons of groups, and agreement, under R's names.

R takes the degrees of freedom of the rows that a subset leaves. Without CompQuadForm, as the values were made, its
"lincom" falls back to the saddlepoint approximation, so that is what is compared (ours of that name is exact); and it
cuts the denominator's degrees of freedom to a whole number for both, while dividing by the fraction. With replicate
weights it takes none.
"""

from typing import Any

import numpy as np

from analytics.survey.hypotheses.association import Statistic, crosstab, independence
from analytics.survey.hypotheses.chisquares import upper_tail
from analytics.survey.hypotheses.comparisons import RankTest, ranktest, ttest
from analytics.survey.hypotheses.significance import SignificanceTest, tail
from analytics.survey.intervals import t_interval
from analytics.survey.measurement.agreement import kappa
from analytics.survey.replicates import Replicates

from .evaluate import Quantities, Scope, designed, formula, told, verb, with_terms
from .syntax import Call, Op

_RANK_TESTS: dict[str, RankTest] = {
    "wilcoxon": "wilcoxon",
    "KruskalWallis": "kruskal",
    "median": "median",
    "vanderWaerden": "vanderWaerden",
}
_STATISTICS: dict[str, Statistic] = {
    "F": "F",
    "Chisq": "Chisq",
    "Wald": "Wald",
    "adjWald": "adjWald",
    "lincom": "saddlepoint",
    "saddlepoint": "saddlepoint",
}


_ABSENT: dict[str, Any] = {"estimate": None, "conf_int": None}  # what R leaves out of such a test


@verb("svytable")
def _table(call: Call, scope: Scope) -> Quantities:
    scope, called = with_terms(designed(call.get("design", 1), scope), formula(call.get("formula", 0)))
    if len(called) != 2:
        raise NotImplementedError("svytable of other than two variables")
    found = crosstab(scope.design, *called, where=scope.where).table("count")
    all_of_it = call.get("Ntotal", 2)
    scale = 1.0 if all_of_it is None else all_of_it / found.to_numpy().sum()
    return {"table": found.to_numpy() * scale, "rows": list(found.index), "cols": list(found.columns)}


@verb("svychisq")
def _independence(call: Call, scope: Scope) -> Quantities:
    scope, called = with_terms(designed(call.get("design", 1), scope), formula(call.get("formula", 0)))
    statistic = _STATISTICS[call.get("statistic", 2, "F")]
    association = independence(scope.design, *called, where=scope.where, statistic=statistic, df="domain")
    found = association.test
    shown = {"statistic": [found.statistic], "parameter": found.df, "p_value": found.p} | _ABSENT
    if statistic != "saddlepoint":
        return shown
    ddf = np.inf if isinstance(scope.design, Replicates) else found.df[1]
    whole = np.floor(ddf)
    x = association.pearson * (1.0 if np.isinf(ddf) else whole / ddf)
    p = upper_tail(x, association.design_effects, ddf=whole, method="saddlepoint")
    return shown | {"parameter": [], "p_value": p}


@verb("svyttest")
def _means(call: Call, scope: Scope) -> Quantities:
    scope, y, group = _sides(call, scope)
    found = ttest(scope.design, y, group, where=scope.where, df="domain")
    return _compared(found)


@verb("svyranktest")
def _ranks(call: Call, scope: Scope) -> Quantities:
    scope, y, group = _sides(call, scope)
    test = _RANK_TESTS[call.get("test", 2, "wilcoxon")]
    found = ranktest(scope.design, y, str(group), test=test, where=scope.where, df="domain", ties="row_average")
    if found.symbol == "F":  # R puts the degrees of freedom where others put the statistic
        ndf, ddf = found.df
        shown = {"statistic": [ndf], "parameter": [found.statistic * ndf], "ddf": ddf, "p_value": _probability(found)}
        return shown | _ABSENT
    return _compared(found)


@verb("svykappa")
def _kappa(call: Call, scope: Scope) -> Quantities:
    scope, called = with_terms(designed(call.get("design", 1), scope), formula(call.get("formula", 0)))
    found = told(kappa(scope.design, *called, where=scope.where))
    return {name: found[name] for name in ("est", "se", "vcov")}


def _sides(call: Call, scope: Scope) -> tuple[Scope, str, str | None]:
    """The scope with both sides of y ~ group as columns; group is None for y ~ 0 and y ~ 1."""
    sides = call.get("formula", 0)
    assert isinstance(sides, Op)
    terms = [sides.left, *([] if sides.right in (0, 1) else [sides.right])]
    scope, called = with_terms(designed(call.get("design", 1), scope), terms)
    return scope, called[0], called[1] if len(called) > 1 else None


def _compared(found: SignificanceTest) -> dict[str, Any]:
    """A t test as R shows it, also where ours withholds it."""
    quantities: dict[str, Any] = _ABSENT | {
        "statistic": [found.statistic],
        "parameter": found.df,
        "p_value": _probability(found),
        "estimate": list(found.effect.values()),
    }
    if found.estimate is not None:
        value, se = float(found.estimate.value[0]), float(np.sqrt(found.estimate.covariance[0, 0]))
        quantities["conf_int"] = t_interval(value, se, found.df[0], 0.95) if found.df[0] > 0 else [np.nan, np.nan]
    return quantities


def _probability(found: SignificanceTest) -> float:
    return tail(found.symbol, found.statistic, found.df)
