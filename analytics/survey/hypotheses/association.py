"""Tables of two variables, and tests that they have nothing to do with each other."""

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from scipy.linalg import eigh, helmert

from ..linearisation import Sample, variance_method
from ..results import DegreesOfFreedom, Estimates, reason_of
from ..variables import Columns, EstimationError, FloatArray, IntArray, divided
from .cells import Cells, Labels, Share, crossed, shares_with_covariance, totals_with_covariance
from .chisquares import TailMethod, upper_tail
from .significance import SignificanceTest, Symbol, freedom, quadratic_form, tail

Statistic = Literal["F", "Chisq", "Wald", "adjWald", "lincom", "saddlepoint"]
_SINGULAR = 1e-13  # of the largest eigenvalue
_NOTHING = 1e-12  # of a simple random sample's variance


@dataclass(frozen=True, eq=False)
class Crosstab:
    """A table of r x c cells.

    counts: weighted, in people. shares: of all, of the row or of the column, as `of` says; both with the covariance of
    the cells, row after row. respondents: int64[r, c]. A cell with nobody has 0 and no standard error.
    """

    counts: Estimates = field(repr=False)
    shares: Estimates = field(repr=False)
    respondents: IntArray
    rows: Labels
    columns: Labels
    of: Share

    def table(self, what: Literal["count", "share", "se", "respondents"] = "share") -> pd.DataFrame:
        """One figure of each cell, rows down and columns across; se is that of the share."""
        figures: dict[str, Any] = {
            "count": self.counts.value,
            "share": self.shares.value,
            "se": self.shares.se,
            "respondents": self.respondents,
        }
        if what not in figures:
            raise EstimationError(f"what must be one of {', '.join(figures)}; got {what!r}.")
        shape = (len(self.rows), len(self.columns))
        return pd.DataFrame(np.reshape(figures[what], shape), index=self.rows, columns=self.columns)

    def __str__(self) -> str:
        return str(self.shares)


def crosstab(
    design: Sample, row: Columns, column: Columns, *, where: Columns | None = None, of: Share = "all"
) -> Crosstab:
    """Weighted counts and shares of two crossed variables (R `svytable`, `svymean(~interaction(row, column))`).

    Rows of the data with both answers count. of: what the shares of a cell add up to 1 over: everybody, its row (R
    `svyby(~column, ~row, svymean)`) or its column. Levels are those of the whole design. Raises EstimationError.
    """
    if of not in get_args(Share):
        raise EstimationError(f"of must be one of {', '.join(get_args(Share))}; got {of!r}.")
    cells = crossed(design, row, column, where, seen=False)
    if not cells.count:
        raise EstimationError("A table needs an answer to each of its two variables; one has none at all.")
    counts, shares = totals_with_covariance(design, cells), shares_with_covariance(design, cells, of)
    return Crosstab(
        _estimates(design, cells, counts, None),
        _estimates(design, cells, shares, of),
        cells.respondents,
        cells.rows,
        cells.columns,
        of,
    )


@dataclass(frozen=True, eq=False)
class Association:
    """A test that two variables have nothing to do with each other, and what it was made of.

    pearson: X2 of the weighted shares for a simple random sample of test.n. design_effects: float64[d] for the
    d = (r - 1)(c - 1) contrasts, largest first, by which a sample of test.n drawn by the design spreads X2 (Rao and
    Scott 1981); F is pearson over their sum. empty_cells: cells with nobody. rows, columns: the levels compared.
    """

    test: SignificanceTest
    pearson: float
    design_effects: FloatArray
    empty_cells: int
    rows: Labels
    columns: Labels

    def __str__(self) -> str:
        lines = [str(self.test)]
        if len(self.design_effects) and np.isfinite(self.design_effects).all():
            lines.append(f"Design effects of the table: {', '.join(f'{each:.3g}' for each in self.design_effects)}")
        if self.empty_cells:
            lines.append(f"{self.empty_cells} of {len(self.rows) * len(self.columns)} cells have nobody in them")
        return "\n".join(lines)


