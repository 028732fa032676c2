"""How good the data of the newest wave are: who was reached, who left, what was refused, how answers were given."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from analytics.indicators.coding import gave
from analytics.indicators.coverage import census_coverage
from analytics.indicators.nonresponse import ANY, KINDS, PASSED, NonResponse, nonresponse
from analytics.indicators.outcomes import leaving, outcomes
from analytics.indicators.presentation_standards import evidence
from analytics.indicators.quality import flags, straight_lined
from analytics.survey.estimates.means import mean
from survey_app.engine import Kind, Missing, codebook

from .gates import mark, of_areas, of_rows, share_of_rows, verdict
from .sample import AnalysisError, Floats, Survey
from .sheet import CONFIDENTIAL, UNRELIABLE, Sheet, masked

_DERIVED = frozenset({Kind.NOTE, Kind.CALCULATED, Kind.ARM})
Cases = Mapping[tuple[str, str], int]


def quality(survey: Survey, broken: Mapping[int, int] | None = None, cases: Cases | None = None) -> tuple[Sheet, ...]:
    """Waves, item non-response, refusals by area, break-off, coverage, outcome rates.

    broken: answers given -> interviews of the newest wave that were left there; cases: its invited cases by (state,
    delivery). None or empty: nothing is known, and its sheet says so. Raises AnalysisError.
    """
    sheets = [_waves(survey), _items(survey)]
    if survey.members:
        sheets.append(_refusals(survey))
    return *sheets, _break_off(survey, broken or {}), _coverage(survey), _outcomes(survey, cases or {})


def _waves(survey: Survey) -> Sheet:
    rows, marks = [], []
    for wave in survey.waves:
        held = survey.all_[survey.all_["wave"] == wave.id]
        here = survey.of_wave(wave)
        set_aside = flags(held, wave.questionnaire).hurried
        y = np.full(len(survey.frame), np.nan)
        y[here] = straight_lined(survey.frame[here], wave.questionnaire)
        row: dict[str, Any] = {"wave": wave.id, "interviews": int(here.sum()), "hurried": set_aside}
        row |= {"straight": np.nan, "low": np.nan, "high": np.nan}
        row |= {"kish_effect": survey.kish.get(wave.id, np.nan), "drawn": survey.drawn.get(wave.id, np.nan) * 100}
        n, marked = 0, ("", "no battery of four")
        if np.isfinite(y).any():
            found = mean(survey.design, y)
            low, high = found.interval()
            row |= {"straight": found.value[0] * 100, "low": low[0] * 100, "high": high[0] * 100}
            n = int(found.n[0])
            marked = mark(of_rows(survey, y, here), verdict(survey, found, 0, "proportion", int(np.nansum(y))))
        rows.append(row | {"n_battery": n})
        marks.append(marked)
    table = masked(pd.DataFrame(rows), [flag for flag, _ in marks], ("straight", "low", "high"), ("n_battery",))
    table = _few_hidden(table, survey.k).assign(reason=[why for _, why in marks])
    return Sheet(
        title="Waves",
        table=table,
        method=(
            "hurried: set aside, answered faster than anybody reads; straight: per cent who answered a whole battery "
            f"alike, 95 % intervals by t with {survey.design.df} df; kish_effect: by how much unequal weights widen "
            "variances; drawn: per cent of interviews of people whom a sample drew"
        ),
        n=len(survey.frame),
        words=survey.words,
        digits={"kish_effect": 2, "n_battery": 0, "hurried": 0},
    )


def _few_hidden(table: pd.DataFrame, k: int) -> pd.DataFrame:
    """The table with counts of hurried interviews that are under k, but not 0, as words."""
    return table.assign(hurried=[f"under {k}" if 0 < each < k else f"{each:,}" for each in table["hurried"]])


def _items(survey: Survey) -> Sheet:
    now = survey.of_wave(survey.newest)
    form = survey.newest.questionnaire
    book = codebook(form)
    names = [item.name for item in form.items if item.kind not in _DERIVED and item.name in survey.frame]
    places = survey.frame["wave"].where(now)
    kinds = (ANY, *(kind for kind, _ in KINDS))
    rows: dict[str, dict[str, object]] = {}
    design = replace(survey.design, data=survey.frame.assign(newest=places))
    for each in nonresponse(design, form, names, by=["newest"]):
        row = rows.setdefault(each.item, {"item": each.item, "asked": 0} | dict.fromkeys(kinds, "-"))
        row["asked"] = max(int(str(row["asked"])), int(each.estimates.n[0]))
        if _possible(each, form, book):
            row[each.kind] = _rate(survey, each, _given(each, form, book, survey, now), now)
    for row in rows.values():
        # One secret part is the whole less the others.
        if sum(row[kind] == CONFIDENTIAL for kind, _ in KINDS) == 1:
            row[ANY] = CONFIDENTIAL
    return Sheet(
        title=f"Questions without an answer, wave {survey.newest.id}",
        table=pd.DataFrame(list(rows.values()), columns=["item", "asked", *kinds]),
        method=(
            "Per cent of those who were asked, with 95 % intervals (Korn and Graubard); any: don't know, refused or "
            "passed over"
        ),
        n=int(now.sum()),
        words=survey.words,
        digits={"asked": 0},
    )


def _possible(each: NonResponse, form: Any, book: Any) -> bool:
    """Whether the questionnaire lets anybody answer so."""
    offered = any(book[each.item].missing(code) for kind, code in KINDS if code and each.kind in (kind, ANY))
    passed = each.kind in (PASSED, ANY) and not form.by_name[each.item].required
    return offered or passed


def _given(each: NonResponse, form: Any, book: Any, survey: Survey, now: "np.ndarray[Any, Any]") -> Floats:
    """float64[n]: 1 where the item's kind of non-answer was given."""
    item, variable = form.by_name[each.item], book[each.item]
    wanted = [code for kind, code in KINDS if each.kind in (kind, ANY)]
    found = np.max([gave(code, item, variable, survey.frame) for code in wanted], axis=0)
    return np.where(now, found, np.nan)


