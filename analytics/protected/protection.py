"""From the custodian's microdata to what an analyst may have: recoded, withheld, masked, in an order by chance.

What two copies withhold is the same, whoever they are for, so that two recipients who lay theirs side by side learn
nothing; the order of rows and the labels of strata and PSUs are drawn anew for each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.survey.design import Design
from survey_app.engine import Mode, Questionnaire, codebook
from survey_app.instrument import Instrument

from .anonymity import WITHHELD, Row, Suppressed, class_sizes, suppressed
from .answers import KEPT, Gap, alike, dependents, with_gaps, withhold
from .design_masks import coarse_psus, coarse_strata, relabelled
from .recoding import Recoding, ladder
from .weights import indicator_answers, protected_weights, weight_groups

SMALLEST_K = 5
MOST_WITHHELD = 0.10
OPTIONAL = ("mode", "language", "entry")
_ORDER_OF_LOSS = 1  # rows alike in all keys lose a value by this seed: the same in each copy, and by no answer
Ints = npt.NDArray[np.int64]


class ProtectionError(ValueError):
    """What was asked cannot be protected or is not there; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What is asked of the files.

    keys: variables that others may know of a person, beside area, sex, age and education. extra: of OPTIONAL, which
    become keys too. sensitive: items that nobody may be able to tell, beside those of sensitive indicators. most: the
    largest share of key values that may be withheld before areas and ages are made coarser; recodings: how many steps
    of the ladder are taken whatever it needs, so that later files match earlier ones.
    """

    k: int = SMALLEST_K
    keys: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()
    most: float = MOST_WITHHELD
    recodings: int | None = None


@dataclass(frozen=True, eq=False)
class Protected:
    """The microdata as they may be given away, n rows in an order by chance.

    data: wave, stratum, psu (int), weight (float), then variables: codes, numbers, tuples of codes, Missing, Gap.
    source: int64[n], the row of the input, which stays with the custodian, as do classes (int64[n]) and `alike_rows`,
    how many answers were withheld for each sensitive item since a whole class gave the same.
    """

    data: pd.DataFrame
    variables: tuple[str, ...]
    keys: tuple[str, ...]
    recodings: tuple[Recoding, ...]
    withheld: Mapping[str, float]  # key -> share of rows
    left_out: int
    dropped: Mapping[str, str]  # variable -> why
    alike_rows: Mapping[str, int]
    source: Ints = field(repr=False)
    classes: Ints = field(repr=False)


def protect(
    frame: pd.DataFrame,
    design: Design,
    instrument: Instrument,
    forms: Mapping[str, Questionnaire],
    rule: Rule,
    random: np.random.Generator,
) -> Protected:
    """Protect the interviews that count (the rows of the design). forms: the questionnaire of each wave.

    random: the source of order and labels, from the operating system unless for a test. Raises ProtectionError.
    """
    book = codebook(instrument.questionnaire)
    keys = key_variables(frame, instrument, rule)
    names = [name for name, variable in book.items() if variable.kind in KEPT and name in frame]
    order = np.random.default_rng(_ORDER_OF_LOSS).permutation(len(frame))
    given = with_gaps(frame, forms, names).assign(**{name: frame[name].astype(object) for name in rule.extra})
    given["wave"] = frame["wave"]
    given, raw = given.iloc[order].reset_index(drop=True), frame.iloc[order].reset_index(drop=True)
    first = design.stages[0]
    units = first.unit[order]
    strata = first.names[first.stratum[units]].astype(str).tolist()
    step = _chosen(given, raw, strata, keys, instrument, forms, rule)
    done, kept = step.done, ~step.done.left_out
    if not kept.any():
        raise ProtectionError(f"No wave has {rule.k} rows that could be alike.")
    data = step.data
    dropped = {name: "open text, dates and calculated values are never given" for name in book if name not in names}
    for recoding in step.recodings:
        for name in sorted(dependents(forms.values(), recoding.variable) & set(data.columns)):
            data, dropped[name] = data.drop(columns=name), f"its path tells {recoding.variable} before recoding"
    for at, name in enumerate(keys):
        withhold(data, name, np.array([row[at] == WITHHELD for row in done.rows]), forms.values())
    pairs = list(zip(step.fixed, done.rows, strict=True))
    classes = pd.factorize(pd.Series(pairs, dtype=object))[0].astype(np.int64)
    sensitive = dict.fromkeys([*(i.item for i in instrument.indicators if i.sensitive), *rule.sensitive])
    hidden = {}
    for name in [each for each in sensitive if each in data and each not in keys]:
        rows = alike(data[name], classes) & kept
        withhold(data, name, rows, forms.values())
        hidden[name] = int(rows.sum())
    data = data[kept].reset_index(drop=True)
    psus = coarse_psus(units[kept], step.strata[kept], data["wave"].tolist(), rule.k)
    weights, raw = design.weights[order][kept], raw[kept].reset_index(drop=True)
    data = data.assign(
        stratum=relabelled(step.strata[kept], random),
        psu=relabelled(psus, random),
        weight=protected_weights(
            weights,
            weight_groups(weights, classes[kept], rule.k),
            indicator_answers(raw[[n for n in names if n in data]], raw, instrument),
            indicator_answers(data[[n for n in names if n in data]], raw, instrument),
            np.asarray(raw["wave"], dtype=np.str_),
            data[list(keys)],
        ),
    )
    mixed = random.permutation(len(data))
    variables = tuple(name for name in [*rule.extra, *names] if name in data)
    return Protected(
        data=data[["wave", "stratum", "psu", "weight", *variables]].iloc[mixed].reset_index(drop=True),
        variables=variables,
        keys=keys,
        recodings=step.recodings,
        withheld={name: float(done.withheld[kept, at].mean()) for at, name in enumerate(keys)},
        left_out=int((~kept).sum()),
        dropped=dropped,
        alike_rows=hidden,
        source=order[kept][mixed],
        classes=classes[kept][mixed],
    )


def key_variables(frame: pd.DataFrame, instrument: Instrument, rule: Rule) -> tuple[str, ...]:
    """The keys, the one that is dearest to withhold first. Raises ProtectionError for one that is not there."""
    book = codebook(instrument.questionnaire)
    usual = (instrument.area, instrument.sex, instrument.age, "education")
    for name in (*rule.keys, *rule.sensitive):
        if name not in book or name not in frame:
            raise ProtectionError(f"There is no variable {name!r} in these waves.")
        if book[name].kind not in KEPT or (name in rule.keys and book[name].several):
            raise ProtectionError(f"{name!r} cannot be a key: it is text, a date, calculated or has several answers.")
    if unknown := set(rule.extra) - set(OPTIONAL):
        raise ProtectionError(f"{', '.join(sorted(unknown))} cannot be added; there are {', '.join(OPTIONAL)}.")
    found = [name for name in dict.fromkeys(usual) if name in book and name in frame and book[name].kind in KEPT]
    found += [name for name in dict.fromkeys((*rule.keys, *rule.extra)) if name not in found]
    if not found:
        raise ProtectionError("This survey has none of area, sex, age, education; name its keys with --key.")
    return tuple(found)


def key_rows(data: pd.DataFrame, keys: Sequence[str]) -> list[Row]:
    """The key values of each row as text; a Gap is no code."""
    columns = [[_text(value) for value in data[name]] for name in keys]
    return list(zip(*columns, strict=True))


@dataclass(frozen=True, eq=False)
class _Step:
    """What the recodings up to one rung give."""

    data: pd.DataFrame
    recodings: tuple[Recoding, ...]
    strata: Ints
    fixed: list[Row]
    done: Suppressed


def _chosen(
    given: pd.DataFrame,
    raw: pd.DataFrame,
    strata: Sequence[str],
    keys: tuple[str, ...],
    instrument: Instrument,
    forms: Mapping[str, Questionnaire],
    rule: Rule,
) -> _Step:
    """The first rung of the ladder at which few enough values are withheld, or the rung that was asked for."""
    waves = raw["wave"].astype(str).tolist()
    paths = _paths(raw, forms)
    coded = {instrument.area, instrument.age} & set(keys)
    rungs = (rung for rung in ladder(instrument) if rung.variable in coded)
    taken: list[Recoding] = []
    step: _Step | None = None
    data = given
    for rung in chain([None], islice(rungs, rule.recodings)):
        if rung is not None:
            taken.append(rung)
            data = data.assign(**{rung.variable: rung.of(data[rung.variable])})
        if rule.recodings is not None and len(taken) < rule.recodings:
            continue
        step = _tried(data.copy(), tuple(taken), strata, waves, paths, keys, instrument, rule)
        if step.done.withheld[~step.done.left_out].mean() <= rule.most:
            break
    if step is None:
        raise ProtectionError(f"There are only {len(taken)} recodings.")
    return step


def _tried(
    data: pd.DataFrame,
    taken: tuple[Recoding, ...],
    strata: Sequence[str],
    waves: list[str],
    paths: list[str],
    keys: tuple[str, ...],
    instrument: Instrument,
    rule: Rule,
) -> _Step:
    known = {area.code for area in instrument.areas.areas}
    area = data[instrument.area] if instrument.area in keys else pd.Series([None] * len(data), dtype=object)
    areas = [value if value in known else None for value in area]
    coarse = coarse_strata(strata, areas, waves, paths, rule.k)
    fixed: list[Row] = list(zip(waves, paths, map(str, coarse.tolist()), strict=True))
    costs = [float(2 ** (len(keys) - at - 1)) for at in range(len(keys))]
    return _Step(data, taken, coarse, fixed, suppressed(key_rows(data, keys), fixed, costs, rule.k))


def _paths(raw: pd.DataFrame, forms: Mapping[str, Questionnaire]) -> list[str]:
    """Whether a row came by text: what such an interview leaves out tells it, so it counts as known."""
    by_text = {mode.value for mode in Mode if mode.by_text}
    tells = {wave: any(not item.by_text for item in form.items) for wave, form in forms.items()}
    return [
        "text" if mode in by_text and tells[wave] else "" for mode, wave in zip(raw["mode"], raw["wave"], strict=True)
    ]


def _text(value: Any) -> str:
    if value is Gap.WITHHELD:
        return WITHHELD
    return f"\x00{value.value}" if isinstance(value, Gap) else str(value)


def smallest_class(data: pd.DataFrame, keys: Sequence[str]) -> int:
    """The fewest rows that share wave, stratum and all shown key values: what an attacker finds who knows them all."""
    fixed: list[Row] = list(zip(data["wave"].astype(str), data["stratum"].astype(str), strict=True))
    return int(class_sizes(key_rows(data, keys), fixed).min())
