"""Tables made by chance over the lattice of an instrument: random trees of areas, sexes, waves and spans."""

from dataclasses import dataclass, fields
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from analytics.disclosure.exposure import HEAVIEST
from analytics.disclosure.linked_table import UNTOLD, LinkedTable
from analytics.lattice import CellAmounts, LatticeCells, Place, linked
from survey_app.areas import SEXES, Area, AreaList

K, FIRST = 10, date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a lattice is made of. each: respondents of an area of the lowest level in one wave, on average; spread: the
    deviation of the logarithm of their number between areas; silent, known: shares of the cells."""

    areas: int = 30
    waves: int = 6
    spans: tuple[int, ...] = (1, 4)
    levels: int = 2
    sexes: bool = True
    each: float = 60.0
    spread: float = 0.5
    silent: float = 0.1
    known: float = 0.0


def tree(shape: Shape, random: np.random.Generator) -> AreaList:
    """A top and below it so many areas, each under one of the level above that is not yet full."""
    per_level = np.maximum(1, np.round(shape.areas ** (np.arange(1, shape.levels + 1) / shape.levels))).astype(int)
    per_level[-1] = max(1, shape.areas - per_level[:-1].sum())
    areas, above = [Area("top", "l0", None, {}, FIRST, None, 10_000_000)], ["top"]
    for level, size in enumerate(per_level, 1):
        here = [f"{level}.{number}" for number in range(size)]
        parents = random.permutation([*range(len(above)), *random.integers(0, len(above), max(0, size - len(above)))])
        people = random.lognormal(10, shape.spread, size).astype(int)
        areas += [
            Area(code, f"l{level}", above[int(parent)], {}, FIRST, None, int(population))
            for code, parent, population in zip(here, parents, people, strict=False)
        ]
        above = here
    return AreaList(tuple(areas))


def lattice(shape: Shape, random: np.random.Generator) -> LatticeCells:
    """The cells over a random tree."""
    waves = tuple(f"w{number:02}" for number in range(shape.waves))
    tables = ("sex", "area", "area_sex") if shape.sexes else ("area",)
    opens = tuple(FIRST + timedelta(days=91 * number) for number in range(shape.waves))
    return LatticeCells(tree(shape, random), waves, opens, tables, shape.spans)


def linked_table(shape: Shape, seed: int, k: int = K) -> LinkedTable:
    """One indicator of such a survey: some give no sex, and cells are primary by fewness or by a light side."""
    random = np.random.default_rng(seed)
    cells = lattice(shape, random)
    leaves = [code for code in cells.reported if code not in cells.parents]
    size = random.lognormal(np.log(shape.each / 2), shape.spread, len(leaves))
    n = random.poisson(np.broadcast_to(size[:, None], (shape.waves, len(leaves), len(SEXES))))
    share = np.clip(random.beta(2, 3, (1, len(leaves), 1)) + random.normal(0, 0.05, n.shape), 0.01, 0.99)
    weight = n * random.uniform(50, 150, n.shape)
    positive = weight * random.binomial(n, share) / np.maximum(n, 1)
    unsaid = random.poisson(size * 0.02, (shape.waves, len(leaves)))
    amounts = {place: _amounts(place, cells, leaves, (n, weight, positive), unsaid) for place in cells.places}
    of = np.array([amounts[place] for place in cells.places]).reshape(-1, 3)
    silent = random.random(len(of)) < shape.silent
    few = silent & (of[:, 0] < 30)
    primary = _primary(of, k)
    told = silent & ~primary
    return linked(
        cells,
        CellAmounts(
            n=of[:, 0].round().astype(np.int64),
            weight=of[:, 1],
            positive=of[:, 2],
            primary=primary,
            silent=silent,
            known=random.random(len(of)) < shape.known,
            least=np.where(told & ~few, 30, np.where(told, k, 0)),
            most=np.where(told & few, 29, UNTOLD),
            least_share=np.where(told & few, HEAVIEST / 29, 0.0),
            most_share=np.where(told & few, 1 - HEAVIEST / 29, 1.0),
        ),
    )


def permuted(table: LinkedTable, order: npt.NDArray[np.int64]) -> LinkedTable:
    """The same table with its cells in another order."""
    columns = [column.name for column in fields(LinkedTable) if column.name != "sums"]
    return LinkedTable(**{name: getattr(table, name)[order] for name in columns}, sums=table.sums[:, order])


def _primary(of: npt.NDArray[np.float64], k: int) -> npt.NDArray[np.bool_]:
    n, weight, positive = of.T
    lighter = np.minimum(positive, weight - positive)
    return np.asarray((n < k) | (lighter < HEAVIEST * weight / np.maximum(n, 1) * (1 - 1e-9)))


def _amounts(
    place: Place,
    cells: LatticeCells,
    leaves: list[str],
    said: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]],
    unsaid: npt.NDArray[np.int64],
) -> tuple[float, float, float]:
    """Respondents, weight and positive weight of a cell; who gave no sex weighs 100 and says yes by halves."""
    waves = [cells.waves.index(wave) for wave in cells.window(place)]
    within = [at for at, code in enumerate(leaves) if not place.area or _in(code, place.area, cells)]
    sexes = [SEXES.index(place.sex)] if place.sex else [0, 1]
    n, weight, positive = (float(amount[np.ix_(waves, within, sexes)].sum()) for amount in said)
    more = 0.0 if place.sex else float(unsaid[np.ix_(waves, within)].sum())
    return n + more, weight + 100 * more, positive + 50 * more


def _in(code: str, area: str, cells: LatticeCells) -> bool:
    return code == area or area in {above.code for above in cells.areas.ancestors(code)}
