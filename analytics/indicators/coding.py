"""Answers as numbers: an indicator's 1 and 0 in its own base, and why a person is not in it."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from survey_app.engine import Expression, Item, Missing, Mode, Variable
from survey_app.engine.answers import plain
from survey_app.instrument import Indicator

Floats = npt.NDArray[np.float64]


def coded(indicator: Indicator, variable: Variable, frame: pd.DataFrame) -> Floats:
    """float64[n]: 1 where the answer counts, 0 elsewhere in the indicator's base, NaN outside of it.

    Which missing answers stay in the base is the indicator's own rule (`base_includes`), as is its filter; who was not
    asked is never in it. frame: microdata with the item and what the filter names.
    """
    answers = _codes(frame[indicator.item])
    kept = set().union(*(variable.missing(kind) for kind in indicator.base_includes))
    if variable.codes:
        based = answers.isin(list(kept | variable.substantive)).to_numpy()
    else:
        based = (answers.notna() & ~answers.isin(list(set(Missing) - kept))).to_numpy()
    if indicator.filter is not None:
        based = based & _holds(indicator.filter, frame)
    return np.where(based, answers.isin(list(indicator.positive)).to_numpy(dtype=float), np.nan)


def asked(item: Item, frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """bool[n]: who was asked an item, derived as the interview does: on the path, and not kept from text messages.

    An answer alone does not tell: None is both passed over and not asked.
    """
    found = np.ones(len(frame), dtype=bool)
    if not item.by_text:
        found &= ~frame["mode"].isin([mode.value for mode in Mode if mode.by_text]).to_numpy()
    if item.relevant is not None:
        found &= _holds(item.relevant, frame)
    return found


def gave(kind: Missing | None, item: Item, variable: Variable, frame: pd.DataFrame) -> Floats:
    """float64[n]: 1 where a person who was asked gave this kind of missing answer (None: passed the question over).

    0 where she gave another answer, NaN where she was not asked. Kinds never mix: a refusal is no "don't know", and not
    being asked is neither.
    """
    answers, codes = frame[item.name], frozenset[str]() if kind is None else variable.missing(kind)
    blank = answers.isna().to_numpy()
    given = blank if kind is None else np.array([not codes.isdisjoint(_held(answer)) for answer in answers], dtype=bool)
    return np.where(asked(item, frame) | ~blank, given.astype(float), np.nan)


def _holds(expression: Expression, frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    names = sorted(expression.references)
    rows = zip(*(frame[name].map(plain) for name in names), strict=True) if names else iter([()] * len(frame))
    return np.array([expression.holds(dict(zip(names, row, strict=True))) for row in rows], dtype=bool)


def _held(answer: object) -> tuple[str, ...]:
    return tuple(map(str, answer)) if isinstance(answer, tuple) else (str(answer),)


def _codes(column: "pd.Series[Any]") -> "pd.Series[Any]":
    return column.map(lambda value: value if value is None else str(value))
