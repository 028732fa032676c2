"""From responses to a release: weights, figures, labels and geography. How it is kept and published: releasing/.

The same responses, instrument and parameters give the same bytes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version

import pandas as pd
from sqlalchemy import Engine

from survey_app.engine import Item, Kind, Missing, codebook
from survey_app.fieldwork import Wave as Period
from survey_app.fieldwork import waves
from survey_app.instrument import Indicator, Instrument
from survey_app.storage.database import reading
from translations.languages import LANGUAGES, translator

from . import framework_files, open_data
from .analyses.sample import Survey
from .disclosure.exposure import DEFAULT_K
from .drivers import driver_cards
from .figures import Computed, figures
from .framework import target_cards
from .indicators.presentation_standards import DEFAULT, RuleSet
from .indicators.quality import flags, unhurried
from .indicators.wave_weights import Weighted, weight_given, weight_to_census
from .microdata import read_microdata
from .quality_report import Cases, quality
from .quality_tables import quality_tables
from .release import AnswerCard, AreaCard, IndicatorCard, Release, Wave

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


@dataclass(frozen=True)
class Computation:
    """A release, and the decisions behind its figures, which stay with the custodian."""

    release: Release
    computed: Computed


def derived(release: Release) -> dict[str, bytes]:
    """The files that are made of a release, by relative name: open data, static pages, the results framework."""
    return {**open_data.files(release, quality_tables), **framework_files.files(release)}


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


def compute(
    frame: pd.DataFrame,
    instrument: Instrument,
    periods: list[Period],
    parameters: Parameters,
    before: Sequence[Release] = (),
    cases: Mapping[str, Cases] | None = None,
) -> Computation:
    """The release of a table of responses. Raises WeightingError or DesignError when the weights cannot be made.

    before: what was published earlier and is known to everybody. cases: by wave, how invited cases ended, where that
    may be read. Raises UnprotectableError.
    """
    kept = unhurried(frame)
    found = weighted(kept, instrument, parameters.seed)
    waves = {period.id: period.opens for period in periods}
    made = figures(kept, found.design, instrument, waves, parameters.k, parameters.rule_set, before)
    lattice = instrument.lattice
    k, rules = parameters.k, parameters.rule_set
    report = quality(frame, instrument, periods, found, made, k=k, rule_set=rules, cases=cases)
    release = Release(
        survey=instrument.title,
        created=parameters.created.isoformat(),
        sample=instrument.sample if found.probability else "non_probability",
        synthetic=parameters.synthetic,
        parameters={
            "k": parameters.k,
            "seed": parameters.seed,
            "level": 0.95,
            "rule_set": parameters.rule_set,
            "tables": " ".join(made.lattice.tables),
            "spans": " ".join(map(str, made.lattice.spans)),
            "area_population": lattice.area_population,
            "area_respondents": lattice.area_respondents,
            **_quality(found),
        },
        questionnaires=tuple(sorted({period.questionnaire.version for period in periods})),
        software=f"thiqa {version('thiqa')}",
        waves=tuple(_wave(period, frame) for period in periods),
        indicators=cards(instrument),
        areas=tuple(AreaCard(a.code, a.level, a.parent, dict(a.names), a.population) for a in instrument.areas.areas),
        geometry=instrument.geometry,
        figures=made.figures,
        targets=target_cards(instrument, periods[0].id),
        quality=report,
        drivers=driver_cards(Survey(kept, frame, found.design, instrument, tuple(periods), k, rules)),
    )
    return Computation(release, made)


def _quality(made: Weighted) -> dict[str, str | int | float]:
    if not made.kish:
        return {"weights": "given"}
    return {
        "weights": "raked to area and to sex by age",
        "kish_effect": round(max(made.kish.values()), 3),
        "margin_error": round(max(made.margin_error.values()), 4),
    }


def _wave(period: Period, frame: pd.DataFrame) -> Wave:
    held = frame[frame["wave"] == period.id]
    found, modes = flags(held, period.questionnaire), unhurried(held)["mode"].value_counts()
    counts = {str(mode): int(n) for mode, n in sorted(modes.items())}
    opens, closes, n = period.opens.isoformat(), period.closes.isoformat(), sum(counts.values())
    return Wave(period.id, opens, closes, n, counts, found.hurried, found.straight)


def cards(instrument: Instrument) -> tuple[IndicatorCard, ...]:
    """What a release says of each indicator of an instrument."""
    book = codebook(instrument.questionnaire)
    return tuple(
        _card(indicator, instrument.questionnaire.by_name[indicator.item], book[indicator.item].label)
        for indicator in instrument.indicators
    )


def _card(indicator: Indicator, item: Item, question: Mapping[str, str]) -> IndicatorCard:
    return IndicatorCard(
        id=indicator.id,
        name=dict(indicator.name),
        definition=dict(indicator.definition),
        base=dict(indicator.base),
        question=dict(question),
        source=indicator.source,
        headline=indicator.headline,
        item=indicator.item,
        direction=indicator.direction,
        sensitive=indicator.sensitive,
        answers=(*_choices(indicator, item), *_steps(indicator, item)),
        filter=str(indicator.filter) if indicator.filter else "",
        wording=dict(indicator.wording),
    )


def _choices(indicator: Indicator, item: Item) -> Iterator[AnswerCard]:
    for choice in item.choices:
        yield AnswerCard(
            code=choice.code,
            label=dict(choice.label),
            positive=choice.code in indicator.positive,
            based=choice.missing is None or choice.missing in indicator.base_includes,
            missing=choice.missing.value if choice.missing else "",
        )


def _steps(indicator: Indicator, item: Item) -> Iterator[AnswerCard]:
    """The numbers of a scale, with what its ends are called, and what it takes instead of a number."""
    if item.kind is not Kind.SCALE:
        return
    ends = {item.low: item.low_label, item.high: item.high_label}
    for value in range(item.low, item.high + 1, item.step):
        end, code = ends.get(value) or {}, str(value)
        label = {language: f"{code} {end[language]}" if end.get(language) else code for language in LANGUAGES}
        yield AnswerCard(code, label, code in indicator.positive, based=True)
    for kind in item.offers:
        label = {language: _offered(kind, language) for language in LANGUAGES}
        yield AnswerCard(kind.value, label, False, kind in indicator.base_includes, kind.value)


def _offered(kind: Missing, language: str) -> str:
    _ = translator(language)
    return _("don't know") if kind is Missing.DONT_KNOW else _("no answer")
