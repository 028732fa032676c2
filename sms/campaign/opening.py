"""What a campaign says first, and the conversation that it begins. The words are the talk's own.

Who is invited where a reply can come back reads the consent, and 1 begins. Where a frame knows no language a text holds
every one of the questionnaire's, and costs as much.
"""

from survey_app.engine import Mode, Questionnaire
from survey_app.paradata import Design

from ..talk import wording
from ..talk.state import Conversation, invited
from ..talk.wording import Terms
from .frame import Case


def invitation(questionnaire: Questionnaire, language: str | None, terms: Terms, mode: Mode) -> str:
    """The text that asks a person whether she takes part, where she can reply."""
    spoken = (language,) if language else questionnaire.languages
    return "\n\n".join(wording.invitation(questionnaire, each, terms, mode) for each in spoken)


def invitation_link(questionnaire: Questionnaire, language: str | None, link: str, terms: Terms) -> str:
    """The text that brings a person's own link to the web, where no reply can come back."""
    spoken = (language,) if language else questionnaire.languages
    return "\n\n".join(wording.invitation_link(questionnaire, each, link, terms) for each in spoken)


def begun(wave: str, case: Case, seed: int, mode: Mode) -> Conversation:
    """The conversation of a person who is invited, with what the frame says of her, to be sealed."""
    design = Design(case.stratum or "", case.psu or "", 1.0 if case.weight is None else case.weight)
    return invited(wave, case.language, case.area or "", design, seed, mode)
