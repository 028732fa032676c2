"""Correlations of what lies behind ordered answers: two normal variables cut at thresholds (Olsson 1979).

Answers of four or five categories understate correlations; ordinal alpha is alpha of these (Zumbo et al. 2007).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from ..linearisation import Linear, Sample, covariance
from ..variables import BoolArray, Columns, EstimationError, FloatArray, IntArray, codes, measured, where_rows
from .item_covariances import cronbach_alpha

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)
_EDGE = 0.9999


@dataclass(frozen=True, eq=False)
class Polychoric:
    """A correlation with its thresholds. covariance: of (rho, row cuts, column cuts), None for the two steps."""

    rho: float
    row_cuts: FloatArray
    column_cuts: FloatArray
    covariance: FloatArray | None = field(repr=False)
    method: str

    def __str__(self) -> str:
        error = "" if self.covariance is None else f" (standard error {np.sqrt(self.covariance[0, 0]):.4f})"
        return f"polychoric correlation {self.rho:.4f}{error}, {self.method}"


@dataclass(frozen=True, eq=False)
class OrdinalAlpha:
    """Alpha of polychoric correlations [K, K], with its design-based error."""

    alpha: float
    se: float
    rho: FloatArray = field(repr=False)
    cuts: tuple[FloatArray, ...] = field(repr=False)
    n: int
    df: int
    method: str = "ordinal alpha, polychoric correlations in two steps, design-based error"

    def __str__(self) -> str:
        return f"{self.method}: {self.alpha:.4f} (standard error {self.se:.4f}, n = {self.n})"


def polychoric(table: npt.ArrayLike, *, method: Literal["two-step", "ML"] = "two-step") -> Polychoric:
    """The correlation behind a table of counts [r, c] (R `polycor::polychor`): margins first, or all at once by ML.

    Raises EstimationError on a table that is no table, or one that only a correlation of -1 or 1 would explain.
    """
    counts = np.array(table, dtype=np.float64)
    if counts.ndim != 2 or not np.isfinite(counts).all() or (counts < 0).any():
        raise EstimationError("polychoric needs a table of counts, rows by columns.")
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape, default=0) < 2:
        raise EstimationError(f"polychoric needs two answers or more of each variable; got {counts.shape}.")
    rows, columns = _cuts(counts.sum(axis=1)), _cuts(counts.sum(axis=0))
    rho = _correlation(counts, rows, columns)
    if method == "two-step":
        return Polychoric(rho, rows, columns, None, "two steps")
    theta = np.concatenate([[rho], rows, columns])
    for _ in range(200):
        slope, information = _scoring(theta, counts)
        step = np.linalg.solve(information, slope)
        trial = theta + step
        while abs(trial[0]) >= _EDGE or (np.diff(trial[1 : len(rows) + 1]) <= 0).any():
            step /= 2
            trial = theta + step
        theta = trial
        if np.abs(step).max() < 1e-11:
            break
    else:
        raise EstimationError("The polychoric correlation did not settle; use the two steps.")
    steps = 1e-5 * np.eye(len(theta))
    hessian = np.array([(_scoring(theta - h, counts)[0] - _scoring(theta + h, counts)[0]) / 2e-5 for h in steps])
    spread = np.linalg.inv((hessian + hessian.T) / 2)
    split = len(rows) + 1
    return Polychoric(float(theta[0]), theta[1:split], theta[split:], np.asarray(spread), "maximum likelihood")


def ordinal_alpha(design: Sample, items: Sequence[str], *, where: Columns | None = None) -> OrdinalAlpha:
    """Alpha of the polychoric correlations of K items that point one way, over rows with every answer.

    The error carries the thresholds' own. Raises EstimationError.
    """
    if len(items) < 2:
        raise EstimationError(f"Reliability needs two items or more; got {len(items)}.")
    x = np.column_stack([measured(design.data, name, name) for name in items])
    used = where_rows(design.data, where) & (design.weights > 0) & np.isfinite(x).all(axis=1)
    if used.sum() < 2:
        raise EstimationError("Ordinal alpha needs rows with every item answered.")
    coded = [codes(x[used, k])[0] for k in range(len(items))]

    def alpha(weights: FloatArray) -> FloatArray:
        return np.array([cronbach_alpha(_matrix(coded, weights[used]))])

    w = design.weights[used]
    k = len(items)
    rho, mean_slope = np.eye(k), np.zeros(int(used.sum()))
    for i in range(k):
        for j in range(i):
            table = _table(coded[i], coded[j], w)
            value, slopes = _two_steps(table / table.sum())
            rho[i, j] = rho[j, i] = value
            mean_slope += (slopes[coded[i], coded[j]] - float((slopes * table).sum() / table.sum())) / w.sum()
    mean_slope /= k * (k - 1) / 2
    mean_r = (rho.sum() - k) / (k * (k - 1))
    influence = np.zeros((design.n, 1))
    influence[used, 0] = mean_slope * k / (1 + (k - 1) * mean_r) ** 2
    linear = Linear(np.array([cronbach_alpha(rho)]), influence, alpha)
    se = float(np.sqrt(covariance(design, linear)[0, 0]))
    cuts = tuple(_cuts(np.asarray(np.bincount(coded[i], w), dtype=np.float64)) for i in range(k))
    return OrdinalAlpha(cronbach_alpha(rho), se, rho, cuts, int(used.sum()), design.df)


def _matrix(coded: Sequence[IntArray], w: FloatArray) -> FloatArray:
    k = len(coded)
    rho = np.eye(k)
    for i in range(k):
        for j in range(i):
            table = _table(coded[i], coded[j], w)
            rho[i, j] = rho[j, i] = polychoric(table).rho
    return rho


def _table(first: IntArray, second: IntArray, w: FloatArray) -> FloatArray:
    columns = int(second.max()) + 1
    flat = np.bincount(first * columns + second, w, minlength=(int(first.max()) + 1) * columns)
    return np.asarray(flat.reshape(-1, columns))


def _two_steps(shares: FloatArray) -> tuple[float, FloatArray]:
    """The correlation of a table of shares, and its derivative by each share [r, c]."""
    rows, columns = _cuts(shares.sum(axis=1)), _cuts(shares.sum(axis=0))
    rho = _correlation(shares, rows, columns)
    p, by_rho = _cells(rho, rows, columns), _by_rho(rho, rows, columns)
    step = 1e-5
    bend = (_score(rho + step, shares, rows, columns) - _score(rho - step, shares, rows, columns)) / (2 * step)
    found = by_rho / p
    for axis, cuts in enumerate((rows, columns)):
        for number, cut in enumerate(cuts):
            moved = np.zeros(len(cuts))
            moved[number] = step
            up = (cuts + moved, columns) if axis == 0 else (rows, cuts + moved)
            down = (cuts - moved, columns) if axis == 0 else (rows, cuts - moved)
            slope = (_score(rho, shares, *up) - _score(rho, shares, *down)) / (2 * step)
            # A threshold moves with every share below it, less its own part of the whole.
            below: BoolArray = np.arange(shares.shape[axis]) <= number
            moves = (below - float(ndtr(cut))) * slope / _density(cut)
            found = found + (moves[:, None] if axis == 0 else moves[None, :])
    return rho, np.asarray(-found / bend)


def _cuts(margin: FloatArray) -> FloatArray:
    return np.asarray(ndtri(np.cumsum(margin)[:-1] / margin.sum()))


def _correlation(counts: FloatArray, rows: FloatArray, columns: FloatArray) -> float:
    low, high = (_score(rho, counts, rows, columns) for rho in (-_EDGE, _EDGE))
    if low <= 0 or high >= 0:
        raise EstimationError("Only a correlation of -1 or 1 explains this table: too few cells are filled.")
    return float(brentq(_score, -_EDGE, _EDGE, args=(counts, rows, columns), xtol=1e-14, rtol=1e-14))


def _score(rho: float, counts: FloatArray, rows: FloatArray, columns: FloatArray) -> float:
    return float(np.sum(counts * _by_rho(rho, rows, columns) / _cells(rho, rows, columns)))


def _scoring(theta: FloatArray, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The slope of the log-likelihood by (rho, row cuts, column cuts), and the expected information."""
    r, c = counts.shape
    rho, rows, columns = float(theta[0]), theta[1:r], theta[r:]
    root = np.sqrt(1 - rho**2)
    p = _cells(rho, rows, columns)
    slopes = [_by_rho(rho, rows, columns)]
    for number, cut in enumerate(rows):
        strip = np.diff(ndtr((_edges(columns) - rho * cut) / root)) * _density(cut)
        slopes.append(np.zeros((r, c)))
        slopes[-1][number], slopes[-1][number + 1] = strip, -strip
    for number, cut in enumerate(columns):
        strip = np.diff(ndtr((_edges(rows) - rho * cut) / root)) * _density(cut)
        slopes.append(np.zeros((r, c)))
        slopes[-1][:, number], slopes[-1][:, number + 1] = strip, -strip
    flat = np.array(slopes).reshape(len(slopes), -1)
    return flat @ (counts / p).ravel(), counts.sum() * (flat / p.ravel()) @ flat.T


