"""What a person's reply means for an item: the code of a form, or the words of a text message.

Total: any object in, an answer or a named refusal out. Ambiguity is a refusal, never a guess.
"""

from dataclasses import dataclass
from enum import StrEnum

from .normalise import fold, whole_number
from .questionnaire import Item, Kind

Answer = str | int | None  # a choice's code, a number, or None: seen and passed over


class Reason(StrEnum):
    """Why a reply was not accepted."""

    REQUIRED = "required"
    NOT_A_CHOICE = "not_a_choice"
    AMBIGUOUS = "ambiguous"
    NOT_A_NUMBER = "not_a_number"
    CONSTRAINT = "constraint"
    NOT_ASKED = "not_asked"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Unclear:
    """A reply that is no answer, and why."""

    reason: Reason


def read(item: Item, raw: object) -> Answer | Unclear:
    """The answer in a form's field: a choice's code exactly, or a number in any script's digits."""
    if item.kind is Kind.NOTE:
        return None
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return Unclear(Reason.REQUIRED) if item.required else None
    if item.kind is Kind.SINGLE:
        return raw if isinstance(raw, str) and item.choice(raw) else Unclear(Reason.NOT_A_CHOICE)
    return _integer(raw)


def understand(item: Item, words: str, language: str) -> Answer | Unclear:
    """The answer in a text message: an option's number, its label or a synonym, or a number."""
    if item.kind is not Kind.SINGLE or not words.strip():
        return read(item, words)
    place = whole_number(words.strip().rstrip(".)،,"))
    if place is not None:
        return item.choices[place - 1].code if 1 <= place <= len(item.choices) else Unclear(Reason.NOT_A_CHOICE)
    typed = fold(words)
    matches = {choice.code for choice in item.choices if typed in _names(item, choice.code, language)}
    if len(matches) == 1:
        return matches.pop()
    return Unclear(Reason.AMBIGUOUS if matches else Reason.NOT_A_CHOICE)


def _names(item: Item, code: str, language: str) -> set[str]:
    choice = item.choice(code)
    if choice is None:
        return set()
    in_language = {fold(choice.label.get(language, "")), *map(fold, choice.synonyms.get(language, ()))}
    others = {fold(label) for label in choice.label.values()}
    return (in_language | others) - {""}


def _integer(raw: object) -> int | Unclear:
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < 10**9:
        return raw
    found = whole_number(raw) if isinstance(raw, str) else None
    return Unclear(Reason.NOT_A_NUMBER) if found is None else found
