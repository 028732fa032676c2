"""Raking of weights to population margins, with or without bounds on the weights.

Weights leave this module only when every margin is met. A margin that cannot be met is refused by name and level:
a population group without respondents is never quietly left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from ..design import Calibration
from ..variables import FloatArray, IntArray, data_of, divided
from .margins import Margin, Margins, WeightingError, level_sums, margin_calibration, margins_of
from .reweighting import S, Solution, Weighting, reweighted

Residuals = Literal["weighted", "unweighted"]
_NEAR = 1e-6  # how near to a bound a trimmed weight must come


@dataclass(frozen=True)
class Bounds:
    """Trimming: no weight under `lower` or over `upper` times the mean weight."""

    lower: float
    upper: float


def rake(
    design: S,
    margins: Margins,
    *,
    bounds: Bounds | None = None,
    tolerance: float = 1e-10,
    max_iterations: int = 1000,
    residuals: Residuals = "weighted",
) -> tuple[S, Weighting]:
    """Iterative proportional fitting (Deming and Stephan 1940; weights of R `rake` and `calibrate(calfun="raking")`).

    margins: {"sex": {"women": 5100, "men": 4900}, ("age", "area"): {("18-29", "north"): 120, ...}}, or `Margin`s.
    Sweeps until every margin is met to `tolerance`, relative. With bounds, trims to them and rakes again until both
    hold (bounds to 1e-6). Each replicate is raked on its own.

    residuals: variance is by residuals of a regression with the weights before (R `calibrate`; Deville and Särndal
    1992), or without weights, towards which R `rake` takes ten sweeps. Raises WeightingError: a level that nobody or
    nothing fills, margins with different sums, or no convergence in max_iterations sweeps.
    """
    refuse_unknown(residuals)
    found = margins_of(data_of(design), margins, design.weights > 0)
    cells = cells_of(found)

    def solve(base: FloatArray) -> Solution:
        sums = cells.sums(base)
        for margin, codes in zip(found, cells.codes, strict=True):
            level_sums(margin, codes, sums)
        raked = _sweep(cells, base, tolerance, max_iterations)
        return raked if bounds is None else _bounded(cells, raked, bounds, tolerance, max_iterations)

    return reweighted(design, "raking", solve, lambda base: calibrated(cells, base, residuals))


def refuse_unknown(residuals: str) -> None:
    """Raise WeightingError on a name that is no kind of residuals."""
    if residuals not in get_args(Residuals):
        raise WeightingError(f"residuals must be one of {', '.join(get_args(Residuals))}; got {residuals!r}.")


@dataclass(frozen=True, eq=False)
class CrossedMargins:
    """Rows that lie in the same level of every margin, as one.

    cell: int64[n], the cell of each row, or None where each is its own. codes: for each margin int64[C], the level of
    each cell. Cells that are not rows lie in the order of a table with an axis for each margin.
    """

    margins: Sequence[Margin]
    codes: Sequence[IntArray]
    cell: IntArray | None

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of levels of each margin."""
        return tuple(len(margin.totals) for margin in self.margins)

    def sums(self, weights: FloatArray) -> FloatArray:
        """float64[C]: weights by cell."""
        if self.cell is None:
            return weights
        return np.bincount(self.cell, weights, minlength=len(self.codes[0])).astype(np.float64, copy=False)

    def levels(self, place: int, weights: FloatArray) -> FloatArray:
        """float64[k]: weights of cells by the levels of a margin."""
        if self.cell is None:
            return np.bincount(self.codes[place], weights, minlength=self.shape[place]).astype(float, copy=False)
        others = tuple(axis for axis in range(len(self.shape)) if axis != place)
        return np.asarray(weights.reshape(self.shape).sum(axis=others))

    def scale(self, place: int, weights: FloatArray, ratio: FloatArray) -> None:
        """Multiply weights of cells, in place, by a number of each level of a margin."""
        if self.cell is None:
            weights *= ratio[self.codes[place]]
        else:
            table = weights.reshape(self.shape)
            table *= ratio.reshape([-1 if axis == place else 1 for axis in range(len(self.shape))])

    def rows(self, factors: FloatArray) -> FloatArray:
        """float64[n]: a number of each cell, for its rows."""
        return factors if self.cell is None else factors[self.cell]


