"""The sheets of an XLSForm file, .xlsx or pyxform's markdown: rows of plain text with the number an author sees.

Size is bounded before anything is read into memory; a formula's text never counts as a value.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

MAX_FILE_BYTES = 10_000_000
MAX_UNPACKED_BYTES = 100_000_000
MAX_ROWS = 10_000
MAX_COLUMNS = 300
SHEETS = ("survey", "choices", "settings")


class SheetError(ValueError):
    """A file that cannot be read as sheets; `code` says why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file, and its non-empty cells by header."""

    number: int
    cells: Mapping[str, str]


def read_sheets(path: Path) -> dict[str, tuple[Row, ...]]:
    """The rows of the sheets survey, choices and settings. The content decides what kind of file it is."""
    try:
        content = path.read_bytes() if path.stat().st_size <= MAX_FILE_BYTES else None
    except OSError as error:
        raise SheetError("unreadable_file", path.name) from error
    if content is None:
        raise SheetError("too_large", f"more than {MAX_FILE_BYTES} bytes")
    if content.startswith(b"PK"):
        grids = _workbook(content)
    else:
        try:
            grids = _markdown(content.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise SheetError("unreadable_file", "neither a workbook nor UTF-8 text") from error
    found = {name: tuple(_rows(name, grid)) for name, grid in grids.items()}
    if not found.get("survey"):
        raise SheetError("no_survey_sheet", path.name)
    return found


def _workbook(content: bytes) -> dict[str, list[tuple[int, list[str]]]]:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise SheetError("too_large", f"more than {MAX_UNPACKED_BYTES} bytes unpacked")
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        if isinstance(error, SheetError):
            raise
        raise SheetError("unreadable_file", "not a workbook") from error
    grids: dict[str, list[tuple[int, list[str]]]] = {}
    try:
        for sheet in book.worksheets:
            name = sheet.title.strip().casefold()
            if name not in SHEETS:
                continue
            rows = sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS, values_only=True)
            grids[name] = [(number, [_cell(value) for value in row]) for number, row in enumerate(rows, 1)]
    finally:
        book.close()
    return grids


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _markdown(text: str) -> dict[str, list[tuple[int, list[str]]]]:
    grids: dict[str, list[tuple[int, list[str]]]] = {}
    current = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip().startswith("|"):
            continue
        first, *rest = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if set("".join((first, *rest))) <= {"-", ":"}:
            continue
        if first:
            current = first.casefold()
        elif current in SHEETS and any(rest):
            grids.setdefault(current, []).append((number, rest))
    return grids


def _rows(name: str, grid: list[tuple[int, list[str]]]) -> Iterator[Row]:
    if len(grid) > MAX_ROWS:
        raise SheetError("too_large", f"sheet {name} has more than {MAX_ROWS} rows")
    if not grid:
        return
    header = [re.sub(r"\s*::?\s*", "::", cell.strip().casefold()) for cell in grid[0][1]]
    for number, values in grid[1:]:
        cells = {key: value for key, value in zip(header, values, strict=False) if key and value}
        if cells:
            yield Row(number, cells)
