"""Variance of anything that is linear in the rows: between units within strata, at each stage.

The ultimate-cluster form of Hansen, Hurwitz and Madow with Taylor linearisation (Binder 1983; Särndal, Swensson and
Wretman 1992, ch. 4-5; R `svyrecvar`); after calibration, of residuals (Deville and Särndal 1992; R `calibrate`).
"""

from typing import Any, cast

import numpy as np
from scipy.sparse import csr_array

from .design import Calibration, Design
from .stages import Stage
from .variables import BoolArray, FloatArray, IntArray, divided


def taylor(design: Design, influence: FloatArray | csr_array, members: csr_array | None = None) -> FloatArray:
    """float64[k, k]: the covariance of k estimates, from their influence values [n, k], not yet weighted.

    An estimate's influence is the derivative by the weight of a row: (y - mean) / sum(w) for a mean, y for a total.
    members: [n, k], not nought for the rows of each estimate's domain; it matters only where the design adjusts strata
    of which a domain has one PSU.
    """
    z: Any = influence
    parts = [design.stages[0]] + [stage for stage in design.stages[1:] if stage.counts]
    residual = _residual(design, z)
    found = np.zeros((z.shape[1], z.shape[1]))
    for number, stage in enumerate(parts):
        totals = sums(stage.unit, len(stage.stratum), residual[0])
        for unexplained in residual[1:]:
            totals = totals - sums(stage.unit, len(stage.stratum), unexplained[0]) @ unexplained[1]
        if design.pairs is not None:
            return np.asarray(totals.T @ design.pairs @ totals)
        held = None
        needed = design.adjust_domains or (design.single_psu == "average" and not design.calibrations)
        if members is not None and number == 0 and needed:
            held = sums(stage.unit, len(stage.stratum), cast(Any, members) != 0) > 0
        found += between(stage, totals, design.single_psu, held, adjust_domains=design.adjust_domains)
    return found


def sums(unit: IntArray, units: int, weighted: FloatArray | csr_array) -> FloatArray:
    """float64[units, k]: sums of rows by unit."""
    n = len(unit)
    adding: Any = csr_array((np.ones(n), (unit, np.arange(n))), shape=(units, n))
    found = adding @ cast(Any, weighted)
    return cast(FloatArray, found.toarray() if hasattr(found, "toarray") else np.asarray(found))


def between(
    stage: Stage, totals: FloatArray, policy: str, held: BoolArray | None = None, *, adjust_domains: bool = False
) -> FloatArray:
    """float64[k, k]: what one stage adds, from the totals [U, k] of its units; strata with one unit by the policy.

    held: bool[U, k], the units with members of each domain. adjust_domains: strata of which it has one follow the
    policy as well. "average" goes by the strata that a domain has members in, as R's `subset` leaves them.
    """
    m, lonely = stage.sampled, stage.lonely
    centre = by_stratum(stage, totals) / m[:, None]
    width = 1 if held is None else totals.shape[1]  # columns differ only by the strata that their domains are in
    factor = np.repeat((stage.share * (1 - stage.fraction) * m / np.maximum(m - 1, 1))[:, None], width, axis=1)
    alone = np.repeat(lonely[:, None], width, axis=1)
    there = np.ones(alone.shape, dtype=bool)
    if held is not None:
        members = by_stratum(stage, held.astype(float))
        there = members > 0
        if adjust_domains:
            alone |= (members == 1) & (m > 1)[:, None]
    if policy == "adjust":
        centre[lonely] = totals.mean(axis=0)
        if held is not None:
            centre[alone & ~lonely[:, None]] = 0.0
    elif policy == "average" and alone.any():
        strata, counted = there.sum(axis=0), (there & ~alone).sum(axis=0)
        factor = np.where(alone, 0.0, factor) * np.divide(strata, counted, out=np.ones(len(counted)), where=counted > 0)
    else:
        factor[lonely] = 0.0
    centred = centre[stage.stratum]
    np.subtract(totals, centred, out=centred)
    centred *= np.sqrt(factor)[stage.stratum]
    return centred.T @ centred


def by_stratum(stage: Stage, of_units: FloatArray) -> FloatArray:
    """float64[H, k]: sums over the units of each stratum."""
    strata = len(stage.sampled)
    return np.column_stack([np.bincount(stage.stratum, column, minlength=strata) for column in of_units.T])


def _residual(design: Design, z: Any) -> list[Any]:
    """What is summed by unit: the weighted influence, then for each calibration its weighted columns and slopes.

    The regression is on the base weights of its own calibration, first one first, as R applies them. Weights that were
    trimmed since then count in the influence; the calibration keeps the weights that it gave.
    """
    current = _weighted(z, design.weights)
    found: list[Any] = [current]
    for calibration in design.calibrations:
        share, after = shares(design, calibration)
        cross = calibration.x.T @ _weighted(current, share)
        slopes = calibration.inverse @ (cross.toarray() if hasattr(cross, "toarray") else cross)
        columns: Any = _weighted(calibration.x, after)
        found.append((columns, slopes))
        if len(design.calibrations) > 1:
            current = (current.toarray() if hasattr(current, "toarray") else current) - columns @ slopes
    return found


def shares(design: Design, calibration: Calibration) -> tuple[FloatArray, FloatArray]:
    """float64[n] each: the weights before a calibration over those that it gave, and the latter."""
    after = design.weights if calibration.weights is None else calibration.weights
    return divided(calibration.base, after, 0.0), after


def _weighted(z: Any, weights: FloatArray) -> Any:
    return z.multiply(weights[:, None]).tocsr() if hasattr(z, "multiply") else z * weights[:, None]
