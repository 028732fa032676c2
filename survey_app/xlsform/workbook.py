"""Reading .xlsx: an archive of XML parts, bounded before it is unpacked and streamed while it is read.

Only the parts of a form are opened. Document types and entities are refused by the parser itself, in any encoding;
macros are refused; a formula counts by the value that was saved with it, never by its text.
"""

import lzma
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from xml.parsers import expat

from .grid import (
    MAX_CELL_CHARS,
    MAX_COLUMNS,
    MAX_ENTRIES,
    MAX_RATIO,
    MAX_ROWS,
    MAX_TOTAL_CHARS,
    MAX_UNPACKED_BYTES,
    SHEETS,
    Book,
    Grid,
    SheetError,
    made_grid,
    sheet_name,
    written,
)

CHUNK = 65_536
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, expat.ExpatError,
    EOFError, OSError, LookupError, ValueError, OverflowError, NotImplementedError, RuntimeError,
)  # fmt: skip

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]
Characters = Callable[[str], None]


def from_xlsx(content: bytes) -> Book:
    """The sheets of a form in a workbook's bytes. Raises SheetError."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _bounds(archive, len(content))
            return Book(_sheets(archive))
    except SheetError:
        raise
    except _BROKEN as error:
        raise SheetError("unreadable_file", "not a workbook") from error


def _bounds(archive: zipfile.ZipFile, packed: int) -> None:
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES:
        raise SheetError("too_large", f"more than {MAX_ENTRIES} parts")
    if unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_RATIO * max(packed, 50_000):
        raise SheetError("too_large", f"{unpacked} bytes unpacked from {packed}")
    if any(posixpath.basename(entry.filename).casefold().startswith("vbaproject") for entry in entries):
        raise SheetError("macros", "a form has no programs in it; save it as .xlsx")


def _stream(archive: zipfile.ZipFile, part: str, start: Start, end: End, characters: Characters) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(" ")[2], attributes)
    parser.EndElementHandler = lambda tag: end(tag.rpartition(" ")[2])
    parser.CharacterDataHandler = characters
    with archive.open(part) as file:
        while chunk := file.read(CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)


def _refuse(*_: object) -> None:
    raise SheetError("entities", "a document type in a part of the workbook")


def _sheets(archive: zipfile.ZipFile) -> dict[str, Grid]:
    names = set(archive.namelist())
    targets = _attributes(archive, "xl/_rels/workbook.xml.rels", "Relationship", "Id", "Target")
    sheets: dict[str, str] = {}
    for title, relation in _attributes(archive, "xl/workbook.xml", "sheet", "name", "id").items():
        name = SHEETS.get(sheet_name(title))
        if name and relation in targets:
            sheets.setdefault(name, posixpath.normpath(posixpath.join("/xl", targets[relation])).lstrip("/"))
    shared = _shared(archive) if "xl/sharedStrings.xml" in names else []
    return {name: _Cells(name, shared).read(archive, part) for name, part in sheets.items() if part in names}


def _attributes(archive: zipfile.ZipFile, part: str, element: str, key: str, value: str) -> dict[str, str]:
    found: dict[str, str] = {}

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        if tag == element:
            plain = {name.rpartition(" ")[2]: text for name, text in attributes.items()}
            found.setdefault(plain.get(key, ""), plain.get(value, ""))

    _stream(archive, part, start, lambda _: None, lambda _: None)
    return found


def _shared(archive: zipfile.ZipFile) -> list[str]:
    strings: list[str] = []
    text = _Text()

    def start(tag: str, _: Mapping[str, str]) -> None:
        if tag == "si":
            text.pieces.clear()
        text.enter(tag)

    def end(tag: str) -> None:
        text.leave(tag)
        if tag == "si":
            strings.append(text.taken())

    _stream(archive, "xl/sharedStrings.xml", start, end, text.add)
    return strings


@dataclass(slots=True)
class _Text:
    """The text inside <t> and <v>, but not that of a reading aid (<rPh>); bounded."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    aid: bool = False
    open: bool = False

    def enter(self, tag: str) -> None:
        self.aid = self.aid or tag == "rPh"
        self.open = tag in ("t", "v") and not self.aid

    def leave(self, tag: str) -> None:
        self.aid = self.aid and tag != "rPh"
        self.open = False

    def add(self, characters: str) -> None:
        if self.open:
            self.length += len(characters)
            if self.length > MAX_CELL_CHARS:
                raise SheetError("too_large", f"a cell of more than {MAX_CELL_CHARS} characters")
            self.pieces.append(characters)

    def taken(self) -> str:
        found = "".join(self.pieces)
        self.pieces.clear()
        self.length = 0
        return found


class _Cells:
    """One sheet under way: its rows so far, and the cell that is open."""

    def __init__(self, name: str, shared: list[str]) -> None:
        self.name, self.shared = name, shared
        self.rows: list[tuple[int, list[str]]] = []
        self.valueless: list[tuple[int, int]] = []
        self.text = _Text()
        self.row = self.column = self.total = 0
        self.kind = ""
        self.formula = False

    def read(self, archive: zipfile.ZipFile, part: str) -> Grid:
        _stream(archive, part, self.start, self.end, self.text.add)
        return made_grid(self.name, self.rows, tuple(self.valueless))

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.column = 0
            self.rows.append((self.row, []))
        elif tag == "c":
            self.column = _column(attributes["r"]) if "r" in attributes else self.column + 1
            self.kind = attributes.get("t", "n")
            self.formula = False
            self.text.taken()
        elif tag == "f":
            self.formula = True
        self.text.enter(tag)

    def end(self, tag: str) -> None:
        self.text.leave(tag)
        if tag == "row" and self.rows and not self.rows[-1][1]:
            self.rows.pop()
        if tag != "c" or not self.rows:
            return
        value = self.value(self.text.taken())
        if self.formula and not value:
            self.valueless.append((self.row, self.column - 1))
        if value:
            self.keep(value)

    def keep(self, value: str) -> None:
        if self.row > MAX_ROWS + 1 or len(self.rows) > MAX_ROWS + 1:
            raise SheetError("too_large", f"sheet {self.name} has more than {MAX_ROWS} rows")
        if self.column > MAX_COLUMNS:
            raise SheetError("too_large", f"sheet {self.name} has more than {MAX_COLUMNS} columns")
        self.total += len(value)
        if self.total > MAX_TOTAL_CHARS:
            raise SheetError("too_large", f"sheet {self.name} holds too much text")
        cells = self.rows[-1][1]
        cells += [""] * (self.column - len(cells))
        cells[self.column - 1] = value

    def value(self, raw: str) -> str:
        if not raw or self.kind == "e":
            return ""
        match self.kind:
            case "s":
                return written(self.shared[int(raw)] if int(raw) < len(self.shared) else "")
            case "b":
                return "TRUE" if raw.strip() == "1" else "FALSE"
            case "n":
                return _numeral(raw)
        return written(raw)


def _numeral(raw: str) -> str:
    try:
        return written(float(raw))
    except ValueError:
        return written(raw)


def _column(reference: str) -> int:
    letters = reference.rstrip("0123456789")
    if not 1 <= len(letters) <= 3 or not letters.isascii() or not letters.isalpha():
        raise SheetError("unreadable_file", "a cell without a place")
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
