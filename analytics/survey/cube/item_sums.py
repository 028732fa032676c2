"""What rows answered to an item, in the form that is summed fastest.

Answers that are a few whole numbers, as on a scale of five, are counted as a weighted histogram of each cell: one
bincount of cell and code, from which every sum follows without a product by row; others are summed as they are.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..variables import EstimationError, FloatArray, IntArray, column, divided, measured
from .summary import ROUNDING, Item

_FEW = 32  # levels; past them a histogram of cells outgrows the cache


@dataclass(frozen=True, eq=False)
class Answers:
    """What n rows answered to one variable.

    codes: int[n], 0..L-1 for `levels`, L for no answer; or amounts: float64[n], nought where there is none, with codes
    1 there and 0 elsewhere. items: the shares of levels that are asked for, or the variable itself.
    """

    items: tuple[Item, ...]
    levels: FloatArray
    codes: npt.NDArray[Any]
    amounts: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class Places:
    """Entries to be summed: the row [m] that each is of, which of `cells` it goes to, int64[m], and its weight [m]."""

    rows: npt.NDArray[Any] | slice
    cell: IntArray
    cells: int
    weights: FloatArray

    @cached_property
    def room(self) -> IntArray:
        """int64[m], written anew for each item: memory that is fresh each time costs more than the sums."""
        return np.empty(len(self.cell), np.int64)

    def histogram(self, codes: npt.NDArray[Any], wide: int, *, count: bool) -> tuple[FloatArray, IntArray]:
        """The weights by code and cell, float64[wide, cells], 0 <= code < wide; with count, how many entries, int64."""
        # A row for each code, so that sums run along rows of cells, many times quicker than along rows of few codes.
        at = np.multiply(codes, self.cells, out=self.room, dtype=np.int64)
        at += self.cell
        size = self.cells * wide
        weights: Any = np.bincount(at, self.weights, minlength=size)
        counts = np.bincount(at, minlength=size) if count else np.zeros(size, np.int64)
        return weights.reshape(wide, -1), counts.reshape(wide, -1)


def read(data: pd.DataFrame, items: Sequence[str]) -> Iterator[Answers]:
    """The answers to each item, names of columns. Raises EstimationError on one that is not there."""
    if isinstance(items, str) or not len(items):
        raise EstimationError("items must be a list of names of columns, at least one.")
    for name in items:
        yield _answers(column(data, name, "items"), name)


def added(places: Places, answers: Iterable[Answers], *, count: bool) -> Iterator[list[npt.NDArray[Any]]]:
    """n (nought without count), w, y, within of each item, [cells] each, one after another."""
    waiting: Answers | None = None
    for one in answers:
        wide = len(one.levels) + 1
        few = one.amounts is None and places.cells * wide * wide <= len(places.cell) // 2
        if few and waiting is None:
            waiting = one
            continue
        if few and waiting is not None:
            yield from _both(places, waiting, one, count=count)
        else:
            if waiting is not None:
                yield from _alone(places, waiting, count=count)
            yield from _alone(places, one, count=count)
        waiting = None
    if waiting is not None:
        yield from _alone(places, waiting, count=count)


def _alone(places: Places, answers: Answers, *, count: bool) -> Iterator[list[npt.NDArray[Any]]]:
    codes = answers.codes[places.rows]
    wide = len(answers.levels) + 1 if answers.amounts is None else 2
    weights, counts = places.histogram(codes, wide, count=count)
    if answers.amounts is None:
        yield from _moments(answers, weights, counts)
        return
    cell, cells, amounts = places.cell, places.cells, answers.amounts[places.rows]
    there = np.where(codes == 0, places.weights, 0.0)
    y: Any = np.bincount(cell, there * amounts, minlength=cells)
    apart = amounts - divided(y, weights[0], 0.0)[cell]
    apart[np.abs(apart) <= ROUNDING * np.abs(amounts)] = 0.0
    yield [counts[0], weights[0], y, np.bincount(cell, there * apart * apart, minlength=cells)]


def _both(places: Places, first: Answers, second: Answers, *, count: bool) -> Iterator[list[npt.NDArray[Any]]]:
    """Two items in one pass: where cells are few, their joint histogram costs no more than that of one."""
    wide, other = len(first.levels) + 1, len(second.levels) + 1
    together = first.codes.astype(np.int16) * other if wide * other > 127 else first.codes * np.int8(other)
    together += second.codes
    weights, counts = (
        found.reshape(wide, other, -1) for found in places.histogram(together[places.rows], wide * other, count=count)
    )
    yield from _moments(first, weights.sum(axis=1), counts.sum(axis=1))
    yield from _moments(second, weights.sum(axis=0), counts.sum(axis=0))


def _moments(answers: Answers, weights: FloatArray, counts: IntArray) -> Iterator[list[npt.NDArray[Any]]]:
    """n, w, y and within of each item, from the weights and counts [L + 1, cells] of its levels, no answer the last."""
    by_level, n = weights[:-1], counts[:-1].sum(axis=0)
    w = by_level.sum(axis=0)
    if answers.items[0][1]:
        for y in by_level:
            yield [n, w, y, divided(y * (w - y), w, 0.0)]
        return
    levels = answers.levels.tolist()
    y, within, apart = np.zeros(len(w)), np.zeros(len(w)), np.empty(len(w))
    for level, weight in zip(levels, by_level, strict=True):
        y += np.multiply(weight, level, out=apart)
    mean = divided(y, w, 0.0)
    for level, weight in zip(levels, by_level, strict=True):
        np.subtract(mean, level, out=apart)
        apart[np.abs(apart) <= ROUNDING * abs(level)] = 0.0
        apart *= apart
        apart *= weight
        within += apart
    yield [n, w, y, within]


def _answers(given: "pd.Series[Any]", name: str) -> Answers:
    kind = given.dtype
    if not pd.api.types.is_numeric_dtype(kind):
        if pd.api.types.is_object_dtype(kind):
            try:
                return _answers(pd.to_numeric(given), name)
            except (TypeError, ValueError):
                pass
        text = given if isinstance(kind, pd.CategoricalDtype) else given.astype("category")
        codes: npt.NDArray[Any] = text.cat.codes.to_numpy()
        shown = [f"{level:g}" if isinstance(level, float) else str(level) for level in text.cat.categories]
        if not shown:
            raise EstimationError(f"{name} has no answer at all.")
        codes = np.where(codes < 0, len(shown), codes)
        return Answers(tuple((name, level) for level in shown), np.arange(float(len(shown))), codes)
    if pd.api.types.is_integer_dtype(kind) or pd.api.types.is_bool_dtype(kind):
        plain: Any = getattr(kind, "numpy_dtype", kind)
        if plain.kind == "b":
            return _answers(given.astype("Int8" if kind != plain else np.int8), name)
        # The largest number there is stands in for no answer, unless somebody gave it.
        most = int(np.iinfo(plain).max)
        values = given.to_numpy(dtype=plain, na_value=most) if kind != plain else given.to_numpy()
        if kind == plain or np.count_nonzero(values == most) == np.count_nonzero(given.isna()):
            return _counted(name, values, most if kind != plain else None)
    amounts = measured(given.to_frame(), given, name)
    absent = np.isnan(amounts)
    amounts[absent] = 0.0
    if np.abs(amounts).max(initial=0.0) < 1 << 14 and bool((amounts == np.rint(amounts)).all()):
        values = amounts.astype(np.int16)
        most = int(np.iinfo(np.int16).max)
        np.putmask(values, absent, most)
        return _counted(name, values, most)
    return Answers(((name, ""),), np.zeros(0), absent.view(np.int8), amounts)


def _counted(name: str, values: npt.NDArray[Any], absent: int | None) -> Answers:
    """Whole numbers, as codes where they are few; absent: the largest of their kind, if it stands for no answer."""
    low = int(values.min())
    up = (values - values.dtype.type(low)).view(f"u{values.dtype.itemsize}")
    if absent is None:
        high = int(up.max())
    else:
        # Numbers without a sign begin again at nought: past the absent, the largest answer is the last before it.
        last = int((up - up.dtype.type(absent - low)).max())
        high = last + absent - low - (1 << 8 * values.dtype.itemsize) if last else -1
    if high >= _FEW:
        missing = np.zeros(len(values), dtype=bool) if absent is None else values == absent
        return Answers(((name, ""),), np.zeros(0), missing.view(np.int8), np.where(missing, 0.0, values))
    codes = np.minimum(up, up.dtype.type(high + 1)).astype(np.int8, copy=False)
    return Answers(((name, ""),), np.arange(low, low + high + 1, dtype=np.float64), codes)
