"""What releases say and how it adds up, as anybody can read it: from the keys of figures and the cards of areas."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from analytics.release import (
    CHANGE,
    CONFIDENTIAL,
    GAP,
    LEVEL,
    PUBLISHED,
    YEAR,
    AreaCard,
    Figure,
    IndicatorCard,
    Release,
)

from .rounding import unit
from .told import told

Cell = tuple[str, str, str, int]  # wave, area, sex, span
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.int8]
WOMAN, MAN, UNSTATED, ELSEWHERE = "woman", "man", "?", "~"  # "~06": in 06 and in no part of it
ABSENT, SHOWN, SILENT, WITHHELD = 0, 1, 2, 3


@dataclass(frozen=True, eq=False)
class Sums:
    """C cells, those that a release lists first, then those that it does not: of unstated sex, of no part of an area.

    rows: sparse, R x C, 1 at a total, -1 at its parts; rows @ n = 0. rests: (cell, total, other parts) of the unlisted.
    listed: how many are listed. within: sparse, C x C, 1 where everybody of the row's cell is in the column's.
    """

    cells: tuple[Cell, ...]
    at: Mapping[Cell, int]
    rows: csr_array
    rests: tuple[tuple[int, int, tuple[int, ...]], ...]
    listed: int
    within: csr_array


@dataclass(frozen=True, eq=False)
class Said:
    """What one release says of one indicator's levels. status: int8[C]; the base and the share from low to high."""

    status: Bytes
    n_low: Floats
    n_high: Floats
    share_low: Floats
    share_high: Floats


@dataclass(frozen=True, slots=True)
class Moved:
    """A published contrast: one cell minus another, which together have from n_low to n_high respondents."""

    plus: int
    minus: int
    n_low: float
    n_high: float
    low: float
    high: float


def listed_cells(releases: Sequence[Release]) -> tuple[Cell, ...]:
    """The cells that any of the releases lists, also as withheld."""
    levels = (figure for release in releases for figure in release.figures if figure.contrast == LEVEL)
    return tuple(dict.fromkeys((figure.wave, figure.area, figure.sex, figure.span) for figure in levels))


def sums_of(listed: Sequence[Cell], areas: Iterable[AreaCard], waves: Sequence[str]) -> Sums:
    """How cells add up: sexes and who gave none, parts of an area and who is in none, pooled waves.

    waves: oldest first. A sum is there where all its parts are.
    """
    children = _children(areas)
    found = _Found({cell: place for place, cell in enumerate(listed)}, [], [])
    for wave, area, sex, span in listed:
        if not sex:
            found.split_by_sex(wave, area, span)
    for wave, area, sex, span in tuple(found.at):
        below = [(wave, code, sex, span) for code in children.get(area, ())]
        found.split((wave, area, sex, span), below, (wave, ELSEWHERE + area, sex, span))
    for wave, area, sex, span in tuple(found.at):
        if area.startswith(ELSEWHERE) and not sex:
            found.split_by_sex(wave, area, span)
    number = {wave: place for place, wave in enumerate(waves)}
    for (wave, area, sex, span), place in found.at.items():
        pooled = [(each, area, sex, 1) for each in waves[max(number[wave] - span + 1, 0) : number[wave] + 1]]
        if span > 1 and len(pooled) == span and all(each in found.at for each in pooled):
            found.sums.append((place, tuple(found.at[each] for each in pooled)))
    at, sums = found.at, found.sums
    return Sums(tuple(at), at, _matrix(sums, len(at)), tuple(found.rests), len(listed), _within(sums, len(at)))


@dataclass(frozen=True, slots=True)
class _Found:
    """Cells, sums (total, parts) and rests as they are found."""

    at: dict[Cell, int]
    sums: list[tuple[int, tuple[int, ...]]]
    rests: list[tuple[int, int, tuple[int, ...]]]

    def split(self, total: Cell, others: Sequence[Cell], rest: Cell) -> None:
        """A total is these parts and a rest, which is a cell too."""
        at = self.at
        if total in at and others and all(other in at for other in others):
            parts = tuple(at[other] for other in others)
            if rest not in at:
                at[rest] = len(at)
                self.rests.append((at[rest], at[total], parts))
            self.sums.append((at[total], (*parts, at[rest])))

    def split_by_sex(self, wave: str, area: str, span: int) -> None:
        """Everybody is the women, the men and those of unstated sex."""
        others = [(wave, area, sex, span) for sex in (WOMAN, MAN)]
        self.split((wave, area, "", span), others, (wave, area, UNSTATED, span))


def _children(areas: Iterable[AreaCard]) -> dict[str, list[str]]:
    """Area -> those directly within it; the top is everybody."""
    above = {area.code: area.parent for area in areas}
    children: dict[str, list[str]] = {}
    for code, parent in above.items():
        if parent is not None:
            children.setdefault("" if above.get(parent) is None else parent, []).append(code)
    return children


