"""Answers: the values they take, how JSON holds them, and what an expression sees of them."""

from collections.abc import Iterable
from enum import StrEnum

from .functions import Value


class Missing(StrEnum):
    """Why there is no substantive answer. "Not asked" is not a code: the item is then off the path."""

    DONT_KNOW = "dont_know"
    REFUSED = "refused"
    NOT_APPLICABLE = "not_applicable"


# A code, a typed text or a coarse date; a number; several codes; missing; or None: seen and passed over.
Answer = str | int | float | tuple[str, ...] | Missing | None
Stored = str | int | float | list[str] | dict[str, str] | None


class AnswerError(ValueError):
    """A stored value that is no answer."""


def encode(value: Answer) -> Stored:
    """The answer as JSON holds it: missing as {"missing": code}, so that no typed word can be taken for it."""
    if isinstance(value, Missing):
        return {"missing": value.value}
    return list(value) if isinstance(value, tuple) else value


def decode(stored: object) -> Answer:
    """The answer that `encode` wrote. Raises AnswerError on anything else."""
    if isinstance(stored, dict) and set(stored) == {"missing"} and stored["missing"] in list(Missing):
        return Missing(stored["missing"])
    if isinstance(stored, list) and all(isinstance(code, str) for code in stored):
        return tuple(stored)
    if stored is None or (isinstance(stored, str | int | float) and not isinstance(stored, bool)):
        return stored
    raise AnswerError("no answer")


def plain(value: Answer) -> Value:
    """What an expression sees: several codes as one text with spaces, as XForms writes them."""
    return " ".join(value) if isinstance(value, tuple) else value


def codes_of(value: Answer) -> tuple[str, ...]:
    """The codes that an answer holds, if it is one or several codes."""
    if isinstance(value, tuple):
        return value
    return (value,) if isinstance(value, str) else ()


def joined(words: Iterable[str], language: str) -> str:
    """Words in a row with the language's own comma."""
    return ("، " if language == "ar" else ", ").join(words)
