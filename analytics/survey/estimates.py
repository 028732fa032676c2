"""Means, totals, ratios and distributions, for everyone or by domain, with one joint covariance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array, hstack

from .linear import Sample, covariance, ratios
from .table import Estimates
from .variables import (
    BoolArray,
    Columns,
    EstimationError,
    FloatArray,
    IntArray,
    column,
    data_of,
    is_numeric,
    measured,
    where_rows,
)

_ROUNDING = 1e-20  # a variance this far under that of a simple random sample is arithmetic, not sampling
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
    domain, keys = domains(data, [by] if isinstance(by, str) else list(by))
    inside &= domain >= 0
    if listwise:
        inside &= np.logical_and.reduce([variable.answered for variable in variables])
    tops, bottoms, tables = [], [], []
    n, srs, drawn = [], [], []
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
    top, bottom = csr_array(hstack(tops, format="csr")), csr_array(hstack(bottoms, format="csr"))
    linear = ratios(w, top, None if total else bottom)
    found = covariance(design, linear, bottom)
    table = pd.concat(tables, ignore_index=True)
    shown = [name for name in ("variable", "level", *keys.columns) if name in keys or table[name].nunique() > 1]
    counts = np.concatenate(n).astype(np.int64)
    columns: Any = cast(Any, bottom).tocsc()
    held = [_rows(columns, k, design.n) for k in range(len(table))]
    df = design.df
    domain_df = np.array([design.df_of(rows) for rows in held], dtype=np.int64)
    value = np.where(counts > 0, linear.value, np.nan)
    variances, spread = np.diag(found), np.concatenate(srs)
    # The total of what everybody answers alike, calibrated to it, has no spread either: 1e-12 of it is arithmetic.
    scale = np.fmax(spread, 1e-4 * value**2) if total else spread
    unavailable = tuple(
        reason_of(int(counts[k]), design.psus_of(held[k]), df, float(variances[k]), float(scale[k]))
        for k in range(len(table))
    )
    kind = "total" if total else "ratio" if variables[0].amount is not None else "mean"
    how = "replicate weights" if not hasattr(design, "stages") else "Taylor linearisation"
    if getattr(design, "calibrations", ()):
        how += ", calibration residuals"
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
        method=f"{kind}, {how}",
        probability=design.probability,
    )


def domains(data: pd.DataFrame, by: Sequence[str]) -> tuple[IntArray, pd.DataFrame]:
    """int64[n], the domain of each row (-1 where a label is missing), and the labels of each domain, sorted."""
    if not by:
        return np.zeros(len(data), np.int64), pd.DataFrame(index=[0])
    absent = [name for name in by if name not in data]
    if absent:
        raise EstimationError(
            f"by: there is no column {absent[0]!r}; there are {', '.join(map(str, data.columns[:12]))}. "
            "by takes names of columns."
        )
    grouped = data.groupby(list(by), sort=True, observed=True, dropna=True)
    found: npt.NDArray[Any] = grouped.ngroup().to_numpy()
    keys = grouped.size().index.to_frame(index=False)
    return np.where(np.isnan(found.astype(float)), -1, found).astype(np.int64), keys


def _rows(columns: Any, k: int, n: int) -> BoolArray:
    found = np.zeros(n, dtype=bool)
    found[columns.indices[columns.indptr[k] : columns.indptr[k + 1]]] = True
    return found


def _spread(values: FloatArray, rows: npt.NDArray[np.intp], domain: IntArray, n: int, k: int) -> csr_array:
    return csr_array((values, (rows, domain)), shape=(n, k))


def _simple(
    y: FloatArray, x: FloatArray, w: FloatArray, domain: IntArray, k: int, *, total: bool
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """n, the variance under simple random sampling with replacement, and n over the sum of weights; of each domain."""
    n = np.bincount(domain, minlength=k).astype(float)
    size = np.bincount(domain, w, minlength=k)
    amount = np.bincount(domain, w * x, minlength=k)
    ratio = np.divide(np.bincount(domain, w * y, minlength=k), amount, out=np.zeros(k), where=amount != 0)
    residual = y - ratio[domain] * x
    largest = np.zeros(k)
    np.maximum.at(largest, domain, np.abs(y))
    rounding = np.abs(residual) <= 1e-12 * largest[domain]
    squares = np.bincount(domain, w * np.where(rounding, 0.0, residual) ** 2, minlength=k)
    spread = squares * size
    if not total:
        spread = np.divide(spread, amount**2, out=np.zeros(k), where=amount != 0)
    found = np.divide(spread, n - 1, out=np.zeros(k), where=n > 1)
    return n, found, np.divide(n, size, out=np.zeros(k), where=size > 0)


def reason_of(n: int, psus: int, df: int, variance: float, scale: float) -> str:
    """Why an estimate has no standard error, a key of `table.REASONS`, or ""; scale: a variance that is no rounding."""
    if n == 0:
        return "no_base"
    if n == 1:
        return "one_respondent"
    if psus < 2:
        return "one_psu"
    if df < 1:
        return "no_degrees_of_freedom"
    if not np.isfinite(variance):
        return "empty_replicate"
    if variance < -1e-9 * scale:
        return "negative_variance"
    return "zero_variance" if variance <= _ROUNDING * scale or scale == 0 else ""
