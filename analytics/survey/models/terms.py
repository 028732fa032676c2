"""Whether terms of a model matter: Wald tests and working likelihood ratios (R `regTermTest`).

The likelihood ratio of a sample is a weighted sum of chi-squares, whose weights are the eigenvalues of the design
effects of the coefficients (Rao and Scott 1984; Lumley and Scott 2014); its tail is Kuonen's saddlepoint (1999).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from ..hypotheses.chisquares import upper_tail
from ..hypotheses.significance import quadratic_form, tail
from ..results import REASONS, DegreesOfFreedom
from ..variables import EstimationError, FloatArray
from .regression import Fit, degrees

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
    p = upper_tail(statistic, weights, ddf=df, method="saddlepoint")
    return TermsTest(terms, method, statistic, len(beta), df, p, weights)


def wald(values: FloatArray, covariance: FloatArray, df: float) -> tuple[float, float]:
    """F of k values being nought, and its p with df degrees of freedom below (inf for chi-square over k).

    Raises EstimationError without degrees of freedom, or where they do not carry k values.
    """
    _refuse_df(df)
    size = quadratic_form(values, covariance)
    if size is None:
        raise EstimationError(
            f"The covariance of {len(values)} values is singular: the design has too few PSUs for them. Test fewer."
        )
    k = len(values)
    return size / k, tail("F", size / k, (k, df)) if np.isfinite(df) else tail("X2", size, (k,))


def _canonical(term: str) -> str:
    return ":".join(sorted(part.strip() for part in term.split(":")))


def _refuse_df(df: float) -> None:
    if not df > 0:
        raise EstimationError(f"A test needs degrees of freedom; the design leaves {df:g}. Leave variables out.")
