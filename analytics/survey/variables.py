"""Columns of a table as arrays that the verbs may trust, and the errors that say what was wrong with them."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Columns = str | npt.ArrayLike  # the name of a column of the design's table, or as many values as it has rows


class DesignError(ValueError):
    """The description of the design contradicts itself; the message says what was expected, what came, what to do."""


class EstimationError(ValueError):
    """What is to be estimated does not fit the design; the message says what was expected, what came, what to do."""


def column(
    data: pd.DataFrame, given: Columns, name: str, error: type[ValueError] = EstimationError
) -> "pd.Series[Any]":
    """A column by its name, or the values given. Raises the error."""
    if isinstance(given, str):
        if given not in data:
            raise error(f"{name}: there is no column {given!r}; there are {', '.join(map(str, data.columns[:12]))}.")
        return data[given]
    if isinstance(given, pd.DataFrame) or np.ndim(cast(Any, given)) > 1:
        raise error(f"{name} is one column: its name, or its {len(data)} values; got a table. Name the column.")
    values = given if isinstance(given, pd.Series) else pd.Series(np.atleast_1d(np.asarray(given)))
    if len(values) != len(data):
        hint = f" ({values.iloc[0]}); or name a column." if len(values) == 1 else "."
        raise error(f"{name} must have the design's {len(data)} rows, unfiltered; got {len(values)}{hint}")
    return values.reset_index(drop=True)


def data_of(design: Any) -> pd.DataFrame:
    """The variables of a design. Raises EstimationError on what is none, such as the table itself."""
    if isinstance(design, pd.DataFrame) or not (hasattr(design, "data") and hasattr(design, "weights")):
        raise EstimationError(
            f"The first argument is a design, made by survey_design(data, weights=...); got a {type(design).__name__}."
        )
    found: pd.DataFrame = design.data
    return found


def numbers(data: pd.DataFrame, given: Columns, name: str, *, positive: bool = False, zero: bool = False) -> FloatArray:
    """float64[n] of a design's own column, finite, positive, or with zero nought or more. Raises DesignError."""
    try:
        found = column(data, given, name, DesignError).to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as problem:
        if isinstance(problem, DesignError):
            raise
        raise DesignError(
            f"{name} must be numbers, one a row; got {column(data, given, name, DesignError).dtype}. "
            "Turn text into numbers first (pd.to_numeric)."
        ) from problem
    allowed = found >= 0 if zero else found > 0 if positive else np.ones(len(found), dtype=bool)
    bad = np.flatnonzero(~(np.isfinite(found) & allowed))
    if len(bad):
        sign = "0 or more and " if zero else "positive and " if positive else ""
        raise DesignError(
            f"{name} must be {sign}finite; row {bad[0]} has {found[bad[0]]:g} ({len(bad)} such rows). Mend the value"
            + (", or give 0 to who was drawn and can stand for nobody." if zero else ".")
        )
    return np.array(found)


def labels(data: pd.DataFrame, given: Columns, name: str) -> npt.NDArray[Any]:
    """n labels of strata or units, none missing. Raises DesignError."""
    found = column(data, given, name, DesignError)
    missing = found.isna().to_numpy()
    if found.dtype.kind == "f":
        missing = ~np.isfinite(found.to_numpy(dtype=np.float64))
    if missing.any():
        raise DesignError(
            f"{name} has no label in {missing.sum()} rows, the first is row {np.argmax(missing)}. "
            "Every row of a sample was drawn somewhere: complete the label from the frame."
        )
    values = found.to_numpy()
    if values.dtype.kind == "O" and len({isinstance(value, str) for value in values.tolist()}) > 1:
        raise DesignError(f"{name} mixes kinds of labels; make them all text or all numbers.")
    return np.asarray(values)


def codes(values: npt.NDArray[Any]) -> tuple[IntArray, npt.NDArray[Any]]:
    """int64[n] codes 0..k-1, and the k labels, sorted."""
    found, levels = pd.factorize(cast(Any, values), sort=True)
    return found.astype(np.int64), np.asarray(levels)


def measured(data: pd.DataFrame, given: Columns, name: str) -> FloatArray:
    """float64[n] of a variable, NaN where there is no answer. Raises EstimationError."""
    found = column(data, given, name)
    try:
        values = found.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as problem:
        raise EstimationError(f"{name} must be numbers, with NaN for no answer; got {found.dtype}.") from problem
    if np.isinf(values).any():
        raise EstimationError(f"{name} has an infinite value; NaN stands for no answer.")
    return np.array(values)


def divided(top: npt.ArrayLike, bottom: npt.ArrayLike, otherwise: float = np.nan) -> FloatArray:
    """float64: top over bottom, of arrays that broadcast; `otherwise` where bottom is nought."""
    above, below = np.broadcast_arrays(np.asarray(top, dtype=np.float64), np.asarray(bottom, dtype=np.float64))
    found: FloatArray = np.divide(above, below, out=np.full(above.shape, otherwise), where=below != 0)
    return found


def is_numeric(found: "pd.Series[Any]") -> bool:
    """Whether a column holds numbers or true/false, also as objects; numbers written as text are labels."""
    if pd.api.types.is_object_dtype(found.dtype):
        kind = pd.api.types.infer_dtype(found, skipna=True)
        return kind in ("boolean", "integer", "floating", "mixed-integer-float", "decimal")
    return pd.api.types.is_numeric_dtype(found) or pd.api.types.is_bool_dtype(found)


def where_rows(data: pd.DataFrame, where: Columns | None) -> BoolArray:
    """bool[n]: the rows of a domain; everyone for None. Raises EstimationError."""
    if where is None:
        return np.ones(len(data), dtype=bool)
    found = column(data, where, "where")
    if found.isna().any() or not found.map(lambda value: isinstance(value, (bool, np.bool_))).all():
        given = "missing values" if found.isna().any() else f"{found.dtype} such as {found.iloc[0]}"
        raise EstimationError(
            "where must be true or false in each row of the design; a domain never drops rows. "
            f"Got {given}; write a comparison, such as data['sex'] == 'F', which is false where the answer is missing."
        )
    return found.to_numpy(dtype=np.bool_)


def domains(data: pd.DataFrame, by: str | Sequence[str]) -> tuple[IntArray, pd.DataFrame]:
    """int64[n], the domain of each row (-1 where a label is missing), and the labels of each domain, sorted."""
    by = [by] if isinstance(by, str) else list(by)
    if not by:
        return np.zeros(len(data), np.int64), pd.DataFrame(index=[0])
    absent = [name for name in by if name not in data]
    if absent:
        raise EstimationError(
            f"by: there is no column {absent[0]!r}; there are {', '.join(map(str, data.columns[:12]))}. "
            "by takes names of columns."
        )
    grouped = data.groupby(by, sort=True, observed=True, dropna=True)
    found: npt.NDArray[Any] = grouped.ngroup().to_numpy()
    keys = grouped.size().index.to_frame(index=False)
    return np.where(np.isnan(found.astype(float)), -1, found).astype(np.int64), keys
