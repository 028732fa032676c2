"""R's models, in ours: `svyglm`, `regTermTest`, `svypredmeans`, `svyolr`.

R takes the degrees of freedom of the rows that a model used; ours are the full design's unless asked (df="domain").
"""

import re
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from analytics.survey.design import Design, calibration_of, with_weights
from analytics.survey.hypotheses.significance import two_sided
from analytics.survey.models.effects import predictive_means
from analytics.survey.models.ordinal import ordinal
from analytics.survey.models.regression import Fit, degrees, glm
from analytics.survey.models.terms import terms_test
from analytics.survey.variables import domains

from .evaluate import Quantities, Scope, designed, formula, names, redesign, values, verb
from .syntax import Call, Name, Op


def text(expression: Any) -> str:
    """An expression as our formulas write it."""
    match expression:
        case Name(name):
            return name if name.isidentifier() else f"`{name}`"
        case Op(op, left, None):
            return f"{op}{text(left)}"
        case Op(op, left, right):
            return (
                f"({text(left)} {'**' if op == '^' else op} {text(right)})"
                if op != "~"
                else (f"{text(left)} ~ {text(right)}")
            )
        case Call("factor" | "as.factor", ((_, inner),)):
            return f"factor({text(inner)})"
        case Call("ordered", ((_, inner),)):
            return text(inner)
        case Call(function, parts):
            return f"{function}({', '.join(text(part) for _, part in parts)})"
    return f"{expression:g}" if isinstance(expression, float) else repr(expression)


def r_name(name: str) -> str:
    """R's name of a coefficient of ours."""
    found = re.sub(r"\[T\.([^\]]*)\]", r"\1", name).replace("`", "")
    return "(Intercept)" if found == "Intercept" else found


def without_offset(expression: Any) -> tuple[Any, Any]:
    """A formula's right side without its offset, and what that is."""
    if isinstance(expression, Op) and expression.op == "+":
        left, offset = without_offset(expression.left)
        if isinstance(expression.right, Call) and expression.right.function == "offset":
            return left, expression.right.arguments[0][1]
        return Op("+", left, expression.right), offset
    return expression, None


def fitted(call: Call, scope: Scope) -> tuple[Fit, Scope]:
    """The model of a `svyglm` call."""
    scope = designed(call.get("design", 1), scope)
    if call.get("subset") is not None:
        scope = replace(scope, where=scope.where & np.asarray(values(call.get("subset"), scope.data), dtype=bool))
    model = call.get("formula", 0)
    right, offset = without_offset(model.right)
    family = call.get("family", default=Call("gaussian", ()))
    if isinstance(family, Name):
        family = Call(family.name, ())
    link = family.get("link", 0)
    found = glm(
        scope.design,
        f"{text(model.left)} ~ {text(right)}",
        family=family.function.removeprefix("quasi"),
        link=link.name if isinstance(link, Name) else link,
        where=scope.where,
        offset=None if offset is None else np.asarray(values(offset, scope.data), dtype=float),
    )
    return found, scope


@verb("svyglm")
def _glm(call: Call, scope: Scope) -> Quantities:
    fit, scope = fitted(call, scope)
    df = r_degrees(fit, scope)
    found = replace(fit.coefficients, unavailable=("",) * len(fit.coefficients))
    scale, residual = r_scales(fit, scope)
    return {
        "names": [r_name(name) for name in fit.frame.names],
        "est": found.value,
        "se": found.se,
        "vcov": found.covariance,
        "df_resid": df,
        "t": found.value / found.se,
        "p": two_sided(found.value / found.se, df),
        "dispersion": fit.dispersion * residual,
        "deviance": fit.deviance * scale,
        "null_deviance": fit.null_deviance * scale,
        "ci_t95": np.column_stack(found.interval(df=df)),
    }


