"""Cells of a CSV file that a spreadsheet opens as text or as a number, never as a formula.

A text that begins as a formula does gets an apostrophe before it, and so does a text that begins with an apostrophe:
`plain` takes it off again, and every text is read as it was. Numbers are left alone, a minus in front as well.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

MARK = "'"
# What a spreadsheet takes for the beginning of a formula, in its own width and in that of East Asian keyboards.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MARKED = (*FORMULA, MARK)


def written(text: str) -> str:
    """A text as it stands in a cell."""
    return MARK + text if text.startswith(_MARKED) else text


def plain(cell: str) -> str:
    """The text of a cell. The inverse of `written`."""
    return cell[1:] if cell[:1] == MARK and cell[1:].startswith(_MARKED) else cell


def sheet(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A table as CSV (RFC 4180): UTF-8 with a byte order mark, CRLF, a header. None is an empty cell.

    The mark makes spreadsheets read Arabic as Arabic. A number is written so that it is read again as the same.
    """
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow([written(column) for column in columns])
    known = _Texts()
    writer.writerows([known[cell] if type(cell) is str else cell for cell in row] for row in rows)
    return lines.getvalue().encode("utf-8-sig")


def table(content: bytes) -> list[Mapping[str, str]]:
    """The rows of such a file: texts as they were, numbers as they are written."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    head = [plain(cell) for cell in next(rows)]
    return [dict(zip(head, map(plain, row), strict=True)) for row in rows]


class _Texts(dict[str, str]):
    """What was written for a text: the same few codes come in every row."""

    def __missing__(self, text: str) -> str:
        self[text] = found = written(text)
        return found
