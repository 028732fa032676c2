"""Forms as text: CSV, and pyxform's markdown; and how their bytes are decoded.

A byte-order mark decides; then UTF-8; then, of the two old code pages, the one in which words are of one script.
"""

import codecs
import csv
import re
from collections.abc import Iterable
from io import StringIO

from .grid import SHEETS, Grid, made_grid, sheet_name

_BAR = re.compile(r"(?<!\\)\|")
_WORD = re.compile(r"[^\W\d_]+")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_NUMBERED = re.compile(r"&#(10|38|32);")


def decoded(content: bytes) -> tuple[str, str]:
    """The text and the encoding it was in. Total: every byte means something in a code page."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace"), "utf-16"
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        arabic = content.decode("cp1256", errors="replace")
    words = [word for word in _WORD.findall(arabic) if _ARABIC.search(word)]
    mixed = sum(1 for word in words if _LATIN.search(word))
    if mixed * 2 > len(words):
        return content.decode("cp1252", errors="replace"), "cp1252"
    return arabic, "cp1256"


def from_csv(text: str, name: str) -> dict[str, Grid]:
    """The sheet in a CSV file, or the sheets if the first column names them. Comma, semicolon or tab. csv.Error."""
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    rows = [(reader.line_num, cells) for cells in reader]
    if rows and sheet_name(rows[0][1][0] if rows[0][1] else "") in SHEETS and not any(rows[0][1][1:]):
        return _banded(rows)
    return {name: made_grid(name, rows)}


def from_markdown(text: str) -> dict[str, Grid]:
    r"""The sheets in pyxform's markdown. A cell is on one line: `\|` is a bar, `&#10;` a new line, `&#38;` an &."""
    rows: list[tuple[int, list[str]]] = []
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        bare = line.strip()
        if not bare.startswith("|"):
            continue
        cells = [cell.strip().replace("\\|", "|") for cell in _BAR.split(bare.removeprefix("|"))]
        cells = cells[:-1] if cells and not cells[-1] else cells
        if set("".join(cells)) <= {"-", ":"}:
            continue
        rows.append((number, [_NUMBERED.sub(lambda match: chr(int(match[1])), cell) for cell in cells]))
    return _banded(rows)


def _banded(rows: Iterable[tuple[int, list[str]]]) -> dict[str, Grid]:
    found: dict[str, list[tuple[int, list[str]]]] = {}
    current = ""
    for number, (first, *rest) in ((number, cells or [""]) for number, cells in rows):
        if first.strip():
            current = SHEETS.get(sheet_name(first), "")
        elif current:
            found.setdefault(current, []).append((number, rest))
    return {name: made_grid(name, grid) for name, grid in found.items()}
