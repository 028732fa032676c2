"""Figures of whole surveys: an area where all answered alike, or where a few carry the share, has no figure, nor can
it be worked out from those that have one. The reader is told that it is protected; why, the custodian alone knows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analytics.disclosure.exposure import COMPLEMENTARY, FEWER_THAN_K, REVEALING, SMALL_AREA
from analytics.figures import Computed, figures
from analytics.indicators.wave_weights import weight_given
from analytics.lattice import Place
from analytics.release import CHANGE, CONFIDENTIAL, GAP, LEVEL, PROTECTED, PUBLISHED, Figure
from survey_app.instrument import Instrument, Lattice

WAVES = {"w1": date(2026, 1, 1), "w2": date(2026, 4, 1)}
EACH = 120
SIDI_MOUMEN = "06.141.01.53"
MECHOUAR = "06.141.01.81"  # under the floor of 10,000 residents
Figures = Mapping[tuple[str, str, str, str], Figure]


@pytest.fixture
def trust(instrument: Instrument) -> Instrument:
    """The bundled instrument with one indicator."""
    return replace(instrument, indicators=tuple(i for i in instrument.indicators if i.id == "trust"))


def survey(instrument: Instrument, areas: list[str], each: int = EACH) -> pd.DataFrame:
    """`each` people in every area and wave, about half of whom trust, with weights from 0.5 to 2."""
    random = np.random.default_rng(56)
    rows = [(wave, area, ("woman", "man")[i % 2]) for wave in WAVES for area in areas for i in range(each)]
    frame = pd.DataFrame(rows, columns=["wave", instrument.area, instrument.sex])
    frame["trust_police"] = random.choice(["0", "1", "2", "3"], len(frame))
    frame["weight"] = random.uniform(0.5, 2, len(frame))
    return frame.assign(stratum=None, psu=None)


def computed(frame: pd.DataFrame, instrument: Instrument) -> Computed:
    return figures(frame, weight_given(frame).design, instrument, WAVES)


def shown(made: Computed) -> Figures:
    """The figures of single waves, by wave, area, sex and contrast."""
    return {(f.wave, f.area, f.sex, f.contrast): f for f in made.figures if f.span == 1}


def smallest(instrument: Instrument) -> list[str]:
    """The areas in which people live: those that contain no other."""
    above = {area.parent for area in instrument.areas.areas}
    return [area.code for area in instrument.areas.areas if area.code not in above]


def hidden(made: Computed, wave: str) -> set[str]:
    """The areas that are withheld from the reader in a wave."""
    levels = (f for f in made.figures if (f.wave, f.sex, f.contrast, f.span) == (wave, "", LEVEL, 1) and f.area)
    return {figure.area for figure in levels if figure.status == CONFIDENTIAL}


def why(made: Computed, wave: str, area: str = "", sex: str = "") -> str:
    """The custodian's reason for withholding a cell, "" where it is shown."""
    return made.decisions[0].why.get(Place(wave, area, sex), "")


def determined(made: Computed) -> set[Place]:
    """The primary cells that follow from the published ones: the attacker solves all sums as linear equations."""
    decision, places = made.decisions[0], made.lattice.places
    gone = [number for number, place in enumerate(places) if place in decision.why]
    matrix = decision.table.sums.toarray()[:, gone]  # who gave no sex or area is known to nobody less than that
    rank = np.linalg.matrix_rank(matrix)
    return {
        places[number]
        for at, number in enumerate(gone)
        if decision.table.primary[number] and np.linalg.matrix_rank(np.vstack([matrix, np.eye(len(gone))[at]])) == rank
    }


@pytest.mark.parametrize("answer", ["0", "3"])
def test_fault_56_an_area_where_all_answered_alike_has_no_figure_nor_can_it_be_worked_out(
    trust: Instrument, answer: str
) -> None:
    frame = survey(trust, smallest(trust))
    frame.loc[(frame[trust.area] == SIDI_MOUMEN), "trust_police"] = answer
    made = computed(frame, trust)
    for wave in WAVES:
        assert SIDI_MOUMEN in hidden(made, wave)
        assert why(made, wave, SIDI_MOUMEN) == REVEALING
    assert hidden(made, "w1") == hidden(made, "w2")
    change = shown(made)["w2", SIDI_MOUMEN, "", CHANGE]
    assert (change.status, change.reason, change.estimate) == (CONFIDENTIAL, PROTECTED, None)


