"""What a model says in people's terms: adjusted means of groups, and average marginal effects.

Both average what the model expects if everyone had some value, over the sample as it is otherwise. Their errors carry
the model's and the sampling of the people averaged over, jointly (Binder 1983; Graubard and Korn 1999).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

from ..linearisation import Linear, covariance
from ..results import Estimates
from ..variables import BoolArray, Columns, EstimationError, FloatArray, where_rows
from .formulas import quoted
from .regression import Family, Fit, estimated, glm

Change = float | Literal["slope"] | tuple[Any, Any]
_NUDGE = 1e-4  # of a standard deviation, for slopes


def predictive_means(fit: Fit, by: str, *, errors: Literal["joint", "separate"] = "joint") -> Estimates:
    """The mean answer if everyone belonged to each group of `by` in turn (R `svypredmeans`).

    A variable that the model lacks is added to it, as R does. Shares are 0..1. errors: "separate" adds the variances of
    the model and of the sample as if they were independent, as R does. Raises EstimationError.
    """
    if by not in fit.frame.variables:
        fit = _with_group(fit, by)
    levels = _levels(fit, by)
    scenarios = [fit.frame.matrix(**{by: level}) for level in levels]
    everyone = np.ones(len(fit.frame.x), dtype=bool)
    keys = pd.DataFrame({by: [level for level in levels for _ in fit.curve.outcomes]})
    if len(fit.curve.outcomes) > 1:
        keys["outcome"] = list(fit.curve.outcomes) * len(levels)
    found = estimated(
        fit.design,
        keys,
        averaged(fit, scenarios, everyone),
        fit.frame.rows,
        fit.taken,
        f"means predicted by {fit.formula}",
    )
    if errors == "joint":
        return found
    model, sample = _parts(fit, scenarios)
    return replace(found, covariance=covariance(fit.design, model) + covariance(fit.design, sample))


def marginal_effects(
    fit: Fit,
    variables: Sequence[str] | None = None,
    *,
    changes: Mapping[str, Change] | None = None,
    where: Columns | None = None,
) -> Estimates:
    """Average marginal effects: how much the answer differs where only one variable does, averaged over the people.

    In percentage points for shares and levels, else in units of the answer. Of a factor each level against the
    reference; of a number one more of it than people have. changes, by variable: an amount to add; a pair (from, to)
    that everyone gets; "slope", the derivative (Stata `margins, dydx`). where: average over these people only.
    Keys: variable, from, to, and outcome where there are several. Raises EstimationError.
    """
    variables = [variables] if isinstance(variables, str) else variables
    chosen, changes = list(fit.frame.variables if variables is None else variables), changes or {}
    absent = [name for name in [*chosen, *changes] if name not in fit.frame.variables]
    if absent:
        raise EstimationError(f"The model has no variable {absent[0]!r}; it has {', '.join(fit.frame.variables)}.")
    among = where_rows(fit.design.data, where)[fit.frame.rows]
    if not among.any():
        raise EstimationError("where holds nobody whom the model was fitted to.")
    scenarios: list[FloatArray] = []
    weights: list[tuple[int, float]] = []  # an effect is times (the scenario after - the one before)
    told: list[tuple[str, str, str]] = []
    for name in chosen:
        for start, end, before, after, times in _pairs(fit, name, changes.get(name)):
            told.append((name, start, end))
            weights.append((len(scenarios), times))
            scenarios += [fit.frame.matrix(**{name: before}), fit.frame.matrix(**{name: after})]
    outcomes = fit.curve.outcomes
    scale = 1.0 if fit.family in ("gaussian", "poisson") else 100.0
    combine = np.zeros((len(told) * len(outcomes), len(scenarios) * len(outcomes)))
    for number, (at, times) in enumerate(weights):
        for outcome in range(len(outcomes)):
            row = number * len(outcomes) + outcome
            combine[row, at * len(outcomes) + outcome] = -times * scale
            combine[row, (at + 1) * len(outcomes) + outcome] = times * scale
    keys = pd.DataFrame([each for each in told for _ in outcomes], columns=["variable", "from", "to"])
    if len(outcomes) > 1:
        keys["outcome"] = list(outcomes) * len(told)
    rows = fit.frame.rows.copy()
    rows[fit.frame.rows] = among
    unit = "percentage points" if scale > 1 else "units of the answer"
    linear = combined(averaged(fit, scenarios, among), combine)
    return estimated(fit.design, keys, linear, rows, fit.taken, f"average marginal effects of {fit.formula}, in {unit}")


def averaged(fit: Fit, scenarios: Sequence[FloatArray], among: BoolArray) -> Linear:
    """The mean of each outcome in each scenario [m, p], over the people among bool[m]; scenario-major."""
    rows, away, curve = fit.frame.rows, fit.frame.offset, fit.curve

    def means(parameters: FloatArray, w: FloatArray) -> FloatArray:
        share = w * among / (w @ among)
        return np.concatenate([share @ curve.mean(parameters, x, away) for x in scenarios])

    w = fit.design.weights[rows] * among
    parameters, total = fit.linear.value, float(w.sum())
    value = means(parameters, w)
    influence = np.empty((fit.design.n, len(value)))
    k = len(curve.outcomes)
    for number, x in enumerate(scenarios):
        part = slice(number * k, (number + 1) * k)
        slope = curve.slope(parameters, x, away, w / total)
        influence[:, part] = fit.linear.influence @ slope.T
        influence[rows, part] += among[:, None] * (curve.mean(parameters, x, away) - value[part]) / total
    return Linear(value, influence, lambda weights: means(fit.linear.at(weights), weights[rows]))


def combined(linear: Linear, matrix: FloatArray) -> Linear:
    """Linear combinations [j, k] of k estimates."""
    return Linear(
        matrix @ linear.value, linear.influence @ matrix.T, lambda weights: np.asarray(matrix @ linear.at(weights))
    )


def _parts(fit: Fit, scenarios: Sequence[FloatArray]) -> tuple[Linear, Linear]:
    """What the model adds to predictive means, and what the sample does, apart."""
    rows, away, curve = fit.frame.rows, fit.frame.offset, fit.curve
    w = fit.design.weights[rows]
    share, parameters = w / w.sum(), fit.linear.value
    slopes = np.concatenate([curve.slope(parameters, x, away, share) for x in scenarios])
    fits = np.hstack([curve.mean(parameters, x, away) for x in scenarios])
    sampled = np.zeros((fit.design.n, fits.shape[1]))
    sampled[rows] = (fits - share @ fits) / w.sum()

    def at(weights: FloatArray) -> FloatArray:
        return np.asarray(weights[rows] @ fits / weights[rows].sum())

    return combined(fit.linear, slopes), Linear(share @ fits, sampled, at)


def _with_group(fit: Fit, by: str) -> Fit:
    if by not in fit.design.data:
        raise EstimationError(f"by: there is no column {by!r}.")
    if fit.family == "ordinal":
        raise EstimationError(f"Put {by} into the formula of the ordinal model first.")
    return glm(
        fit.design,
        f"{fit.formula} + {quoted(by)}",
        family=cast(Family, fit.family),
        link=fit.link,
        where=fit.frame.base,
        offset=fit.offset,
    )


def _levels(fit: Fit, by: str) -> list[Any]:
    return list(fit.frame.levels.get(by) or sorted(fit.frame.data[by].unique().tolist()))


def _pairs(fit: Fit, name: str, change: Change | None) -> list[tuple[str, str, Any, Any, float]]:
    """From and to in words, the values before and after, and by how much the difference counts."""
    values = fit.frame.data[name]
    if isinstance(change, tuple):
        before, after = change
        known = fit.frame.levels.get(name)
        if known and not {before, after} <= set(known):
            raise EstimationError(f"{name} has the levels {', '.join(map(str, known))}; got {before!r} and {after!r}.")
        return [(str(before), str(after), before, after, 1.0)]
    if name in fit.frame.levels or values.dtype == bool:
        if change is not None:
            raise EstimationError(
                f"{name} is a factor; its change is a pair of levels, such as {tuple(_levels(fit, name)[:2])}."
            )
        first, *others = _levels(fit, name)
        return [(str(first), str(other), first, other, 1.0) for other in others]
    if change == "slope":
        step = _NUDGE * float(values.std(ddof=0) or 1.0)
        return [("x", "x + 1, by the slope", values - step, values + step, 1 / (2 * step))]
    amount = 1.0 if change is None else float(change)
    return [("x", f"x + {amount:g}", values, values + amount, 1.0)]
