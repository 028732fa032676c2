"""The conversation: what one person's text means, and what is said in return, as frozen values.

Pure: no clock, no chance, no storage, no carrier. Any text ends in a defined reply, in the person's language; a
person who cannot be understood is asked twice more and then left in peace; one who said stop hears nothing but START.
"""

import json
from dataclasses import dataclass, field, replace
from enum import StrEnum

from survey_app.engine import (
    Event,
    Interview,
    Item,
    Kind,
    Mode,
    Questionnaire,
    Quota,
    Reason,
    Refused,
    Status,
    Step,
    Unclear,
    answer,
    back,
    begin,
    complete,
    current,
    offered_choices,
    place,
    switch_language,
    understand,
    visit,
)
from survey_app.engine.normalise import fold, visible, whole_number
from survey_app.engine.state import StateError
from survey_app.engine.state import dump as dump_interview
from survey_app.engine.state import load as load_interview

from . import refusals, wording
from .commands import Command, Word, command, named_language
from .questions import note, question
from .wording import Terms

MAX_UNCLEAR = 2
_YES = frozenset(
    map(fold, ("yes", "y", "ok", "oui", "o", "نعم", "أجل", "ايه", "اه", "واخا", "موافق", "موافقة", "d'accord"))
)
_NO = frozenset(map(fold, ("no", "n", "non", "لا", "كلا")))


