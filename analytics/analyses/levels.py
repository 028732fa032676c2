"""Levels of an indicator in a wave, for everyone and by area, each with its mark; and q-values of differences."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analytics.survey.estimates.means import mean
from analytics.survey.hypotheses.significance import adjusted, two_sided
from analytics.survey.results import Estimates
from analytics.survey.variables import divided
from survey_app.fieldwork import Wave
from survey_app.instrument import Indicator

from .gates import mark, of_areas, of_whole, share_of_rows, verdict
from .sample import AnalysisError, Floats, Survey
from .sheet import CONFIDENTIAL, UNRELIABLE

LEVEL = 0.05  # of q, from which a difference is named


@dataclass(frozen=True, eq=False)
class Places:
    """An indicator by area in one wave: codes, flags and reasons by row of estimates.

    What is confidential has no base here: its answers were left out. What is unsure has an estimate that is not shown.
    """

    estimates: Estimates
    codes: tuple[str, ...]
    flags: tuple[str, ...]
    reasons: tuple[str, ...]

    @property
    def shown(self) -> Estimates:
        """The estimates, without an error where a flag withholds them."""
        unavailable = tuple(
            "no_base" if flag in (CONFIDENTIAL, UNRELIABLE) else why
            for flag, why in zip(self.flags, self.estimates.unavailable, strict=True)
        )
        return replace(self.estimates, unavailable=unavailable)


def by_place(survey: Survey, indicator: Indicator, wave: Wave) -> Places:
    """The areas of a wave, marked as the release marks them. Raises AnalysisError without areas."""
    y, here = survey.coded[indicator.id], survey.of_wave(wave)
    placed = survey.where_placed()
    hidden = of_areas(survey, y, here)
    if not (here & placed & np.isfinite(y)).any():
        raise AnalysisError(f"Wave {wave.id} has no answer to {indicator.id} from anybody who named an area.")
    column = survey.column("area")
    secret = np.asarray(column.isin([code for code in survey.places if code in hidden]), dtype=bool)
    where = here & placed & ~secret
    shown = replace(survey.design, data=survey.frame.assign(place=column.where(placed)))
    found = mean(shown, y, by="place", where=where)
    codes = tuple(str(code) for code in found.keys["place"])
    marks = []
    for row, code in enumerate(codes):
        cases = share_of_rows(y, where & (column == code).to_numpy())
        judged = None if code in hidden else verdict(survey, found, row, "proportion", cases)
        marks.append(mark(hidden.get(code, ""), judged))
    return Places(found, codes, tuple(flag for flag, _ in marks), tuple(why for _, why in marks))


def by_wave(
    survey: Survey, indicator: Indicator, levels: Estimates, waves: Sequence[str]
) -> dict[str, tuple[str, str]]:
    """The mark of everyone's level in each of these waves that `levels` has a row for, keys (wave,)."""
    y, found = survey.coded[indicator.id], {}
    for row, wave in enumerate(levels.keys["wave"]):
        if wave not in waves:
            continue
        here = np.asarray(survey.frame["wave"] == wave, dtype=bool)
        judged = verdict(survey, levels, row, "proportion", share_of_rows(y, here))
        found[str(wave)] = mark(of_whole(survey, y, here), judged)
    return found


def false_discovery(value: Floats, se: Floats, df: int) -> Floats:
    """float64[k]: q of each difference against 0 (Benjamini and Hochberg 1995), by t; NaN is in no family."""
    return adjusted(two_sided(divided(value, se), df))
