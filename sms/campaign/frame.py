"""The sampling frame: a CSV file of telephone numbers, read row by row, each checked before anybody is written to.

A number is never quoted, not even a wrong one: a fault is a row and a reason. A file whose first row is wrong gives
nothing at all; a row with a fault is left out and counted.

The first row names the columns, in any order: `telephone`, and where there are any `language`, `area`, `stratum`,
`psu`, `weight`. HEADERS holds the other names by which each is known. An unknown column is a fault, since a mistyped
`weight` would otherwise be no weight.
"""

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TextIO

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from survey_app.engine.normalise import digits, fold, visible

from ..talk.commands import named_language

MAX_ROWS = 1_000_000
MAX_LINE_CHARS = 10_000
MAX_CHARS = 80
DELIMITERS = ",;\t"
HEADERS = {
    "telephone": "telephone, phone, telephone number, phone number, mobile, mobile number, number, msisdn, tel, gsm, "
    "téléphone, numéro, numéro de téléphone, portable, هاتف, الهاتف, رقم الهاتف, رقم, الرقم, محمول, الجوال",
    "language": "language, lang, langue, لغة, اللغة",
    "area": "area, area code, zone, code zone, territoire, منطقة, المنطقة, رمز المنطقة",
    "stratum": "stratum, strata, strate, طبقة, الطبقة",
    "psu": "psu, cluster, primary sampling unit, upe, grappe, unité primaire, عنقود, العنقود, وحدة أولية",
    "weight": "weight, design weight, poids, pondération, وزن, الوزن, ترجيح",
}
_NAMES = {fold(word): name for name, words in HEADERS.items() for word in words.split(", ")}
_TEXTABLE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_IN_NUMBERS = frozenset("0123456789+-./() ")
_WEIGHT = re.compile(r"\d{1,12}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,2})?", re.ASCII)


class Reason(StrEnum):
    """Why a row is left out."""

    MISSING = "no number"
    INVALID = "not a number"
    LANDLINE = "a landline"
    SPECIAL = "neither mobile nor landline"
    ABROAD = "a number of another country"
    DUPLICATE = "a number that came before"
    LANGUAGE = "a language that the questionnaire does not have"
    AREA = "an area that the questionnaire does not ask about"
    WEIGHT = "a weight that is no positive number"
    SHAPE = "more or fewer cells than the first row"
    LONG = "a cell that is too long or has lines in it"


class FrameError(ValueError):
    """A file of which nothing can be used; the message names the row, never what stands in it."""


