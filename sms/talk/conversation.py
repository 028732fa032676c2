"""The conversation: what one person's text means, and what is said in return, as frozen values.

Pure: no clock, no chance, no storage, no carrier. Any text ends in a defined reply, in the person's language; a
person who cannot be understood is asked twice more and then left in peace; one who said stop hears nothing but START.
"""

from survey_app.engine import Questionnaire, Quota

from . import opening
from .answering import answered, is_answer
from .circumstances import Circumstances
from .commands import Command, Word, command, mistyped_stop, named_language
from .ending import after, close, stop
from .state import Conversation, State, Turn, case_state, dump, invited, load
from .wording import Terms

__all__ = [
    "Circumstances",
    "Conversation",
    "State",
    "Turn",
    "case_state",
    "close",
    "dump",
    "invited",
    "load",
    "reply",
    "stop",
]


def reply(
    questionnaire: Questionnaire,
    conversation: Conversation,
    text: str,
    terms: Terms,
    quota: Quota | None = None,
    around: Circumstances | None = None,
) -> Turn:
    """Take a text. Never raises, whatever the text. `quota` says whether enough people like this one answered."""
    around = around or Circumstances()
    said, area = _said(questionnaire, conversation, text)
    word = said.word if said else None
    if word is Word.STOP:
        return stop(questionnaire, conversation, said.language if said else None)
    if conversation.state in (State.STOPPED, State.DONE):
        return _to_an_end(questionnaire, conversation, text, said, area, terms, around)
    conversation = opening.noted(conversation, area)
    if conversation.state is State.INVITED:
        return opening.replied(questionnaire, conversation, text, said, terms, quota, around.late or around.unsent)
    if said and conversation.language and word in (Word.HELP, Word.LANGUAGE):
        return opening.steered(questionnaire, conversation, said, conversation.language, terms)
    if conversation.state is State.NEW:
        return opening.greet(questionnaire, conversation, text, said, terms)
    if conversation.state is State.INTERVIEW:
        return answered(questionnaire, conversation, text, word, quota, around)
    if around.late and said is None:
        return Turn(conversation)
    if around.unsent and said is None:
        return opening.once_more(questionnaire, conversation, terms)
    if conversation.state is State.LANGUAGE:
        return opening.chosen_language(questionnaire, conversation, text, said, terms)
    return opening.consented(questionnaire, conversation, text, said, terms, quota)


def _to_an_end(
    questionnaire: Questionnaire,
    conversation: Conversation,
    text: str,
    said: Command | None,
    area: str,
    terms: Terms,
    around: Circumstances,
) -> Turn:
    """A text after the end: START begins again if it may; who said stop hears nothing else."""
    if said and said.word is Word.START:
        return opening.restart(questionnaire, conversation, said, area, text, terms)
    if conversation.state is State.STOPPED or (around.late and said is None):
        return Turn(conversation)
    return after(conversation)


def _said(questionnaire: Questionnaire, conversation: Conversation, text: str) -> tuple[Command | None, str]:
    """The command that the text is, and the area that a poster's keyword names.

    What only looks like a command is none where it is an answer.
    """
    if said := command(text):
        return said, ""
    alike = _alike(questionnaire, conversation, text)
    return (None, "") if alike is None or is_answer(questionnaire, conversation, text) else alike


def _alike(questionnaire: Questionnaire, conversation: Conversation, text: str) -> tuple[Command, str] | None:
    """What looks like a command: a mistyped STOP, a poster's words, a language's name once one was chosen."""
    if mistyped_stop(text):
        return Command(Word.STOP), ""
    if found := opening.poster(questionnaire, text):
        return found
    language = named_language(text) if conversation.language else None
    return (Command(Word.LANGUAGE, language), "") if language else None
