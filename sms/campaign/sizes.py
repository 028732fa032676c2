"""What a questionnaire costs by text message: each question as it would be sent, counted as a carrier counts.

It sends nothing. The whole interview is the longest one: every question that goes by text message.
"""

from dataclasses import dataclass, replace

from survey_app.engine import Item, Kind, Mode, Questionnaire, begin
from survey_app.engine.questionnaire import DERIVED

from ..segments import Segments, segments
from ..talk import wording
from ..talk.budget import dear
from ..talk.questions import note, question, served

MAX_CHARS = 1_600  # what Twilio takes in one message (its error 21617 beyond)


@dataclass(frozen=True, slots=True)
class Message:
    """One text in one language: its size, and the characters that make a Latin text twice as dear."""

    item: str
    language: str
    size: Segments
    dear: str
    too_long: bool


def messages(questionnaire: Questionnaire) -> tuple[Message, ...]:
    """The messages of every item that goes by text message, in the order of the questionnaire, then by language.

    The first that 0 or 9 can answer says so.
    """
    sent = [item for item in questionnaire.items if item.by_text and item.kind not in DERIVED]
    first = next((item for item in sent if served(item, item.choices)), None)
    return tuple(
        _message(questionnaire, item, language, item is first) for item in sent for language in questionnaire.languages
    )


def _message(questionnaire: Questionnaire, item: Item, language: str, first: bool) -> Message:
    interview = replace(begin(questionnaire, Mode.SMS, language).interview, cursor=item.name)
    # All the options, since the dearest message is what an author must know.
    whole = replace(item, choice_filter=None)
    say = note if item.kind is Kind.NOTE else question
    text = say(questionnaire, interview, whole)
    if first:
        text = "\n".join((text, wording.digits(language)))
    return sized(item.name, language, text)


def sized(name: str, language: str, text: str) -> Message:
    """A text as it is counted."""
    return Message(name, language, segments(text), dear(text, language), len(text) > MAX_CHARS)
