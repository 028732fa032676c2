"""What may be shown of a cell: the release's own rule of disclosure, and beside it the chosen rules of precision.

A table here is finer than the release that everybody can read. So what the release withholds is withheld first, then
what the finer cells would expose, then the neighbours from which either could be worked out.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from analytics.disclosure.exposure import COMPLEMENTARY, SMALL_AREA, exposure, exposures
from analytics.disclosure.linked_table import UNTOLD, LinkedTable, Rule, UnprotectableError
from analytics.disclosure.suppression import withheld
from analytics.indicators.presentation_standards import Kind, RuleSet, Ruling, evidence, judge
from analytics.lattice import WHOLE, CellAmounts, LatticeCells, Place, linked
from analytics.survey.results import Estimates
from survey_app.areas import SEXES

from .sample import Bools, Floats, Survey
from .sheet import CONFIDENTIAL, REVIEW, UNRELIABLE

OTHER_RULES: RuleSet = "dhs"
_WAVE = "wave"  # the one of a table of one wave
_EVERYBODY = Place(_WAVE, WHOLE, WHOLE)
_SEXES = tuple(Place(_WAVE, WHOLE, sex) for sex in SEXES)


def of_cells(survey: Survey, y: Floats, keys: pd.DataFrame) -> dict[tuple[object, ...], str]:
    """By key of a row of `keys` [n]: why its share may not be shown for its own sake, "" where it may.

    y: 0..1, NaN outside the base. Rows without a part of the key are in no cell.
    """
    known = keys.notna().all(axis=1).to_numpy()
    grouped = keys[known].groupby(list(keys.columns), sort=True, observed=True)
    of = grouped.ngroup().to_numpy().astype(np.int64)
    names = [key if isinstance(key, tuple) else (key,) for key in grouped.size().index.tolist()]
    found = exposures(y[known], survey.design.weights[known], of, len(names), survey.k)
    return dict(zip(names, found, strict=True))


def of_rows(survey: Survey, y: Floats, rows: Bools) -> str:
    """Why the share among these rows may not be shown for its own sake."""
    return exposure(y[rows], survey.design.weights[rows], survey.k)


def of_whole(survey: Survey, y: Floats, wave: Bools) -> str:
    """Why everybody's figure of a wave may not be shown: for its own sake, or as the rest of others."""
    return of_places(survey, y, wave).get(_EVERYBODY, "")


def of_sexes(survey: Survey, y: Floats, wave: Bools) -> str:
    """Why women and men of a wave may not be shown: both, where everybody's figure or one of theirs may not."""
    hidden = of_places(survey, y, wave)
    return next(filter(None, (hidden.get(place, "") for place in (_EVERYBODY, *_SEXES))), "")


def of_areas(survey: Survey, y: Floats, wave: Bools, *, by_sex: bool = False) -> dict[str, str]:
    """Area -> why its figures of a wave may not be shown; only areas with a reason.

    by_sex: women and men of an area are shown beside each other, so that it is withheld with either of them. Where
    everybody's figure is exposed, all areas are withheld.
    """
    if of_rows(survey, y, wave):
        return dict.fromkeys(survey.members, COMPLEMENTARY)
    parts = (WHOLE, *SEXES) if by_sex else (WHOLE,)
    found: dict[str, str] = {}
    for place, why in sorted(of_places(survey, y, wave).items()):
        if place.area and place.sex in parts:
            found.setdefault(place.area, why)
    return found


