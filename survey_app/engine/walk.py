"""The path: which items a person is asked, derived from the answers in one pass, so that it always ends.

What is calculated and the arm of an experiment are derived on the way. An answer off the path does not count.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any

from .answers import Answer, Missing, codes_of, plain
from .expression import COLUMN, Expression
from .functions import Value
from .order import arm, choices, ordered
from .questionnaire import DERIVED, Choice, Item, Kind, Mode, Questionnaire

MAX_CALCULATED_CHARS = 500

Quota = Callable[[Mapping[str, Answer]], bool]


class Status(StrEnum):
    """Where the interview stands."""

    OPEN = "open"
    COMPLETED = "completed"
    STOPPED = "stopped"
    SCREENED_OUT = "screened_out"
    QUOTA_FULL = "quota_full"


@dataclass(frozen=True, slots=True)
class Interview:
    """One interview. `cursor` is the item before the person, or None at the review after the last one.

    `seed` decides every order and arm; the caller draws it at the start. `kept` is the last walk and what it was of:
    a move asks for it again and again, and it goes where the answers go.
    """

    version: str
    mode: Mode
    language: str
    answers: Mapping[str, Answer] = field(default_factory=dict)
    cursor: str | None = None
    status: Status = Status.OPEN
    seed: int = 0
    kept: list[Any] = field(default_factory=list, repr=False, compare=False)


@dataclass(frozen=True)
class Walk:
    """One pass over the questionnaire: the items asked, which of them have an answer, and the values that followed.

    `names` are those of the items. `known` holds answers and derived values in the order of the path; `marks` says how
    many stood before each item.
    """

    items: tuple[Item, ...]
    names: tuple[str, ...]
    marks: tuple[int, ...]
    known: Mapping[str, Answer]
    done: frozenset[str]
    derived: Mapping[str, Answer]

    def seen(self, name: str) -> Mapping[str, Answer]:
        """The answers and derived values that stood before this item."""
        return dict(islice(self.known.items(), self.marks[self.names.index(name)]))


def walk(questionnaire: Questionnaire, interview: Interview) -> Walk:
    """The path of an interview."""
    kept, answers = interview.kept, interview.answers
    if not (kept and kept[0] is questionnaire and kept[1] is answers and kept[2:4] == [interview.mode, interview.seed]):
        kept[:] = (questionnaire, answers, interview.mode, interview.seed, _walked(questionnaire, interview))
    found: Walk = kept[4]
    return found


def _walked(questionnaire: Questionnaire, interview: Interview) -> Walk:
    known: dict[str, Answer] = {}
    values: dict[str, Value] = {}
    items: list[Item] = []
    names: list[str] = []
    marks: list[int] = []
    done: list[str] = []
    derived: dict[str, Answer] = {}
    by_text, answers = interview.mode.by_text, interview.answers
    for item in ordered(questionnaire, interview.seed):
        name = item.name
        if (by_text and not item.by_text) or (item.relevant and not item.relevant.holds(values)):
            continue
        if item.kind in DERIVED:
            known[name] = derived[name] = _derived(item, interview, values)
            values[name] = plain(known[name])
            continue
        shown = None if item.choice_filter is None else _filtered(item, values, interview.seed)
        if shown == ():
            continue
        items.append(item)
        names.append(name)
        marks.append(len(known))
        # An earlier answer may have changed since: what it no longer allows is asked again.
        if name in answers and _stands(item, answers[name], shown, values):
            done.append(name)
            known[name] = answers[name]
            values[name] = plain(answers[name])
    return Walk(tuple(items), tuple(names), tuple(marks), known, frozenset(done), derived)


def _stands(item: Item, value: Answer, shown: tuple[Choice, ...] | None, values: Mapping[str, Value]) -> bool:
    """Whether an answer is still one that is offered, and that no earlier answer forbids or screens out."""
    if shown is not None and not set(codes_of(value)) <= {choice.code for choice in shown}:
        return False
    if value is None:
        return True
    for rule, wanted in ((item.constraint, True), (item.screen_out, False)):
        if rule is None or rule.references <= {item.name} or (wanted and isinstance(value, Missing)):
            continue
        if rule.holds({**values, item.name: plain(value)}, plain(value)) is not wanted:
            return False
    return True


def offered(item: Item, known: Mapping[str, Answer], seed: int) -> tuple[Choice, ...]:
    """The choices that are offered, given the answers before: filtered, and in the interview's order."""
    if item.choice_filter is None:
        return choices(item, seed)
    return _filtered(item, {name: plain(answer) for name, answer in known.items()}, seed)


def holds_at(item: Item, name: str, value: Answer, known: Mapping[str, Answer]) -> bool:
    """Whether the item's constraint or screen-out holds for a value. A missing answer breaks no constraint."""
    if name == "constraint" and isinstance(value, Missing):
        return True
    expression: Expression | None = getattr(item, name)
    if expression is None:
        return False
    current = plain(value)
    values = {**{before: plain(answer) for before, answer in known.items()}, item.name: current}
    return expression.holds(values, current)


def _filtered(item: Item, values: Mapping[str, Value], seed: int) -> tuple[Choice, ...]:
    if item.choice_filter is None:
        return choices(item, seed)
    return tuple(
        choice
        for choice in choices(item, seed)
        if item.choice_filter.holds({**values, **{COLUMN + name: text for name, text in choice.attributes.items()}})
    )


def _derived(item: Item, interview: Interview, values: Mapping[str, Value]) -> Answer:
    if item.kind is Kind.ARM:
        given = interview.answers.get(item.name)
        return given if item.choice(given) else arm(item, interview.seed)
    value = item.calculation.value(values) if item.calculation else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # NaN and infinity are no answers; a whole number is written as one.
        return None if not math.isfinite(value) else int(value) if value == int(value) else value
    return value[:MAX_CALCULATED_CHARS] if isinstance(value, str) else value
