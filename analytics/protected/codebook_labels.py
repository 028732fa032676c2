"""Variables as files hold them: short ASCII names, numbers for codes, labels in one language, a code for each gap.

Not asked, don't know, refused, passed over, withheld and not applicable are different codes in every file: a number
below zero that is declared missing in .sav, .csv and .parquet, an extended missing value in .dta.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from survey_app.engine import Choice, Kind, Measure, Missing, Questionnaire, Text, Variable, codebook
from survey_app.instrument import Instrument
from translations.languages import translator

from .answers import Gap
from .protection import OPTIONAL, Protected
from .short_words import short_name

DESIGN = ("wave", "stratum", "psu", "weight")

# Number, and letter of Stata's extended missing value, by kind.
MISSING: Mapping[Gap | Missing, tuple[int, str]] = {
    Gap.NOT_ASKED: (-7, "a"),
    Missing.DONT_KNOW: (-8, "b"),
    Missing.REFUSED: (-9, "c"),
    Gap.PASSED_OVER: (-6, "d"),
    Gap.WITHHELD: (-5, "e"),
    Missing.NOT_APPLICABLE: (-4, "f"),
}
LOWEST, BELOW = -99, -1_000_000_000  # all missing numbers are LOWEST..-4, or so far below where answers may be negative


@dataclass(frozen=True, slots=True)
class MissingCode:
    """One reason for no answer: its kind, its number, its letter in Stata, its label."""

    kind: str
    number: int
    letter: str
    label: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the variable it is of, its label in full, number -> label, what is missing, its measure level."""

    name: str
    source: str
    label: str
    values: Mapping[int, str] = field(default_factory=dict)
    missing: tuple[MissingCode, ...] = ()
    measure: str = "nominal"
    whole: bool = True


@dataclass(frozen=True, eq=False)
class Table:
    """Columns and their numbers, float64[n, columns]; `codes` gives column -> code -> number, for set-up lines."""

    columns: tuple[Column, ...]
    numbers: pd.DataFrame
    codes: Mapping[str, Mapping[str, int]]
    language: str


def table(protected: Protected, instrument: Instrument, forms: Mapping[str, Questionnaire], language: str) -> Table:
    """The protected microdata as numbers, with labels in "ar", "fr" or "en"."""
    _ = translator(language)
    data, taken = protected.data, set[str]()
    waves = {wave: number for number, wave in enumerate(sorted(forms), 1)}
    periods = {number: wave for wave, number in waves.items()}
    columns = [
        Column(short_name("wave", taken), "wave", _("Wave"), periods, measure="ordinal"),
        Column(short_name("stratum", taken), "stratum", _("Stratum, under a number drawn by chance")),
        Column(short_name("psu", taken), "psu", _("Primary sampling unit, under a number drawn by chance")),
        Column(short_name("weight", taken), "weight", _("Weight of the interview"), measure="scale", whole=False),
    ]
    numbers: dict[str, Any] = {"wave": data["wave"].map(waves)} | {name: data[name] for name in DESIGN[1:]}
    codes: dict[str, Mapping[str, int]] = {}
    for name in protected.variables:
        variable, choices = _of(name, protected, instrument, forms)
        label = _question(name, variable, instrument.questionnaire, language)
        missing, gaps = _missing(choices, data[name], language)
        scale = _scale(choices)
        found = {str(key): number for key, number in gaps.items() if not isinstance(key, Gap)}
        for part in [choice for choice in choices if choice.missing is None] if variable.several else [None]:
            column = short_name(name if part is None else f"{name}_{part.code}", taken)
            values = {scale[c.code]: said(c.label, language) for c in choices if c.code in scale}
            if part is not None:
                values = {0: _("Not chosen"), 1: _("Chosen")} if variable.kind is Kind.MULTIPLE else {}
            own = label if part is None else f"{said(part.label, language)} – {label}"
            told = [_number(value, part, variable, scale, gaps) for value in data[name]]
            whole = all(number == int(number) for number in told)
            columns.append(Column(column, name, own, values, missing, _measure(variable, part), whole))
            numbers[column] = told
            codes[column] = scale | found
    return Table(tuple(columns), pd.DataFrame(numbers, dtype=float), codes, language)


def said(text: Text, language: str) -> str:
    """A text in the language, or in English or any other where it has none, on one line."""
    return " ".join((text.get(language) or text.get("en") or next(iter(text.values()), "")).split())


