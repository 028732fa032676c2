"""A sheet of figures as a workbook: from right to left in Arabic, numbers as numbers, texts as texts."""

from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

import xlsxwriter

from analytics.release import LEVEL
from translations.languages import direction, translator

if TYPE_CHECKING:
    from dashboards.downloads import Sheet

_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
_NOT_IN_A_NAME = "[]:*?/\\'"  # of a sheet, whatever a translator writes
_TOP = {"valign": "top", "text_wrap": True}
SHARE, FINE_SHARE, DIFFERENCE, COUNT = "0%", "0.0%", "+0.000;\N{MINUS SIGN}0.000;0", "#,##0"


def workbook(found: "Sheet", created: str, language: str, software: str) -> bytes:
    """The workbook. created: an ISO day. The same sheet gives the same bytes."""
    _ = translator(language)
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, _PLAIN)
    book.set_properties({"title": found.title, "comments": software, "created": datetime.fromisoformat(created)})
    sheet = book.add_worksheet("".join(each for each in _("Figures") if each not in _NOT_IN_A_NAME)[:31])
    formats = _Formats(book)
    sheet.write_string(0, 0, found.title, book.add_format({"bold": True, "font_size": 14}))
    for at, note in enumerate(found.notes, 1):
        sheet.write_string(at, 0, note, book.add_format({"italic": True}))
    first = len(found.notes) + 2
    bold = book.add_format(_TOP | {"bold": True, "bottom": 1})
    for column, head in enumerate(found.heads):
        sheet.write_string(first, column, head, bold)
        sheet.set_column(column, column, min(max(len(head) + 2, 12), 28))
    for at, (cells, unit) in enumerate(zip(found.rows, found.units, strict=True), first + 1):
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                sheet.write_string(at, column, cell, formats[""])
            else:
                sheet.write_number(at, column, cell, formats[_look(cell, unit)])
    if direction(language) == "rtl":
        sheet.right_to_left()
    sheet.freeze_panes(first + 1, 1)
    sheet.repeat_rows(first)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    book.close()
    return buffer.getvalue()


def _look(value: float, unit: str) -> str:
    if isinstance(value, int):
        return COUNT
    if unit == "none":
        return ""
    if unit != LEVEL:
        return DIFFERENCE
    return SHARE if round(value * 100, 6) == round(value * 100) else FINE_SHARE


class _Formats(dict[str, Any]):
    """The book's formats by what a number looks like; "" is a text's, and a number's as it stands."""

    def __init__(self, book: Any) -> None:
        super().__init__()
        self._book = book

    def __missing__(self, look: str) -> Any:
        self[look] = found = self._book.add_format(_TOP | ({"num_format": look} if look else {}))
        return found
