"""Reading .xls, the older binary workbook, with xlrd. Imported only when such a file comes."""

import importlib
from io import StringIO

from .grid import MAX_COLUMNS, MAX_ROWS, SHEETS, Book, Grid, SheetError, made_grid, sheet_name, written

_ERROR, _BOOLEAN = 5, 4  # xlrd's cell types
_MACROS = "_VBA_PROJECT".encode("utf-16-le")


def from_xls(content: bytes) -> Book:
    """The sheets of a form in the bytes of an .xls file. Raises SheetError."""
    if _MACROS in content:
        raise SheetError("macros", "a form has no programs in it; save it as .xlsx")
    try:
        xlrd = importlib.import_module("xlrd")
    except ImportError as error:
        raise SheetError("reader_not_installed", "xlrd reads .xls; or save the form as .xlsx") from error
    try:
        with xlrd.open_workbook(file_contents=content, on_demand=True, logfile=StringIO()) as book:
            grids: dict[str, Grid] = {}
            for title in book.sheet_names():
                name = SHEETS.get(sheet_name(title))
                if name and name not in grids:
                    grids[name] = _grid(name, book.sheet_by_name(title))
            return Book(grids)
    except SheetError:
        raise
    except Exception as error:
        raise SheetError("unreadable_file", "not a workbook") from error


def _grid(name: str, sheet: "object") -> Grid:
    count: int = sheet.nrows  # type: ignore[attr-defined]  # xlrd has no types
    if count > MAX_ROWS + 1:
        raise SheetError("too_large", f"sheet {name} has more than {MAX_ROWS} rows")
    rows: list[tuple[int, list[str]]] = []
    valueless: list[tuple[int, int]] = []
    for at in range(count):
        cells = sheet.row(at)  # type: ignore[attr-defined]  # xlrd has no types
        values: list[object] = []
        for place, cell in enumerate(cells[: MAX_COLUMNS + 1]):
            if cell.ctype == _ERROR:
                valueless.append((at + 1, place))
            values.append("" if cell.ctype == _ERROR else bool(cell.value) if cell.ctype == _BOOLEAN else cell.value)
        rows.append((at + 1, [_plain(value) for value in values]))
    return made_grid(name, rows, tuple(valueless))


def _plain(value: object) -> str:
    return ("TRUE" if value else "FALSE") if isinstance(value, bool) else written(value)
