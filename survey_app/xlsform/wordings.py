"""The languages of a form: which it speaks, what is missing in each, and how a gap is filled.

A question must be readable in every language that the form offers, so a gap shows the default language's text; every
gap is counted.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..engine import Questionnaire, Text
from ..engine.questionnaire import DERIVED
from .findings import Report
from .headings import Row, Table, language_code


@dataclass(slots=True)
class Wordings:
    """The texts of an import under way: the default language, all languages, and the count of what was written."""

    default: str
    languages: tuple[str, ...]
    texts: int = 0
    written: Counter[str] = field(default_factory=Counter)
    gaps: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def authored(self, row: Row, column: str) -> dict[str, str]:
        """A translated column as the author wrote it, in the form's languages and their order."""
        found = row.texts(column, self.default)
        return {language: found[language] for language in self.languages if language in found}

    def complete(self, text: Text, otherwise: str, sheet: str, row: int) -> dict[str, str]:
        """The text in every language: gaps take the default language's, else the first written, else `otherwise`."""
        filler = text.get(self.default) or next(iter(text.values()), "") or otherwise
        self.texts += 1
        for language in self.languages:
            if text.get(language):
                self.written[language] += 1
            else:
                self.gaps.setdefault((language, sheet), []).append(row)
        return {language: text.get(language) or filler for language in self.languages}

    def shares(self) -> dict[str, float]:
        """The share of texts that were written, by language."""
        return {language: self.written[language] / max(self.texts, 1) for language in self.languages}

    def tell(self, report: Report) -> None:
        """Report the gaps, by language and sheet."""
        for (language, sheet), rows in self.gaps.items():
            shown = ", ".join(map(str, rows[:8])) + (" …" if len(rows) > 8 else "")
            report.repair("missing_language", sheet, rows[0], "label", f"{language}: {len(rows)} texts, rows {shown}")


def spoken(sheets: Mapping[str, Table], report: Report) -> Wordings:
    """The languages of a form: the default one first, then those in which any question is written."""
    survey = sheets["survey"]
    settings = sheets.get("settings")
    head = settings.rows[0] if settings and settings.rows else Row(1, {})
    named = head.get("default_language")
    default = language_code(named)
    bare = any(row.get("label") for row in survey.rows)
    if named and default is None:
        report.repair("unknown_language", "settings", head.number, "default_language", named)
    if default and not bare and survey.languages and default not in survey.languages:
        report.repair("unused_default_language", "settings", head.number, "default_language", named)
        default = None
    if default is None:
        default = "en" if "en" not in survey.languages and (bare or not survey.languages) else survey.languages[0]
    languages = tuple(dict.fromkeys((default, *survey.languages)))
    for name in ("choices", "external_choices"):
        for extra in dict.fromkeys(sheets[name].languages if name in sheets else ()):
            if extra not in languages:
                report.note("language_without_questions", name, 1, detail=extra)
    return Wordings(default, languages)


def coverage(questionnaire: Questionnaire) -> dict[str, float]:
    """By language, the share of the questionnaire's texts (labels, hints, messages, ends of scales) that are there."""
    texts: list[Text] = []
    for item in questionnaire.items:
        if item.kind not in DERIVED:
            texts += [item.label, *(choice.label for choice in item.choices)]
            texts += [item.hint, item.short, item.stem, item.required_message, item.constraint_message]
            texts += [item.low_label, item.high_label]
    written = [text for text in texts if any(text.values())]
    return {
        language: sum(1 for text in written if text.get(language)) / max(len(written), 1)
        for language in questionnaire.languages
    }
