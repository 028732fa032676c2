"""Trimming of weights, what was trimmed being spread over the others."""

from dataclasses import replace

import numpy as np

from ..design import Design, with_weights
from ..variables import data_of
from .margins import WeightingError
from .reweighting import Solution, Weighting, weighting


def trim(
    design: Design, *, lower: float = 0.0, upper: float = np.inf, strict: bool = False
) -> tuple[Design, Weighting]:
    """Weights between lower and upper, in units of the weights, with the same sum (R `trimWeights`).

    What is cut off or added is spread evenly over the rows that were inside; it may carry some of them over a bound,
    and strict repeats until none is. Margins that the weights met are met no longer (`rake` with bounds keeps them);
    the variance stays that of the calibration, as in R. Raises WeightingError where no weights can do it.
    """
    data_of(design)
    if not isinstance(design, Design):
        raise WeightingError("Trim the design's weights first, then make replicates of it.")
    weights = design.weights
    drawn = weights > 0
    total, n = weights.sum(), int(drawn.sum())
    if not 0 <= lower < upper:
        raise WeightingError(f"lower and upper are weights, lower the smaller; got {lower:g} and {upper:g}.")
    if not n * lower <= total <= n * upper:
        raise WeightingError(
            f"The mean weight is {total / n:.6g}: no weights between {lower:g} and {upper:g} have the same sum. "
            "Choose bounds on both sides of the mean."
        )
    rounds, outside = 0, drawn & ((weights < lower) | (weights > upper))
    while outside.any() and (strict or not rounds):
        inside = drawn & ~outside
        if rounds == 1000 or not inside.any():
            raise WeightingError(
                f"After {rounds} rounds {outside.sum()} weights are still outside {lower:g} to {upper:g}. Widen them."
            )
        cut = np.where(drawn, np.clip(weights, lower, upper), 0.0)
        weights = np.where(inside, cut + (weights - cut).sum() / inside.sum(), cut)
        rounds, outside = rounds + 1, drawn & ((weights < lower) | (weights > upper))
    if (weights[drawn] <= 0).any():
        raise WeightingError("Raising weights to `lower` leaves others at 0 or less. Choose a smaller `lower`.")
    bounded = int((drawn & ((weights <= lower) | (weights >= upper))).sum())
    report = weighting("trimming", design.weights, Solution(weights, max(rounds, 1), 0.0, bounded))
    return with_weights(design, weights), replace(report, iterations=rounds)
