"""What goes together with the first headline indicator, as the custodian computes it for a release.

Average marginal effects of a design-based logistic model, in points: of two people alike in all else here, how much
more often one is counted who says this than one who does not. Nothing here tells a cause. What nearly everybody was
asked stands in one model; what fewer were asked (on the web, or after a contact) is added to it alone, among them.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from survey_app.instrument import Indicator

from .analyses.drivers import ASKED, FEWEST, Held, controls, effects, predictors
from .analyses.gates import of_cells
from .analyses.sample import AnalysisError, Bools, Survey
from .disclosure.rounding import rounded
from .release import LEVEL, PUBLISHED, DriverCard, Figure

POOLED = 4
METHOD = "marginal_logit"
_TENS = 10


def driver_cards(survey: Survey) -> tuple[DriverCard, ...]:
    """A card for each of the instrument's drivers that may be told, over the newest POOLED waves, in its order.

    There is none where too few answered, where the answers predict each other perfectly, where a side of the driver or
    of the outcome has fewer than FEWEST people, or where its share of either side would expose somebody. Never raises
    for what the answers are like.
    """
    instrument, frame = survey.instrument, survey.frame
    asked = {each.id: each for each in instrument.indicators if each.item in frame and frame[each.item].notna().any()}
    outcome = next((indicator for indicator in instrument.indicators if indicator.headline), None)
    named = [asked[name] for name in instrument.drivers if name in asked]
    if outcome is None or outcome.id not in asked or not named:
        return ()
    newest = [wave.id for wave in survey.waves[-POOLED:]]
    base = np.isfinite(survey.coded[outcome.id]) & survey.frame["wave"].isin(newest).to_numpy()
    wide = predictors(survey, outcome, base, named).kept if base.any() else ()
    found = {card.indicator: card for card in _cards(survey, outcome, wide, wide, base)}
    for each in named:
        own = base & np.isfinite(survey.coded[each.id])
        if each not in wide and own.sum() < ASKED * base.sum():
            kept = predictors(survey, outcome, own, [*wide, each]).kept if own.any() else ()
            if each in kept:
                found |= {card.indicator: card for card in _cards(survey, outcome, kept, (each,), own)}
    return tuple(found[each.id] for each in named if each.id in found)


def _cards(
    survey: Survey, outcome: Indicator, kept: Sequence[Indicator], told: Sequence[Indicator], base: Bools
) -> Iterator[DriverCard]:
    names = {each.id: f"p{number}" for number, each in enumerate(kept)}
    data = pd.DataFrame({"y": survey.coded[outcome.id]} | {names[each.id]: survey.coded[each.id] for each in kept})
    rows = base & data.notna().all(axis=1).to_numpy()
    said = data.loc[rows, "y"]
    if not kept or min(said.sum(), len(said) - said.sum()) < FEWEST:
        return
    held = controls(survey, rows, _districts(survey))
    try:
        found = effects(survey, outcome, data, rows, [names[each.id] for each in told], held)
    except AnalysisError:
        return
    low, high = found.interval()
    y = np.where(rows, survey.coded[outcome.id], np.nan)
    waves = tuple(wave.id for wave in survey.waves if (survey.of_wave(wave) & rows).any())
    for at, each in enumerate(told):
        sides = of_cells(survey, y, pd.DataFrame({"side": np.where(rows, survey.coded[each.id], np.nan)}))
        fewest = min((rows & (survey.coded[each.id] == side)).sum() for side in (0, 1))
        numbers = [value / 100 for value in (found.value[at], found.se[at], low[at], high[at])]
        if any(sides.values()) or fewest < FEWEST or not np.isfinite(numbers).all() or not numbers[1] > 0:
            continue
        yield _card(each, outcome, [float(value) for value in numbers], int(rows.sum()), waves)


def _districts(survey: Survey) -> Held:
    """The area just below the top that each person lives in, where areas are known."""
    areas, frame = survey.instrument.areas, survey.frame
    paths = {area.code: (area, *areas.ancestors(area.code)) for area in areas.areas}
    below = {code: path[-2].code if len(path) > 1 else code for code, path in paths.items()}
    return {"area": frame[survey.instrument.area].map(below)} if survey.instrument.area in frame else {}


def _card(each: Indicator, outcome: Indicator, numbers: Sequence[float], n: int, waves: tuple[str, ...]) -> DriverCard:
    """The card, its numbers rounded as a figure's are."""
    effect, se, low, high = numbers
    exact = Figure(each.id, waves[-1], "", "", LEVEL, PUBLISHED, n=n, estimate=effect, se=se, low=low, high=high)
    told = rounded(exact, banded=False)
    assert told.estimate is not None
    assert told.low is not None
    assert told.high is not None
    return DriverCard(each.id, outcome.id, told.estimate, told.low, told.high, n - n % _TENS, waves, METHOD)
