"""What each message may cost: its segments by language, and what makes a text dearer than that.

An Arabic segment holds 67 characters, a Latin one 153 while every letter is in the GSM alphabet, else 67 too.
"""

from collections.abc import Mapping

from translations.languages import LANGUAGES, direction

from ..segments import BASIC, EXTENSION, GSM7, segments

# Arabic, French, English, as the languages are ordered everywhere.
BUDGET: Mapping[str, tuple[int, int, int]] = {
    "wording.language_choice": (1, 1, 1),
    "wording.consent": (3, 2, 2),
    "wording.invitation": (3, 2, 2),
    "wording.invitation_link": (2, 2, 2),
    "wording.reminder": (2, 1, 1),
    "wording.yes_or_no": (1, 1, 1),
    "wording.area_check": (1, 1, 1),
    "wording.several_check": (1, 1, 1),
    "wording.digits": (1, 1, 1),
    "wording.resumed": (1, 1, 1),
    "wording.changed": (1, 1, 1),
    "wording.not_there": (1, 1, 1),
    "wording.consent_unclear": (1, 1, 1),
    "wording.guide": (2, 1, 1),
    "wording.stopped": (2, 2, 2),  # in every language at once while none is known
    "wording.thanks": (1, 1, 1),
    "wording.already": (1, 1, 1),
    "wording.screened_out": (1, 1, 1),
    "wording.quota_full": (1, 1, 1),
    "wording.ended": (1, 1, 1),
    "wording.closed": (1, 1, 1),
    "wording.on_the_web": (2, 1, 1),
    "refusals.unclear": (1, 1, 1),  # the line before the question
    "refusals.check_unclear": (1, 1, 1),
    "refusals.unclear_again": (1, 1, 1),
    "refusals.parked": (1, 1, 1),
    "question": (2, 2, 2),
    "question.area": (5, 3, 2),  # the whole list
}


def dear(text: str, language: str) -> str:
    """The characters that make a Latin text twice as dear, each once; none in a language that is dear anyway."""
    if segments(text).encoding == GSM7 or (language in LANGUAGES and direction(language) == "rtl"):
        return ""
    return "".join(dict.fromkeys(char for char in text if char not in BASIC | EXTENSION))


def excess(name: str, language: str, text: str) -> str:
    """What is wrong with the cost of a text, in a sentence; "" if it keeps to its budget."""
    allowed, size = BUDGET[name][LANGUAGES.index(language)], segments(text)
    if size.parts <= allowed:
        return ""
    said = f"{name} in {language}: {size.parts} segments, {allowed} allowed ({size.units} units of {size.encoding})"
    return f"{said}; dear: {dear(text, language)}" if dear(text, language) else said
