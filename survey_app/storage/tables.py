"""The tables. No column may hold an address, a number, a device, a browser, a link or a free time near an answer.

A new column fails a test until it is reviewed. Constraints are named, so that both databases migrate alike.
"""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, LargeBinary, Table, UniqueConstraint, false
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

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
    """A conversation by text message: found by a keyed hash of the number, its state sealed under the channel's key."""

    __tablename__ = "conversation"
    __table_args__ = (_one_of("state", "open", "completed", "stopped"),)

    person: str = Field(primary_key=True, max_length=64)
    wave: str = Field(foreign_key="wave.id", max_length=40)
    state: str = Field(max_length=10)
    revision: int
    sealed: bytes = Field(sa_type=LargeBinary)


class InboundRow(SQLModel, table=True):
    """A message that was taken: the carrier's id as a keyed hash, so that a repeat is known. Never its text."""

    __tablename__ = "inbound"

    id: str = Field(primary_key=True, max_length=64)
    day: date


class OutboxRow(SQLModel, table=True):
    """A message to be sent: recipient and text sealed, emptied once the carrier has it."""

    __tablename__ = "outbox"
    __table_args__ = (
        _one_of("status", "queued", "sending", "sent", "failed", "unknown"),
        CheckConstraint("attempts >= 0", name="attempts"),
    )

    id: int | None = Field(default=None, primary_key=True)
    channel: str = Field(max_length=20, index=True)
    person: str = Field(max_length=64, index=True)
    sealed: bytes = Field(sa_type=LargeBinary)
    status: str = Field(max_length=10, index=True)
    attempts: int
    due: datetime
    reference: str | None = Field(default=None, max_length=64)


def table(rows: type[SQLModel]) -> Table:
    """The table of these rows, for statements that are run for every page."""
    return SQLModel.metadata.tables[str(rows.__tablename__)]