def _of(
    name: str, protected: Protected, instrument: Instrument, forms: Mapping[str, Questionnaire]
) -> tuple[Variable, tuple[Choice, ...]]:
    """A variable and its choices: today's, then those of other waves; coarser where it was recoded."""
    books = [codebook(form) for form in (instrument.questionnaire, *forms.values())]
    found = [book[name] for book in books if name in book]
    if not found:  # mode, language, way in
        codes = sorted({str(value) for value in protected.data[name] if not isinstance(value, Gap)})
        choices = [Choice(code, {"en": code}) for code in codes]
        return Variable(name, {"en": name}, Kind.SINGLE, Measure.NOMINAL, tuple(choices)), tuple(choices)
    by_code: dict[str, Choice] = {}
    for choice in (choice for variable in found for choice in variable.codes):
        by_code.setdefault(choice.code, choice)
    for recoding in (each for each in protected.recodings if each.variable == name):
        coarse: dict[str, Choice] = {}
        for choice in by_code.values():
            code = recoding.codes.get(choice.code, choice.code)
            coarse.setdefault(code, Choice(code, recoding.labels.get(code, choice.label), choice.missing))
        by_code = coarse
    return found[0], tuple(by_code.values())


def _scale(choices: Sequence[Choice]) -> dict[str, int]:
    """Code -> number: the code itself where all are whole numbers from 0, else its place from 1."""
    scale = [choice.code for choice in choices if choice.missing is None]
    own = {code: int(code) for code in scale if code.isascii() and code.isdecimal() and len(code) < 5}
    if len(set(own.values())) == len(scale):
        return own
    return {code: number for number, code in enumerate(scale, 1)}


def _missing(
    choices: Sequence[Choice], answers: "pd.Series[Any]", language: str
) -> tuple[tuple[MissingCode, ...], dict[object, int]]:
    """The missing codes of a variable, and the number of each code, Missing or Gap that means one."""
    _ = translator(language)
    words = {
        Gap.NOT_ASKED: _("Not asked"),
        Missing.DONT_KNOW: _("I don’t know"),
        Missing.REFUSED: _("Preferred not to answer"),
        Gap.PASSED_OVER: _("Passed over"),
        Gap.WITHHELD: _("Withheld to protect respondents."),
        Missing.NOT_APPLICABLE: _("Does not apply"),
    }
    plain = [value for value in answers if isinstance(value, int | float)]
    below = BELOW if any(value < 0 for value in plain) else 0
    letters = iter("ghijklmnopqrstuvwxyz")
    found: dict[str, MissingCode] = {}
    numbers: dict[object, int] = {}
    for kind, (number, letter) in MISSING.items():
        listed = [choice for choice in choices if choice.missing is not None and str(choice.missing) == str(kind)]
        label = said(listed[0].label, language) if listed else words[kind]
        found[str(kind)] = MissingCode(str(kind), number + below, letter, label)
        numbers[kind] = number + below
        for place, choice in enumerate(listed):
            again = number + below - 10 * place
            numbers[choice.code] = again
            if place:
                own = f"{kind} {choice.code}"
                found[own] = MissingCode(str(kind), again, next(letters), said(choice.label, language))
    return tuple(found.values()), numbers


def _number(
    value: Any, part: Choice | None, variable: Variable, scale: Mapping[str, int], gaps: Mapping[object, int]
) -> float:
    if isinstance(value, Gap | Missing):
        return gaps[value]
    if isinstance(value, int | float):
        return float(value)
    if not isinstance(value, tuple):
        return scale[value] if value in scale else gaps[value]
    given = [code for code in value if code in gaps]
    if given:
        return gaps[given[0]]
    assert part is not None
    if variable.kind is Kind.RANKING:
        return value.index(part.code) + 1 if part.code in value else gaps[Gap.PASSED_OVER]
    return float(part.code in value)


def _question(name: str, variable: Variable, form: Questionnaire, language: str) -> str:
    _ = translator(language)
    if name in OPTIONAL:
        return {"mode": _("Way of the interview"), "language": _("Language"), "entry": _("Way in")}[name]
    item = form.by_name.get(name)
    stem = said(item.stem, language) if item else ""
    label = said(variable.label, language) or name
    return f"{label} – {stem}" if stem else label


def _measure(variable: Variable, part: Choice | None) -> str:
    if part is not None:
        return "ordinal" if variable.kind is Kind.RANKING else "nominal"
    return "scale" if variable.measure is Measure.INTERVAL else str(variable.measure)