@pytest.mark.parametrize("alike", ["", SIDI_MOUMEN])
def test_fault_57_no_cell_that_is_withheld_for_its_own_sake_follows_from_those_that_are_shown(
    trust: Instrument, alike: str
) -> None:
    pooled = replace(trust, lattice=replace(trust.lattice, spans=(1, 2)))
    frame = survey(pooled, smallest(trust))
    frame.loc[(frame[trust.area] == alike) & (frame[trust.sex] == "woman"), "trust_police"] = "0"
    made = computed(frame, pooled)
    assert why(made, "w1", MECHOUAR) == SMALL_AREA
    assert (why(made, "w2", alike, "woman") == REVEALING) == bool(alike)
    assert not determined(made)


def test_the_attacker_of_these_tests_does_recover_an_area_that_is_withheld_alone(trust: Instrument) -> None:
    frame = survey(trust, smallest(trust))
    frame.loc[(frame[trust.area] == SIDI_MOUMEN), "trust_police"] = "0"
    made = computed(frame, trust)
    alone = {place: reason for place, reason in made.decisions[0].why.items() if reason == REVEALING}
    naive = replace(made, decisions=(replace(made.decisions[0], why=alone),))
    assert Place("w1", SIDI_MOUMEN, "") in determined(naive)


def test_fault_56_an_area_that_a_few_people_carry_has_no_figure(trust: Instrument) -> None:
    frame = survey(trust, smallest(trust))
    assert not why(computed(frame, trust), "w2", SIDI_MOUMEN)
    theirs = np.flatnonzero((frame[trust.area] == SIDI_MOUMEN) & (frame["wave"] == "w2"))
    frame.loc[theirs[:3], "weight"] = frame.loc[theirs[3:], "weight"].sum() / 2.9
    made = computed(frame, trust)
    assert why(made, "w2", SIDI_MOUMEN) == REVEALING
    assert shown(made)["w2", SIDI_MOUMEN, "", LEVEL].status == CONFIDENTIAL
    assert not why(made, "w1", SIDI_MOUMEN)


def test_fault_56_an_area_under_the_floor_of_population_is_withheld_and_takes_another_with_it(
    trust: Instrument,
) -> None:
    assert 0 < trust.areas.get(MECHOUAR).population < trust.lattice.area_population
    made = computed(survey(trust, smallest(trust)), trust)
    for wave in WAVES:
        assert why(made, wave, MECHOUAR) == SMALL_AREA
        assert {why(made, wave, area) for area in hidden(made, wave) - {MECHOUAR}} == {COMPLEMENTARY}


def test_fault_56_an_area_under_the_floor_of_respondents_is_withheld_in_that_wave_only(trust: Instrument) -> None:
    floorless = replace(trust, lattice=replace(trust.lattice, area_population=0, area_respondents=60))
    frame = survey(floorless, smallest(trust))
    assert not hidden(computed(frame, floorless), "w2")
    theirs = frame.index[(frame[trust.area] == SIDI_MOUMEN) & (frame["wave"] == "w2")]
    made = computed(frame.drop(theirs[:61]).reset_index(drop=True), floorless)  # 59 are left
    assert why(made, "w2", SIDI_MOUMEN) == SMALL_AREA
    assert not hidden(made, "w1")
    enough = computed(frame.drop(theirs[:60]).reset_index(drop=True), floorless)
    assert not hidden(enough, "w2")


def test_fault_56_women_who_all_answered_alike_take_the_men_and_the_gap_with_them(trust: Instrument) -> None:
    frame = survey(trust, smallest(trust))
    frame.loc[(frame[trust.sex] == "woman") & (frame["wave"] == "w1"), "trust_police"] = "0"
    made = computed(frame, trust)
    seen = shown(made)
    assert (why(made, "w1", sex="woman"), why(made, "w1", sex="man")) == (REVEALING, COMPLEMENTARY)
    assert {seen["w1", "", sex, LEVEL].reason for sex in ("woman", "man")} == {PROTECTED}
    assert seen["w1", "", "", GAP].status == CONFIDENTIAL
    assert seen["w1", "", "", LEVEL].status == seen["w2", "", "man", LEVEL].status == PUBLISHED


