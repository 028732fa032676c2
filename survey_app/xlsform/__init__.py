"""XLSForm, the questionnaire format of the field: files in, questionnaires and a report out, and back again.

    import_form(path) -> Imported           never raises on what a file holds
        .questionnaire: Questionnaire | None    complete, or None when nothing can be asked
        .findings: tuple[Finding, ...]          in the order of the file
        .coverage: Mapping[str, float]          language -> share of texts that the author wrote (0 to 1)
        .faults: tuple[Finding, ...]            those that forbid fieldwork
    read_form(path) -> Questionnaire        raises FormError (with .findings) when there is any fault
    coverage(questionnaire) -> Mapping[str, float]   the same table for a questionnaire already made
    export_markdown(questionnaire) -> str   pyxform's markdown; importing it gives the same version
    export_workbook(questionnaire) -> bytes the same as .xlsx

A Finding has code, severity ("fault", "repair", "note"), sheet, row, column, detail and item; str() of it is a line.
A fault forbids fieldwork; a repair was mended on the way in; a note is for the author to know.
"""

from .exporter import export_markdown, export_workbook
from .findings import Finding, FormError, Imported, Severity
from .importer import import_form, read_form
from .wordings import coverage

__all__ = [
    "Finding",
    "FormError",
    "Imported",
    "Severity",
    "coverage",
    "export_markdown",
    "export_workbook",
    "import_form",
    "read_form",
]
