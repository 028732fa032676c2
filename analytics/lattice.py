"""The declared lattice: which cells a release has, before any data are seen, and how they add up."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from survey_app.areas import SEXES, AreaList
from survey_app.instrument import Instrument

from .disclosure.linked_table import Bools, Floats, Ints, LinkedTable
from .release import CHANGE, GAP, YEAR

WHOLE = ""
_YEAR_DAYS, _NEAR_DAYS = 365, 45


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A cell's wave (the last of `span` pooled ones), area and sex; "" is everybody."""

    wave: str
    area: str
    sex: str
    span: int = 1


@dataclass(frozen=True)
class LatticeCells:
    """The cells of each indicator over these waves, oldest first, and their sums.

    opens: the first day of each wave, from which "a year before" follows.
    """

    areas: AreaList
    waves: tuple[str, ...]
    opens: tuple[date, ...]
    tables: tuple[str, ...]
    spans: tuple[int, ...]

    @cached_property
    def reported(self) -> tuple[str, ...]:
        """The areas that have figures: all but the top, whose figures are everybody's."""
        return tuple(area.code for area in self.areas.areas if area.parent is not None) if "area" in self.tables else ()

    @cached_property
    def parents(self) -> frozenset[str]:
        """The areas that contain others."""
        return frozenset(area.parent for area in self.areas.areas if area.parent is not None)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """All cells, by span, wave, area and sex."""
        return tuple(self._places())

    @cached_property
    def at(self) -> Mapping[Place, int]:
        """Cell -> its place among `places`."""
        return {place: number for number, place in enumerate(self.places)}

    @cached_property
    def sums(self) -> tuple[tuple[int, tuple[int, ...], bool], ...]:
        """Total, its parts, and whether somebody may be in the total and in no part (who gave no area or sex)."""
        return tuple(self._sums())

    @cached_property
    def costs(self) -> tuple[float, ...]:
        """What it costs to withhold each cell: by its place and population alone, so that waves lose the same cells."""
        everybody: Counter[str] = Counter()
        for area in self.areas.areas:
            everybody[area.level] += area.population
        worth = {WHOLE: 1_000.0}
        for number, code in enumerate(self.reported):
            area = self.areas.get(code)
            share = area.population / max(everybody[area.level], 1)
            worth[code] = (30.0 if code in self.parents else 1.0) + share + 1e-6 * number
        return tuple(
            worth[place.area] * (0.3 if place.sex else 1.0) * (1 + 0.1 * (place.span - 1)) for place in self.places
        )

    @cached_property
    def contrasts(self) -> tuple[tuple[str, Place, Place, Place], ...]:
        """Every gap and change: its kind and cell, and the two cells whose difference it is, first minus second.

        Changes of pooled waves are against a year before alone: neighbours would share answers.
        """
        return tuple(self._contrasts())

    def matrix(self, remainders: Sequence[int]) -> csr_array:
        """The sums as R rows of 1 and -1 over the cells and one more for each sum of `remainders`, in their order."""
        rows, columns, values = [], [], []
        for row, (total, parts, _) in enumerate(self.sums):
            rows += [row] * (1 + len(parts))
            columns += [total, *parts]
            values += [1.0, *[-1.0] * len(parts)]
        for extra, row in enumerate(remainders):
            rows.append(row)
            columns.append(len(self.places) + extra)
            values.append(-1.0)
        return csr_array((values, (rows, columns)), shape=(len(self.sums), len(self.places) + len(remainders)))

    def window(self, place: Place) -> tuple[str, ...]:
        """The waves that a cell pools, oldest first."""
        last = self.waves.index(place.wave)
        return self.waves[last - place.span + 1 : last + 1]

    def _contrasts(self) -> Iterator[tuple[str, Place, Place, Place]]:
        for place in self.places:
            woman, man = (replace(place, sex=sex) for sex in SEXES)
            if place.sex == WHOLE and woman in self.at:
                yield GAP, place, woman, man
            here = self.waves.index(place.wave)
            if place.span == 1 and here:
                yield CHANGE, place, place, replace(place, wave=self.waves[here - 1])
            if (year := self._year_before(here, place.span)) is not None:
                yield YEAR, place, place, replace(place, wave=self.waves[year])

    def _year_before(self, here: int, span: int) -> int | None:
        """The wave about a year earlier, where pooled ones share none with those that end `here`."""
        for number in range(here - span, span - 2, -1):
            if abs((self.opens[here] - self.opens[number]).days - _YEAR_DAYS) <= _NEAR_DAYS:
                return number
        return None

    def _places(self) -> Iterator[Place]:
        sexes = SEXES if "sex" in self.tables else ()
        within = sexes if "area_sex" in self.tables else ()
        for span in self.spans:
            for wave in self.waves[span - 1 :]:
                yield Place(wave, WHOLE, WHOLE, span)
                yield from (Place(wave, WHOLE, sex, span) for sex in sexes)
                for code in self.reported:
                    yield Place(wave, code, WHOLE, span)
                    yield from (Place(wave, code, sex, span) for sex in within)

    def _sums(self) -> Iterator[tuple[int, tuple[int, ...], bool]]:
        children: dict[str, list[str]] = {}
        for code in self.reported:
            parent = self.areas.get(str(self.areas.get(code).parent))
            children.setdefault(parent.code if parent.parent is not None else WHOLE, []).append(code)
        for total, place in enumerate(self.places):
            if place.sex == WHOLE:
                by_sex = [Place(place.wave, place.area, sex, place.span) for sex in SEXES]
                if all(part in self.at for part in by_sex):
                    yield total, tuple(self.at[part] for part in by_sex), True
            below = [Place(place.wave, code, place.sex, place.span) for code in children.get(place.area, ())]
            if below and all(part in self.at for part in below):
                yield total, tuple(self.at[part] for part in below), True
            if place.span > 1:
                yield total, tuple(self.at[Place(w, place.area, place.sex)] for w in self.window(place)), False