def _rate(survey: Survey, each: NonResponse, y: Floats, now: "np.ndarray[Any, Any]") -> str:
    """A rate with its interval in one cell, or its mark. Nobody at all, or everybody, tells something of each."""
    judged = verdict(survey, each.estimates, 0, "proportion", each.cases[0])
    flag, _ = mark(of_rows(survey, y, now), judged)
    if flag in (CONFIDENTIAL, UNRELIABLE):
        return flag
    seen = evidence(each.estimates, 0, kind="proportion", cases=each.cases[0])
    assert seen.estimate is not None
    assert seen.low is not None
    assert seen.high is not None
    return f"{seen.estimate * 100:.1f} ({seen.low * 100:.1f} to {seen.high * 100:.1f}){flag}"


def _refusals(survey: Survey) -> Sheet:
    """Who refused at least one question, by area."""
    now, form = survey.of_wave(survey.newest), survey.newest.questionnaire
    book = codebook(form)
    names = [item.name for item in form.items if item.kind not in _DERIVED and item.name in survey.frame]
    refused = np.column_stack([gave(Missing.REFUSED, form.by_name[n], book[n], survey.frame) for n in names])
    y = np.where(now, np.nan_to_num(refused).max(axis=1), np.nan)
    hidden = of_areas(survey, y, now)
    placed = survey.where_placed()
    design = replace(survey.design, data=survey.frame.assign(place=survey.column("area").where(placed)))
    found = mean(design, y, by="place", where=now & placed)
    codes = [str(code) for code in found.keys["place"]]
    low, high = found.interval()
    marks = []
    for row, code in enumerate(codes):
        cases = share_of_rows(y, now & survey.members[code])
        marks.append(mark(hidden.get(code, ""), verdict(survey, found, row, "proportion", cases)))
    table = pd.DataFrame(
        {
            "area": [survey.place(code) for code in codes],
            "refused": found.value * 100,
            "low": low * 100,
            "high": high * 100,
            "n": found.n,
        }
    )
    table = masked(table, [flag for flag, _ in marks], ("refused", "low", "high"), ("n",))
    return Sheet(
        title=f"Who refused a question, by area, wave {survey.newest.id}",
        table=table.assign(reason=[why for _, why in marks]).sort_values("area", ignore_index=True),
        method=f"Per cent who preferred not to answer at least one question; 95 % intervals by t with {found.df} df",
        n=int((now & placed).sum()),
        words=("It speaks of the questions and of how safe it felt to answer, not against who refused.", *survey.words),
        digits={"n": 0},
    )


