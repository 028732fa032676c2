"""The tables. No column may hold an address, a number, a device, a browser, a link or a free time near an answer.

A new column fails a test until it is reviewed. Constraints are named, so that both databases migrate alike.
"""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, LargeBinary, Table, UniqueConstraint, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# Why a message did not arrive, by what can be done: nothing for this number (opted_out, invalid, landline), perhaps
# something later (unreachable), or the channel must be looked at (blocked, refused, gave_up).
FAILURES = ("opted_out", "invalid", "landline", "unreachable", "blocked", "refused", "gave_up")
DOCUMENT = JSON().with_variant(JSONB(), "postgresql")


def _one_of(column: str, *values: str) -> CheckConstraint:
    return CheckConstraint(f"{column} in ({', '.join(repr(value) for value in values)})", name=column)


class QuestionnaireRow(SQLModel, table=True):
    """A fielded questionnaire: immutable, named by the hash of its content."""

    __tablename__ = "questionnaire"

    version: str = Field(primary_key=True, max_length=64)
    document: dict[str, Any] = Field(sa_type=DOCUMENT)


class WaveRow(SQLModel, table=True):
    """A fieldwork period of a survey, with the questionnaire that it fields."""

    __tablename__ = "wave"
    __table_args__ = (_one_of("state", "planned", "open", "closed"), CheckConstraint("closes >= opens", name="dates"))

    id: str = Field(primary_key=True, max_length=40)
    opens: date
    closes: date
    state: str = Field(max_length=10)
    questionnaire: str = Field(foreign_key="questionnaire.version", max_length=64)


class DraftRow(SQLModel, table=True):
    """An unfinished web interview, sealed under a key that only the respondent's cookie holds."""

    __tablename__ = "draft"
    __table_args__ = (CheckConstraint("revision >= 0", name="revision"),)

    id: str = Field(primary_key=True, max_length=64)
    wave: str = Field(foreign_key="wave.id", max_length=40)
    revision: int
    sealed: bytes = Field(sa_type=LargeBinary)
    answered: int
    expires: date


class PauseRow(SQLModel, table=True):
    """A ticket that was put aside, sealed under a resume code that only the respondent has written down."""

    __tablename__ = "pause"

    id: str = Field(primary_key=True, max_length=64)
    sealed: bytes = Field(sa_type=LargeBinary)
    expires: date


class InvitationRow(SQLModel, table=True):
    """An invitation: a keyed hash of its code and how many starts it has left. Never when, never by whom."""

    __tablename__ = "invitation"
    __table_args__ = (_one_of("entry", "invited", "assisted"), CheckConstraint("starts >= 0", name="starts"))

    id: str = Field(primary_key=True, max_length=64)
    wave: str = Field(foreign_key="wave.id", max_length=40)
    entry: str = Field(max_length=10)
    area: str = Field(max_length=80)
    starts: int


class EnvelopeRow(SQLModel, table=True):
    """A finished interview, padded and sealed to the custodian. `digest` is keyed with the respondent's own secret."""

    __tablename__ = "envelope"

    submission: uuid.UUID = Field(primary_key=True)
    wave: str = Field(foreign_key="wave.id", max_length=40, index=True)
    sealed: bytes = Field(sa_type=LargeBinary)
    digest: bytes = Field(sa_type=LargeBinary)


class ResponseRow(SQLModel, table=True):
    """An opened interview: random id, the wave as its only time. The design columns come with foreign microdata.

    `entry` is the way in, None for foreign microdata; `hurried` flags answers that came faster than anybody reads.
    """

    __tablename__ = "response"
    __table_args__ = (
        _one_of("mode", "web", "sms", "whatsapp", "assisted", "imported"),
        _one_of("entry", "open", "poster", "invited", "assisted"),
    )

    id: uuid.UUID = Field(primary_key=True)
    wave: str = Field(foreign_key="wave.id", max_length=40, index=True)
    mode: str = Field(max_length=10)
    language: str = Field(max_length=8)
    entry: str | None = Field(default=None, max_length=10)
    hurried: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    answers: dict[str, Any] = Field(sa_type=DOCUMENT)
    weight: float | None = None
    stratum: str | None = Field(default=None, max_length=80)
    psu: str | None = Field(default=None, max_length=80)


class QuarantineRow(SQLModel, table=True):
    """An open answer, apart from the response that it came with: nothing here leads to the other answers.

    `said` was redacted by rule before it was written. Its id is random, and its place in the table is by chance.
    """

    __tablename__ = "quarantine"

    id: uuid.UUID = Field(primary_key=True)
    wave: str = Field(foreign_key="wave.id", max_length=40, index=True)
    item: str = Field(max_length=80)
    language: str = Field(max_length=8)
    said: str


class ReadingRow(SQLModel, table=True):
    """That a reader (the public key) lets an open answer out: her signature over the hash of what she read. No time."""

    __tablename__ = "reading"

    quarantine: uuid.UUID = Field(primary_key=True, foreign_key="quarantine.id")
    reader: str = Field(primary_key=True, max_length=64)
    signature: bytes = Field(sa_type=LargeBinary)


class OpeningRow(SQLModel, table=True):
    """One act of custody: how many responses were written (or purged), how many envelopes refused. No ids, no time.

    Each holds the hash of the one before it (analytics/trail.py).
    """

    __tablename__ = "opening"
    __table_args__ = (_one_of("act", "opened", "closed", "purged"), UniqueConstraint("previous"))

    number: int | None = Field(default=None, primary_key=True)
    wave: str = Field(foreign_key="wave.id", max_length=40)
    act: str = Field(max_length=10)
    opened: int
    refused: int
    previous: str = Field(max_length=64)
    digest: str = Field(max_length=64)


