"""What a text message means for an item: an option's number, its words, several of them, a number or a date.

Ambiguity is a refusal, never a guess.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from .answers import Answer, Missing
from .kinds import Reason, Unclear, read
from .nearness import near
from .normalise import MISSING_WORDS, NUMBER_WORDS, fold, visible, whole_number
from .questionnaire import ONE_CHOICE, Choice, Item, Kind

_SEPARATORS = re.compile(r"[\s,;،؛.+&/-]+")


def understand(
    item: Item, words: str, language: str, choices: tuple[Choice, ...] | None = None, zero: Choice | None = None
) -> Answer | Unclear:
    """The answer in a text message. `choices` are those offered, in the order in which they were numbered.

    `zero` is one more choice, which has no number but 0.
    """
    numbered = item.choices if choices is None else choices
    offered = _Offered(numbered, zero, language, places=item.kind is Kind.AREA)
    everything = numbered if zero is None else (*numbered, zero)
    if item.kind is Kind.NOTE or not visible(words):
        return read(item, words, everything)
    if item.kind in ONE_CHOICE:
        return _one(offered, words)
    if item.kind in (Kind.MULTIPLE, Kind.RANKING):
        return _several(item, offered, everything, words)
    if (missing := _missing(item, words)) is not None:
        return missing
    if item.kind in (Kind.SCALE, Kind.INTEGER, Kind.DECIMAL) and (number := NUMBER_WORDS.get(fold(words))) is not None:
        return read(item, number)
    return read(item, words)


@dataclass(frozen=True, slots=True)
class _Offered:
    """The choices before the person: numbered from 1, the one that 0 stands for, and whether they are places."""

    numbered: tuple[Choice, ...]
    zero: Choice | None
    language: str
    places: bool

    @property
    def choices(self) -> tuple[Choice, ...]:
        return self.numbered if self.zero is None else (*self.numbered, self.zero)


def _one(offered: _Offered, words: str) -> str | Unclear:
    typed, numbered = fold(words), offered.numbered
    place = whole_number(words.strip().rstrip(".)،,"))
    if place is None:
        place = NUMBER_WORDS.get(typed)
    matches = {choice.code for choice in offered.choices if typed in _names(choice, offered.language)}
    if place is not None and 1 <= place <= len(numbered):
        matches.add(numbered[place - 1].code)
    if place == 0 and offered.zero:
        matches.add(offered.zero.code)
    if not matches:
        matches = _in_other_words(offered, typed)
    if not matches and offered.places and place is None:
        matches = _near_places(offered, words)
    if len(matches) == 1:
        return matches.pop()
    return Unclear(Reason.AMBIGUOUS if matches else Reason.NOT_A_CHOICE)


def _in_other_words(offered: _Offered, typed: str) -> set[str]:
    """ "I don't know" and the like, whatever the form calls it."""
    kinds = {Missing(kind) for kind, words in MISSING_WORDS.items() if typed in words}
    return {choice.code for choice in offered.choices if choice.missing in kinds}


def _near_places(offered: _Offered, words: str) -> set[str]:
    places = (choice for choice in offered.numbered if choice.missing is None)
    return {choice.code for choice in places if any(near(words, name) for name in _names(choice, offered.language))}


def _several(item: Item, offered: _Offered, everything: tuple[Choice, ...], words: str) -> Answer | Unclear:
    """The whole as one option's name, or each part as an option: "1 3", "1,3", "theft, drugs"."""
    whole = _one(offered, words)
    if isinstance(whole, str):
        return read(item, [whole], everything)
    parts = [part for part in re.split(r"[,;،؛\n]+", visible(words)) if part.strip()]
    if len(parts) < 2:
        parts = [part for part in _SEPARATORS.split(visible(words)) if part]
    codes: list[str] = []
    for part in parts:
        found = _one(offered, part)
        if isinstance(found, Unclear):
            return found
        codes.append(found)
    return read(item, codes, everything)


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
