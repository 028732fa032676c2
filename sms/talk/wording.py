"""The words around the questions: languages, consent, help, and each way a conversation ends.

Short and polite, and none repeats what the person said. The French keeps to the letters of the GSM
alphabet where it can (no circumflex, no small c cedilla), since one other letter doubles the price.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from survey_app.engine import Mode, Questionnaire, begin, place
from translations.languages import NATIVE_NAMES, plural_translator, translator

from .questions import plainly


@dataclass(frozen=True, slots=True)
class Terms:
    """What a person is told first: the link to the same survey on the web, and whether replies are free.

    `interviews` is how many people may answer on one phone in a wave; `sponsor` who asks, by language ("the National
    Police", with its article), the Ministry of the Interior where it is empty.
    """

    link: str
    free: bool
    interviews: int = 1
    sponsor: Mapping[str, str] = field(default_factory=dict)


def language_choice(languages: tuple[str, ...]) -> str:
    """The languages by their own names, numbered."""
    names = (NATIVE_NAMES.get(language, language) for language in languages)
    return "\n".join(("Thiqa ثقة", *(f"{place} {name}" for place, name in enumerate(names, 1))))


def consent(questionnaire: Questionnaire, language: str, total: int, terms: Terms, mode: Mode = Mode.SMS) -> str:
    """Who asks, how much, what it costs, who can read it, where it is more private, how to stop; yes or no."""
    _, _n = translator(language), plural_translator(language)
    asked = [_n("%(num)d question.", "%(num)d questions.", total)]
    if mode is Mode.WHATSAPP:
        readers = _("The company that carries these messages can read them. More private, on the web:")
    else:
        readers = _("Your phone company can read these texts. More private, on the web:")
        asked.append(_("Replies are free.") if terms.free else _("Each reply costs you a text message."))
    return "\n".join(
        (
            _who(questionnaire, language, terms.sponsor),
            " ".join(asked),
            readers,
            terms.link,
            _("STOP ends it at any time."),
            yes_or_no(language),
        )
    )


def invitation(questionnaire: Questionnaire, language: str, terms: Terms, mode: Mode = Mode.SMS) -> str:
    """The first message to an invited person, where she can reply: the same consent."""
    total = place(questionnaire, begin(questionnaire, mode, language).interview)[1]
    return (
        consent(questionnaire, language, total, terms, mode)
        if total
        else invitation_link(questionnaire, language, terms.link, terms)
    )


def invitation_link(questionnaire: Questionnaire, language: str, link: str, terms: Terms | None = None) -> str:
    """The first message where no reply can come back: who asks, that it is voluntary, and the link."""
    _ = translator(language)
    who = _who(questionnaire, language, terms.sponsor if terms else {})
    return "\n".join((who, _("Taking part is your choice. To answer on the web:"), link))


def reminder(language: str, terms: Terms) -> str:
    """To who was invited, or left in the middle, and has been silent."""
    _ = translator(language)
    said = _("Thiqa: the survey about the police is still open to you. To take part or go on: 1. To end: STOP. Or:")
    return "\n".join((said, terms.link))


def _who(questionnaire: Questionnaire, language: str, sponsor: Mapping[str, str]) -> str:
    _ = translator(language)
    title = questionnaire.title.get(language, questionnaire.form_id)
    if name := sponsor.get(language):
        return plainly(_("Thiqa, a survey (%(sponsor)s): %(title)s", sponsor=name, title=title))
    return _("Thiqa, a survey for the Ministry of the Interior: %(title)s", title=title)


def yes_or_no(language: str) -> str:
    """Yes and no, numbered."""
    _ = translator(language)
    return "\n".join((_("1 Yes"), _("2 No")))


def area_check(number: int, total: int, area: str, language: str) -> str:
    """The question about the area, for who came by an area's poster."""
    _ = translator(language)
    return "\n".join((f"{number}/{total} " + _("Do you live in %(area)s?", area=area), yes_or_no(language)))


def several_check(count: int, first: int, language: str) -> str:
    """Whether several numbers were the answers to this question and the next ones."""
    _ = translator(language)
    asked = _(
        "You sent %(count)s numbers: are they your answers to questions %(first)s to %(last)s?",
        count=count,
        first=first,
        last=first + count - 1,
    )
    return "\n".join((asked, yes_or_no(language)))


def digits(language: str) -> str:
    """What 0 and 9 mean, said once."""
    _ = translator(language)
    return _("0 I don't know, 9 skip")


def resumed(language: str) -> str:
    """Before the question, after a long silence."""
    _ = translator(language)
    return _("The survey goes on where it stopped.")


def changed(number: int, language: str) -> str:
    """Before the question, after an earlier answer was replaced."""
    _ = translator(language)
    return _("Your answer to question %(number)s is changed.", number=number)


def not_there(language: str) -> str:
    """Before the question, after a reply to one that was not asked."""
    _ = translator(language)
    return _("That question is not asked now. This one is:")


def consent_unclear(language: str) -> str:
    """Consent, asked again in fewer words."""
    _ = translator(language)
    return "\n".join((_("Would you like to take part? Please reply with 1 or 2."), yes_or_no(language)))


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
