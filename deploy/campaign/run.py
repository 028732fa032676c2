"""The rehearsal itself: a wave, people with numbers of every kind, and events in the order of a clock that is set.

What is rehearsed is the real thing: the reception takes each text, the worker sends, the custodian opens. Only the
people, their telephones, the carrier and the clock are pretended.
"""

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from nacl.encoding import HexEncoder
from nacl.public import PrivateKey
from pydantic import SecretStr
from sqlalchemy import Engine, func, select

from analytics.custody import close_wave
from sms.campaign.frame import Frame
from sms.campaign.invite import Campaign, Stage, draw, invite
from sms.carriers.declared import Adapter, Channel
from sms.carriers.pretended import Arrival, Brought, PretendedCarrier
from sms.reception import Inbound, receive
from sms.segments import segments
from sms.sending import outbox, receipts
from sms.sending.delivery import Worker
from sms.sending.quiet import ends
from sms.sending.rules import declared
from sms.settings import ChannelSettings
from survey_app.fieldwork import OPEN, wave
from survey_app.fieldwork import field as put
from survey_app.instrument import Instrument
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import OutboxRow, table

from .findings import Findings, account, compare, look
from .people import NOISE, START, STOP, Person, Said, Screen

WAVE, DAYS = "rehearsal", 14
FROM = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)  # in Ramadan; a Friday comes, the feast, and the usual hours
SILENT_FROM = FROM + timedelta(
    days=DAYS - 1
)  # nobody writes on the last day, so that nothing may be under way at its end
IN_STAGES, AGAIN_AFTER = 2, timedelta(days=1, hours=5)
PAUSES = (timedelta(seconds=2), timedelta(seconds=80))  # between two looks of the worker, evenly
IDLE, AT_MOST = timedelta(seconds=1), timedelta(hours=1)  # longer each time while it can do nothing
PATIENCE = (timedelta(minutes=4), timedelta(minutes=30))
BEGGING = 3
CHANNEL = Channel("pretended", Adapter.PRETENDED, price=Decimal("0.05"), rate=1_000.0)
ENOUGH = Decimal(1_000_000)
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
    own: Counter[date] = field(default_factory=Counter, repr=False)  # what we began, by the country's day
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
        channels={CHANNEL.name: CHANNEL},
        budget_wave=ENOUGH,
        budget_day=ENOUGH,
        demo=True,
    )


