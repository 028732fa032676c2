"""The figures of a release: every cell of the declared lattice, judged for precision and for exposure, and rounded.

A cell that may not be shown has no number at all.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from survey_app.engine import codebook
from survey_app.instrument import Instrument

from .cell_estimates import Contrast, Part, parts, where_people_are
from .disclosure.exposure import COMPLEMENTARY, DEFAULT_K, FEW_NEW, FEWER_THAN_K, SMALL_AREA
from .disclosure.linked_table import UNTOLD, Bools, Ints, LinkedTable, Rule, UnprotectableError
from .disclosure.rounding import rounded
from .disclosure.suppression import withheld
from .disclosure.together import sparse, whole_areas
from .disclosure.told import told
from .indicators.coding import coded
from .indicators.presentation_standards import DEFAULT, Evidence, RuleSet, judge
from .lattice import CellAmounts, LatticeCells, Place, lattice_cells, linked
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


@dataclass(frozen=True, eq=False)
class _Context:
    """What is the same for all indicators.

    where: the part and the row of each cell that holds anybody. small: waves, areas and spans under a floor. most: int64[C],
    the interviews of the waves of each cell, which a release tells. lines: bool[C], the cells of areas that are
    withheld throughout.
    """

    lattice: LatticeCells
    names: Sequence[str]
    where: Mapping[Place, tuple[Part, int]]
    small: frozenset[tuple[str, str, int]]
    most: Ints
    lines: Bools
    rule: Rule
    rule_set: RuleSet
    before: Sequence[Release]

    def shown_before(self, name: str) -> dict[Place, Figure]:
        """The levels of an indicator that the public has, the newest of each."""
        return {
            Place(figure.wave, figure.area, figure.sex, figure.span): figure
            for release in self.before
            for figure in release.figures
            if figure.indicator == name and figure.contrast == LEVEL and figure.status == PUBLISHED
        }


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
    interviews = Counter(places["wave"])
    most = np.array([sum(interviews[wave] for wave in lattice.window(place)) for place in lattice.places])
    small = _small(places, lattice, instrument)
    lines = whole_areas(lattice, small, Rule(k))
    context = _Context(lattice, ids, where, small, most, lines, Rule(k), rule_set, before)
    found: list[Figure] = []
    decisions: list[Decision] = []
    for at, name in enumerate(ids):
        exact = {place: _level(at, name, place, where.get(place), rule_set) for place in lattice.places}
        decision = _decided(context, at, exact)
        decisions.append(decision)
        levels = {place: _hidden(figure) if place in decision.why else figure for place, figure in exact.items()}
        found += [rounded(figure, banded=bool(place.area and place.sex)) for place, figure in levels.items()]
        for kind, place, plus, minus in lattice.contrasts:
            pair, wanted = (levels[plus], levels[minus]), (kind, place)
            figure = _difference(at, name, wanted, pair, moves.get(wanted))
            found.append(rounded(figure, banded=bool(place.area and (place.sex or kind == GAP))))
    return Computed(lattice, tuple(found), tuple(decisions))


def _small(places: pd.DataFrame, lattice: LatticeCells, instrument: Instrument) -> frozenset[tuple[str, str, int]]:
    """Waves, areas and spans under a floor of population or of respondents; an unknown population (0) is under none."""
    least = instrument.lattice
    depths = [name for name in places.columns if name.startswith("area")]
    people = Counter(pair for name in depths for pair in zip(places["wave"], places[name], strict=True))
    return frozenset(
        (place.wave, place.area, place.span)
        for place in lattice.places
        if place.area
        if 0 < lattice.areas.get(place.area).population < least.area_population
        or sum(people[wave, place.area] for wave in lattice.window(place)) < least.area_respondents
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


def _decided(context: _Context, at: int, exact: Mapping[Place, Figure]) -> Decision:
    """What is withheld of one indicator, whose place among the items is `at`. Raises UnprotectableError.

    The reason of an unreliable figure tells something of its base, which may tell something of another's. So unreliable
    cells beside one that is withheld for its own sake are withheld too, and if that does not do, all of them.
    """
    lattice, name = context.lattice, context.names[at]
    own, cells, earlier = _amounts(context, at, exact)
    silent = cells.silent & ~cells.primary
    together = (context.lines | sparse(lattice, cells.primary | cells.silent)) & ~cells.primary & ~cells.known
    for beside in (silent & _beside(lattice, cells.primary) | together, silent | together):
        quiet = replace(
            cells,
            silent=cells.silent | beside,
            least=np.where(beside, earlier, cells.least),
            most=np.where(beside, context.most, cells.most),
            least_share=np.where(beside, 0.0, cells.least_share),
            most_share=np.where(beside, 1.0, cells.most_share),
        )
        table = linked(lattice, quiet)
        try:
            hidden = withheld(table, context.rule)[: len(lattice.places)] | beside
        except UnprotectableError:
            if not (silent & ~beside).any():
                raise
            continue
        why = {lattice.places[number]: COMPLEMENTARY for number in np.flatnonzero(hidden).tolist()} | own
        return Decision(name, table, why, [figure for place, figure in exact.items() if place not in why])
    raise AssertionError("the last attempt returns or raises")


def _beside(lattice: LatticeCells, primary: Bools) -> Bools:
    """bool[C]: the cells that are in a sum with a primary one."""
    found = np.zeros(len(primary), dtype=bool)
    for total, parts_, _ in lattice.sums:
        row = [total, *parts_]
        if primary[row].any():
            found[row] = True
    return found


def _amounts(context: _Context, at: int, exact: Mapping[Place, Figure]) -> tuple[dict[Place, str], CellAmounts, Ints]:
    """Why cells of one indicator are withheld for their own sake; the cells; the fewest that earlier releases leave."""
    lattice, k = context.lattice, context.rule.k
    size = len(lattice.places)
    n, weight, positive = np.zeros(size, np.int64), np.zeros(size), np.zeros(size)
    known, least, most = np.zeros(size, dtype=bool), np.zeros(size, np.int64), context.most.copy()
    before = np.zeros(size, np.int64)
    shares = np.tile([0.0, 1.0], (size, 1))
    own: dict[Place, str] = {}
    earlier = context.shown_before(context.names[at])
    for place, number in lattice.at.items():
        held, figure = context.where.get(place), exact[place]
        if held:
            part, row = held
            n[number] = part.shares.cube.n[at, row]
            weight[number], positive[number] = part.weight[at, row], part.positive[at, row]
        alone = part.exposed[at][row] if held else FEWER_THAN_K
        if alone or (place.wave, place.area, place.span) in context.small:
            own[place] = alone or SMALL_AREA
        elif figure.status == UNRELIABLE:
            said = told(context.rule_set, figure.reason, k)
            least[number], most[number] = said.least, min(most[number], said.most or UNTOLD)
            shares[number] = said.least_share, said.most_share
        if (old := earlier.get(place)) and old.n is not None and old.n_to is not None:
            known[number] = old.n <= n[number] <= old.n_to
            before[number] = 0 if n[number] < old.n else old.n
            if not known[number] and abs(n[number] - old.n) < k:
                own.setdefault(place, FEW_NEW)
    cells = CellAmounts(
        n=n,
        weight=weight,
        positive=positive,
        primary=np.array([place in own for place in lattice.places]),
        silent=np.array([exact[place].status in (UNRELIABLE, UNAVAILABLE) for place in lattice.places]),
        known=known,
        least=np.maximum(least, before),
        most=most,
        least_share=shares[:, 0],
        most_share=shares[:, 1],
    )
    return own, cells, before


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
