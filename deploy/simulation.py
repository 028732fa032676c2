"""A wave of simulated interviews through the real intake: the web's engine calls and the text conversation.

Some residents break off on the way, as residents do; what they leave is a draft on the web and nothing on the phone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

from sqlalchemy import Engine
from sqlmodel import Session

from sms.talk import conversation as text
from sms.talk.questions import numbered
from sms.talk.wording import Terms
from survey_app.drafts import create
from survey_app.engine import Interview, Item, Kind, Mode, Questionnaire, Refused, answer, begin, complete, current
from survey_app.instrument import Instrument
from survey_app.intake import Ticket
from survey_app.intake import complete as seal
from survey_app.paradata import Entry, Provenance
from survey_app.storage.database import writing
from survey_app.wavekeys import WaveKeys

from .residents import TEXT_SHARE, Resident, draw, opinions

PER_AREA = 100
IN_THE_SMALLEST = 7
SMALL_AREA = 10_000  # inhabitants
BREAK_OFF = 0.07
LANGUAGE_SHARES = {"ar": 0.7, "fr": 0.25, "en": 0.05}
IN_A_TRANSACTION = 200
DIGITS = {"ar": "٠١٢٣٤٥٦٧٨٩"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What every simulated interview of a wave needs."""

    instrument: Instrument
    wave_id: str
    number: int
    today: date
    custodian: str
    terms: Terms
    keys: WaveKeys


def sample(instrument: Instrument, random: Random, share: float = 1.0) -> list[Resident]:
    """The residents who take part in a wave: the same number in each area, a handful in a very small one, shuffled."""
    people = []
    for area in instrument.areas.at(instrument.level, instrument.areas.areas[0].valid_from):
        size = IN_THE_SMALLEST if area.population < SMALL_AREA else PER_AREA
        people += [draw(instrument.census, area.code, random) for _ in range(max(1, round(size * share)))]
    random.shuffle(people)
    return people


def interview_all(
    engine: Engine, plan: Plan, people: list[Resident], random: Random, advance: Callable[[int], None]
) -> None:
    """Interview these people and seal what they finish; `advance` is told how many are done."""
    for start in range(0, len(people), IN_A_TRANSACTION):
        batch = people[start : start + IN_A_TRANSACTION]
        with writing(engine) as session:
            for resident in batch:
                _interview(session, plan, resident, random)
        advance(len(batch))


def _interview(session: Session, plan: Plan, resident: Resident, random: Random) -> None:
    said = opinions(plan.instrument, resident, plan.number, random)
    language = random.choices(list(LANGUAGE_SHARES), list(LANGUAGE_SHARES.values()))[0]
    patience = random.randint(1, 10) if random.random() < BREAK_OFF else 10_000
    by_text = random.random() < TEXT_SHARE[resident.age]
    form = plan.instrument.questionnaire
    ticket = Ticket.new()
    if by_text:
        finished = hold_by_text(form, plan, said, language, patience, random)
    else:
        finished, left = hold_on_the_web(form, said, language, patience, random.getrandbits(32))
        if finished is None:
            create(session, plan.keys.make(plan.wave_id), ticket, plan.wave_id, form, left, plan.today)
    if finished is not None:
        seal(session, form, finished, plan.wave_id, ticket, plan.custodian, Provenance(Entry.INVITED))


def hold_on_the_web(
    form: Questionnaire, said: dict[str, object], language: str, patience: int, seed: int
) -> tuple[Interview | None, Interview]:
    """A web interview with these answers: the completed interview, or None and what was left at break-off."""
    interview = begin(form, Mode.WEB, language, seed).interview
    while interview.cursor is not None:
        if patience == 0:
            return None, interview
        patience -= 1
        step = answer(form, interview, said.get(interview.cursor))
        if isinstance(step.events[0], Refused):
            raise ValueError(f"a simulated resident's answer to {step.events[0].item} was refused")
        interview = step.interview
    return complete(form, interview).interview, interview


def hold_by_text(
    form: Questionnaire, plan: Plan, said: dict[str, object], language: str, patience: int, random: Random
) -> Interview | None:
    """A text conversation with these answers, typed as numbers in either script: the completed interview, or None."""
    talk = text.Conversation(plan.wave_id, seed=random.getrandbits(32))
    turn = text.reply(form, talk, "?", plan.terms)
    turn = text.reply(form, turn.conversation, str(form.languages.index(language) + 1), plan.terms)
    turn = text.reply(form, turn.conversation, "1", plan.terms)
    while turn.completed is None and patience > 0:
        patience -= 1
        interview = turn.conversation.interview
        item = current(form, interview) if interview else None
        if item is None:
            return None
        turn = text.reply(form, turn.conversation, typed(item, str(said[item.name]), language, random), plan.terms)
    return turn.completed


def typed(item: Item, code: str, language: str, random: Random) -> str:
    """What a person would type for this answer: mostly the option's number (0: don't know), or its words."""
    if item.kind is Kind.INTEGER:
        number = code
    else:
        choice = item.choice(code)
        if choice is None or random.random() < 0.1:
            return choice.label[language] if choice else code
        listed, _zero = numbered(item, item.choices)
        number = str(listed.index(choice) + 1) if choice in listed else "0"
    own = DIGITS.get(language)
    return number.translate({ord(str(i)): own[i] for i in range(10)}) if own and random.random() < 0.5 else number
