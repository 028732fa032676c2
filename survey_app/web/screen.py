"""One screen of questions: the items shown together, what their fields hold, what was refused, and how far it is.

It draws nothing: the templates do, from what it holds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import gt
from typing import NamedTuple

from markupsafe import Markup

from .. import engine
from ..engine import Choice, Interview, Item, Kind, Questionnaire, Reason, Refused, Step, Text, Unclear
from ..engine.kinds import MAX_TEXT_CHARS
from ..information import Contact
from . import assistance, fields, media, messages, pictures, words
from .desk import language, piped
from .fields import Values


class Option(NamedTuple):
    """One choice as it is shown: what its box is called and sends, whether it stands apart, and its picture."""

    id: str
    name: str
    value: str
    label: str
    chosen: bool
    apart: bool
    shown: Markup


@dataclass(frozen=True, slots=True)
class Field:
    """One item as it is shown: its number on the screen, its choices, and what its fields hold."""

    item: Item
    first: str
    number: int
    choices: tuple[Choice, ...]
    values: Values
    fault: str | None
    repeats_stem: bool

    @property
    def widget(self) -> str:
        """How it is shown."""
        return fields.widget(self.item)

    @property
    def grouped(self) -> bool:
        """Whether it has several controls, which then need a name in common."""
        box = self.widget in ("number", "decimal", "text", "long")
        return not (self.widget == "note" or (box and not self.item.offers))

    @property
    def target(self) -> str:
        """The id of its first control."""
        first = {"places": "place-1", "date": fields.DATE_PARTS[self.item.precision][0]}
        box = fields.ANSWER if self.widget in ("number", "decimal", "text", "long") else "choice-1"
        return self.id(first.get(self.widget, box))

    @property
    def parts(self) -> tuple[str, ...]:
        """The boxes of a date."""
        return fields.DATE_PARTS[self.item.precision]

    @property
    def limit(self) -> int:
        """How many characters a text may have."""
        return MAX_TEXT_CHARS[self.item.long]

    def sends(self, point: int) -> str:
        """What the box of a point sends."""
        return fields.value(point)

    @property
    def points(self) -> range:
        """The points of a scale."""
        return fields.points(self.item)

    @property
    def substantive(self) -> list[tuple[str, Choice]]:
        """The choices to be ranked, each with the short name of its field."""
        numbers = {choice.code: number for number, choice in enumerate(self.item.choices)}
        return [(fields.place(numbers[c.code]), c) for c in self.choices if c.missing is None]

    def options(self, key: str, say: Callable[[Text], str]) -> list[Option]:
        """The choices of a list; the first of those that are no answer stands apart."""
        missing = [bool(choice.missing) for choice in self.choices]
        apart = map(gt, missing, (False, *missing))
        shown = [(c.code, say(c.label), a, _beside(self.item, c)) for c, a in zip(self.choices, apart, strict=True)]
        return self._options(key, "choice", shown)

    def instead(self, key: str, say: Callable[[Text], str]) -> list[Option]:
        """What can be chosen in place of an answer."""
        ranked = [c for c in self.choices if c.missing] if self.item.kind is Kind.RANKING else []
        found = [(c.code, say(c.label)) for c in ranked] + [(m.value, words.missing(m)) for m in self.item.offers]
        shown = [(value, label, not at, Markup()) for at, (value, label) in enumerate(found)]
        return self._options(key, "apart", shown)

    def _options(self, key: str, part: str, shown: list[tuple[str, str, bool, Markup]]) -> list[Option]:
        name, id_, held = self.name(key), self.id(part), self.values.get(key, ())
        return [
            Option(f"{id_}-{number}", name, fields.value(value), label, value in held, apart, drawn)
            for number, (value, label, apart, drawn) in enumerate(shown, 1)
        ]

    def id(self, part: str) -> str:
        """An id that is the only one on the screen."""
        return part if self.number == 1 else f"q{self.number}-{part}"

    def name(self, key: str) -> str:
        """The name of one of its fields."""
        return fields.name(key, self.item, self.first)

    def value(self, key: str) -> str:
        """What a field holds."""
        return self.values.get(key, ("",))[0]

    def holds(self, key: str, value: object) -> bool:
        """Whether a choice is made."""
        return str(value) in self.values.get(key, ())


@dataclass(frozen=True, slots=True)
class Screen:
    """The fields, in order, where on the way they are, and whom a person can turn to.

    `place` is first and last number, and how many there are.
    """

    fields: tuple[Field, ...]
    say: Callable[[Text], str]
    module: str = ""
    place: tuple[int, int, int] | None = None
    previous: str | None = None
    contacts: tuple[Contact, ...] = ()

    @property
    def faulty(self) -> list[Field]:
        """The fields that were refused."""
        return [field for field in self.fields if field.fault]

    @property
    def names(self) -> str:
        """The items' names with spaces."""
        return " ".join(field.item.name for field in self.fields)