def of_places(survey: Survey, y: Floats, wave: Bools) -> dict[Place, str]:
    """Why cells of one indicator and wave may not be shown, only those: everybody, sexes, areas, sexes of areas.

    y: 0..1, NaN outside the base; wave: bool[n]. Areas under a floor of the release are among them. Whether a cell is
    sure enough is not asked here, so that none counts as hidden because of it.
    """
    lattice = _lattice(survey)
    rows = {place: _rows(survey, place, wave) for place in lattice.places}
    small = {code for code, here in survey.members.items() if _under_a_floor(survey, code, wave & here)}
    own = {place: of_rows(survey, y, here) for place, here in rows.items()}
    primary = {place: why or (SMALL_AREA if place.area in small else "") for place, why in own.items()}
    table = _table(survey, y, lattice, rows, primary)
    try:
        hidden = withheld(table, Rule(survey.k))[: len(lattice.places)]
    except UnprotectableError:
        hidden = np.ones(len(lattice.places), dtype=bool)
    return {place: primary[place] or COMPLEMENTARY for place, out in zip(lattice.places, hidden, strict=True) if out}


def _lattice(survey: Survey) -> LatticeCells:
    """The cells of one wave; with those by sex where the survey asked it."""
    name = survey.instrument.sex
    sexes = ("sex",) if name in survey.frame and survey.frame[name].notna().any() else ()
    area = ("area", *("area_sex" for _ in sexes)) if survey.members else ()
    return LatticeCells(survey.instrument.areas, (_WAVE,), (date.min,), (*sexes, *area), (1,))


def _rows(survey: Survey, place: Place, wave: Bools) -> Bools:
    rows = wave & survey.members[place.area] if place.area else wave
    return rows & (survey.column("sex") == place.sex).to_numpy(dtype=bool) if place.sex else rows


def _under_a_floor(survey: Survey, code: str, rows: Bools) -> bool:
    least, population = survey.instrument.lattice, survey.instrument.areas.get(code).population
    return 0 < population < least.area_population or int(rows.sum()) < least.area_respondents


def _table(
    survey: Survey, y: Floats, lattice: LatticeCells, rows: Mapping[Place, Bools], primary: Mapping[Place, str]
) -> LinkedTable:
    """The cells of `lattice`, and for each sum those who are in the total and in no part."""
    based = np.isfinite(y)
    said, weights = np.where(based, y, 0.0), np.where(based, survey.design.weights, 0.0)
    amounts = np.array([[(based & at).sum(), weights[at].sum(), (weights * said)[at].sum()] for at in rows.values()])
    size = len(rows)
    return linked(
        lattice,
        CellAmounts(
            n=amounts[:, 0].astype(np.int64),
            weight=amounts[:, 1],
            positive=amounts[:, 2],
            primary=np.array([bool(primary[place]) for place in lattice.places]),
            silent=np.zeros(size, dtype=bool),
            known=np.zeros(size, dtype=bool),
            least=np.zeros(size, np.int64),
            most=np.full(size, UNTOLD),
            least_share=np.zeros(size),
            most_share=np.ones(size),
        ),
    )


def verdict(survey: Survey, found: Estimates, row: int, kind: Kind, cases: int | None = None) -> Ruling:
    """What the chosen rules say of a row; of a mean those of OTHER_RULES, where the chosen ones judge shares alone."""
    rules = survey.rule_set if kind == "proportion" else rules_of_means(survey.rule_set)
    return judge(rules, evidence(found, row, kind=kind, cases=cases))


def rules_of_means(chosen: RuleSet) -> RuleSet:
    """The chosen rules where they judge means, else those that ask only how many answered."""
    return OTHER_RULES if chosen.startswith("nchs") else chosen


def mark(exposed: str, judged: Ruling | None) -> tuple[str, str]:
    """A cell's flag and its reason: exposure first, then precision."""
    if exposed:
        return CONFIDENTIAL, ""
    if judged is None or judged.flag == "present":
        return "", ""
    return (UNRELIABLE if judged.flag == "suppress" else REVIEW), judged.reason


def sterner(marks: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """The sternest of several marks: of what is made of several figures."""
    order = ("", REVIEW, UNRELIABLE, CONFIDENTIAL)
    return max(marks, key=lambda each: order.index(each[0]))


def share_of_rows(y: Floats, rows: Bools) -> int:
    """How many of these rows said yes, unweighted."""
    return int(np.nansum(np.where(rows, y, np.nan)))
