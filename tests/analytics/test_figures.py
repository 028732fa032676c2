"""Figures of whole surveys: an area where all answered alike, or where a few carry the share, has no figure, nor can
it be worked out from those that have one."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analytics.disclosure.exposure import COMPLEMENTARY, REVEALING
from analytics.figures import figures
from analytics.indicators.wave_weights import weight_given
from analytics.release import CHANGE, CONFIDENTIAL, GAP, LEVEL, PUBLISHED, Figure
from survey_app.instrument import Instrument
from tests.analytics.test_disclosure import recoverable

WAVES = {"w1": date(2026, 1, 1), "w2": date(2026, 4, 1)}
EACH = 120
SIDI_MOUMEN = "06.141.01.53"


@pytest.fixture
def trust(instrument: Instrument) -> Instrument:
    """The bundled instrument with one indicator."""
    return replace(instrument, indicators=tuple(i for i in instrument.indicators if i.id == "trust"))


def survey(instrument: Instrument, areas: list[str]) -> pd.DataFrame:
    """EACH people in every area and wave, about half of whom trust, with weights from 0.5 to 2."""
    random = np.random.default_rng(56)
    rows = [(wave, area, ("woman", "man")[i % 2]) for wave in WAVES for area in areas for i in range(EACH)]
    frame = pd.DataFrame(rows, columns=["wave", instrument.area, instrument.sex])
    frame["trust_police"] = random.choice(["0", "1", "2", "3"], len(frame))
    frame["weight"] = random.uniform(0.5, 2, len(frame))
    return frame.assign(stratum=None, psu=None)


def found(frame: pd.DataFrame, instrument: Instrument) -> dict[tuple[str, str, str, str], Figure]:
    made = figures(frame, weight_given(frame).design, instrument, WAVES)
    return {
        (figure.wave, figure.area, figure.sex, figure.contrast): figure for figure in made.figures if figure.span == 1
    }


def smallest(instrument: Instrument) -> list[str]:
    """The areas in which people live: those that contain no other."""
    above = {area.parent for area in instrument.areas.areas}
    return [area.code for area in instrument.areas.areas if area.code not in above]


def hidden(made: dict[tuple[str, str, str, str], Figure], wave: str) -> dict[str, str]:
    """Area -> reason, of the areas withheld in a wave."""
    levels = (figure for figure in made.values() if figure.wave == wave and figure.area and figure.contrast == LEVEL)
    return {figure.area: figure.reason for figure in levels if figure.status == CONFIDENTIAL}


@pytest.mark.parametrize("answer", ["0", "3"])
def test_fault_56_an_area_where_all_answered_alike_has_no_figure_nor_can_it_be_worked_out(
    trust: Instrument, answer: str
) -> None:
    frame = survey(trust, smallest(trust))
    frame.loc[(frame[trust.area] == SIDI_MOUMEN), "trust_police"] = answer
    made = found(frame, trust)
    for wave in WAVES:
        withheld = hidden(made, wave)
        assert withheld.pop(SIDI_MOUMEN) == REVEALING
        assert set(withheld.values()) == {COMPLEMENTARY}
        assert not recoverable(trust.areas, [SIDI_MOUMEN, *withheld])
    assert hidden(made, "w1") == hidden(made, "w2")
    change = made["w2", SIDI_MOUMEN, "", CHANGE]
    assert (change.status, change.reason, change.estimate) == (CONFIDENTIAL, REVEALING, None)


def test_fault_56_an_area_that_a_few_people_carry_has_no_figure(trust: Instrument) -> None:
    frame = survey(trust, smallest(trust))
    assert not hidden(found(frame, trust), "w2")
    theirs = np.flatnonzero((frame[trust.area] == SIDI_MOUMEN) & (frame["wave"] == "w2"))
    frame.loc[theirs[:3], "weight"] = frame.loc[theirs[3:], "weight"].sum() / 2.9
    made = found(frame, trust)
    assert hidden(made, "w2")[SIDI_MOUMEN] == REVEALING
    assert not hidden(made, "w1")


def test_fault_56_women_who_all_answered_alike_take_the_men_and_the_gap_with_them(trust: Instrument) -> None:
    frame = survey(trust, smallest(trust))
    frame.loc[(frame[trust.sex] == "woman") & (frame["wave"] == "w1"), "trust_police"] = "0"
    made = found(frame, trust)
    assert made["w1", "", "woman", LEVEL].reason == REVEALING
    assert made["w1", "", "man", LEVEL].reason == COMPLEMENTARY
    assert made["w1", "", "", GAP].status == CONFIDENTIAL
    assert made["w1", "", "", LEVEL].status == made["w2", "", "man", LEVEL].status == PUBLISHED


def test_fault_56_where_the_whole_survey_answered_alike_nothing_is_shown(trust: Instrument) -> None:
    frame = survey(trust, smallest(trust))
    frame.loc[frame["wave"] == "w1", "trust_police"] = "3"
    first = {key: figure for key, figure in found(frame, trust).items() if key[0] == "w1"}
    assert {figure.status for figure in first.values()} == {CONFIDENTIAL}


def test_fault_57_an_only_area_cannot_be_had_from_the_whole_survey(trust: Instrument) -> None:
    top = next(area for area in trust.areas.areas if area.parent is None)
    only = next(area for area in trust.areas.areas if area.code == SIDI_MOUMEN)
    small = replace(trust, areas=replace(trust.areas, areas=(top, replace(only, parent=top.code))))
    frame = survey(small, [SIDI_MOUMEN])
    frame["trust_police"] = "0"
    frame.loc[::2, trust.area] = "refused"  # the others hold the survey together
    frame.loc[::2, "trust_police"] = "3"
    made = found(frame, small)
    assert made["w1", SIDI_MOUMEN, "", LEVEL].reason == REVEALING
    assert made["w1", "", "", LEVEL].reason == COMPLEMENTARY
    assert {figure.status for figure in made.values()} == {CONFIDENTIAL}
