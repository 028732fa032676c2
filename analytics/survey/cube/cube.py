"""All figures of a summary at once: each item in each domain, with its error, and their gaps and changes.

The same figures as `means.mean(by=...)` of the rows, from sums by PSU and domain (Binder 1983; Särndal, Swensson
and Wretman 1992, ch. 5), or after calibration from the sums of its columns besides (ch. 6.6; R `calibrate`).
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..design import refuse_single_psus
from ..intervals import korn_graubard, refuse_level, t_interval
from ..printing import listing, not_drawn
from ..results import REASONS, ROUNDING, WITHOUT_ERROR, DegreesOfFreedom, degrees_of_freedom
from ..variables import BoolArray, EstimationError, FloatArray, IntArray, divided
from .influences import Linearised, calibration_text, linearised
from .summary import Item, Summary, spread, summed

CODES = ("", *REASONS)
_TOLD = [CODES.index(reason) for reason in WITHOUT_ERROR]


@dataclass(frozen=True, eq=False)
class Cube:
    """J items of K domains, or K contrasts of domains.

    keys: what each of the K is. value: float64[J, K], NaN without base. variance: float64[J, K], as the method gives
    it, also where it is not fit to be shown. n: int64[J, K], respondents, the fewest of those that a contrast compares;
    psus and domain_df (PSUs minus strata) likewise. srs, drawn: float64[J, K] as in `Estimates`. reason: int8[J, K], 0
    where there is a standard error, else one more than the place of the reason in REASONS.
    """

    items: tuple[Item, ...]
    keys: pd.DataFrame
    value: FloatArray
    variance: FloatArray = field(repr=False)
    n: IntArray
    psus: IntArray = field(repr=False)
    df: int
    domain_df: IntArray = field(repr=False)
    srs: FloatArray = field(repr=False)
    drawn: FloatArray = field(repr=False)
    reason: npt.NDArray[np.int8] = field(repr=False)
    source: Linearised = field(repr=False)
    method: str
    probability: bool = True

    @property
    def available(self) -> BoolArray:
        """bool[J, K]: figures with a standard error."""
        return np.asarray(self.reason == 0)

    @property
    def se(self) -> FloatArray:
        """float64[J, K], in units of the value; NaN where the sample cannot show it."""
        return np.asarray(np.where(self.available, np.sqrt(np.maximum(self.variance, 0.0)), np.nan))

    @property
    def deff(self) -> FloatArray:
        """float64[J, K]: against a simple random sample with replacement (R `deff="replace"`); NaN for a contrast."""
        return divided(self.se**2, self.srs)

    @property
    def n_effective(self) -> FloatArray:
        """float64[J, K]: the simple random sample that would be as exact, at most n."""
        return np.asarray(np.minimum(self.n, divided(self.n.astype(float), self.deff)))

    @property
    def unavailable(self) -> npt.NDArray[np.str_]:
        """str[J, K]: a key of REASONS or ""."""
        return np.array(CODES)[self.reason]

    @cached_property
    def labels(self) -> list[str]:
        """The name of each of the K: the parts of its key joined by ":"."""
        return [":".join(str(part) for part in row) for row in self.keys.itertuples(index=False)]

    def interval(
        self, level: float = 0.95, *, df: DegreesOfFreedom | float = "design"
    ) -> tuple[FloatArray, FloatArray]:
        """Low and high, float64[J, K] each, as `Estimates.interval`: t with the degrees of freedom of df."""
        refuse_level(level)
        return t_interval(self.value, self.se, degrees_of_freedom(df, self.df, self.domain_df), level)

    def share_interval(
        self, level: float = 0.95, *, df: DegreesOfFreedom | float = "design"
    ) -> tuple[FloatArray, FloatArray]:
        """Low and high of shares, float64[J, K] each: Korn and Graubard 1998, with never more cases than respondents.

        Shares of nought and one have an interval too, though no standard error, by all their respondents. NaN where the
        reason is another. Raises EstimationError where an item is no share; choose those that are with `only`.
        """
        refuse_level(level)
        p = self.value
        if self.source.is_contrast or bool(((p < 0) | (p > 1)).any()):
            raise EstimationError(
                "Only shares from 0 to 1 have this interval; choose the items with only(summary, ...)."
            )
        shown = self.available | (self.reason == CODES.index("zero_variance"))
        se = np.sqrt(np.maximum(self.variance, 0.0))
        degrees = degrees_of_freedom(df, self.df, self.domain_df)
        low, high = korn_graubard(p, se, self.n.astype(np.float64), degrees, level)
        return np.where(shown, low, np.nan), np.where(shown, high, np.nan)

    def table(self, level: float = 0.95, *, df: DegreesOfFreedom | float = "design") -> pd.DataFrame:
        """A row for each figure: variable, level, the keys; then as `Estimates.table`, and the PSUs."""
        low, high = self.interval(level, df=df)
        k = len(self.keys)
        levels = {"level": np.repeat([level for _, level in self.items], k)} if any(x for _, x in self.items) else {}
        head = {"variable": np.repeat([variable for variable, _ in self.items], k)} | levels
        keys = {name: np.tile(self.keys[name].to_numpy(), len(self.items)) for name in self.keys}
        figures: dict[str, Any] = {
            "estimate": self.value,
            "se": self.se,
            "low": low,
            "high": high,
            "n": self.n,
            "psus": self.psus,
            "n_effective": self.n_effective,
            "deff": self.deff,
            "reason": np.array(["", *REASONS.values()])[self.reason],
        }
        return pd.DataFrame(head | keys | {name: values.ravel() for name, values in figures.items()})

    def __len__(self) -> int:
        return int(self.value.size)

    def __str__(self) -> str:
        head = f"{self.method}; 95 % intervals by t with {self.df} degrees of freedom\n{not_drawn(self.probability)}"
        shown = self.table()
        return head + listing(shown.head(20)) + (f"\n… and {len(shown) - 20} more" if len(shown) > 20 else "")


def means(summary: Summary) -> Cube:
    """The mean of each item in each domain (R `svyby(svymean)`). Raises DesignError on a stratum with one PSU."""
    return _figures(summary, total=False)


def totals(summary: Summary) -> Cube:
    """The total of each item in each domain, of those who answered (R `svyby(svytotal)`). Raises DesignError."""
    return _figures(summary, total=True)


def _figures(summary: Summary, *, total: bool) -> Cube:
    if summary.frame.single_psu == "fail":
        refuse_single_psus([summary.frame.stage])
    if summary.frame.single_psu == "average" and summary.frame.stage.lonely.any():
        raise EstimationError(
            "The average over strata goes by those that a domain's respondents are in, which sums do not hold: use "
            "mean(), or single_psu='adjust', which is on the safe side."
        )
    size = len(summary.keys)
    w, y, squares = spread(summary.w, summary.y, summary.within, summary.domain, size)
    n = summed(summary.n, summary.domain, size).astype(np.int64)
    value = divided(y, w)
    # An exact value for an answer that everybody gave: 1 must not come out as 0.9999999999999999.
    agreed = (squares == 0) & (n > 0)
    near = agreed & (np.abs(value - np.round(value)) < 1e-9)
    value[near] = np.round(value[near])
    source = linearised(summary, value, w, agreed, total=total)
    variance = source.variance()
    psus, strata = _held(summary)
    if total:
        # The spread of a total is that of its answers too (R `svytotal(deff=)`).
        squares, value = squares * w, np.where(n > 0, y, np.nan)
    else:
        squares = divided(squares, w)
    srs = np.where(n > 1, squares / np.maximum(n - 1, 1), 0.0)
    df = summary.frame.df
    flat = variance <= ROUNDING * (np.fmax(srs, 1e-4 * value**2) if total else srs)
    flat |= (srs == 0) & (not total)
    reasons = [n == 0, n == 1, psus < 2, np.full(n.shape, df < 1), flat]
    how = "Taylor linearisation" + calibration_text(summary)
    return Cube(
        items=summary.items,
        keys=summary.keys,
        value=value,
        variance=variance,
        n=n,
        psus=psus,
        df=df,
        domain_df=psus - strata,
        srs=np.nan_to_num(srs),
        drawn=np.nan_to_num(divided(n.astype(float), w)),
        reason=np.select(reasons, _TOLD, 0).astype(np.int8),
        source=source,
        method=f"{'total' if total else 'mean'}, {how}",
        probability=summary.frame.probability,
    )


def _held(summary: Summary) -> tuple[IntArray, IntArray]:
    """int64[J, D] each: the PSUs, and the strata, that hold each base."""
    there = summary.n > 0
    psus = summed(there.astype(np.int8), summary.domain, len(summary.keys)).astype(np.int64)
    strata = np.zeros_like(psus)
    if len(summary.psu):
        pattern = summary.frame.stratum[summary.psu]
        first = np.ones(len(pattern), dtype=bool)
        first[1:] = (pattern[1:] != pattern[:-1]) | (summary.domain[1:] != summary.domain[:-1])
        starts = np.flatnonzero(first)
        any_there = np.logical_or.reduceat(there, starts, axis=1)
        strata = summed(any_there.astype(np.int8), summary.domain[starts], len(summary.keys)).astype(np.int64)
    return psus, strata