@dataclass(frozen=True, slots=True)
class Case:
    """A number to be invited, as E.164, and what the frame says of it."""

    telephone: str = field(repr=False)
    language: str | None = None
    area: str | None = None
    stratum: str | None = None
    psu: str | None = None
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that is left out, counted as a spreadsheet does (the first row is 1)."""

    row: int
    reason: Reason


@dataclass(frozen=True)
class Frame:
    """The cases and the faults of a file, in its order."""

    cases: tuple[Case, ...]
    faults: tuple[Fault, ...]

    @property
    def rows(self) -> int:
        """Rows that were not blank, without the first."""
        return len(self.cases) + len(self.faults)

    @cached_property
    def reasons(self) -> Counter[Reason]:
        """How many rows were left out for which reason."""
        return Counter(fault.reason for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Expected:
    """What rows are checked against: the country (as "MA"), the questionnaire's languages and its areas' codes."""

    region: str
    languages: tuple[str, ...]
    areas: frozenset[str]


def read_frame(path: Path, expected: Expected) -> Frame:
    """The frame of a file. Raises FrameError where the file or its first row is wrong; then nothing may be used."""
    cases: list[Case] = []
    faults: list[Fault] = []
    for found in rows(path, expected):
        if isinstance(found, Case):
            cases.append(found)
        else:
            faults.append(found)
    return Frame(tuple(cases), tuple(faults))


def rows(path: Path, expected: Expected) -> Iterator[Case | Fault]:
    """Each row of a file as it is read, a case or a fault. Raises FrameError."""
    if phonenumbers.country_code_for_region(expected.region) == 0:
        raise FrameError(f"{expected.region} is not a country such as MA")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _rows(file, expected)
    except OSError as error:
        raise FrameError(f"{path.name} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise FrameError(f'{path.name} is not UTF-8 text: save it as "CSV UTF-8"') from None


def number(typed: str, region: str) -> str | Reason:
    """The number that was typed as E.164, or why it cannot be invited: digits of any script, spaces, 00 for +."""
    plain = digits(visible(typed))
    if not plain:
        return Reason.MISSING
    if not _IN_NUMBERS.issuperset(plain):
        return Reason.INVALID
    try:
        parsed = phonenumbers.parse("+" + plain[2:] if plain.startswith("00") else plain, region)
    except NumberParseException:
        return Reason.INVALID
    if not phonenumbers.is_valid_number(parsed):
        return Reason.INVALID
    if parsed.country_code != phonenumbers.country_code_for_region(region):
        return Reason.ABROAD
    kind = phonenumbers.number_type(parsed)
    if kind not in _TEXTABLE:
        return Reason.LANDLINE if kind == PhoneNumberType.FIXED_LINE else Reason.SPECIAL
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def _rows(file: TextIO, expected: Expected) -> Iterator[Case | Fault]:
    lines = _lines(file)
    first = next(lines, "")
    delimiter = max(DELIMITERS, key=first.count)
    columns = _columns(next(csv.reader([first], delimiter=delimiter), []))
    seen: set[int] = set()
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    row = 1
    try:
        for row, cells in enumerate(reader, 2):
            if row > MAX_ROWS + 1:
                raise FrameError(f"there are more than {MAX_ROWS} rows")
            if any(cells):
                found = _read(cells, columns, expected)
                if isinstance(found, Case) and int(found.telephone) in seen:
                    found = Reason.DUPLICATE
                if isinstance(found, Case):
                    seen.add(int(found.telephone))
                yield found if isinstance(found, Case) else Fault(row, found)
    except csv.Error:
        raise FrameError(f"after row {row} a quotation mark is not closed, or stands in the middle of a cell") from None


def _lines(file: TextIO) -> Iterator[str]:
    for at, line in enumerate(iter(lambda: file.readline(MAX_LINE_CHARS), ""), 1):
        if "\0" in line or len(line) == MAX_LINE_CHARS:
            raise FrameError(f"line {at} is no line of a table")
        yield line


def _columns(first: list[str]) -> tuple[str, ...]:
    found = [_NAMES.get(fold(cell), "") for cell in first]
    if "telephone" not in found:
        raise FrameError("the first row must name the columns, telephone among them")
    for place, name in enumerate(found, 1):
        # What stands there is not quoted: in a file without a first row it would be somebody's number or name.
        if not name:
            raise FrameError(f"column {place} has a name that is not known; known are {', '.join(HEADERS)}")
        if name in found[: place - 1]:
            raise FrameError(f"column {place} is {name} a second time")
    return tuple(found)


def _read(cells: list[str], columns: tuple[str, ...], expected: Expected) -> Case | Reason:
    if len(cells) != len(columns):
        return Reason.SHAPE
    if any(len(cell) > MAX_CHARS or "\n" in cell or "\r" in cell for cell in cells):
        return Reason.LONG
    said = {name: visible(cell) for name, cell in zip(columns, cells, strict=True)}
    telephone = number(said["telephone"], expected.region)
    if isinstance(telephone, Reason):
        return telephone
    language, area, weight = said.get("language"), said.get("area"), said.get("weight")
    spoken = named_language(language) if language else None
    if language and spoken not in expected.languages:
        return Reason.LANGUAGE
    if area and area not in expected.areas:
        return Reason.AREA
    weighs = _weight(weight) if weight else None
    if weight and weighs is None:
        return Reason.WEIGHT
    # Few strata stand in many rows: each is kept once.
    stratum, psu = (sys.intern(said[name]) if said.get(name) else None for name in ("stratum", "psu"))
    return Case(telephone, spoken, sys.intern(area) if area else None, stratum, psu, weighs)


def _weight(typed: str) -> float | None:
    """The positive number that was typed, with all the decimals of a statistics package, or None."""
    plain = digits(typed).replace("٫", ".").replace(",", ".")
    return float(plain) or None if _WEIGHT.fullmatch(plain) else None
