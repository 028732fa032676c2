"""Small forms for tests: markdown in, files of every kind out, and imports of them."""

import csv
from pathlib import Path

import openpyxl

from survey_app.engine import Item
from survey_app.xlsform import Imported, import_form
from survey_app.xlsform.delimited import from_markdown


def form(survey: str, choices: str = "", settings: str = "") -> str:
    """Markdown of a form from the rows of its sheets, each row on a line, cells between bars."""
    sheets = {"survey": survey, "choices": choices, "settings": settings}
    lines: list[str] = []
    for name, rows in sheets.items():
        written = [row.strip() for row in rows.strip().splitlines() if row.strip()]
        lines += [f"| {name} |", *(f"| | {row} |" for row in written)] if written else []
    return "\n".join(lines)


def imported(folder: Path, text: str, name: str = "form.md", encoding: str = "utf-8") -> Imported:
    """The import of a text written to a file."""
    (folder / name).write_bytes(text.encode(encoding))
    return import_form(folder / name)


def found(result: Imported) -> set[tuple[str, str, str, int, str]]:
    """The findings without their details."""
    return {(f.severity.value, f.code, f.sheet, f.row, f.column) for f in result.findings}


def codes(result: Imported) -> set[str]:
    """The codes of the findings."""
    return {finding.code for finding in result.findings}


def item(result: Imported, name: str) -> Item:
    """An imported item."""
    assert result.questionnaire is not None, [str(finding) for finding in result.findings]
    return result.questionnaire.by_name[name]


def as_workbook(text: str, path: Path) -> Path:
    """The markdown's form as a workbook, whole numbers as a spreadsheet keeps them: floating."""
    book = openpyxl.Workbook()
    for name, grid in from_markdown(text).items():
        sheet = book.create_sheet(name.upper())
        for number, cells in grid.rows:
            for column, cell in enumerate(cells, 1):
                sheet.cell(number, column, float(cell) if cell.isdigit() else cell or None)
    book.save(path)
    return path


def as_csv(text: str, folder: Path, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """The markdown's form as a folder of CSV files."""
    for name, grid in from_markdown(text).items():
        with (folder / f"{name}.csv").open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows(cells for _, cells in grid.rows)
    return folder
