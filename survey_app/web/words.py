"""Answers in words, for the page on which a person checks them: labels, and numbers and dates as the country writes.

What was typed is cut and fenced, so that it can neither fill the page nor reorder what stands around it.
"""

from collections.abc import Callable
from datetime import date
from functools import lru_cache

from babel.dates import format_date, get_month_names
from babel.numbers import get_decimal_symbol
from flask_babel import gettext as _

from translations.languages import REGIONAL, isolated, number

from ..engine import Answer, Item, Kind, Missing, Text

MAX_SHOWN_CHARS = 200
UNGROUPED = 10_000  # below it no separator is written: it may be a year
_PATTERNS = {"day": "d MMMM y", "month": "LLLL y", "year": "y"}


def in_words(item: Item, answer: Answer, language: str, say: Callable[[Text], str]) -> tuple[str, ...]:
    """The answer, one line for each thing that was chosen."""
    if answer is None:
        return (_("No answer"),)
    if isinstance(answer, Missing):
        return (missing(answer),)
    if isinstance(answer, tuple):
        labels = [_label(item, code, say) for code in answer]
        if item.kind is Kind.RANKING and len(labels) > 1:
            return tuple(f"{at}. {label}" for at, label in enumerate(labels, 1))
        return tuple(labels)
    if item.kind is Kind.DATE:
        return (isolated(written_date(str(answer), item.precision, language)),)
    if item.kind is Kind.SCALE:
        low, high = (isolated(str(end)) for end in (item.low, item.high))
        return (_("%(value)s on a scale from %(low)s to %(high)s", value=isolated(str(answer)), low=low, high=high),)
    if isinstance(answer, int | float):
        return (isolated(written_number(answer, language)),)
    return (_label(item, str(answer), say),)


def missing(kind: Missing) -> str:
    """What a person chooses who gives no answer to the question itself."""
    match kind:
        case Missing.DONT_KNOW:
            return str(_("I don’t know"))
        case Missing.REFUSED:
            return str(_("I prefer not to answer"))
    return str(_("It does not apply to me"))


def written_number(value: float, language: str) -> str:
    """A number with the country's signs and no more decimals than it has."""
    decimals = len(f"{value:.6f}".rstrip("0").partition(".")[2])
    if isinstance(value, int) and abs(value) < UNGROUPED:
        return str(value)
    return number(value, language, decimals)


def written_date(value: str, precision: str, language: str) -> str:
    """A date, a month or a year in words; `value` is as the engine stores it."""
    year, month, day = (*(int(part) for part in value.split("-")), 1, 1)[:3]
    return format_date(date(year, month, day), _PATTERNS[precision], locale=REGIONAL[language])


def months(language: str) -> list[tuple[str, str]]:
    """The months' numbers and the names that the country gives them."""
    names = get_month_names("wide", "stand-alone", locale=REGIONAL[language])
    return [(str(at), names[at]) for at in range(1, 13)]


@lru_cache(maxsize=8)
def decimal_sign(language: str) -> str:
    """The sign before the decimals."""
    return get_decimal_symbol(REGIONAL[language])


def _label(item: Item, answer: str, say: Callable[[Text], str]) -> str:
    choice = item.choice(answer)
    if choice is not None:
        return isolated(say(choice.label))
    return isolated(answer if len(answer) <= MAX_SHOWN_CHARS else answer[:MAX_SHOWN_CHARS].rstrip() + "…")