def _edges(cuts: FloatArray) -> FloatArray:
    return np.concatenate([[-np.inf], cuts, [np.inf]])


def _density(x: float) -> float:
    return float(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))


def _cells(rho: float, rows: FloatArray, columns: FloatArray) -> FloatArray:
    """float64[r, c]: the chance of each cell; Gauss-Legendre over the angle of the correlation (Drezner and Genz)."""
    angle = np.arcsin(rho) / 2 * (_NODES + 1)
    weight = np.arcsin(rho) / 2 * _WEIGHTS / (2 * np.pi)
    a, b = rows[:, None, None], columns[None, :, None]
    inner = np.exp(-(a**2 + b**2 - 2 * a * b * np.sin(angle)) / (2 * np.cos(angle) ** 2)) @ weight
    corner = np.zeros((len(rows) + 2, len(columns) + 2))
    corner[1:-1, 1:-1] = inner + np.outer(ndtr(rows), ndtr(columns))
    corner[-1, 1:-1], corner[1:-1, -1], corner[-1, -1] = ndtr(columns), ndtr(rows), 1.0
    return np.maximum(np.diff(np.diff(corner, axis=0), axis=1), 1e-15)


def _by_rho(rho: float, rows: FloatArray, columns: FloatArray) -> FloatArray:
    left = 1 - rho**2
    a, b = rows[:, None], columns[None, :]
    corner = np.zeros((len(rows) + 2, len(columns) + 2))
    corner[1:-1, 1:-1] = np.exp(-(a**2 + b**2 - 2 * rho * a * b) / (2 * left)) / (2 * np.pi * np.sqrt(left))
    return np.asarray(np.diff(np.diff(corner, axis=0), axis=1))
