"""Ratios of weighted totals in a domain and their linearised influence, summed to PSUs.

Everything that needs a variance works on these PSU totals, so that domains, items and waves in shared PSUs covary.
It must never drop a PSU because a domain has no member there: the empty PSU is part of the design.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from analytics.design import BoolArray, Design, FloatArray


class EstimationError(ValueError):
    """The answers handed over do not fit the design or the kind of estimate."""


@dataclass(frozen=True, eq=False)
class Linearised:
    """A ratio and the influence of each PSU on it.

    value: the ratio, None without base. influence: float64[P], in units of the value. n: rows in the base, unweighted.
    psus, strata: how many of each hold the base. variance_srs: the variance of a simple random sample of n with
    replacement (R `deff="replace"`); 0 when the sample shows no spread or n < 2.
    """

    design: Design
    value: float | None
    influence: FloatArray
    n: int
    psus: int
    strata: int
    variance_srs: float


def linearise(
    design: Design,
    y: npt.ArrayLike,
    base: npt.ArrayLike | None = None,
    where: npt.ArrayLike | None = None,
) -> Linearised:
    """Sum(w y) / Sum(w base) over a domain, by Taylor linearisation (Binder 1983; R `svymean`, `svyratio`, `svyby`).

    y: n numbers, NaN where there is no answer. base: None, every row with an answer; bool[n], the rows that count;
    float[n], the amount in the denominator. where: bool[n], the domain; None is everyone.
    After calibration the influence is the residual of its regression on the calibration columns with the base weights
    (Deville and Särndal 1992; R `calibrate`). Raises EstimationError.
    """
    n = len(design.weights)
    values = _column(y, n, "y")
    rows = np.ones(n, dtype=bool) if where is None else _mask(where, n, "where")
    amounts: FloatArray | None = None
    if base is None:
        rows = rows & np.isfinite(values)
    elif np.asarray(base).dtype == np.bool_:
        rows = rows & _mask(base, n, "base")
    else:
        amounts = _column(base, n, "base")
        if not np.isfinite(amounts[rows]).all():
            raise EstimationError("base has rows without an amount inside the domain; leave them out with where.")
    if not np.isfinite(values[rows]).all():
        raise EstimationError("y has rows without an answer inside the base; leave them out of the base.")

    inside = np.flatnonzero(rows)
    w, v, psu = design.weights[inside], values[inside], design.psu[inside]
    x = np.ones(len(inside)) if amounts is None else amounts[inside]
    held = np.bincount(psu, minlength=len(design.stratum)) > 0
    strata = int(np.count_nonzero(np.bincount(design.stratum[held], minlength=len(design.sampled))))
    total = float(w @ x)
    if len(inside) == 0 or total == 0:
        return Linearised(design, None, np.zeros(len(held)), len(inside), int(held.sum()), strata, 0.0)

    # An exact value for an answer everybody gave: 1 must not come out as 0.9999999999999999.
    same = amounts is None and bool((v == v[0]).all())
    value = float(v[0]) if same else float(w @ v) / total
    residual = v - value * x
    influence: FloatArray = np.bincount(psu, w * residual / total, minlength=len(held)).astype(np.float64)
    if design.residuals is not None:
        influence = influence - _fitted(design, inside, residual / total)
    spread = 0.0
    if len(inside) > 1 and np.abs(residual).max() > 1e-12 * np.abs(v).max():  # less is rounding
        spread = float(w @ residual**2) * float(w.sum()) / total**2 / (len(inside) - 1)
    return Linearised(design, value, influence, len(inside), int(held.sum()), strata, spread)


def covariance(parts: Sequence[Linearised]) -> FloatArray:
    """float64[k, k]: joint covariance of k ratios of one design, shared PSUs included (R `svyby(covmat=TRUE)`).

    Between PSUs within strata, (1 - f) m/(m - 1) times the centred cross-products; strata with one PSU
    follow the design's policy.
    """
    if not parts:
        raise EstimationError("covariance needs at least one ratio.")
    design = parts[0].design
    if any(part.design is not design for part in parts):
        raise EstimationError("The ratios come from different designs; put all rows, of all waves, into one design.")
    z = np.column_stack([part.influence for part in parts])
    strata, m, lonely = len(design.sampled), design.sampled, design.lonely
    centre = np.column_stack([np.bincount(design.stratum, column, minlength=strata) for column in z.T]) / m[:, None]
    factor = (1 - design.fraction) * m / np.maximum(m - 1, 1)
    inflation = 1.0
    if design.single_psu == "adjust":
        centre[lonely] = z.mean(axis=0)
    elif lonely.any():
        factor[lonely] = 0.0
        counted = strata - int(lonely.sum())
        inflation = strata / counted if design.single_psu == "average" and counted else 1.0
    centred = (z - centre[design.stratum]) * np.sqrt(factor)[design.stratum, None]
    return inflation * (centred.T @ centred)


def _fitted(design: Design, inside: npt.NDArray[np.intp], residual: FloatArray) -> FloatArray:
    calibrated = design.residuals
    assert calibrated is not None
    weighted = np.zeros(len(design.weights))
    weighted[inside] = calibrated.base_weights[inside] * residual
    slopes = calibrated.inverse @ (calibrated.columns.T @ weighted)
    return cast(FloatArray, calibrated.psu_totals @ slopes)


def _column(values: npt.ArrayLike, n: int, name: str) -> FloatArray:
    try:
        found = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as problem:
        raise EstimationError(f"{name} must be numbers, with NaN for no answer.") from problem
    if found.shape != (n,):
        raise EstimationError(f"{name} must have the design's {n} rows, unfiltered; got the shape {found.shape}.")
    return found


def _mask(values: npt.ArrayLike, n: int, name: str) -> BoolArray:
    found = np.asarray(values)
    if found.dtype != np.bool_ or found.shape != (n,):
        raise EstimationError(f"{name} must be {n} booleans, one a row of the design; got {found.dtype} {found.shape}.")
    return found