def test_fault_56_women_of_an_area_who_answered_alike_take_its_men_and_its_gap_with_them(trust: Instrument) -> None:
    assert "area_sex" in trust.lattice.tables
    frame = survey(trust, smallest(trust))
    women = (frame[trust.area] == SIDI_MOUMEN) & (frame[trust.sex] == "woman") & (frame["wave"] == "w2")
    frame.loc[women, "trust_police"] = "3"
    made = computed(frame, trust)
    assert why(made, "w2", SIDI_MOUMEN, "woman") == REVEALING
    assert shown(made)["w2", SIDI_MOUMEN, "woman", LEVEL].status == CONFIDENTIAL
    assert shown(made)["w2", SIDI_MOUMEN, "", GAP].status == CONFIDENTIAL


def test_fault_56_pooled_waves_do_not_tell_of_an_area_that_is_under_a_floor_in_one_of_them(trust: Instrument) -> None:
    pooled = replace(trust, lattice=Lattice(tables=("sex", "area"), spans=(1, 2), area_respondents=60))
    frame = survey(pooled, smallest(trust))
    theirs = frame.index[(frame[trust.area] == SIDI_MOUMEN) & (frame["wave"] == "w1")]
    made = computed(frame.drop(theirs[:70]).reset_index(drop=True), pooled)
    both = Place("w2", SIDI_MOUMEN, "", 2)
    assert made.decisions[0].why[replace(both, wave="w1", span=1)] == SMALL_AREA
    assert made.decisions[0].why[both] == COMPLEMENTARY  # with the other wave it would tell of this one
    figure = next(f for f in made.figures if f.key == ("trust", "w2", SIDI_MOUMEN, "", LEVEL, 2))
    assert (figure.status, figure.reason, figure.n) == (CONFIDENTIAL, PROTECTED, None)


def test_fault_56_the_reader_is_never_told_which_of_two_withheld_cells_was_withheld_for_its_own_sake(
    trust: Instrument,
) -> None:
    frame = survey(trust, smallest(trust))
    frame.loc[(frame[trust.area] == SIDI_MOUMEN), "trust_police"] = "0"
    frame = frame.drop(frame.index[(frame[trust.area] == "06.141.01.01")][5:]).reset_index(drop=True)
    made = computed(frame, trust)
    assert {REVEALING, COMPLEMENTARY, SMALL_AREA, FEWER_THAN_K} <= set(made.decisions[0].why.values())
    told = {
        tuple(value for name, value in vars_of(figure).items() if name not in ("wave", "area", "sex", "contrast"))
        for figure in made.figures
        if figure.status == CONFIDENTIAL and figure.span == 1
    }
    assert len(told) == 1


def vars_of(figure: Figure) -> dict[str, object]:
    return {name: getattr(figure, name) for name in Figure.__slots__}


def test_fault_56_where_the_whole_survey_answered_alike_nothing_is_shown(trust: Instrument) -> None:
    frame = survey(trust, smallest(trust))
    frame.loc[frame["wave"] == "w1", "trust_police"] = "3"
    first = {key: figure for key, figure in shown(computed(frame, trust)).items() if key[0] == "w1"}
    assert {figure.status for figure in first.values()} == {CONFIDENTIAL}


def test_fault_57_an_only_area_cannot_be_had_from_the_whole_survey(trust: Instrument) -> None:
    top = next(area for area in trust.areas.areas if area.parent is None)
    only = next(area for area in trust.areas.areas if area.code == SIDI_MOUMEN)
    small = replace(trust, areas=replace(trust.areas, areas=(top, replace(only, parent=top.code))))
    frame = survey(small, [SIDI_MOUMEN])
    frame["trust_police"] = "0"
    frame.loc[::2, trust.area] = "refused"  # the others hold the survey together
    frame.loc[::2, "trust_police"] = "3"
    made = computed(frame, small)
    assert (why(made, "w1", SIDI_MOUMEN), why(made, "w1")) == (REVEALING, COMPLEMENTARY)
    assert {figure.status for figure in shown(made).values()} == {CONFIDENTIAL}
