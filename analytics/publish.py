"""From responses to a release: weights, figures, labels and geography, written as one bundle.

The same responses, instrument and parameters give the same bytes.
"""

from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine

from survey_app.engine import codebook
from survey_app.fieldwork import Wave as Period
from survey_app.fieldwork import waves
from survey_app.instrument import Instrument
from survey_app.storage.database import reading

from .disclosure import DEFAULT_K
from .figures import figures
from .indicators.presentation_standards import DEFAULT, RuleSet
from .indicators.quality import flags, unhurried
from .indicators.wave_weights import Weighted, weight_given, weight_to_census
from .microdata import read_microdata
from .release import AreaCard, IndicatorCard, Release, Wave, write

SMALLEST_WAVE = 100
SEED = 1


class NothingToPublishError(ValueError):
    """No wave has enough responses; the message says how many are needed."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The choices that the figures depend on, beside the instrument."""

    created: date
    k: int = DEFAULT_K
    seed: int = SEED
    synthetic: bool = False
    rule_set: RuleSet = DEFAULT


def publish(engine: Engine, instrument: Instrument, directory: Path, parameters: Parameters) -> Path:
    """Compute all figures and write the release; returns its directory. Raises NothingToPublishError."""
    frame, periods = responses(engine)
    return write(directory, compute(frame, instrument, periods, parameters))


def responses(engine: Engine) -> tuple[pd.DataFrame, list[Period]]:
    """The microdata of the waves that have enough of it, and these waves, oldest first. Raises
    NothingToPublishError.
    """
    with reading(engine) as session:
        periods = waves(session)
        frame = read_microdata(session, {period.id: period.questionnaire for period in periods})
    sizes = unhurried(frame)["wave"].value_counts()
    enough = {wave for wave, n in sizes.items() if n >= SMALLEST_WAVE}
    if not enough:
        raise NothingToPublishError(f"No wave has {SMALLEST_WAVE} responses yet.")
    return frame[frame["wave"].isin(enough)].reset_index(drop=True), [p for p in periods if p.id in enough]


def weighted(kept: pd.DataFrame, instrument: Instrument, seed: int) -> Weighted:
    """The design of the interviews that count: raked to the census where there is one, else as they came."""
    return weight_to_census(kept, instrument, seed) if instrument.census else weight_given(kept)


def compute(frame: pd.DataFrame, instrument: Instrument, periods: list[Period], parameters: Parameters) -> Release:
    """The release of a table of responses. Raises WeightingError or DesignError when the weights cannot be made."""
    kept = unhurried(frame)
    found = weighted(kept, instrument, parameters.seed)
    return Release(
        survey=instrument.title,
        created=parameters.created.isoformat(),
        sample=instrument.sample if found.probability else "non_probability",
        synthetic=parameters.synthetic,
        parameters={
            "k": parameters.k,
            "seed": parameters.seed,
            "level": 0.95,
            "rule_set": parameters.rule_set,
            **_quality(found),
        },
        questionnaires=tuple(sorted({period.questionnaire.version for period in periods})),
        software=f"thiqa {version('thiqa')}",
        waves=tuple(_wave(period, frame) for period in periods),
        indicators=_cards(instrument),
        areas=tuple(AreaCard(a.code, a.level, a.parent, dict(a.names)) for a in instrument.areas.areas),
        geometry=instrument.geometry,
        figures=figures(
            kept, found.design, instrument, [period.id for period in periods], parameters.k, parameters.rule_set
        ),
    )


def _quality(made: Weighted) -> dict[str, str | int | float]:
    if not made.kish:
        return {"weights": "given"}
    return {
        "weights": "raked to area and to sex by age",
        "kish_effect": round(max(made.kish.values()), 3),
        "margin_error": float(f"{max(made.margin_error.values()):.1e}"),
    }


def _wave(period: Period, frame: pd.DataFrame) -> Wave:
    held = frame[frame["wave"] == period.id]
    found, modes = flags(held, period.questionnaire), unhurried(held)["mode"].value_counts()
    counts = {str(mode): int(n) for mode, n in sorted(modes.items())}
    opens, closes, n = period.opens.isoformat(), period.closes.isoformat(), sum(counts.values())
    return Wave(period.id, opens, closes, n, counts, found.hurried, found.straight)


def _cards(instrument: Instrument) -> tuple[IndicatorCard, ...]:
    book = codebook(instrument.questionnaire)
    return tuple(
        IndicatorCard(i.id, i.name, i.definition, i.base, dict(book[i.item].label), i.source, i.headline)
        for i in instrument.indicators
    )
