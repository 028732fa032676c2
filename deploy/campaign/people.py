"""A simulated person with a telephone: how she reads what arrives, and what she types in return.

She goes by the words on her screen and by nothing else. No real person is described; the shares are invented.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

from sms.campaign.frame import Case
from sms.carriers.pretended import Conduct
from sms.talk import wording
from sms.talk.conversation import Conversation, State, reply
from sms.talk.wording import Terms
from survey_app.engine import Interview, Kind, Mode, Questionnaire, Refused, answer, begin, complete
from survey_app.engine.questionnaire import DERIVED

from ..simulation import typed

SOON, HOURS = (timedelta(seconds=20), timedelta(minutes=10)), (timedelta(hours=1), timedelta(days=2))
STARTS = {
    "ar": ("ثقة", "ثقه", "THIQA"),
    "fr": ("confiance", "Confiance svp", "THIQA"),
    "en": ("trust", "Trust", "THIQA"),
}
STOPS = {"ar": ("توقف", "STOP", "بركا", "ستوب"), "fr": ("STOP", "arrêtez", "stop stop"), "en": ("Stop", "unsubscribe")}
NONSENSE = ("??!", "zzz", "ماشي فاهم", "c'est quoi", "9999", "\U0001f600")
THANKS = {"ar": "بارك الله فيكم", "fr": "bonne soiree", "en": "have a nice day"}
STOPPING, LEAVING, LATE, TYPO, TWICE, TWO, ASKING = 0.005, 0.007, 0.01, 0.03, 0.04, 0.03, 0.01  # at each message
REFUSALS_BORNE = 3
TERMS = Terms("", free=False)
_PLACE = re.compile(r"^(\d+)/\d+ ", re.MULTILINE)
# Texts of these are so long on their way that who writes again cannot be told from who answers the next question.
_BROUGHT_WHENEVER = (Conduct.BROUGHT_LATE, Conduct.BROUGHT_DISORDERED)
# What is said to a second text comes after the next question was answered, and makes her answer that one again.
_SLOW = (*_BROUGHT_WHENEVER, Conduct.LATE, Conduct.DISORDERED)
# Where a question may be under way for minutes, who sends her last answer again gives it to a question that she has not
# seen, and nothing in her text says so: there she asks for the question instead.
_AT_ONCE = (Conduct.PROMPT, Conduct.BUSY, Conduct.BROUGHT_TWICE)


@dataclass(frozen=True, slots=True)
class Said:
    """A text that she sends after a while, and what it means: a word of `MEANINGS`, or the name of an item."""

    after: timedelta
    text: str = field(repr=False)
    means: str


START, LANGUAGE, CONSENT, STOP, NOISE = MEANINGS = ("<start>", "<language>", "<consent>", "<stop>", "<noise>")


@dataclass(frozen=True, slots=True)
class Screen:
    """What the messages of a questionnaire look like, by language: the words by which a person knows each question."""

    form: Questionnaire
    asked: tuple[str, ...]
    questions: Mapping[str, tuple[tuple[str, str], ...]]
    consents: Mapping[str, str]
    reminders: Mapping[str, str]

    @classmethod
    def of(cls, form: Questionnaire) -> "Screen":
        """The screen for this questionnaire."""
        items = [item for item in form.items if item.by_text and item.kind not in DERIVED | {Kind.NOTE}]
        words = {
            language: tuple(
                sorted(((item.short.get(language) or item.label[language], item.name) for item in items), key=_length)
            )
            for language in form.languages
        }
        consents = {language: _consent(form, language) for language in form.languages}
        reminders = {each: wording.reminder(each, TERMS).removesuffix(TERMS.link) for each in form.languages}
        return cls(form, tuple(item.name for item in items), words, consents, reminders)

    def question(self, body: str, language: str) -> str | None:
        """The item that this message asks; None if it asks none that she can read."""
        return next((name for words, name in self.questions[language] if words in body), None)


def _consent(form: Questionnaire, language: str) -> str:
    """The last two lines of what is said before the first question: yes and no."""
    known = Conversation("", state=State.STOPPED, language=language)
    return "\n".join(reply(form, known, "start", TERMS).messages[0].splitlines()[-2:])


def _length(known: tuple[str, str]) -> int:
    return -len(known[0])


@dataclass(slots=True)
class Person:
    """One of them, with her number, her language, what she would answer, and what she has seen and done so far."""

    case: Case = field(repr=False)
    conduct: Conduct
    language: str
    meant: Mapping[str, object] = field(repr=False)
    random: Random = field(repr=False)
    impatient: bool = False
    at: str = START
    place: int = 0
    sent: Said | None = None
    claim: str | None = None  # what the last text that was not noise meant
    seen: set[str] = field(default_factory=set, repr=False)
    refusals: int = 0
    done: bool = False
    left: bool = False
    stopped: bool = False

    @property
    def number(self) -> str:
        """Her number."""
        return self.case.telephone

    def reads(self, screen: Screen, body: str) -> list[Said]:
        """What she sends upon this message, if nothing else arrives before."""
        if self.done or self.left or self.stopped:
            return []
        again = body in self.seen
        self.seen.add(body)
        said = [] if again else self._answers(screen, body)
        if said and self.random.random() < STOPPING:
            # She may stop in the very moment in which she answers; a word for beginning after it would undo it.
            stop = Said(said[0].after, self._one(STOPS), STOP)
            return [stop] if said[0].means == START or self.random.random() < 0.5 else [said[0], stop]
        if said and self.random.random() < LEAVING:
            self.left = True
            return []
        return said

    def waits_in_vain(self) -> list[Said]:
        """What an impatient one sends when nothing comes: the same again, or a word for repeating."""
        if self.done or self.left or self.stopped or not self.impatient or self.conduct is Conduct.BROUGHT_LATE:
            return []
        if self.sent and self.conduct in _AT_ONCE:
            return [replace(self.sent, after=timedelta(0))]
        return [Said(timedelta(0), "repeat", NOISE)]

    def _answers(self, screen: Screen, body: str) -> list[Said]:
        after = self._while()
        if body.startswith("Thiqa ") and "\n1 " in body:
            return self._chooses(screen, body, after)
        if body.endswith(wording.thanks(self.language)):
            self.done = True
            return []
        if self.claim is None and sum(yes in body for yes in screen.consents.values()) > 1:
            # An invitation in each language: her word shows hers, and a number shows none.
            return [Said(after, self._one(self.random.choice((YES, STARTS))), START)]
        asked = screen.question(body, self.language)
        if asked is None and body.endswith(screen.consents[self.language]):
            self.at = CONSENT
            return [Said(after, self._one(YES), CONSENT)]
        if asked is None and self._is_reminded(screen, body):
            return [Said(after, "1", NOISE if self.at in screen.asked else CONSENT)]
        if asked is None:
            return self._puzzled(screen, body, after)
        place = int(found[1]) if (found := _PLACE.search(body)) else self.place
        if place < self.place:
            return []  # a question that was long on its way
        self.place = place
        self.refusals = self.refusals + 1 if asked == self.at else 0
        self.at = asked
        return self._replies(screen, asked, after)

    def _is_reminded(self, screen: Screen, body: str) -> bool:
        """Whether she does as a reminder says. Not where it may have crossed what she wrote: then she looks first."""
        return screen.reminders[self.language] in body and self.claim != self.at and self.conduct not in _SLOW

    def _chooses(self, screen: Screen, body: str, after: timedelta) -> list[Said]:
        if "?" in body and self.language == "ar":
            self.language = "fr"  # the other languages arrived as question marks
        self.at = LANGUAGE
        return [Said(after, str(screen.form.languages.index(self.language) + 1), LANGUAGE)]

    def _puzzled(self, screen: Screen, body: str, after: timedelta) -> list[Said]:
        if self.claim is None:  # the invitation, whatever is left of it
            return [Said(after, self._one(STARTS), START)]
        self.refusals += 1
        if self.refusals > REFUSALS_BORNE:
            self.left = True
            return []
        if "???" in body and self.language == "ar":
            self.language = "fr"
            return [Said(after, "langue français", NOISE)]
        if self.at in screen.asked and self.claim != self.at:
            return self._replies(screen, self.at, after)
        # Her answer is on its way, or the next question is: a reminder crossed it.
        return [Said(after, "repeat", NOISE)]

    def _replies(self, screen: Screen, asked: str, after: timedelta) -> list[Said]:
        if self.refusals > REFUSALS_BORNE:
            self.left = True
            return []
        item, chance = screen.form.by_name[asked], self.random.random()
        text = typed(item, str(self.meant[asked]), self.language, self.random)
        # Where messages are long on their way, what comes again may be an old copy: she says which question she means.
        named = asked == self.claim and self.conduct in _SLOW
        reply = Said(after, f"Q{self.place} {text}" if named else text, asked)
        if (chance := chance - TYPO) < 0 and not self.refusals:
            return [Said(after, self._nonsense(), NOISE)]
        if (chance := chance - TWICE) < 0 and self.conduct not in _BROUGHT_WHENEVER:
            return [reply, Said(after + timedelta(seconds=self.random.uniform(0.5, 2)), reply.text, asked)]
        if (chance := chance - TWO) < 0 and self.conduct not in _SLOW:
            return [reply, Said(after + timedelta(seconds=2), THANKS[self.language], NOISE)]
        if chance - ASKING < 0:
            return [Said(after, "?", NOISE)]
        return [reply]

    def _nonsense(self) -> str:
        words = self.random.choice(NONSENSE)
        return f"{words} " * 60 if self.conduct is Conduct.BROUGHT_IN_PARTS else words

    def _one(self, words: Mapping[str, tuple[str, ...]]) -> str:
        return self.random.choice(words[self.language])

    def _while(self) -> timedelta:
        low, high = HOURS if self.random.random() < LATE else SOON
        return low + (high - low) * self.random.random() ** 2


YES = {"ar": ("1", "١", "نعم"), "fr": ("1", "oui", "Oui."), "en": ("1", "yes", "OK")}


def meant(form: Questionnaire, language: str, said: Mapping[str, object]) -> Interview:
    """The interview of a person who is understood each time, completed or ended early."""
    interview = begin(form, Mode.SMS, language).interview
    while interview.cursor is not None:
        step = answer(form, interview, said.get(interview.cursor))
        if isinstance(step.events[0], Refused):
            raise ValueError(f"a simulated person's answer to {step.events[0].item} was refused")
        interview = step.interview
    return complete(form, interview).interview
