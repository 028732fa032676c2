"""Means, totals, ratios and distributions, for everyone or by domain, with one joint covariance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array, hstack

from ..linearisation import Sample, covariance, ratios, variance_method
from ..results import Estimates, reason_of
from ..variables import (
    BoolArray,
    Columns,
    EstimationError,
    FloatArray,
    IntArray,
    column,
    data_of,
    divided,
    domains,
    is_numeric,
    measured,
    where_rows,
)

_MANY = 12  # more labels than a scale of 0 to 10 has, all of them numbers, are a measure read as text
Variables = Columns | Sequence[str]


def mean(
    design: Sample,
    y: Variables,
    *,
    by: str | Sequence[str] = (),
    where: Columns | None = None,
    listwise: bool = False,
) -> Estimates:
    """Means of variables, by domain, with their joint covariance (R `svymean`, `svyby(svymean, covmat=TRUE)`).

    y: a column, several names, or n values; NaN is no answer. A column of text gives the share of each level. Rows are
    left out for each variable on its own, or with listwise where any is missing (as R does with several).
    by: columns whose levels are the domains, of the whole design. where: bool[n]. Raises EstimationError.
    """
    return _estimated(design, _variables(data_of(design), y), by, where, listwise=listwise, total=False)


def total(
    design: Sample,
    y: Variables,
    *,
    by: str | Sequence[str] = (),
    where: Columns | None = None,
    listwise: bool = False,
) -> Estimates:
    """Population totals, as `mean` (R `svytotal`); of a column of text, how many people each level has."""
    return _estimated(design, _variables(data_of(design), y), by, where, listwise=listwise, total=True)


def distribution(
    design: Sample, y: Columns, *, by: str | Sequence[str] = (), where: Columns | None = None
) -> Estimates:
    """The share of each level of a variable, numbers too (R `svymean(~factor(y))`)."""
    return _estimated(design, _levels(data_of(design), y, "y"), by, where, listwise=False, total=False)


def ratio(
    design: Sample,
    numerator: Columns,
    denominator: Columns,
    *,
    by: str | Sequence[str] = (),
    where: Columns | None = None,
) -> Estimates:
    """The ratio of two totals over rows that have both (R `svyratio`). Raises EstimationError."""
    top, bottom = measured(data_of(design), numerator, "numerator"), measured(design.data, denominator, "denominator")
    name = f"{numerator if isinstance(numerator, str) else 'y'}/{denominator if isinstance(denominator, str) else 'x'}"
    return _estimated(design, [_Variable(name, "", top, bottom)], by, where, listwise=False, total=False)


def count(design: Sample, *, by: str | Sequence[str] = (), where: Columns | None = None) -> Estimates:
    """How many people each domain stands for (R `svytotal(~one)`); `n` is how many answered (R `unwtd.count`)."""
    people = _Variable("people", "", np.ones(len(data_of(design))))
    return _estimated(design, [people], by, where, listwise=False, total=True)


@dataclass(frozen=True, eq=False)
class _Variable:
    """A variable's values [n], NaN for no answer; of a level the indicator; with an amount, a ratio's denominator."""

    name: str
    level: str
    y: FloatArray
    amount: FloatArray | None = None

    @property
    def answered(self) -> BoolArray:
        found: BoolArray = (
            np.isfinite(self.y) if self.amount is None else np.isfinite(self.y) & np.isfinite(self.amount)
        )
        return found


def _variables(data: pd.DataFrame, y: Variables) -> list[_Variable]:
    if (
        isinstance(y, (list, tuple))
        and all(isinstance(name, str) for name in y)
        and (len(y) != len(data) or all(name in data for name in y))
    ):
        return [found for name in y for found in _variables(data, str(name))]
    given = column(data, y, "y")
    if not is_numeric(given):
        found = _levels(data, y, "y")
        if len(found) > _MANY and pd.to_numeric(given.dropna().astype(str), errors="coerce").notna().all():
            raise EstimationError(
                f"{found[0].name} holds numbers written as text, {len(found)} of them. Turn them into numbers first "
                "(pd.to_numeric), or take distribution() for the share of each."
            )
        return found
    return [_Variable(y if isinstance(y, str) else "y", "", measured(data, given, "y"))]


def _levels(data: pd.DataFrame, y: Columns, what: str) -> list[_Variable]:
    given = column(data, y, what)
    missing = given.isna().to_numpy()
    name = y if isinstance(y, str) else "y"
    try:
        levels = (
            list(given.cat.categories)
            if isinstance(given.dtype, pd.CategoricalDtype)
            else sorted(given[~missing].unique().tolist())
        )
    except TypeError as problem:
        raise EstimationError(f"{name} mixes kinds of answers; make them all text or all numbers.") from problem
    place = pd.Categorical(given, categories=levels).codes
    found = []
    for number, level in enumerate(levels):
        indicator = np.where(missing, np.nan, (place == number).astype(float))
        shown = f"{level:g}" if isinstance(level, float) else str(level)
        found.append(_Variable(name, shown, indicator))
    if not found:
        raise EstimationError(f"{name} has no answer at all.")
    return found


def _estimated(
    design: Sample,
    variables: list[_Variable],
    by: str | Sequence[str],
    where: Columns | None,
    *,
    listwise: bool,
    total: bool,
) -> Estimates:
    data, w = design.data, design.weights
    if not variables:
        raise EstimationError("y needs the name of a column at least; got an empty list.")
    inside = where_rows(data, where) & (w > 0)
    domain, keys = domains(data, by)
    inside &= domain >= 0
    if listwise:
        inside &= np.logical_and.reduce([variable.answered for variable in variables])
    tops, bottoms, tables = [], [], []
    n, srs, drawn, held = [], [], [], []
    for variable in variables:
        base = inside & variable.answered
        rows = np.flatnonzero(base)
        amount = None if variable.amount is None else variable.amount[rows]
        tops.append(_spread(variable.y[rows], rows, domain[rows], design.n, len(keys)))
        ones = np.ones(len(rows)) if amount is None else amount
        bottoms.append(_spread(ones, rows, domain[rows], design.n, len(keys)))
        tables.append(keys.assign(variable=variable.name, level=variable.level))
        sizes, spread, share = _simple(variable.y[rows], ones, w[rows], domain[rows], len(keys), total=total)
        n.append(sizes)
        srs.append(spread)
        drawn.append(share)
        held.append(design.held_by(rows, domain[rows], len(keys)))
    top, bottom = csr_array(hstack(tops, format="csr")), csr_array(hstack(bottoms, format="csr"))
    linear = ratios(w, top, None if total else bottom)
    found = covariance(design, linear, bottom)
    table = pd.concat(tables, ignore_index=True)
    shown = [name for name in ("variable", "level", *keys.columns) if name in keys or table[name].nunique() > 1]
    counts = np.concatenate(n).astype(np.int64)
    psus, domain_df = (np.concatenate(each) for each in zip(*held, strict=True))
    df = design.df
    value = np.where(counts > 0, linear.value, np.nan)
    variances, spread = np.diag(found), np.concatenate(srs)
    # The total of what everybody answers alike, calibrated to it, has no spread either: 1e-12 of it is arithmetic.
    scale = np.fmax(spread, 1e-4 * value**2) if total else spread
    unavailable = tuple(
        reason_of(int(counts[k]), int(psus[k]), df, float(variances[k]), float(scale[k])) for k in range(len(table))
    )
    kind = "total" if total else "ratio" if variables[0].amount is not None else "mean"
    return Estimates(
        keys=table[shown] if shown else table[["variable"]],
        value=value,
        covariance=found,
        n=counts,
        df=df,
        domain_df=domain_df,
        srs=spread,
        drawn=np.concatenate(drawn),
        unavailable=unavailable,
        method=f"{kind}, {variance_method(design)}",
        probability=design.probability,
    )


def _spread(values: FloatArray, rows: npt.NDArray[np.intp], domain: IntArray, n: int, k: int) -> csr_array:
    return csr_array((values, (rows, domain)), shape=(n, k))


def _simple(
    y: FloatArray, x: FloatArray, w: FloatArray, domain: IntArray, k: int, *, total: bool
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """n, the variance under simple random sampling with replacement, and n over the sum of weights; of each domain."""
    n = np.bincount(domain, minlength=k).astype(float)
    size = np.bincount(domain, w, minlength=k)
    amount = np.bincount(domain, w * x, minlength=k)
    ratio = divided(np.bincount(domain, w * y, minlength=k), amount, 0.0)
    residual = y - ratio[domain] * x
    largest = np.zeros(k)
    np.maximum.at(largest, domain, np.abs(y))
    rounding = np.abs(residual) <= 1e-12 * largest[domain]
    squares = np.bincount(domain, w * np.where(rounding, 0.0, residual) ** 2, minlength=k)
    spread = squares * size if total else divided(squares * size, amount**2, 0.0)
    found = np.divide(spread, n - 1, out=np.zeros(k), where=n > 1)
    return n, found, divided(n, size, 0.0)