def independence(
    design: Sample,
    row: Columns,
    column: Columns,
    *,
    where: Columns | None = None,
    statistic: Statistic = "F",
    df: DegreesOfFreedom = "design",
) -> Association:
    """Test whether two variables are independent (R `svychisq`; df="domain" as R does for a subset).

    F: Pearson's X2 with the second-order correction of Rao and Scott (1984). Chisq: the first-order one. lincom and
    saddlepoint: X2 against its own distribution, chi-squares weighted by the design effects over one for their
    estimation with the ddf of F, exactly or after Kuonen (1999).
    Wald: of Koch, Freeman and Freeman (1975) on the residuals from independence; adjWald: the same with the correction
    of Thomas and Rao (1987), better with few PSUs. Rows without both answers are left out; the X2 of Chisq, lincom and
    saddlepoint counts all rows of the domain, as R's does, and its p does not depend on that.
    Levels are those with an answer in the domain. Raises EstimationError.
    """
    if statistic not in get_args(Statistic):
        raise EstimationError(f"statistic must be one of {', '.join(get_args(Statistic))}; got {statistic!r}.")
    cells = crossed(design, row, column, where, seen=True)
    ddf, shape, n = freedom(design, cells.inside, df), (len(cells.rows), len(cells.columns)), int(cells.answered.sum())
    pearson, effects = float("nan"), np.empty(0)
    if min(shape) < 2:
        found = _Found("F", unavailable="one_level" if n else "no_base")
    else:
        shares, covariance = shares_with_covariance(design, cells)
        pearson, effects = n * _distance(shares.reshape(shape)), _design_effects(shares, n * covariance, shape)
        if design.psus_of(cells.answered) < 2 or not np.isfinite(covariance).all():
            lost = "one_psu" if design.psus_of(cells.answered) < 2 else "empty_replicate"
            found = _Found("F", unavailable=lost)
        elif statistic in ("Wald", "adjWald"):
            found = _wald(*totals_with_covariance(design, cells), shape, ddf, adjusted=statistic == "adjWald")
        else:
            found = _rao_scott(pearson, effects, ddf, statistic, float(cells.inside.sum()) / n)
    test = SignificanceTest(
        method=f"{_METHODS[statistic]}, {variance_method(design)}",
        hypothesis=f"{_name(row, 'the row')} and {_name(column, 'the column')} are independent",
        symbol=found.symbol,
        statistic=found.statistic,
        df=found.df,
        p=found.p,
        n=n,
        unavailable=found.unavailable,
        probability=design.probability,
    )
    return Association(test, pearson, effects, int((cells.respondents == 0).sum()), cells.rows, cells.columns)


_METHODS = {
    "F": "Pearson's X2, second-order Rao-Scott correction",
    "Chisq": "Pearson's X2, first-order Rao-Scott correction",
    "Wald": "Wald test of independence",
    "adjWald": "adjusted Wald test of independence",
    "lincom": "Pearson's X2, asymptotic distribution",
    "saddlepoint": "Pearson's X2, saddlepoint approximation",
}


@dataclass(frozen=True)
class _Found:
    symbol: Symbol
    statistic: float = float("nan")
    df: tuple[float, ...] = ()
    p: float = float("nan")
    unavailable: str = ""


def _distance(shares: FloatArray) -> float:
    """X2 of shares [r, c] for a sample of one; no margin is nought."""
    expected = np.outer(shares.sum(axis=1), shares.sum(axis=0))
    return float(((shares - expected) ** 2 / expected).sum())


def _design_effects(shares: FloatArray, covariance: FloatArray, shape: tuple[int, int]) -> FloatArray:
    """float64[d], largest first; none where too many cells are empty, or there is no covariance, for a sample of one.

    The eigenvalues of (C' D^-1 C)^-1 (C' D^-1 V D^-1 C), C any basis of the interaction contrasts, D the shares; an
    empty cell counts for nothing, as in R.
    """
    contrasts = np.kron(helmert(shape[0]).T, helmert(shape[1]).T)
    inverse = divided(1.0, shares, 0.0)
    weighted = inverse[:, None] * contrasts
    simple = contrasts.T @ weighted
    sizes = np.linalg.eigvalsh(simple)
    if sizes[0] <= _SINGULAR * sizes[-1] or not np.isfinite(covariance).all():
        return np.empty(0)
    found = eigh(weighted.T @ covariance @ weighted, simple, eigvals_only=True)
    return np.asarray(np.maximum(found[::-1], 0.0))


