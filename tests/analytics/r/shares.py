"""R's shares, quantiles and variances: `svyciprop`, `svyquantile`, `svyvar`, `unwtd.count`."""

from typing import Any, cast

import numpy as np

from analytics.survey.estimates.means import count
from analytics.survey.estimates.proportions import proportion
from analytics.survey.estimates.quantile_rules import RULES
from analytics.survey.estimates.quantiles import quantile
from analytics.survey.estimates.variances import variance
from analytics.survey.intervals import Confidence
from analytics.survey.replicates import Replicates
from analytics.survey.variables import FloatArray

from .evaluate import Quantities, Scope, designed, formula, names, values, verb, with_terms
from .syntax import Call, Name


@verb("svyciprop")
def _shares(call: Call, scope: Scope) -> Quantities:
    scope = designed(call.get("design", 1), scope)
    return _shares_of(call, scope, by=[])


@verb("svyby svyciprop")
def _shares_by(call: Call, scope: Scope) -> Quantities:
    found = _shares_of(call, scope, by=names(call.get("by", 1))[::-1])
    return {**found, "ci_l": found["ci"][:, 0], "ci_u": found["ci"][:, 1], "df_used": found["df"][0]}


@verb("unwtd.count", "svyby unwtd.count")
def _counts(call: Call, scope: Scope) -> Quantities:
    by = names(call.get("by", 1))[::-1] if call.function == "svyby" else []
    scope = scope if by else designed(call.get("design", 1), scope)
    scope, called = with_terms(scope, formula(call.get("x" if not by else "formula", 0)))
    answered = scope.data[called].notna().all(axis=1).to_numpy()
    return {"counts": count(scope.design, by=by, where=scope.where & answered).n}


@verb("svyquantile", "svyby svyquantile")
def _quantiles(call: Call, scope: Scope) -> Quantities:
    """R takes the degrees of freedom of who answered; its rules and its score interval are its own."""
    by = names(call.get("by", 1))[::-1] if call.function == "svyby" else []
    scope = scope if by else designed(call.get("design", 1), scope)
    scope, called = with_terms(scope, formula(call.get("x" if not by else "formula", 0)))
    given = call.get("quantiles", 4 if by else 2)
    kind, alpha = call.get("interval.type", default="mean"), call.get("alpha", default=0.05)
    df = call.get("df")
    if _replicated(scope) and kind != "quantile":
        kind = "mean"  # R 4.1 takes this one for replicate weights, whatever is asked for
    parts = [
        quantile(
            scope.design,
            name,
            np.atleast_1d(values(given, scope.data)).tolist(),
            by=by,
            where=scope.where,
            interval=cast(Any, "score_unweighted" if kind == "score" else kind),
            rule=_rule(call.get("qrule", default="math")),
            confidence=Confidence(1 - alpha, "domain" if df is None else _number(df)),
        )
        for name in called
    ]
    limits = np.concatenate([part.limits for part in parts])
    return {
        "est": np.concatenate([part.value for part in parts]),
        "se": np.concatenate([part.error for part in parts]),
        "ci": limits,
        "ci_l": limits[:, 0],
        "ci_u": limits[:, 1],
        "df": parts[0].df[0],
    }


@verb("svyvar")
def _variances(call: Call, scope: Scope) -> Quantities:
    scope = designed(call.get("design", 1), scope)
    scope, called = with_terms(scope, formula(call.get("x", 0)))
    found = variance(scope.design, called, where=scope.where, n="respondents" if _replicated(scope) else "rows")
    p = len(called)
    se = np.sqrt(np.diag(found.covariance))
    return {"var": found.value.reshape(p, p), "est": found.value, "vcov": found.covariance, "se": se}


@verb("svyby svyvar")
def _variances_by(call: Call, scope: Scope) -> Quantities:
    scope, called = with_terms(scope, formula(call.get("formula", 0)))
    counted = cast(Any, "respondents" if _replicated(scope) else "rows")
    found = variance(scope.design, called, by=names(call.get("by", 1))[::-1], where=scope.where, n=counted)
    return {"est": found.value, "se": np.sqrt(np.diag(found.covariance))}


def _shares_of(call: Call, scope: Scope, by: list[str]) -> dict[str, Any]:
    """R counts rows without an answer in n and in the degrees of freedom; "beta" takes no other df."""
    narrowed, called = with_terms(scope, formula(call.get("formula", 0)))
    method = call.get("method", default="logit")
    given = call.get("df")
    found = proportion(
        narrowed.design,
        called[0],
        by=by,
        where=narrowed.where,
        method=cast(Any, method),
        level=call.get("level", default=0.95),
        df="rows" if given is None or method == "beta" else _number(given),
    )
    return {
        "est": found.estimates.value,
        "se": np.sqrt(np.diag(found.estimates.covariance)),
        "ci": found.limits,
        "df": found.df,
    }


def _number(expression: Any) -> float:
    return np.inf if expression == Name("Inf") else float(expression)


def _replicated(scope: Scope) -> bool:
    return isinstance(scope.design, Replicates)


def _rule(name: str) -> Any:
    """R 4.1's rule, handed to our verb as a function, where its arithmetic is not its definition.

    It calls two shares equal only if rounding leaves them so (0.1 of 200 equal weights may miss), steps to the second
    answer under the first weight ("hf4" goes on below the first), and gives "shahvaish" positions in the scale of the
    weights, in any order.
    """

    def rule(x: FloatArray, w: FloatArray, p: float) -> float:
        if name == "shahvaish":
            position = (np.cumsum(w / w.mean()) + 0.5 - w / 2) / (len(x) + 1)
            order = np.argsort(position, kind="stable")
            return float(x[order[max(int(np.searchsorted(position[order], p, side="right")) - 1, 0)]])
        if name == "hf4" and len(x) > 1 and p < w[0] / w.sum():
            return float(x[0] + (x[1] - x[0]) * (p * w.sum() - w[0]) / w[1])
        if name not in ("math", "school", "hf1", "hf2", "hf3"):
            return RULES[name](x, w, p)
        if name == "hf3":
            x, of = np.unique(x, return_inverse=True)
            w = np.bincount(of, w).astype(np.float64)
        reached = np.cumsum(w.astype(np.longdouble)).astype(float)
        whole = float(w.astype(np.longdouble).sum())
        at = max(int(np.searchsorted(reached, p * whole, side="right")) - 1, 0)
        after = min(at + 1, len(x) - 1)
        if p - reached[at] / whole != 0 or (name == "hf3" and at % 2 == 0):
            return float(x[after])
        return float((x[at] + x[after]) / 2 if name in ("school", "hf2") else x[at])

    return rule
