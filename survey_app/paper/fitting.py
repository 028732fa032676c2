"""Texts brought into the room that they have: cleaned, broken into lines, shrunk where needed.

What a line takes is estimated, on the wide side, so that a sheet breaks in the same places whatever fonts there are.
"""

import re
import unicodedata

from translations.languages import direction

from .sheet import INK, POINT, Box, Line, PaperError

_DROPPED = ("Cc", "Cs", "Co", "Cn", "Cf")
_JOINERS = "\u200c\u200d"  # the only format characters that Arabic writing itself needs
_NARROW = frozenset("fijlrtI.,:;'’!|()[]- /")


def plain(text: str) -> str:
    """Text on one line without control characters, which could reorder it or break a file."""
    spaced = unicodedata.normalize("NFC", re.sub(r"\s", " ", text))
    kept = (char for char in spaced if char in _JOINERS or unicodedata.category(char) not in _DROPPED)
    return " ".join("".join(kept).split())


def right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction runs from the right (UAX 9, P2)."""
    ways = (unicodedata.bidirectional(char) for char in text)
    return next((way in ("R", "AL") for way in ways if way in ("L", "R", "AL")), False)


def breadth(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a text in mm, estimated for the widest of the usual sans-serif fonts."""
    return sum(map(_em, text)) * size * POINT * (1.12 if bold else 1)


def _em(char: str) -> float:
    kind = unicodedata.category(char)
    if kind in ("Mn", "Cf"):
        return 0
    if unicodedata.bidirectional(char) == "AL":
        return 0.56
    if char in _NARROW:
        return 0.41
    if char in "mwMW@%":
        return 1
    if kind in ("Lu", "Sm"):
        return 0.8
    return 0.64 if kind in ("Ll", "Nd", "Pd", "Pc", "Po", "Pi", "Pf") else 1


def fitted(
    text: str, width: float, size: float, smallest: float, most: int, *, bold: bool = False
) -> tuple[float, tuple[str, ...]]:
    """The largest size from `size` down to `smallest` points at which a text takes at most `most` lines of `width` mm.

    Returns it with the lines, which are about as long as each other. Raises PaperError when the smallest is too large.
    """
    while size >= smallest:
        lines = _broken(text, width, size, bold=bold)
        if len(lines) <= most and all(breadth(line, size, bold=bold) <= width for line in lines):
            return size, _balanced(text, lines, width, size, bold=bold)
        size -= 0.5
    raise PaperError(f"“{text[:40]}…” is too long for the sheet.")


def _balanced(text: str, lines: tuple[str, ...], width: float, size: float, *, bold: bool) -> tuple[str, ...]:
    """The same number of lines in the narrowest room, so that no word stands alone at the end."""
    widest = max(breadth(word, size, bold=bold) for word in text.split(" "))
    while len(lines) > 1 and (width := width - 1) >= widest:
        closer = _broken(text, width, size, bold=bold)
        if len(closer) > len(lines):
            break
        lines = closer
    return lines


def _broken(text: str, width: float, size: float, *, bold: bool) -> tuple[str, ...]:
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and breadth(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


def block(
    text: str, language: str, box: Box, size: float, *, most: int = 2, bold: bool = False, colour: str = INK
) -> tuple[tuple[Line, ...], float]:
    """A text in one language in at most `most` lines, at worst at half its size; and where the next thing begins."""
    rtl = direction(language) == "rtl"
    size, broken = fitted(text, box.width, size, size / 2, most, bold=bold)
    step = size * POINT * (1.55 if rtl else 1.35)
    x = box.left + box.width if rtl else box.left
    lines = tuple(
        Line(line, language, x, box.top + step * (at + 0.78), box.width, size, rtl=rtl, bold=bold, colour=colour)
        for at, line in enumerate(broken)
    )
    return lines, box.top + step * len(broken)
