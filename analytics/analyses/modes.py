"""The way of answering: each indicator on the web against text messages, by lot where the survey drew lots."""

from dataclasses import replace

import numpy as np
import pandas as pd

from analytics.survey.estimates.means import mean
from analytics.survey.models.mode_effects import ADJUSTED, RANDOMISED, mode_effect
from analytics.survey.variables import EstimationError
from survey_app.engine import Kind, Mode
from survey_app.instrument import Indicator

from .gates import mark, of_cells, share_of_rows, sterner, verdict
from .levels import LEVEL, false_discovery
from .sample import AnalysisError, Survey
from .sheet import CONFIDENTIAL, UNRELIABLE, Sheet, masked

WEB, TEXT = "web", "text"
_CHANNEL = {Mode.WEB.value: WEB} | {mode.value: TEXT for mode in Mode if mode.by_text}
_FEWEST = 30  # of a channel, to say anything of it
_NUMBERS = ("web", "text", "difference", "low", "high", "q")


def modes(survey: Survey, only: str = "") -> tuple[Sheet, ...]:
    """Web against text for every indicator that both asked. Raises AnalysisError where one channel is missing."""
    arm = _arm(survey)
    channel = survey.frame[arm or "mode"].map({**_CHANNEL, TEXT: TEXT})
    sizes = channel.value_counts()
    for name in (WEB, TEXT):
        if sizes.get(name, 0) < _FEWEST:
            raise AnalysisError(
                f"{sizes.get(name, 0)} interviews came by {name}; web against text needs {_FEWEST} of each."
            )
    adjust = {} if arm else _adjusting(survey)
    data = survey.frame[["wave"]].assign(channel=channel, **adjust)
    chosen = (survey.indicator(only),) if only else survey.indicators
    rows = [row for each in chosen if (row := _compared(survey, each, data, list(adjust), arm)) is not None]
    if not rows:
        raise AnalysisError(f"{only or 'Nothing'} was asked both on the web and by text message.")
    table = pd.DataFrame(rows)
    flags, error = table.pop("flag"), table.pop("se")
    shown = ~flags.isin([CONFIDENTIAL, UNRELIABLE]).to_numpy()
    q = false_discovery(table["difference"].to_numpy(), np.where(shown, error, np.nan), survey.design.df)
    table.insert(6, "q", q)
    table.insert(7, "says", [_says(gap, each) for gap, each in zip(table["difference"], q, strict=True)])
    reason = table.pop("reason")
    table = masked(table, list(flags), _NUMBERS, ("n_web", "n_text")).assign(reason=reason)
    left = int((~channel.isin([WEB, TEXT])).sum())
    label = RANDOMISED if arm else ADJUSTED
    held = "" if arm else f", held alike: {', '.join(adjust)}"
    return (
        Sheet(
            title="Text messages against the web, all waves",
            table=table,
            method=(
                f"Per cent as answered; difference: text less web in points, {label}{held}; 95 % intervals by t; "
                f"q: false discovery rate over the indicators, named from q <= {LEVEL:g}"
            ),
            n=len(survey.frame) - left,
            words=(_words(arm), *((f"{left} interviews by neither are left out.",) if left else ()), *survey.words),
            digits={"q": 3, "n_web": 0, "n_text": 0},
        ),
    )


def _words(arm: str) -> str:
    if arm:
        return f"Lots were drawn ({arm}): what differs is how people answer, and who answers, in each arm."
    return (
        "People chose their way of answering: a difference is who they are beyond what is held alike, and how they "
        "answer there, together."
    )


def _arm(survey: Survey) -> str:
    """The item by which the way of answering was drawn, "" where there is none."""
    for item in survey.instrument.questionnaire.items:
        codes = {choice.code for choice in item.choices}
        drawn = item.kind is Kind.ARM and {_CHANNEL.get(code, code) for code in codes} >= {WEB, TEXT}
        if drawn and item.name in survey.frame and survey.frame[item.name].notna().any():
            return item.name
    return ""


def _adjusting(survey: Survey) -> "dict[str, pd.Series[str]]":
    """What else tells the people of the channels apart, by the words for it; only what varies."""
    roles = {role: getattr(survey.instrument, role) for role in ("area", "sex", "age")}
    found = {
        role: survey.frame[name].fillna("none").astype(str) for role, name in roles.items() if name in survey.frame
    }
    found["wave"] = survey.frame["wave"].astype(str)
    found = {role: column for role, column in found.items() if column.nunique() > 1}
    if not found:
        raise AnalysisError("Nothing is known of these people by which the channels could be made alike.")
    return found


def _compared(
    survey: Survey, indicator: Indicator, data: pd.DataFrame, adjust: list[str], arm: str
) -> dict[str, object] | None:
    """A row: both levels and the difference; None where one channel did not ask."""
    y = survey.coded[indicator.id]
    answered = np.isfinite(y)
    sizes = {name: int((answered & (data["channel"] == name).to_numpy()).sum()) for name in (WEB, TEXT)}
    if min(sizes.values()) == 0:
        return None
    design = replace(survey.design, data=data.assign(y=y))
    levels = mean(design, "y", by="channel")
    at = {str(name): row for row, name in enumerate(levels.keys["channel"])}
    exposed = of_cells(survey, y, data[["channel"]])
    marks = [
        mark(
            exposed.get((name,), ""),
            verdict(survey, levels, at[name], "proportion", share_of_rows(y, (data["channel"] == name).to_numpy())),
        )
        for name in (WEB, TEXT)
    ]
    flag, why = sterner(marks)
    row: dict[str, object] = {"indicator": indicator.id}
    row |= {name: float(levels.value[at[name]]) * 100 for name in (WEB, TEXT)}
    numbers = dict.fromkeys(("difference", "low", "high", "se"), np.nan)
    try:
        both = data["channel"].isin([WEB, TEXT]).to_numpy()
        arms = both if arm else None
        found = mode_effect(design, "y", "channel", adjust=adjust, arms=arms, reference=WEB, where=both)
        low, high = found.effects.interval()
        parts = (found.effects.value, low, high, found.effects.se)
        numbers = {name: float(each[0]) * 100 for name, each in zip(numbers, parts, strict=True)}
        why = why or found.effects.unavailable[0]
    except EstimationError as error:
        why = why or str(error)
    return row | numbers | {"n_web": sizes[WEB], "n_text": sizes[TEXT], "flag": flag, "reason": why}


def _says(difference: float, q: float) -> str:
    if not np.isfinite(q):
        return ""
    return "cannot be told apart" if q > LEVEL else "text higher" if difference > 0 else "web higher"
