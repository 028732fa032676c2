"""What is said when a reply is no answer: first what is needed, with the question; then less; then nothing more.

No refusal repeats what the person wrote.
"""

from survey_app.engine import Interview, Item, Kind, Questionnaire, Reason, offered_choices
from survey_app.engine.kinds import MAX_TEXT_CHARS
from survey_app.engine.questionnaire import ONE_CHOICE
from translations.languages import translator

from .questions import numbered, plainly, spoken

_NUMBERED = frozenset({Kind.MULTIPLE, Kind.RANKING})
_NUMBER = ONE_CHOICE | {Kind.SCALE, Kind.INTEGER, Kind.DECIMAL}


def unclear(questionnaire: Questionnaire, interview: Interview, item: Item, reason: Reason, asked: str) -> str:
    """A first refusal: what is needed, and the question again as it was `asked`."""
    return "\n".join((_why(questionnaire, interview, item, reason), asked))


def check_unclear(language: str, asked: str) -> str:
    """A first refusal of what is neither yes nor no."""
    _ = translator(language)
    return "\n".join((_("That was not clear. 1 or 2 is needed."), asked))


def unclear_again(item: Item, language: str) -> str:
    """A second refusal, in other words."""
    _ = translator(language)
    if item.kind in _NUMBER:
        return _(
            "Only the number of your answer is needed. "
            "To see the question: REPEAT. To pass over it: SKIP. To end: STOP."
        )
    if item.kind in _NUMBERED:
        return _(
            "Only the numbers of your answers are needed. "
            "To see the question: REPEAT. To pass over it: SKIP. To end: STOP."
        )
    return _("A short reply is enough. To see the question: REPEAT. To pass over it: SKIP. To end: STOP.")


def parked(language: str) -> str:
    """A third refusal: the survey waits, and does not ask again."""
    _ = translator(language)
    return _("We will not ask again. The survey waits for you: REPEAT goes on, STOP ends it. Thank you.")


def _why(questionnaire: Questionnaire, interview: Interview, item: Item, reason: Reason) -> str:
    language = interview.language
    _ = translator(language)
    authored = {Reason.CONSTRAINT: item.constraint_message, Reason.REQUIRED: item.required_message}.get(reason, {})
    if authored.get(language):
        return plainly(spoken(questionnaire, interview, authored))
    needed = {
        Reason.CONSTRAINT: _("That answer does not fit this question."),
        Reason.REQUIRED: _("This question needs an answer."),
        Reason.NOT_A_NUMBER: _("That was not clear. A number is needed, in digits."),
        Reason.NOT_A_DATE: _("That was not clear. A date is needed, as in the example."),
        Reason.OUT_OF_SCALE: _("That number is not on the scale."),
        Reason.EXCLUSIVE: _('That was not clear. An option such as "don\'t know" stands alone.'),
        Reason.INCOMPLETE_RANKING: _("Each number is needed, and each once."),
        Reason.TOO_LONG: _("That is too long. At most %(limit)s characters, please.", limit=MAX_TEXT_CHARS[item.long]),
    }
    last = len(numbered(item, offered_choices(questionnaire, interview, item))[0])
    return needed.get(reason) or _which(item.kind, last, reason, language)


def _which(kind: Kind, last: int, reason: Reason, language: str) -> str:
    _ = translator(language)
    if kind in ONE_CHOICE and reason is Reason.AMBIGUOUS:
        return _("That fits more than one option. One number from 1 to %(last)s is needed.", last=last)
    if kind in ONE_CHOICE:
        return _("That was not clear. One number from 1 to %(last)s is needed.", last=last)
    if kind in _NUMBERED:
        return _("That was not clear. Numbers from 1 to %(last)s are needed.", last=last)
    return _("That was not clear.")
