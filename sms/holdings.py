"""What the system holds of one number, as far as the channel's and the wave's keys open it. For the demo's simulator.

It is asked for one number at a time, by its pseudonyms, and finds nothing of any other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from survey_app import fieldwork
from survey_app.engine import Held, Questionnaire, place
from survey_app.storage.tables import ConversationRow, OutboxRow

from . import memory
from .sending import outbox
from .settings import ChannelSettings
from .talk.conversation import Conversation

SHOWN = 12
PSEUDONYM = 8  # letters of it that are shown


@dataclass(frozen=True, slots=True)
class Post:
    """A row of the outbox; `sealed` in bytes, 0 once it is emptied, `cost` in the price's currency."""

    kind: str
    status: str
    failure: str | None
    attempts: int
    segments: int
    cost: Decimal
    sealed: int
    due: datetime


@dataclass(frozen=True, slots=True)
class Holding:
    """All that is held of a number in the wave of today.

    `sealed` are the bytes of the conversation, None if there is none. `place` is where the interview stands, with how
    many questions; `readable` are the items whose answers can be read with the channel's keys, `withheld` those that
    only the custodian can read.
    """

    person: str
    state: str | None = None
    delivery: str | None = None
    sealed: int | None = None
    language: str | None = None
    place: tuple[int, int] | None = None
    readable: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    opted_out: bool = False
    posts: tuple[Post, ...] = ()
    reminders: tuple[datetime, ...] = ()


def held(session: Session, settings: ChannelSettings, address: str, price: Decimal) -> Holding | None:
    """What is held of this number; None while no wave has a key, when nothing can be. Raises WaveKeyError."""
    wave, keys = fieldwork.current_wave(session), settings.keyring
    own = keys.of(wave.id) if wave else None
    if wave is None or own is None:
        return None
    person = own.number(address)
    row = session.get(ConversationRow, person, populate_existing=True)
    stopped = session.get(ConversationRow, keys.channel.number(address), populate_existing=True) is not None
    rows = session.exec(
        select(OutboxRow)
        .where(col(OutboxRow.person).in_((person, keys.channel.number(address))))
        .order_by(col(OutboxRow.id).desc())
        .limit(SHOWN)
        .execution_options(populate_existing=True)
    ).all()
    posts = tuple(_post(each, price) for each in reversed(rows))
    reminders = tuple(post.due for post in posts if (post.kind, post.status) == (outbox.REMINDER, outbox.QUEUED))
    if row is None:
        return Holding(person[:PSEUDONYM], opted_out=stopped, posts=posts, reminders=reminders)
    talk = memory.find(session, keys.channel, keys.waves.find(wave.id), wave.id, address).conversation
    where, answers = _interview(wave.questionnaire, talk)
    return Holding(
        person[:PSEUDONYM], row.state, row.delivery, len(row.sealed), talk.language, where,
        tuple(name for name, closed in answers.items() if not closed),
        tuple(name for name, closed in answers.items() if closed),
        stopped, posts, reminders,
    )  # fmt: skip


def _interview(form: Questionnaire, talk: Conversation) -> tuple[tuple[int, int] | None, Mapping[str, bool]]:
    """Where the interview stands, and for each answer whether it is closed to whoever has the channel's keys."""
    if talk.interview is None:
        return None, {}
    given = {name: value for name, value in talk.interview.answers.items() if value is not None}
    return place(form, talk.interview), {name: isinstance(value, Held) for name, value in given.items()}


def _post(row: OutboxRow, price: Decimal) -> Post:
    cost = price * row.segments if row.status in (outbox.SENT, outbox.DELIVERED) else Decimal(0)
    due = row.due.replace(tzinfo=UTC)
    return Post(row.kind, row.status, row.failure, row.attempts, row.segments, cost, len(row.sealed), due)
