"""The interview: one person's way through a questionnaire, moved by pure functions from one frozen value to the next.

Every function takes an interview and returns a new one with the events that happened; none raises on what a person
sent; none knows a clock, a page or a message. The path is derived each time, never stored.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from .answers import Answer, encode
from .kinds import Reason, Unclear, read
from .order import choices
from .questionnaire import WITH_CHOICES, Choice, Item, Kind, Mode, Questionnaire
from .walk import Interview, Quota, Status, holds_at, offered, walk


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


@dataclass(frozen=True, slots=True)
class ScreenedOut:
    """The answer to this item means that the survey is not for this person; nothing is kept."""

    item: str


@dataclass(frozen=True, slots=True)
class QuotaFilled:
    """Enough people like this one have answered; nothing is kept."""


Event = Asked | Accepted | Refused | Reviewed | LanguageSwitched | Completed | Stopped | ScreenedOut | QuotaFilled


@dataclass(frozen=True, slots=True)
class Step:
    """What came of one move: the new interview and the events, in order."""

    interview: Interview
    events: tuple[Event, ...]


def begin(questionnaire: Questionnaire, mode: Mode, language: str, seed: int = 0) -> Step:
    """A new interview at its first item, in the language asked for or else the questionnaire's first."""
    spoken = language if language in questionnaire.languages else questionnaire.languages[0]
    return _arrive(questionnaire, Interview(questionnaire.version, mode, spoken, seed=seed), ())


def path(questionnaire: Questionnaire, interview: Interview) -> tuple[Item, ...]:
    """The items that this person is asked, given the answers so far."""
    return walk(questionnaire, interview).items


def unanswered(questionnaire: Questionnaire, interview: Interview) -> Item | None:
    """The first item on the path that has not been before the person, or None."""
    walked = walk(questionnaire, interview)
    return next((item for item in walked.items if item.name not in walked.done), None)


def current(questionnaire: Questionnaire, interview: Interview) -> Item | None:
    """The item before the person, or None at the review."""
    return next((item for item in path(questionnaire, interview) if item.name == interview.cursor), None)


def page(questionnaire: Questionnaire, interview: Interview) -> tuple[Item, ...]:
    """The items shown together with the current one: its neighbours on the path of the same page, or it alone."""
    items = path(questionnaire, interview)
    at = next((place for place, item in enumerate(items) if item.name == interview.cursor), None)
    if at is None:
        return ()
    first = last = at
    while items[at].page and first > 0 and items[first - 1].page == items[at].page:
        first -= 1
    while items[at].page and last + 1 < len(items) and items[last + 1].page == items[at].page:
        last += 1
    return items[first : last + 1]


def offered_choices(questionnaire: Questionnaire, interview: Interview, item: Item) -> tuple[Choice, ...]:
    """The choices of an item on the path, filtered by earlier answers and in this interview's order."""
    walked = walk(questionnaire, interview)
    return offered(item, walked.seen(item.name), interview.seed) if item.name in walked.names else item.choices


def place(questionnaire: Questionnaire, interview: Interview) -> tuple[int, int]:
    """The current item's number and how many questions the path has now; notes do not count.

    Before a note the number is that of the question before it; at the review, of the last.
    """
    items = path(questionnaire, interview)
    names = [item.name for item in items]
    until = names.index(interview.cursor) + 1 if interview.cursor in names else len(items)
    questions = [item.kind is not Kind.NOTE for item in items]
    return sum(questions[:until]), sum(questions)


def answer(
    questionnaire: Questionnaire,
    interview: Interview,
    raw: object,
    name: str | None = None,
    quota: Quota | None = None,
) -> Step:
    """Take a reply to the item `name`, or to the current one. `raw` is a code or what was typed, of any type.

    `quota` is told the answers so far and says whether enough people like this one have answered.
    """
    if interview.status is not Status.OPEN:
        return Step(interview, (Refused(name or "", Reason.CLOSED),))
    walked = walk(questionnaire, interview)
    asked = name if name is not None else interview.cursor
    first = next((item.name for item in walked.items if item.name not in walked.done), None)
    if asked not in walked.names or (asked not in walked.done and asked != first):
        return Step(interview, (Refused(asked or "", Reason.NOT_ASKED),))
    item, known = questionnaire.by_name[asked], walked.seen(asked)
    value = raw if isinstance(raw, Unclear) else read(item, raw, offered(item, known, interview.seed))
    if not isinstance(value, Unclear) and value is not None and item.constraint:
        value = value if holds_at(item, "constraint", value, known) else Unclear(Reason.CONSTRAINT)
    if isinstance(value, Unclear):
        return Step(replace(interview, cursor=asked), (Refused(asked, value.reason),))
    moved = replace(interview, answers={**interview.answers, asked: value}, cursor=asked)
    if value is not None and holds_at(item, "screen_out", value, known):
        return _ended(moved, Status.SCREENED_OUT, (Accepted(asked), ScreenedOut(asked)))
    if quota is not None and quota(submission(questionnaire, moved)):
        return _ended(moved, Status.QUOTA_FULL, (Accepted(asked), QuotaFilled()))
    return _arrive(questionnaire, moved, (Accepted(asked),))


