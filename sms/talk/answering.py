"""Answering: what a text means for the question that was asked, or for the one that it names by its place.

No text is stored on a question that was neither. Whoever cannot be understood is asked twice more, then left in peace.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from survey_app.engine import (
    Choice,
    Event,
    Interview,
    Item,
    Kind,
    Missing,
    Questionnaire,
    Quota,
    Reason,
    Refused,
    Unclear,
    answer,
    current,
    offered_choices,
    path,
    place,
    understand,
    visit,
)
from survey_app.engine.normalise import fold, visible, whole_number
from survey_app.engine.questionnaire import ONE_CHOICE

from . import refusals, wording
from .asking import ask, earlier, onward, put, suggested
from .circumstances import Circumstances
from .commands import Word, agreed
from .marks import Tagged, several, tagged
from .questions import SKIP, numbered, skips
from .state import MAX_UNCLEAR, Conversation, State, Turn, known_area

_ONE_NUMBER = ONE_CHOICE | {Kind.SCALE, Kind.INTEGER}
_TAKES_NUMBERS = _ONE_NUMBER | {Kind.MULTIPLE}


@dataclass(frozen=True, slots=True)
class _Moment:
    """The question before the person, and the conversation around it."""

    questionnaire: Questionnaire
    conversation: Conversation
    interview: Interview
    item: Item
    quota: Quota | None = None

    @property
    def language(self) -> str:
        return self.interview.language

    @property
    def place(self) -> tuple[int, int]:
        return place(self.questionnaire, self.interview)

    @property
    def suggested(self) -> Choice | None:
        return suggested(self.questionnaire, self.conversation, self.interview, self.item)

    def put(self) -> tuple[str, Conversation]:
        return put(self.questionnaire, self.conversation, self.interview, self.item)

    def ask(self, lines: Sequence[str] = (), events: tuple[Event, ...] = ()) -> Turn:
        conversation = replace(self.conversation, interview=self.interview, unclear=0)
        return ask(self.questionnaire, conversation, self.quota, lines, events)


def _moment(questionnaire: Questionnaire, conversation: Conversation, quota: Quota | None = None) -> _Moment | None:
    interview = conversation.interview if conversation.state is State.INTERVIEW else None
    item = current(questionnaire, interview) if interview else None
    return _Moment(questionnaire, conversation, interview, item, quota) if interview and item else None


def answered(
    questionnaire: Questionnaire,
    conversation: Conversation,
    text: str,
    word: Word | None,
    quota: Quota | None,
    around: Circumstances,
) -> Turn:
    """A text in the middle of the interview."""
    now = _moment(questionnaire, conversation, quota)
    if now is None:
        return ask(questionnaire, conversation, quota)
    fresh = replace(now, conversation=replace(conversation, several=())) if conversation.several else now
    if word not in (None, Word.SKIP):
        back = word is Word.BACK
        return replace(
            fresh, interview=earlier(questionnaire, conversation, now.interview) if back else now.interview
        ).ask()
    mark = tagged(text) if word is None else None
    name = _named(now, mark) if mark else None
    if mark and name and not ((around.late or around.unsent) and name == now.item.name):
        return _tagged(fresh, name, mark.rest)
    if around.late:
        return Turn(conversation)
    if around.unsent:  # and with it perhaps what 0 and 9 mean
        return replace(fresh, conversation=replace(fresh.conversation, declared=False)).ask()
    if around.rested:
        return fresh.ask((wording.resumed(now.language),))
    if mark and now.item.kind is not Kind.TEXT:
        return _elsewhere(fresh)
    if word is Word.SKIP:
        return _taken(fresh, None)
    if conversation.several and not _numbers(now, text):
        return _confirmed(fresh, conversation.several, text)
    return _plain(fresh, text)


def is_answer(questionnaire: Questionnaire, conversation: Conversation, text: str) -> bool:
    """Whether this text, whatever else it looks like, answers the question that was asked."""
    now = _moment(questionnaire, conversation)
    if now is None or not visible(text):
        return False
    return now.item.kind is Kind.TEXT or not isinstance(_read(now, text), Unclear)


def _read(now: _Moment, text: str) -> object:
    """The answer in a text, None for 9, Unclear if there is none. 0 and 9 mean what was declared, once it was.

    Where "don't know" is no answer that the author offers, 0 passes over the question like 9.
    """
    if not visible(text):
        return Unclear(Reason.NOT_A_CHOICE)
    item, choices = now.item, offered_choices(now.questionnaire, now.interview, now.item)
    if not now.conversation.declared:
        return understand(item, text, now.language, choices)
    digit = whole_number(text.strip().rstrip(".)،,"))
    listed, zero = numbered(item, choices)
    if digit == 0 and item.kind is Kind.DATE and Missing.DONT_KNOW in item.offers:
        return Missing.DONT_KNOW
    if skips(item, choices) and (digit == SKIP or (digit == 0 and zero is None)):
        return None
    return understand(item, text, now.language, listed, zero)


def _plain(now: _Moment, text: str) -> Turn:
    """A reply to the question that was asked."""
    if choice := now.suggested:
        return _checked(now, choice.code, text)
    numbers = _numbers(now, text)
    if not numbers:
        return _taken(now, _read(now, text))
    number, total = now.place
    if len(numbers) > total - number + 1:
        return _refused(now, Refused(now.item.name, Reason.NOT_A_CHOICE))
    check = wording.several_check(len(numbers), number, now.language)
    return _once_more(replace(now.conversation, several=numbers), now.language, check, check)


def _numbers(now: _Moment, text: str) -> tuple[str, ...]:
    """Several numbers where one is wanted."""
    if now.item.kind not in _ONE_NUMBER or now.suggested:
        return ()
    numbers, typed = several(text, now.place[0]), fold(text)
    labels = (label for choice in now.item.choices for label in choice.label.values())
    return () if numbers and any(typed == fold(label) for label in labels) else numbers


def _checked(now: _Moment, area: str, text: str) -> Turn:
    """A reply to "do you live here": yes, no, or the name of another area."""
    match agreed(text):
        case True:
            return _taken(now, area)
        case False:
            return replace(now, conversation=replace(now.conversation, area="")).ask()
    raw: object = Unclear(Reason.NOT_A_CHOICE)
    if any(char.isalpha() for char in text):
        raw = _read(now, text)
    if not isinstance(raw, Unclear):
        return _taken(replace(now, conversation=replace(now.conversation, area="")), raw)
    asked, conversation = now.put()
    return _once_more(conversation, now.language, refusals.check_unclear(now.language, asked), asked)


def _taken(now: _Moment, raw: object, lines: tuple[str, ...] = ()) -> Turn:
    """An answer as it was read, stored if the engine takes it."""
    step = answer(now.questionnaire, now.interview, raw, now.item.name, now.quota)
    moved = replace(now, interview=step.interview)
    refused = step.events[0]
    return _refused(moved, refused) if isinstance(refused, Refused) else moved.ask(lines, step.events)


def _named(now: _Moment, mark: Tagged) -> str | None:
    """The item that a place names, if it was asked; None if it was not, or if the count beside it was never ours."""
    interview = now.interview
    questions = [question for question in path(now.questionnaire, interview) if question.kind is not Kind.NOTE]
    if not 1 <= mark.number <= len(questions):
        return None
    named = questions[mark.number - 1]
    if named.name not in (*interview.answers, now.item.name) or known_area(now.conversation, named):
        return None
    if mark.total is None:
        # In free text a lone "Q2" may be the person's own words.
        return None if now.item.kind is Kind.TEXT else named.name
    before = {question.name for question in questions[: mark.number - 1]}
    kept = {name: value for name, value in interview.answers.items() if name in before}
    when_asked = place(now.questionnaire, replace(interview, answers=kept, cursor=named.name, kept=[]))[1]
    return named.name if mark.total in (len(questions), when_asked) else None


def _tagged(now: _Moment, name: str, text: str) -> Turn:
    """A reply to the question that it names: the one that was asked, or an earlier one, whose answer it replaces."""
    if name == now.item.name:
        return _plain(now, text)
    interview = visit(now.questionnaire, now.interview, name).interview
    # Whoever is not understood there is shown that question, since it was not the last that she saw.
    there = replace(
        now,
        conversation=replace(now.conversation, unclear=0),
        interview=interview,
        item=now.questionnaire.by_name[name],
    )
    choice = there.suggested
    if choice and agreed(text) is not True:
        return _checked(there, choice.code, text)
    raw = choice.code if choice else _read(there, text)
    return _taken(there, raw, (wording.changed(there.place[0], now.language),))


def _elsewhere(now: _Moment) -> Turn:
    """A reply to a question that was not asked: the one that was is asked again."""
    asked, conversation = now.put()
    message = "\n".join((wording.not_there(now.language), asked))
    return _once_more(conversation, now.language, message, message)


def _confirmed(now: _Moment, waiting: tuple[str, ...], text: str) -> Turn:
    """Several answers, after "are they your answers": on yes each in turn, until one is refused; else none."""
    yes = agreed(text)
    if yes is None:
        asked, conversation = now.put()
        return _once_more(conversation, now.language, asked, asked)
    if not yes:
        return now.ask()
    now = replace(now, conversation=replace(now.conversation, unclear=0))
    notes: list[str] = []
    events: tuple[Event, ...] = ()
    for number in waiting:
        item = current(now.questionnaire, now.interview)
        if item is None or item.kind not in _TAKES_NUMBERS:
            break
        now = replace(now, item=item)
        if now.suggested:
            break
        step = answer(now.questionnaire, now.interview, _read(now, number), quota=now.quota)
        if isinstance(step.events[0], Refused):
            return _refused(now, step.events[0])
        interview, said, on_the_way = onward(now.questionnaire, now.conversation, step.interview, now.quota)
        now, notes, events = replace(now, interview=interview), [*notes, *said], (*events, *step.events, *on_the_way)
    return now.ask(notes, events)


def _refused(now: _Moment, refused: Refused) -> Turn:
    first, here = "", now.conversation
    if here.unclear == 0:
        asked, here = now.put()
        first = refusals.unclear(now.questionnaire, now.interview, now.item, refused.reason, asked)
    here = replace(here, interview=now.interview)
    turn = _once_more(here, now.language, first, refusals.unclear_again(now.item, now.language))
    return replace(turn, events=(refused,))


def _once_more(conversation: Conversation, language: str, first: str, second: str) -> Turn:
    """Said the first time that a reply is no answer, the second, and then that we do not ask again; then nothing."""
    unclear = min(conversation.unclear + 1, MAX_UNCLEAR + 2)
    said = {1: first, 2: second, MAX_UNCLEAR + 1: refusals.parked(language)}.get(unclear)
    return Turn(replace(conversation, unclear=unclear), (said,) if said else ())
