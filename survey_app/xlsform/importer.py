"""From the sheets of an XLSForm to a checked questionnaire, whole or not at all.

Every fault is reported with sheet, row and column. Columns that begin with x_ are ours, and pyxform passes them over:
x_by_text, x_missing, and by language x_short_ar (wording for text messages), x_synonyms_ar, x_title_ar. A `::` in their
names would make pyxform fail.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from ..engine import Choice, Expression, ExpressionError, Item, Kind, Missing, Questionnaire, QuestionnaireError, parse
from ..engine import checked as checked_questionnaire
from .sheets import Row, SheetError, read_sheets

LANGUAGE_NAMES = {
    "arabic": "ar", "العربية": "ar", "arabe": "ar",
    "french": "fr", "français": "fr", "francais": "fr",
    "english": "en", "anglais": "en",
}  # fmt: skip
TRUE = {"yes", "true", "true()", "t", "y", "1", "oui", "نعم"}
KINDS = {"select_one": Kind.SINGLE, "integer": Kind.INTEGER, "note": Kind.NOTE}
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the author must mend: a code, and where it stands."""

    code: str
    sheet: str
    row: int
    column: str = ""
    detail: str = ""

    def __str__(self) -> str:
        place = f"{self.sheet} row {self.row}" + (f", {self.column}" if self.column else "")
        return f"{place}: {self.code.replace('_', ' ')}" + (f" ({self.detail})" if self.detail else "")


class FormError(ValueError):
    """A form that cannot be fielded, with every finding."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = tuple(findings)


def read_form(path: Path) -> Questionnaire:
    """The questionnaire of an XLSForm file (.xlsx or markdown). Raises FormError with every finding."""
    try:
        sheets = read_sheets(path)
    except SheetError as error:
        raise FormError([Finding(error.code, path.name, 0, detail=error.detail)]) from error
    return _Reading(sheets).questionnaire()


@dataclass
class _Reading:
    """One import under way: the sheets, and the findings so far."""

    sheets: dict[str, tuple[Row, ...]]
    findings: list[Finding] = field(default_factory=list)

    def questionnaire(self) -> Questionnaire:
        settings = self.sheets.get("settings", ())
        head = settings[0] if settings else Row(0, {})
        default = _language(head.cells.get("default_language", "")) or "en"
        title = self.texts(head, "x_title", default) or {default: head.cells.get("form_title", "")}
        lists = self.lists(default)
        items = [item for row in self.sheets["survey"] if (item := self.item(row, lists, default))]
        languages = tuple(dict.fromkeys([default, *(key for item in items for key in item.label)]))
        form = Questionnaire(head.cells.get("form_id", "form"), title, languages, tuple(items))
        if not self.findings:
            try:
                return checked_questionnaire(form)
            except QuestionnaireError as error:
                rows = {row.cells.get("name", ""): row.number for row in self.sheets["survey"]}
                self.findings += [
                    Finding(f.code, "survey", rows.get(f.item, 0), f.item, f.detail) for f in error.faults
                ]
        raise FormError(self.findings)

    def lists(self, default: str) -> dict[str, list[Choice]]:
        found: dict[str, list[Choice]] = {}
        for row in self.sheets.get("choices", ()):
            name = row.cells.get("list_name") or row.cells.get("list name", "")
            code = row.cells.get("name") or row.cells.get("value", "")
            missing = row.cells.get("x_missing", "")
            if not name or not code:
                self.find("choice_without_name", "choices", row, "name")
            elif missing and missing not in list(Missing):
                self.find("unknown_missing_code", "choices", row, "x_missing", missing)
            else:
                synonyms = {
                    language: tuple(word.strip() for word in words.split(";") if word.strip())
                    for language, words in self.texts(row, "x_synonyms", default).items()
                }
                choice = Choice(
                    code, self.texts(row, "label", default), Missing(missing) if missing else None, synonyms
                )
                found.setdefault(name, []).append(choice)
        return found

    def item(self, row: Row, lists: dict[str, list[Choice]], default: str) -> Item | None:
        kind, _, argument = row.cells.get("type", "").strip().partition(" ")
        name = row.cells.get("name", "")
        if kind not in KINDS:
            self.find("unsupported_type", "survey", row, "type", kind)
            return None
        if not NAME.fullmatch(name):
            self.find("unusable_name", "survey", row, "name", name)
            return None
        if kind == "select_one" and argument.strip() not in lists:
            self.find("unknown_list", "survey", row, "type", argument)
            return None
        return Item(
            name=name,
            kind=KINDS[kind],
            label=self.texts(row, "label", default),
            hint=self.texts(row, "hint", default),
            short=self.texts(row, "x_short", default),
            choices=tuple(lists[argument.strip()]) if kind == "select_one" else (),
            relevant=self.expression(row, "relevant"),
            required=row.cells.get("required", "").casefold() in TRUE,
            required_message=self.texts(row, "required_message", default),
            constraint=self.expression(row, "constraint"),
            constraint_message=self.texts(row, "constraint_message", default),
            by_text=row.cells.get("x_by_text", "yes").casefold() in TRUE,
        )

    def texts(self, row: Row, column: str, default: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for header, value in row.cells.items():
            base, _, suffix = header.rpartition("_") if header.startswith("x_") else header.partition("::")
            if base != column:
                continue
            language = _language(suffix) if suffix else default
            if language:
                found[language] = value
            else:
                self.find("unknown_language", "survey", row, header)
        return found

    def expression(self, row: Row, column: str) -> Expression | None:
        source = row.cells.get(column)
        try:
            return parse(source) if source else None
        except ExpressionError as error:
            self.find(error.code, "survey", row, column, f"character {error.position + 1} {error.found}".strip())
            return None

    def find(self, code: str, sheet: str, row: Row, column: str, detail: str = "") -> None:
        self.findings.append(Finding(code, sheet, row.number, column, detail))


def _language(heading: str) -> str | None:
    code = re.search(r"\(([a-z]{2,3})(?:-[\w-]+)?\)\s*$", heading.strip().casefold())
    plain = heading.strip().casefold()
    return code[1] if code else LANGUAGE_NAMES.get(plain, plain if re.fullmatch("[a-z]{2}", plain) else None)