def _break_off(survey: Survey, broken: Mapping[int, int]) -> Sheet:
    completed = int((survey.all_["wave"] == survey.newest.id).sum())
    many = {answered: left for answered, left in broken.items() if left >= survey.k}
    rows = [
        {"answers_given": each.answered, "left": each.left, "share": each.share * 100}
        | {"low": each.low * 100, "high": each.high * 100}
        for each in leaving(many, completed)
    ]
    words = f"Points where fewer than {survey.k} people left are not counted."
    nothing = "No interview of this wave is known to have been left: drafts are counted when they expire."
    return Sheet(
        title=f"Where people left, wave {survey.newest.id}",
        table=pd.DataFrame(rows, columns=["answers_given", "left", "share", "low", "high"]),
        method="Per cent of those who came so far who gave no further answer; exact 95 % intervals (Clopper, Pearson)",
        n=completed + sum(many.values()),
        words=(words if broken else nothing,),
    )


def _coverage(survey: Survey) -> Sheet:
    now = survey.of_wave(survey.newest)
    rows = [
        {
            "margin": each.margin,
            "dissimilarity": each.dissimilarity * 100,
            "by_chance": each.by_chance * 100,
            "did_not_say": each.unknown * 100 if each.unknown * now.sum() >= survey.k or not each.unknown else np.nan,
        }
        for each in census_coverage(survey.frame[now].reset_index(drop=True), survey.instrument, _base(survey))
    ]
    table = pd.DataFrame(rows, columns=["margin", "dissimilarity", "by_chance", "did_not_say"])
    if not len(table):
        words = "This instrument has no census to set the sample against."
    elif _base(survey) is None:
        words = (
            "A sample that was drawn with unequal chances is far from the census by plan too; only with the frame's "
            "base weights is what is left that of who did not answer."
        )
    else:
        words = ""
    based = "base weights of the frame" if _base(survey) is not None else "each person alike, before weighting"
    return Sheet(
        title=f"The sample against the census, wave {survey.newest.id}",
        table=table,
        method=(
            f"Per cent of respondents who would have to be others, {based}; by_chance: what as many drawn at random "
            "would show on average"
        ),
        n=int(now.sum()),
        words=(words,) if words else (),
    )


def _base(survey: Survey) -> Floats | None:
    """The frame's weights of the newest wave, where everybody has one."""
    given = survey.frame.loc[survey.of_wave(survey.newest), "weight"]
    return None if given.isna().any() else given.to_numpy(dtype=float)


def _outcomes(survey: Survey, cases: Cases) -> Sheet:
    total = sum(cases.values())
    title = f"How the invited cases ended, wave {survey.newest.id}"
    method = "AAPOR, Standard Definitions, 10th edition; RR1 is the least and RR5 the most that the rate can be"
    if total < survey.k:
        why = (
            "No dispositions are kept of this wave: nobody was invited by text message, its cases are still open, or "
            "this database user may not read them."
        )
        return Sheet(title, pd.DataFrame({"rate": [], "per_cent": []}), method, 0, (why,))
    try:
        found = outcomes(cases)
    except KeyError as error:
        raise AnalysisError(f"A case of this wave ended as {error}, which AAPOR's table here does not know.") from None
    rates = [(name, np.nan if rate is None else rate * 100) for name, rate in found.rates.items()]
    return Sheet(title, pd.DataFrame(rates, columns=["rate", "per_cent"]), method, total)
