"""Questions that nobody should have to answer in clear: randomised response and crosswise answers, and their price.

Chance, or another question, stands between a person and what is written down, so that no answer gives anyone away. The
share that holds the sensitive item follows from the share of answers, with a larger error: see `price` beforehand.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from ..estimates.means import mean
from ..linearisation import Sample
from ..results import Estimates
from ..variables import Columns, EstimationError, data_of, measured, where_rows

Protection = Literal["warner", "crosswise", "forced", "unrelated"]
_NAMES = {
    "warner": "randomised response (Warner 1965)",
    "crosswise": "crosswise model (Yu, Tian and Tang 2008)",
    "forced": "forced response (Boruch 1971)",
    "unrelated": "unrelated question (Greenberg et al. 1969)",
    "list": "list experiment, difference of means",
}


def protected_share(
    design: Sample,
    answer: Columns,
    *,
    method: Protection,
    p: float,
    yes: float | None = None,
    by: str | Sequence[str] = (),
    where: Columns | None = None,
) -> Estimates:
    """The share that holds a sensitive item, by domain, with design-based errors.

    answer: 1 or 0, NaN for none. "warner": 1 is "true" said of the drawn statement, the sensitive one with chance p,
    else its opposite. "crosswise": 1 is "both or neither"; p is the known share that the other, harmless item holds.
    "forced": with chance p the truth is asked; yes, the chance to be told to say yes. "unrelated": with chance p the
    sensitive question is asked, else a harmless one that a share `yes` would say yes to. A figure under 0 or over 1 is
    left as it is: it says that the error is as large, or that people did not follow the rules.
    Raises EstimationError: chances that cannot be, a p that protects so well that nothing can be learnt, other answers.
    """
    if method not in get_args(Protection):
        raise EstimationError(f"method must be one of {', '.join(get_args(Protection))}; got {method!r}.")
    start, factor = _noise(method, p, yes)
    given = measured(data_of(design), answer, "answer")
    used = where_rows(design.data, where) & (design.weights > 0) & np.isfinite(given)
    if not np.isin(given[used], (0, 1)).all():
        raise EstimationError("answer must be 1 or 0, and missing where there is none.")
    found = mean(design, given, by=by, where=used)
    return replace(
        found,
        value=(found.value - start) / factor,
        covariance=found.covariance / factor**2,
        srs=found.srs / factor**2,
        method=f"share, {_NAMES[method]} with p = {p:g}, {found.method.removeprefix('mean, ')}",
    )


@dataclass(frozen=True)
class Price:
    """What protection costs: errors of n answers of a simple random sample, times the root of any design effect.

    se: of the protected question; direct_se: of the same question in clear, if all told the truth. ratio: of the two;
    n_needed: answers for the error that a direct question has with n. warning: why it may not be worth asking, or "".
    """

    method: str
    prevalence: float
    n: int
    se: float
    direct_se: float
    n_needed: int
    warning: str

    @property
    def ratio(self) -> float:
        """How many times the error of a direct question."""
        return self.se / self.direct_se

    def __str__(self) -> str:
        return (
            f"{_NAMES[self.method]}, prevalence {self.prevalence:.1%}, n = {self.n}: standard error {self.se:.4f}, "
            f"{self.ratio:.1f} times that of a direct question ({self.direct_se:.4f}); the same precision takes "
            f"{self.n_needed} answers" + (f"\nWarning: {self.warning}" if self.warning else "")
        )


def price(
    method: Protection | Literal["list"],
    prevalence: float,
    p: float,
    n: int,
    *,
    yes: float | None = None,
    list_variance: float | None = None,
) -> Price:
    """The error that a protected question will have, before it is asked.

    p and yes as in `protected_share`; for "list" p is the share of respondents with the longer list and list_variance
    the variance of the count of the other items, as a pilot or the items' known shares give it.
    Raises EstimationError on chances that cannot be.
    """
    if not 0 < prevalence < 1 or n < 2:
        raise EstimationError(f"prevalence must lie between 0 and 1 and n be 2 or more; got {prevalence:g} and {n}.")
    own = prevalence * (1 - prevalence)
    if method == "list":
        if list_variance is None or list_variance < 0 or not 0 < p < 1:
            raise EstimationError("A list experiment needs list_variance, 0 or more, and a share p between 0 and 1.")
        variance = (list_variance + own) / p + list_variance / (1 - p)
    else:
        start, factor = _noise(method, p, yes)
        answered = start + factor * prevalence
        variance = answered * (1 - answered) / factor**2
    warnings = []
    if method in ("warner", "crosswise") and abs(p - 0.5) < 0.15:
        warnings.append(
            f"p = {p:g} is near 0.5, where answers say nothing about the item; take a p under 0.3 or over 0.7"
        )
    if variance / n > prevalence**2 / 4:
        warnings.append("the 95 % interval would reach from 0 to twice the prevalence; ask more people or in clear")
    if variance > 25 * own:
        warnings.append("each answer is worth less than a twenty-fifth of one in clear")
    return Price(
        method=method,
        prevalence=prevalence,
        n=n,
        se=float(np.sqrt(variance / n)),
        direct_se=float(np.sqrt(own / n)),
        n_needed=int(np.ceil(n * variance / own - 1e-9)),
        warning="; ".join(warnings),
    )


def _noise(method: Protection, p: float, yes: float | None) -> tuple[float, float]:
    """The share of 1s is start + factor * share that holds the item."""
    if not 0 <= p <= 1 or (yes is not None and not 0 <= yes <= 1):
        raise EstimationError(f"p and yes are chances between 0 and 1; got {p:g} and {yes}.")
    if method in ("warner", "crosswise"):
        start, factor = 1 - p, 2 * p - 1
    elif yes is None:
        raise EstimationError("yes is needed: the chance of a forced yes, or the share of it to the harmless question.")
    elif method == "forced":
        if p + yes > 1 + 1e-12:
            raise EstimationError(f"The chances of the truth and of a forced yes sum to {p + yes:g}, over 1.")
        start, factor = yes, p
    else:
        start, factor = (1 - p) * yes, p
    if abs(factor) < 1e-9:
        raise EstimationError(f"With p = {p:g} every answer is noise: nothing can be learnt. Choose another p.")
    return start, factor