def cells_of(margins: Sequence[Margin]) -> CrossedMargins:
    """The cells of the crossing of margins, where there are fewer than rows."""
    n, sizes = len(margins[0].codes), [len(margin.totals) for margin in margins]
    crossed = int(np.prod([float(size) for size in sizes]))
    if crossed > n:
        return CrossedMargins(margins, [margin.codes for margin in margins], None)
    cell = np.ravel_multi_index([margin.codes for margin in margins], sizes)
    codes = np.unravel_index(np.arange(crossed), sizes)
    return CrossedMargins(margins, [np.asarray(one, dtype=np.int64) for one in codes], cell)


def calibrated(cells: CrossedMargins, base: FloatArray, residuals: Residuals) -> Calibration:
    """What weights with these bases were raked to, for their variance."""
    weights = base if residuals == "weighted" else (base > 0).astype(float)
    return margin_calibration(cells.margins, weights, cells.codes, cells.sums(weights))


def _sweep(cells: CrossedMargins, start: FloatArray, tolerance: float, max_iterations: int) -> Solution:
    before = cells.sums(start)
    weights, error, worst = before.copy(), np.inf, ""
    for iteration in range(1, max_iterations + 1):
        moved = 0.0
        for place in range(len(cells.margins)):
            ratio = _ratio(cells, place, weights)
            moved = max(moved, float(np.abs(ratio - 1).max()))
            cells.scale(place, weights, ratio)
        if moved > tolerance and iteration < max_iterations:
            continue
        error = 0.0
        for place, margin in enumerate(cells.margins):
            miss = np.abs(1 / _ratio(cells, place, weights) - 1)
            if miss.max() >= error:
                error, worst = float(miss.max()), margin.level(int(miss.argmax()))
        if error <= tolerance:
            factors = divided(weights, before, 0.0)
            return Solution(start * cells.rows(factors), iteration, error)
    raise WeightingError(
        f"Raking did not converge in {max_iterations} sweeps: {worst} is still off by {error:.2g}, relative. "
        "Margins may contradict each other where cells are empty; join levels or drop a margin."
    )


def _ratio(cells: CrossedMargins, place: int, weights: FloatArray) -> FloatArray:
    sums = cells.levels(place, weights)
    return np.divide(cells.margins[place].totals, sums, out=np.ones(len(sums)), where=sums > 0)


def _bounded(cells: CrossedMargins, raked: Solution, bounds: Bounds, tolerance: float, max_iterations: int) -> Solution:
    if not 0 <= bounds.lower < 1 < bounds.upper:
        raise WeightingError("Bounds are multiples of the mean weight: lower in 0..1, upper above 1.")
    weights, used, error = raked.weights, raked.iterations, raked.error
    drawn = weights > 0
    mean = float(weights.sum()) / int(drawn.sum())
    low, high = bounds.lower * mean * drawn, bounds.upper * mean
    while (weights < low * (1 - _NEAR)).any() or (weights > high * (1 + _NEAR)).any():
        if used >= max_iterations:
            raise WeightingError(
                f"No weights between {bounds.lower:g} and {bounds.upper:g} times the mean meet the margins "
                f"in {max_iterations} sweeps. Widen the bounds or join small levels."
            )
        again = _sweep(cells, np.clip(weights, low, high), tolerance, max_iterations - used)
        weights, used, error = again.weights, used + again.iterations, again.error
    at_bound = drawn & ((weights <= low * (1 + _NEAR)) | (weights >= high * (1 - _NEAR)))
    return Solution(weights, used, error, int(np.count_nonzero(at_bound)))
