"""Generalised linear models with design-based errors: what drives an answer (R `svyglm`).

The point fit is weighted pseudo maximum likelihood; its errors are those of the scores' totals, through the same
covariance as every other figure (Binder 1983; Lumley 2010, ch. 5).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from ..design import Design
from ..hypotheses.significance import two_sided
from ..linearisation import Linear, Sample, covariance
from ..printing import listing, not_drawn
from ..results import DegreesOfFreedom, Estimates, degrees_of_freedom, reason_of
from ..variables import BoolArray, Columns, EstimationError, FloatArray, data_of, where_rows
from .families import Kind, kind_of, refuse_answers
from .formulas import ModelFrame, model_frame
from .scoring import direction, solved

Family = Literal["gaussian", "binomial", "poisson"]
_OUTCOMES: dict[Family, str] = {"gaussian": "mean", "binomial": "share", "poisson": "count"}


@dataclass(frozen=True, eq=False)
class Curve:
    """What a model expects of rows x [m, p]: L outcomes each, from P parameters.

    mean(parameters, x, offset) -> [m, L]; slope(parameters, x, offset, v [m]) -> [L, P], the derivative of sum(v mean).
    """

    outcomes: tuple[str, ...]
    mean: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
    slope: Callable[[FloatArray, FloatArray, FloatArray, FloatArray], FloatArray]


@dataclass(frozen=True, eq=False)
class Fit:
    """A model fitted to a domain of a design.

    coefficients: P of them with their covariance; their df is the design's less what the model took (degf + 1 - P).
    taken: how many degrees of freedom that is. linear: the same as functions of the weights. naive: [P, P], the inverse
    information. It and the deviances are under weights of mean 1 over the domain, as R scales them. without: the
    deviance of the model on the same rows without some columns. dispersion: the variance of Pearson residuals,
    1 of ordered levels.
    """

    design: Sample = field(repr=False)
    formula: str
    family: str
    link: str
    frame: ModelFrame = field(repr=False)
    coefficients: Estimates
    taken: int
    linear: Linear = field(repr=False)
    naive: FloatArray = field(repr=False)
    curve: Curve = field(repr=False)
    deviance: float
    null_deviance: float
    dispersion: float
    without: Callable[[Sequence[int]], float] = field(repr=False)
    offset: Columns | None = field(default=None, repr=False)

    @property
    def df_resid(self) -> int:
        """Degrees of freedom of the design less the coefficients but one (R `df.residual`, of all rows)."""
        return self.coefficients.df

    @property
    def t(self) -> FloatArray:
        """float64[P]: coefficient over standard error; NaN where there is no error."""
        return np.asarray(self.coefficients.value / self.coefficients.se)

    def p(self, df: DegreesOfFreedom | float = "design") -> FloatArray:
        """float64[P]: two-sided p of no effect, by t with degrees of freedom of the design, the domain, or given."""
        return two_sided(self.t, degrees(self.coefficients, df))

    def table(self, level: float = 0.95, *, df: DegreesOfFreedom | float = "design") -> pd.DataFrame:
        """The coefficients with se, t, p, low, high and reason, one row each."""
        found = self.coefficients.table(level, df=df).assign(t=self.t, p=self.p(df))
        names = [*self.coefficients.keys.columns, "estimate", "se", "t", "p", "low", "high", "reason"]
        return found[names]

    def __str__(self) -> str:
        return (
            f"{self.coefficients.method}\n{self.formula}: {self.coefficients.n[0]} rows, {self.df_resid} degrees of "
            f"freedom\n{not_drawn(self.design.probability)}{listing(self.table())}"
        )


def glm(
    design: Sample,
    formula: str,
    *,
    family: Family = "gaussian",
    link: str | None = None,
    where: Columns | None = None,
    offset: Columns | None = None,
) -> Fit:
    """Fit a generalised linear model with design-based errors (R `svyglm`, quasi families).

    formula: such as 'q1 ~ wave * sex' or 'I(q1 >= 4) ~ C(wave)'; text columns are factors, the first level is the
    reference. A response with two levels models the second. where: bool[n], a domain. offset: a column, an expression
    or n values, added on the scale of the link. Rows that lack a value are left out.
    Raises EstimationError on a formula that does not fit, columns that depend on each other, perfect prediction.
    """
    kind = kind_of(family, link)
    base = where_rows(data_of(design), where) & (design.weights > 0)
    frame = model_frame(design.data, formula, base, offset)
    rows, y, x, away = frame.rows, frame.y.to_numpy(), frame.x, frame.offset
    refuse_answers(family, y, formula.partition("~")[0].strip())
    mean_weight = design.weights[base].mean()
    w = design.weights[rows] / mean_weight
    beta = solved(kind, x, y, w, away, frame.names)

    def at(weights: FloatArray) -> FloatArray:
        try:
            return solved(kind, x, y, weights[rows] / mean_weight, away, frame.names, beta)
        except EstimationError as problem:
            raise EstimationError(f"Under a set of replicate weights: {problem}") from problem

    def deviance(columns: FloatArray) -> float:
        fitted = columns @ solved(kind, columns, y, w, away, frame.names) if columns.shape[1] else np.zeros(len(y))
        return kind.total(fitted + away, y, w)

    eta = x @ beta + away
    mu, slope, ratio = kind.mean(eta), kind.slope(eta), kind.ratio(eta)
    naive = direction(x.T @ (x * (w * slope * ratio)[:, None]), np.eye(len(beta)))
    influence = np.zeros((design.n, len(beta)))
    influence[rows] = (x * ((y - mu) * ratio)[:, None]) @ naive / mean_weight
    linear = Linear(beta, influence, at)
    pearson = (y - mu) * np.sqrt(ratio / slope)
    spread = float(w @ (pearson - w @ pearson / w.sum()) ** 2 / w.sum())
    answers = float(w @ y**2 / w.sum()) if family == "gaussian" else 1.0
    keys = pd.DataFrame({"coefficient": list(frame.names)})
    taken = len(beta) - 1
    return Fit(
        design=design,
        formula=formula,
        family=family,
        link=kind.link,
        frame=frame,
        coefficients=estimated(
            design, keys, linear, rows, taken, f"{family} model, {kind.link} link", np.diag(naive) * answers
        ),
        taken=taken,
        linear=linear,
        naive=naive,
        curve=_curve(kind, _OUTCOMES[family]),
        deviance=kind.total(eta, y, w),
        null_deviance=deviance(np.ones((len(y), int(frame.intercept)))),
        dispersion=spread * len(y) / (len(y) - 1),
        without=lambda columns: deviance(np.delete(x, list(columns), axis=1)),
        offset=offset,
    )


def estimated(
    design: Sample,
    keys: pd.DataFrame,
    linear: Linear,
    rows: BoolArray,
    taken: int,
    method: str,
    size: FloatArray | None = None,
) -> Estimates:
    """Estimates [k] of a model on rows bool[n], each with the degrees of freedom that the model left.

    size: float64[k], what a variance is measured against to tell it from rounding; else the largest square.
    """
    k = len(linear.value)
    members = None
    if isinstance(design, Design) and design.adjust_domains:
        members = csr_array(np.repeat(rows[:, None].astype(float), k, axis=1))
    found = covariance(design, linear, members)
    n, psus, df = int(rows.sum()), design.psus_of(rows), design.df - taken
    scale = np.full(k, np.max(linear.value**2)) if size is None else size
    scale = np.fmax(scale, np.finfo(float).tiny)  # a coefficient of nought may well have an error
    return Estimates(
        keys=keys.reset_index(drop=True),
        value=linear.value,
        covariance=found,
        n=np.full(k, n),
        df=df,
        domain_df=np.full(k, design.df_of(rows) - taken),
        srs=np.full(k, np.nan),
        drawn=np.zeros(k),
        unavailable=tuple(
            reason_of(n, psus, df, float(v), float(each)) for v, each in zip(np.diag(found), scale, strict=True)
        ),
        method=f"{method}; design-based errors",
        probability=design.probability,
    )


def degrees(found: Estimates, df: DegreesOfFreedom | float) -> float:
    """The degrees of freedom asked for: of the design, of the domain, or given."""
    return float(degrees_of_freedom(df, found.df, found.domain_df).min())


def _curve(kind: Kind, outcome: str) -> Curve:
    def mean(beta: FloatArray, x: FloatArray, offset: FloatArray) -> FloatArray:
        return kind.mean(x @ beta + offset)[:, None]

    def slope(beta: FloatArray, x: FloatArray, offset: FloatArray, v: FloatArray) -> FloatArray:
        return np.asarray((v * kind.slope(x @ beta + offset)) @ x)[None, :]

    return Curve((outcome,), mean, slope)
