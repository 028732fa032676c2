"""Simulated surveys for the analyses: people drawn by the census, with what a test plants in their answers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from analytics.analyses.sample import Survey
from analytics.analyses.sheet import Sheet
from analytics.indicators.quality import unhurried
from analytics.publish import weighted
from survey_app.fieldwork import CLOSED, Wave
from survey_app.instrument import Instrument
from tests.analytics.indicators.test_wave_weights import frame_of

DAYS = {
    "w1": (date(2025, 10, 1), date(2025, 12, 31)),
    "w2": (date(2026, 7, 1), date(2026, 9, 30)),
    "w3": (date(2026, 10, 1), date(2026, 12, 31)),
}
YES, NO = "3", "0"  # of trust_police
Planted = Callable[[pd.DataFrame, np.random.Generator], dict[str, Any]]


def waves_of(instrument: Instrument, names: tuple[str, ...]) -> tuple[Wave, ...]:
    return tuple(Wave(name, *DAYS[name], CLOSED, instrument.questionnaire) for name in names)


def survey_of(
    instrument: Instrument,
    names: tuple[str, ...] = ("w3",),
    planted: Planted | None = None,
    n: int = 1_200,
    **columns: Any,
) -> Survey:
    """A survey of these waves; planted gives columns from the people and a generator."""
    frame = frame_of(instrument, names, n, **columns)
    if planted is not None:
        frame = frame.assign(**planted(frame, np.random.default_rng(11))).astype(object)
    kept = unhurried(frame)
    made = weighted(kept, instrument, 1)
    return Survey(kept, frame, made.design, instrument, waves_of(instrument, names), kish=made.kish, drawn=made.drawn)


def share(p: Any, random: np.random.Generator, n: int) -> Any:
    """n answers to trust_police, yes with chance p."""
    return np.where(random.random(n) < p, YES, NO).astype(object)


def of(sheet: Sheet, key: str, column: str = "indicator") -> Any:
    """The row of a sheet whose column says key."""
    return sheet.table.set_index(column).loc[key]


def without(instrument: Instrument, **parts: Any) -> Instrument:
    return replace(instrument, **parts)
