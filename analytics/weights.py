"""Raking of base weights to population margins, trimming, and how much the weights cost.

Weights leave this module only when every margin is met. A margin that cannot be met is refused by name and level:
a population group without respondents is never quietly left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, hstack

from analytics.design import FloatArray, IntArray


class RakingError(ValueError):
    """The weights cannot meet the margins; the message names the margin and the level."""


@dataclass(frozen=True, eq=False)
class Margin:
    """One population margin: codes int[n], the level 0..k-1 of each row; totals float[k], the population of each level.

    levels: k names for messages; without them the level's number is used.
    """

    name: str
    codes: IntArray
    totals: FloatArray
    levels: Sequence[str] | None = None

    def level(self, code: int) -> str:
        """The level as a message names it."""
        return f"{self.name} = {code if self.levels is None else self.levels[code]}"


@dataclass(frozen=True)
class Bounds:
    """Trimming: no weight under `lower` or over `upper` times the mean weight."""

    lower: float
    upper: float


@dataclass(frozen=True, eq=False)
class Raked:
    """Weights float64[n] that meet the margins. iterations: sweeps over all margins.

    max_relative_margin_error: worst of all levels. kish_effect: 1 + cv^2 of the weights. trimmed: rows at a bound.
    """

    weights: FloatArray
    iterations: int
    max_relative_margin_error: float
    kish_effect: float
    trimmed: int


def kish_effect(weights: npt.ArrayLike) -> float:
    """n sum(w^2) / sum(w)^2 of positive weights: the variance that unequal weights cost at worst (Kish 1965, 1992)."""
    w = np.asarray(weights, dtype=np.float64)
    if w.ndim != 1 or not len(w) or not np.isfinite(w).all() or (w <= 0).any():
        raise RakingError("The design effect of weights needs positive, finite weights.")
    return float(len(w) * (w @ w) / w.sum() ** 2)


def rake(
    base_weights: npt.ArrayLike,
    margins: Sequence[Margin],
    *,
    tolerance: float = 1e-10,
    max_iterations: int = 1000,
    bounds: Bounds | None = None,
) -> Raked:
    """Iterative proportional fitting (Deming and Stephan 1940; weights of R `rake` and `calibrate(calfun="raking")`).

    Sweeps until every margin is met to `tolerance`, relative. With bounds, trims to them and rakes again until both
    hold (bounds to 1e-6). Raises RakingError: unusable weights, margins or codes, a level nobody or nothing fills,
    margins with different sums, or no convergence in max_iterations sweeps.
    """
    base = np.array(base_weights, dtype=np.float64)
    if base.ndim != 1 or not len(base) or not np.isfinite(base).all() or (base <= 0).any():
        raise RakingError("Base weights must be one column of positive, finite numbers.")
    if not margins:
        raise RakingError("Raking needs at least one margin.")
    for margin in margins:
        _check(margin, len(base))
    first = margins[0]
    for margin in margins[1:]:
        if not np.isclose(margin.totals.sum(), first.totals.sum(), rtol=1e-9, atol=0):
            raise RakingError(
                f"Margins must describe one population: {first.name} sums to {first.totals.sum():.10g}, "
                f"{margin.name} to {margin.totals.sum():.10g}. Rescale them to one total."
            )
    weights, used, error = _sweep(base, margins, tolerance, max_iterations)
    trimmed = 0
    if bounds is not None:
        mean = float(first.totals.sum()) / len(base)
        if not 0 <= bounds.lower < 1 < bounds.upper:
            raise RakingError("Bounds are multiples of the mean weight: lower in 0..1, upper above 1.")
        low, high = bounds.lower * mean, bounds.upper * mean
        while (weights < low * (1 - 1e-6)).any() or (weights > high * (1 + 1e-6)).any():
            if used >= max_iterations:
                raise RakingError(
                    f"No weights between {bounds.lower:g} and {bounds.upper:g} times the mean meet the margins "
                    f"in {max_iterations} sweeps. Widen the bounds or join small levels."
                )
            weights, sweeps, error = _sweep(np.clip(weights, low, high), margins, tolerance, max_iterations - used)
            used += sweeps
        at_bound = (weights <= low * (1 + 1e-6)) | (weights >= high * (1 - 1e-6))
        trimmed = int(np.count_nonzero(at_bound))
    return Raked(weights, used, error, kish_effect(weights), trimmed)


def margin_columns(margins: Sequence[Margin]) -> csr_array:
    """float64[n, sum of k]: an indicator column for each level, as `Calibration.x` takes them."""
    blocks = []
    for margin in margins:
        n, k = len(margin.codes), len(margin.totals)
        blocks.append(csr_array((np.ones(n), (np.arange(n), margin.codes)), shape=(n, k)))
    return csr_array(hstack(blocks, format="csr"))


def _sweep(
    start: FloatArray, margins: Sequence[Margin], tolerance: float, max_iterations: int
) -> tuple[FloatArray, int, float]:
    weights, error, worst = start.copy(), np.inf, ""
    for iteration in range(1, max_iterations + 1):
        for margin in margins:
            weights *= _ratio(margin, weights)[margin.codes]
        error = 0.0
        for margin in margins:
            miss = np.abs(1 / _ratio(margin, weights) - 1)
            if miss.max() >= error:
                error, worst = float(miss.max()), margin.level(int(miss.argmax()))
        if error <= tolerance:
            return weights, iteration, error
    raise RakingError(
        f"Raking did not converge in {max_iterations} sweeps: {worst} is still off by {error:.2g}, relative. "
        "Margins may contradict each other where cells are empty; join levels or drop a margin."
    )


def _ratio(margin: Margin, weights: FloatArray) -> FloatArray:
    sums = np.bincount(margin.codes, weights, minlength=len(margin.totals))
    return np.divide(margin.totals, sums, out=np.ones(len(sums)), where=sums > 0)


def _check(margin: Margin, n: int) -> None:
    codes, totals, k = margin.codes, margin.totals, len(margin.totals)
    if margin.levels is not None and len(margin.levels) != k:
        raise RakingError(f"{margin.name} has {k} totals and {len(margin.levels)} names of levels.")
    if codes.shape != (n,) or codes.dtype.kind not in "iu":
        raise RakingError(f"{margin.name} must have {n} whole codes, one a row; got {codes.dtype} {codes.shape}.")
    if not k or not np.isfinite(totals).all() or (totals < 0).any():
        raise RakingError(f"{margin.name} must have finite population totals of 0 or more.")
    outside = np.flatnonzero((codes < 0) | (codes >= k))
    if len(outside):
        raise RakingError(
            f"{margin.name} has code {codes[outside[0]]} in row {outside[0]}, outside its {k} levels "
            f"({len(outside)} such rows). Impute the missing level or make it a level of its own."
        )
    filled = np.bincount(codes, minlength=k) > 0
    for code in np.flatnonzero(filled != (totals > 0)).tolist():
        if filled[code]:
            raise RakingError(f"{margin.level(code)} has respondents but a population total of 0. Check the totals.")
        raise RakingError(
            f"{margin.level(code)} has a population of {totals[code]:g} and no respondents. Join it to a similar level."
        )