class BreakOffRow(SQLModel, table=True):
    """How many interviews of a wave were left unfinished after so many answers; counted when their drafts expire."""

    __tablename__ = "break_off"
    __table_args__ = (CheckConstraint("interviews > 0", name="interviews"),)

    wave: str = Field(primary_key=True, foreign_key="wave.id", max_length=40)
    answered: int = Field(primary_key=True)
    interviews: int


class ConversationRow(SQLModel, table=True):
    """A person's case in the text channel: found by a keyed hash of the number, its conversation sealed.

    `state` and `delivery` (what became of her invitation) are what response rates are made of. A row whose `sealed` is
    empty is a number that said stop, in any wave.
    """

    __tablename__ = "conversation"
    __table_args__ = (
        _one_of("state", "invited", "open", "partial", "completed", "refused", "screened_out", "quota_full", "stopped"),
        _one_of("delivery", "sent", "delivered", "unknown", "expired", *FAILURES),
    )

    person: str = Field(primary_key=True, max_length=64)
    wave: str = Field(foreign_key="wave.id", max_length=40)
    state: str = Field(max_length=12)
    delivery: str | None = Field(default=None, max_length=12)
    revision: int
    sealed: bytes = Field(sa_type=LargeBinary)


class InboundRow(SQLModel, table=True):
    """A message that was taken: the carrier's id as a keyed hash, so that a repeat is known. Never its text."""

    __tablename__ = "inbound"

    id: str = Field(primary_key=True, max_length=64)
    day: date


_HAS_REFERENCE = text("reference IS NOT NULL")  # most of what is written has none yet


class OutboxRow(SQLModel, table=True):
    """A message to be sent: recipient and text sealed (by the wave's key where there is one), emptied once sent.

    `token` is our own name for it towards the carrier, `reference` a keyed hash of the carrier's. `kind` decides what
    may hold it back: a reply answers somebody, an invitation or a reminder is our own doing. A status only goes on.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        _one_of("status", "queued", "sending", "sent", "delivered", "failed", "expired", "unknown"),
        _one_of("kind", "reply", "invitation", "reminder"),
        _one_of("failure", *FAILURES),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index("ix_outbox_queue", "channel", "status", "due"),
        Index("ix_outbox_reference", "reference", postgresql_where=_HAS_REFERENCE, sqlite_where=_HAS_REFERENCE),
    )

    id: int | None = Field(default=None, primary_key=True)
    channel: str = Field(max_length=20)
    person: str = Field(max_length=64, index=True)
    wave: str | None = Field(default=None, foreign_key="wave.id", max_length=40)
    kind: str = Field(default="reply", max_length=10, sa_column_kwargs={"server_default": "reply"})
    sealed: bytes = Field(sa_type=LargeBinary)
    status: str = Field(max_length=10)
    failure: str | None = Field(default=None, max_length=12)
    segments: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    attempts: int
    due: datetime
    expires: datetime | None = None
    token: str | None = Field(default=None, max_length=32, unique=True)
    reference: str | None = Field(default=None, max_length=64)


class CarrierCopyRow(SQLModel, table=True):
    """A text that the carrier still holds a copy of, to be deleted there: its own id, sealed, and when to ask again."""

    __tablename__ = "carrier_copy"
    __table_args__ = (CheckConstraint("attempts >= 0", name="attempts"),)

    id: int | None = Field(default=None, primary_key=True)
    channel: str = Field(max_length=20)
    sealed: bytes = Field(sa_type=LargeBinary)
    due: datetime = Field(index=True)
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class TallyRow(SQLModel, table=True):
    """How many messages a number was sent in a day or a month, by a keyed hash that is another one in each of them."""

    __tablename__ = "tally"
    __table_args__ = (CheckConstraint("messages > 0", name="messages"),)

    person: str = Field(primary_key=True, max_length=64)
    period: str = Field(max_length=10, index=True)
    messages: int


class SpendingRow(SQLModel, table=True):
    """What a wave's messages cost on a channel on a day; `cost` in millionths of the channel's currency."""

    __tablename__ = "spending"

    wave: str = Field(primary_key=True, foreign_key="wave.id", max_length=40)
    channel: str = Field(primary_key=True, max_length=20)
    day: date = Field(primary_key=True)
    messages: int
    segments: int
    cost: int = Field(sa_type=BigInteger)


class ChannelRow(SQLModel, table=True):
    """How a channel does: the tokens left in its bucket, what it took and refused lately, when it was last heard."""

    __tablename__ = "channel"

    id: str = Field(primary_key=True, max_length=20)
    tokens: float = 0.0
    refilled: datetime
    taken: int = 0
    refused: int = 0
    counted: datetime
    resting: datetime | None = None
    handed: datetime | None = None
    heard: datetime | None = None


class DispositionRow(SQLModel, table=True):
    """How many cases of a wave's text messages ended how: written when the wave's conversations are deleted."""

    __tablename__ = "disposition"
    __table_args__ = (CheckConstraint("cases > 0", name="cases"),)

    wave: str = Field(primary_key=True, foreign_key="wave.id", max_length=40)
    state: str = Field(primary_key=True, max_length=12)
    delivery: str = Field(primary_key=True, max_length=12)
    cases: int


def table(rows: type[SQLModel]) -> Table:
    """The table of these rows, for statements that are run for every page."""
    return SQLModel.metadata.tables[str(rows.__tablename__)]
