"""Population margins: how many people each level of a variable has, against the rows of a design."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from ..design import Calibration, inverse_of
from ..variables import BoolArray, DesignError, FloatArray, IntArray, column

Totals = Mapping[Any, float] | pd.Series  # the population of each level; a series by its index


class WeightingError(DesignError):
    """The weights cannot be what was asked; the message names the margin, the level, and what to do."""


@dataclass(frozen=True, eq=False)
class Margin:
    """One population margin: codes int[n], the level 0..k-1 of each row; totals float[k], the population of each level.

    levels: k names for messages; without them the level's number is used.
    """

    name: str
    codes: IntArray
    totals: FloatArray
    levels: Sequence[Any] | None = None

    def level(self, code: int) -> str:
        """The level as a message names it."""
        return f"{self.name} = {code if self.levels is None else self.levels[code]}"


Margins = Mapping[Any, Totals] | Sequence[Margin]


def kish_effect(weights: npt.ArrayLike) -> float:
    """n sum(w^2) / sum(w)^2 of positive weights: the variance that unequal weights cost at worst (Kish 1965, 1992)."""
    w = np.asarray(weights, dtype=np.float64)
    if w.ndim != 1 or not len(w) or not np.isfinite(w).all() or (w <= 0).any():
        raise WeightingError("The design effect of weights needs positive, finite weights.")
    return float(len(w) * (w @ w) / w.sum() ** 2)


def margins_of(data: pd.DataFrame, given: Margins, used: BoolArray) -> list[Margin]:
    """Checked margins of one population: a column's name, or several names, with the total of each level.

    used: bool[n], the rows that have a weight; the others need no label. Levels of several columns are tuples. Raises
    WeightingError on a level that the sample or the population lacks.
    """
    if isinstance(given, Mapping):
        found = [margin_of(data, name, totals, used) for name, totals in given.items()]
    else:
        found = list(given)
    if not found or not all(isinstance(margin, Margin) for margin in found):
        raise WeightingError("Raking needs at least one margin, such as {'sex': {'women': 5100, 'men': 4900}}.")
    for margin in found:
        _check(margin, len(data))
    whole = found[0].totals.sum()
    for margin in found[1:]:
        if not np.isclose(margin.totals.sum(), whole, rtol=1e-9, atol=0):
            raise WeightingError(
                f"Margins must describe one population: {found[0].name} sums to {whole:.10g}, "
                f"{margin.name} to {margin.totals.sum():.10g}. Rescale them to one total."
            )
    return found


def margin_of(data: pd.DataFrame, names: Any, totals: Totals, used: BoolArray) -> Margin:
    """The margin of a column, or of the crossing of several. Raises WeightingError on a row outside its levels."""
    called = " x ".join(map(str, names)) if isinstance(names, tuple) else str(names)
    if not isinstance(totals, (Mapping, pd.Series)):
        raise WeightingError(
            f"{called} needs a total for each level, such as {{'women': 5100, 'men': 4900}}; got {totals!r}."
        )
    people = dict(totals)
    if len(people) < len(totals):
        raise WeightingError(f"{called}: a level stands twice in the population totals.")
    levels = list(people)
    if isinstance(names, tuple):
        columns = [column(data, name, "margin", WeightingError) for name in names]
        wrong = next((level for level in levels if not isinstance(level, tuple) or len(level) != len(names)), None)
        if wrong is not None:
            raise WeightingError(f"{called}: each level is a tuple of {len(names)} labels; got {wrong!r}.")
        parts = [list(dict.fromkeys(level[place] for level in levels)) for place in range(len(names))]
        codes = np.zeros(len(data), np.int64)
        place_of = np.zeros(len(levels), np.int64)
        for place, (values, part) in enumerate(zip(columns, parts, strict=True)):
            one = _codes(values, part)
            codes = np.where((one < 0) | (codes < 0), -1, codes * len(part) + one)
            place_of = place_of * len(part) + np.array([part.index(level[place]) for level in levels])
        level_at = np.full(int(np.prod([len(part) for part in parts])), -1, np.int64)
        level_at[place_of] = np.arange(len(levels))
        codes = np.where(codes < 0, -1, level_at[codes])
    else:
        columns = [column(data, names, "margin", WeightingError)]
        codes = _codes(columns[0], levels)
    unknown = codes < 0
    if (unknown & used).any():
        outside = np.flatnonzero(unknown & used)
        met = ", ".join(str(values.iloc[outside[0]]) for values in columns)
        raise WeightingError(
            f"{called} is {met} in row {outside[0]}, which has no population total ({len(outside)} such rows); there "
            f"are totals for {', '.join(map(str, levels[:8]))}. Impute a missing level, or give the level its total."
        )
    if unknown.any():
        codes = np.where(unknown, 0, codes)
    counts = np.array([float(people[level]) for level in levels])
    return Margin(called, codes, counts, [", ".join(map(str, x)) if isinstance(x, tuple) else x for x in levels])


def indicators(codes: Sequence[IntArray], sizes: Sequence[int]) -> csr_array:
    """float64[n, sum of sizes]: an indicator column for each level of each margin."""
    starts = np.cumsum([0, *sizes[:-1]])
    n, m = len(codes[0]), len(codes)
    columns = np.empty((n, m), np.int32)
    for place, (one, start) in enumerate(zip(codes, starts, strict=True)):
        np.add(one, start, out=columns[:, place], casting="unsafe")
    ends = np.arange(0, n * m + 1, m, dtype=np.int32 if n * m < 2**31 else np.int64)
    return csr_array((np.ones(n * m), columns.ravel(), ends), shape=(n, int(sum(sizes))))


def margin_calibration(
    margins: Sequence[Margin], base: FloatArray, cells: Sequence[IntArray], sums: FloatArray
) -> Calibration:
    """What `calibration_of` gives for the indicators of margins, from the sums of `base` in cells of their crossing.

    cells: the level of each cell in each margin; sums: float64, the base of each cell.
    """
    sizes = [len(margin.totals) for margin in margins]
    starts = np.cumsum([0, *sizes])
    gram = np.zeros((starts[-1], starts[-1]))
    for i, one in enumerate(cells):
        for j, other in enumerate(cells[: i + 1]):
            table = np.bincount(one * sizes[j] + other, sums, minlength=sizes[i] * sizes[j]).reshape(sizes[i], sizes[j])
            gram[starts[i] : starts[i + 1], starts[j] : starts[j + 1]] = table
            gram[starts[j] : starts[j + 1], starts[i] : starts[i + 1]] = table.T
    return Calibration(indicators([margin.codes for margin in margins], sizes), base, inverse_of(gram))


def _codes(values: "pd.Series[Any]", levels: list[Any]) -> IntArray:
    index = pd.Index(levels)
    if isinstance(values.dtype, pd.CategoricalDtype):
        of_category = np.append(index.get_indexer(cast(Any, values.cat.categories)), -1)
        return np.asarray(of_category[values.cat.codes.to_numpy()], dtype=np.int64)
    return np.asarray(index.get_indexer(cast(Any, values)), dtype=np.int64)


def _check(margin: Margin, n: int) -> None:
    codes, totals, k = margin.codes, margin.totals, len(margin.totals)
    if margin.levels is not None and len(margin.levels) != k:
        raise WeightingError(f"{margin.name} has {k} totals and {len(margin.levels)} names of levels.")
    if codes.shape != (n,) or codes.dtype.kind not in "iu":
        raise WeightingError(f"{margin.name} must have {n} whole codes, one a row; got {codes.dtype} {codes.shape}.")
    if not k or not np.isfinite(totals).all() or (totals < 0).any():
        raise WeightingError(f"{margin.name} must have finite population totals of 0 or more.")
    if codes.min() < 0 or codes.max() >= k:
        outside = np.flatnonzero((codes < 0) | (codes >= k))
        raise WeightingError(
            f"{margin.name} has code {codes[outside[0]]} in row {outside[0]}, outside its {k} levels "
            f"({len(outside)} such rows). Impute the missing level or make it a level of its own."
        )


def level_sums(margin: Margin, codes: IntArray, weights: FloatArray) -> FloatArray:
    """float64[k]: weights by level. Raises WeightingError for a level that only the sample, or the population, has."""
    sums = np.bincount(codes, weights, minlength=len(margin.totals)).astype(np.float64, copy=False)
    for code in np.flatnonzero((sums > 0) != (margin.totals > 0)).tolist():
        if sums[code] > 0:
            raise WeightingError(f"{margin.level(code)} has respondents but a population total of 0. Check the totals.")
        raise WeightingError(
            f"{margin.level(code)} has a population of {margin.totals[code]:g} and no respondents. "
            "Join it to a similar level."
        )
    return sums
