"""New weights for a design, and for each of its replicates, with a report of what they cost and how well they fit."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from ..design import Calibration, Design, with_weights
from ..linearisation import Sample
from ..replicates import Replicates
from ..variables import FloatArray
from .margins import WeightingError, kish_effect

S = TypeVar("S", Design, Replicates, Sample)


@dataclass(frozen=True, eq=False)
class Solution:
    """Weights float64[n] that meet their totals. error: the worst total, relative; bounded: rows at a bound."""

    weights: FloatArray
    iterations: int = 1
    error: float = 0.0
    bounded: int = 0


@dataclass(frozen=True)
class Weighting:
    """How weights were changed.

    iterations: of the full sample's weights. worst_relative_error: of all totals. kish_before, kish_effect: 1 + cv^2 of
    the weights. lowest_g, highest_g: the factors on the weights before. bounded: rows at a bound.
    """

    method: str
    rows: int
    iterations: int
    worst_relative_error: float
    kish_before: float
    kish_effect: float
    lowest_g: float
    highest_g: float
    bounded: int

    @property
    def effective_n(self) -> float:
        """Rows over the Kish effect."""
        return self.rows / self.kish_effect

    def __str__(self) -> str:
        return (
            f"{self.method}: {self.iterations} iteration(s), worst total off by {self.worst_relative_error:.1e} "
            f"(relative); factors {self.lowest_g:.4g} to {self.highest_g:.4g}, {self.bounded} rows at a bound; "
            f"Kish effect {self.kish_before:.3f} before, {self.kish_effect:.3f} after, {self.rows} rows worth "
            f"{self.effective_n:.0f}"
        )


def reweighted(
    sample: S,
    method: str,
    solve: Callable[[FloatArray], Solution],
    calibration: Callable[[FloatArray], Calibration],
) -> tuple[S, Weighting]:
    """The sample with the weights that `solve` makes of its own, and of those of each replicate (as R does).

    Raises WeightingError, naming the replicate that cannot be solved.
    """
    base = sample.weights
    found = solve(base)
    report = weighting(method, base, found)
    if isinstance(sample, Design):
        redesigned: Any = with_weights(sample, found.weights, calibration(base))
        return redesigned, report
    replicates = np.empty_like(sample.replicates)
    for number in range(sample.count):
        try:
            replicates[:, number] = solve(sample.weights_of(number)).weights
        except WeightingError as problem:
            raise WeightingError(
                f"Replicate {number + 1} of {sample.count} cannot be calibrated: {problem} A level must be met in "
                "every replicate: join levels that lie in one PSU."
            ) from problem
    return replace(sample, weights=found.weights, replicates=replicates), report


def weighting(method: str, base: FloatArray, found: Solution) -> Weighting:
    """The report on weights that were `base` before."""
    used = base > 0
    after = found.weights
    if not used.all():
        base, after = base[used], after[used]
    factors = after / base
    return Weighting(
        method,
        len(base),
        found.iterations,
        found.error,
        kish_effect(base),
        kish_effect(after),
        float(factors.min()),
        float(factors.max()),
        found.bounded,
    )
