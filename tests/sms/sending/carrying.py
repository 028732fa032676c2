"""A carrier that does as it is told, and what the tests of sending ask of the outbox."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import select

from sms.carriers import Outgoing, Sent, UncertainError
from sms.keys import Keyring, Keys
from sms.sending import outbox
from sms.settings import ChannelSettings
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import ConversationRow, OutboxRow

from ..conftest import NUMBER, START, WAVE

OTHER = "+212600000002"


class Carrier:
    """Does what `outcomes` say in their order, then takes everything; can be asked only if `askable`."""

    def __init__(
        self, engine: Engine, *outcomes: Exception | None, askable: bool = False, name: str = "twilio"
    ) -> None:
        self.engine, self.outcomes, self.askable, self.name = engine, list(outcomes), askable, name
        self.given: list[tuple[str, str]] = []
        self.templates: list[tuple[str, ...]] = []
        self.taken: dict[str, str] = {}  # what it has, by token
        self.asked: list[datetime] = []
        self.erased: list[str] = []
        self.erases: list[bool | Exception] = []

    def send(self, message: Outgoing) -> Sent:
        self.given.append((message.to, message.body))
        self.templates.append((message.template, *message.variables))
        with writing(self.engine):
            pass  # would wait for ever if the worker still held the database
        if outcome := self.outcomes.pop(0) if self.outcomes else None:
            raise outcome
        self.taken[message.token] = f"SM{len(self.given)}"
        return Sent(self.taken[message.token])

    def find(self, message: Outgoing, since: datetime) -> Sent | None:
        self.asked.append(since)
        if not self.askable:
            raise UncertainError
        reference = self.taken.get(message.token)
        return Sent(reference) if reference else None

    def erase(self, reference: str) -> bool:
        self.erased.append(reference)
        done = self.erases.pop(0) if self.erases else True
        if isinstance(done, Exception):
            raise done
        return done

    @property
    def bodies(self) -> list[str]:
        return [body for _, body in self.given]


def put(
    settings: ChannelSettings,
    engine: Engine,
    *bodies: str,
    to: str = NUMBER,
    kind: str = outbox.REPLY,
    wave: str | None = None,
    expires: datetime | None = None,
    due: datetime = START,
    channel: str = "twilio",
    approved: tuple[str, ...] = (),
) -> None:
    with writing(engine) as session:
        keys = keys_of(settings.keyring, wave)
        outbox.queue(session, outbox.Recipient(channel, to, wave, keys), bodies, due, kind, expires, approved)


def keys_of(ring: Keyring, wave: str | None = WAVE) -> Keys:
    """The keys of a wave, made if there are none, or the channel's."""
    if wave:
        ring.waves.make(wave)
    found = ring.of(wave)
    assert found
    return found


def invited(settings: ChannelSettings, engine: Engine) -> None:
    """The case of a person who is invited."""
    person = keys_of(settings.keyring).number(NUMBER)
    with writing(engine) as session:
        session.add(ConversationRow(person=person, wave=WAVE, state="invited", revision=0, sealed=b"sealed"))


def rows(engine: Engine) -> Sequence[OutboxRow]:
    with reading(engine) as session:
        return session.exec(select(OutboxRow).order_by(OutboxRow.id)).all()  # type: ignore[arg-type]  # a column


def statuses(engine: Engine) -> list[str]:
    return [row.failure or row.status for row in rows(engine)]
