"""From a file to a checked questionnaire and a report of all that was found on the way; never a part of one.

Nothing that a file holds raises here: what cannot be read is a finding.
"""

import re
from pathlib import Path

from ..engine import Questionnaire, QuestionnaireError, checked
from .findings import FormError, Imported, Report
from .grid import Book, SheetError
from .headings import Row, Table, table
from .liveness import liveness
from .options import lists
from .rowtypes import row_type
from .sheets import read_book
from .survey import survey
from .wordings import spoken

_COLUMNS = {"unknown_pictures": "x_pictures", "pictures_without_points": "x_pictures"}


def import_form(path: Path) -> Imported:
    """The questionnaire of a form (.xlsx, .xls, markdown, CSV or a folder of CSV files), and every finding."""
    report = Report()
    try:
        book = read_book(path)
    except SheetError as error:
        report.fault(error.code, path.name, 0, detail=error.detail)
        return Imported(None, report.sorted(), {})
    return _questionnaire(book, path, report)


def read_form(path: Path) -> Questionnaire:
    """The questionnaire of a form that may be fielded. Raises FormError when there is any fault."""
    imported = import_form(path)
    if imported.questionnaire is None or imported.faults:
        raise FormError(imported.findings)
    return imported.questionnaire


def _questionnaire(book: Book, path: Path, report: Report) -> Imported:
    if book.encoding != "utf-8":
        report.note("encoding", path.name, 0, detail=f"read as {book.encoding}")
    sheets = {name: table(name, grid, report) for name, grid in book.grids.items()}
    wordings = spoken(sheets, report)
    asked, filtered, named = _used(sheets["survey"])
    options: dict[str, Table] = {name: sheets[name] for name in ("choices", "external_choices") if name in sheets}
    found = lists(options, asked, filtered, wordings, report)
    items, groups, rows = survey(sheets["survey"], found, wordings, report)
    wordings.tell(report)
    settings = sheets.get("settings")
    head = settings.rows[0] if settings and settings.rows else Row(1, {})
    stem = re.sub(r"[^\w\-]+", "_", path.name.split(".")[0]).strip("_") or "form"
    form_id = head.get("form_id") or stem
    plain = {wordings.default: head.get("form_title") or form_id}
    title = wordings.authored(head, "x_title") or plain
    form = Questionnaire(form_id, title, wordings.languages, items, groups)
    try:
        form = checked(form)
    except QuestionnaireError as error:
        for fault in error.faults:
            column = _COLUMNS.get(fault.code, fault.item)
            report.fault(fault.code, "survey", rows.get(fault.item, 0), column, fault.detail, fault.item)
        return Imported(None, report.sorted(), wordings.shares())
    if unused := [name for name in found.authored if name not in named]:
        report.note("list_not_used", "choices", 0, detail=", ".join(unused))
    liveness(form, rows, report)
    return Imported(form, report.sorted(), wordings.shares())


def _used(table: Table) -> tuple[set[str], set[str], set[str]]:
    # The lists that are asked; those of them under a filter; and those that any row names.
    asked: set[str] = set()
    filtered: set[str] = set()
    for row in table.rows:
        kind = row_type(row.get("type"))
        if kind.word in ("select_one", "select_multiple", "rank"):
            asked.add(kind.argument)
            if row.get("choice_filter"):
                filtered.add(kind.argument)
    return asked, filtered, asked | {row.get("x_arms") for row in table.rows}
