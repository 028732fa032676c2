"""Works out an R call with our verbs, and gives what R's result would hold under R's names.

A function of R is a function here, registered under its name with `verb`; it takes its call and the scope.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.survey.estimates.means import mean, ratio, total
from analytics.survey.linearisation import Sample
from analytics.survey.results import Estimates

from .syntax import Call, Name, Op

Quantities = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Scope:
    """A design and the rows that are left of it; `case` is the case's own entry, `meta` the file's."""

    design: Sample
    where: npt.NDArray[np.bool_]
    case: Mapping[str, Any]
    meta: Mapping[str, Any]

    @property
    def data(self) -> pd.DataFrame:
        """The design's variables."""
        return self.design.data


Verb = Callable[[Call, Scope], Any]
VERBS: dict[str, Verb] = {}
DESIGNS: dict[str, Callable[[Call, Scope], Scope]] = {}


def verb(*names: str) -> Callable[[Verb], Verb]:
    """Register a function of R that gives figures."""

    def add(function: Verb) -> Verb:
        VERBS.update(dict.fromkeys(names, function))
        return function

    return add


def redesign(*names: str) -> Callable[[Callable[[Call, Scope], Scope]], Callable[[Call, Scope], Scope]]:
    """Register a function of R that gives a design."""

    def add(function: Callable[[Call, Scope], Scope]) -> Callable[[Call, Scope], Scope]:
        DESIGNS.update(dict.fromkeys(names, function))
        return function

    return add


def evaluate(expression: Any, scope: Scope) -> Any:
    """What a call of a verb gives."""
    if isinstance(expression, Call) and expression.function in VERBS:
        return VERBS[expression.function](expression, scope)
    raise NotImplementedError(getattr(expression, "function", str(expression)))


def designed(expression: Any, scope: Scope) -> Scope:
    """The design that an expression is: `d`, a part of it, or one with other weights."""
    if isinstance(expression, Name):
        return scope
    if expression.function == "subset":
        inner = designed(expression.get("x", 0), scope)
        kept = values(expression.get("subset", 1), inner.data)
        return replace(inner, where=inner.where & np.asarray(kept, dtype=bool))
    if expression.function not in DESIGNS:
        raise NotImplementedError(expression.function)
    return DESIGNS[expression.function](expression, scope)


def values(expression: Any, data: pd.DataFrame) -> Any:  # noqa: C901  # one case a kind of expression
    """An expression on the columns of a table: n values, or a constant."""
    match expression:
        case Name(name):
            return data[name]
        case Op("!", left, None):
            return ~np.asarray(values(left, data), dtype=bool)
        case Op("-", left, None):
            return -values(left, data)
        case Op(op, left, right):
            return _OPERATORS[op](values(left, data), values(right, data))
        case Call("is.na", ((_, inner),)):
            return pd.isna(values(inner, data))
        case Call("I" | "as.numeric", ((_, inner),)):
            return values(inner, data)
        case Call("factor" | "as.factor" | "ordered", ((_, inner), *_)):
            return pd.Series(values(inner, data)).map(_label, na_action="ignore").astype("category")
        case Call("log", ((_, inner),)):
            return np.log(values(inner, data))
        case Call("c", parts):
            return [values(part, data) for _, part in parts]
        case Call("interaction", parts):
            return _interaction([data[part.name] for _, part in parts])
    return expression


def formula(expression: Any) -> list[Any]:
    """The terms of a formula, of its right side."""
    inner = (
        expression.left
        if isinstance(expression, Op) and expression.op == "~" and expression.right is None
        else (expression.right if isinstance(expression, Op) and expression.op == "~" else expression)
    )
    terms: list[Any] = []
    while isinstance(inner, Op) and inner.op == "+":
        terms.insert(0, inner.right)
        inner = inner.left
    return [inner, *terms]


def names(expression: Any) -> list[str]:
    """The names in a formula."""
    return [term.name for term in formula(expression)]


def with_terms(scope: Scope, terms: list[Any]) -> tuple[Scope, list[str]]:
    """The scope with each term as a column of its own, and their names."""
    found, called = scope.data, []
    for term in terms:
        if isinstance(term, Name):
            called.append(term.name)
            continue
        column = pd.Series(values(term, found), index=found.index)
        if isinstance(term, Call) and term.function == "I":
            missing = np.logical_or.reduce([found[name].isna() for name in _inside(term)])
            column = column.astype(float).mask(missing)
        called.append(f"term{len(called)}")
        found = found.assign(**{called[-1]: column})
    return replace(scope, design=replace(scope.design, data=found)), called


@verb("svymean", "svytotal")
def _means(call: Call, scope: Scope) -> Quantities:
    scope, called = with_terms(designed(call.get("design", 1), scope), formula(call.get("x", 0)))
    function = mean if call.function == "svymean" else total
    found = function(scope.design, called, where=scope.where, listwise=True)
    return told(found, deff=call.get("deff"))


