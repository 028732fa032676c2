"""What a form's field may hold, by kind: codes exactly, numbers and dates in any script's digits, bounded text.

Total: any object in, an answer or a named refusal out.
"""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .answers import Answer, Missing
from .normalise import decimal_number, digits, readable, visible, whole_number
from .questionnaire import Choice, Item, Kind

MAX_TEXT_CHARS = {False: 250, True: 2_000}
_DATE = re.compile(r"(\d{4})(?:[-/.](\d{1,2}))?(?:[-/.](\d{1,2}))?", re.ASCII)
_DAY_FIRST = re.compile(r"(?:(\d{1,2})[-/.])?(\d{1,2})[-/.](\d{4})", re.ASCII)


class Reason(StrEnum):
    """Why a reply was not accepted."""

    REQUIRED = "required"
    NOT_A_CHOICE = "not_a_choice"
    AMBIGUOUS = "ambiguous"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_DATE = "not_a_date"
    OUT_OF_SCALE = "out_of_scale"
    EXCLUSIVE = "exclusive"
    INCOMPLETE_RANKING = "incomplete_ranking"
    TOO_LONG = "too_long"
    CONSTRAINT = "constraint"
    NOT_ASKED = "not_asked"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Unclear:
    """A reply that is no answer, and why."""

    reason: Reason


def read(item: Item, raw: object, choices: tuple[Choice, ...] | None = None) -> Answer | Unclear:
    """The answer in a form's field, among these choices (all of the item's if none are given)."""
    if item.kind is Kind.NOTE:
        return None
    if raw is None or (isinstance(raw, str | list | tuple) and not _written(raw)):
        return Unclear(Reason.REQUIRED) if item.required else None
    if isinstance(raw, Missing):
        return raw if raw in item.offers else Unclear(Reason.NOT_A_CHOICE)
    offered = item.choices if choices is None else choices
    return _READERS[item.kind](item, raw, offered)


def _written(raw: str | list[object] | tuple[object, ...]) -> bool:
    return bool(visible(raw)) if isinstance(raw, str) else len(raw) > 0


def _one(_item: Item, raw: object, choices: tuple[Choice, ...]) -> Answer | Unclear:
    codes = {choice.code for choice in choices}
    return raw if isinstance(raw, str) and raw in codes else Unclear(Reason.NOT_A_CHOICE)


def _several(item: Item, raw: object, choices: tuple[Choice, ...]) -> Answer | Unclear:
    given = _codes(raw)
    known = [choice.code for choice in choices]
    if given is None or not set(given) <= set(known):
        return Unclear(Reason.NOT_A_CHOICE)
    chosen = tuple(code for code in known if code in given)
    missing = {choice.code for choice in choices if choice.missing}
    return Unclear(Reason.EXCLUSIVE) if len(chosen) > 1 and missing & set(chosen) else _authored(item, chosen)


def _authored(item: Item, chosen: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(choice.code for choice in item.choices if choice.code in chosen)


def _ranked(_item: Item, raw: object, choices: tuple[Choice, ...]) -> Answer | Unclear:
    given = _codes(raw)
    known = {choice.code for choice in choices if choice.missing is None}
    missing = {choice.code for choice in choices if choice.missing}
    if given is None or not set(given) <= known | missing:
        return Unclear(Reason.NOT_A_CHOICE)
    if len(given) == 1 and set(given) <= missing:
        return tuple(given)
    complete = len(given) == len(known) and set(given) == known
    return tuple(given) if complete else Unclear(Reason.INCOMPLETE_RANKING)


def _codes(raw: object) -> list[str] | None:
    parts: Iterable[object] = raw.split() if isinstance(raw, str) else raw if isinstance(raw, list | tuple) else [raw]
    found = list(parts)
    return [part for part in found if isinstance(part, str)] if all(isinstance(p, str) for p in found) else None


def _scale(item: Item, raw: object, _choices: tuple[Choice, ...]) -> Answer | Unclear:
    number = _integer(item, raw, ())
    if isinstance(number, int) and not (item.low <= number <= item.high and (number - item.low) % item.step == 0):
        return Unclear(Reason.OUT_OF_SCALE)
    return number


def _integer(_item: Item, raw: object, _choices: tuple[Choice, ...]) -> Answer | Unclear:
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < 10**9:
        return int(raw)
    found = whole_number(raw) if isinstance(raw, str) else None
    return Unclear(Reason.NOT_A_NUMBER) if found is None else found


def _decimal(_item: Item, raw: object, _choices: tuple[Choice, ...]) -> Answer | Unclear:
    if isinstance(raw, int | float) and not isinstance(raw, bool) and math.isfinite(raw) and abs(raw) < 1e9:
        return float(raw) + 0.0
    found = decimal_number(raw) if isinstance(raw, str) else None
    return Unclear(Reason.NOT_A_NUMBER) if found is None else found


def _date(item: Item, raw: object, _choices: tuple[Choice, ...]) -> Answer | Unclear:
    typed = digits(visible(raw)).replace(" ", "") if isinstance(raw, str) else ""
    if match := _DATE.fullmatch(typed):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(typed):
        day, month, year = match.groups()
    else:
        return Unclear(Reason.NOT_A_DATE)
    if (item.precision != "year" and month is None) or (item.precision == "day" and day is None):
        return Unclear(Reason.NOT_A_DATE)
    try:
        found = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return Unclear(Reason.NOT_A_DATE)
    return found.isoformat()[: {"year": 4, "month": 7, "day": 10}[item.precision]]


def _text(item: Item, raw: object, _choices: tuple[Choice, ...]) -> Answer | Unclear:
    if not isinstance(raw, str):
        return Unclear(Reason.NOT_A_CHOICE)
    kept = readable(raw, MAX_TEXT_CHARS[item.long] + 1)
    return Unclear(Reason.TOO_LONG) if len(kept) > MAX_TEXT_CHARS[item.long] else kept


def _never(_item: Item, _raw: object, _choices: tuple[Choice, ...]) -> Answer | Unclear:
    return Unclear(Reason.NOT_ASKED)


_READERS: dict[Kind, Callable[[Item, object, tuple[Choice, ...]], Answer | Unclear]] = {
    Kind.SINGLE: _one,
    Kind.AREA: _one,
    Kind.MULTIPLE: _several,
    Kind.RANKING: _ranked,
    Kind.SCALE: _scale,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.DATE: _date,
    Kind.TEXT: _text,
    Kind.CALCULATED: _never,
    Kind.ARM: _never,
}
