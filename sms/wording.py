"""The words of the text channel: every message that a person gets, and none that repeats what the person said.

Short and polite, one question a message, options on their own lines. The French keeps to the letters of the GSM
alphabet where it can (no circumflex, no small c cedilla), since one other letter doubles the price.
"""

from dataclasses import dataclass

from survey_app.engine import Item, Kind, Questionnaire, Reason
from translations.languages import NATIVE_NAMES, plural_translator, translator


@dataclass(frozen=True, slots=True)
class Terms:
    """What a person is told first: the link to the same survey on the web, and whether replies are free."""

    link: str
    free: bool


def language_choice(languages: tuple[str, ...]) -> str:
    """The languages by their own names, numbered."""
    names = (NATIVE_NAMES.get(language, language) for language in languages)
    return "\n".join(("Thiqa ثقة", *(f"{place} {name}" for place, name in enumerate(names, 1))))


def consent(questionnaire: Questionnaire, language: str, total: int, terms: Terms) -> str:
    """Who asks, how much, what it costs, who can read it, where it is more private, how to stop; yes or no."""
    _, _n = translator(language), plural_translator(language)
    return "\n".join(
        (
            _(
                "Thiqa, a survey for the Ministry of the Interior: %(title)s",
                title=questionnaire.title.get(language, questionnaire.form_id),
            ),
            _n("%(num)d question.", "%(num)d questions.", total)
            + " "
            + (_("Replies are free.") if terms.free else _("Each reply costs you a text message.")),
            _("Your phone company can read these texts. More private, on the web:"),
            terms.link,
            _("STOP ends it at any time."),
            consent_options(language),
        )
    )


def consent_options(language: str) -> str:
    """Yes and no, numbered."""
    _ = translator(language)
    return "\n".join((_("1 Yes, I take part"), _("2 No")))


def consent_unclear(language: str) -> str:
    """Consent, asked again in fewer words."""
    _ = translator(language)
    return "\n".join((_("Would you like to take part? Please reply with 1 or 2."), consent_options(language)))


def question(item: Item, language: str, number: int, total: int) -> str:
    """A question with its place first and its options on their own lines."""
    asked = item.short.get(language) or item.label.get(language, "")
    options = (f"{place} {choice.label.get(language, '')}" for place, choice in enumerate(item.choices, 1))
    return "\n".join((f"{number}/{total} {asked}", *options))


def unclear(item: Item, language: str, reason: Reason, placed: tuple[int, int]) -> str:
    """A first refusal: what is needed, and the question again."""
    _ = translator(language)
    if reason is Reason.CONSTRAINT and item.constraint_message.get(language):
        why = item.constraint_message[language]
    elif reason is Reason.REQUIRED and item.required_message.get(language):
        why = item.required_message[language]
    elif item.kind is Kind.SINGLE:
        why = _("That was not clear. One number from 1 to %(last)s is needed.", last=len(item.choices))
    else:
        why = _("That was not clear. A number is needed, in digits.")
    return "\n".join((why, question(item, language, *placed)))


def unclear_again(language: str) -> str:
    """A second refusal, in other words."""
    _ = translator(language)
    return _(
        "Only the number of your answer is needed. To see the question: REPEAT. To pass over it: SKIP. To end: STOP."
    )


def parked(language: str) -> str:
    """A third refusal: the survey waits, and does not ask again."""
    _ = translator(language)
    return _("We will not ask again. The survey waits for you: REPEAT goes on, STOP ends it. Thank you.")


def guide(language: str, terms: Terms) -> str:
    """What HELP answers."""
    _ = translator(language)
    what = _("Thiqa, a survey about the police. Reply with the number of your answer.")
    return "\n".join((what, _("Other words: BACK, REPEAT, SKIP, LANGUAGE, STOP."), terms.link))


def stopped(language: str | None, languages: tuple[str, ...]) -> str:
    """The one confirmation of STOP, in every language while none is chosen."""
    if language is None:
        return "\n".join(map(_stopped_in_short, languages))
    _ = translator(language)
    return _("Stopped. No more texts from us, and unfinished answers are deleted. To take part: START.")


def thanks(language: str) -> str:
    """The end."""
    _ = translator(language)
    return _("Thank you. Your answers have arrived, sealed, and this conversation has forgotten them.")


def already(language: str) -> str:
    """What is said after the end."""
    _ = translator(language)
    return _("Your answers have arrived. There is nothing more to do. Thank you.")


def closed(language: str) -> str:
    """The wave closed in the middle of an interview."""
    _ = translator(language)
    return _("This survey has closed. Your unfinished answers are deleted. Thank you.")


def on_the_web(language: str, terms: Terms) -> str:
    """A questionnaire of which nothing goes by text message."""
    _ = translator(language)
    return "\n".join((_("This survey is answered on the web:"), terms.link))


def _stopped_in_short(language: str) -> str:
    _ = translator(language)
    return _("Stopped. To take part: START")