@verb("svyratio")
def _ratios(call: Call, scope: Scope) -> Quantities:
    scope = designed(call.get("design", 2), scope)
    tops, bottoms = names(call.get("numerator", 0)), names(call.get("denominator", 1))
    complete = scope.where & scope.data[[*tops, *bottoms]].notna().all(axis=1).to_numpy()
    parts = [ratio(scope.design, top, bottom, where=complete) for bottom in bottoms for top in tops]
    each = [told(part, deff=call.get("deff")) for part in parts]
    if len(each) == 1:
        return each[0]
    kept = [key for key in each[0] if key not in ("vcov", "df")]  # R leaves the covariances of several ratios out
    return {key: np.concatenate([np.asarray(one[key]) for one in each]) for key in kept} | {"df": each[0]["df"]}


@verb("svyby")
def _by(call: Call, scope: Scope) -> Quantities:
    scope = designed(call.get("design", 2), scope)
    keys = names(call.get("by", 1))[::-1]  # R lets the first key run fastest
    function = call.get("FUN", 3).name
    if function in ("svymean", "svytotal"):
        scope, called = with_terms(scope, formula(call.get("formula", 0)))
        verb_of = mean if function == "svymean" else total
        return told(verb_of(scope.design, called, by=keys, where=scope.where), deff=call.get("deff"))
    if function == "svyratio":
        top, bottom = names(call.get("formula", 0))[0], names(call.get("denominator"))[0]
        return told(ratio(scope.design, top, bottom, by=keys, where=scope.where))
    if f"svyby {function}" not in VERBS:
        raise NotImplementedError(f"svyby {function}")
    return dict(VERBS[f"svyby {function}"](call, scope))


@verb("svycontrast")
def _contrasts(call: Call, scope: Scope) -> Quantities:
    inner = call.get("stat", 0)
    scope = designed(inner.get("design", 2 if inner.function in ("svyby", "svyratio") else 1), scope)
    parts = call.get("contrasts", 1)
    if inner.function == "svyby":
        keys = names(inner.get("by", 1))[::-1]
        found = mean(scope.design, names(inner.get("formula", 0)), by=keys, where=scope.where)
    else:
        found = {"svymean": mean, "svytotal": total}[inner.function](
            scope.design, names(inner.get("x", 0)), where=scope.where, listwise=True
        )
    if isinstance(parts, Call) and parts.function == "quote":
        top, bottom = [side.name for side in (parts.arguments[0][1].left, parts.arguments[0][1].right)]
        both = scope.where & scope.data[[top, bottom]].notna().all(axis=1).to_numpy()
        return told(ratio(scope.design, top, bottom, where=both))
    rows = {name: [float(values(n, scope.data)) for _, n in row.arguments] for name, row in parts.arguments}
    return told(found.contrast(rows))


@verb("cv")
def _cv(call: Call, scope: Scope) -> Quantities:
    found = evaluate(call.arguments[0][1], scope)
    return {"cv": np.asarray(found["se"]) / np.asarray(found["est"])}


@verb("degf")
def _degf(call: Call, scope: Scope) -> Quantities:
    inner = designed(call.arguments[0][1], scope)
    return {"df": inner.design.df if inner.where.all() else inner.design.df_of(inner.where)}


def told(found: Estimates, deff: Any = None) -> dict[str, Any]:
    """An estimate under R's names; errors also where ours are withheld, since R shows them."""
    se = np.sqrt(np.maximum(np.diag(found.covariance), 0))
    shown = replace(found, unavailable=("",) * len(found))
    quantities: dict[str, Any] = {
        "est": found.value,
        "se": se,
        "vcov": found.covariance,
        "df": found.df,
        "ci_z95": np.column_stack(shown.interval(df=np.inf)),
        "ci_t95": np.column_stack(shown.interval()),
        "cv": shown.cv,
    }
    if deff:
        quantities["deff"] = shown.deff if deff == "replace" else shown.deff_without_replacement
    return quantities


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "&": operator.and_,
    "|": operator.or_,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%in%": lambda left, right: pd.Series(left).isin(right),
}


def _inside(expression: Any) -> list[str]:
    match expression:
        case Name(name):
            return [name]
        case Op(_, left, right):
            return _inside(left) + (_inside(right) if right is not None else [])
        case Call(_, parts):
            return [name for _, part in parts for name in _inside(part)]
    return []


def _interaction(columns: list["pd.Series[Any]"]) -> "pd.Series[Any]":
    """All combinations of levels, the first column's fastest, also those that nobody has."""
    levels = [[_label(level) for level in sorted(column.dropna().unique())] for column in columns]
    crossed = [".".join(parts[::-1]) for parts in product(*levels[::-1])]
    labels = pd.concat([column.map(_label, na_action="ignore") for column in columns], axis=1)
    return pd.Series(pd.Categorical(labels.agg(".".join, axis=1).mask(labels.isna().any(axis=1)), crossed))


def _label(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
