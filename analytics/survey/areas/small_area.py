"""Figures for areas with few respondents: direct estimates and what is known of areas, in a Fay-Herriot model.

An area's figure is a mean of its direct estimate and of a regression over all areas, by how exact each is. It rests on
a model, and says so; its error is a mean squared error, not a standard error of a sample.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from ..estimates.means import mean
from ..intervals import refuse_level
from ..linearisation import Sample
from ..printing import listing
from ..variables import BoolArray, Columns, EstimationError, FloatArray, where_rows
from .transformations import Scale, back, corrected, forward, slope
from .variance_between import Method, between_areas, errors_of

Variances = Literal["direct", "raised", "smoothed"]
_NAMES = {"REML": "REML", "ML": "ML", "FH": "moments"}


@dataclass(frozen=True, eq=False)
class SmallArea:
    """Fay-Herriot figures of m areas.

    value, mse: float64[m], in units of the figure (mse squared). direct, variance: float64[m] as given, on the scale of
    the model, NaN where an area has none: `synthetic` then. centre, spread: float64[m], value and mse on that scale.
    weight: float64[m], how much of a figure is its direct estimate. transform_bias: float64[m], what a plain
    back-transformation would be too low or too high by; already taken out. refvar: variance of areas about the
    regression; beta: float64[p] with errors beta_se.
    """

    areas: tuple[str, ...]
    value: FloatArray
    mse: FloatArray
    direct: FloatArray = field(repr=False)
    variance: FloatArray = field(repr=False)
    weight: FloatArray = field(repr=False)
    centre: FloatArray = field(repr=False)
    spread: FloatArray = field(repr=False)
    transform_bias: FloatArray = field(repr=False)
    names: tuple[str, ...]
    beta: FloatArray
    beta_se: FloatArray
    refvar: float
    loglike: float
    aic: float
    bic: float
    iterations: int
    scale: Scale
    method: str

    @property
    def synthetic(self) -> BoolArray:
        """bool[m]: areas without a direct figure."""
        return np.isnan(self.direct)

    @property
    def rmse(self) -> FloatArray:
        """float64[m], in units of the figure."""
        return np.sqrt(self.mse)

    @property
    def boundary(self) -> bool:
        """Whether the data show no differences of areas beyond the regression, which then gives every figure."""
        return self.refvar == 0

    def interval(self, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Low and high, float64[m] each: normal on the model's scale, taken back to the figure's."""
        refuse_level(level)
        half = float(ndtri((1 + level) / 2)) * np.sqrt(self.spread)
        return back(self.centre - half, self.scale), back(self.centre + half, self.scale)

    def table(self, level: float = 0.95) -> pd.DataFrame:
        """One row an area: estimate, rmse, low, high, the direct figure, its weight, and what the figure rests on."""
        low, high = self.interval(level)
        return pd.DataFrame(
            {
                "area": self.areas,
                "estimate": self.value,
                "rmse": self.rmse,
                "low": low,
                "high": high,
                "direct": back(self.direct, self.scale),
                "weight_of_direct": self.weight,
                "rests_on": np.where(self.weight > 0, "direct and regression", "regression alone"),
            }
        )

    def __str__(self) -> str:
        shown = listing(self.table())
        warning = (
            "Areas show no differences beyond the regression: the direct figures count for nothing, and the errors "
            "are likely too small.\n"
            if self.boundary
            else ""
        )
        return f"{self.method}; model-based 95 % intervals; variance between areas {self.refvar:.5g}\n{warning}{shown}"


def fay_herriot(
    direct: npt.ArrayLike,
    variance: npt.ArrayLike,
    x: pd.DataFrame | npt.ArrayLike,
    *,
    method: Method = "REML",
    scale: Scale = "identity",
    areas: Sequence[str] | None = None,
    tolerance: float = 1e-12,
) -> SmallArea:
    """EBLUPs of m areas with their mean squared errors (Fay and Herriot 1979; R `sae::mseFH`).

    direct: float[m], NaN for an area without one, which gets the regression's figure and its error. variance: float[m],
    of the direct figures, positive. x: [m, p], what is known of every area; a constant is put before it. scale: "logit"
    or "arcsine" for shares; direct and variance are then still given as shares. method: how the variance between areas
    is found. MSE: g1 + g2 + 2 g3 of Prasad and Rao 1990 for REML, less the bias of ML and of the moments (Datta and
    Lahiri 2000; Datta, Rao and Smith 2005). tolerance: relative change at which to stop; R stops at 1e-4.
    Raises EstimationError.
    """
    if method not in get_args(Method):
        raise EstimationError(f"method must be one of {', '.join(get_args(Method))}; got {method!r}.")
    given, spread, columns, names = _checked(direct, variance, x)
    y, d = forward(given, spread, scale)
    off = np.flatnonzero(np.isfinite(given) & ~(np.isfinite(y) & np.isfinite(d)))
    if len(off):
        raise EstimationError(
            f"On the {scale} scale a share must lie between 0 and 1; area {off[0] + 1} has {given[off[0]]:g}. Give NaN "
            "as its figure, or model the shares as they are."
        )
    return _fitted(y, d, columns, names, method=method, scale=scale, areas=areas, tolerance=tolerance)


