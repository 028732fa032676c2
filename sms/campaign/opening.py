"""What a campaign says first, and the conversation that it begins. The words are the talk's own.

Who is invited where a reply can come back reads the consent, and 1 begins. Where a frame knows no language a text holds
every one of the questionnaire's, and costs as much.
"""

from typing import Any

from survey_app.engine import Mode, Questionnaire

from ..talk import conversation, wording
from ..talk.conversation import Conversation
from ..talk.wording import Terms
from .frame import Case


def invitation(questionnaire: Questionnaire, language: str | None, terms: Terms, mode: Mode) -> str:
    """The text that asks a person whether she takes part, where she can reply."""
    say = _of(wording, "invitation") or _consent
    return "\n\n".join(say(questionnaire, each, terms, mode) for each in _languages(questionnaire, language))


def invitation_link(questionnaire: Questionnaire, language: str | None, link: str, terms: Terms) -> str:
    """The text that brings a person's own link to the web, where no reply can come back."""
    say = _of(wording, "invitation_link") or _web
    return "\n\n".join(say(questionnaire, each, link, terms) for each in _languages(questionnaire, language))


def reminder(language: str, terms: Terms) -> str:
    """The text to who has been silent."""
    say = _of(wording, "reminder") or wording.guide
    return str(say(language, terms))


def begun(wave: str, case: Case, seed: int, mode: Mode) -> Conversation:
    """The conversation of a person who is invited, with what the frame says of her, to be sealed."""
    invited, design = _of(conversation, "invited"), _of(conversation, "Design")
    if invited is None or design is None:
        return Conversation(wave, language=case.language, seed=seed)
    drawn = design(case.stratum or "", case.psu or "", 1.0 if case.weight is None else case.weight)
    begun: Conversation = invited(wave, case.language, case.area or "", drawn, seed, mode)
    return begun


def _languages(questionnaire: Questionnaire, language: str | None) -> tuple[str, ...]:
    return (language,) if language else questionnaire.languages


# Until the talk has its own words for these.
def _consent(questionnaire: Questionnaire, language: str, terms: Terms, _mode: Mode) -> str:
    return wording.consent(questionnaire, language, len(questionnaire.items), terms)


def _web(_questionnaire: Questionnaire, language: str, link: str, _terms: Terms) -> str:
    return wording.on_the_web(language, Terms(link, free=True))


def _of(module: object, name: str) -> Any:
    return getattr(module, name, None)
