"""The figures of a release: every cell of the declared lattice, judged for precision and for exposure, and rounded.

A cell that may not be shown has no number at all.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from survey_app.engine import codebook
from survey_app.instrument import Instrument

from .cell_estimates import Contrast, Part, parts, where_people_are
from .disclosure.exposure import COMPLEMENTARY, DEFAULT_K, FEW_NEW, FEWER_THAN_K, SMALL_AREA
from .disclosure.linked_table import UNTOLD, LinkedTable, Rule
from .disclosure.rounding import rounded
from .disclosure.suppression import withheld
from .indicators.coding import coded
from .indicators.presentation_standards import DEFAULT, Evidence, RuleSet, judge
from .lattice import LatticeCells, Place, lattice_cells
from .release import (
    CONFIDENTIAL,
    GAP,
    LEVEL,
    PROTECTED,
    PUBLISHED,
    UNAVAILABLE,
    UNRELIABLE,
    Figure,
    Release,
)
from .survey.design import Design

_FEWER = re.compile(r"n_below_(?P<n>[0-9]+)")


@dataclass(frozen=True, eq=False)
class Decision:
    """What was decided of one indicator's cells, and from what. It stays with the custodian.

    why: Place -> reason, of those that are withheld. table: the cells of the lattice in its order, then the remainders
    of sums; exact: the levels as they would be shown if nothing were rounded.
    """

    indicator: str
    table: LinkedTable
    why: Mapping[Place, str]
    exact: Sequence[Figure]


@dataclass(frozen=True, eq=False)
class Computed:
    """The figures, rounded, and the decisions behind them, by indicator."""

    lattice: LatticeCells
    figures: tuple[Figure, ...]
    decisions: tuple[Decision, ...]


def figures(
    frame: pd.DataFrame,
    design: Design,
    instrument: Instrument,
    waves: Mapping[str, date],
    k: int = DEFAULT_K,
    rule_set: RuleSet = DEFAULT,
    before: Sequence[Release] = (),
) -> Computed:
    """All figures of the lattice for these waves (id -> first day, oldest first).

    before: the releases that the public has already. Raises UnprotectableError.
    """
    book = codebook(instrument.questionnaire)
    ids = [indicator.id for indicator in instrument.indicators]
    answers = pd.DataFrame({i.id: coded(i, book[i.item], frame) for i in instrument.indicators}, index=frame.index)
    places = where_people_are(frame, instrument)
    lattice = lattice_cells(instrument, tuple(waves), tuple(waves.values()), sexes="sex" in places)
    made = list(parts(answers, places, design, lattice, k))
    where = {place: (part, row) for part in made for place, row in part.rows.items()}
    moves = {wanted: part for part in made for wanted in part.moves}
    small = _small(places, lattice, instrument)
    found: list[Figure] = []
    decisions: list[Decision] = []
    for at, name in enumerate(ids):
        exact = {place: _level(at, name, place, where.get(place), rule_set) for place in lattice.places}
        shown = _shown_before(name, before)
        decision = _decided(at, name, exact, where, small, shown, lattice, Rule(k))
        decisions.append(decision)
        levels = {place: _hidden(figure) if place in decision.why else figure for place, figure in exact.items()}
        found += [rounded(figure, banded=bool(place.area and place.sex)) for place, figure in levels.items()]
        for kind, place, plus, minus in lattice.contrasts:
            pair, wanted = (levels[plus], levels[minus]), (kind, place)
            figure = _difference(at, name, wanted, pair, moves.get(wanted))
            found.append(rounded(figure, banded=bool(place.area and (place.sex or kind == GAP))))
    return Computed(lattice, tuple(found), tuple(decisions))


def _small(places: pd.DataFrame, lattice: LatticeCells, instrument: Instrument) -> frozenset[tuple[str, str]]:
    """Waves and areas under a floor of population or of respondents; an unknown population (0) is under none."""
    least = instrument.lattice
    depths = [name for name in places.columns if name.startswith("area")]
    people = Counter(pair for name in depths for pair in zip(places["wave"], places[name], strict=True))
    return frozenset(
        (wave, code)
        for wave in lattice.waves
        for code in lattice.reported
        if 0 < lattice.areas.get(code).population < least.area_population or people[wave, code] < least.area_respondents
    )


def _level(at: int, name: str, place: Place, where: tuple[Part, int] | None, rule: RuleSet) -> Figure:
    key = (name, place.wave, place.area, place.sex, LEVEL)
    if where is None:
        return Figure(*key, CONFIDENTIAL, FEWER_THAN_K, span=place.span)
    part, row = where
    shares, cube, reason = part.shares, part.shares.cube, str(part.shares.unavailable[at, row])
    low, high = float(shares.low[at, row]), float(shares.high[at, row])
    if np.isnan(low):
        return Figure(*key, UNAVAILABLE, reason, span=place.span)
    n, p = int(cube.n[at, row]), float(cube.value[at, row])
    se = None if reason else float(shares.se[at, row])
    n_eff = float(n) if se is None else min(float(n), p * (1 - p) / se**2)
    deff = None if se is None else float(shares.deff[at, row])
    cases, domain_df = int(part.cases[at, row]), int(cube.domain_df[at, row])
    judged = judge(rule, Evidence("proportion", p, se, low, high, n, cases, n_eff, deff, domain_df, reason))
    if judged.flag == "suppress":
        return Figure(*key, UNRELIABLE, judged.reason, span=place.span)
    flag = "review" if judged.flag == "review" else ""
    told = judged.reason if flag else ""
    df, method = float(cube.df), "korn_graubard"
    return Figure(*key, PUBLISHED, told, flag, n, p, se, low, high, df, deff, method, n, place.span)


def _hidden(figure: Figure) -> Figure:
    return Figure(*figure.key[:-1], CONFIDENTIAL, PROTECTED, span=figure.span)


def _shown_before(name: str, before: Sequence[Release]) -> dict[Place, Figure]:
    """The levels of an indicator that the public has, the newest of each."""
    return {
        Place(figure.wave, figure.area, figure.sex, figure.span): figure
        for release in before
        for figure in release.figures
        if figure.indicator == name and figure.contrast == LEVEL and figure.status == PUBLISHED
    }


def _decided(
    at: int,
    name: str,
    exact: Mapping[Place, Figure],
    where: Mapping[Place, tuple[Part, int]],
    small: frozenset[tuple[str, str]],
    shown: Mapping[Place, Figure],
    lattice: LatticeCells,
    rule: Rule,
) -> Decision:
    size = len(lattice.places)
    n, weight, positive = np.zeros(size, np.int64), np.zeros(size), np.zeros(size)
    why: dict[Place, str] = {}
    known = np.zeros(size, dtype=bool)
    for place, number in lattice.at.items():
        held = where.get(place)
        if held:
            part, row = held
            n[number] = part.shares.cube.n[at, row]
            weight[number], positive[number] = part.weight[at, row], part.positive[at, row]
        alone = part.exposed[at][row] if held else FEWER_THAN_K
        if alone or any((wave, place.area) in small for wave in lattice.window(place)):
            why[place] = alone or SMALL_AREA
        if (old := shown.get(place)) and old.n is not None and old.n_to is not None:
            known[number] = old.n <= n[number] <= old.n_to
            if not known[number] and abs(n[number] - old.n) < rule.k:
                why.setdefault(place, FEW_NEW)
    remainders = [row for row, (_, _, open_) in enumerate(lattice.sums) if open_]
    totals = [(lattice.sums[row][0], list(lattice.sums[row][1])) for row in remainders]
    extra = [tuple(of[total] - of[rest].sum() for of in (n, weight, positive)) for total, rest in totals]
    more = np.array(extra, dtype=float).reshape(len(extra), 3)
    silent = [exact[place].status in (UNRELIABLE, UNAVAILABLE) for place in lattice.places]
    table = LinkedTable(
        n=np.concatenate([n, more[:, 0].round().astype(np.int64)]),
        weight=np.concatenate([weight, np.maximum(more[:, 1], 0)]),
        positive=np.concatenate([positive, np.maximum(more[:, 2], 0)]),
        primary=np.array([*(place in why for place in lattice.places), *[False] * len(extra)]),
        silent=np.array([*silent, *[False] * len(extra)]),
        most=np.array([*(_told(exact[place]) for place in lattice.places), *[UNTOLD] * len(extra)]),
        known=np.concatenate([known, np.ones(len(extra), dtype=bool)]),
        cost=np.array([*lattice.costs, *[1.0] * len(extra)]),
        sums=lattice.matrix(remainders),
    )
    hidden = withheld(table, rule)
    for number in np.flatnonzero(hidden[:size]).tolist():
        why.setdefault(lattice.places[number], COMPLEMENTARY)
    return Decision(name, table, why, [figure for place, figure in exact.items() if place not in why])


def _told(figure: Figure) -> int:
    """The most respondents that the reason of an unreliable figure tells."""
    found = _FEWER.fullmatch(figure.reason) if figure.status == UNRELIABLE else None
    return int(found["n"]) - 1 if found else UNTOLD


def _difference(at: int, name: str, wanted: Contrast, pair: Sequence[Figure], part: Part | None) -> Figure:
    """One figure minus another, where both are published; else the reason of the one that is not."""
    kind, place = wanted
    key, span = (name, place.wave, place.area, place.sex, kind), place.span
    for figure in pair:
        if figure.status != PUBLISHED:
            return Figure(*key, figure.status, figure.reason, span=span)
    assert part is not None
    assert part.differences is not None
    shown, row = part.differences, part.moves[wanted]
    cube = shown.cube
    if cube.reason[at, row]:
        return Figure(*key, UNAVAILABLE, str(shown.unavailable[at, row]), span=span)
    value, se, n = float(cube.value[at, row]), float(shown.se[at, row]), int(cube.n[at, row])
    bounds = float(shown.low[at, row]), float(shown.high[at, row])
    return Figure(*key, PUBLISHED, "", "", n, value, se, *bounds, float(cube.df), None, "t", n, span)