def answer_page(
    questionnaire: Questionnaire, interview: Interview, raws: Mapping[str, object], quota: Quota | None = None
) -> Step:
    """Take the replies of a page, in order; what is accepted stays, the first that is refused is asked again.

    An item of the page that `raws` does not name was not on the page that the person saw: it is asked afterwards.
    """
    events: list[Event] = []
    refused: list[Refused] = []
    for name in [item.name for item in page(questionnaire, interview) if item.name in raws]:
        if interview.status is Status.OPEN and name in {item.name for item in path(questionnaire, interview)}:
            step = answer(questionnaire, interview, raws[name], name, quota)
            interview = step.interview
            refused += [event for event in step.events if isinstance(event, Refused)]
            events += [event for event in step.events if not isinstance(event, Asked | Reviewed)]
            if refused and refused[0].reason is Reason.NOT_ASKED:
                break
    if refused:
        return Step(replace(interview, cursor=refused[0].item), tuple(events))
    if interview.status is not Status.OPEN:
        return Step(interview, tuple(events))
    return _arrive(questionnaire, interview, tuple(events))


def visit(questionnaire: Questionnaire, interview: Interview, name: str | None) -> Step:
    """Go to an item that was already answered, or to the first unanswered one if `name` lies beyond it."""
    if interview.status is not Status.OPEN:
        return Step(interview, ())
    walked = walk(questionnaire, interview)
    first = next((item.name for item in walked.items if item.name not in walked.done), None)
    if name is not None and (name in walked.done or name == first):
        return Step(replace(interview, cursor=name), (Asked(name),))
    return _arrive(questionnaire, replace(interview, cursor=None), ())


def back(questionnaire: Questionnaire, interview: Interview) -> Step:
    """Go to the item before the current one, or before its page; from the review, to the last; from the first, stay."""
    names = [item.name for item in path(questionnaire, interview)]
    if interview.status is not Status.OPEN or not names:
        return Step(interview, ())
    shown = page(questionnaire, interview)
    at = names.index(shown[0].name) if shown else len(names)
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
    return _ended(interview, Status.STOPPED, (Stopped(),))


def submission(questionnaire: Questionnaire, interview: Interview) -> dict[str, Answer]:
    """The answers on the path, without notes, and what was derived on the way.

    What was passed over is None, what was not asked is absent. Where options or items were shuffled, `NAME.order`
    records how.
    """
    walked = walk(questionnaire, interview)
    asked = [item for item in walked.items if item.kind is not Kind.NOTE and item.name in walked.done]
    found: dict[str, Answer] = {item.name: interview.answers[item.name] for item in asked}
    found |= walked.derived
    for item in asked:
        if item.random_choices and item.kind in WITH_CHOICES:
            found[f"{item.name}.order"] = tuple(choice.code for choice in choices(item, interview.seed))
    for group in questionnaire.groups:
        inside = [item.name for item in asked if group.name in item.groups]
        if group.random and inside:
            found[f"{group.name}.order"] = tuple(inside)
    return found


def canonical(questionnaire: Questionnaire, interview: Interview) -> bytes:
    """The submission as bytes: the same answers give the same bytes, in any language and on any channel."""
    answers = {name: encode(value) for name, value in submission(questionnaire, interview).items()}
    return json.dumps(answers, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _ended(interview: Interview, status: Status, events: tuple[Event, ...]) -> Step:
    return Step(replace(interview, answers={}, cursor=None, status=status), events)


def _arrive(questionnaire: Questionnaire, interview: Interview, events: tuple[Event, ...]) -> Step:
    first = unanswered(questionnaire, interview)
    if first is None:
        return Step(replace(interview, cursor=None), (*events, Reviewed()))
    return Step(replace(interview, cursor=first.name), (*events, Asked(first.name)))
