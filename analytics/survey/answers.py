"""What rows answered to an item, in the form that is summed fastest.

Answers that are a few whole numbers, as on a scale of five, are counted as a weighted histogram of each cell: one
bincount of cell and code, from which every sum follows without a product by row; others are summed as they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .summary import Item
from .variables import EstimationError, FloatArray, IntArray, column, measured

_FEW = 32  # levels; past them a histogram of cells outgrows the cache


@dataclass(frozen=True, eq=False)
class Answers:
    """What n rows answered to one variable.

    codes: int[n], 0..L-1 for `levels`, L for no answer; or amounts: float64[n], nought where there is none. missing:
    the rows without an answer. items: the shares of levels that are asked for, or the variable itself.
    """

    items: tuple[Item, ...]
    missing: npt.NDArray[np.intp]
    levels: FloatArray
    codes: npt.NDArray[Any]
    amounts: FloatArray | None = None


def read(data: pd.DataFrame, items: Sequence[str]) -> Iterator[Answers]:
    """The answers to each item, names of columns. Raises EstimationError on one that is not there."""
    if isinstance(items, str) or not len(items):
        raise EstimationError("items must be a list of names of columns, at least one.")
    for name in items:
        yield _answers(column(data, name, "items"), name)


def added(cell: IntArray, cells: int, weights: FloatArray, answers: Answers) -> Iterator[list[FloatArray]]:
    """w, y and within of each item of one variable, float64[cells]."""
    w: Any
    y: Any
    if answers.amounts is not None:
        there = weights.copy()
        there[answers.missing] = 0.0
        w = np.bincount(cell, there, minlength=cells)
        y = np.bincount(cell, there * answers.amounts, minlength=cells)
        mean = np.divide(y, w, out=np.zeros(cells), where=w > 0)
        apart = answers.amounts - mean[cell]
        apart[np.abs(apart) <= 1e-12 * np.abs(answers.amounts)] = 0.0
        within: Any = np.bincount(cell, there * apart * apart, minlength=cells)
        yield [w, y, within]
        return
    levels = answers.levels
    wide = len(levels) + 1
    histogram = np.bincount(_codes(cell, wide, answers.codes), weights, minlength=cells * wide)
    histogram = histogram.reshape(cells, wide)[:, :-1]
    w = histogram.sum(axis=1)
    if answers.items[0][1]:
        for level in range(len(levels)):
            y = np.ascontiguousarray(histogram[:, level])
            yield [w, y, np.divide(y * (w - y), w, out=np.zeros(cells), where=w > 0)]
        return
    y = histogram @ levels
    apart = levels - np.divide(y, w, out=np.zeros(cells), where=w > 0)[:, None]
    apart[np.abs(apart) <= 1e-12 * np.abs(levels)] = 0.0
    apart *= apart
    yield [w, y, np.einsum("cl,cl->c", apart, histogram)]


def taken(answers: Answers, rows: npt.NDArray[np.intp]) -> Answers:
    """The answers of these rows, which may come again."""
    absent = np.zeros(len(answers.codes if answers.amounts is None else answers.amounts), dtype=bool)
    absent[answers.missing] = True
    return Answers(
        answers.items,
        np.flatnonzero(absent[rows]),
        answers.levels,
        answers.codes[rows] if answers.amounts is None else answers.codes,
        None if answers.amounts is None else answers.amounts[rows],
    )


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
        missing = np.flatnonzero(codes < 0)
        codes = np.where(codes < 0, len(shown), codes)
        return Answers(tuple((name, level) for level in shown), missing, np.arange(float(len(shown))), codes)
    if pd.api.types.is_integer_dtype(kind) or pd.api.types.is_bool_dtype(kind):
        absent = given.isna().to_numpy()
        plain: Any = getattr(kind, "numpy_dtype", kind)
        if absent.any():
            # Any answer stands in for those that are missing, until they get the code of their own.
            values = given.to_numpy(dtype=plain, na_value=given.iloc[int(np.argmin(absent))] if not absent.all() else 0)
        else:
            values = given.to_numpy(dtype=plain)
        return _counted(name, values.view(np.int8) if values.dtype == bool else values, np.flatnonzero(absent))
    amounts = measured(given.to_frame(), given, name)
    missing = np.flatnonzero(np.isnan(amounts))
    amounts[missing] = 0.0
    small = np.abs(amounts).max(initial=0.0) < 2**15 and bool((amounts == np.rint(amounts)).all())
    if small:
        return _counted(name, amounts.astype(np.int16), missing)
    return Answers(((name, ""),), missing, np.zeros(0), np.zeros(0), amounts)


def _counted(name: str, values: npt.NDArray[Any], missing: npt.NDArray[np.intp]) -> Answers:
    """Whole numbers, as codes where they are few."""
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    if high - low >= _FEW:
        amounts = values.astype(np.float64)
        amounts[missing] = 0.0
        return Answers(((name, ""),), missing, np.zeros(0), np.zeros(0), amounts)
    codes = values - np.asarray(low, values.dtype) if low else values.copy() if len(missing) else values
    levels = np.arange(low, high + 1, dtype=np.float64)
    codes = codes.astype(np.int8, copy=False)
    codes[missing] = len(levels)
    return Answers(((name, ""),), missing, levels, codes)


def _codes(cell: IntArray, wide: int, codes: npt.NDArray[Any]) -> IntArray:
    found = cell * wide
    found += codes
    return found
