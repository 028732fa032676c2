"""The groups of the survey sheet: what stands around an item, and what it takes from there.

A group's condition is pushed down into its items; a field-list is a page; a table-list shares its label as a stem.
Repeats are asked once.
"""

from dataclasses import dataclass, replace

from ..engine import Group, Text
from .findings import Report
from .headings import Row
from .logic import Logic
from .wordings import Wordings

MAX_DEPTH = 20
TRUE = {"yes", "true", "true()", "t", "y", "1", "oui", "نعم"}
FALSE = {"", "no", "false", "false()", "f", "n", "0", "non", "لا"}


@dataclass(frozen=True, slots=True)
class Frame:
    """One open group. `heading` is the list and stem that a row with the appearance "label" announced."""

    row: int = 0
    kind: str = ""
    groups: tuple[str, ...] = ()
    relevant: tuple[str, ...] = ()
    page: str = ""
    stem: Text | None = None
    heading: tuple[str, Text] | None = None


class Nesting:
    """The stack of open groups while the sheet is read, and the groups found so far."""

    def __init__(self, wordings: Wordings, logic: Logic, report: Report) -> None:
        self.wordings, self.logic, self.report = wordings, logic, report
        self.open = [Frame()]
        self.groups: dict[str, Group] = {}
        self.deep = False

    @property
    def inner(self) -> Frame:
        """The innermost open group; outside of all, an empty frame."""
        return self.open[-1]

    def announce(self, list_name: str, stem: Text) -> None:
        """Note that the rows after this one share its list and its label."""
        self.open[-1] = replace(self.inner, heading=(list_name, stem))

    def begin(self, row: Row, kind: str, name: str) -> None:
        """Open a group or a repeat under a name that no other item or group has; x_group names a closed one."""
        outer = self.inner
        if kind == "repeat":
            self.report.repair("repeat_asked_once", "survey", row.number, "type", row.get("repeat_count"), name)
        condition = self.logic.expression(row, "relevant", outer.groups)
        relevant = (*outer.relevant, condition.source) if condition else outer.relevant
        if len(outer.groups) >= MAX_DEPTH:
            if not self.deep:
                self.report.fault("groups_too_deep", "survey", row.number, "type", f"more than {MAX_DEPTH}", name)
            self.deep = True
            self.open.append(replace(outer, row=row.number, kind=kind, relevant=relevant, heading=None))
            return
        label = self.wordings.authored(row, "label")
        if (continued := row.get("x_group")) in self.groups and continued not in outer.groups:
            name = continued
        random = row.get("x_random").casefold() in TRUE
        words = set(row.get("appearance").casefold().split())
        page = outer.page or (name if "field-list" in words else "")
        stem = label if "table-list" in words and label else outer.stem
        if name not in self.groups:
            self.groups[name] = Group(name, label, random, help=row.get("x_help").casefold() in TRUE)
        if random:
            self.logic.random.add(name)
        self.open.append(Frame(row.number, kind, (*outer.groups, name), relevant, page, stem))

    def end(self, row: Row, kind: str) -> None:
        """Close the innermost group."""
        if len(self.open) == 1:
            self.report.fault("end_without_begin", "survey", row.number, "type", kind)
            return
        frame = self.open.pop()
        if frame.kind != kind:
            self.report.fault("end_of_another", "survey", row.number, "type", f"{frame.kind} of row {frame.row}")

    def finish(self) -> None:
        """Report what was never closed."""
        for frame in self.open[1:]:
            self.report.fault("not_closed", "survey", frame.row, "type", frame.kind)
