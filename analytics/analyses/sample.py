"""What every analysis starts from: the interviews that count, their design, and what was decided before looking."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.disclosure.exposure import DEFAULT_K
from analytics.indicators.coding import coded
from analytics.indicators.presentation_standards import DEFAULT, RuleSet
from analytics.survey.design import Design
from analytics.survey.variables import EstimationError
from survey_app.areas import SEXES
from survey_app.engine import Variable, codebook
from survey_app.fieldwork import Wave
from survey_app.instrument import Indicator, Instrument

WOMAN, MAN = SEXES
NOT_DRAWN = (
    "Not a probability sample: some or all of these people were drawn by nobody, and the errors rest on a model, "
    "not on a design."
)
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class AnalysisError(ValueError):
    """What was asked cannot be had of these waves; the message says what is missing."""


@dataclass(frozen=True, eq=False)
class Survey:
    """The microdata of waves and what they are of.

    frame: the n interviews that count, as in design.data, with the columns of `read_microdata`; all_: with those that
    were set aside as hurried. waves: oldest first. k, rule_set: for disclosure and for precision. kish, drawn: by wave,
    as the weighting tells; empty where weights were given.
    """

    frame: pd.DataFrame
    all_: pd.DataFrame
    design: Design
    instrument: Instrument
    waves: tuple[Wave, ...]
    k: int = DEFAULT_K
    rule_set: RuleSet = DEFAULT
    kish: Mapping[str, float] = field(default_factory=dict)
    drawn: Mapping[str, float] = field(default_factory=dict)

    @property
    def newest(self) -> Wave:
        """The newest wave. Raises AnalysisError where there is none."""
        if not self.waves:
            raise AnalysisError("There is no wave with enough responses.")
        return self.waves[-1]

    @property
    def words(self) -> tuple[str, ...]:
        """What must stand under each table: whether anybody drew these people."""
        probability = self.design.probability and self.instrument.sample == "probability"
        return () if probability else (NOT_DRAWN,)

    @cached_property
    def book(self) -> dict[str, Variable]:
        """The codebook of the instrument."""
        return codebook(self.instrument.questionnaire)

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """Those that these waves asked. Raises AnalysisError where there is none."""
        found = tuple(
            i for i in self.instrument.indicators if i.item in self.frame and self.frame[i.item].notna().any()
        )
        if not found:
            raise AnalysisError("No wave asked anything that the instrument has an indicator for.")
        return found

    @cached_property
    def coded(self) -> Mapping[str, Floats]:
        """Each indicator's answers, float64[n]: 1, 0, NaN outside of its base."""
        return {i.id: coded(i, self.book[i.item], self.frame) for i in self.indicators}

    def indicator(self, name: str) -> Indicator:
        """An indicator by its id. Raises AnalysisError that lists those there are."""
        for each in self.indicators:
            if each.id == name:
                return each
        known = ", ".join(each.id for each in self.indicators)
        if any(each.id == name for each in self.instrument.indicators):
            raise AnalysisError(f"No wave has an answer to the indicator {name!r}; there are {known}.")
        raise AnalysisError(f"There is no indicator {name!r}; there are {known}.")

    def headlines(self) -> tuple[Indicator, ...]:
        """The headline indicators, or the first where none is one."""
        return tuple(each for each in self.indicators if each.headline) or self.indicators[:1]

    def of_wave(self, wave: Wave) -> Bools:
        """bool[n]: the interviews of a wave."""
        return np.asarray(self.frame["wave"] == wave.id, dtype=bool)

    def column(self, role: str) -> "pd.Series[Any]":
        """The answers to the item of a role (area, sex, age). Raises AnalysisError where nobody asked it."""
        name = getattr(self.instrument, role)
        if not name or name not in self.frame or self.frame[name].isna().all():
            raise AnalysisError(f"This survey has no question on {role}; this analysis needs one.")
        found: pd.Series[Any] = self.frame[name]
        return found

    @cached_property
    def members(self) -> Mapping[str, Bools]:
        """Area -> bool[n], who lives there, for each area below the top; nothing where no area was asked."""
        areas, name = self.instrument.areas, self.instrument.area
        reported = [area.code for area in areas.areas if area.parent is not None]
        if not reported or name not in self.frame:
            return {}
        paths = {code: {code, *(above.code for above in areas.ancestors(code))} for code in reported}
        given = self.frame[name].to_numpy()
        return {code: np.array([code in paths.get(own, ()) for own in given], dtype=bool) for code in reported}

    @cached_property
    def places(self) -> tuple[str, ...]:
        """The areas that people could choose, in the order of the list. Raises AnalysisError without a choice."""
        if not self.members:
            raise AnalysisError("This survey has no areas; this analysis compares them.")
        chosen = set(self.column("area").dropna())
        offered = self.book[self.instrument.area].substantive | {cell.area for cell in self.instrument.census}
        return tuple(code for code in self.members if code in chosen | offered)

    def place(self, code: str) -> str:
        """An area's English name."""
        return self.instrument.areas.get(code).names["en"]

    def where_placed(self) -> Bools:
        """bool[n]: who named an area of the list."""
        return np.asarray(self.column("area").isin(self.places), dtype=bool)


def english(indicator: Indicator) -> str:
    """What an indicator is called in the tables of the library."""
    return indicator.name.get("en") or indicator.id


def refuse_nothing(error: EstimationError, what: str) -> AnalysisError:
    """An error of the library as a sentence about what was asked."""
    return AnalysisError(f"{what}: {error}")