class State(StrEnum):
    """Where the conversation stands."""

    NEW = "new"
    LANGUAGE = "language"
    CONSENT = "consent"
    INTERVIEW = "interview"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Conversation:
    """One person's conversation in one wave.

    `seed` decides orders and arms; it is drawn outside, and forgotten at the end, since an order that is kept with the
    answers would lead back to it. `finished` means that the answers were sent, `ended` that the survey was not for this
    person. Nothing in it leads to the envelope.
    """

    wave: str
    state: State = State.NEW
    language: str | None = None
    interview: Interview | None = field(default=None, repr=False)
    unclear: int = 0
    finished: bool = False
    ended: bool = False
    seed: int = field(default=0, repr=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of one text: the new conversation, the messages in return, and the interview if it was completed.

    `events` are what happened in the interview on the way; they are for showing, and are not kept.
    """

    conversation: Conversation
    messages: tuple[str, ...] = ()
    completed: Interview | None = field(default=None, repr=False)
    events: tuple[Event, ...] = ()


def reply(
    questionnaire: Questionnaire, conversation: Conversation, text: str, terms: Terms, quota: Quota | None = None
) -> Turn:
    """Take a text. Never raises, whatever the text. `quota` says whether enough people like this one answered."""
    said = command(text)
    word = said.word if said else None
    if word is Word.STOP:
        return stop(questionnaire, conversation, said.language if said else None)
    match conversation.state:
        case State.STOPPED:
            return _restart(questionnaire, conversation, said, terms) if word is Word.START else Turn(conversation)
        case State.DONE if word is Word.START and not (conversation.finished or conversation.ended):
            return _restart(questionnaire, conversation, said, terms)
        case State.DONE:
            return _after(conversation)
    if said and conversation.language and word in (Word.HELP, Word.LANGUAGE):
        return _steered(questionnaire, conversation, said, conversation.language, terms)
    match conversation.state:
        case State.NEW:
            return _greet(questionnaire, conversation, said, terms)
        case State.LANGUAGE:
            return _chosen_language(questionnaire, conversation, text, said, terms)
        case State.CONSENT:
            return _consented(questionnaire, conversation, text, said, terms)
    return _answered(questionnaire, conversation, text, word, quota)


def stop(questionnaire: Questionnaire, conversation: Conversation, language: str | None = None) -> Turn:
    """End the conversation and forget what was answered. Confirmed once; a second STOP is met with silence."""
    ended = replace(conversation, state=State.STOPPED, interview=None, unclear=0)
    if conversation.state is State.STOPPED:
        return Turn(ended)
    return Turn(ended, (wording.stopped(conversation.language or language, questionnaire.languages),))


def close(conversation: Conversation) -> Turn:
    """The wave has closed: an interview that was under way is forgotten, and its person told; nobody else is."""
    if conversation.state is not State.INTERVIEW or conversation.language is None:
        return Turn(conversation)
    return Turn(replace(conversation, state=State.DONE, interview=None), (wording.closed(conversation.language),))


def _greet(questionnaire: Questionnaire, conversation: Conversation, said: Command | None, terms: Terms) -> Turn:
    spoken = said.language if said else None
    if len(questionnaire.languages) == 1:
        spoken = questionnaire.languages[0]
    if spoken in questionnaire.languages:
        return _speak(questionnaire, conversation, str(spoken), terms)
    return _offer_languages(questionnaire, conversation)


def _steered(
    questionnaire: Questionnaire, conversation: Conversation, said: Command, language: str, terms: Terms
) -> Turn:
    if said.word is Word.HELP:
        return Turn(replace(conversation, unclear=0), (wording.guide(language, terms),))
    if said.language in questionnaire.languages:
        return _speak(questionnaire, conversation, str(said.language), terms)
    return _offer_languages(questionnaire, conversation)


def _restart(questionnaire: Questionnaire, conversation: Conversation, said: Command | None, terms: Terms) -> Turn:
    if conversation.finished or conversation.ended:
        return _after(replace(conversation, state=State.DONE, unclear=0))
    fresh = replace(conversation, state=State.NEW, unclear=0)
    if fresh.language:
        return _speak(questionnaire, fresh, fresh.language, terms)
    return _greet(questionnaire, fresh, said, terms)


def _after(conversation: Conversation) -> Turn:
    # Two automatic answering machines would otherwise talk to each other for ever.
    counted = replace(conversation, unclear=min(conversation.unclear + 1, MAX_UNCLEAR + 1))
    said = wording.already if counted.finished else wording.ended
    silent = counted.unclear > MAX_UNCLEAR or not (counted.finished or counted.ended)
    return Turn(counted, () if silent else (said(counted.language or ""),))


def _offer_languages(questionnaire: Questionnaire, conversation: Conversation) -> Turn:
    offered = replace(conversation, state=State.LANGUAGE, unclear=0)
    return Turn(offered, (wording.language_choice(questionnaire.languages),))


def _chosen_language(
    questionnaire: Questionnaire, conversation: Conversation, text: str, said: Command | None, terms: Terms
) -> Turn:
    languages = questionnaire.languages
    number = whole_number(fold(text)) or 0
    chosen = languages[number - 1] if 1 <= number <= len(languages) else named_language(text)
    if chosen is None and said:
        chosen = said.language
    if chosen in languages:
        return _speak(questionnaire, conversation, str(chosen), terms)
    counted = replace(conversation, unclear=min(conversation.unclear + 1, MAX_UNCLEAR + 1))
    return Turn(counted, () if counted.unclear > MAX_UNCLEAR else (wording.language_choice(languages),))


def _speak(questionnaire: Questionnaire, conversation: Conversation, language: str, terms: Terms) -> Turn:
    spoken = replace(conversation, language=language, unclear=0)
    if spoken.interview:
        interview = switch_language(questionnaire, spoken.interview, language).interview
        return _ask(questionnaire, replace(spoken, state=State.INTERVIEW, interview=interview))
    total = place(questionnaire, begin(questionnaire, Mode.SMS, language, spoken.seed).interview)[1]
    if not total:
        return Turn(replace(spoken, state=State.DONE), (wording.on_the_web(language, terms),))
    asked = replace(spoken, state=State.CONSENT)
    return Turn(asked, (wording.consent(questionnaire, language, total, terms),))


def _consented(
    questionnaire: Questionnaire, conversation: Conversation, text: str, said: Command | None, terms: Terms
) -> Turn:
    language = conversation.language or questionnaire.languages[0]
    if said:
        return _speak(questionnaire, conversation, language, terms)
    number, word = whole_number(fold(text)), fold(text)
    if number == 1 or word in _YES:
        interview = begin(questionnaire, Mode.SMS, language, conversation.seed).interview
        return _ask(questionnaire, replace(conversation, state=State.INTERVIEW, interview=interview, unclear=0))
    if number == 2 or word in _NO:
        return stop(questionnaire, conversation)
    counted = replace(conversation, unclear=min(conversation.unclear + 1, MAX_UNCLEAR + 2))
    if counted.unclear <= MAX_UNCLEAR:
        return Turn(counted, (wording.consent_unclear(language),))
    return Turn(counted, (refusals.parked(language),) if counted.unclear == MAX_UNCLEAR + 1 else ())


def _answered(
    questionnaire: Questionnaire, conversation: Conversation, text: str, word: Word | None, quota: Quota | None
) -> Turn:
    interview = conversation.interview
    item = current(questionnaire, interview) if interview else None
    if interview is None or item is None:
        return _ask(questionnaire, conversation)
    match word:
        case Word.BACK:
            earlier = _back(questionnaire, interview)
            return _ask(questionnaire, replace(conversation, interview=earlier, unclear=0))
        case Word.SKIP:
            raw: object = None
        case None if not visible(text):
            raw = Unclear(Reason.NOT_A_CHOICE)
        case None:
            raw = understand(item, text, interview.language, offered_choices(questionnaire, interview, item))
        case _:
            return _ask(questionnaire, replace(conversation, unclear=0))
    step = answer(questionnaire, interview, raw, quota=quota)
    if isinstance(step.events[0], Refused):
        return _refused(questionnaire, conversation, item, step.events[0])
    return _ask(questionnaire, replace(conversation, interview=step.interview, unclear=0), step.events)


def _ask(questionnaire: Questionnaire, conversation: Conversation, events: tuple[Event, ...] = ()) -> Turn:
    """The item before the person, with the notes on the way to it; past the last item, the end."""
    language = conversation.language or ""
    interview = conversation.interview or begin(questionnaire, Mode.SMS, language, conversation.seed).interview
    notes: list[str] = []
    while interview.status is Status.OPEN:
        item = current(questionnaire, interview)
        if item and item.kind is not Kind.NOTE:
            message = "\n".join((*notes, question(questionnaire, interview, item)))
            return Turn(replace(conversation, interview=interview), (message,), events=events)
        if item:
            notes.append(note(questionnaire, interview, item))
        step = _past(questionnaire, interview, item)
        interview, events = step.interview, (*events, *step.events)
    return _over(conversation, interview, notes, events)


def _past(questionnaire: Questionnaire, interview: Interview, item: Item | None) -> Step:
    """Past a note, or past the last item."""
    step = answer(questionnaire, interview, None) if item else complete(questionnaire, interview)
    # A note before which something is open again cannot be passed: what is open comes first.
    return visit(questionnaire, interview, None) if isinstance(step.events[0], Refused) else step


def _over(conversation: Conversation, interview: Interview, notes: list[str], events: tuple[Event, ...]) -> Turn:
    language, sent = interview.language, interview.status is Status.COMPLETED
    over = Conversation(
        conversation.wave, state=State.DONE, language=conversation.language, finished=sent, ended=not sent
    )
    if sent:
        return Turn(over, ("\n".join((*notes, wording.thanks(language))),), interview, events)
    said = wording.screened_out if interview.status is Status.SCREENED_OUT else wording.quota_full
    return Turn(over, (said(language),), events=events)


def _refused(questionnaire: Questionnaire, conversation: Conversation, item: Item, refused: Refused) -> Turn:
    counted = replace(conversation, unclear=min(conversation.unclear + 1, MAX_UNCLEAR + 2))
    interview = conversation.interview
    if interview is None or counted.unclear > MAX_UNCLEAR + 1:
        return Turn(counted, events=(refused,))
    match counted.unclear:
        case 1:
            message = refusals.unclear(questionnaire, interview, item, refused.reason)
        case 2:
            message = refusals.unclear_again(item, interview.language)
        case _:
            message = refusals.parked(interview.language)
    return Turn(counted, (message,), events=(refused,))


def _back(questionnaire: Questionnaire, interview: Interview) -> Interview:
    """One question back; notes are not stopped at."""
    here = interview
    while (there := back(questionnaire, here).interview).cursor != here.cursor:
        item = current(questionnaire, there)
        if item and item.kind is not Kind.NOTE:
            return there
        here = there
    return interview


def dump(conversation: Conversation) -> bytes:
    """The conversation as bytes, to be sealed."""
    state = {
        "wave": conversation.wave,
        "state": conversation.state.value,
        "language": conversation.language,
        "interview": dump_interview(conversation.interview).decode() if conversation.interview else None,
        "unclear": conversation.unclear,
        "finished": conversation.finished,
        "ended": conversation.ended,
        "seed": conversation.seed,
    }
    return json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode()


def load(content: bytes) -> Conversation:
    """The conversation that `dump` wrote. Raises StateError on anything else."""
    try:
        state = json.loads(content)
        return Conversation(
            wave=state["wave"],
            state=State(state["state"]),
            language=state["language"],
            interview=load_interview(state["interview"].encode()) if state["interview"] else None,
            unclear=state["unclear"],
            finished=state["finished"],
            ended=state.get("ended", False),  # the first conversations knew neither
            seed=int(state.get("seed", 0)),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StateError("not a conversation") from error
