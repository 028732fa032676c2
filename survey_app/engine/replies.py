"""What a text message means for an item: an option's number, its words, several of them, a number or a date.

Ambiguity is a refusal, never a guess.
"""

import re
from functools import lru_cache

from .answers import Answer, Missing
from .kinds import Reason, Unclear, read
from .normalise import MISSING_WORDS, NUMBER_WORDS, fold, visible, whole_number
from .questionnaire import ONE_CHOICE, Choice, Item, Kind

_SEPARATORS = re.compile(r"[\s,;،؛.+&/-]+")


def understand(item: Item, words: str, language: str, choices: tuple[Choice, ...] | None = None) -> Answer | Unclear:
    """The answer in a text message. `choices` are those offered, in the order in which they were numbered."""
    offered = item.choices if choices is None else choices
    if item.kind is Kind.NOTE or not visible(words):
        return read(item, words, offered)
    if item.kind in ONE_CHOICE:
        return _one(offered, words, language)
    if item.kind in (Kind.MULTIPLE, Kind.RANKING):
        return _several(item, offered, words, language)
    if (missing := _missing(item, words)) is not None:
        return missing
    if item.kind in (Kind.SCALE, Kind.INTEGER, Kind.DECIMAL) and (number := NUMBER_WORDS.get(fold(words))) is not None:
        return read(item, number)
    return read(item, words)


def _one(offered: tuple[Choice, ...], words: str, language: str) -> str | Unclear:
    typed = fold(words)
    place = whole_number(words.strip().rstrip(".)،,"))
    if place is None:
        place = NUMBER_WORDS.get(typed)
    matches = {choice.code for choice in offered if typed in _names(choice, language)}
    if place is not None and 1 <= place <= len(offered):
        matches.add(offered[place - 1].code)
    if len(matches) == 1:
        return matches.pop()
    return Unclear(Reason.AMBIGUOUS if matches else Reason.NOT_A_CHOICE)


def _several(item: Item, offered: tuple[Choice, ...], words: str, language: str) -> Answer | Unclear:
    """The whole as one option's name, or each part as an option: "1 3", "1,3", "theft, drugs"."""
    whole = _one(offered, words, language)
    if isinstance(whole, str):
        return read(item, [whole], offered)
    parts = [part for part in re.split(r"[,;،؛\n]+", visible(words)) if part.strip()]
    if len(parts) < 2:
        parts = [part for part in _SEPARATORS.split(visible(words)) if part]
    codes: list[str] = []
    for part in parts:
        found = _one(offered, part, language)
        if isinstance(found, Unclear):
            return found
        codes.append(found)
    return read(item, codes, offered)


def _missing(item: Item, words: str) -> Missing | None:
    typed = fold(words)
    for kind in item.offers:
        if typed in MISSING_WORDS[kind.value]:
            return kind
    return None


def _names(choice: Choice, language: str) -> set[str]:
    return {*map(_printed, choice.synonyms.get(language, ())), *map(_printed, choice.label.values())} - {""}


@lru_cache(maxsize=16_384)
def _printed(words: str) -> str:
    """Words of the form, folded once; what a person typed is never kept."""
    return fold(words)
