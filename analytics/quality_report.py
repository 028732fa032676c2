"""The quality report of a release: who was reached and how, what was not answered, and what could not be published.

What goes with the figures to whoever judges them, so it is as safe as they are: counts of the whole survey alone, small
ones withheld together with what they could be had from, shares in whole per cent. Not one number here is by area, but
for how many of those who answered live there.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil, floor
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from survey_app.engine import Item, Variable, codebook
from survey_app.fieldwork import Wave as Period
from survey_app.instrument import Instrument

from .analyses.gates import mark, of_rows, verdict
from .analyses.sample import Survey
from .analyses.sheet import CONFIDENTIAL as EXPOSED
from .analyses.sheet import UNRELIABLE as UNSURE
from .disclosure.exposure import DEFAULT_K
from .disclosure.rounding import band
from .figures import Computed
from .indicators.coding import gave
from .indicators.coverage import census_coverage
from .indicators.nonresponse import ANY, KINDS, PASSED, NonResponse, nonresponse
from .indicators.outcomes import outcomes
from .indicators.presentation_standards import DEFAULT, RuleSet, evidence
from .indicators.quality import flags, unhurried
from .indicators.wave_weights import Weighted
from .release import CONFIDENTIAL, LEVEL, PUBLISHED, UNAVAILABLE, UNRELIABLE

STATUSES = (PUBLISHED, UNRELIABLE, CONFIDENTIAL, UNAVAILABLE)
FEWEST_CASES = 100  # with fewer, a rate in whole per cent counts single people
_STEP = 0.01
# Outcome rates that tell how many cases were of a category.
_TELLING: Mapping[str, tuple[str, ...]] = {
    "refusal": ("COOP", "REF"),
    "partial": ("RR2", "RR4", "RR6", "COOP2", "COOP4"),
    "other": ("COOP1", "COOP2"),
    "noncontact": ("CON",),
}
Cases = Mapping[tuple[str, str], int]
Json = dict[str, object]


def quality(
    frame: pd.DataFrame,
    instrument: Instrument,
    periods: Sequence[Period],
    found: Weighted,
    computed: Computed,
    *,
    k: int = DEFAULT_K,
    rule_set: RuleSet = DEFAULT,
    cases: Mapping[str, Cases] | None = None,
) -> Mapping[str, object]:
    """The report as JSON holds it. Shares are 0..1 in whole per cent; None is a number that is withheld or not there.

    frame: the microdata with hurried interviews, as `publish.responses` gives it; found: the design of those that
    count; cases: by wave, how many invited cases ended in each (state, delivery), where that may be read.
    """
    kept = unhurried(frame)
    effects: dict[str, list[float]] = {}
    for figure in computed.figures:
        if figure.key[2:] == ("", "", LEVEL, 1) and figure.deff is not None:
            effects.setdefault(figure.wave, []).append(figure.deff)
    survey = Survey(kept, frame, found.design, instrument, tuple(periods), k, rule_set, found.kish, found.drawn)
    return {
        "k": k,
        "waves": [_wave(survey, period, found, effects.get(period.id, [])) for period in periods],
        "nonresponse": _nonresponse(survey),
        "coverage": [each for period in periods for each in _coverage(survey, period)],
        "outcomes": [_outcomes(period.id, (cases or {}).get(period.id, {}), k) for period in periods],
        "figures": _figures(computed, {area.code for area in instrument.areas.areas}),
        "labels": _labels(instrument),
    }


def _wave(survey: Survey, period: Period, found: Weighted, effects: Sequence[float]) -> Json:
    held = survey.all_[survey.all_["wave"] == period.id]
    kept, flagged = unhurried(held), flags(held, period.questionnaire)
    error = found.margin_error.get(period.id)
    return {
        "wave": period.id,
        "interviews": len(kept),
        "modes": _counts(kept["mode"], survey.k),
        "languages": _counts(kept["language"], survey.k),
        "hurried": flagged.hurried if flagged.hurried >= survey.k or not flagged.hurried else None,
        "straight": flagged.straight if flagged.straight >= survey.k or not flagged.straight else None,
        "drawn": _percent(found.drawn.get(period.id)),
        "kish_effect": None if period.id not in found.kish else round(found.kish[period.id], 2),
        "margin_error": None if error is None else round(error, 4) + 0.0,  # what is finer is the machine’s own noise
        "mean_design_effect": round(float(np.mean(effects)), 1) if effects else None,
        "largest_design_effect": round(max(effects), 1) if effects else None,
    }


def _counts(column: "pd.Series[Any]", k: int) -> dict[str, int | None]:
    """How many of each; what is small is withheld, and never alone."""
    found = {str(name): int(n) for name, n in column.dropna().value_counts().items()}
    hidden = _together({name: n for name, n in found.items() if n < k}, found)
    return {name: None if name in hidden else found[name] for name in sorted(found)}


def _together(small: Mapping[str, int], counts: Mapping[str, int]) -> set[str]:
    """What is withheld: what is small, and with a single one the next smallest, since all together are known."""
    hidden = set(small)
    others = sorted((n, name) for name, n in counts.items() if name not in hidden)
    return hidden | {others[0][1]} if len(hidden) == 1 and others else hidden


def _nonresponse(survey: Survey) -> list[Json]:
    """By indicator and wave: the shares of those asked who refused, did not know, or passed the question over."""
    rows: list[Json] = []
    forms = {period.questionnaire.version: period.questionnaire for period in survey.waves}
    for version, form in forms.items():
        book = codebook(form)
        waves = [period.id for period in survey.waves if period.questionnaire.version == version]
        wanted = [each for each in survey.instrument.indicators if each.item in book and each.item in survey.frame]
        if not wanted:  # to ask for no item in particular would be to ask for all
            continue
        places = survey.frame["wave"].where(survey.frame["wave"].isin(waves))
        design = replace(survey.design, data=survey.frame.assign(wave=places))
        shares: dict[tuple[str, str], Json] = {}
        given: dict[tuple[str, str], set[str]] = {}
        for each in nonresponse(design, form, sorted({each.item for each in wanted}), by=["wave"]):
            item, variable = form.by_name[each.item], book[each.item]
            if each.kind == ANY or not _possible(each.kind, item, variable):
                continue
            y = gave(dict(KINDS)[each.kind], item, variable, survey.frame)
            for at, wave in enumerate(map(str, each.estimates.keys["wave"])):
                asked_of = list(band(int(each.estimates.n[at])))
                row = shares.setdefault((each.item, wave), {"asked": asked_of})
                if each.cases[at]:
                    given.setdefault((each.item, wave), set()).add(each.kind)
                row[each.kind] = _rate(survey, each, at, y, np.asarray(places == wave, dtype=bool))
        safe = {key: _safe(row, given.get(key, set())) for key, row in shares.items()}
        rows += [
            {"indicator": indicator.id, "wave": wave, **row}
            for (item_name, wave), row in safe.items()
            for indicator in wanted
            if indicator.item == item_name
        ]
    return sorted(rows, key=lambda row: (str(row["indicator"]), str(row["wave"])))


def _possible(kind: str, item: Item, variable: Variable) -> bool:
    """Whether the questionnaire lets anybody answer so."""
    code = dict(KINDS)[kind]
    return not item.required if kind == PASSED else code is not None and bool(variable.missing(code))


def _rate(survey: Survey, each: NonResponse, at: int, y: npt.NDArray[np.float64], here: npt.NDArray[np.bool_]) -> Json:
    """A share with its status. That nobody at all did may be told: to have answered gives nothing away."""
    nobody = not each.cases[at] and int(each.estimates.n[at]) >= FEWEST_CASES
    judged = verdict(survey, each.estimates, at, "proportion", each.cases[at])
    flag, _ = mark("" if nobody else of_rows(survey, y, here), judged)
    if flag in (EXPOSED, UNSURE):
        return _hidden(CONFIDENTIAL if flag == EXPOSED else UNRELIABLE)
    seen = evidence(each.estimates, at, kind="proportion", cases=each.cases[at])
    assert seen.estimate is not None
    assert seen.low is not None
    assert seen.high is not None
    ends = floor(seen.low / _STEP + 1e-9) * _STEP, ceil(seen.high / _STEP - 1e-9) * _STEP
    return {"status": PUBLISHED, "share": _percent(seen.estimate), "low": round(ends[0], 2), "high": round(ends[1], 2)}


def _safe(row: Json, given: set[str]) -> Json:
    """The kinds of an item; a single one that is withheld takes the others that anybody gave along, since the
    published bases tell what they are together.
    """
    exposed = [name for name in given if row[name] == _hidden(CONFIDENTIAL)]
    return row | {name: _hidden(CONFIDENTIAL) for name in given} if len(exposed) == 1 else row


def _hidden(status: str) -> Json:
    return {"status": status, "share": None, "low": None, "high": None}


def _coverage(survey: Survey, period: Period) -> list[Json]:
    """Who answered beside the census, before weighting, by area and by sex and age."""
    people = survey.frame[survey.of_wave(period)].reset_index(drop=True)
    given = people["weight"]
    weights = None if given.isna().any() else given.to_numpy(dtype=float)
    measured = {each.margin: each for each in census_coverage(people, survey.instrument, weights)}
    if not measured:
        return []
    role = survey.instrument
    found: list[Json] = []
    for name, parts in (("area", ["area"]), ("sex_age", ["sex", "age"])):
        table = measured["area x sex x age" if len(parts) > 1 else name].table
        cells = table.groupby(parts)[["achieved", "census"]].sum()
        columns = [people[getattr(role, part)].astype(str) for part in parts]
        keys = [key if isinstance(key, tuple) else (key,) for key in cells.index]
        counted = Counter(zip(*columns, strict=True))
        counts = {" ".join(map(str, key)): counted[tuple(map(str, key))] for key in keys}
        hidden = _together({label: n for label, n in counts.items() if n < survey.k}, counts)
        missing = len(people) - sum(counts.values())
        rows = zip(keys, counts, cells.to_numpy(), strict=True)
        found.append(
            {
                "wave": period.id,
                "margin": name,
                "base_weights": weights is not None,
                "did_not_say": _percent(missing / len(people)) if missing >= survey.k or not missing else None,
                "cells": [
                    dict(zip(parts, map(str, key), strict=True))
                    | {"achieved": None if label in hidden else _percent(achieved), "census": _percent(census)}
                    for key, label, (achieved, census) in rows
                ],
            }
        )
    return found


def _outcomes(wave: str, cases: Cases, k: int) -> Json:
    """AAPOR's outcome rates of the invited cases; none that tells how many a small category holds."""
    if sum(cases.values()) < FEWEST_CASES:
        return {"wave": wave, "status": UNAVAILABLE, "rates": {}}
    ended = outcomes(cases)
    small = [name for name in _TELLING if 0 < getattr(ended.counts, name) < k]
    telling = tuple(start for name in small for start in _TELLING[name])
    rates = {name: None if name.startswith(telling) else _percent(rate) for name, rate in ended.rates.items()}
    return {"wave": wave, "status": PUBLISHED, "rates": rates}


def _figures(computed: Computed, areas: set[str]) -> list[Json]:
    """How many figures of each kind of cell are published, and how many of the others are not, and why."""
    counted: Counter[tuple[str, int, bool, str]] = Counter()
    for figure in computed.figures:
        kind = ("area" if figure.area in areas else "") + ("_sex" if figure.sex else "")
        counted[kind.removeprefix("_") or "whole", figure.span, figure.contrast != LEVEL, figure.status] += 1
    kinds = sorted({key[:3] for key in counted})
    return [
        {"kind": kind, "span": span, "contrast": contrast}
        | {status: counted[kind, span, contrast, status] for status in STATUSES}
        for kind, span, contrast in kinds
    ]


def _labels(instrument: Instrument) -> Json:
    """The labels of sexes and ages by code."""
    form = instrument.questionnaire
    names = {"sex": instrument.sex, "age": instrument.age}
    return {
        role: {choice.code: dict(choice.label) for choice in form.by_name[name].choices}
        for role, name in names.items()
        if name in form.by_name
    }


def _percent(share: float | None) -> float | None:
    return None if share is None else round(float(share), 2) + 0.0