class Rehearsal:
    """One run over a migrated, empty database."""

    def __init__(self, engine: Engine, settings: ChannelSettings, instrument: Instrument, seed: int) -> None:
        self.engine, self.settings, self.instrument = engine, settings, instrument
        self.clock, self.random = Hours(FROM), Random(seed)
        self.carrier = PretendedCarrier(self.clock, CHANNEL.name, seed)
        channels, self.quiet = {CHANNEL.name: CHANNEL}, settings.quiet_rules
        self.worker = Worker(settings, engine, {CHANNEL.name: self.carrier}, self.clock, declared(settings, channels))
        self.screen = Screen.of(instrument.questionnaire)
        self.phones: dict[str, Telephone] = {}
        self.findings = Findings()
        self._events: list[tuple[datetime, int, Callable[..., None], tuple[Any, ...]]] = []
        self._ordered = 0
        self._handed = 0
        self._next_look: datetime | None = None
        self._idle = IDLE

    def run(self, people: list[Person], private: PrivateKey) -> Findings:
        """Invite these people, let the days pass, close the wave, and look at what came of it."""
        campaign = self._field(people)
        end = FROM + timedelta(days=DAYS)
        while self._events and self._events[0][0] < end:
            self.clock.now, _, act, given = heapq.heappop(self._events)
            act(*given)
        self.clock.now = end
        self._round()
        self._check(people, campaign, private)
        return self.findings

    def _field(self, people: list[Person]) -> Campaign:
        opens = FROM.date()
        with writing(self.engine) as session:
            put(session, self.instrument.questionnaire, WAVE, opens, opens + timedelta(days=DAYS), OPEN)
            fielded = wave(session, WAVE)
        assert fielded  # it was written a line ago
        campaign = Campaign(fielded, CHANNEL, self.settings.keyring, self.settings.terms)
        self.phones = {person.number: Telephone(person) for person in people}
        for person in people:
            self.findings.note(person, "invited")
        frame = Frame(tuple(person.case for person in people), ())
        self._invite(campaign, frame, Stage(-(-len(people) // IN_STAGES)))
        # As after a crash: nobody is invited twice, whatever she did meanwhile.
        self._later(FROM + AGAIN_AFTER, self._invite, campaign, frame, Stage())
        self._look_at(FROM)
        return campaign

    def _invite(self, campaign: Campaign, frame: Frame, stage: Stage) -> None:
        done = invite(self.engine, campaign, draw(self.engine, campaign, frame), stage, self.clock.now)
        new = len(frame.cases) if self.clock.now == FROM else 0
        if done.invited != new:
            self.findings.wrong.append(f"{done.invited} people were invited, not {new}")

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
        self._idle = IDLE if self._round() else min(self._idle * 2, AT_MOST)
        with reading(self.engine) as session:
            due = session.connection().execute(_NEXT).scalar()
        if due is not None:
            self._look_at(max(due.replace(tzinfo=UTC), self._soon(), self.clock.now + self._idle))

    def _soon(self) -> datetime:
        least, most = PAUSES
        return self.clock.now + least + (most - least) * self.random.random()

    def _round(self) -> Counter[str]:
        done = self.worker.send()
        self._follow()
        receipts.take_all(self.settings, self.engine, self.carrier.receipts(self.clock.now), self.clock.now)
        for arrival in self.carrier.arriving():
            self._later(arrival.at, self._arrives, arrival)
        return done

    def _follow(self) -> None:
        """Look at what was handed to the carrier since: none after STOP, none at night, no reply nobody asked for."""
        new, self._handed = self.carrier.handed[self._handed :], len(self.carrier.handed)
        if not new:
            return
        with reading(self.engine) as session:
            asked = select(_ROW.token).where(_ROW.token.in_([message.token for message in new]), _REPLY)
            replies = set(session.connection().execute(asked).scalars())
        day, is_quiet = self.clock.now.astimezone(self.quiet.clock).date(), bool(ends(self.clock.now, self.quiet))
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
                continue
            phone.own[day] += 1
            limits = self.settings.caps
            if is_quiet or phone.own[day] > limits.day or phone.own.total() > limits.survey:
                self.findings.note(phone.person, "untimely")

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
        if plan != phone.plan or person.stopped or person.done or self.clock.now >= SILENT_FROM:
            return
        person.sent = said
        if said.means in (NOISE, START):
            person.seen.clear()  # the same again is what she asks for
        if said.means != NOISE:
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
        self._look_at(self._soon())

    def _check(self, people: list[Person], campaign: Campaign, private: PrivateKey) -> None:
        handed = Counter(message.token for message in self.carrier.handed)
        for message in self.carrier.handed:
            if handed[message.token] > 1:
                handed[message.token] -= 1
                self.findings.note(self.phones[message.to].person, "doubled")
        self.findings.messages = len(self.carrier.handed)
        heard = {number: phone.heard for number, phone in self.phones.items()}
        key = campaign.keys.waves.make(WAVE)
        finished = look(self.engine, self.settings, WAVE, key, people, frozenset(handed), heard, self.findings)
        close_wave(self.engine, private.encode(HexEncoder).decode(), WAVE, self.clock.now.date())
        compare(self.engine, self.instrument.questionnaire, WAVE, finished, self.findings)
        paid = sum(segments(message.body).parts for message in self.carrier.handed)
        account(self.engine, WAVE, self.worker.settings.channels, paid, self.findings)
