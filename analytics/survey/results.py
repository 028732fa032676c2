"""What a verb gives: a frozen table of estimates with their joint covariance, which knows its method and prints itself.

A figure that is not there has a reason, never NaN on the page; a standard error that the sample cannot show is none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

from .intervals import refuse_level, t_interval
from .printing import listing, not_drawn
from .variables import BoolArray, EstimationError, FloatArray, IntArray, divided

DegreesOfFreedom = Literal["design", "domain"]
WITHOUT_ERROR = ("no_base", "one_respondent", "one_psu", "no_degrees_of_freedom", "zero_variance")  # of any estimate
_ROUNDED = 1e-15  # a variance this small beside the squared sum of the errors that it combines is arithmetic
REASONS = {
    "no_base": "nobody in the base",
    "one_respondent": "one respondent",
    "one_psu": "one PSU: how PSUs differ cannot be seen",
    "no_degrees_of_freedom": "no degrees of freedom",
    "zero_variance": "no spread in the sample, or fixed by its weights",
    "negative_variance": "the chances of pairs give a negative variance: choose yates_grundy or brewer",
    "limit_off_scale": "the interval of the share at or below it leaves 0..1: choose beta, xlogit or asin",
    "replicate_without_spread": "a replicate has a share of 0 or 1, without log-odds: choose xlogit or korn_graubard",
    "one_answer": "both limits are the same answer",
    "empty_replicate": "nobody in the base under some of the replicate weights",
}
ROUNDING = 1e-20  # a variance this far under that of a simple random sample is arithmetic, not sampling


@dataclass(frozen=True, eq=False)
class Estimates:
    """k estimates of one design.

    keys: what each row is (variable, level, domain). value: float64[k], NaN without base. covariance: float64[k, k], as
    the method gives it, also where the error is not fit to be shown. n: respondents in each base. df: of the design;
    domain_df: PSUs minus strata that hold each base. srs: the variance of a simple random sample of n drawn with
    replacement; drawn: n over the sum of weights. unavailable: a key of REASONS or "".
    """

    keys: pd.DataFrame
    value: FloatArray
    covariance: FloatArray = field(repr=False)
    n: IntArray
    df: int
    domain_df: IntArray = field(repr=False)
    srs: FloatArray = field(repr=False)
    drawn: FloatArray = field(repr=False)
    unavailable: tuple[str, ...]
    method: str
    probability: bool = True

    @property
    def labels(self) -> list[str]:
        """The name of each row: the parts of its key joined by ":"."""
        return [":".join(_label(part) for part in row if part != "") for row in self.keys.itertuples(index=False)]

    @property
    def available(self) -> BoolArray:
        """bool[k]: rows with a standard error."""
        return np.array([not reason for reason in self.unavailable], dtype=bool)

    @property
    def se(self) -> FloatArray:
        """float64[k], in units of the value; NaN where the sample cannot show it."""
        found = np.sqrt(np.maximum(np.diag(self.covariance), 0.0))
        return np.asarray(np.where(self.available, found, np.nan))

    @property
    def cv(self) -> FloatArray:
        """float64[k]: standard error over estimate (R `cv`)."""
        return divided(self.se, self.value)

    @property
    def deff(self) -> FloatArray:
        """float64[k]: against a simple random sample with replacement (R `deff="replace"`)."""
        return divided(self.se**2, self.srs)

    @property
    def deff_without_replacement(self) -> FloatArray:
        """float64[k]: against a simple random sample without replacement (R `deff=TRUE`)."""
        return divided(self.deff, 1 - self.drawn)

    @property
    def n_effective(self) -> FloatArray:
        """float64[k]: the simple random sample that would be as exact, at most n."""
        return np.asarray(np.minimum(self.n, divided(self.n.astype(float), self.deff)))

    def interval(
        self, level: float = 0.95, *, df: DegreesOfFreedom | float = "design"
    ) -> tuple[FloatArray, FloatArray]:
        """Low and high, float64[k] each: t with the degrees of freedom of the design, of the domain, or given.

        df=inf is the normal interval (R `confint`). NaN where there is no standard error.
        """
        refuse_level(level)
        return t_interval(self.value, self.se, degrees_of_freedom(df, self.df, self.domain_df), level)

    def contrast(self, coefficients: Mapping[str, Sequence[float] | Mapping[str, float]]) -> "Estimates":
        """Linear combinations by name, with their covariance (R `svycontrast`): a coefficient a row, or by label.

        Raises EstimationError on an unknown label or a length that is not k.
        """
        named = isinstance(coefficients, Mapping)
        if not named or any(isinstance(row, (int, float)) for row in coefficients.values()):
            raise EstimationError(
                "A contrast has a name, and a coefficient for each row, such as {'gap': {'F': 1, 'M': -1}}; "
                f"got {coefficients!r}."
            )
        rows = [self._row(name, given) for name, given in coefficients.items()]
        matrix = np.array(rows).reshape(len(rows), len(self.value))
        used = matrix != 0
        absent = used.astype(float) @ np.isnan(self.covariance) @ used.T > 0  # a variance that is not there is not 0
        value = np.array([float(row[on] @ self.value[on]) for row, on in zip(matrix, used, strict=True)])
        covariance = np.where(absent, np.nan, matrix @ np.nan_to_num(self.covariance) @ matrix.T)
        return Estimates(
            keys=pd.DataFrame({"contrast": list(coefficients)}),
            value=value,
            covariance=covariance,
            n=np.array([self.n[on].min() if on.any() else 0 for on in used], dtype=np.int64),
            df=self.df,
            domain_df=np.array([self.domain_df[on].min() if on.any() else 0 for on in used], dtype=np.int64),
            srs=np.full(len(matrix), np.nan),
            drawn=np.zeros(len(matrix)),
            unavailable=tuple(
                next((reason for reason, is_on in zip(self.unavailable, on, strict=True) if is_on and reason), "")
                or _without_spread(float(variance), float(np.abs(row) @ np.nan_to_num(self.se)))
                for row, on, variance in zip(matrix, used, np.diag(covariance), strict=True)
            ),
            method=f"contrast of {self.method}",
            probability=self.probability,
        )

    def table(self, level: float = 0.95, *, df: DegreesOfFreedom | float = "design") -> pd.DataFrame:
        """The keys with estimate, se, low, high, n, n_effective, deff and reason, one row each."""
        low, high = self.interval(level, df=df)
        return self.keys.assign(
            estimate=self.value,
            se=self.se,
            low=low,
            high=high,
            n=self.n,
            n_effective=self.n_effective,
            deff=self.deff,
            reason=[REASONS.get(reason, reason) for reason in self.unavailable],
        )

    def __len__(self) -> int:
        return len(self.value)

    def __str__(self) -> str:
        shown = self.table()
        if np.isnan(self.srs).all():  # a contrast or a model's figure is set against no simple random sample
            shown = shown.drop(columns=["n_effective", "deff"])
        head = f"{self.method}; 95 % intervals by t with {self.df} degrees of freedom\n"
        return head + not_drawn(self.probability) + listing(shown)

    def _row(self, name: str, given: Sequence[float] | Mapping[str, float]) -> FloatArray:
        row = np.zeros(len(self.value))
        if isinstance(given, Mapping):
            labels = self.labels
            for label, coefficient in given.items():
                if label not in labels:
                    raise EstimationError(f"{name}: there is no row {label!r}; there are {', '.join(labels[:12])}.")
                row[labels.index(label)] = coefficient
        elif len(given) != len(row):
            raise EstimationError(f"{name} needs {len(row)} coefficients, one a row; got {len(given)}.")
        else:
            row[:] = cast(Any, given)
        if not np.isfinite(row).all():
            raise EstimationError(f"{name}: the coefficients of a contrast must be finite.")
        return row


def degrees_of_freedom(df: str | float, of_design: int, of_domains: IntArray) -> FloatArray:
    """float64, as of_domains: those asked for, of the design, of each domain, or given. Raises EstimationError."""
    if df == "domain":
        return of_domains.astype(np.float64)
    if df != "design" and (isinstance(df, str) or not df > 0):
        raise EstimationError(f"df must be positive, or design, or domain; got {df!r}.")
    return np.full(of_domains.shape, float(of_design if df == "design" else df))


def reason_of(n: int, psus: int, df: int, variance: float, scale: float) -> str:
    """Why an estimate has no standard error, a key of REASONS, or ""; scale: a variance that is no rounding."""
    if n < 2:
        return "one_respondent" if n else "no_base"
    if psus < 2:
        return "one_psu"
    if df < 1:
        return "no_degrees_of_freedom"
    if not np.isfinite(variance):
        return "empty_replicate"
    if variance < -1e-9 * scale:
        return "negative_variance"
    return "zero_variance" if variance <= ROUNDING * scale or scale == 0 else ""


def _without_spread(variance: float, errors: float) -> str:
    """Why a combination of estimates has no error: it is known, such as a sum of all shares, but for rounding."""
    if variance < -_ROUNDED * errors**2:
        return "negative_variance"
    return "zero_variance" if variance <= _ROUNDED * errors**2 else ""


def _label(part: object) -> str:
    """A whole number is written as one, also where missing labels made the column one of floats."""
    return f"{part:.0f}" if isinstance(part, float) and part.is_integer() else str(part)
