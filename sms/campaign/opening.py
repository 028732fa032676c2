"""What a campaign says first, and the conversation that it begins. The words are the talk's own."""

from typing import Any

from survey_app.engine import Mode, Questionnaire

from ..talk import conversation, wording
from ..talk.conversation import Conversation
from ..talk.wording import Terms
from .frame import Case


def invitation(questionnaire: Questionnaire, language: str | None, terms: Terms) -> str:
    """The text that asks a person whether she takes part by text message; in every language where hers is unknown."""
    if say := _of(wording, "invitation"):
        return str(say(questionnaire, language, terms))
    if language is None:
        return wording.language_choice(questionnaire.languages)
    return wording.consent(questionnaire, language, len(questionnaire.items), terms)


def invitation_link(questionnaire: Questionnaire, language: str | None, link: str) -> str:
    """The text that brings a person's own link to the web, from a sender that cannot be answered."""
    if say := _of(wording, "invitation_link"):
        return str(say(questionnaire, language, link))
    return "\n".join(
        wording.on_the_web(each, Terms(link, free=True))
        for each in ([language] if language else questionnaire.languages)
    )


def reminder(questionnaire: Questionnaire, language: str, terms: Terms) -> str:
    """The text that reminds a person once."""
    if say := _of(wording, "reminder"):
        return str(say(questionnaire, language, terms))
    return wording.guide(language, terms)


def begun(wave: str, case: Case, seed: int, mode: Mode) -> Conversation:
    """The conversation of a person who is invited, with what the frame says of her, to be sealed with her answers."""
    if begin := _of(conversation, "invited"):
        begun: Conversation = begin(wave, case.language, case.area, design(case), seed, mode)
        return begun
    return Conversation(wave, language=case.language, seed=seed)


def design(case: Case) -> dict[str, str | float]:
    """What the frame says of a case's place in the sample: stratum, psu and weight, where it does."""
    known = {"stratum": case.stratum, "psu": case.psu, "weight": case.weight}
    return {name: value for name, value in known.items() if value is not None}


def _of(module: object, name: str) -> Any:
    return getattr(module, name, None)
