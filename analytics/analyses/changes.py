"""What moved: the newest wave against the last and the same season a year ago; which areas can be told apart."""

import numpy as np
import pandas as pd

from analytics.indicators.change import Changes, Series, between, rounds, series, since_last_year
from analytics.indicators.multiplicity import groups
from analytics.survey.variables import EstimationError
from survey_app.fieldwork import Wave
from survey_app.instrument import Indicator

from .gates import sterner
from .levels import LEVEL, by_place, by_wave, false_discovery
from .sample import AnalysisError, Survey
from .sheet import CONFIDENTIAL, UNRELIABLE, Sheet, masked

_BROKEN = {"wording": "the question was worded otherwise", "mode": "people answered by other ways"}
_DIGITS = {"q": 3, "n": 0, "n_before": 0}


def changes(survey: Survey, only: str = "") -> tuple[Sheet, ...]:
    """Each indicator's change since the last wave and since last year; areas of the headlines in groups.

    only: the id of one indicator. Raises AnalysisError where there is one wave only.
    """
    if len(survey.waves) < 2:
        raise AnalysisError(f"There is one wave only, {survey.newest.id}; a change needs two.")
    chosen = (survey.indicator(only),) if only else survey.indicators
    now = survey.of_wave(survey.newest)
    moved = [_series(survey, each) for each in chosen if np.isfinite(survey.coded[each.id][now]).any()]
    if not moved:
        raise AnalysisError(f"The newest wave, {survey.newest.id}, did not ask {only or 'any indicator'}.")
    before = survey.waves[-2]
    sheets = [_sheet(survey, moved, "the wave before", {e.id: _since(s, survey.newest, before) for e, s in moved})]
    a_year = {e.id: found for e, s in moved if (found := _a_year(s, survey.newest)) is not None}
    if a_year:
        sheets.append(_sheet(survey, moved, "the same season a year before", a_year))
    headlines = {each.id for each in survey.headlines()}
    if survey.members:
        sheets += [_groups(survey, each) for each, _ in moved if only or each.id in headlines]
    return tuple(sheets)


def _series(survey: Survey, indicator: Indicator) -> tuple[Indicator, Series]:
    found = rounds(survey.waves, indicator.item, survey.frame["mode"], survey.frame["wave"])
    return indicator, series(survey.design, survey.coded[indicator.id], found, name=indicator.id)


def _since(found: Series, now: Wave, before: Wave) -> Changes:
    return between(found, [(now.id, before.id)])


def _a_year(found: Series, now: Wave) -> Changes | None:
    every = since_last_year(found).estimates.keys
    pairs = [(str(row.wave), str(row.before)) for row in every.itertuples() if row.wave == now.id]
    return between(found, pairs) if pairs else None


def _sheet(survey: Survey, moved: list[tuple[Indicator, Series]], against: str, found: dict[str, Changes]) -> Sheet:
    rows, flags, reasons, errors = [], [], [], []
    for indicator, levels in moved:
        if indicator.id not in found:
            continue
        change = found[indicator.id].table().iloc[0]
        at = {str(wave): row for row, wave in enumerate(levels.levels.keys["wave"])}
        pair = [str(change["wave"]), str(change["before"])]
        marks = by_wave(survey, indicator, levels.levels, pair)
        both = [marks.get(wave, ("", "")) for wave in pair]
        flag, why = sterner(both)
        sizes = [int(levels.levels.n[at[wave]]) if wave in at else 0 for wave in pair]
        values = [float(levels.levels.value[at[wave]]) * 100 if wave in at else np.nan for wave in pair]
        broken = found[indicator.id].broken[0]
        rows.append(
            {
                "indicator": indicator.id,
                "now": values[0],
                "before": values[1],
                "change": float(change["change"]) * 100,
                "low": float(change["low"]) * 100,
                "high": float(change["high"]) * 100,
                "n": sizes[0],
                "n_before": sizes[1],
                "break": " and ".join(_BROKEN[kind] for kind in broken),
            }
        )
        flags.append(flag)
        reasons.append(why or str(change["reason"]))
        errors.append(np.nan if flag in (CONFIDENTIAL, UNRELIABLE) else float(change["se"]) * 100)
    table = pd.DataFrame(rows)
    q = false_discovery(table["change"].to_numpy(), np.array(errors), survey.design.df)
    says = [_says(change, each) for change, each in zip(table["change"], q, strict=True)]
    table.insert(6, "q", q)
    table.insert(7, "says", says)
    numbers = ("now", "before", "change", "low", "high", "q")
    table = masked(table, flags, numbers, ("n", "n_before")).assign(reason=reasons)
    first = next(iter(found.values())).estimates.keys.iloc[0]
    broken_words = "A change across a break may be the question's or the way of answering, and not the people's."
    return Sheet(
        title=f"Change from {first['before']} to {first['wave']} ({against})",
        table=table,
        method=(
            f"Per cent, and change in points with the covariance of both waves; 95 % intervals by t with "
            f"{survey.design.df} df; q: false discovery rate over the indicators, a change is named from q <= {LEVEL:g}"
        ),
        n=int(survey.frame["wave"].isin([first["wave"], first["before"]]).sum()),
        words=((broken_words,) if table["break"].any() else ()) + survey.words,
        digits=_DIGITS,
    )


def _groups(survey: Survey, indicator: Indicator) -> Sheet:
    places = by_place(survey, indicator, survey.newest)
    shown = places.shown
    words: tuple[str, ...]
    try:
        apart = groups(shown)
        letters = apart.letters
        words = (
            "Areas that share a letter cannot be told apart, areas without a common one differ; no letter is a rank.",
        )
    except EstimationError as error:
        letters, words = {}, (f"No groups: {error}",)
    low, high = shown.interval()
    table = pd.DataFrame(
        {
            "area": [survey.place(code) for code in places.codes],
            "share": shown.value * 100,
            "low": low * 100,
            "high": high * 100,
            "group": [letters.get(code, "") for code in places.codes],
            "n": shown.n,
        }
    )
    table = masked(table, places.flags, ("share", "low", "high"), ("n",)).assign(reason=list(places.reasons))
    return Sheet(
        title=f"Areas that can be told apart: {indicator.id}, wave {survey.newest.id}",
        table=table.sort_values("area", ignore_index=True),
        method=(
            f"Per cent; 95 % intervals by t with {shown.df} df; all pairs of areas tested together, family-wise error "
            f"(Holm) at {LEVEL:g}"
        ),
        n=int(shown.n.sum()),
        words=(*words, *survey.words),
        digits={"n": 0},
    )


def _says(change: float, q: float) -> str:
    if not np.isfinite(q):
        return ""
    return "no clear change" if q > LEVEL else "up" if change > 0 else "down"
