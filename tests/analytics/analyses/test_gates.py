"""What the analyst's tables withhold: at least what the release withholds, and what the finer cells would tell."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.analyses import gates
from analytics.analyses.sample import Survey
from analytics.disclosure.exposure import COMPLEMENTARY, REVEALING, SMALL_AREA
from analytics.disclosure.linked_table import Bools, LinkedTable, Rule, UnprotectableError
from analytics.lattice import Place
from survey_app.instrument import Instrument

from .people import share, survey_of

MECHOUAR, SIDI_MOUMEN, AIN_CHOCK = "06.141.01.81", "06.141.01.53", "06.141.01.40"


@pytest.fixture(scope="module")
def asked(instrument: Instrument) -> Survey:
    """A wave in which half trust, but no woman of Sidi Moumen."""

    def planted(frame: pd.DataFrame, random: np.random.Generator) -> dict[str, Any]:
        said = share(0.5, random, len(frame))
        theirs = (frame[instrument.area] == SIDI_MOUMEN) & (frame[instrument.sex] == "woman")
        said[theirs.to_numpy()] = "0"
        return {"trust_police": said}

    return survey_of(instrument, planted=planted, n=3_000)


def test_fault_56_an_area_under_the_floors_of_the_release_is_withheld_from_the_analyst_too(asked: Survey) -> None:
    y, wave = asked.coded["trust"], asked.of_wave(asked.newest)
    assert MECHOUAR in gates.of_areas(asked, y, wave)
    here, people = int((asked.members[AIN_CHOCK] & wave).sum()), asked.instrument.areas.get(AIN_CHOCK).population
    for respondents, population, small in ((here, people, False), (here + 1, 0, True), (0, people + 1, True)):
        floors = replace(asked.instrument.lattice, area_population=population, area_respondents=respondents)
        strict = replace(asked, instrument=replace(asked.instrument, lattice=floors))
        assert (gates.of_places(strict, y, wave).get(Place("wave", AIN_CHOCK, "")) == SMALL_AREA) == small


def test_fault_56_an_area_is_withheld_beside_its_sexes_where_its_women_answered_alike(asked: Survey) -> None:
    y, wave = asked.coded["trust"], asked.of_wave(asked.newest)
    found = gates.of_places(asked, y, wave)
    assert found[Place("wave", SIDI_MOUMEN, "woman")] == REVEALING
    assert SIDI_MOUMEN in gates.of_areas(asked, y, wave, by_sex=True)


def test_fault_57_the_sexes_are_withheld_together_and_everybody_stays(asked: Survey) -> None:
    sex, wave = asked.column("sex").to_numpy(), asked.of_wave(asked.newest)
    y = np.where(sex == "woman", 0.0, asked.coded["trust"])
    found = gates.of_places(asked, y, wave)
    assert found[Place("wave", "", "woman")] == REVEALING
    assert found[Place("wave", "", "man")] == COMPLEMENTARY
    assert gates.of_sexes(asked, y, wave)
    assert not gates.of_whole(asked, y, wave)


def test_the_table_adds_up_with_those_who_named_no_area(asked: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[LinkedTable] = []

    def noted(table: LinkedTable, rule: Rule) -> Bools:
        seen.append(table)
        return table.primary

    monkeypatch.setattr(gates, "withheld", noted)
    area = asked.instrument.area
    nowhere = asked.frame.assign(**{area: asked.frame[area].where(asked.frame.index % 7 > 0, "refused")})
    some = replace(asked, frame=nowhere)
    gates.of_places(some, asked.coded["trust"], some.of_wave(some.newest))
    (table,) = seen
    for amount in (table.n, table.weight, table.positive):
        assert np.allclose(table.sums @ amount, 0)
    assert table.n[0] == np.isfinite(asked.coded["trust"]).sum()
    assert table.n[table.silent].sum() > 0


def test_fault_57_where_nothing_protects_a_cell_nothing_is_shown(
    asked: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unprotectable(table: LinkedTable, rule: Rule) -> Bools:
        raise UnprotectableError((0,))

    monkeypatch.setattr(gates, "withheld", unprotectable)
    y, wave = asked.coded["trust"], asked.of_wave(asked.newest)
    assert gates.of_whole(asked, y, wave)
    assert gates.of_sexes(asked, y, wave)
    assert set(gates.of_areas(asked, y, wave)) == set(asked.members)