def _rao_scott(pearson: float, effects: FloatArray, ddf: int, statistic: str, scale: float) -> _Found:
    symbol: Symbol = "F" if statistic == "F" else "X2"
    if not len(effects):
        return _Found(symbol, unavailable="empty_cells")
    trace, d = float(effects.sum()), float(len(effects))
    if trace <= _NOTHING:
        return _Found(symbol, unavailable="zero_variance")
    if statistic == "Chisq":
        return _Found("X2", pearson * scale, (d,), tail("X2", pearson * d / trace, (d,)))
    ndf = trace**2 / float((effects**2).sum())
    freedoms = (ndf, ndf * ddf)
    if ddf <= 0:
        return _Found(symbol, unavailable="no_degrees_of_freedom")
    if statistic == "F":
        return _Found("F", pearson / trace, freedoms, tail("F", pearson / trace, freedoms))
    method: TailMethod = "exact" if statistic == "lincom" else "saddlepoint"
    return _Found("X2", pearson * scale, freedoms, upper_tail(pearson, effects, ddf=freedoms[1], method=method))


def _wald(totals: FloatArray, covariance: FloatArray, shape: tuple[int, int], nu: int, *, adjusted: bool) -> _Found:
    """On the residuals from independence of all cells but those of the first row and column."""
    table = totals.reshape(shape)
    row, column, everyone = table.sum(axis=1), table.sum(axis=0), table.sum()
    residual = (table - np.outer(row, column) / everyone)[1:, 1:].ravel()
    same_row = np.kron(np.eye(shape[0]), np.ones((shape[1], shape[1])))
    same_column = np.kron(np.ones((shape[0], shape[0])), np.eye(shape[1]))
    slopes = (
        np.eye(len(totals))
        - same_row * np.tile(column, shape[0])[:, None] / everyone
        - same_column * np.repeat(row, shape[1])[:, None] / everyone
        + (np.outer(row, column).ravel() / everyone**2)[:, None]
    )[np.arange(len(totals)).reshape(shape)[1:, 1:].ravel()]
    size = quadratic_form(residual, slopes @ covariance @ slopes.T)
    d = len(residual)
    freedoms = (float(d), float(nu - d + 1 if adjusted else nu))
    if size is None:
        return _Found("F", df=freedoms, unavailable="singular_covariance")
    if freedoms[1] <= 0:
        return _Found("F", df=freedoms, unavailable="no_degrees_of_freedom")
    statistic = size * freedoms[1] / (d * nu) if adjusted else size / d
    return _Found("F", statistic, freedoms, tail("F", statistic, freedoms))


def _estimates(design: Sample, cells: Cells, found: tuple[FloatArray, FloatArray], of: Share | None) -> Estimates:
    """Counts, or with `of` shares, of the cells as a table of estimates."""
    (value, covariance), base = found, cells.bases(of or "all")
    rows = np.flatnonzero(cells.answered)
    of_row, bases = base[cells.cell[rows]], int(base.max()) + 1
    counts, psus_and_df = np.bincount(of_row, minlength=bases), design.held_by(rows, of_row, bases)
    n, psus, domain_df = (each[base] for each in (counts, *psus_and_df))
    size = np.bincount(of_row, design.weights[rows], minlength=bases)[base]
    share = cells.shares(design.weights, of or "all")
    srs = np.divide(share * (1 - share), n - 1, out=np.zeros(len(n)), where=n > 1)
    srs = srs if of else srs * size**2
    held, df = cells.respondents.ravel(), design.df
    scale = srs if of else np.fmax(srs, 1e-4 * value**2)
    variances = np.where((held == 0) | ((held == n) if of else False), 0.0, np.diag(covariance))
    return Estimates(
        keys=pd.MultiIndex.from_product([cells.rows, cells.columns], names=["row", "column"]).to_frame(index=False),
        value=value,
        covariance=covariance,
        n=n,
        df=df,
        domain_df=domain_df,
        srs=srs,
        drawn=divided(n, size, 0.0),
        unavailable=tuple(
            reason_of(int(n[k]), int(psus[k]), df, float(variances[k]), float(scale[k])) for k in range(len(n))
        ),
        method=f"{_SHARES[of] if of else 'count'}, {variance_method(design)}",
        probability=design.probability,
    )


_SHARES = {"all": "share of all", "row": "share of the row", "column": "share of the column"}


def _name(given: Columns, otherwise: str) -> str:
    return given if isinstance(given, str) else otherwise
