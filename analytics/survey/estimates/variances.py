"""How much people differ: variances, covariances and standard deviations of the population, with their own errors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array, hstack

from ..linearisation import Linear, Sample, covariance, variance_method
from ..results import Estimates, reason_of
from ..variables import (
    BoolArray,
    Columns,
    EstimationError,
    FloatArray,
    IntArray,
    data_of,
    divided,
    domains,
    measured,
    where_rows,
)

_ROUNDING = 1e-12  # a deviation this small beside the answers is arithmetic


def variance(
    design: Sample,
    y: Columns | Sequence[str],
    *,
    by: str | Sequence[str] = (),
    where: Columns | None = None,
    n: Literal["respondents", "rows"] = "respondents",
) -> Estimates:
    """Variances of a variable, or the whole matrix of several (p * p rows), by domain (R `svyvar`).

    The weighted mean square about the weighted mean, times n/(n-1); several variables over rows that have all. n: of
    respondents, or with "rows" of all the domain's rows, as R counts. Errors take the mean as known, which is exact to
    the first order. Raises EstimationError.
    """
    return _spread(design, y, by, where, n=n, root=False)


def deviation(
    design: Sample, y: Columns | Sequence[str], *, by: str | Sequence[str] = (), where: Columns | None = None
) -> Estimates:
    """Standard deviations, in units of each variable, by domain: roots of `variance`, their errors by delta method."""
    return _spread(design, y, by, where, n="respondents", root=True)


@dataclass(frozen=True, eq=False)
class _Base:
    """Rows with all p variables: their place, their domain of k, deviations [m, p] from its means, n/(n-1) of each."""

    rows: npt.NDArray[np.intp]
    of: IntArray
    k: int
    centred: FloatArray
    factor: FloatArray

    def sums(self, amounts: FloatArray) -> FloatArray:
        """float64[k]: sums of the rows' amounts [m] by domain."""
        return np.asarray(np.bincount(self.of, amounts, minlength=self.k), dtype=np.float64)

    def columns(self, amounts: FloatArray, n: int) -> csr_array:
        """[n, k]: amounts [m] in the column of their domain."""
        return csr_array((amounts, (self.rows, self.of)), shape=(n, self.k))

    def squares(self, weights: FloatArray, i: int, j: int) -> FloatArray:
        """float64[k]: the covariance of two variables in each domain, under any weights [n]."""
        size = self.sums(weights[self.rows])[self.of]
        share = divided(weights[self.rows], size)
        left, right = self.centred[:, i], self.centred[:, j]
        # The deviations are from the means under the design's weights, so those under others come off.
        return self.factor * (self.sums(share * left * right) - self.sums(share * left) * self.sums(share * right))


def _spread(
    design: Sample, y: Columns | Sequence[str], by: str | Sequence[str], where: Columns | None, *, n: str, root: bool
) -> Estimates:
    if n not in ("respondents", "rows"):
        raise EstimationError(f"n must be respondents or rows; got {n!r}.")
    given: list[Any] = list(y) if isinstance(y, (list, tuple)) and all(isinstance(each, str) for each in y) else [y]
    domain, keys = domains(data_of(design), by)
    inside = where_rows(design.data, where) & (design.weights > 0) & (domain >= 0)
    values = np.column_stack([measured(design.data, each, "y") for each in given])
    base = _base(values, design.weights, inside, domain, len(keys), rows=n == "rows")
    pairs = [(i, j) for j in range(len(given)) for i in range(len(given)) if not root or i == j]

    def at(weights: FloatArray) -> FloatArray:
        found = np.concatenate([base.squares(weights, i, j) for i, j in pairs])
        return np.sqrt(np.maximum(found, 0.0)) if root else found

    value = at(design.weights)
    size = base.sums(design.weights[base.rows])[base.of]
    columns = []
    for number, (i, j) in enumerate(pairs):
        one = value[number * base.k : (number + 1) * base.k][base.of]
        product = base.factor[base.of] * base.centred[:, i] * base.centred[:, j]
        slope = np.divide(1.0, 2 * one, out=np.zeros(len(one)), where=one > 0) if root else 1.0
        columns.append(base.columns(np.nan_to_num((product - (one**2 if root else one)) / size * slope), design.n))
    members = csr_array(hstack([base.columns(np.ones(len(base.rows)), design.n)] * len(pairs), format="csr"))
    found = covariance(design, Linear(value, csr_array(hstack(columns, format="csr")), at), members)
    called = [each if isinstance(each, str) else "y" for each in given]
    shown: list[dict[str, str]] = [{"variable": called[i], "with": called[j]} for i, j in pairs]
    if root or len(given) == 1:
        shown = [{"variable": called[i]} for i, _ in pairs]
    counts, df = np.bincount(base.of, minlength=base.k), design.df
    psus, domain_df = design.held_by(base.rows, base.of, base.k)
    variances = np.diag(found).reshape(len(pairs), base.k)
    return Estimates(
        keys=pd.concat([keys.assign(**each)[[*each, *keys.columns]] for each in shown], ignore_index=True),
        value=value,
        covariance=found,
        n=np.tile(counts, len(pairs)),
        df=df,
        domain_df=np.tile(domain_df, len(pairs)),
        srs=np.full(len(value), np.nan),
        drawn=np.zeros(len(value)),
        unavailable=tuple(
            reason_of(int(counts[k]), int(psus[k]), df, float(each[k]), float(each[k]))
            for each in variances
            for k in range(base.k)
        ),
        method=f"{'standard deviation' if root else 'variance'}, {variance_method(design)}",
        probability=design.probability,
    )


def _base(values: FloatArray, w: FloatArray, inside: BoolArray, domain: IntArray, k: int, *, rows: bool) -> _Base:
    used = np.flatnonzero(inside & np.isfinite(values).all(axis=1))
    of = domain[used]
    counted = np.bincount(domain[inside] if rows else of, minlength=k)
    factor = np.divide(counted, counted - 1, out=np.full(k, np.nan), where=counted > 1)
    size = np.bincount(of, w[used], minlength=k)[of]
    centred = np.empty((len(used), values.shape[1]))
    for column in range(values.shape[1]):
        y = values[used, column]
        found = y - np.bincount(of, w[used] * y / size, minlength=k)[of]
        largest = np.zeros(k)
        np.maximum.at(largest, of, np.abs(y))
        centred[:, column] = np.where(np.abs(found) <= _ROUNDING * largest[of], 0.0, found)
    return _Base(used, of, k, centred, factor)
