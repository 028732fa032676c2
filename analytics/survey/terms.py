"""Whether terms of a model matter: Wald tests and working likelihood ratios (R `regTermTest`).

The likelihood ratio of a sample is a weighted sum of chi-squares, whose weights are the eigenvalues of the design
effects of the coefficients (Rao and Scott 1984; Lumley and Scott 2014); its tail is Kuonen's saddlepoint (1999).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from scipy.optimize import brentq
from scipy.special import fdtrc, ndtr
from scipy.stats import chi2

from .regression import Fit, degrees
from .table import REASONS, DegreesOfFreedom
from .variables import EstimationError, FloatArray

Method = Literal["Wald", "WorkingWald", "LRT"]


@dataclass(frozen=True, eq=False)
class TermsTest:
    """A test that k coefficients are nought.

    statistic: F of Wald's test; else the likelihood ratio or its quadratic form. df: k. ddf: degrees of freedom below.
    weights: float64[k], those of the chi-squares that the statistic sums; ones for Wald.
    """

    terms: tuple[str, ...]
    method: str
    statistic: float
    df: int
    ddf: float
    p: float
    weights: FloatArray = field(repr=False)

    def __str__(self) -> str:
        name = "F" if self.method == "Wald" else "X2"
        return (
            f"{self.method} test of {', '.join(self.terms)}: {name} = {self.statistic:.5g} on {self.df} and "
            f"{self.ddf:g} degrees of freedom, p = {self.p:.4g}"
        )


def terms_test(
    fit: Fit, terms: str | Sequence[str], *, method: Method = "Wald", df: DegreesOfFreedom | float = "design"
) -> TermsTest:
    """Test that all coefficients of the terms are nought (R `regTermTest`).

    terms: as in the formula, such as 'sex' or 'wave:sex'. Raises EstimationError on a term that the model has not.
    """
    if not isinstance(fit, Fit):
        raise EstimationError(f"A term is tested in a model, made by glm() or ordinal(); got a {type(fit).__name__}.")
    if method not in get_args(Method):
        raise EstimationError(f"method must be one of {', '.join(get_args(Method))}; got {method!r}.")
    asked = (terms,) if isinstance(terms, str) else tuple(terms)
    known = {_canonical(term): places for term, places in fit.frame.terms.items()}
    absent = [term for term in asked if _canonical(term) not in known]
    if absent or not asked:
        named = ", ".join(map(repr, absent)) or "of no name"
        raise EstimationError(f"The model has no term {named}; it has {', '.join(fit.frame.terms)}.")
    columns = sorted({place for term in asked for place in known[_canonical(term)]})
    return coefficients_test(fit, columns, asked, method, degrees(fit.coefficients, df))


def coefficients_test(fit: Fit, columns: Sequence[int], terms: tuple[str, ...], method: Method, df: float) -> TermsTest:
    """Test that the coefficients in these columns are nought, with df degrees of freedom below."""
    _refuse_df(df)
    reason = next((fit.coefficients.unavailable[place] for place in columns if fit.coefficients.unavailable[place]), "")
    if reason:
        raise EstimationError(f"{', '.join(terms)} cannot be tested: {REASONS[reason]}.")
    beta = fit.linear.value[list(columns)]
    covariance = fit.coefficients.covariance[np.ix_(columns, columns)]
    if method == "Wald":
        statistic, p = wald(beta, covariance, df)
        return TermsTest(terms, method, statistic, len(beta), df, p, np.ones(len(beta)))
    naive = fit.naive[np.ix_(columns, columns)]
    statistic = fit.without(columns) - fit.deviance if method == "LRT" else float(beta @ np.linalg.solve(naive, beta))
    root = np.linalg.inv(np.linalg.cholesky(naive))
    weights = np.asarray(np.linalg.eigvalsh(root @ covariance @ root.T)[::-1], dtype=np.float64)
    return TermsTest(terms, method, statistic, len(beta), df, tail(statistic, weights, df), weights)


def wald(values: FloatArray, covariance: FloatArray, df: float) -> tuple[float, float]:
    """F of k values being nought, and its p with df degrees of freedom below (inf for chi-square over k).

    Raises EstimationError without degrees of freedom, or where they do not carry k values.
    """
    _refuse_df(df)
    size = np.sqrt(np.diag(covariance))
    if not size.all() or np.linalg.cond(covariance / np.outer(size, size)) > 1e12:
        raise EstimationError(
            f"The covariance of {len(values)} values is singular: the design has too few PSUs for them. Test fewer."
        )
    f = float(values @ np.linalg.solve(covariance, values)) / len(values)
    return f, float(fdtrc(len(values), df, f) if np.isfinite(df) else chi2.sf(f * len(values), len(values)))


def tail(x: float, weights: FloatArray, ddf: float) -> float:
    """P(sum of weights [k] times chi-squares > x), the whole over a chi-square / ddf; by saddlepoint.

    Where that has no answer (near the centre), by Satterthwaite's F, as R does.
    """
    if x <= 0:
        return 1.0
    signed = weights if np.isinf(ddf) else np.append(weights, -x / ddf)
    times = np.ones(len(weights)) if np.isinf(ddf) else np.append(np.ones(len(weights)), ddf)
    found = _saddlepoint(x if np.isinf(ddf) else 0.0, signed, times)
    if found is not None:
        return found
    degrees_above = weights.sum() ** 2 / (weights**2).sum()
    f = x / weights.sum()
    return float(fdtrc(degrees_above, ddf, f) if np.isfinite(ddf) else chi2.sf(f * degrees_above, degrees_above))


def _saddlepoint(x: float, weights: FloatArray, times: FloatArray) -> float | None:
    scale = weights.max()
    a, x = weights / scale, x / scale

    def slope(z: float) -> float:
        return float(times @ (a / (1 - 2 * z * a)) - x)

    high = 0.5 * (1 - 1e-5)
    low = 0.5 / a.min() * (1 - 1e-5) if a.min() < 0 else (-0.01 if x > times @ a else -times.sum() / (2 * x))
    if slope(low) > 0 or slope(high) < 0:
        return None
    z = float(brentq(slope, low, high, xtol=1e-14))
    if abs(z) < 1e-4:
        return None
    cumulant = -float(times @ np.log(1 - 2 * z * a)) / 2
    w = np.sign(z) * np.sqrt(2 * (z * x - cumulant))
    v = z * np.sqrt(2 * float(times @ (a / (1 - 2 * z * a)) ** 2))
    return float(ndtr(-(w + np.log(v / w) / w)))


def _canonical(term: str) -> str:
    return ":".join(sorted(part.strip() for part in term.split(":")))


def _refuse_df(df: float) -> None:
    if not df > 0:
        raise EstimationError(f"A test needs degrees of freedom; the design leaves {df:g}. Leave variables out.")
