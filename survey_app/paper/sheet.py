"""A sheet of A4 as data: lines of text, QR codes and rules, each at its place. PDF and SVG draw the same sheet.

Lengths are millimetres from the upper left corner, letters are measured in points. What a line takes is estimated, on
the wide side, so that a sheet breaks in the same places whatever fonts the machine has.
"""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

import segno

from translations.languages import direction

WIDTH, HEIGHT = 210, 297
POINT = 25.4 / 72
INK, QUIET, ACCENT, HAIRLINE = "#14202B", "#4A5763", "#0B5C5A", "#8B98A5"
QUIET_ZONE = 4  # modules of white around a QR code, ISO/IEC 18004
_CODE = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_DROPPED = ("Cc", "Cs", "Co", "Cn", "Cf")
_JOINERS = "\u200c\u200d"  # the only format characters that Arabic writing itself needs
_NARROW = frozenset("fijlrtI.,:;'’!|()[]- /")


class PaperError(ValueError):
    """What cannot be printed, in one sentence."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `x` is where it starts (at its right end if `rtl`), or its middle if `middle`; `y` is its baseline.

    It takes at most `width` mm; `size` is in points; `language` is empty for what is in no language (an address).
    """

    text: str
    language: str
    x: float
    y: float
    width: float
    size: float
    rtl: bool = False
    bold: bool = False
    middle: bool = False
    colour: str = INK


@dataclass(frozen=True, slots=True)
class Box:
    """Room for text: its left edge, its top and its width."""

    left: float
    top: float
    width: float

    def below(self, top: float) -> "Box":
        """The same room from another top on."""
        return Box(self.left, top, self.width)


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code at `x`, `y`, `size` mm with its quiet zone. `bars` are dark runs (column, row, length) in `modules`."""

    x: float
    y: float
    size: float
    modules: int
    bars: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line between two points, `width` mm thick."""

    x: float
    y: float
    to_x: float
    to_y: float
    width: float
    colour: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page and its title."""

    title: str
    lines: tuple[Line, ...]
    codes: tuple[Code, ...]
    rules: tuple[Rule, ...] = ()


def area_address(public_url: str, code: str) -> str:
    """The address that starts the survey in an area. Raises PaperError when the site's address or the code is unfit."""
    if not _CODE.fullmatch(code):
        raise PaperError("A code in an address may have the letters A to Z, digits, - and _, and dots between them.")
    return f"{checked_address(public_url).rstrip('/')}/a/{code}"


def checked_address(address: str) -> str:
    """The address itself. Raises PaperError unless it is http or https, plain ASCII, and without query or password."""
    try:
        parts = urlsplit(address)
        fit = bool(parts.hostname) and parts.scheme in ("http", "https") and "@" not in parts.netloc
    except ValueError:
        fit = False
    if not fit or not re.fullmatch(r"[!-~]+", address) or set(address) & set('?#<>"\\'):
        raise PaperError("The site's address (THIQA_PUBLIC_URL) must be like https://survey.example.org")
    return address


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


def qr(address: str, x: float, y: float, size: float) -> Code:
    """The QR code of an address, error correction Q or better. `size` is in mm and includes the white around it."""
    try:
        matrix = segno.make(address, error="q", micro=False).matrix
    except segno.DataOverflowError:
        raise PaperError("The address is too long for a QR code.") from None
    bars = tuple(
        (run.start() + QUIET_ZONE, row + QUIET_ZONE, len(run[0]))
        for row, modules in enumerate(matrix)
        for run in re.finditer(rb"\x01+", bytes(modules))
    )
    return Code(x, y, size, len(matrix) + 2 * QUIET_ZONE, bars)