def small_areas(
    design: Sample,
    y: str,
    x: pd.DataFrame,
    *,
    by: str,
    where: Columns | None = None,
    method: Method = "REML",
    scale: Scale = "identity",
    variances: Variances = "raised",
) -> SmallArea:
    """Fay-Herriot figures of the mean of y in each area of `x`, whose index holds the labels of the column `by`.

    Areas that the sample did not reach, or whose error it cannot show, get the regression's figure. variances:
    "direct" as the design gives them; "raised" by m / (m - 1) in an area of m PSUs, which deviate from their own mean
    and so by too little; "smoothed" over areas after that, on the scale of the model, which fills those of one PSU too
    and, on the arcsine scale, those where all or nobody said yes. On the logit scale these rest on the regression.
    Raises EstimationError: an unknown method, a label without a row in x, y of text, or too few areas.
    """
    if method not in get_args(Method):
        raise EstimationError(f"method must be one of {', '.join(get_args(Method))}; got {method!r}.")
    if variances not in get_args(Variances):
        raise EstimationError(f"variances must be one of {', '.join(get_args(Variances))}; got {variances!r}.")
    found = mean(design, y, by=by, where=where)
    if len(found.keys.columns) != 1:
        raise EstimationError(f"{y} must be numbers, such as 1 for yes and 0 for no, to have one figure an area.")
    labels = [str(label) for label in x.index]
    unknown = sorted(set(found.labels) - set(labels))
    if unknown:
        raise EstimationError(f"x has no row for the area {unknown[0]!r}; it needs one for each area, by its label.")
    at = np.array([labels.index(label) for label in found.labels], dtype=np.intp)
    direct, variance, n = (np.full(len(x), np.nan) for _ in range(3))
    direct[at], n[at] = found.value, found.n
    variance[at] = np.where(found.available, np.diag(found.covariance), np.nan)
    if variances != "direct":
        area = pd.Index(found.keys[by]).get_indexer(pd.Index(design.data[by]))
        rows = np.flatnonzero(where_rows(design.data, where) & design.data[y].notna().to_numpy() & (area >= 0))
        psus, _ = design.held_by(rows, area[rows], len(found))
        variance[at] *= psus / np.maximum(psus - 1, 1)
    y_scaled, d = forward(direct, variance, scale)
    if variances == "smoothed":
        d = smoothed_variances(d, n)
    y_scaled = np.where(np.isfinite(d) & np.isfinite(y_scaled) & (n > 0), y_scaled, np.nan)
    y_scaled, d, columns, names = _checked(y_scaled, d, x)
    result = _fitted(y_scaled, d, columns, names, method=method, scale=scale, areas=labels, tolerance=1e-12)
    return replace(result, method=f"{result.method}, {variances} variances, on {found.method}")


def smoothed_variances(variance: npt.ArrayLike, n: npt.ArrayLike) -> FloatArray:
    """float64[m]: variances by the generalised variance function log v = a + b log n, over areas that have one.

    Variances of few PSUs are themselves noise; their sum is kept, so that the fit on the log scale is not too low
    (Wolter 2007, ch. 7; Rao and Molina 2015, sec. 6.4). NaN where n is 0 or NaN. Raises EstimationError.
    """
    v, size = np.array(variance, dtype=np.float64), np.array(n, dtype=np.float64)
    if v.shape != size.shape or v.ndim != 1:
        raise EstimationError(f"variance and n must be two columns of one length; got {v.shape} and {size.shape}.")
    used = (v > 0) & (size > 0)
    if used.sum() < 4 or len(np.unique(size[used])) < 2:
        raise EstimationError(
            f"Smoothing needs four areas or more with a variance, of different size; got {used.sum()}. "
            "Take the direct variances."
        )
    b, a = np.polyfit(np.log(size[used]), np.log(v[used]), 1)
    fitted = np.full(len(v), np.nan)
    filled = size > 0
    fitted[filled] = np.exp(a + b * np.log(size[filled]))
    return np.asarray(fitted * (v[used].sum() / fitted[used].sum()))


