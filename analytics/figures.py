"""The figures of a release: each declared cell estimated on the full design, judged for precision and for exposure.

The lattice is fixed: every indicator, by wave, for everyone, by sex, and by area at each level; the gap between women
and men, and the change since the wave before. A cell that may not be shown has no number at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from survey_app.areas import SEXES, AreaList
from survey_app.engine import codebook
from survey_app.instrument import Instrument

from .disclosure import COMPLEMENTARY, DEFAULT_K, FEWER_THAN_K, exposures, withheld_areas, withheld_sexes
from .indicators.coding import coded
from .indicators.presentation_standards import DEFAULT, Evidence, RuleSet, judge
from .release import CHANGE, CONFIDENTIAL, GAP, LEVEL, PUBLISHED, UNAVAILABLE, UNRELIABLE, Figure
from .survey.cube.contrasts import contrast
from .survey.cube.cube import Cube, means
from .survey.cube.summary import Summary, rollup
from .survey.cube.tally import summarise
from .survey.design import Design

WOMAN, MAN = SEXES
Cell = tuple[str, str, str]  # wave, area, sex; "" is everybody of the wave
Contrast = tuple[str, Cell]


def figures(
    frame: pd.DataFrame,
    design: Design,
    instrument: Instrument,
    waves: Sequence[str],
    k: int = DEFAULT_K,
    rule_set: RuleSet = DEFAULT,
) -> tuple[Figure, ...]:
    """All figures of the lattice for these waves, oldest first: a change is against the one before in this order."""
    book = codebook(instrument.questionnaire)
    ids = [indicator.id for indicator in instrument.indicators]
    answers = pd.DataFrame({i.id: coded(i, book[i.item], frame) for i in instrument.indicators}, index=frame.index)
    places = _places(frame, instrument)
    sums = summarise(replace(design, data=answers.join(places)), ids, list(places.columns))
    kinds = [None, *(name for name in places.columns if name != "wave")]
    parts = [_part(sums, answers, places, design.weights, by, waves, k) for by in kinds]
    sexes = SEXES if "sex" in places else ()
    reported = [area.code for area in instrument.areas.areas if area.parent is not None]
    keys = [("", ""), *(("", sex) for sex in sexes), *((code, "") for code in reported)]
    cells = {cell: (part, row) for part in parts for cell, row in part.rows.items()}
    found: list[Figure] = []
    for at, name in enumerate(ids):
        exposed = {cell: part.exposed[at][row] for cell, (part, row) in cells.items()}
        made: dict[Cell, Figure] = {}
        for number, wave in enumerate(waves):
            hidden = _withheld(exposed, wave, reported, instrument.areas, sexes)
            here = [(wave, *key) for key in keys]
            made |= {cell: _level(at, name, cell, cells.get(cell), hidden.get(cell, ""), rule_set) for cell in here}
            found += [made[cell] for cell in here]
            wanted: list[Contrast] = [(GAP, (wave, "", ""))] if sexes else []
            wanted += [(CHANGE, cell) for cell in here] if number else []
            found += [_difference(at, name, each, parts, made, waves[number - 1]) for each in wanted]
    return tuple(found)


@dataclass(frozen=True, eq=False)
class _Part:
    """Cells of one kind, waves crossed with nothing, sexes or areas: their figures, and what each would expose.

    rows: the place of each cell in the cube; exposed, cases: by indicator and row; moves: gaps and changes, by their
    place in `differences`.
    """

    shares: "_Shown"
    rows: Mapping[Cell, int]
    exposed: Sequence[Sequence[str]]
    cases: npt.NDArray[np.int64]
    moves: Mapping[Contrast, int]
    differences: "_Shown | None"


@dataclass(frozen=True, eq=False)
class _Shown:
    """A cube's figures by indicator and row, each looked up many times."""

    cube: Cube
    se: npt.NDArray[np.float64]
    deff: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
    unavailable: npt.NDArray[np.str_]

    @classmethod
    def of(cls, cube: Cube, bounds: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]) -> "_Shown":
        return cls(cube, cube.se, cube.deff, *bounds, cube.unavailable)