def _matrix(sums: Sequence[tuple[int, tuple[int, ...]]], size: int) -> csr_array:
    row = np.repeat(np.arange(len(sums)), [1 + len(parts) for _, parts in sums])
    column = np.array([place for total, parts in sums for place in (total, *parts)], dtype=np.int64)
    value = np.array([sign for _, parts in sums for sign in (1.0, *[-1.0] * len(parts))])
    return csr_array((value, (row, column)), shape=(len(sums), size))


def _within(sums: Sequence[tuple[int, tuple[int, ...]]], size: int) -> csr_array:
    part = np.array([place for _, parts in sums for place in parts], dtype=np.int64)
    total = np.array([total for total, parts in sums for _ in parts], dtype=np.int64)
    return csr_array((np.ones(len(part)), (part, total)), shape=(size, size))


def said(release: Release, sums: Sums, k: int) -> dict[str, Said]:
    """What a release says of each indicator's levels."""
    size = len(sums.cells)
    most = np.full(size, np.inf)
    interviews, order = {wave.id: wave.n for wave in release.waves}, [wave.id for wave in release.waves]
    for place, (wave, _, _, span) in enumerate(sums.cells):
        if wave in interviews:
            last = order.index(wave)
            most[place] = sum(interviews[each] for each in order[max(last - span + 1, 0) : last + 1])
    rule_set = str(release.parameters.get("rule_set", ""))
    found: dict[str, Said] = {}
    for figure in release.figures:
        if figure.contrast != LEVEL:
            continue
        if figure.indicator not in found:
            found[figure.indicator] = Said(
                np.zeros(size, np.int8), np.zeros(size), most.copy(), np.zeros(size), np.ones(size)
            )
        one, place = found[figure.indicator], sums.at[figure.wave, figure.area, figure.sex, figure.span]
        one.status[place], numbers = _read(figure, k, rule_set)
        one.n_low[place], one.share_low[place], one.share_high[place] = numbers[0], numbers[2], numbers[3]
        one.n_high[place] = min(numbers[1], most[place])
    return found


def _read(figure: Figure, k: int, rule_set: str) -> tuple[int, tuple[float, float, float, float]]:
    """Status, and what a figure says of base and share."""
    if figure.status == PUBLISHED and figure.n is not None and figure.estimate is not None:
        half = unit(figure.se) / 2
        n_to = figure.n if figure.n_to is None else figure.n_to
        return SHOWN, (figure.n, n_to, max(figure.estimate - half, 0), min(figure.estimate + half, 1))
    if figure.status == CONFIDENTIAL:
        return WITHHELD, (0, np.inf, 0, 1)
    known = told(rule_set, figure.reason, k)
    most = np.inf if known.most is None else known.most
    return SILENT, (known.least, most, known.least_share, known.most_share)


def moved(release: Release, sums: Sums, levels: Mapping[str, Said]) -> dict[str, list[Moved]]:
    """Published contrasts of which a side is not published: nothing else tells more than the sides."""
    opens = [(wave.id, date.fromisoformat(wave.opens)) for wave in release.waves]
    found: dict[str, list[Moved]] = {}
    for figure in release.figures:
        if figure.contrast == LEVEL or figure.status != PUBLISHED or figure.estimate is None or figure.n is None:
            continue
        pair = [sums.at.get(side) for side in _sides(figure, opens)]
        status = levels[figure.indicator].status if figure.indicator in levels else None
        if status is None or len(pair) != 2 or pair[0] is None or pair[1] is None:
            continue
        if status[pair[0]] == status[pair[1]] == SHOWN:
            continue
        half = unit(figure.se) / 2
        n_to = figure.n if figure.n_to is None else figure.n_to
        found.setdefault(figure.indicator, []).append(
            Moved(pair[0], pair[1], figure.n, n_to, figure.estimate - half, figure.estimate + half)
        )
    return found


def _sides(figure: Figure, opens: Sequence[tuple[str, date]]) -> Iterator[Cell]:
    """The two cells of a contrast; one or none where the earlier one cannot be told."""
    if figure.contrast == GAP:
        yield from ((figure.wave, figure.area, sex, figure.span) for sex in (WOMAN, MAN))
        return
    yield figure.wave, figure.area, figure.sex, figure.span
    here = [wave for wave, _ in opens].index(figure.wave)
    if figure.contrast == CHANGE and here:
        yield opens[here - 1][0], figure.area, figure.sex, figure.span
    if figure.contrast == YEAR:
        near = [(abs((opens[here][1] - day).days - 365), wave) for wave, day in opens[:here]]
        if near:
            yield min(near)[1], figure.area, figure.sex, figure.span


def same_definition(one: IndicatorCard, other: IndicatorCard) -> bool:
    """Whether two cards define the same share of the same people, so that their figures may be subtracted."""
    if one.digest and other.digest:
        return one.digest == other.digest
    return _substance(one) == _substance(other)


def _substance(card: IndicatorCard) -> tuple[object, ...]:
    return card.id, card.item, card.filter, tuple((a.code, a.positive, a.based) for a in card.answers)
