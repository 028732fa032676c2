"""Data quality: answers that came faster than anybody reads, and answers that are all alike down a battery.

The first are set aside before weighting and counted; the second are counted only, since a person may mean them.
"""

from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt
import pandas as pd

from survey_app.engine import Kind, Questionnaire

SHORTEST_BATTERY = 4  # items; to give three answers alike is common among those who mean them


@dataclass(frozen=True, slots=True)
class Flags:
    """How many interviews of a wave were set aside as hurried, and how many of the others are alike down a battery."""

    hurried: int
    straight: int


def unhurried(frame: pd.DataFrame) -> pd.DataFrame:
    """The microdata without the rows that are flagged as hurried, renumbered."""
    return frame[~frame["hurried"].astype(bool)].reset_index(drop=True)


def flags(frame: pd.DataFrame, questionnaire: Questionnaire) -> Flags:
    """The flags of one wave's microdata."""
    kept = unhurried(frame)
    return Flags(len(frame) - len(kept), int(np.nansum(straight_lined(kept, questionnaire))))


def straight_lined(frame: pd.DataFrame, questionnaire: Questionnaire) -> npt.NDArray[np.float64]:
    """float64[n]: 1 for who answered a whole battery alike, 0 for who answered one and none alike, else NaN.

    As an indicator of its own it goes to `mean` with the design, by mode, wave or area; so does `hurried`, a column of
    the microdata.
    """
    found = np.full(len(frame), np.nan)
    for names in batteries(questionnaire):
        answers = frame[list(names)]
        whole = answers.notna().all(axis=1).to_numpy()
        alike = (answers.nunique(axis=1) == 1).to_numpy()
        found[whole] = np.fmax(found[whole], alike[whole])
    return found


def batteries(questionnaire: Questionnaire) -> tuple[tuple[str, ...], ...]:
    """The names of each battery's items: neighbours that share a stem and a list of choices, at least four."""
    runs = groupby(questionnaire.items, key=lambda item: (item.kind, tuple(item.stem.items()), item.choices))
    return tuple(
        tuple(item.name for item in items)
        for (kind, stem, _), run in runs
        if kind is Kind.SINGLE and stem and len(items := list(run)) >= SHORTEST_BATTERY
    )
