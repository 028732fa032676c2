"""The sheets of an XLSForm file: rows of plain text, with the number that an author sees.

What kind of file it is, its content decides, never its name. Size is bounded before anything is unpacked or read.
"""

import csv
from pathlib import Path

from .delimited import decoded, from_csv, from_markdown
from .grid import MAX_FILE_BYTES, Book, Grid, SheetError, sheet_name
from .legacy import from_xls
from .workbook import from_xlsx

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PARTS = ("survey.csv", "choices.csv", "settings.csv", "external_choices.csv")


def read_book(path: Path) -> Book:
    """The sheets of a file (.xlsx, .xls, markdown, CSV) or of a folder with survey.csv. Raises SheetError."""
    try:
        if path.is_dir():
            return _pair(path)
        content = _bounded(path)
    except OSError as error:
        raise SheetError("unreadable_file", path.name) from error
    if content.startswith(b"PK"):
        return _known(from_xlsx(content), path.name)
    if content.startswith(OLE):
        return _known(from_xls(content), path.name)
    text, encoding = decoded(content)
    if any(line.lstrip().startswith("|") for line in text.splitlines()):
        return _known(Book(from_markdown(text), encoding), path.name)
    book = Book(_csv(text, "survey"), encoding)
    if path.suffix.casefold() == ".csv" and set(book.grids) == {"survey"}:
        return _pair(path.parent, Book(book.grids, encoding))
    return _known(book, path.name)


def _pair(folder: Path, survey: Book | None = None) -> Book:
    grids: dict[str, Grid] = dict(survey.grids) if survey else {}
    encoding = survey.encoding if survey else "utf-8"
    try:
        files = {file.name.casefold(): file for file in folder.iterdir() if file.is_file()}
        for part in PARTS:
            name = part.removesuffix(".csv")
            if part in files and name not in grids:
                text, found = decoded(_bounded(files[part]))
                encoding = found if found != "utf-8" else encoding
                grids[name] = next(iter(_csv(text, name).values()), Grid(()))
    except OSError as error:
        raise SheetError("unreadable_file", folder.name) from error
    return _known(Book(grids, encoding), folder.name)


def _bounded(path: Path) -> bytes:
    if not path.is_file():
        raise SheetError("unreadable_file", path.name)
    if path.stat().st_size > MAX_FILE_BYTES:
        raise SheetError("too_large", f"more than {MAX_FILE_BYTES} bytes")
    with path.open("rb") as file:
        content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise SheetError("too_large", f"more than {MAX_FILE_BYTES} bytes")
    return content


def _csv(text: str, name: str) -> dict[str, Grid]:
    try:
        return from_csv(text, name)
    except csv.Error as error:
        raise SheetError("unreadable_file", str(error)) from error


def _known(book: Book, name: str) -> Book:
    survey = book.grids.get("survey")
    header = {sheet_name(cell) for cell in survey.rows[0][1]} if survey and survey.rows else set()
    if survey is None or len(survey.rows) < 2 or not header & {"type", "command"}:
        raise SheetError("no_survey_sheet", name)
    return book
