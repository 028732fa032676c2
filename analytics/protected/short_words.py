"""Names and labels within the limits of SPSS and Stata, cut where a reader of Arabic would cut."""

import re
import unicodedata

MAX_NAME = 32  # Stata; SPSS takes 64 bytes
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_RESERVED = """_all _b _coef _cons _n _pi _pred _rc _skip all alias and break by byte double e else eq false float for
    ge gt if in inf int le long lt na nan ne next not null or repeat strl to true using while with function"""
_OPENS, _CLOSES = "\u2066\u2067\u2068", "\u2069"


def short_name(name: str, taken: set[str]) -> str:
    """A name of its own for Stata, SPSS and R: ASCII, at most 32 characters, no word of theirs, whatever the case.

    taken: the names so far, in lower case; the new one is added.
    """
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
    if not _NAME.fullmatch(plain) or plain.lower() in _RESERVED.split() or re.fullmatch(r"str[0-9]+", plain):
        plain = f"v_{plain.strip('_')}"
    found, number = plain[:MAX_NAME], 1
    while found.lower() in taken:
        number += 1
        found = f"{plain[: MAX_NAME - len(str(number)) - 1]}_{number}"
    taken.add(found.lower())
    return found


def shortened(text: str, limit: int, *, in_bytes: bool = False) -> str:
    """A text of at most `limit` characters (or bytes of UTF-8), cut between words, with every isolate closed.

    A single word that is too long is cut where a letter with its marks ends.
    """

    def fits(part: str) -> bool:
        return len(part.encode() if in_bytes else part) <= limit

    text = _closed(text)
    if fits(text):
        return text
    found = ""
    for word in text.split():
        longer = f"{found} {word}".strip()
        if not fits(_closed(longer) + "…"):
            break
        found = longer
    for letter in _letters(text) if not found else []:
        if not fits(_closed(found + letter) + "…"):
            break
        found += letter
    return _closed(found) + "…"


def _letters(text: str) -> list[str]:
    """Letters with the marks that stand on them."""
    found: list[str] = []
    for sign in text:
        if found and unicodedata.combining(sign):
            found[-1] += sign
        else:
            found.append(sign)
    return found


def _closed(text: str) -> str:
    opened = sum(text.count(mark) for mark in _OPENS) - text.count(_CLOSES)
    return text + _CLOSES * max(opened, 0)
