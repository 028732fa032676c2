"""Post-stratification and calibration of weights to population totals (Deville and Särndal 1992)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast, get_args

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, hstack

from ..design import Calibration, calibration_of
from ..variables import BoolArray, FloatArray, data_of, divided, measured
from .margins import Margin, Totals, WeightingError, indicators, level_sums, margin_calibration, margin_of, margins_of
from .raking import Residuals, calibrated, cells_of, refuse_unknown
from .reweighting import S, Solution, Weighting, reweighted

Distance = Literal["linear", "raking", "logit"]
_TOLERANCE = 1e-10
_GOOD = 1e-12  # another step would not be worth its time
_ITERATIONS = 200


def poststratify(
    design: S,
    by: str | Sequence[str],
    population: pd.DataFrame | Totals,
    *,
    residuals: Residuals = "weighted",
) -> tuple[S, Weighting]:
    """Weights whose sum in each cell of `by` is the population's (R `postStratify`; partial is refused).

    population: a table with the columns of `by` and one of counts, or {label: total}, with tuples of labels for several
    columns. residuals: as in `rake`. Raises WeightingError for a cell that only the sample or the population has.
    """
    refuse_unknown(residuals)
    names = (by,) if isinstance(by, str) else tuple(by)
    totals = _cells(names, population) if isinstance(population, pd.DataFrame) else population
    margin = margins_of(design.data, {names[0] if len(names) == 1 else names: totals}, design.weights > 0)[0]

    def solve(base: FloatArray) -> Solution:
        sums = level_sums(margin, margin.codes, base)
        factors = divided(margin.totals, sums, 0.0)
        return Solution(base * factors[margin.codes])

    def calibration(base: FloatArray) -> Calibration:
        weights = base if residuals == "weighted" else (base > 0).astype(float)
        return margin_calibration([margin], weights, [margin.codes], weights)

    return reweighted(design, "post-stratification", solve, calibration)


def calibrate(
    design: S,
    totals: Mapping[str, float | Totals],
    *,
    people: float | None = None,
    distance: Distance = "linear",
    bounds: tuple[float, float] | None = None,
) -> tuple[S, Weighting]:
    """Weights w = d F(x'b) that meet population totals, as near to those before as the distance says (R `calibrate`).

    totals: {"income": 3.9e6} for a column of numbers, {"sex": {"women": 5100, "men": 4900}} for one of labels, all of
    its levels. people: the size of the population, a column of ones; a column of labels has it already.
    distance: linear (GREG), raking, or logit, which needs bounds. bounds: the least and the greatest factor on a
    weight, such as (0.5, 2); the linear and raking factors are cut off there. Variance is by residuals of the
    regression with the weights before. Each replicate is calibrated on its own.

    Raises WeightingError where no such weights are found, or some would not be positive.
    """
    if distance not in get_args(Distance):
        raise WeightingError(f"distance must be one of {', '.join(get_args(Distance))}; got {distance!r}.")
    if not hasattr(totals, "items"):
        raise WeightingError(
            "totals has a total for each column, such as {'income': 3.9e6, 'sex': {'women': 5100, 'men': 4900}}; "
            f"got {totals!r}."
        )
    if distance == "logit" and bounds is None:
        raise WeightingError("The logit distance needs bounds, such as bounds=(0.5, 2).")
    if bounds is not None and not 0 <= bounds[0] < 1 < bounds[1]:
        raise WeightingError(f"bounds are factors on the weights, the first in 0..1, the second above 1; got {bounds}.")
    columns, wanted, names, margins = _columns(data_of(design), totals, people, design.weights > 0)
    curve = _curve(distance, bounds)
    cells = cells_of(margins) if margins and len(margins) == len(totals) else None
    shown = f"{distance} calibration" + (f" with factors in {bounds[0]:g} to {bounds[1]:g}" if bounds else "")
    if cells is None or cells.cell is None:

        def by_row(base: FloatArray) -> Solution:
            for margin in margins:
                level_sums(margin, margin.codes, base)
            return _solve(columns, wanted, names, base, curve)

        return reweighted(design, shown, by_row, lambda base: calibration_of(columns, base))
    of_cell = indicators(cells.codes, [len(margin.totals) for margin in margins])

    def by_cell(base: FloatArray) -> Solution:
        sums = cells.sums(base)
        for margin, codes in zip(margins, cells.codes, strict=True):
            level_sums(margin, codes, sums)
        found = _solve(of_cell, wanted, names, sums, curve)
        factors = divided(found.weights, sums, 0.0)
        return replace(found, weights=base * cells.rows(factors))

    return reweighted(design, shown, by_cell, lambda base: calibrated(cells, base, "weighted"))


@dataclass(frozen=True)
class _Curve:
    """The factor on a weight, F(u), F(0) = F'(0) = 1; its slope; and its integral, which is convex."""

    factor: Callable[[FloatArray], FloatArray]
    slope: Callable[[FloatArray], FloatArray]
    integral: Callable[[FloatArray], FloatArray]
    bounds: tuple[float, float]


def _curve(distance: Distance, bounds: tuple[float, float] | None) -> _Curve:
    low, high = bounds or ((-np.inf, np.inf) if distance == "linear" else (0.0, np.inf))
    if distance == "logit":
        scale = (high - low) / ((1 - low) * (high - 1))

        def share(u: FloatArray) -> FloatArray:  # how far from low to high, without overflow
            return np.asarray(1 / (1 + (high - 1) / (1 - low) * np.exp(-np.clip(scale * u, -500, 500))))

        def integral(u: FloatArray) -> FloatArray:
            return np.asarray(
                low * u + (high - low) / scale * np.logaddexp(np.log(high - 1), np.log(1 - low) + scale * u)
            )

        return _Curve(
            lambda u: low + (high - low) * share(u),
            lambda u: (high - low) * scale * share(u) * (1 - share(u)),
            integral,
            (low, high),
        )
    least = low - 1 if distance == "linear" else (np.log(low) if low > 0 else -np.inf)
    most = high - 1 if distance == "linear" else np.log(high)
    plain: Callable[[FloatArray], FloatArray] = (
        (lambda u: 1 + u) if distance == "linear" else (lambda u: np.exp(np.minimum(u, 500)))
    )
    primitive: Callable[[FloatArray], FloatArray] = (lambda u: u + u**2 / 2) if distance == "linear" else plain

    def cut(u: FloatArray) -> FloatArray:
        return np.clip(u, least, most)

    return _Curve(
        lambda u: plain(cut(u)),
        lambda u: np.where((u > least) & (u < most), 1.0 if distance == "linear" else plain(cut(u)), 0.0),
        lambda u: primitive(cut(u)) + plain(cut(u)) * (u - cut(u)),
        (low, high),
    )


def _solve(x: csr_array, wanted: FloatArray, names: list[str], base: FloatArray, curve: _Curve) -> Solution:
    """Newton's method on the dual, which is convex: its gradient is the totals that are missed."""
    drawn = base > 0
    columns: Any = cast(Any, x)
    size = np.abs(columns).T @ base
    size = np.where(size > 0, size, 1.0)
    scaled = columns.multiply(1 / size[None, :]).tocsr()
    target = wanted / size
    by = np.zeros(len(wanted))
    u = np.zeros(len(base))
    missed = target - scaled.T @ base
    best, error, iterations = base, _off(missed, target), 0
    for iteration in range(1, _ITERATIONS + 1):
        slope = base * curve.slope(u)
        gram = (scaled.T @ scaled.multiply(slope[:, None]).tocsr()).toarray()
        step = np.linalg.pinv(gram, rcond=1e-13, hermitian=True) @ missed
        along = scaled @ step
        height, descent, length = float(base @ curve.integral(u)) - target @ by, float(step @ missed), 1.0
        while length > 1e-10:
            trial = u + length * along
            lower = float(base @ curve.integral(trial)) - target @ (by + length * step)
            if lower <= height - 1e-4 * length * descent + 1e-14 * abs(height):
                break
            length /= 2
        u, by = u + length * along, by + length * step
        weights = base * curve.factor(u)
        missed = target - scaled.T @ weights
        now = _off(missed, target)
        if now < error:
            best, error, iterations = weights, now, iteration
        elif error <= _TOLERANCE or length <= 1e-10:
            break
        if now <= _GOOD:
            break
    if error > _TOLERANCE:
        _refuse(names, wanted, columns.T @ best, curve)
    bad = int((drawn & ~(best > 0)).sum())
    if bad:
        raise WeightingError(
            f"{bad} weights would be 0 or less. Choose distance='raking', or bounds such as (0.3, 3), or fewer totals."
        )
    low, high = curve.bounds
    factors = best[drawn] / base[drawn]
    return Solution(
        best, iterations, error, int(((factors <= low * (1 + 1e-9)) | (factors >= high * (1 - 1e-9))).sum())
    )


def _off(missed: FloatArray, target: FloatArray) -> float:
    return float((np.abs(missed) / np.where(target == 0, 1.0, np.abs(target))).max())


def _refuse(names: list[str], wanted: FloatArray, got: FloatArray, curve: _Curve) -> None:
    worst = int(np.argmax(np.abs(got - wanted) / np.where(wanted == 0, 1.0, np.abs(wanted))))
    bounded = np.isfinite(curve.bounds[1])
    raise WeightingError(
        f"No weights meet the totals{' within the bounds' if bounded else ''}: {names[worst]} should sum to "
        f"{wanted[worst]:.10g}, the nearest found is {got[worst]:.10g}. Check its unit and its total; "
        f"{'widen the bounds, ' if bounded else ''}join small levels, or drop a column."
    )


def _columns(
    data: pd.DataFrame, totals: Mapping[str, float | Totals], people: float | None, used: BoolArray
) -> tuple[csr_array, FloatArray, list[str], list[Margin]]:
    """Columns [n, p], their totals [p], their names, and the margins among them."""
    margins = {
        name: margin_of(data, name, total, used)
        for name, total in totals.items()
        if isinstance(total, (Mapping, pd.Series))
    }
    checked = margins_of(data, list(margins.values()), used) if margins else []
    blocks: list[Any] = []
    wanted: list[float] = []
    names: list[str] = []
    if people is not None and not checked:
        blocks.append(np.ones((len(data), 1)))
        wanted.append(float(people))
        names.append("people")
    elif people is not None and not np.isclose(checked[0].totals.sum(), people, rtol=1e-9, atol=0):
        raise WeightingError(f"people is {people:.10g}, but {checked[0].name} sums to {checked[0].totals.sum():.10g}.")
    for name, total in totals.items():
        if isinstance(total, (Mapping, pd.Series)):
            margin = margins[name]
            blocks.append(indicators([margin.codes], [len(margin.totals)]))
            wanted.extend(margin.totals.tolist())
            names.extend(margin.level(code) for code in range(len(margin.totals)))
            continue
        values = np.where(used, measured(data, name, name), 0.0)
        if not np.isfinite(values).all():
            raise WeightingError(f"{name} is missing in {np.isnan(values).sum()} rows. Impute it before calibrating.")
        blocks.append(values[:, None])
        wanted.append(float(total))
        names.append(name)
    if not blocks:
        raise WeightingError("Calibration needs at least one total, such as {'income': 3.9e6} or people=10000.")
    if not np.isfinite(wanted).all():
        raise WeightingError(f"{names[int(np.argmin(np.isfinite(wanted)))]} needs a finite population total.")
    return csr_array(hstack([csr_array(block) for block in blocks], format="csr")), np.array(wanted), names, checked


def _cells(names: tuple[str, ...], population: pd.DataFrame) -> Totals:
    absent = [name for name in names if name not in population]
    counts = [name for name in population.columns if name not in names]
    if absent or len(counts) != 1:
        raise WeightingError(
            f"population needs the columns {', '.join(names)} and one of counts; "
            f"it has {', '.join(map(str, population.columns))}."
        )
    keys = population[names[0]] if len(names) == 1 else population[list(names)].itertuples(index=False, name=None)
    labels = list(keys)
    if len(set(labels)) < len(labels):
        raise WeightingError("population has a cell twice; add its counts up first.")
    return dict(zip(labels, population[counts[0]].astype(float).tolist(), strict=True))
