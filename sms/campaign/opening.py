"""What a campaign says first, and the conversation that it begins. The words are the talk's own.

Who is invited where a reply can come back reads the consent, and 1 begins. Where a frame knows no language a text holds
every one of the questionnaire's, and costs as much.
"""

from dataclasses import replace

from survey_app.engine import Mode, Questionnaire
from survey_app.paradata import Design

from ..carriers.declared import Channel
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


def reminder(questionnaire: Questionnaire, language: str | None, terms: Terms) -> str:
    """The text to who is silent after an invitation, in the same languages."""
    spoken = (language,) if language else questionnaire.languages
    return "\n\n".join(wording.reminder(each, terms) for each in spoken)


def reminds(questionnaire: Questionnaire, language: str | None, channel: Channel) -> bool:
    """Whether this channel can remind her: she can answer there, and may be written to by then.

    Once its window is over a channel takes only texts that its carrier approved, each in one language: the
    questionnaire's first where hers is not known.
    """
    approved = f"reminder.{language or questionnaire.languages[0]}" in channel.templates
    return channel.two_way and (channel.window_hours is None or approved)


def begun(wave: str, case: Case, seed: int, mode: Mode, reminders: int = 0) -> Conversation:
    """The conversation of a person who is invited, with what the frame says of her, to be sealed."""
    design = Design(case.stratum or "", case.psu or "", 1.0 if case.weight is None else case.weight)
    began = invited(wave, case.language, case.area or "", design, seed, mode)
    return replace(began, reminders=reminders)