def r_scales(fit: Fit, scope: Scope) -> tuple[float, float]:
    """What R's deviance and dispersion are of ours.

    It brings weights to mean 1 over the domain, or after calibration over all rows; and those of Pearson residuals
    over the rows used, so that the two differ where answers lack.
    """
    w, used, base = scope.design.weights, fit.frame.rows, fit.frame.base
    if not isinstance(scope.design, Design):  # survey 4.1-1 gives the sum of squares there; 4.5 its mean
        return 1.0, float(w[used].sum() / w[base].mean() * (1 - 1 / used.sum()))
    if scope.design.calibrations:
        return float(1 / base.mean()), float(w[used].sum() / w[base].sum())
    return 1.0, float(w[used].mean() / w[base].mean())


def r_degrees(fit: Fit, scope: Scope) -> float:
    """R's: of the rows used, or with replicate weights of the domain."""
    if isinstance(scope.design, Design):
        return degrees(fit.coefficients, "domain")
    return scope.design.df_of(fit.frame.base) - fit.taken


@verb("regTermTest")
def _terms(call: Call, scope: Scope) -> Quantities:
    fit, scope = fitted(call.get("model", 0), scope)
    method = call.get("method", default="Wald")
    df = call.get("df")
    terms = [text(term) for term in formula(call.get("test.terms", 1))]
    found = terms_test(fit, terms, method=method, df=r_degrees(fit, scope) if df is None else float(df))
    statistic = {"F": found.statistic} if method == "Wald" else {"chisq": found.statistic, "lambda": found.weights}
    return statistic | {"df": found.df, "ddf": found.ddf, "p": found.p}


@verb("svypredmeans")
def _predicted(call: Call, scope: Scope) -> Quantities:
    fit, scope = fitted(call.get("adjustmodel", 0), scope)
    by = formula(call.get("groupfactor", 1))[0].name
    found = predictive_means(fit, by, errors="separate")
    order = [list(found.keys[by]).index(level) for level in scope.data[by][fit.frame.rows].unique()]
    groups = [str(found.keys[by][place]) for place in order]
    return {
        "names": groups,
        "est": found.value[order],
        "se": found.se[order],
        "vcov": found.covariance[np.ix_(order, order)],
    }


@verb("svyolr")
def _ordered(call: Call, scope: Scope) -> Quantities:
    scope = designed(call.get("design", 1), scope)
    model = call.get("formula", 0)
    fit = ordinal(scope.design, f"{text(model.left)} ~ {text(model.right)}", where=scope.where)
    found = replace(fit.coefficients, unavailable=("",) * len(fit.coefficients))
    return {
        "names": [r_name(name) for name in fit.coefficients.keys["coefficient"]],
        "est": found.value,
        "se": found.se,
        "vcov": found.covariance,
        "t": found.value / found.se,
        "df_resid": r_degrees(fit, scope),
        "deviance": fit.deviance,
    }


@redesign("svystandardize")
def _standardized(call: Call, scope: Scope) -> Scope:
    """Weights that give each group of `over` the same shares of `by`, and count as post-stratified to them."""
    scope = designed(call.get("design", 0), scope)
    if not isinstance(scope.design, Design):
        raise NotImplementedError("svystandardize of replicate weights")
    by, over, missing = call.get("by", 1), call.get("over", 2), call.get("excluding.missing")
    where = scope.where & (scope.data[names(missing)].notna().all(axis=1).to_numpy() if missing is not None else True)
    w = np.where(where, scope.design.weights, 0.0)
    kind, kinds = domains(scope.data, names(by)[::-1])
    place = np.zeros(len(w), np.int64)
    if over is not None and isinstance(over.left, Name | Op):
        place, _ = domains(scope.data, names(over)[::-1])
    share = np.asarray(values(call.get("population", 3), scope.data), dtype=float)
    cell = np.where(where, place * len(kinds) + kind, -1)
    wanted = np.bincount(place, w)[:, None] * (share / share.sum())
    held = np.bincount(cell[where], w[where], minlength=wanted.size)
    factor = np.divide(wanted.ravel(), held, out=np.zeros(wanted.size), where=held > 0)
    inside = np.flatnonzero(where)
    cells = csr_array((np.ones(len(inside)), (inside, cell[inside])), shape=(len(w), wanted.size))
    design = with_weights(scope.design, np.where(where, w * factor[cell], 0.0), calibration_of(cells, w))
    return replace(scope, design=design, where=where)
