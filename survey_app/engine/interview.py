"""The interview: one person's way through a questionnaire, as a frozen value and the functions that move it.

The path is derived from the answers each time, never stored. Every function takes an interview and returns a new
one with the events that happened; none raises on what a person sent; none knows a clock, a page or a message.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from .questionnaire import Item, Kind, Mode, Questionnaire
from .replies import Answer, Reason, Unclear, read


class Status(StrEnum):
    """Where the interview stands."""

    OPEN = "open"
    COMPLETED = "completed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Interview:
    """One interview. `cursor` is the item before the person, or None at the review after the last one."""

    version: str
    mode: Mode
    language: str
    answers: Mapping[str, Answer] = field(default_factory=dict)
    cursor: str | None = None
    status: Status = Status.OPEN


@dataclass(frozen=True, slots=True)
class Asked:
    """The item that is now before the person."""

    item: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """An answer was taken."""

    item: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A reply was not taken; the same item is asked again."""

    item: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Every item on the path is answered; the person may look again and send."""


@dataclass(frozen=True, slots=True)
class LanguageSwitched:
    """The interview goes on in another language."""

    language: str


@dataclass(frozen=True, slots=True)
class Completed:
    """The person sent the interview."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The person stopped; nothing of the interview is to be kept."""


Event = Asked | Accepted | Refused | Reviewed | LanguageSwitched | Completed | Stopped


@dataclass(frozen=True, slots=True)
class Step:
    """What came of one move: the new interview and the events, in order."""

    interview: Interview
    events: tuple[Event, ...]


def begin(questionnaire: Questionnaire, mode: Mode, language: str) -> Step:
    """A new interview at its first item, in the language asked for or else the questionnaire's first."""
    spoken = language if language in questionnaire.languages else questionnaire.languages[0]
    return _arrive(questionnaire, Interview(questionnaire.version, mode, spoken), ())


def path(questionnaire: Questionnaire, interview: Interview) -> tuple[Item, ...]:
    """The items that this person is asked, given the answers so far: one pass, so it always ends."""
    return tuple(item for item, _ in _walk(questionnaire, interview))


def unanswered(questionnaire: Questionnaire, interview: Interview) -> Item | None:
    """The first item on the path that has not been before the person, or None."""
    return next((item for item in path(questionnaire, interview) if item.name not in interview.answers), None)


def current(questionnaire: Questionnaire, interview: Interview) -> Item | None:
    """The item before the person, or None at the review."""
    return next((item for item in path(questionnaire, interview) if item.name == interview.cursor), None)


def place(questionnaire: Questionnaire, interview: Interview) -> tuple[int, int]:
    """The current item's number and how many questions the path has now; notes do not count."""
    questions = [item.name for item in path(questionnaire, interview) if item.kind is not Kind.NOTE]
    number = questions.index(interview.cursor) + 1 if interview.cursor in questions else len(questions)
    return number, len(questions)


def answer(questionnaire: Questionnaire, interview: Interview, raw: object, name: str | None = None) -> Step:
    """Take a reply to the item `name`, or to the current one. `raw` is a code or what was typed, of any type."""
    if interview.status is not Status.OPEN:
        return Step(interview, (Refused(name or "", Reason.CLOSED),))
    reached = {item.name: answers for item, answers in _walk(questionnaire, interview)}
    asked = name if name is not None else interview.cursor
    first = unanswered(questionnaire, interview)
    if asked not in reached or (asked not in interview.answers and first is not None and asked != first.name):
        return Step(interview, (Refused(asked or "", Reason.NOT_ASKED),))
    item = questionnaire.by_name[asked]
    value = raw if isinstance(raw, Unclear) else read(item, raw)
    if not isinstance(value, Unclear) and value is not None and item.constraint:
        known = {**reached[asked], asked: value}
        value = value if item.constraint.holds(known, value) else Unclear(Reason.CONSTRAINT)
    if isinstance(value, Unclear):
        return Step(replace(interview, cursor=asked), (Refused(asked, value.reason),))
    moved = replace(interview, answers={**interview.answers, asked: value}, cursor=asked)
    return _arrive(questionnaire, moved, (Accepted(asked),))


def visit(questionnaire: Questionnaire, interview: Interview, name: str | None) -> Step:
    """Go to an item that was already answered, or to the first unanswered one if `name` lies beyond it."""
    if interview.status is not Status.OPEN:
        return Step(interview, ())
    first = unanswered(questionnaire, interview)
    on_path = name in {item.name for item in path(questionnaire, interview)}
    if on_path and name is not None and (name in interview.answers or (first and first.name == name)):
        return Step(replace(interview, cursor=name), (Asked(name),))
    return _arrive(questionnaire, replace(interview, cursor=None), ())


def back(questionnaire: Questionnaire, interview: Interview) -> Step:
    """Go to the item before the current one; from the review, to the last; from the first, stay."""
    names = [item.name for item in path(questionnaire, interview)]
    if interview.status is not Status.OPEN or not names:
        return Step(interview, ())
    at = names.index(interview.cursor) if interview.cursor in names else len(names)
    name = names[max(at - 1, 0)]
    return Step(replace(interview, cursor=name), (Asked(name),))


def switch_language(questionnaire: Questionnaire, interview: Interview, language: str) -> Step:
    """Go on in another language; an unknown one changes nothing. Nothing else changes."""
    if language not in questionnaire.languages or language == interview.language:
        return Step(interview, ())
    return Step(replace(interview, language=language), (LanguageSwitched(language),))


def complete(questionnaire: Questionnaire, interview: Interview) -> Step:
    """Send the interview. What is still unanswered is asked first."""
    if interview.status is not Status.OPEN:
        return Step(interview, ())
    if unanswered(questionnaire, interview):
        return visit(questionnaire, interview, None)
    return Step(replace(interview, status=Status.COMPLETED, cursor=None), (Completed(),))


def stop(interview: Interview) -> Step:
    """End the interview and forget its answers."""
    return Step(replace(interview, answers={}, cursor=None, status=Status.STOPPED), (Stopped(),))


def submission(questionnaire: Questionnaire, interview: Interview) -> dict[str, Answer]:
    """The answers on the path, without notes; what was passed over is None, what was not asked is absent."""
    asked = [item for item in path(questionnaire, interview) if item.kind is not Kind.NOTE]
    return {item.name: interview.answers[item.name] for item in asked if item.name in interview.answers}


def canonical(questionnaire: Questionnaire, interview: Interview) -> bytes:
    """The submission as bytes: the same answers give the same bytes, in any language and on any channel."""
    answers = submission(questionnaire, interview)
    return json.dumps(answers, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _walk(questionnaire: Questionnaire, interview: Interview) -> list[tuple[Item, dict[str, Answer]]]:
    """Each item on the path with the answers that stood before it; answers off the path do not count."""
    before: dict[str, Answer] = {}
    walked: list[tuple[Item, dict[str, Answer]]] = []
    for item in questionnaire.items:
        if interview.mode.by_text and not item.by_text:
            continue
        if item.relevant and not item.relevant.holds(before):
            continue
        walked.append((item, dict(before)))
        if item.name in interview.answers:
            before[item.name] = interview.answers[item.name]
    return walked


def _arrive(questionnaire: Questionnaire, interview: Interview, events: tuple[Event, ...]) -> Step:
    first = unanswered(questionnaire, interview)
    if first is None:
        return Step(replace(interview, cursor=None), (*events, Reviewed()))
    return Step(replace(interview, cursor=first.name), (*events, Asked(first.name)))
