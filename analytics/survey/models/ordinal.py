"""Ordered answers: the proportional-odds logistic model with design-based errors (R `svyolr`; McCullagh 1980).

Weighted pseudo maximum likelihood with its exact gradient and Hessian; statsmodels' OrderedModel takes no weights. The
log-likelihood is concave (Pratt 1981), so Newton steps that are halved where they overshoot find its one maximum.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, log_expit, logit

from ..linearisation import Linear, Sample
from ..variables import Columns, EstimationError, FloatArray, IntArray, data_of, where_rows
from .formulas import ModelFrame, model_frame
from .regression import Curve, Fit, estimated
from .scoring import direction
from .separation import refuse_separation

_ROUNDS = 200
_FAR = 16.0  # log-odds so far out that a level may be predicted perfectly


def ordinal(design: Sample, formula: str, *, where: Columns | None = None) -> Fit:
    """Fit a proportional-odds model: log-odds of at most level k are threshold k less x b (R `svyolr`).

    formula: such as 'q1 ~ wave + mode'; the response is numbers, or an ordered categorical, of three levels or more.
    where: bool[n], a domain. The coefficients are those of the variables, then the thresholds 'k|k+1'; a positive one
    moves answers up. Rows that lack a value are left out. `predictive_means` and `marginal_effects` of the fit give
    each level's share. Raises EstimationError on text without order, two levels, perfect prediction.
    """
    base = where_rows(data_of(design), where) & (design.weights > 0)
    frame = model_frame(design.data, formula, base, ordered=True)
    if not frame.intercept:
        raise EstimationError("The thresholds of an ordinal model stand for the constant; leave '0 +' or '- 1' out.")
    y, levels = _levels(frame)
    frame = _without_constant(frame)
    rows, x, p = frame.rows, frame.x, frame.x.shape[1]
    thresholds = [f"{low}|{high}" for low, high in pairwise(levels)]
    names = (*frame.names, *thresholds)
    scale = design.weights[rows].mean()
    w = design.weights[rows] / scale
    found = _solved(x, y, w, names)
    each, hessian = _score(x, y, w, found)
    naive = direction(-hessian, np.eye(len(found)))
    influence = np.zeros((design.n, len(found)))
    influence[rows] = each @ naive / scale

    def at(weights: FloatArray) -> FloatArray:
        try:
            return _solved(x, y, weights[rows] / scale, names, found)
        except EstimationError as problem:
            raise EstimationError(f"Under a set of replicate weights: {problem}") from problem

    linear = Linear(found, influence, at)

    def without(columns: Sequence[int]) -> float:
        kept, left = np.delete(x, list(columns), axis=1), tuple(np.delete(np.array(names), list(columns)))
        return -2 * _likelihood(kept, y, w, _solved(kept, y, w, left))

    return Fit(
        design=design,
        formula=formula,
        family="ordinal",
        link="logit",
        frame=frame,
        coefficients=estimated(
            design,
            pd.DataFrame({"coefficient": list(names)}),
            linear,
            rows,
            p,
            "proportional-odds model, logit link",
            np.diag(naive),
        ),
        taken=p,
        linear=linear,
        naive=naive,
        curve=Curve(tuple(str(level) for level in levels), _shares, _slopes),
        deviance=-2 * _likelihood(x, y, w, found),
        null_deviance=without(range(p)),
        dispersion=1.0,
        without=without,
    )


def _levels(frame: ModelFrame) -> tuple[IntArray, list[Any]]:
    """int64[m], which level each answer is, and the levels in order."""
    given = frame.y
    if isinstance(given.dtype, pd.CategoricalDtype):
        if not given.cat.ordered:
            raise EstimationError("The levels of the response have no order; make it an ordered categorical.")
        codes, levels = given.cat.codes.to_numpy(), list(given.cat.categories)
    elif pd.api.types.is_numeric_dtype(given):
        found, codes = np.unique(given.to_numpy(), return_inverse=True)
        levels = [int(level) if float(level).is_integer() else float(level) for level in found]
    else:
        raise EstimationError("The response must be numbers or an ordered categorical; text has no order.")
    if len(levels) < 3:
        raise EstimationError(f"An ordinal model needs three levels or more; there are {len(levels)}. Use glm().")
    return codes.astype(np.int64), levels


def _without_constant(frame: ModelFrame) -> ModelFrame:
    terms = {term: tuple(place - 1 for place in places) for term, places in frame.terms.items() if places != (0,)}
    return replace(frame, x=frame.x[:, 1:], names=frame.names[1:], terms=terms, skipped=1)


def _solved(
    x: FloatArray, y: IntArray, w: FloatArray, names: tuple[str, ...], start: FloatArray | None = None
) -> FloatArray:
    """float64[p + q]: coefficients and thresholds, until a step is no more than rounding. Raises EstimationError."""
    held = np.bincount(y, w)
    if not held.all():
        raise EstimationError("A level of the response has no weight; join rare levels.")
    if start is not None:
        with suppress(EstimationError):  # too far away: begin again from the answers
            return _climbed(x, y, w, names, start)
    below = np.cumsum(held) / w.sum()
    return _climbed(x, y, w, names, np.concatenate([np.zeros(x.shape[1]), logit(below[:-1])]))


def _climbed(x: FloatArray, y: IntArray, w: FloatArray, names: tuple[str, ...], found: FloatArray) -> FloatArray:
    value, last = _likelihood(x, y, w, found), np.inf
    for _ in range(_ROUNDS):
        each, hessian = _score(x, y, w, found)
        score = w @ each
        try:
            step = direction(-hessian, score)
        except EstimationError:
            _refuse_separated(x[w > 0], y[w > 0], names)
            raise
        size = max(float(step @ score), 0.0) ** 0.5
        if size <= 1e-13 or (size <= 1e-7 and size >= last / 2):
            if _edge(x[w > 0], y[w > 0], found) > _FAR:
                _refuse_separated(x[w > 0], y[w > 0], names)
            return found + step if size < last else found
        for _halved in range(40):
            after = _likelihood(x, y, w, found + step)
            if after >= value - 1e-9 * abs(value):
                break
            step = step / 2
        found, value, last = found + step, after, size
    _refuse_separated(x[w > 0], y[w > 0], names)
    raise EstimationError("The ordinal model did not converge; join rare levels, or leave out variables.")


def _bounds(x: FloatArray, y: IntArray, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The log-odds between which each answer lies, [m] each; infinite at the ends."""
    p = x.shape[1]
    cuts = np.concatenate([[-np.inf], parameters[p:], [np.inf]])
    eta = x @ parameters[:p]
    return cuts[y] - eta, cuts[y + 1] - eta


