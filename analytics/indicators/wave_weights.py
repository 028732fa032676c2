"""Weights of our own waves: base weights, then raking to the census margins of area and of sex by age.

Each wave is weighted on its own. Who was drawn keeps what the sampling frame said of her: weight, stratum, primary
sampling unit. Who came by an open link, a poster or a desk was drawn by nobody: her weight is a pseudo-weight, which
takes it that within an area, sex and age those who came are like those who did not, and the wave is no probability
sample any more. Who withheld area, sex or age is placed, for weighting only, by the census shares of
those who fit the rest; estimates by sex use the answer that was given and nothing else.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.survey.design import Design, survey_design
from analytics.survey.weights.margins import kish_effect
from analytics.survey.weights.raking import rake
from survey_app.instrument import Instrument
from survey_app.paradata import Entry

SMALLEST_LEVEL = 10


@dataclass(frozen=True, eq=False)
class Weighted:
    """A design for all rows, and by wave the Kish effect and the worst margin error. Given weights have none.

    drawn: by wave the share of interviews of people whom a probability sample drew; where it is under 1, intervals rest
    on a model, and the words say so.
    """

    design: Design
    kish: dict[str, float]
    margin_error: dict[str, float]
    drawn: dict[str, float]

    @property
    def probability(self) -> bool:
        """Whether every interview of every wave is of somebody who was drawn."""
        return all(share == 1 for share in self.drawn.values())


def weight_given(frame: pd.DataFrame) -> Weighted:
    """The design of microdata that came with weights, strata and PSUs; waves that share PSUs share them here."""
    held = [name for name in ("stratum", "psu", "weight") if not frame[name].isna().all()]
    design = survey_design(
        frame,
        weights=frame["weight"].astype(float) if "weight" in held else np.ones(len(frame)),
        strata=frame["stratum"].astype(str) if "stratum" in held else None,
        psu=frame["psu"].astype(str) if "psu" in held else None,
        single_psu="adjust",
    )
    return Weighted(design, {}, {}, {})


def weight_to_census(frame: pd.DataFrame, instrument: Instrument, seed: int) -> Weighted:
    """Base weights, raked within each wave to area and to sex x age.

    A person counts as drawn where the instrument's sample is a probability sample and she came by an invitation. Drawn
    people start from the frame's weights, those without one from the mean of the others; where the frame gave nobody
    any, and for all who were not drawn, the start is N/n of the area. Both parts are scaled to their share of the
    wave's interviews. Strata and PSUs are the frame's: waves that name the same PSU share it, and a stratum without
    PSUs is drawn anew in each wave. Everybody else is her own PSU in the stratum of wave, area class and way in.
    Areas with fewer than SMALLEST_LEVEL respondents in a wave are joined to the smallest other one for weighting.
    Raises WeightingError or DesignError.
    """
    cells = pd.DataFrame(
        [(c.area, c.sex, c.age, c.population) for c in instrument.census], columns=["area", "sex", "age", "n"]
    )
    parts: list[pd.DataFrame] = []
    areas: dict[tuple[str, str], float] = {}
    people: dict[tuple[str, str], float] = {}
    drawn: dict[str, float] = {}
    for number, wave in enumerate(sorted(frame["wave"].unique())):
        of_wave = frame[frame["wave"] == wave]
        placed = _placed(of_wave, instrument, np.random.default_rng([seed, number]))
        classes = _classes(placed["area"], cells)
        of_class = placed["area"].map(classes)
        population = cells["n"].astype(float).groupby(cells["area"].map(classes)).sum()
        areas |= {(wave, str(name)): float(n) for name, n in population.items()}
        crossed = cells["n"].astype(float).groupby(cells["sex"] + " " + cells["age"]).sum()
        people |= {(wave, str(name)): float(n) for name, n in crossed.items()}
        sampled = _drawn(of_wave, instrument)
        strata, psus = _places(of_wave, sampled, of_class, wave)
        start = _start(of_wave, sampled, of_class, population)
        named = {"wave": wave, "area": of_class, "sex and age": placed["sex"] + " " + placed["age"]}
        parts.append(placed.assign(**named, stratum=strata, psu=psus, start=start))
        drawn[wave] = float(sampled.mean())
    table = pd.concat(parts).loc[frame.index]
    design = survey_design(table, weights="start", strata="stratum", psu="psu", single_psu="adjust")
    raked, report = rake(design, {("wave", "area"): areas, ("wave", "sex and age"): people})
    of_rows = frame["wave"].to_numpy()
    return Weighted(
        design=replace(raked, data=frame, probability=all(share == 1 for share in drawn.values())),
        kish={wave: kish_effect(raked.weights[of_rows == wave]) for wave in drawn},
        margin_error=dict.fromkeys(drawn, report.worst_relative_error),
        drawn=drawn,
    )


def _drawn(people: pd.DataFrame, instrument: Instrument) -> npt.NDArray[np.bool_]:
    if instrument.sample != "probability":
        return np.zeros(len(people), dtype=bool)
    return np.array(people["entry"] == Entry.INVITED.value, dtype=bool)


def _start(
    people: pd.DataFrame, drawn: npt.NDArray[np.bool_], classes: "pd.Series[str]", population: "pd.Series[float]"
) -> npt.NDArray[np.float64]:
    """float64[n]: base weights that sum to the population, the drawn and the others in proportion to their numbers."""
    given = people["weight"].astype(float).to_numpy()
    found = np.empty(len(people))
    for part in (drawn, ~drawn):
        if not part.any():
            continue
        inside = classes[part]
        w = (inside.map(population) / inside.map(inside.value_counts())).to_numpy(dtype=float)
        if part is drawn and np.isfinite(given[part]).any():
            w = np.where(np.isfinite(given[part]), given[part], np.nanmean(given[part]))
        found[part] = w * (population.sum() * part.mean() / w.sum())
    return found


def _places(
    people: pd.DataFrame, drawn: npt.NDArray[np.bool_], classes: "pd.Series[str]", wave: str
) -> tuple[list[str], list[str]]:
    """Each row's stratum and PSU."""
    strata, psus = [], []
    rows = zip(people["stratum"], people["psu"], drawn, classes, strict=True)
    for number, (stratum, psu, is_drawn, area) in enumerate(rows):
        named = "" if pd.isna(stratum) else str(stratum)
        alone = f"{wave} {number}"
        if is_drawn and not pd.isna(psu):
            strata.append(f"frame {named}")
            psus.append(f"frame {named} {psu}")
        else:
            of = f"{wave} frame {named}" if is_drawn and named else f"{wave} {area}" + ("" if is_drawn else " open")
            strata.append(of)
            psus.append(alone)
    return strata, psus


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
