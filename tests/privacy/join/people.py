"""People who answer through the real code, by invitation on the web and by text, several at a time; and who watches.

Each answers with a secret number, drawn at random, which nobody but the score knows.
"""

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Protocol

from nacl.public import PrivateKey
from pydantic import SecretStr
from sqlalchemy import Engine

from analytics.custody import KeyPair, close_wave, open_batches
from sms.campaign.frame import Case, Frame
from sms.campaign.invite import Campaign, Stage, draw, invite
from sms.carriers import Fate, Outgoing, Receipt, Sent
from sms.carriers.declared import Adapter, Channel
from sms.memory import READ
from sms.reception import Inbound, receive
from sms.sending import receipts
from sms.sending.delivery import Worker
from sms.sending.rules import declared
from sms.settings import ChannelSettings
from survey_app import fieldwork, invitations
from survey_app.areas import Margin
from survey_app.engine import Choice, Item, Kind, Mode, Questionnaire, checked, parse
from survey_app.invitations import Invitation, issue
from survey_app.paradata import Entry
from survey_app.storage.database import writing
from survey_app.wavekeys import WaveKeys
from survey_app.web import sittings
from survey_app.web.sittings import Place

from .evidence import Copy, Evidence, Sight, changes_so_far, copied, spied, spy

WAVE, TODAY = "2026-3", date(2026, 3, 2)
SITE_KEY = hashlib.sha256(b"the site's key").digest()
AT_ONCE = 8
STARTERS = {"ar": "ثقة", "fr": "confiance", "en": "trust"}
LANGUAGES = {"ar": 0.7, "fr": 0.25, "en": 0.05}
MET_POLICE, HURRIED = 0.24, 0.03
READING_SECONDS = 600
PSU = 12  # people of a primary sampling unit
BEGAN, NOW = time.time(), datetime(2026, 3, 2, 14, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Person:
    """Who answers. The name is what the list of invitations or the carrier calls her."""

    name: str
    mode: str
    language: str
    area: str
    sex: str
    age: str
    met: bool
    hurried: bool
    secret: int
    psu: str = ""  # of who was invited by text from a frame

    @property
    def served(self) -> int:
        """How many requests of hers are served beside her answers: start and send, or her first word and consent."""
        return 1 if self.psu else 2

    @property
    def replies(self) -> tuple[tuple[str, str], ...]:
        """What she answers, in order."""
        said = (("number", str(self.secret)), ("area", self.area), ("sex", self.sex), ("age", self.age))
        return (*said, ("contact", "yes"), ("times", "1")) if self.met else (*said, ("contact", "no"))


class Watch(Protocol):
    """The insider, while people answer."""

    def saw(self, person: str, begins: float) -> None:
        """A request or a text of this person has been served."""
        ...

    def copy(self) -> None:
        """Take a backup."""
        ...


@dataclass
class Insider:
    """Writes down who came when, and takes backups; on SQLite, also when how many changes had been made."""

    engine: Engine
    sights: list[Sight] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    marks: list[tuple[float, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sqlite = self.engine.dialect.name == "sqlite"
        if self.sqlite:
            spy(self.engine)

    def saw(self, person: str, begins: float) -> None:
        """A request or a text of this person has been served."""
        self._mark()
        self.sights.append(Sight(person, begins, time.time()))

    def copy(self) -> None:
        """Take a backup."""
        self._mark()
        with self.engine.connect() as connection:
            self.copies.append(copied(connection, time.time()))

    def _mark(self) -> None:
        if self.sqlite:
            self.marks.append((time.time(), changes_so_far(self.engine)))

    def evidence(self, answers: str, names: Mapping[str, frozenset[str]]) -> Evidence:
        """What he holds on SQLite; PostgreSQL's own records are added by who has the server."""
        self.copy()
        journal = spied(self.engine, self.marks) if self.sqlite else ()
        return Evidence(answers, names, tuple(self.sights), tuple(self.copies), journal)


def population(census: Sequence[Margin], count: int, random: Random) -> tuple[Person, ...]:
    """So many people drawn from the census, half of them by text and half of those invited, in random order."""
    cells = random.choices(census, [cell.population for cell in census], k=count)
    secrets = random.sample(range(100_000, 1_000_000), count)
    people = []
    for number, (cell, secret) in enumerate(zip(cells, secrets, strict=True)):
        mode = "sms" if number % 2 else "web"
        name = f"+2126{random.randrange(10**8):08}" if mode == "sms" else f"household {number}"
        language = random.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
        met, hurried = random.random() < MET_POLICE, mode == "web" and random.random() < HURRIED
        psu = f"{cell.area}-{number // (4 * PSU)}" if number % 4 == 1 else ""
        people.append(Person(name, mode, language, cell.area, cell.sex, cell.age, met, hurried, secret, psu))
    random.shuffle(people)
    return tuple(people)


def questionnaire(census: Sequence[Margin]) -> Questionnaire:
    """A secret number, who one is, and a question that only follows a yes."""

    def said(words: str) -> dict[str, str]:
        return {"ar": words, "fr": words, "en": words}

    def of(codes: set[str]) -> tuple[Choice, ...]:
        return tuple(Choice(code, said(code)) for code in sorted(codes))

    return checked(
        Questionnaire(
            "join",
            said("Police"),
            ("ar", "fr", "en"),
            (
                Item("number", Kind.INTEGER, said("Your number?"), required=True),
                Item("area", Kind.SINGLE, said("Area?"), choices=of({cell.area for cell in census}), required=True),
                Item("sex", Kind.SINGLE, said("Sex?"), choices=of({"woman", "man"}), required=True),
                Item("age", Kind.SINGLE, said("Age?"), choices=of({cell.age for cell in census}), required=True),
                Item("contact", Kind.SINGLE, said("Met the police?"), choices=of({"yes", "no"}), required=True),
                Item("times", Kind.INTEGER, said("How often?"), relevant=parse("${contact} = 'yes'"), required=True),
            ),
        )
    )


@dataclass(frozen=True)
class Field:
    """A survey in the field: its database, its keys, its form."""

    engine: Engine
    census: Sequence[Margin]
    keys: KeyPair
    folder: Path  # of the waves' keys

    @property
    def place(self) -> Place:
        """Where sittings are kept."""
        return Place(self.engine, WaveKeys(self.folder))

    def pseudonym(self, number: str) -> str:
        """What a number is called in this wave, for who has the channel's key and the wave's."""
        return self.channel.keys.within(self.place.keys.make(WAVE)).number(number)

    @cached_property
    def form(self) -> Questionnaire:
        """What is asked."""
        return questionnaire(self.census)

    @cached_property
    def channel(self) -> ChannelSettings:
        """The text channel."""
        return ChannelSettings(
            public_url="https://survey.example",
            custodian_public_key=self.keys.public,
            channel_key=SecretStr(bytes(PrivateKey(bytes(range(32))).public_key).hex()),
            wave_keys=self.folder,
            channels={"twilio": Channel("twilio", Adapter.TWILIO, rate=1e6, price=Decimal("0.01"))},
            demo=True,
        )

    @cached_property
    def worker(self) -> Worker:
        """What sends, by a carrier that takes everything."""
        channels = {"twilio": self.channel.channels["twilio"]}
        rules = replace(declared(self.channel, channels), quiet=lambda _now: None)
        return Worker(self.channel, self.engine, {"twilio": Taker()}, _now, rules)

    def names(self, number: str, texts: int) -> frozenset[str]:
        """All that a number and its texts are called in any table, for who has the keys and the carrier's records."""
        keys = self.channel.keys
        periods = (f"{TODAY}:replies", f"{TODAY}:own", f"{TODAY:%Y-%m}:own", f"wave:{WAVE}:own")
        taken = (keys.message("twilio", sid(number, count)) for count in range(texts))
        return frozenset(
            {self.pseudonym(number), keys.number(number), *(keys.period(name, number) for name in periods), *taken}
        )


@dataclass
class Taker:
    """A carrier that takes everything, and what it has taken that no receipt told of yet: (token, its name)."""

    name: str = "twilio"
    took: list[tuple[str, str]] = field(default_factory=list)

    def send(self, message: Outgoing) -> Sent:
        """Take it."""
        self.took.append((message.token, f"SM{message.token}"))
        return Sent(self.took[-1][1])

    def find(self, _message: Outgoing, _since: datetime) -> Sent | None:
        """It is never asked."""
        return None

    def erase(self, _reference: str) -> bool:
        """Delete its copy."""
        return True


def sid(number: str, count: int) -> str:
    """What the carrier calls a text."""
    return f"SM{number}{count}"


def run(
    at: Field, people: Sequence[Person], watch: Watch, random: Random, minimum: int = 50
) -> dict[str, frozenset[str]]:
    """Field the form, let everybody answer, and open the batches; returns what each person is called in the tables."""
    with writing(at.engine) as session:
        fieldwork.field(session, at.form, WAVE, TODAY, TODAY)
    web = [person for person in people if person.mode == "web"]
    with writing(at.engine) as session:
        codes = issue(session, SITE_KEY, Invitation(Entry.INVITED, WAVE, ""), len(web))
        wave = fieldwork.open_wave(session)
    assert wave
    _invite(at, wave, people)
    code_of = dict(zip((person.name for person in web), codes, strict=True))
    names = {
        p.name: frozenset({invitations._id(SITE_KEY, code_of[p.name])})
        if p.mode == "web"
        else at.names(p.name, len(p.replies) + 2)
        for p in people
    }
    watch.copy()
    waiting, active, done = list(people), list[tuple[Person, Iterator[None]]](), 0
    while waiting or active:
        while waiting and len(active) < AT_ONCE:
            person = waiting.pop(0)
            steps = browse(at, wave, person, code_of[person.name]) if person.mode == "web" else _text(at, person)
            active.append((person, steps))
        chosen = random.randrange(len(active))
        person, steps = active[chosen]
        begins = time.time()
        try:
            next(steps)
        except StopIteration:
            del active[chosen]
            done += 1
            if done % minimum == 0:
                _open(at, watch, minimum)
            continue
        watch.saw(person.name, begins)
        if person.mode == "sms":
            _deliver(at)
    watch.copy()
    close_wave(at.engine, at.keys.private, WAVE, TODAY)
    watch.copy()
    return names


def _open(at: Field, watch: Watch, minimum: int) -> None:
    watch.copy()
    open_batches(at.engine, at.keys.private, minimum)
    watch.copy()


def browse(at: Field, wave: fieldwork.Wave, person: Person, code: str) -> Iterator[None]:
    """Answer on the web by invitation, a request a step."""
    now = time.time()
    paradata = sittings.invited(at.place, SITE_KEY, code, WAVE, now)
    assert paradata
    ticket, _ = sittings.begin(at.place, None, wave, Mode.WEB, person.language, TODAY, paradata)
    yield
    for name, reply in person.replies:
        number = at.form.numbers[name]
        moved = sittings.answer(at.place, ticket, TODAY, number, frozenset(), _reading(reply))
        assert not isinstance(moved, sittings.Absence)
        yield
    later = now + (0 if person.hurried else READING_SECONDS)
    outcome = sittings.send(at.place, ticket, TODAY, at.keys.public, later, confirmed=False)
    assert isinstance(outcome, tuple)
    assert outcome[1] is not None
    yield


def _reading(reply: str) -> sittings.Read:
    return lambda _name, _item, _choices, _before: reply


def _invite(at: Field, wave: fieldwork.Wave, people: Sequence[Person]) -> None:
    """Invite who is in the frame, as `thiqa sms invite` does."""
    frame = Frame(tuple(Case(p.name, p.language, None, p.area, p.psu, 1.5) for p in people if p.psu), ())
    campaign = Campaign(wave, at.channel.channels["twilio"], at.channel.keyring, at.channel.terms)
    done = invite(at.engine, campaign, draw(at.engine, campaign, frame), Stage(), _now())
    assert done.invited == len(frame.cases)
    _deliver(at)


def _text(at: Field, person: Person) -> Iterator[None]:
    said = (
        *(() if person.psu else (STARTERS[person.language],)),
        "1",
        *(_typed(at.form, *it) for it in person.replies),
    )
    for count, text in enumerate(said):
        read = _now() + READ  # else it would be no answer to what was handed over a moment ago
        receive(at.channel, at.engine, Inbound("twilio", sid(person.name, count), person.name, text, read), _now())
        yield


def _typed(form: Questionnaire, name: str, reply: str) -> str:
    codes = [choice.code for choice in form.by_name[name].choices]
    return str(codes.index(reply) + 1) if codes else reply


def _deliver(at: Field) -> None:
    """The worker's round: what is due goes out, receipts come in; now and then the carrier's copies are deleted."""
    at.worker.send()
    carrier = at.worker.carriers["twilio"]
    assert isinstance(carrier, Taker)
    while carrier.took:
        token, name = carrier.took.pop(0)
        receipts.take(at.channel, at.engine, Receipt("twilio", token, name, Fate.DELIVERED), _now())
        if int(token[0], 16) == 0:
            at.worker.erase()


def _now() -> datetime:
    """A moment of the wave's day, that goes on as the clock does."""
    return NOW + timedelta(seconds=time.time() - BEGAN)
