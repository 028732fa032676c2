"""The choices sheet: lists of options, complete in every language, each code once.

A list that names a code twice is merged when the labels agree and renamed when they do not; both are reported.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..engine import Choice, Missing, Text
from .findings import Report
from .headings import KNOWN, Row, Table
from .sentences import note_long
from .wordings import Wordings

_ATTRIBUTE = re.compile(r"[A-Za-z][\w\-]*")


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists by name: complete, for questions; and as authored, for arms, whose labels nobody sees.

    `columns` are the further columns of the sheet, of which a filter may ask.
    """

    complete: Mapping[str, tuple[Choice, ...]]
    authored: Mapping[str, tuple[Choice, ...]]
    columns: frozenset[str]


def lists(
    sheets: Mapping[str, Table], asked: set[str], filtered: set[str], wordings: Wordings, report: Report
) -> Lists:
    """The lists of the choices sheets. `asked` are those of questions, `filtered` those under a choice filter."""
    authored: dict[str, dict[str, Choice]] = {}
    complete: dict[str, dict[str, Choice]] = {}
    attributes: set[str] = set()
    for sheet, table in sheets.items():
        columns = [column for column in table.columns if column not in KNOWN["choices"]]
        strange = [column for column in columns if not _ATTRIBUTE.fullmatch(column)]
        if strange:
            report.note("columns_ignored", sheet, 1, detail=", ".join(strange))
        attributes |= set(columns) - set(strange)
        for row in table.rows:
            name = row.get("list_name")
            choice = _choice(sheet, row, set(columns) - set(strange), wordings, report)
            if not name or choice is None:
                if row.texts("label", wordings.default) or name or row.get("name"):
                    report.repair("choice_without_name", sheet, row.number, "name" if name else "list_name")
                continue
            known = authored.setdefault(name, {})
            if choice.code in known:
                agree = _agree(known[choice.code], choice, name in filtered)
                unique = choice.code if agree else _free(choice.code, known)
                detail = f"{name}: {choice.code}" + (" merged" if agree else f" renamed {unique}")
                report.repair("duplicate_choice", sheet, row.number, "name", detail)
                if agree:
                    continue
                choice = replace(choice, code=unique)
            known[choice.code] = choice
            if name in asked:
                note_long(choice.label, sheet, row.number, "label", "", report)
            label = wordings.complete(choice.label, choice.code, sheet, row.number) if name in asked else choice.label
            complete.setdefault(name, {})[choice.code] = replace(choice, label=label)
    return Lists(_tuples(complete), _tuples(authored), frozenset(attributes))


def _tuples(found: Mapping[str, Mapping[str, Choice]]) -> dict[str, tuple[Choice, ...]]:
    return {name: tuple(choices.values()) for name, choices in found.items()}


def _choice(sheet: str, row: Row, attributes: set[str], wordings: Wordings, report: Report) -> Choice | None:
    code = " ".join(row.get("name").split())
    missing = row.get("x_missing")
    if missing and missing not in list(Missing):
        report.fault("unknown_missing_code", sheet, row.number, "x_missing", missing)
        missing = ""
    synonyms = {
        language: tuple(word.strip() for word in words.split(";") if word.strip())
        for language, words in wordings.authored(row, "x_synonyms").items()
    }
    images: Text = wordings.authored(row, "image")
    return (
        Choice(
            code=code,
            label=wordings.authored(row, "label"),
            missing=Missing(missing) if missing else None,
            synonyms={language: words for language, words in synonyms.items() if words},
            attributes={name: text for (name, _), text in row.cells.items() if name in attributes},
            image=next(iter(images.values()), ""),
        )
        if code
        else None
    )


def _agree(one: Choice, other: Choice, filtered: bool) -> bool:
    return one.label == other.label and (not filtered or one.attributes == other.attributes)


def _free(code: str, taken: Mapping[str, Choice]) -> str:
    number = 2
    while f"{code}_{number}" in taken:
        number += 1
    return f"{code}_{number}"
