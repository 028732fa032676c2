"""The survey sheet, row by row: what is asked, in which groups, and what is left out and why."""

import re
from collections import Counter
from dataclasses import replace

from ..engine import Group, Item, Kind
from .findings import Report
from .headings import KNOWN, Row, Table
from .items import Maker
from .logic import Logic
from .nesting import TRUE, Nesting
from .options import Lists
from .rowtypes import KINDS, RowType, row_type
from .sentences import READ, note_long
from .wordings import Wordings

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}")
UNREAD = ("guidance_hint", "default", "repeat_count", "trigger", "autoplay", "image", "big-image", "video")
DROPPED = {
    "identifying": "identifying_dropped",
    "not_askable": "not_askable_dropped",
    "file": "list_in_another_file",
    "unknown": "unsupported_type",
}


def survey(
    table: Table, lists: Lists, wordings: Wordings, report: Report
) -> tuple[tuple[Item, ...], tuple[Group, ...], dict[str, int]]:
    """The items and groups of the sheet, and the row of each by name."""
    reading = _Reading(table, lists, wordings, report)
    for row in table.rows:
        reading.take(row)
    reading.nesting.finish()
    items = {name: reading.logic.readable(item, reading.rows[name]) for name, item in reading.logic.earlier.items()}
    for column, count in reading.unread.items():
        report.note("column_not_used", "survey", 0, column, f"{count} rows")
    strange = [column for column in table.columns if column not in KNOWN["survey"]]
    if strange:
        report.note("columns_ignored", "survey", 0, detail=", ".join(strange))
    filled = {name for item in items.values() for name in item.groups}
    groups = tuple(
        replace(group, label=reading.logic.text(group.label, group.name, reading.rows[group.name]))
        for group in reading.nesting.groups.values()
        if group.name in filled
    )
    return tuple(items.values()), groups, reading.rows


class _Reading:
    """The sheet under way: names taken, items so far, groups open."""

    def __init__(self, table: Table, lists: Lists, wordings: Wordings, report: Report) -> None:
        self.types = {row.number: row_type(row.get("type")) for row in table.rows}
        reasons = {row.number: _left_out(row, self.types[row.number]) for row in table.rows}
        asked = {row.get("name") for row in table.rows if not reasons[row.number]}
        dropped = {
            name: reasons[row.number]
            for row in table.rows
            if reasons[row.number] and (name := row.get("name")) not in asked
        }
        self.written = frozenset(row.get("name") for row in table.rows)
        self.report, self.wordings = report, wordings
        self.logic = Logic(report, self.written, dropped)
        self.nesting = Nesting(wordings, self.logic, report)
        self.maker = Maker(lists, wordings, self.logic, report)
        self.taken: set[str] = set()
        self.rows: dict[str, int] = {}
        self.unread: Counter[str] = Counter()

    def take(self, row: Row) -> None:
        kind = self.types[row.number]
        if row.get("disabled").casefold() in TRUE:
            self.report.note("disabled", "survey", row.number, "disabled", row.get("name"))
        elif not row.get("type"):
            if row.get("name") or row.texts("label", self.wordings.default):
                self.report.repair("row_without_type", "survey", row.number, "type", row.get("name"))
        elif kind.word == "end":
            self.nesting.end(row, kind.argument)
        elif kind.word == "begin":
            name = self.name(row, kind)
            self.rows[name] = row.number
            self.read(row, name)
            self.nesting.begin(row, kind.argument, name)
        elif kind.word in DROPPED:
            self.drop(row, kind)
        else:
            self.ask(row, kind)

    def drop(self, row: Row, kind: RowType) -> None:
        say = self.report.repair if kind.word in ("identifying", "not_askable") else self.report.fault
        say(DROPPED[kind.word], "survey", row.number, "type", kind.argument, row.get("name"))

    def ask(self, row: Row, kind: RowType) -> None:
        for column in UNREAD:
            if any(name == column for name, _ in row.cells) and not (column == "default" and kind.word in KINDS_FIXED):
                self.unread[column] += 1
        if _heading(row, kind):
            self.nesting.announce(kind.argument, self.wordings.authored(row, "label"))
            self.report.repair("battery_heading", "survey", row.number, "appearance", item=row.get("name"))
            return
        name = self.name(row, kind)
        if kind.word not in KINDS_FIXED:
            self.read(row, name)
        for made in self.maker.items(row, kind, name, self.nesting.inner):
            item = made if made.name == name else replace(made, name=self.free(made.name))
            self.taken.add(item.name)
            self.logic.earlier[item.name] = item
            self.rows[item.name] = row.number

    def read(self, row: Row, name: str) -> None:
        for column in READ:
            note_long(self.wordings.authored(row, column), "survey", row.number, column, name, self.report)

    def name(self, row: Row, kind: RowType) -> str:
        """A name that nothing else has; what had to be changed is reported."""
        given = row.get("name")
        if not given:
            made = self.free(f"{kind.word}_{row.number}")
            say = self.report.repair if kind.word in ("begin", "note") else self.report.fault
            say("no_name", "survey", row.number, "name", made, made)
            return made
        if not NAME.fullmatch(given):
            made = re.sub(r"[^A-Za-z0-9_.\-]", "_", given)[:60]
            made = self.free(made if NAME.fullmatch(made) else f"q_{made}")
            self.report.fault("unusable_name", "survey", row.number, "name", f"{given[:80]}: here {made}", made)
            return made
        if given in self.taken:
            made = self.free(given)
            self.report.repair("duplicate_name", "survey", row.number, "name", f"{given}: here {made}", made)
            return made
        self.taken.add(given)
        return given

    def free(self, name: str) -> str:
        if name not in self.taken and name not in self.written:
            self.taken.add(name)
            return name
        number = 2
        while f"{name}_{number}" in self.taken or f"{name}_{number}" in self.written:
            number += 1
        self.taken.add(f"{name}_{number}")
        return f"{name}_{number}"


def _heading(row: Row, kind: RowType) -> bool:
    return kind.word in ("select_one", "select_multiple") and "label" in row.get("appearance").casefold().split()


def _left_out(row: Row, kind: RowType) -> str:
    # Why a row is no question, for whoever refers to it; empty if it is one.
    if not row.get("type") or row.get("disabled").casefold() in TRUE:
        return "disabled" if row.get("type") else "no type"
    if kind.word in ("begin", "end"):
        return kind.argument
    return f"{kind.word} {kind.argument}" if kind.word in DROPPED else "heading" if _heading(row, kind) else ""


KINDS_FIXED = {word for word, kind in KINDS.items() if kind is Kind.CALCULATED}
