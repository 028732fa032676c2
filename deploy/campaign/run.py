"""The rehearsal itself: a wave, people with numbers of every kind, and events in the order of a clock that is set.

What is rehearsed is the real thing: the reception takes each text, the worker sends, the custodian opens. Only the
people, their telephones, the carrier and the clock are pretended.
"""

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from nacl.encoding import HexEncoder
from nacl.public import PrivateKey
from pydantic import SecretStr
from sqlalchemy import Engine, func, select

from analytics.custody import close_wave
from sms.carriers.pretended import ENDINGS, Arrival, Brought, Conduct, PretendedCarrier
from sms.reception import Inbound, receive
from sms.sending import outbox, receipts
from sms.sending.delivery import deliver
from sms.settings import ChannelSettings
from survey_app.fieldwork import OPEN
from survey_app.fieldwork import field as put
from survey_app.instrument import Instrument
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import OutboxRow, table
from survey_app.wavekeys import WaveKeys

from ..residents import draw, opinions
from .findings import Findings, compare, look
from .people import NOISE, STOP, Person, Said, Screen

WAVE, DAYS = "rehearsal", 12
FROM = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
INVITED_WITHIN, REMINDED_AFTER = timedelta(hours=1), timedelta(days=2)
PAUSE, AT_MOST = timedelta(seconds=2), timedelta(minutes=5)
PATIENCE = (timedelta(minutes=4), timedelta(minutes=30))
LANGUAGE_SHARES = {"ar": 0.6, "fr": 0.3, "en": 0.1}
IMPATIENT, ORDINARY, BEGGING = 0.15, 0.3, 3  # shares of people; the others have a carrier with a fault of its own
INVITATION = {
    "ar": "استطلاع ثقة: {link} للمشاركة أجيبوا بكلمة ثقة. للإيقاف: STOP",
    "fr": "Enquete Thiqa : {link} Pour participer : CONFIANCE. Pour arreter : STOP",
    "en": "Thiqa survey: {link} To take part: TRUST. To stop: STOP",
}
_ROW = table(OutboxRow).c
_WAITING = _ROW.status.in_((outbox.QUEUED, outbox.SENDING, outbox.UNKNOWN))
_REPLY = _ROW.kind == outbox.REPLY
_NEXT = select(func.min(_ROW.due)).where(_WAITING, _ROW.sealed != b"")


class Hours:
    """A clock that is set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Now."""
        return self.now


@dataclass(slots=True)
class Telephone:
    """What was counted at one number."""

    person: Person = field(repr=False)
    plan: int = 0  # what was planned before the newest message is not sent
    brought: set[str] = field(default_factory=set, repr=False)
    replies: int = 0
    begged: int = 0
    since_stop: int | None = None
    reached: bool = False
    heard: bool = False  # since the last text that was brought


def settings_for(database_url: str, folder: Path, private: PrivateKey) -> ChannelSettings:
    """The settings of a rehearsal: a custodian's and a channel's key that are thrown away, no account anywhere."""
    return ChannelSettings(
        database_url=SecretStr(database_url),
        public_url="https://survey.example",
        custodian_public_key=private.public_key.encode(HexEncoder).decode(),
        channel_key=SecretStr(bytes(PrivateKey.generate()).hex()),
        wave_keys=folder,
        demo=True,
    )


def crowd(instrument: Instrument, count: int, seed: int) -> list[Person]:
    """So many people with numbers of every kind, each with what she would answer."""
    random = Random(seed)
    areas = sorted({cell.area for cell in instrument.census})
    faulty = [how for how in Conduct if how is not Conduct.PROMPT]
    people: list[Person] = []
    while len(people) < count:
        at = len(people)
        how = Conduct.PROMPT if random.random() < ORDINARY else faulty[at % len(faulty)]
        own = Random(f"{seed} {at}")
        said = opinions(instrument, draw(instrument.census, random.choice(areas), own), 0, own)
        language = own.choices(list(LANGUAGE_SHARES), list(LANGUAGE_SHARES.values()))[0]
        number = f"+9995{at:06}{ENDINGS[how]}"
        people.append(Person(number, how, language, said, own, impatient=own.random() < IMPATIENT))
    return people