def benchmarked(
    found: SmallArea, population: npt.ArrayLike, target: float, *, how: Literal["difference", "ratio"] = "difference"
) -> SmallArea:
    """The figures moved so that their mean, weighted by population float[m], is the national one.

    "difference" moves all by the same amount, "ratio" by the same factor. The squared move is added to the MSE, as an
    estimate of what benchmarking costs (Steorts and Ghosh 2013). Raises EstimationError.
    """
    shares = np.array(population, dtype=np.float64)
    if shares.shape != found.value.shape or not np.isfinite(shares).all() or (shares < 0).any() or not shares.any():
        raise EstimationError(f"population must be {len(found.value)} numbers of 0 or more, one an area.")
    mean = float(shares @ found.value / shares.sum())
    if how == "ratio" and mean == 0:
        raise EstimationError("The areas' mean is nought, so no factor moves it to the target; use 'difference'.")
    moved = found.value + (target - mean) if how == "difference" else found.value * (target / mean)
    if found.scale != "identity" and ((moved < 0) | (moved > 1)).any():
        raise EstimationError(f"Benchmarking to {target:g} by {how} takes a share out of 0..1; use the other way.")
    move = moved - found.value
    inner = np.divide(move, slope(found.centre, found.scale))
    return replace(
        found,
        value=moved,
        mse=found.mse + move**2,
        centre=found.centre + inner,
        spread=found.spread + inner**2,
        method=f"{found.method}, benchmarked by {how} to {target:g}",
    )


def _fitted(
    y: FloatArray,
    d: FloatArray,
    columns: FloatArray,
    names: tuple[str, ...],
    *,
    method: Method,
    scale: Scale,
    areas: Sequence[str] | None,
    tolerance: float,
) -> SmallArea:
    """The model of direct figures y [m] with variances d [m], both on the scale; NaN for none."""
    known = np.isfinite(y)
    refvar, iterations = between_areas(y[known], d[known], columns[known], method, tolerance)
    total = refvar + d[known]
    inverse = np.asarray(np.linalg.inv((columns[known] / total[:, None]).T @ columns[known]), dtype=np.float64)
    beta = inverse @ (columns[known].T @ (y[known] / total))
    residual = y[known] - columns[known] @ beta
    m, p = columns[known].shape
    loglike = float(-0.5 * np.sum(np.log(2 * np.pi * total) + residual**2 / total))
    weight = np.zeros(len(y))
    weight[known] = refvar / total
    fitted = columns @ beta
    centre = fitted + weight * np.where(known, np.nan_to_num(y) - fitted, 0.0)
    mse, first = errors_of(d, columns, known, refvar, inverse, method)
    value = corrected(centre, first, scale)
    return SmallArea(
        areas=tuple(str(area) for area in areas) if areas is not None else tuple(str(k + 1) for k in range(len(y))),
        value=value,
        mse=mse * slope(centre, scale) ** 2,
        direct=y,
        variance=d,
        weight=weight,
        centre=centre,
        spread=mse,
        transform_bias=back(centre, scale) - value,
        names=names,
        beta=beta,
        beta_se=np.sqrt(np.diag(inverse)),
        refvar=refvar,
        loglike=loglike,
        aic=-2 * loglike + 2 * (p + 1),
        bic=-2 * loglike + np.log(m) * (p + 1),
        iterations=iterations,
        scale=scale,
        method=f"model (Fay-Herriot, {_NAMES[method]}{'' if scale == 'identity' else f', {scale} scale'})",
    )


def _checked(
    direct: npt.ArrayLike, variance: npt.ArrayLike, x: pd.DataFrame | npt.ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray, tuple[str, ...]]:
    y, d = np.array(direct, dtype=np.float64), np.array(variance, dtype=np.float64)
    if y.ndim != 1 or d.shape != y.shape:
        raise EstimationError(f"direct and variance must be two columns of one length; got {y.shape} and {d.shape}.")
    columns = np.array(x, dtype=np.float64)
    columns = columns[:, None] if columns.ndim == 1 else columns
    if columns.shape[0] != len(y) or not np.isfinite(columns).all():
        raise EstimationError(f"x must be finite, with {len(y)} rows, one an area; got {columns.shape}.")
    known = np.isfinite(y)
    bad = np.flatnonzero(known & ~((d > 0) & np.isfinite(d)))
    if len(bad):
        raise EstimationError(
            f"A direct figure needs a positive variance; area {bad[0] + 1} has {d[bad[0]]:g}. Give NaN as its figure, "
            "or smooth the variances."
        )
    columns = np.column_stack([np.ones(len(y)), columns])
    m, p = int(known.sum()), columns.shape[1]
    if m <= p + 1 or np.linalg.matrix_rank(columns[known]) < p:
        raise EstimationError(
            f"{m} areas with a direct figure cannot carry {p} coefficients and a variance between areas; "
            "leave out columns of x that repeat others, or that few areas tell apart."
        )
    named = [str(name) for name in x.columns] if isinstance(x, pd.DataFrame) else [f"x{k}" for k in range(1, p)]
    return y, d, columns, ("(constant)", *named)
