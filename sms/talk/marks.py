"""What a reply says beside an answer: the place of its question, or that it is several answers at once."""

import re
from dataclasses import dataclass

from survey_app.engine.normalise import digits, visible

MAX_SEVERAL = 50
_TAG = re.compile(
    r"(?:(?:q|question|س|سؤال|السؤال)\s*(?P<lone>\d{1,3})|(?P<number>\d{1,3})\s*/\s*(?P<total>\d{1,3}))"
    r"(?:\s*:\s*|\s+)(?P<rest>.*\S)",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
_APART = re.compile(r"[\s,;،؛]+")
_NUMBER = re.compile(r"\d{1,3}", re.ASCII)
_NUMBERED = re.compile(r"(\d{1,3})\s*[).:]\s*(\d{1,3})", re.ASCII)
_THOUSANDS = re.compile(r"\d{1,3}(?: \d{3})+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tagged:
    """A reply that names its question: the place, how many questions there were if it says so, and the reply itself."""

    number: int
    total: int | None
    rest: str


def tagged(text: str) -> Tagged | None:
    """ "2/8 3", "٢/٨: ٣", "س2 3", "Q2 3"; None for any other text."""
    match = _TAG.fullmatch(digits(visible(text)))
    if match is None:
        return None
    total = match["total"]
    return Tagged(int(match["lone"] or match["number"]), int(total) if total else None, match["rest"])


def several(text: str, first: int) -> tuple[str, ...]:
    """Two numbers or more, as answers to one question each: "2 3 1", a line each, or "1)2 2)3" in order; else nothing.

    A numbered row begins with 1, or with `first`, the place of the question that was asked.
    """
    typed = digits(visible(text))
    pairs = _NUMBERED.findall(typed)
    if len(pairs) > 1 and not _APART.sub("", _NUMBERED.sub("", typed)):
        places = [int(place) for place, _ in pairs]
        begins = next((start for start in (1, first) if places[0] == start), None)
        in_order = begins is not None and places == list(range(begins, begins + len(places)))
        return tuple(answer for _, answer in pairs) if in_order else ()
    parts = [part for part in _APART.split(typed) if part]
    whole = len(parts) < 2 or len(parts) > MAX_SEVERAL or _THOUSANDS.fullmatch(typed)
    return () if whole or not all(_NUMBER.fullmatch(part) for part in parts) else tuple(parts)
