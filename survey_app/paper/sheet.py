"""A sheet of A4 as data: lines of text, QR codes and rules, each at its place. PDF and SVG draw the same sheet.

Lengths are millimetres from the upper left corner, letters are measured in points.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import segno

WIDTH, HEIGHT = 210, 297
POINT = 25.4 / 72
INK, QUIET, ACCENT, HAIRLINE = "#14202B", "#4A5763", "#0B5C5A", "#8B98A5"
QUIET_ZONE = 4  # modules of white around a QR code, ISO/IEC 18004
_CODE = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


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
