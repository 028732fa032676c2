"""Indices of several items: the score of 0 to 100, and how well its items measure one thing."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import fdtri

from ..intervals import t_quantile
from ..linearisation import Linear, Sample, covariance
from ..variables import Columns, EstimationError, FloatArray, data_of, measured, where_rows
from .item_covariances import Missing, correlation, cronbach_alpha, moments
from .one_factor import Factor, one_factor


@dataclass(frozen=True)
class Item:
    """An item of an index: its column, its lowest and highest answer, and whether a high answer is a bad one."""

    name: str
    low: float
    high: float
    reverse: bool = False


def index(data: pd.DataFrame, items: Sequence[Item], *, least: float = 2 / 3) -> FloatArray:
    """float64[n]: the mean over answered items of (answer - low) / (high - low) * 100, all pointing one way.

    NaN where fewer than `least` of the items were answered. It is no percentage. Raises EstimationError.
    """
    if not items or not 0 < least <= 1:
        raise EstimationError(f"An index needs an item and a least share in 0..1; got {len(items)} and {least:g}.")
    scores = np.column_stack([score(data, item) for item in items])
    answered = np.isfinite(scores)
    enough = answered.sum(axis=1) >= least * len(items) - 1e-9
    sums = np.where(answered, scores, 0.0).sum(axis=1)
    return np.asarray(np.divide(sums, answered.sum(axis=1), out=np.full(len(data), np.nan), where=enough))


@dataclass(frozen=True, eq=False)
class Reliability:
    """How well K items measure one thing; all figures are of the items as they were given.

    alpha, omega: Cronbach's and McDonald's, with design-based errors; NaN and a reason where there is none.
    standardised, standardised_omega: of items brought to one spread; average_r: their mean correlation; guttman6:
    Guttman's lambda 6.
    items: for each item, its loading on one factor, alpha without it, and its correlation with the sum of the others.
    eigenvalues: of the correlations, largest first. srmr: how far one factor is from the correlations.
    """

    alpha: float
    alpha_se: float
    omega: float
    omega_se: float
    standardised: float
    standardised_omega: float
    average_r: float
    guttman6: float
    items: pd.DataFrame = field(repr=False)
    eigenvalues: FloatArray = field(repr=False)
    srmr: float
    n: int
    df: int
    why_no_omega: str
    method: str

    def interval(self, which: str = "alpha", level: float = 0.95) -> tuple[float, float]:
        """Low and high of "alpha" or "omega": t on log(1 - value), which is nearer to normal (Bonett 2002)."""
        if which not in ("alpha", "omega"):
            raise EstimationError(f"which must be alpha or omega; got {which!r}.")
        value, se = (self.alpha, self.alpha_se) if which == "alpha" else (self.omega, self.omega_se)
        if not np.isfinite(se) or se <= 0 or self.df < 1:
            raise EstimationError(f"{which} has no error here: {self.why_no_omega or 'no degrees of freedom'}.")
        half = t_quantile(level, self.df) * se / (1 - value)
        return 1 - (1 - value) * float(np.exp(half)), 1 - (1 - value) * float(np.exp(-half))

    def feldt(self, level: float = 0.95) -> tuple[float, float]:
        """Low and high of alpha if the n rows were a simple random sample of normal answers (Feldt 1965)."""
        k, tail = len(self.items), (1 - level) / 2
        first, second = self.n - 1, (self.n - 1) * (k - 1)
        return (
            1 - (1 - self.alpha) * float(fdtri(first, second, 1 - tail)),
            1 - (1 - self.alpha) * float(fdtri(first, second, tail)),
        )

    def __str__(self) -> str:
        shown = [f"alpha {self.alpha:.3f}{self._between('alpha')}, standardised {self.standardised:.3f}"]
        shown.append(
            f"omega not available: {self.why_no_omega}"
            if self.why_no_omega
            else f"omega {self.omega:.3f}{self._between('omega')}, one factor off by {self.srmr:.3f} (SRMR)"
        )
        table = self.items.to_string(index=False, float_format=lambda value: f"{value:.3f}")
        return f"{self.method}; n = {self.n}\n" + "\n".join(shown) + f"\n{table}"

    def _between(self, which: str) -> str:
        if self.df < 1:
            return ""
        low, high = self.interval(which)
        return f" ({low:.3f} to {high:.3f})"


def reliability(
    design: Sample, items: Sequence[str], *, where: Columns | None = None, missing: Missing = "listwise"
) -> Reliability:
    """Alpha and omega of items that point one way (R `svycralpha`, `psych::alpha`, `factanal`), with design errors.

    missing: rows with every answer, or covariances pair by pair. Omega: one factor by maximum likelihood, (sum of
    loadings)^2 over itself plus the sum of uniquenesses (McDonald 1999). Raises EstimationError.
    """
    if len(items) < 2:
        raise EstimationError(f"Reliability needs two items or more; got {len(items)}.")
    x = np.column_stack([measured(data_of(design), name, name) for name in items])
    inside = where_rows(design.data, where)

    def figures(weights: FloatArray) -> FloatArray:
        s = moments(x, weights, inside, missing).covariance
        return np.array([cronbach_alpha(s), _omega(one_factor(s))] if with_omega else [cronbach_alpha(s)])

    found = moments(x, design.weights, inside, missing)
    s = found.covariance
    k, trace, total = len(s), float(np.trace(s)), float(s.sum())
    if total <= 0:
        raise EstimationError("The items' sum has no spread: they point different ways. Reverse some of them.")
    r = correlation(s)
    eigenvalues = np.array(np.linalg.eigvalsh(r)[::-1], dtype=np.float64)
    if eigenvalues[-1] <= 1e-10:
        raise EstimationError("An item repeats others, or pairs of items have too few rows in common; leave one out.")
    factor, why = _factor(s)
    with_omega = factor is not None and not factor.heywood
    columns = [found.influence(k / (k - 1) * (trace / total**2 - np.eye(k) / total))]
    if factor is not None and with_omega:
        columns.append(found.influence(_omega_slope(factor)))
    value = np.array([cronbach_alpha(s)] + ([_omega(factor)] if factor is not None else []))
    linear = Linear(value[: len(columns)], np.column_stack(columns), figures)
    se = np.sqrt(np.maximum(np.diag(covariance(design, linear)), 0.0))
    rest = total - 2 * s.sum(axis=1) + np.diag(s)
    table = pd.DataFrame(
        {
            "item": list(items),
            "loading": factor.loadings / np.sqrt(np.diag(s)) if factor is not None else np.full(k, np.nan),
            "alpha_without": [cronbach_alpha(np.delete(np.delete(s, i, 0), i, 1)) for i in range(k)],
            "r_with_rest": (s.sum(axis=1) - np.diag(s)) / np.sqrt(np.diag(s) * rest),
        }
    )
    return Reliability(
        alpha=float(value[0]),
        alpha_se=float(se[0]),
        omega=float(value[1]) if factor is not None else float("nan"),
        omega_se=float(se[1]) if with_omega else float("nan"),
        standardised=cronbach_alpha(r),
        standardised_omega=_omega(one_factor(r)) if factor is not None else float("nan"),
        average_r=float((r.sum() - k) / (k * (k - 1))),
        guttman6=float(1 - np.sum(1 / np.diag(np.linalg.inv(r))) / r.sum()),
        items=table,
        eigenvalues=eigenvalues,
        srmr=factor.srmr if factor is not None else float("nan"),
        n=found.n,
        df=design.df,
        why_no_omega=why,
        method=f"alpha and omega, {missing}, design-based errors",
    )


def score(data: pd.DataFrame, item: Item) -> FloatArray:
    """float64[n]: an item on the scale of 0 to 100, high for good; NaN for no answer. Raises EstimationError."""
    given = measured(data, item.name, item.name)
    if not item.low < item.high:
        raise EstimationError(f"{item.name}: low must be under high; got {item.low:g} and {item.high:g}.")
    outside = np.flatnonzero((given < item.low) | (given > item.high))
    if len(outside):
        raise EstimationError(
            f"{item.name} has {given[outside[0]]:g} in row {outside[0]}, outside {item.low:g} to {item.high:g}. "
            "Codes for no answer must be missing."
        )
    found = (given - item.low) / (item.high - item.low) * 100
    return np.asarray(100 - found if item.reverse else found)


def _factor(s: FloatArray) -> tuple[Factor | None, str]:
    try:
        found = one_factor(s)
    except EstimationError as problem:
        return None, str(problem)
    return found, "an item has no variance of its own (Heywood case)" if found.heywood else ""


def _omega(factor: Factor) -> float:
    common = float(factor.loadings.sum()) ** 2
    return common / (common + float(factor.uniquenesses.sum()))


def _omega_slope(factor: Factor) -> FloatArray:
    k, total, own = len(factor.loadings), float(factor.loadings.sum()), float(factor.uniquenesses.sum())
    by = np.concatenate([np.full(k, 2 * total * own), np.full(k, -(total**2))]) / (total**2 + own) ** 2
    return np.asarray(np.tensordot(by, factor.jacobian(), axes=1))
