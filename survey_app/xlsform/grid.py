"""A sheet as a grid of plain text, and the bounds that every reader of files keeps.

Bounds are refused by name; nothing is cut off silently.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

MAX_FILE_BYTES = 10_000_000
MAX_UNPACKED_BYTES = 60_000_000
MAX_RATIO = 200
MAX_ENTRIES = 1_000
MAX_ROWS = 10_000
MAX_COLUMNS = 300
MAX_CELL_CHARS = 32_767  # what a spreadsheet's cell can hold
MAX_TOTAL_CHARS = 20_000_000
SHEETS = {"survey": "survey", "choices": "choices", "settings": "settings", "setting": "settings"}
SHEETS |= {"external_choices": "external_choices"}
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class SheetError(ValueError):
    """A file that cannot be read as sheets; `code` says why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows that hold a value, with their numbers; `valueless`: (row, column from 0) of a formula without one."""

    rows: tuple[tuple[int, tuple[str, ...]], ...]
    valueless: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """The sheets of a form by their usual names, and the encoding if the file was text."""

    grids: Mapping[str, Grid]
    encoding: str = "utf-8"


def sheet_name(text: str) -> str:
    """A name of a sheet or column as names are compared: case, outer blanks and the kind of blank do not count."""
    return re.sub(r"[\s_]+", "_", text.strip().casefold())


def made_grid(name: str, rows: list[tuple[int, list[str]]], valueless: tuple[tuple[int, int], ...] = ()) -> Grid:
    """A grid of bounded rows, without the empty ones. Raises SheetError when a bound is passed."""
    kept: list[tuple[int, tuple[str, ...]]] = []
    total = 0
    for number, cells in rows:
        clean = tuple(written(cell) for cell in cells)
        if not any(clean):
            continue
        last = max(at for at, cell in enumerate(clean) if cell)
        total += sum(map(len, clean))
        if len(kept) > MAX_ROWS:
            raise SheetError("too_large", f"sheet {name} has more than {MAX_ROWS} rows")
        if last >= MAX_COLUMNS:
            raise SheetError("too_large", f"sheet {name} has more than {MAX_COLUMNS} columns")
        if total > MAX_TOTAL_CHARS or max(map(len, clean)) > MAX_CELL_CHARS:
            raise SheetError("too_large", f"sheet {name}, row {number} holds too much text")
        kept.append((number, clean[: last + 1]))
    return Grid(tuple(kept), valueless)


def written(value: object) -> str:
    """A cell as text: 1.0 is 1; control characters and outer blanks are gone."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    plain = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return _UNWRITABLE.sub("", plain).strip()
