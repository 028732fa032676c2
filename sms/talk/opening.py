"""The ways into a conversation: keyword, poster, invitation, language and consent; and the way in again."""

from dataclasses import replace

from survey_app.engine import Kind, Questionnaire, Quota, Unclear, place, switch_language, understand
from survey_app.engine.normalise import fold, whole_number
from survey_app.paradata import Entry

from . import refusals, wording
from .asking import ask, begun
from .commands import Command, Word, after_keyword, agreed, shown_language
from .ending import after, stop
from .state import MAX_UNCLEAR, Conversation, State, Turn
from .wording import Terms


def poster(questionnaire: Questionnaire, text: str) -> tuple[Command, str] | None:
    """A keyword and the area that follows it, as on that area's poster; None for any other text.

    The area is the option's place in the questionnaire's area item, or its name.
    """
    found = after_keyword(text)
    item = next((item for item in questionnaire.items if item.kind is Kind.AREA and item.by_text), None)
    if found is None or item is None:
        return None
    areas = tuple(choice for choice in item.choices if choice.missing is None)
    code = understand(item, found[1], found[0].language or "", areas)
    return None if isinstance(code, Unclear) or code is None else (found[0], str(code))


def noted(conversation: Conversation, area: str) -> Conversation:
    """With the area that a poster says. Of an invited person more is known than any poster says."""
    if not area or conversation.entry is Entry.INVITED:
        return conversation
    return replace(conversation, entry=Entry.POSTER, area=area)


def greet(
    questionnaire: Questionnaire, conversation: Conversation, text: str, said: Command | None, terms: Terms
) -> Turn:
    """A first text: consent in the language that it shows, or the choice of languages."""
    spoken = (said.language if said else None) or shown_language(text)
    if len(questionnaire.languages) == 1:
        spoken = questionnaire.languages[0]
    if spoken in questionnaire.languages:
        return speak(questionnaire, conversation, str(spoken), terms)
    return offer_languages(questionnaire, conversation)


def steered(
    questionnaire: Questionnaire, conversation: Conversation, said: Command, language: str, terms: Terms
) -> Turn:
    """HELP, or another language, at any moment once a language is known."""
    if said.word is Word.HELP:
        return Turn(replace(conversation, unclear=0), (wording.guide(language, terms),))
    if said.language in questionnaire.languages:
        return speak(questionnaire, conversation, str(said.language), terms)
    return offer_languages(questionnaire, conversation)


def restart(
    questionnaire: Questionnaire, conversation: Conversation, said: Command, area: str, text: str, terms: Terms
) -> Turn:
    """START after an end: anew, unless as many as may have answered on this phone, or the survey was not for it."""
    if conversation.ended or conversation.interviews >= terms.interviews:
        return after(replace(conversation, state=State.DONE))
    fresh = replace(conversation, state=State.NEW, interview=None, unclear=0, several=(), declared=False, outcome="")
    fresh = noted(fresh, area)
    language = said.language if said.language in questionnaire.languages else fresh.language
    return speak(questionnaire, fresh, language, terms) if language else greet(questionnaire, fresh, text, said, terms)


def offer_languages(questionnaire: Questionnaire, conversation: Conversation) -> Turn:
    """The choice of languages."""
    offered = replace(conversation, state=State.LANGUAGE, unclear=0, several=())
    return Turn(offered, (wording.language_choice(questionnaire.languages),))


def chosen_language(
    questionnaire: Questionnaire, conversation: Conversation, text: str, said: Command | None, terms: Terms
) -> Turn:
    """A reply to the choice of languages."""
    languages = questionnaire.languages
    number = whole_number(fold(text)) or 0
    chosen = languages[number - 1] if 1 <= number <= len(languages) else shown_language(text)
    if chosen is None and said:
        chosen = said.language
    if chosen in languages:
        return speak(questionnaire, conversation, str(chosen), terms)
    counted = replace(conversation, unclear=min(conversation.unclear + 1, MAX_UNCLEAR + 1))
    return Turn(counted, () if counted.unclear > MAX_UNCLEAR else (wording.language_choice(languages),))


def once_more(questionnaire: Questionnaire, conversation: Conversation, terms: Terms) -> Turn:
    """The choice of languages, or consent, again."""
    if conversation.state is State.LANGUAGE or conversation.language is None:
        return offer_languages(questionnaire, conversation)
    return speak(questionnaire, conversation, conversation.language, terms)


def speak(questionnaire: Questionnaire, conversation: Conversation, language: str, terms: Terms) -> Turn:
    """Go on in this language: with the question that was asked, or with consent."""
    spoken = replace(conversation, language=language, unclear=0, several=())
    if spoken.interview:
        # What 0 and 9 mean was told in a language that she may not read.
        declared = spoken.declared and language == spoken.interview.language
        interview = switch_language(questionnaire, spoken.interview, language).interview
        return ask(questionnaire, replace(spoken, state=State.INTERVIEW, interview=interview, declared=declared))
    total = _questions(questionnaire, spoken)
    if not total:
        return Turn(replace(spoken, state=State.DONE), (wording.on_the_web(language, terms),))
    asked = replace(spoken, state=State.CONSENT)
    return Turn(asked, (wording.consent(questionnaire, language, total, terms, spoken.mode),))


def consented(
    questionnaire: Questionnaire,
    conversation: Conversation,
    text: str,
    said: Command | None,
    terms: Terms,
    quota: Quota | None,
) -> Turn:
    """A reply to consent."""
    language = conversation.language or questionnaire.languages[0]
    if said:
        another = said.word is Word.START and said.language in questionnaire.languages
        return speak(questionnaire, conversation, str(said.language) if another else language, terms)
    match agreed(text):
        case True:
            return _begin(questionnaire, conversation, quota)
        case False:
            return stop(questionnaire, conversation)
    counted = replace(conversation, unclear=min(conversation.unclear + 1, MAX_UNCLEAR + 2))
    if counted.unclear <= MAX_UNCLEAR:
        return Turn(counted, (wording.consent_unclear(language),))
    return Turn(counted, (refusals.parked(language),) if counted.unclear == MAX_UNCLEAR + 1 else ())


def replied(
    questionnaire: Questionnaire,
    conversation: Conversation,
    text: str,
    said: Command | None,
    terms: Terms,
    quota: Quota | None,
    late: bool,
) -> Turn:
    """The first text of an invited person: yes or no to it, else consent. `late`: she has no invitation."""
    answer = agreed(text) if said is None and not late else None
    if answer is False:
        return stop(questionnaire, conversation)
    if answer and conversation.language and _questions(questionnaire, conversation):
        return _begin(questionnaire, conversation, quota)
    if said and said.language in questionnaire.languages:
        return speak(questionnaire, conversation, str(said.language), terms)
    if conversation.language and not (said and said.word is Word.LANGUAGE):
        return speak(questionnaire, conversation, conversation.language, terms)
    return greet(questionnaire, conversation, text, said, terms)


def _begin(questionnaire: Questionnaire, conversation: Conversation, quota: Quota | None) -> Turn:
    interview = begun(questionnaire, conversation)
    return ask(questionnaire, replace(conversation, state=State.INTERVIEW, interview=interview, unclear=0), quota)


def _questions(questionnaire: Questionnaire, conversation: Conversation) -> int:
    return place(questionnaire, begun(questionnaire, conversation))[1]