@dataclass(frozen=True, eq=False)
class CellAmounts:
    """What the custodian knows of C cells of one indicator, in the order of a lattice's places; see `LinkedTable`.

    n: int64[C]; weight, positive: float64[C]; primary, silent, known: bool[C]; least, most: int64[C]; least_share,
    most_share: float64[C], of the weight, of what is not shown.
    """

    n: Ints
    weight: Floats
    positive: Floats
    primary: Bools
    silent: Bools
    known: Bools
    least: Ints
    most: Ints
    least_share: Floats
    most_share: Floats


def linked(lattice: LatticeCells, cells: CellAmounts) -> LinkedTable:
    """The cells with their sums, and what is left in each sum beside its parts: people who gave no area or no sex.

    How many they are counts as known, and what they said as unknown: nobody publishes either.
    """
    rows = [row for row, (_, _, open_) in enumerate(lattice.sums) if open_]
    pairs = [(lattice.sums[row][0], list(lattice.sums[row][1])) for row in rows]
    left = [
        np.array([of[total] - of[parts].sum() for total, parts in pairs], dtype=float)
        for of in (cells.n, cells.weight, cells.positive)
    ]
    n, weight, positive = np.maximum(left[0], 0).round().astype(np.int64), np.maximum(left[1], 0), left[2]
    none, all_ = np.zeros(len(rows), dtype=bool), np.ones(len(rows), dtype=bool)
    return LinkedTable(
        n=np.concatenate([cells.n, n]),
        weight=np.concatenate([cells.weight, weight]),
        positive=np.concatenate([cells.positive, np.clip(positive, 0, weight)]),
        primary=np.concatenate([cells.primary, none]),
        silent=np.concatenate([cells.silent, all_]),
        known=np.concatenate([cells.known, n == 0]),
        cost=np.array([*lattice.costs, *[1.0] * len(rows)]),
        sums=lattice.matrix(rows),
        least=np.concatenate([cells.least, n]),
        most=np.concatenate([cells.most, n]),
        least_yes=np.concatenate([cells.least_share * cells.weight, np.zeros(len(rows))]),
        most_yes=np.concatenate([cells.most_share * cells.weight, weight]),
    )


def lattice_cells(instrument: Instrument, waves: Sequence[str], opens: Sequence[date], *, sexes: bool) -> LatticeCells:
    """The cells of an instrument's declared tables; without those by sex where the survey did not ask it."""
    tables = tuple(name for name in instrument.lattice.tables if sexes or "sex" not in name)
    return LatticeCells(instrument.areas, tuple(waves), tuple(opens), tables, instrument.lattice.spans)
