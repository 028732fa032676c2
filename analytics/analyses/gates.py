"""What may be shown of a cell: the release's own rule of disclosure, and beside it the chosen rules of precision.

A table here is finer than the release that everybody can read. So what the release withholds is withheld first, then
what the finer cells would expose, then the neighbours from which either could be worked out.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analytics.disclosure.exposure import COMPLEMENTARY, exposure, exposures, withheld_areas, withheld_sexes
from analytics.indicators.presentation_standards import Kind, RuleSet, Ruling, evidence, judge
from analytics.survey.results import Estimates
from survey_app.areas import SEXES

from .sample import Bools, Floats, Survey
from .sheet import CONFIDENTIAL, REVIEW, UNRELIABLE

OTHER_RULES: RuleSet = "dhs"


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
    """Why everybody's figure of a wave may not be shown: for its own sake, or as the rest of its only area."""
    if why := of_rows(survey, y, wave):
        return why
    alone = {code: of_rows(survey, y, wave & rows) for code, rows in survey.members.items()}
    hidden = withheld_areas(alone, survey.instrument.areas)
    return next((why for code, why in hidden.items() if code not in alone), "")


def of_sexes(survey: Survey, y: Floats, wave: Bools) -> str:
    """Why women and men of a wave may not be shown."""
    sex = survey.column("sex").to_numpy()
    alone = {code: of_rows(survey, y, wave & (sex == code)) for code in SEXES}
    return of_whole(survey, y, wave) or next(iter(withheld_sexes(alone).values()), "")


def of_areas(survey: Survey, y: Floats, wave: Bools, split: Sequence[Bools] = ()) -> dict[str, str]:
    """Area -> why its figures of a wave may not be shown; only areas with a reason.

    split: the parts of each area that are shown beside each other, such as women and men: an area is withheld with any
    of them, since the others and the area's own published figure tell it.
    """
    here = {code: wave & rows for code, rows in survey.members.items()}
    if of_rows(survey, y, wave):
        return dict.fromkeys(here, COMPLEMENTARY)
    published = withheld_areas({code: of_rows(survey, y, rows) for code, rows in here.items()}, survey.instrument.areas)
    if not split:
        return published
    finer = {
        code: published.get(code) or next(filter(None, (of_rows(survey, y, rows & part) for part in split)), "")
        for code, rows in here.items()
    }
    return withheld_areas(finer, survey.instrument.areas)


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