def _edge(x: FloatArray, y: IntArray, parameters: FloatArray) -> float:
    """The largest of the finite log-odds between which answers lie."""
    bounds = np.abs(np.concatenate(_bounds(x, y, parameters)))
    return float(bounds[np.isfinite(bounds)].max())


def _likelihood(x: FloatArray, y: IntArray, w: FloatArray, parameters: FloatArray) -> float:
    if (np.diff(parameters[x.shape[1] :]) <= 0).any():
        return -np.inf
    low, high = _bounds(x, y, parameters)
    # F(high) - F(low) as a product, so that levels far out keep their digits
    return float(w @ (log_expit(high) + log_expit(-low) + np.log1p(-np.exp(low - high))))


def _score(x: FloatArray, y: IntArray, w: FloatArray, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
    """[m, p + q], the derivative of each row's log-likelihood, and [p + q, p + q], the weighted Hessian."""
    p, q = x.shape[1], len(parameters) - x.shape[1]
    low, high = _bounds(x, y, parameters)
    with np.errstate(over="ignore"):
        apart = 1 / np.expm1(high - low)
        bend = 1 / (2 * np.sinh((high - low) / 2)) ** 2
    by_high, by_low = expit(-high) + apart, -expit(low) - apart
    above = (y[:, None] == np.arange(q)).astype(float)
    below = (y[:, None] == np.arange(1, q + 1)).astype(float)
    each = np.hstack([-x * (by_high + by_low)[:, None], above * by_high[:, None] + below * by_low[:, None]])
    high_high = -expit(high) * expit(-high) - bend
    low_low = -expit(low) * expit(-low) - bend
    hessian = np.empty((p + q, p + q))
    hessian[:p, :p] = x.T @ (x * (w * (high_high + low_low + 2 * bend))[:, None])
    cross = above * (w * (high_high + bend))[:, None] + below * (w * (low_low + bend))[:, None]
    hessian[:p, p:] = -x.T @ cross
    hessian[p:, :p] = hessian[:p, p:].T
    mixed = (above * (w * bend)[:, None]).T @ below
    hessian[p:, p:] = np.diag((w * high_high) @ above + (w * low_low) @ below) + mixed + mixed.T
    return each, hessian


def _shares(parameters: FloatArray, x: FloatArray, offset: FloatArray) -> FloatArray:
    """[m, L]: the share of each level."""
    p = x.shape[1]
    eta = (x @ parameters[:p] + offset)[:, None]
    cuts = np.concatenate([[-np.inf], parameters[p:], [np.inf]])
    return np.asarray(np.diff(expit(cuts - eta), axis=1))


def _slopes(parameters: FloatArray, x: FloatArray, offset: FloatArray, v: FloatArray) -> FloatArray:
    """[L, P]: the derivative of the levels' shares summed with v."""
    p = x.shape[1]
    eta = (x @ parameters[:p] + offset)[:, None]
    at_most = expit(parameters[p:] - eta)
    density = v[:, None] * at_most * (1 - at_most)
    cumulative = np.hstack([-density.T @ x, np.diag(density.sum(axis=0))])
    ends = np.zeros((1, len(parameters)))
    return np.asarray(np.diff(np.vstack([ends, cumulative, ends]), axis=0))


def _refuse_separated(x: FloatArray, y: IntArray, names: tuple[str, ...]) -> None:
    q = len(names) - x.shape[1]
    high, low = y < q, y > 0
    rises = np.vstack([np.hstack([-x[high], np.eye(q)[y[high]]]), np.hstack([x[low], -np.eye(q)[y[low] - 1]])])
    refuse_separation(rises, names)
