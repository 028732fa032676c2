"""Cells of the lattice are domains of the whole design: pooled waves and sexes of areas are what the rows give."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from analytics.cell_estimates import Part, parts, where_people_are
from analytics.indicators.wave_weights import weight_given, weight_to_census
from analytics.lattice import LatticeCells, Place, lattice_cells
from analytics.release import CHANGE, GAP, YEAR
from analytics.survey.design import Design
from analytics.survey.estimates.means import mean
from survey_app.instrument import Instrument

WAVES = {f"w{number}": date(2025 + number // 4, 1 + 3 * (number % 4), 1) for number in range(6)}
AREA = "06.141.01.53"


@pytest.fixture(scope="module")
def people(instrument: Instrument) -> pd.DataFrame:
    """4,000 people in six waves, with an answer that some do not give."""
    random = np.random.default_rng(8)
    leaves = [a.code for a in instrument.areas.areas if a.code not in {b.parent for b in instrument.areas.areas}]
    n = 4_000
    frame = pd.DataFrame(
        {
            "wave": random.choice(list(WAVES), n),
            instrument.area: random.choice(leaves, n),
            instrument.sex: random.choice(["woman", "man", "refused"], n, p=[0.49, 0.49, 0.02]),
            instrument.age: random.choice(sorted({margin.age for margin in instrument.census}), n),
            "y": random.choice([0.0, 1.0, np.nan], n, p=[0.5, 0.4, 0.1]),
            "entry": "open",
        }
    )
    return frame.assign(weight=None, stratum=None, psu=None)


@pytest.fixture(scope="module")
def lattice(instrument: Instrument) -> LatticeCells:
    """The bundled lattice over the six waves."""
    return lattice_cells(instrument, tuple(WAVES), tuple(WAVES.values()), sexes=True)


@pytest.fixture(scope="module")
def raked(people: pd.DataFrame, instrument: Instrument) -> Design:
    """Raked wave by wave, so that residuals of the calibration count in every cell."""
    return weight_to_census(people, instrument, 1).design


@pytest.fixture(scope="module")
def made(people: pd.DataFrame, raked: Design, instrument: Instrument, lattice: LatticeCells) -> list[Part]:
    """All cells."""
    return list(parts(people[["y"]], where_people_are(people, instrument), raked, lattice, 10))


def cell(made: list[Part], place: Place) -> tuple[int, float, float]:
    part = next(part for part in made if place in part.rows)
    row, cube = part.rows[place], part.shares.cube
    return int(cube.n[0, row]), float(cube.value[0, row]), float(cube.se[0, row])


def rows(people: pd.DataFrame, instrument: Instrument, place: Place, lattice: LatticeCells) -> pd.Series:
    inside = people["wave"].isin(lattice.window(place))
    if place.area:
        inside &= people[instrument.area].str.startswith(place.area)
    return inside & (people[instrument.sex] == place.sex) if place.sex else inside


@pytest.mark.parametrize(
    "place",
    [
        Place("w0", "", ""),
        Place("w2", "", "woman"),
        Place("w3", AREA, ""),
        Place("w1", AREA, "man"),
        Place("w5", "", "", 4),
        Place("w3", "", "man", 4),
        Place("w4", AREA, "", 4),
        Place("w5", AREA, "woman", 4),
    ],
)
def test_a_cell_is_the_domain_of_the_rows_with_its_error(
    place: Place, made: list[Part], people: pd.DataFrame, raked: Design, instrument: Instrument, lattice: LatticeCells
) -> None:
    inside = rows(people, instrument, place, lattice)
    wanted = mean(raked, people["y"].to_numpy(), where=inside.to_numpy())
    n, value, se = cell(made, place)
    assert n == int((inside & people["y"].notna()).sum())
    assert (value, se) == pytest.approx((wanted.value[0], wanted.se[0]), rel=1e-9)


def test_the_weight_and_the_yes_of_a_cell_are_those_of_its_rows(
    made: list[Part], people: pd.DataFrame, raked: Design, instrument: Instrument, lattice: LatticeCells
) -> None:
    place = Place("w4", AREA, "woman", 4)
    part = next(part for part in made if place in part.rows)
    inside = (rows(people, instrument, place, lattice) & people["y"].notna()).to_numpy()
    y, w = people["y"].to_numpy()[inside], raked.weights[inside]
    row = part.rows[place]
    assert part.weight[0, row] == pytest.approx(w.sum())
    assert part.positive[0, row] == pytest.approx((w * y).sum())
    assert part.cases[0, row] == y.sum()


def test_a_gap_and_a_change_are_what_their_two_cells_differ_by(made: list[Part], lattice: LatticeCells) -> None:
    moves = {wanted: part for part in made for wanted in part.moves}
    assert {kind for kind, _ in moves} == {GAP, CHANGE, YEAR}
    for kind, place, plus, minus in lattice.contrasts:
        if (part := moves.get((kind, place))) and part.differences is not None:
            value = part.differences.cube.value[0, part.moves[kind, place]]
            assert value == pytest.approx(cell(made, plus)[1] - cell(made, minus)[1], abs=1e-12)


def test_sums_add_up_but_for_those_who_gave_no_sex(made: list[Part], lattice: LatticeCells) -> None:
    size = [cell(made, place)[0] if any(place in part.rows for part in made) else 0 for place in lattice.places]
    for total, below, open_ in lattice.sums:
        rest = size[total] - sum(size[part] for part in below)
        by_sex = lattice.places[below[0]].sex != lattice.places[total].sex
        assert rest >= 0 if open_ and by_sex else rest == 0
    assert any(size[total] > sum(size[part] for part in below) for total, below, _ in lattice.sums)


def test_a_year_before_shares_no_wave(lattice: LatticeCells) -> None:
    years = [(place, minus) for kind, place, _, minus in lattice.contrasts if kind == YEAR]
    assert {(place.wave, minus.wave) for place, minus in years if place.span == 1} == {("w4", "w0"), ("w5", "w1")}
    assert not [place for place, _ in years if place.span == 4]  # six quarters hold no two years
    eight = tuple(date(2025 + number // 4, 1 + 3 * (number % 4), 1) for number in range(8))
    longer = replace(lattice, waves=tuple("abcdefgh"), opens=eight).contrasts
    assert {(here.wave, year.wave) for kind, here, _, year in longer if here.span == 4 and kind == YEAR} == {("h", "d")}


def test_weights_that_were_given_make_the_same_cells(
    people: pd.DataFrame, instrument: Instrument, lattice: LatticeCells
) -> None:
    design = weight_given(people).design
    found = list(parts(people[["y"]], where_people_are(people, instrument), design, lattice, 10))
    inside = rows(people, instrument, place := Place("w5", AREA, "", 4), lattice)
    wanted = mean(design, people["y"].to_numpy(), where=inside.to_numpy())
    assert cell(found, place)[1:] == pytest.approx((wanted.value[0], wanted.se[0]), rel=1e-9)