def screen(
    form: Questionnaire,
    interview: Interview,
    suggested: str = "",
    given: Mapping[str, Values] | None = None,
    faults: Mapping[str, Reason] | None = None,
) -> Screen:
    """The screen at the interview's cursor, with what was just given (and refused) in place of what is stored.

    `suggested` is an area that is ticked where none was answered: where a poster hung.
    """
    items, say = engine.page(form, interview), piped(form, interview)
    sign = words.decimal_sign(language())
    shown = []
    for item in items:
        choices = engine.offered_choices(form, interview, item)
        offered = item.kind is Kind.AREA and suggested in {choice.code for choice in choices}
        stored = fields.filled(item, interview.answers.get(item.name, suggested if offered else None), sign)
        values = fields.shown_again(item, given.get(item.name, {})) if given else stored
        reason = (faults or {}).get(item.name)
        fault = messages.refusal(item, reason, language(), say) if reason else None
        shown.append((item, choices, values, fault))
    before = engine.back(form, interview).interview
    previous = engine.page(form, before)
    return Screen(
        fields=_fields(shown),
        say=say,
        module=_module(form, items, previous, say),
        place=_place(form, interview, items),
        previous=previous[0].name if previous and previous[0].name != items[0].name else None,
        contacts=assistance.beside(form, items, interview),
    )


def refusals(form: Questionnaire, step: Step, read: Callable[[Item, tuple[Choice, ...]], object]) -> dict[str, Reason]:
    """Why each item of the screen was refused, the first one first.

    What stands behind a refused item was not asked yet for the engine; it is checked here, so that all is told at once.
    """
    found: dict[str, Reason] = {}
    for event in step.events:
        if isinstance(event, Refused):
            reason: Reason | None = event.reason
            if found and reason is Reason.NOT_ASKED:
                reason = _checked(form, step.interview, form.by_name[event.item], read)
            if reason is not None:
                found[event.item] = reason
    return found


def _checked(
    form: Questionnaire, interview: Interview, item: Item, read: Callable[[Item, tuple[Choice, ...]], object]
) -> Reason | None:
    choices = engine.offered_choices(form, interview, item)
    value = read(item, choices)
    value = value if isinstance(value, Unclear) else engine.read(item, value, choices)
    return value.reason if isinstance(value, Unclear) else None


def _beside(item: Item, choice: Choice) -> Markup:
    """The choice's own picture, or else its drawing."""
    address = media.image(choice)
    if address:
        return Markup('<img src="%s" alt="" width="64" height="64">') % address
    return pictures.drawing(item, choice.code)


def _fields(shown: Sequence[tuple[Item, tuple[Choice, ...], Values, str | None]]) -> tuple[Field, ...]:
    found: list[Field] = []
    for number, (item, choices, values, fault) in enumerate(shown, 1):
        repeats = bool(found) and bool(item.stem) and found[-1].item.stem == item.stem
        found.append(Field(item, shown[0][0].name, number, choices, values, fault, repeats))
    return tuple(found)


def _place(form: Questionnaire, interview: Interview, items: tuple[Item, ...]) -> tuple[int, int, int] | None:
    questions = sum(item.kind is not Kind.NOTE for item in items)
    if not questions:
        return None
    last, total = engine.place(form, replace(interview, cursor=items[-1].name))
    return last - questions + 1, last, total


def _module(
    form: Questionnaire, items: tuple[Item, ...], previous: tuple[Item, ...], say: Callable[[Text], str]
) -> str:
    """The words above the questions: a page's title always, a module's only where it begins, a battery's never."""
    inside = items[0].groups[-1:]
    entered = items == previous or not previous or inside != previous[-1].groups[-1:]
    names = {items[0].page} & {group.name for group in form.groups} if len(items) > 1 else set(inside * entered)
    label: Text = next((group.label for group in form.groups if group.name in names), {})
    return say(label) if label and label != items[0].stem else ""
