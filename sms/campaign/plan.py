"""What a campaign will cost before anybody is written to: each text as it would be sent, times the people who get it.

It is an upper bound: every question that goes by text message, with all its options, notes as texts of their own, and
all the reminders to whoever does not come to the end. The invitation is the consent, so nobody is sent another. What
people send is not counted, since it is they, or their contract, who pay for it.
"""

from dataclasses import dataclass
from decimal import Decimal

from survey_app.codes import CODE_CHARS
from survey_app.engine import Questionnaire

from ..carriers.declared import Channel
from ..talk import wording
from ..talk.wording import Terms
from . import opening
from .sizes import Message, messages, sized


@dataclass(frozen=True, slots=True)
class Shares:
    """What is assumed of people: the share that takes part, of those the share that leaves half-way; reminders each."""

    answering: float = 0.3
    breaking_off: float = 0.1
    reminders: int = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One text: how often it is sent, and its size in each language."""

    what: str
    times: int
    sizes: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A campaign's texts, if all people had one language; costs in the channel's currency."""

    people: int
    languages: tuple[str, ...]
    price: Decimal
    currency: str
    lines: tuple[Line, ...]

    @property
    def texts(self) -> int:
        """Texts that are sent."""
        return sum(line.times for line in self.lines)

    def segments(self, language: str) -> int:
        """Segments that are paid for, in this language."""
        return sum(
            line.times * size.size.parts for line in self.lines for size in line.sizes if size.language == language
        )

    def cost(self, language: str) -> Decimal:
        """Their price."""
        return self.segments(language) * self.price


def plan(questionnaire: Questionnaire, channel: Channel, terms: Terms, people: int, shares: Shares) -> Plan:
    """The plan of a campaign for so many people by this channel. Reads and sends nothing."""
    languages = questionnaire.languages
    if channel.two_way:
        first = {each: opening.invitation(questionnaire, each, terms, channel.mode) for each in languages}
    else:
        link = f"{terms.link}/i/{'A' * CODE_CHARS}"
        first = {each: opening.invitation_link(questionnaire, each, link, terms) for each in languages}
    lines = [_line("invitation", people, first)]
    if channel.two_way:
        lines += _interview(questionnaire, people * shares.answering, shares.breaking_off)
    if all(opening.reminds(questionnaire, each, channel) for each in languages):
        silent = people - round(people * shares.answering * (1 - shares.breaking_off))
        texts = {each: opening.reminder(questionnaire, each, terms) for each in languages}
        lines.append(_line("reminder", silent * shares.reminders, texts))
    return Plan(people, languages, channel.price, channel.currency, tuple(lines))


def _interview(questionnaire: Questionnaire, taking_part: float, breaking_off: float) -> list[Line]:
    asked, finishing = round(taking_part * (1 - breaking_off / 2)), round(taking_part * (1 - breaking_off))
    by_item: dict[str, list[Message]] = {}
    for message in messages(questionnaire):
        by_item.setdefault(message.item, []).append(message)
    questions = [Line(item, asked, tuple(sizes)) for item, sizes in by_item.items()]
    return [*questions, _line("thanks", finishing, {each: wording.thanks(each) for each in questionnaire.languages})]


def _line(what: str, times: int, texts: dict[str, str]) -> Line:
    return Line(what, times, tuple(sized(what, language, text) for language, text in texts.items()))
