"""The words around the questions: languages, consent, help, and each way a conversation ends.

Short and polite, and none repeats what the person said. The French keeps to the letters of the GSM
alphabet where it can (no circumflex, no small c cedilla), since one other letter doubles the price.
"""

from dataclasses import dataclass

from survey_app.engine import Questionnaire
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


def screened_out(language: str) -> str:
    """The survey is not for this person."""
    _ = translator(language)
    return _("Thank you. The other questions are for other residents. Nothing of what you answered is kept.")


def quota_full(language: str) -> str:
    """Enough people like this one have answered."""
    _ = translator(language)
    return _("Thank you. Enough people in your situation have answered. Nothing of what you answered is kept.")


def ended(language: str) -> str:
    """What is said after either."""
    _ = translator(language)
    return _("The survey is over for you. Nothing of what you answered is kept. Thank you.")


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
