"""Whom the sample reached: who answered against whom the census counts, and how evenly the invited took part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analytics.survey.variables import FloatArray
from survey_app.instrument import Instrument

_FEWEST = 2


@dataclass(frozen=True, eq=False)
class CensusCoverage:
    """The achieved sample beside the census on one margin, before any raking.

    table: a row a level with achieved and census (shares) and people. dissimilarity: the share of respondents who would
    have to be others (Duncan and Duncan 1955). by_chance: what it would be on average if as many had been drawn at
    random; only what is above it speaks of who was not reached. unknown: the share who did not say.
    """

    margin: str
    n: int
    dissimilarity: float
    by_chance: float
    unknown: float
    table: pd.DataFrame = field(repr=False)


def census_coverage(
    frame: pd.DataFrame, instrument: Instrument, weights: FloatArray | None = None
) -> tuple[CensusCoverage, ...]:
    """Area, sex, age, and all three together, of one wave's microdata; weights are base weights, equal by default.

    Nothing without a census. A sample drawn with unequal chances must be given its base weights, else what was planned
    is taken for who stayed away.
    """
    census = pd.DataFrame([(c.area, c.sex, c.age, c.population) for c in instrument.census])
    if not len(census) or not len(frame):
        return ()
    census.columns = pd.Index(["area", "sex", "age", "people"])
    given = pd.DataFrame({part: frame[getattr(instrument, part)] for part in ("area", "sex", "age")})
    w = np.ones(len(frame)) if weights is None else weights
    margins: Sequence[Sequence[str]] = (["area"], ["sex"], ["age"], ["area", "sex", "age"])
    return tuple(_covered(given, census, w, list(names)) for names in margins)


def _covered(given: pd.DataFrame, census: pd.DataFrame, w: FloatArray, names: list[str]) -> CensusCoverage:
    people = census.groupby(names)["people"].sum().astype(float)
    labels = pd.MultiIndex.from_frame(given[names]) if len(names) > 1 else pd.Index(given[names[0]])
    place = people.index.get_indexer(labels)
    known = place >= 0
    weight = np.bincount(place[known], w[known], minlength=len(people))
    share, truth = weight / max(float(weight.sum()), 1e-300), people.to_numpy() / float(people.sum())
    n_effective = float(w[known].sum()) ** 2 / max(float((w[known] ** 2).sum()), 1e-300)
    # Half the mean absolute deviation of each share under random sampling, by the normal approximation.
    chance = float(np.sqrt(2 / np.pi * truth * (1 - truth) / max(n_effective, 1)).sum()) / 2
    table = people.rename("people").reset_index().assign(achieved=share, census=truth)
    unknown = 1 - float(w[known].sum()) / float(w.sum())
    distance = float(np.abs(share - truth).sum()) / 2
    return CensusCoverage(" x ".join(names), int(known.sum()), distance, min(chance, 1.0), unknown, table)


@dataclass(frozen=True, eq=False)
class Representativity:
    """How evenly the invited took part, from 1 (all cells alike) down (Schouten, Cobben and Bethlehem 2009).

    indicator: R = 1 - 2 S(p) with S the spread of the cells' response rates, less what chance adds to it; se of it,
    None where the rates do not differ beyond chance. rate: the response rate. largest_bias: (1 - R) / (2 rate), the
    most by which an unadjusted mean can be off, in standard deviations of what is asked. cells: invited, answered, rate
    and the cell's part, sqrt(share) (rate - overall rate): below 0 where people stayed away.
    """

    indicator: float
    se: float | None
    rate: float
    largest_bias: float
    cells: pd.DataFrame = field(repr=False)


def representativity(invited: Mapping[str, int], answered: Mapping[str, int]) -> Representativity | str:
    """The R-indicator over cells that the frame knows of everybody who was invited, such as its strata or areas.

    Returns the reason where it cannot be had: an open link has no frame. Chance is taken off the squared spread
    (after Shlomo, Skinner and Schouten 2012), the error is by the delta method. Raises ValueError where more answered
    than were invited.
    """
    if over := [cell for cell, count in answered.items() if count > invited.get(cell, 0)]:
        raise ValueError(f"More answered than were invited in {over[0]!r}; count both by the frame's own cells.")
    cells = sorted(cell for cell, count in invited.items() if count >= _FEWEST)
    if len(cells) < _FEWEST:
        return "fewer than two cells with invited people: nothing to compare"
    sent = np.array([invited[cell] for cell in cells], dtype=float)
    came = np.array([answered.get(cell, 0) for cell in cells], dtype=float)
    if not came.sum():
        return "nobody answered"
    weight, rates = sent / sent.sum(), came / sent
    overall = float(weight @ rates)
    chance = rates * (1 - rates) / (sent - 1)
    spread = float(weight @ (rates - overall) ** 2) - float((weight * (1 - weight)) @ chance)
    s = max(spread, 0.0) ** 0.5
    indicator, se = 1 - 2 * s, None
    if s > 0:
        se = float((4 * (weight * (rates - overall)) ** 2) @ chance) ** 0.5 / s
    table = pd.DataFrame({"cell": cells, "invited": sent.astype(int), "answered": came.astype(int), "rate": rates})
    table = table.assign(part=np.sqrt(weight) * (rates - overall))
    return Representativity(indicator, se, overall, (1 - indicator) / (2 * overall), table)
