"""Answers with the reason of each gap: not asked, passed over, withheld. What is withheld takes along what tells it."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.indicators.coding import asked
from survey_app.engine import Kind, Questionnaire

# What is written or derived may name anybody.
KEPT = frozenset(Kind) - {Kind.NOTE, Kind.TEXT, Kind.DATE, Kind.CALCULATED}
Bools = npt.NDArray[np.bool_]


class Gap(StrEnum):
    """Why a file has no answer, where the person gave none of her own ("don't know" and "refused" are answers)."""

    NOT_ASKED = "not_asked"
    PASSED_OVER = "passed_over"
    WITHHELD = "withheld"


def with_gaps(frame: pd.DataFrame, forms: Mapping[str, Questionnaire], names: Sequence[str]) -> pd.DataFrame:
    """The variables with a Gap where the microdata have None. forms: the questionnaire of each wave."""
    found = frame[list(names)].astype(object)
    for wave, form in forms.items():
        rows = np.asarray(frame["wave"] == wave)
        of_wave = frame[rows]
        for name in names:
            blank = of_wave[name].isna().to_numpy()
            item = form.by_name.get(name)
            was = asked(item, of_wave) if item else np.zeros(len(of_wave), dtype=bool)
            column = of_wave[name].astype(object).to_numpy().copy()
            column[blank] = [Gap.PASSED_OVER if each else Gap.NOT_ASKED for each in was[blank]]
            found.loc[rows, name] = column
    return found


def dependents(forms: Iterable[Questionnaire], name: str) -> frozenset[str]:
    """Items whose path, choices or checks depend on a variable's answer, at first or at any remove."""
    refers: dict[str, set[str]] = {}
    for form in forms:
        for item in form.items:
            for _, expression in item.expressions:
                refers.setdefault(item.name, set()).update(expression.references)
    found: set[str] = set()
    while more := {each for each, needs in refers.items() if needs & {name, *found}} - found - {name}:
        found |= more
    return frozenset(found)


def withhold(answers: pd.DataFrame, name: str, rows: Bools, forms: Iterable[Questionnaire]) -> None:
    """Withhold a variable in some rows of `answers`, and all that depends on it there, answered or not."""
    for each in (name, *sorted(dependents(forms, name))):
        if each in answers:
            answers.loc[rows, each] = Gap.WITHHELD


def alike(answers: "pd.Series[Any]", classes: npt.NDArray[np.int64]) -> Bools:
    """bool[n]: rows of classes in which everybody gave the same answer, "don't know" and "refused" among them.

    Whoever knows that a person is in such a class knows what she said, however large the class (Machanavajjhala et al.
    2007, l-diversity, here with l = 2).
    """
    given = pd.Series([repr(value) for value in answers])
    told = given.groupby(classes).transform("nunique").to_numpy() == 1
    gap = np.array([isinstance(value, Gap) for value in answers], dtype=bool)
    return np.asarray(told & ~gap)
