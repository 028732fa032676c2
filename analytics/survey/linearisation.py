"""Functions of weighted totals: their values under any weights, and their joint covariance under any kind of design.

Everything that has a variance goes through `Linear` and `covariance`, so that domains, items and waves in shared PSUs
covary, and so that linearisation and replicate weights give the same kinds of figures.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from scipy.sparse import csr_array

from .design import Design
from .replicates import Replicates
from .variables import FloatArray, divided
from .variance import taylor

Sample = Design | Replicates


@dataclass(frozen=True, eq=False)
class Linear:
    """k estimates as functions of the weights.

    value: float64[k] under the design's weights. influence: [n, k], dense or sparse, the derivative of each by the
    weight of a row, for linearisation. at: weights [n] -> float64[k], for replicates.
    """

    value: FloatArray
    influence: csr_array | FloatArray
    at: Callable[[FloatArray], FloatArray]


def covariance(design: Sample, linear: Linear, members: csr_array | None = None) -> FloatArray:
    """float64[k, k]: the covariance of the estimates, by linearisation or from replicate weights.

    members: [n, k], not nought for the rows of each estimate's domain; it matters only where the design adjusts strata
    of which a domain has one PSU.
    """
    if isinstance(design, Replicates):
        values = np.array([linear.at(design.weights_of(number)) for number in range(design.count)])
        return design.spread(values.reshape(design.count, -1), np.atleast_1d(linear.value))
    return taylor(design, linear.influence, members)


def variance_method(design: Sample) -> str:
    """How a covariance is found, in words."""
    if isinstance(design, Replicates):
        return "replicate weights"
    return "Taylor linearisation" + (", calibration residuals" if design.calibrations else "")


def ratios(weights: FloatArray, numerator: csr_array, denominator: csr_array | None) -> Linear:
    """Sum(w y) / Sum(w x) for k columns of y and x [n, k], or the totals Sum(w y) without x.

    A ratio whose denominator is nought is NaN. (R `svytotal`, `svymean`, `svyratio`; Binder 1983.)
    """
    top, bottom = cast(Any, numerator), cast(Any, denominator)

    def at(w: FloatArray) -> FloatArray:
        totals = top.T @ w
        if bottom is None:
            return np.asarray(totals)
        sizes = bottom.T @ w
        return np.asarray(divided(totals, sizes))

    value = at(weights)
    if bottom is None:
        return Linear(value, numerator, at)
    # An exact value for an answer that everybody gave: 1 must not come out as 0.9999999999999999.
    value = _exact(value, top, bottom)
    sizes = bottom.T @ weights
    scale = divided(1.0, sizes, 0.0)
    fitted = bottom.multiply(np.nan_to_num(value)[None, :])
    influence = (top - fitted).multiply(scale[None, :])
    return Linear(value, csr_array(influence), at)


def _exact(value: FloatArray, top: Any, bottom: Any) -> FloatArray:
    found = value.copy()
    near = np.flatnonzero(np.isclose(value, np.round(value), rtol=0, atol=1e-9) & np.isfinite(value))
    for k in near.tolist():
        y, x = top[:, [k]], bottom[:, [k]]
        difference = y - x * float(np.round(value[k]))
        if not difference.count_nonzero():
            found[k] = np.round(value[k])
    return found
