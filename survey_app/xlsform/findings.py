"""What an import has to say: findings with a place, how grave they are, and the whole of one import.

A finding quotes the form, which is public; it never quotes an answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ..engine import Questionnaire


class Severity(StrEnum):
    """A fault forbids fieldwork, a repair was mended on the way in, a note is for the author to know."""

    FAULT = "fault"
    REPAIR = "repair"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the author should know: a code, and where it stands (row 0: the file or sheet as a whole)."""

    code: str
    sheet: str
    row: int
    column: str = ""
    detail: str = ""
    severity: Severity = Severity.FAULT
    item: str = ""

    def __str__(self) -> str:
        place = self.sheet + (f" row {self.row}" if self.row else "") + (f", {self.column}" if self.column else "")
        return f"{place}: {self.code.replace('_', ' ')}" + (f" ({self.detail})" if self.detail else "")


class FormError(ValueError):
    """A form that cannot be fielded. The message names the faults; `findings` has the repairs and notes too."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings if finding.severity is Severity.FAULT))
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Imported:
    """One import: the questionnaire, or None when nothing can be asked; every finding; the coverage of languages.

    `coverage` maps a language to the share of texts that the author wrote in it, from 0 to 1.
    """

    questionnaire: Questionnaire | None
    findings: tuple[Finding, ...]
    coverage: Mapping[str, float]

    @property
    def faults(self) -> tuple[Finding, ...]:
        """The findings that forbid fieldwork."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.FAULT)


@dataclass(slots=True)
class Report:
    """The findings of an import under way."""

    findings: list[Finding] = field(default_factory=list)

    def fault(self, code: str, sheet: str, row: int, column: str = "", detail: str = "", item: str = "") -> None:
        """Add what forbids fieldwork."""
        self.findings.append(Finding(code, sheet, row, column, detail, Severity.FAULT, item))

    def repair(self, code: str, sheet: str, row: int, column: str = "", detail: str = "", item: str = "") -> None:
        """Add what was mended."""
        self.findings.append(Finding(code, sheet, row, column, detail, Severity.REPAIR, item))

    def note(self, code: str, sheet: str, row: int, column: str = "", detail: str = "", item: str = "") -> None:
        """Add what the author should know."""
        self.findings.append(Finding(code, sheet, row, column, detail, Severity.NOTE, item))

    def sorted(self) -> tuple[Finding, ...]:
        """The findings in the order of the file, each once."""
        sheets = {"settings": 0, "survey": 1, "choices": 2, "external_choices": 3}
        return tuple(sorted(dict.fromkeys(self.findings), key=lambda found: (sheets.get(found.sheet, -1), found.row)))