class Rehearsal:
    """One run over a migrated, empty database."""

    def __init__(self, engine: Engine, settings: ChannelSettings, instrument: Instrument, seed: int) -> None:
        self.engine, self.settings, self.instrument = engine, settings, instrument
        self.clock, self.random = Hours(FROM), Random(seed)
        self.carrier = PretendedCarrier(self.clock, seed=seed)
        self.screen = Screen.of(instrument.questionnaire)
        self.phones: dict[str, Telephone] = {}
        self.findings = Findings()
        self._events: list[tuple[datetime, int, Callable[..., None], tuple[Any, ...]]] = []
        self._ordered = 0
        self._handed = 0
        self._next_look: datetime | None = None
        self._pause = PAUSE

    def run(self, people: list[Person], private: PrivateKey, advance: Callable[[int], None]) -> Findings:
        """Invite these people, let the days pass, close the wave, and look at what came of it."""
        key = self._field(people)
        end, done = FROM + timedelta(days=DAYS), 0
        while self._events and self._events[0][0] < end:
            self.clock.now, _, act, given = heapq.heappop(self._events)
            act(*given)
            if (day := (self.clock.now - FROM).days) > done:
                advance(day - done)
                done = day
        self.clock.now = end
        self._check(people, key, private)
        return self.findings

    def _field(self, people: list[Person]) -> bytes:
        with writing(self.engine) as session:
            opens = FROM.date()
            put(session, self.instrument.questionnaire, WAVE, opens, opens + timedelta(days=DAYS), OPEN)
        key = WaveKeys(self.settings.wave_keys).make(WAVE)
        own = self.settings.keys.within(key)
        with writing(self.engine) as session:
            for person in people:
                self.phones[person.number] = Telephone(person)
                self.findings.note(person, "invited")
                to = outbox.Recipient(self.carrier.name, person.number, WAVE, own)
                due = FROM + INVITED_WITHIN * self.random.random()
                text = INVITATION[person.language].format(link=self.settings.public_url)
                outbox.queue(session, to, (text,), due, outbox.INVITATION)
                outbox.queue(session, to, (text,), due + REMINDED_AFTER, outbox.REMINDER)
        self._look_at(FROM)
        return key

    def _later(self, at: datetime, act: Callable[..., None], *given: Any) -> None:
        self._ordered += 1
        heapq.heappush(self._events, (at, self._ordered, act, given))

    def _look_at(self, at: datetime) -> None:
        """Let the worker look at this moment, unless it looks before anyway."""
        if self._next_look is None or at < self._next_look:
            self._next_look = at
            self._later(at, self._work, at)

    def _work(self, planned: datetime) -> None:
        if planned != self._next_look:
            return
        self._next_look = None
        done = deliver(self.settings, self.engine, self.carrier, self.clock)
        self._follow()
        for receipt in self.carrier.receipts(self.clock.now):
            receipts.take(self.settings, self.engine, receipt, self.clock.now)
        for arrival in self.carrier.arriving():
            self._later(arrival.at, self._arrives, arrival)
        self._pause = PAUSE if done else min(self._pause * 2, AT_MOST)
        with reading(self.engine) as session:
            due = session.connection().execute(_NEXT).scalar()
        if due is not None:
            self._look_at(max(due.replace(tzinfo=UTC), self.clock.now + self._pause))

    def _follow(self) -> None:
        """Look at what was handed to the carrier since: none after STOP, no reply that nobody asked for."""
        new, self._handed = self.carrier.handed[self._handed :], len(self.carrier.handed)
        with reading(self.engine) as session:
            asked = select(_ROW.token).where(_ROW.token.in_([message.token for message in new]), _REPLY)
            replies = set(session.connection().execute(asked).scalars())
        for message in new:
            phone = self.phones[message.to]
            phone.heard = True
            if phone.since_stop is not None:
                phone.since_stop += 1
                if phone.since_stop > 1:
                    self.findings.note(phone.person, "after stop")
            if message.token in replies:
                phone.replies += 1
                if phone.replies > len(phone.brought):
                    self.findings.note(phone.person, "doubled")

    def _arrives(self, arrival: Arrival) -> None:
        phone = self.phones[arrival.to]
        if not phone.reached:
            phone.reached = True
            self.findings.note(phone.person, "delivered")
        said = phone.person.reads(self.screen, arrival.body)
        if said:
            self._plan(phone, said)

    def _plan(self, phone: Telephone, said: list[Said]) -> None:
        phone.plan += 1
        for each in said:
            self._later(self.clock.now + each.after, self._types, phone, phone.plan, each)

    def _types(self, phone: Telephone, plan: int, said: Said) -> None:
        person = phone.person
        if plan != phone.plan or person.stopped or person.done:
            return
        person.sent = said
        if said.means == NOISE:
            person.seen.clear()  # the same again is what she asks for
        else:
            person.claim = said.means
        if said.means == STOP:
            person.stopped = True
        self.findings.texts += 1
        for brought in self.carrier.bring(person.number, said.text, self.clock.now):
            self._later(brought.at, self._brings, phone, brought, said)
        low, high = PATIENCE
        self._later(self.clock.now + low + (high - low) * person.random.random(), self._waited, phone, phone.plan)

    def _waited(self, phone: Telephone, plan: int) -> None:
        if plan == phone.plan and phone.begged < BEGGING and (said := phone.person.waits_in_vain()):
            phone.begged += 1
            self._plan(phone, said)

    def _brings(self, phone: Telephone, brought: Brought, said: Said) -> None:
        person = phone.person
        phone.brought.add(brought.reference)
        phone.heard = False
        inbound = Inbound(self.carrier.name, brought.reference, person.number, brought.text)
        receive(self.settings, self.engine, inbound, self.clock.now)
        if said.means == STOP and phone.since_stop is None:
            phone.since_stop = 0
        self._look_at(self.clock.now + PAUSE * (0.5 + self.random.random()))

    def _check(self, people: list[Person], key: bytes, private: PrivateKey) -> None:
        handed = Counter(message.token for message in self.carrier.handed)
        for message in self.carrier.handed:
            if handed[message.token] > 1:
                handed[message.token] -= 1
                self.findings.note(self.phones[message.to].person, "doubled")
        self.findings.messages = len(self.carrier.handed)
        form = self.instrument.questionnaire
        heard = {number: phone.heard for number, phone in self.phones.items()}
        finished = look(self.engine, self.settings, WAVE, key, people, frozenset(handed), heard, self.findings)
        close_wave(self.engine, private.encode(HexEncoder).decode(), WAVE, self.clock.now.date())
        compare(self.engine, form, WAVE, finished, self.findings)
