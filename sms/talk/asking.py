"""Asking: the question before the person as it is put to her, and the way to it past notes and what is known."""

from collections.abc import Sequence
from dataclasses import replace

from survey_app.engine import (
    Choice,
    Event,
    Interview,
    Item,
    Kind,
    Questionnaire,
    Quota,
    Refused,
    Status,
    Step,
    answer,
    back,
    begin,
    complete,
    current,
    offered_choices,
    place,
    visit,
)
from survey_app.paradata import Entry

from . import wording
from .ending import over
from .questions import note, plainly, question, served, spoken
from .state import Conversation, Turn, known_area

Way = tuple[Interview, list[str], tuple[Event, ...]]


def ask(
    questionnaire: Questionnaire,
    conversation: Conversation,
    quota: Quota | None = None,
    lines: Sequence[str] = (),
    events: tuple[Event, ...] = (),
) -> Turn:
    """The item before the person, after these lines and the notes on the way to it; past the last item, the end."""
    interview = conversation.interview or begun(questionnaire, conversation)
    interview, notes, on_the_way = onward(questionnaire, conversation, interview, quota)
    notes, events = [*lines, *notes], (*events, *on_the_way)
    item = current(questionnaire, interview)
    if item is None or interview.status is not Status.OPEN:
        return over(conversation, interview, notes, events)
    asked, conversation = put(questionnaire, replace(conversation, interview=interview), interview, item)
    return Turn(conversation, ("\n".join((*notes, asked)),), events=events)


def begun(questionnaire: Questionnaire, conversation: Conversation) -> Interview:
    """A new interview at its first item."""
    return begin(questionnaire, conversation.mode, conversation.language or "", conversation.seed).interview


def onward(questionnaire: Questionnaire, conversation: Conversation, interview: Interview, quota: Quota | None) -> Way:
    """The way from here to the next question: past notes, and past the area if it is known. With the notes' texts."""
    notes: list[str] = []
    events: tuple[Event, ...] = ()
    while interview.status is Status.OPEN:
        item = current(questionnaire, interview)
        if item and known_area(conversation, item):
            step = answer(questionnaire, interview, conversation.area, quota=quota)
            if isinstance(step.events[0], Refused):
                break
        elif item and item.kind is not Kind.NOTE:
            break
        else:
            notes += [note(questionnaire, interview, item)] if item else []
            step = _past(questionnaire, interview, item)
        interview, events = step.interview, (*events, *step.events)
    return interview, notes, events


def _past(questionnaire: Questionnaire, interview: Interview, item: Item | None) -> Step:
    """Past a note, or past the last item."""
    step = answer(questionnaire, interview, None) if item else complete(questionnaire, interview)
    # A note before which something is open again cannot be passed: what is open comes first.
    return visit(questionnaire, interview, None) if isinstance(step.events[0], Refused) else step


def put(
    questionnaire: Questionnaire, conversation: Conversation, interview: Interview, item: Item
) -> tuple[str, Conversation]:
    """The question as it is put, and the conversation that knows whether 0 and 9 have been explained."""
    if choice := suggested(questionnaire, conversation, interview, item):
        area = spoken(questionnaire, interview, choice.label)
        return plainly(wording.area_check(*place(questionnaire, interview), area, interview.language)), conversation
    asked = question(questionnaire, interview, item)
    if conversation.declared or not served(item, offered_choices(questionnaire, interview, item)):
        return asked, conversation
    return "\n".join((asked, wording.digits(interview.language))), replace(conversation, declared=True)


def suggested(
    questionnaire: Questionnaire, conversation: Conversation, interview: Interview, item: Item
) -> Choice | None:
    """The area that a poster suggested, if this item asks for the area and offers it."""
    if item.kind is not Kind.AREA or conversation.entry is not Entry.POSTER or not conversation.area:
        return None
    offered = offered_choices(questionnaire, interview, item)
    return next((choice for choice in offered if choice.code == conversation.area), None)


def earlier(questionnaire: Questionnaire, conversation: Conversation, interview: Interview) -> Interview:
    """One question back; neither notes nor what is known are stopped at."""
    here = interview
    while (there := back(questionnaire, here).interview).cursor != here.cursor:
        item = current(questionnaire, there)
        if item and item.kind is not Kind.NOTE and not known_area(conversation, item):
            return there
        here = there
    return interview
