"""R's shares, quantiles and variances: `svyciprop`, `svyquantile`, `svyvar`, `unwtd.count`."""

from typing import Any, cast

import numpy as np

from analytics.survey.estimates import count
from analytics.survey.proportions import proportion

from .evaluate import Quantities, Scope, designed, formula, names, verb, with_terms
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
