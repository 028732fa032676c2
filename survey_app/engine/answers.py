"""Answers: the values they take, how JSON holds them, and what an expression sees of them."""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .functions import Value


class Missing(StrEnum):
    """Why there is no substantive answer. "Not asked" is not a code: the item is then off the path."""

    DONT_KNOW = "dont_know"
    REFUSED = "refused"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Held:
    """An answer that was given and that only the custodian can read: on the path it counts, but nothing may ask it."""

    sealed: bytes


# A code, a typed text or a coarse date; a number; several codes; missing; held; or None: seen and passed over.
Answer = str | int | float | tuple[str, ...] | Missing | Held | None
Stored = str | int | float | list[str] | dict[str, str] | None


class AnswerError(ValueError):
    """A stored value that is no answer."""


def encode(value: Answer) -> Stored:
    """The answer as JSON holds it: missing as {"missing": code}, so that no typed word can be taken for it.

    A held one is {"held": base64}.
    """
    if isinstance(value, Missing):
        return {"missing": value.value}
    if isinstance(value, Held):
        return {"held": b64encode(value.sealed).decode("ascii")}
    return list(value) if isinstance(value, tuple) else value


def decode(stored: object) -> Answer:
    """The answer that `encode` wrote. Raises AnswerError on anything else."""
    if stored is None or isinstance(stored, str):
        return stored
    if isinstance(stored, dict) and len(stored) == 1:
        if "missing" in stored and stored["missing"] in list(Missing):
            return Missing(stored["missing"])
        if isinstance(written := stored.get("held"), str):
            return _held(written)
    if isinstance(stored, list) and all(isinstance(code, str) for code in stored):
        return tuple(stored)
    if isinstance(stored, int | float) and not isinstance(stored, bool):
        return stored
    raise AnswerError("no answer")


def _held(written: str) -> Held:
    try:
        held = Held(b64decode(written, validate=True))
    except ValueError:
        raise AnswerError("no answer") from None
    if not held.sealed or b64encode(held.sealed).decode("ascii") != written:
        raise AnswerError("no answer")
    return held


def plain(value: Answer) -> Value:
    """What an expression sees: several codes as one text with spaces, as XForms writes them; nothing of a held one."""
    if isinstance(value, Held):
        return None
    return " ".join(value) if isinstance(value, tuple) else value


def codes_of(value: Answer) -> tuple[str, ...]:
    """The codes that an answer holds, if it is one or several codes."""
    if isinstance(value, tuple):
        return value
    return (value,) if isinstance(value, str) else ()


def joined(words: Iterable[str], language: str) -> str:
    """Words in a row with the language's own comma."""
    return ("، " if language == "ar" else ", ").join(words)