def _places(frame: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """The wave of each row, its sex where the survey asked, and its area at each depth below the top; "" is none."""
    paths = {area.code: _path(instrument.areas, area.code) for area in instrument.areas.areas if area.parent}
    given = [paths.get(code, ()) for code in frame[instrument.area]] if instrument.area in frame else [()] * len(frame)
    found = {"wave": frame["wave"].astype(str)}
    if instrument.sex in frame:
        found["sex"] = frame[instrument.sex].where(frame[instrument.sex].isin(SEXES), "").astype(str)
    for depth in range(max(map(len, paths.values()), default=0)):
        found[f"area {depth}"] = pd.Series([path[depth] if depth < len(path) else "" for path in given], frame.index)
    return pd.DataFrame(found)


def _path(areas: AreaList, code: str) -> tuple[str, ...]:
    """An area's codes from below the top down to itself."""
    return (*(above.code for above in areas.ancestors(code)[-2::-1]), code)


def _part(
    sums: Summary,
    answers: pd.DataFrame,
    places: pd.DataFrame,
    weights: npt.NDArray[np.float64],
    by: str | None,
    waves: Sequence[str],
    k: int,
) -> _Part:
    keep = ["wave"] if by is None else ["wave", by]
    cube = means(rollup(sums, keep))
    of_row = places.groupby(keep, sort=True).ngroup().to_numpy().astype(np.int64)
    told = [tuple(map(str, key)) for key in cube.keys.itertuples(index=False)]
    rows = {_cell(by, *key): at for at, key in enumerate(told) if key[-1]}  # who gave no area or sex is in no such cell
    columns = [answers[name].to_numpy() for name, _ in cube.items]
    before = {now: wave for wave, now in pairwise(waves)}
    wanted: list[Contrast] = [(CHANGE, cell) for cell in rows if cell[0] in before]
    wanted += [(GAP, (wave, "", "")) for wave in waves if by == "sex"]
    sides = {each: _sides(each, before.get(each[1][0], "")) for each in wanted}
    pairs = {each: pair for each, pair in sides.items() if all(cell in rows for cell in pair)}
    labels = cube.labels
    coefficients = {
        str(at): {labels[rows[plus]]: 1.0, labels[rows[minus]]: -1.0} for at, (plus, minus) in enumerate(pairs.values())
    }
    moved = contrast(cube, coefficients) if coefficients else None
    return _Part(
        shares=_Shown.of(cube, cube.share_interval()),
        rows=rows,
        exposed=[exposures(y, weights, of_row, len(cube.keys), k) for y in columns],
        cases=np.array([np.bincount(of_row, np.nan_to_num(y), minlength=len(cube.keys)) for y in columns]).astype(int),
        moves={name: at for at, name in enumerate(pairs)},
        differences=_Shown.of(moved, moved.interval()) if moved else None,
    )


def _cell(by: str | None, wave: str, of: str = "") -> Cell:
    return (wave, "", of) if by == "sex" else (wave, of, "")


def _withheld(
    exposed: Mapping[Cell, str], wave: str, reported: Sequence[str], areas: AreaList, sexes: Sequence[str]
) -> dict[Cell, str]:
    """Why cells of a wave may not be shown. A cell that nobody answered in exposes as one of fewer than k does."""
    alone = {code: exposed.get((wave, code, ""), FEWER_THAN_K) for code in reported}
    by_area = withheld_areas(alone, areas)
    # What is above all areas is the whole survey; an only child can be had from it.
    above = next((why for code, why in by_area.items() if code not in alone), "")
    hidden = {(wave, code, ""): why for code, why in by_area.items() if code in alone}
    by_sex = withheld_sexes({sex: exposed.get((wave, "", sex), FEWER_THAN_K) for sex in sexes})
    hidden |= {(wave, "", sex): why for sex, why in by_sex.items()}
    if whole := exposed.get((wave, "", ""), FEWER_THAN_K) or above:
        parts = [*((wave, code, "") for code in reported), *((wave, "", sex) for sex in sexes)]
        hidden = dict.fromkeys(parts, COMPLEMENTARY) | hidden | {(wave, "", ""): whole}
    return hidden


def _level(at: int, name: str, cell: Cell, place: tuple[_Part, int] | None, withheld: str, rule: RuleSet) -> Figure:
    key = (name, *cell, LEVEL)
    if withheld or place is None:
        return Figure(*key, CONFIDENTIAL, withheld)
    part, row = place
    shares, cube, reason = part.shares, part.shares.cube, str(part.shares.unavailable[at, row])
    low, high = float(shares.low[at, row]), float(shares.high[at, row])
    if np.isnan(low):
        return Figure(*key, UNAVAILABLE, reason)
    n, p = int(cube.n[at, row]), float(cube.value[at, row])
    se = None if reason else float(shares.se[at, row])
    n_eff = float(n) if se is None else min(float(n), p * (1 - p) / se**2)
    deff = None if se is None else float(shares.deff[at, row])
    cases, domain_df = int(part.cases[at, row]), int(cube.domain_df[at, row])
    judged = judge(rule, Evidence("proportion", p, se, low, high, n, cases, n_eff, deff, domain_df, reason))
    if judged.flag == "suppress":
        return Figure(*key, UNRELIABLE, judged.reason)
    flag = "review" if judged.flag == "review" else ""
    told = judged.reason if flag else ""
    return Figure(*key, PUBLISHED, told, flag, n, p, se, low, high, float(cube.df), deff, "korn_graubard")


def _sides(wanted: Contrast, before: str) -> tuple[Cell, Cell]:
    """What a contrast is between: women and men of a wave, or a cell and the same in the wave before."""
    kind, (wave, area, sex) = wanted
    return ((wave, "", WOMAN), (wave, "", MAN)) if kind == GAP else ((wave, area, sex), (before, area, sex))


def _difference(
    at: int, name: str, wanted: Contrast, parts: Sequence[_Part], made: Mapping[Cell, Figure], before: str
) -> Figure:
    """One figure minus another, where both are published; else the reason of the one that is not."""
    kind, cell = wanted
    key = (name, *cell, kind)
    for figure in map(made.__getitem__, _sides(wanted, before)):
        if figure.status != PUBLISHED:
            return Figure(*key, figure.status, figure.reason)
    part = next(part for part in parts if wanted in part.moves)
    shown, row = part.differences, part.moves[wanted]
    assert shown is not None
    cube = shown.cube
    if cube.reason[at, row]:
        return Figure(*key, UNAVAILABLE, str(shown.unavailable[at, row]))
    value, se, n = float(cube.value[at, row]), float(shown.se[at, row]), int(cube.n[at, row])
    bounds = float(shown.low[at, row]), float(shown.high[at, row])
    return Figure(*key, PUBLISHED, "", "", n, value, se, *bounds, float(cube.df), None, "t")
