"""From a row of the survey sheet to the item that the engine asks, kind by kind.

A row that cannot be asked as it is written is asked as near as can be, and that is reported.
"""

import math
from dataclasses import dataclass, replace

from ..engine import Choice, Expression, Item, Kind, Missing, Text, parse
from ..engine.expression import COLUMN, Node
from .findings import Report
from .headings import Row
from .logic import Logic, literal, plain
from .nesting import FALSE, TRUE, Frame
from .options import Lists
from .rowtypes import KINDS, RowType, parameters
from .wordings import Wordings

OTHER: Text = {"en": "Other", "fr": "Autre", "ar": "أخرى"}
SPECIFY: Text = {"en": "Which one?", "fr": "Lequel ?", "ar": "ما هو؟"}
AGREED: Text = {"en": "OK", "fr": "D'accord", "ar": "موافقة"}
NONE = "-"  # in x_page and x_area_level: there is none


@dataclass(frozen=True, slots=True)
class Maker:
    """What every row needs to become an item."""

    lists: Lists
    wordings: Wordings
    logic: Logic
    report: Report

    def items(self, row: Row, kind: RowType, name: str, frame: Frame) -> list[Item]:
        """The item of a row, and the text question after it when the row asks for "or other"; empty if dropped."""
        item = self._common(row, kind, name, frame)
        if item.kind is not Kind.CALCULATED and (shown := self._shown(row, item)):
            return [shown]
        match kind.word:
            case "select_one" | "select_multiple" | "rank":
                return self._select(row, kind, item, frame)
            case "calculate" | "hidden":
                return [self._derived(row, item)]
            case "acknowledge":
                self.report.repair("acknowledge_as_choice", "survey", row.number, "type", item=name)
                item = replace(item, choices=(Choice("OK", self._said(AGREED)),))
            case "range":
                item = self._scale(row, item)
            case "date" | "datetime":
                self._calendar(row, kind, name)
            case "time":
                self.report.repair("asked_as_text", "survey", row.number, "type", "time", name)
        return [item]

    def _common(self, row: Row, kind: RowType, name: str, frame: Frame) -> Item:
        texts = self.wordings.authored
        derived = KINDS[kind.word] is Kind.CALCULATED
        label = texts(row, "label")
        if not derived:
            if not label:
                self.report.repair("no_label", "survey", row.number, "label", item=name)
            label = self.wordings.complete(label, name, "survey", row.number)
        own = self.logic.expression(row, "relevant", frame.groups)
        words = row.get("appearance").casefold().split()
        stem = texts(row, "x_stem") or dict(frame.stem or {})
        if not stem and "list-nolabel" in words and frame.heading and frame.heading[0] == kind.argument:
            stem = dict(frame.heading[1])
        page = row.get("x_page") or ("" if stem else frame.page)
        return Item(
            name=name,
            kind=KINDS[kind.word],
            label=label,
            hint=texts(row, "hint"),
            short=texts(row, "x_short"),
            stem=stem if not derived else texts(row, "x_stem"),
            audio=texts(row, "audio"),
            relevant=self.logic.joined((*frame.relevant, own.source) if own else frame.relevant, row),
            required=self._required(row, name),
            required_message=texts(row, "required_message"),
            constraint=self.logic.expression(row, "constraint", frame.groups, name),
            constraint_message=texts(row, "constraint_message"),
            screen_out=self.logic.expression(row, "x_screen_out", frame.groups, name),
            by_text=row.get("x_by_text").casefold() in TRUE | {""},
            groups=frame.groups,
            page="" if page == NONE else page,
            offers=self._offers(row, name),
            low_label=texts(row, "x_low"),
            high_label=texts(row, "x_high"),
            precision="year" if "year" in words else "month" if "month-year" in words else "day",
            long="multiline" in words,
            pictures=row.get("x_pictures").casefold(),
        )

    def _required(self, row: Row, name: str) -> bool:
        cell = plain(row.get("required")).casefold()
        if cell not in TRUE | FALSE:
            self.report.repair("conditional_required", "survey", row.number, "required", cell, name)
        return cell in TRUE

    def _offers(self, row: Row, name: str) -> tuple[Missing, ...]:
        words = row.get("x_offers").split()
        for word in words:
            if word not in list(Missing):
                self.report.fault("unknown_missing_code", "survey", row.number, "x_offers", word, name)
        return tuple(dict.fromkeys(Missing(word) for word in words if word in list(Missing)))

    def _said(self, words: Text) -> dict[str, str]:
        return {language: words.get(language, words["en"]) for language in self.wordings.languages}

    def _select(self, row: Row, kind: RowType, item: Item, frame: Frame) -> list[Item]:
        choices = self.lists.complete.get(kind.argument)
        if not choices:
            self.report.fault("unknown_list", "survey", row.number, "type", kind.argument, item.name)
            return []
        if item.kind in (Kind.MULTIPLE, Kind.RANKING) and any(" " in choice.code for choice in choices):
            self.report.fault("space_in_choice", "survey", row.number, "type", kind.argument, item.name)
            choices = _without_blanks(choices)
        if kind.other and not any(choice.code == "other" for choice in choices):
            choices = (*choices, Choice("other", self._said(OTHER)))
        filtered, choices = self._filter(row, item, choices)
        level = row.get("x_area_level") if item.kind is Kind.SINGLE else ""
        made = replace(
            item,
            kind=Kind.AREA if level else item.kind,
            choices=choices,
            choice_filter=filtered,
            random_choices=parameters(row.get("parameters")).get("randomize", "").casefold() in TRUE,
            area_level="" if level == NONE else level,
        )
        if not kind.other:
            return [made]
        self.report.repair("other_asked_apart", "survey", row.number, "type", f"{item.name}_other", item.name)
        chosen = f"selected(${{{item.name}}}, 'other')"
        self.logic.earlier[item.name] = made
        condition = self.logic.joined((*frame.relevant, chosen), row)
        asked = Item(
            f"{item.name}_other", Kind.TEXT, self._said(SPECIFY),
            relevant=condition, by_text=made.by_text, groups=frame.groups, page=item.page,
        )  # fmt: skip
        return [made, asked]

    def _filter(
        self, row: Row, item: Item, choices: tuple[Choice, ...]
    ) -> tuple[Expression | None, tuple[Choice, ...]]:
        columns = self.lists.columns | {"name"}
        expression = self.logic.expression(row, "choice_filter", item.groups, columns=columns)
        if expression is None:
            return None, choices
        used = _columns(expression.tree)
        held = {column for choice in choices for column in choice.attributes}
        if "name" in used:
            choices = tuple(replace(one, attributes={**one.attributes, "name": one.code}) for one in choices)
        for column in sorted(used - held - {"name"}):
            self.report.note("empty_filter_column", "survey", row.number, "choice_filter", column, item.name)
            choices = tuple(replace(one, attributes={**one.attributes, column: ""}) for one in choices)
        return expression, choices

    def _derived(self, row: Row, item: Item) -> Item:
        if arms := row.get("x_arms"):
            if arms in self.lists.authored:
                return replace(item, kind=Kind.ARM, choices=self.lists.authored[arms])
            self.report.fault("unknown_list", "survey", row.number, "x_arms", arms, item.name)
        source, default = plain(row.get("calculation")), row.get("default")
        if not source and not default:
            self.report.repair("no_calculation", "survey", row.number, "calculation", item=item.name)
        column = "calculation" if source else "default"
        source = source or (plain(default) if "${" in default else literal(default))
        expression = self.logic.parsed(source, row, column, item.groups)
        return replace(item, calculation=expression or parse("''"))

    def _shown(self, row: Row, item: Item) -> Item | None:
        # A question that is only shown in XLSForm: a calculated value, or a text that nobody can change.
        fixed = row.get("read_only").casefold() in TRUE
        if row.get("calculation"):
            if fixed or item.kind is Kind.NOTE:
                detail = "only calculated"
                self.report.repair("shown_calculation", "survey", row.number, "calculation", detail, item.name)
                return self._derived(row, replace(item, kind=Kind.CALCULATED))
            self.report.repair("calculated_default_dropped", "survey", row.number, "calculation", item=item.name)
        elif fixed and item.kind is not Kind.NOTE:
            self.report.repair("read_only_as_note", "survey", row.number, "read_only", item=item.name)
            return replace(item, kind=Kind.NOTE)
        return None

    def _scale(self, row: Row, item: Item) -> Item:
        given = {"start": "1", "end": "10", "step": "1", **parameters(row.get("parameters"))}
        try:
            low, high, step = (float(given[part]) for part in ("start", "end", "step"))
        except ValueError:
            low = high = step = math.nan
        if not all(abs(part) < 1e9 for part in (low, high, step)) or low == high or step == 0:
            self.report.fault("unusable_scale", "survey", row.number, "parameters", row.get("parameters"), item.name)
            return item
        if low > high:
            self.report.repair("scale_turned", "survey", row.number, "parameters", row.get("parameters"), item.name)
        low, high, step = min(low, high), max(low, high), abs(step)
        whole = all(part.is_integer() for part in (low, high, step))
        if whole and 0 < (high - low) // step <= 1_000:
            return replace(item, low=int(low), high=int(high), step=int(step))
        self.report.repair("scale_as_number", "survey", row.number, "parameters", row.get("parameters"), item.name)
        bounds = f". >= {_numeral(low)} and . <= {_numeral(high)}"
        source = f"({item.constraint.source}) and {bounds}" if item.constraint else bounds
        constraint = self.logic.parsed(source, row, "constraint", item.groups, item.name)
        return replace(item, kind=Kind.INTEGER if whole else Kind.DECIMAL, constraint=constraint)

    def _calendar(self, row: Row, kind: RowType, name: str) -> None:
        words = set(row.get("appearance").casefold().split())
        if kind.word == "datetime":
            self.report.repair("time_of_day_dropped", "survey", row.number, "type", item=name)
        if other := words & {"ethiopian", "coptic", "islamic", "bikram-sambat", "myanmar", "persian"}:
            self.report.note("gregorian_calendar", "survey", row.number, "appearance", sorted(other)[0], name)


def _columns(node: Node) -> set[str]:
    own = {str(node.value).removeprefix(COLUMN)} if str(node.value).startswith(COLUMN) else set()
    return own.union(*(_columns(argument) for argument in node.arguments)) if node.kind != "literal" else set()


def _numeral(number: float) -> str:
    plain_number = f"{number:.9f}".rstrip("0").rstrip(".")
    return plain_number if number >= 0 else f"({plain_number})"


def _without_blanks(choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    taken: dict[str, Choice] = {}
    for choice in choices:
        code, number = choice.code.replace(" ", "_"), 2
        while code in taken:
            code, number = f"{choice.code.replace(' ', '_')}_{number}", number + 1
        taken[code] = replace(choice, code=code)
    return tuple(taken.values())
