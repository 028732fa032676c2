"""Weights of our own waves: base weights by area, then raking to the census margins of area and of sex by age.

Each wave is weighted on its own. Who withheld area, sex or age is placed, for weighting only, by the census shares of
those who fit the rest; estimates by sex use the answer that was given and nothing else.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import block_diag, csr_array

from survey_app.instrument import Instrument

from .design import Calibration, Design, make_design
from .weights import Margin, margin_columns, rake

SMALLEST_LEVEL = 10


@dataclass(frozen=True, eq=False)
class Weighted:
    """A design for all rows, and by wave the Kish effect and the worst margin error. Given weights have none."""

    design: Design
    kish: dict[str, float]
    margin_error: dict[str, float]


def weight_given(frame: pd.DataFrame) -> Weighted:
    """The design of microdata that came with weights, strata and PSUs; waves that share PSUs share them here."""
    stratum = None if frame["stratum"].isna().all() else frame["stratum"].astype(str).to_numpy()
    psu = None if frame["psu"].isna().all() else frame["psu"].astype(str).to_numpy()
    weights = np.ones(len(frame)) if frame["weight"].isna().all() else frame["weight"].astype(float).to_numpy()
    return Weighted(make_design(weights, stratum=stratum, psu=psu, single_psu="adjust"), {}, {})


def weight_to_census(frame: pd.DataFrame, instrument: Instrument, seed: int) -> Weighted:
    """Base weights N/n by area within a wave, raked to area and to sex x age (rows sorted by wave).

    Areas with fewer than SMALLEST_LEVEL respondents in a wave are joined to the smallest other one for weighting.
    Strata are wave x area class; each person is her own PSU. Raises RakingError or DesignError.
    """
    cells = pd.DataFrame(
        [(c.area, c.sex, c.age, c.population) for c in instrument.census], columns=["area", "sex", "age", "n"]
    )
    weights, base = np.empty(len(frame)), np.empty(len(frame))
    strata = np.empty(len(frame), dtype=object)
    blocks: list[csr_array] = []
    order: list[npt.NDArray[np.int64]] = []
    kish: dict[str, float] = {}
    error: dict[str, float] = {}
    for wave in sorted(frame["wave"].unique()):
        rows = np.flatnonzero(frame["wave"].to_numpy() == wave)
        placed = _placed(frame.iloc[rows], instrument, np.random.default_rng([seed, len(order)]))
        classes = _classes(placed["area"], cells)
        of_class = placed["area"].map(classes)
        margins = [
            _margin("area", of_class, cells["area"].map(classes), cells["n"]),
            _margin("sex and age", placed["sex"] + " " + placed["age"], cells["sex"] + " " + cells["age"], cells["n"]),
        ]
        population = cells.groupby(cells["area"].map(classes))["n"].sum()
        start = (of_class.map(population) / of_class.map(of_class.value_counts())).to_numpy(dtype=float)
        raked = rake(start, margins)
        weights[rows], base[rows] = raked.weights, start
        strata[rows] = [f"{wave} {name}" for name in of_class]
        blocks.append(margin_columns(margins))
        order.append(rows)
        kish[wave], error[wave] = raked.kish_effect, raked.max_relative_margin_error
    stacked = csr_array(block_diag(blocks, format="csr"))
    x = stacked[np.argsort(np.concatenate(order))]
    design = make_design(
        weights, stratum=strata.astype(str), single_psu="adjust", calibration=Calibration(csr_array(x), base)
    )
    return Weighted(design, kish, error)


def _classes(areas: "pd.Series[str]", cells: pd.DataFrame) -> dict[str, str]:
    """Area -> weighting class: itself, or for areas with too few respondents the smallest area that has enough."""
    counts = areas.value_counts()
    population = cells.groupby("area")["n"].sum()
    small = [area for area in population.index if counts.get(area, 0) < SMALLEST_LEVEL]
    enough = [area for area in population.index if area not in small]
    host = min(enough, key=lambda area: (population[area], area)) if enough else population.index[0]
    return {area: host if area in small else area for area in population.index}


def _placed(people: pd.DataFrame, instrument: Instrument, random: np.random.Generator) -> pd.DataFrame:
    """Each person's area, sex and age; what was withheld is drawn by the census shares of those who fit the rest."""
    known = {cell.key for cell in instrument.census}
    names = [instrument.area, instrument.sex, instrument.age]
    placed: list[tuple[str, str, str]] = []
    for person in zip(*(people[name] for name in names), strict=True):
        if person in known:
            placed.append(person)
            continue
        levels = [{cell.key[part] for cell in instrument.census} for part in range(3)]
        fitting = [
            cell
            for cell in instrument.census
            if all(person[part] == cell.key[part] or person[part] not in levels[part] for part in range(3))
        ]
        shares = np.array([cell.population for cell in fitting], dtype=float)
        placed.append(fitting[random.choice(len(fitting), p=shares / shares.sum())].key)
    return pd.DataFrame(placed, columns=["area", "sex", "age"], index=people.index)


def _margin(
    name: str, labels: "pd.Series[str]", cell_labels: "pd.Series[str]", population: "pd.Series[float]"
) -> Margin:
    totals = population.astype(float).groupby(cell_labels).sum()
    codes = pd.Categorical(labels, categories=totals.index).codes
    people = np.asarray(totals, dtype=np.float64)
    return Margin(name, codes.astype(np.int64), people, list(totals.index))
