"""How a conversation ends: by STOP, by the last answer, by a screening question or a quota, by the wave's close."""

from dataclasses import replace

from survey_app.engine import Event, Interview, Questionnaire, Status

from . import wording
from .state import MAX_UNCLEAR, Conversation, State, Turn, case_state


def stop(questionnaire: Questionnaire, conversation: Conversation, language: str | None = None) -> Turn:
    """End the conversation and forget what was answered. Confirmed once; a second STOP is met with silence."""
    already = conversation.state is State.STOPPED
    ended = replace(conversation, state=State.STOPPED, interview=None, unclear=0, several=(), reminders=0)
    if already:
        return Turn(ended)
    stopped = case_state(replace(conversation, state=State.STOPPED), questionnaire)
    said = wording.stopped(conversation.language or language, questionnaire.languages)
    return Turn(replace(ended, outcome=stopped), (said,))


def close(conversation: Conversation, questionnaire: Questionnaire | None = None) -> Turn:
    """The wave has closed: an interview that was under way is forgotten, and its person told; nobody else is.

    With the questionnaire the case keeps whether it was partial.
    """
    if conversation.interview is None or conversation.language is None:
        return Turn(conversation)
    outcome = case_state(conversation, questionnaire) if questionnaire else ""
    over = replace(conversation, state=State.DONE, interview=None, several=(), reminders=0, outcome=outcome)
    return Turn(over, (wording.closed(conversation.language),))


def over(conversation: Conversation, interview: Interview, notes: list[str], events: tuple[Event, ...]) -> Turn:
    """The interview has ended by itself: completed, screened out or over quota."""
    language, status = interview.language, interview.status
    sent = status is Status.COMPLETED
    interviews = conversation.interviews + sent
    # What led here is forgotten with the answers: the seed, the area, the design.
    ended = Conversation(
        conversation.wave,
        state=State.DONE,
        language=conversation.language,
        finished=interviews > 0,
        ended=not sent,
        mode=conversation.mode,
        seen=conversation.seen,
        interviews=interviews,
        outcome=status.value,
    )
    if sent:
        return Turn(ended, ("\n".join((*notes, wording.thanks(language))),), interview, events)
    said = wording.screened_out if status is Status.SCREENED_OUT else wording.quota_full
    return Turn(ended, (said(language),), events=events)


def after(conversation: Conversation) -> Turn:
    """A text to a conversation that has ended."""
    # Two automatic answering machines would otherwise talk to each other for ever.
    counted = replace(conversation, unclear=min(conversation.unclear + 1, MAX_UNCLEAR + 1))
    said = wording.already if counted.finished else wording.ended
    silent = counted.unclear > MAX_UNCLEAR or not (counted.finished or counted.ended)
    return Turn(counted, () if silent else (said(counted.language or ""),))
