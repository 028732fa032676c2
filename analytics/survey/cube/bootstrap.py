"""Replicates of a whole cube from its sums by PSU: PSUs are what is drawn again, so sums of theirs are all it takes."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from ..design import refuse_single_psus
from ..variables import EstimationError, FloatArray
from .cube import Cube, means
from .sampling_frame import Frame
from .summary import Summary

_EMPTY = "no respondent in some replicate"
_MOST = 1 << 28  # numbers in memory, 2 GiB


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """R replicates of the means of a cube.

    cube: the means, with their linearised errors beside. factors: float64[U, R], what each replicate multiplies the
    weights of a PSU by. values: float64[J, D, R], NaN where a replicate holds nobody. Any function of a replicate's
    values, such as a gap or a rank, has the spread of that function over replicates.
    """

    cube: Cube
    factors: FloatArray = field(repr=False)
    values: FloatArray = field(repr=False)

    @property
    def unavailable(self) -> npt.NDArray[np.str_]:
        """str[J, D]: why there is no error, as in `Cube`, or because a replicate of a few PSUs holds nobody; or ""."""
        empty = np.isnan(self.values).any(axis=2) & self.cube.available
        return np.where(empty, _EMPTY, self.cube.unavailable)

    @property
    def se(self) -> FloatArray:
        """float64[J, D]: the standard deviation of the replicates; NaN where it is unavailable."""
        found = np.full(self.values.shape[:2], np.nan)
        shown = self.unavailable == ""
        found[shown] = self.values[shown].std(axis=1, ddof=1)
        return found


def bootstrap(summary: Summary, replicates: int = 500, *, seed: int = 0) -> Bootstrap:
    """Means of each item in each domain under so many replicates (Rao and Wu 1988; Rao, Wu and Yue 1992).

    Each draws one PSU less than there are in each stratum, with replacement, and rescales, with the finite population
    correction (R `as.svrepdesign(type="subbootstrap")`). The same seed gives the same replicates of the same frame, so
    figures of two summaries of it covary as they should. Raises EstimationError for calibrated weights, for policies of
    single PSUs that only linearisation knows, and for what is too large to hold.
    """
    if replicates < 2:
        raise EstimationError(f"A spread needs two replicates at least, better 500; got {replicates}.")
    if summary.calibration is not None:
        raise EstimationError(
            "Each replicate of calibrated weights would be calibrated anew, which needs the rows. Use means(), whose "
            "errors know the calibration."
        )
    size = len(summary.items) * len(summary.keys) * replicates
    if size > _MOST:
        raise EstimationError(f"{size:,} values do not fit; choose items with only(), domains with rollup().")
    factors = _factors(summary.frame, replicates, np.random.default_rng(seed))
    values = np.full((len(summary.items), len(summary.keys), replicates), np.nan)
    shape = (len(summary.keys), summary.frame.size)
    for j, of_item in enumerate(values):
        cells = (summary.domain, summary.psu)
        weight: Any = csr_array((summary.w[j], cells), shape=shape)
        amount: Any = csr_array((summary.y[j], cells), shape=shape)
        base = weight @ factors
        np.divide(amount @ factors, base, out=of_item, where=base > 0)
    return Bootstrap(means(summary), factors, values)


def _factors(frame: Frame, replicates: int, random: np.random.Generator) -> FloatArray:
    """float64[U, R]."""
    stage = frame.stage
    if frame.single_psu == "fail":
        refuse_single_psus([stage])
    if stage.lonely.any() and frame.single_psu in ("adjust", "average"):
        raise EstimationError(
            f"A stratum of one PSU cannot be drawn from again; {frame.single_psu!r} is a rule of linearisation. Join "
            "it to a similar stratum, or choose 'certainty'."
        )
    found = np.ones((frame.size, replicates))
    ends = np.cumsum(stage.sampled)
    for end, n, fraction in zip(ends.tolist(), stage.sampled.tolist(), stage.fraction.tolist(), strict=True):
        if n > 1:
            drawn = random.integers(0, n, size=(n - 1, replicates)) * replicates + np.arange(replicates)
            times = np.bincount(drawn.ravel(), minlength=n * replicates).reshape(n, replicates)
            kept = np.sqrt(1 - fraction)
            found[end - n : end] = 1 - kept + kept * n / (n - 1) * times
    return found
