"""What a questionnaire costs by text message: each question as it would be sent, counted as a carrier counts.

It sends nothing. The whole interview is the longest one: every question that goes by text message.
"""

from dataclasses import dataclass, replace

from survey_app.engine import Item, Kind, Mode, Questionnaire, begin
from survey_app.engine.questionnaire import DERIVED
from translations.languages import LANGUAGES, direction

from ..segments import BASIC, EXTENSION, GSM7, Segments, segments
from ..talk.questions import note, question

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
    """The messages of every item that goes by text message, in the order of the questionnaire, then by language."""
    return tuple(
        _message(questionnaire, item, language)
        for item in questionnaire.items
        if item.by_text and item.kind not in DERIVED
        for language in questionnaire.languages
    )


def _message(questionnaire: Questionnaire, item: Item, language: str) -> Message:
    interview = replace(begin(questionnaire, Mode.SMS, language).interview, cursor=item.name)
    # All the options, since the dearest message is what an author must know.
    whole = replace(item, choice_filter=None)
    say = note if item.kind is Kind.NOTE else question
    return sized(item.name, language, say(questionnaire, interview, whole))


def sized(name: str, language: str, text: str) -> Message:
    """A text as it is counted."""
    size = segments(text)
    latin = size.encoding != GSM7 and not (language in LANGUAGES and direction(language) == "rtl")
    dear = "".join(dict.fromkeys(char for char in text if char not in BASIC | EXTENSION)) if latin else ""
    return Message(name, language, size, dear, len(text) > MAX_CHARS)
