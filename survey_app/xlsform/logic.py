"""The logic of a form: expressions read, their references checked, and those that cannot hold switched off.

Switched off means that the question stays and the author is told; a form with such a fault is not fielded.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..engine import Expression, ExpressionError, Item, Text, parse
from ..engine.wording import BLANK
from .findings import Report
from .headings import Row

_TYPOGRAPHIC = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})
_CONSTANTS = {"true": "true()", "yes": "true()", "false": "false()", "no": "false()"}  # a spreadsheet's booleans
_IN_TEXT = re.compile(r"\$\{([^}\n]{0,200})\}|\{\s*([A-Za-z_][\w.\-]*)\s*\}\$")


@dataclass(slots=True)
class Logic:
    """The expressions of an import under way, and what they may refer to: the items before.

    `written` are all names of the sheet; `dropped` are those that are not asked, with the reason.
    """

    report: Report
    written: frozenset[str]
    dropped: Mapping[str, str]
    earlier: dict[str, Item] = field(default_factory=dict)
    random: set[str] = field(default_factory=set)

    def expression(
        self,
        row: Row,
        column: str,
        groups: tuple[str, ...] = (),
        own: str = "",
        columns: frozenset[str] = frozenset(),
    ) -> Expression | None:
        """The expression in a cell, or None: there is none, or it is switched off and reported."""
        return self.parsed(plain(row.get(column)), row, column, groups, own, columns)

    def parsed(
        self,
        source: str,
        row: Row,
        column: str,
        groups: tuple[str, ...] = (),
        own: str = "",
        columns: frozenset[str] = frozenset(),
    ) -> Expression | None:
        """The expression of this source, all of whose references stand before; or None, reported at row and column."""
        if not source:
            return None
        item = row.get("name")
        try:
            expression = parse(source, columns)
        except ExpressionError as error:
            detail = f"character {error.position + 1} {error.found}".strip()
            self.report.fault(error.code, "survey", row.number, column, detail, item)
            return None
        whole = True
        for name in sorted(expression.references - {own}):
            before = self.earlier.get(name)
            if before is None:
                code, detail = self._missing(name)
                self.report.fault(code, "survey", row.number, column, detail, item)
                whole = False
            elif shuffled := set(groups) & set(before.groups) & self.random:
                detail = f"{name} in {sorted(shuffled)[0]}"
                self.report.fault("reference_inside_random_group", "survey", row.number, column, detail, item)
                whole = False
        return expression if whole else None

    def joined(self, sources: tuple[str, ...], row: Row) -> Expression | None:
        """Conditions of the groups around an item and its own, each already checked, joined by "and"."""
        if len(sources) < 2:
            return parse(sources[0]) if sources else None
        return self.parsed(" and ".join(f"({source})" for source in sources), row, "relevant")

    def readable(self, item: Item, row: int) -> Item:
        """The item, in whose texts a reference to what is not there is an ellipsis, as a person would see it."""
        return replace(
            item,
            label=self.text(item.label, item.name, row),
            hint=self.text(item.hint, item.name, row),
            short=self.text(item.short, item.name, row),
            stem=self.text(item.stem, item.name, row),
            required_message=self.text(item.required_message, item.name, row),
            constraint_message=self.text(item.constraint_message, item.name, row),
            low_label=self.text(item.low_label, item.name, row),
            high_label=self.text(item.high_label, item.name, row),
            choices=tuple(replace(choice, label=self.text(choice.label, item.name, row)) for choice in item.choices),
        )

    def text(self, text: Text, item: str, row: int) -> Text:
        """A text with an ellipsis for each reference to what is not there, which is reported once."""
        if not any("{" in words for words in text.values()):
            return text
        lost: set[str] = set()

        def shown(match: re.Match[str]) -> str:
            name = next((part for part in match.groups() if part is not None), "").strip()
            if name in self.earlier:
                return match[0]
            lost.add(name)
            return BLANK

        mended = {language: _IN_TEXT.sub(shown, words) for language, words in text.items()}
        for name in sorted(lost):
            code, detail = self._missing(name)
            self.report.fault(code, "survey", row, "label", detail, item)
        return mended

    def _missing(self, name: str) -> tuple[str, str]:
        if name in self.dropped:
            return "dropped_reference", f"{name}: {self.dropped[name]}"
        return ("later_reference", name) if name in self.written else ("unknown_reference", name)


def plain(source: str) -> str:
    """An expression as it is kept: on one line, with plain quotes and blanks."""
    flat = re.sub(r"\s", " ", source.translate(_TYPOGRAPHIC)).strip()
    return _CONSTANTS.get(flat.casefold(), flat)


def literal(text: str) -> str:
    """The text as an expression whose value it is."""
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    return "concat(" + ', "\'", '.join(f"'{part}'" for part in text.split("'")) + ")"
