"""Conversations between two texts: sealed, found by a pseudonym of the number, stored only upon what was read.

Whoever said stop has a row that outlives the wave, with nothing in it; no number is ever stored.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import delete, func, insert, or_, update
from sqlmodel import Session, col, select

from survey_app.fieldwork import CLOSED, OPEN, Wave
from survey_app.intake import padded, unpadded
from survey_app.storage.database import inserted
from survey_app.storage.tables import ConversationRow, InboundRow, WaveRow, table
from survey_app.wavekeys import WaveKeys

from .campaign import dispositions
from .keys import Keys
from .talk.conversation import Conversation, State, dump, load

INBOUND_DAYS = 30
SEEDS = 2**32
_ROW_STATES = {State.DONE: "completed", State.STOPPED: "stopped"}


class OvertakenError(Exception):
    """Another process moved the conversation meanwhile; nothing was stored."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation as it was found, its revision or None if it is new, and the keys of its wave if they are there."""

    conversation: Conversation
    revision: int | None
    keys: Keys | None


def take(session: Session, message: str, today: date) -> bool:
    """Note that this message was taken; False if it had been before."""
    return inserted(session, table(InboundRow), {"id": message, "day": today})


def forget(session: Session, today: date) -> int:
    """Delete the notes of messages that no carrier will repeat; how many."""
    old = delete(InboundRow).where(col(InboundRow.day) < today - timedelta(days=INBOUND_DAYS))
    return session.connection().execute(old).rowcount


def forget_closed(session: Session, lost: str = "") -> int:
    """Delete the conversations of closed waves, and of the one whose key is `lost`, and keep their counts; how many.

    Who said stop stays known by the pseudonym of the number.
    """
    over = select(WaveRow.id).where(or_(col(WaveRow.state) == CLOSED, col(WaveRow.id) == lost))
    gone = delete(ConversationRow).where(col(ConversationRow.wave).in_(over), col(ConversationRow.sealed) != b"")
    how = (col(ConversationRow.wave), col(ConversationRow.state), col(ConversationRow.delivery))
    rows = session.connection().execute(gone.returning(*how)).all()
    return dispositions.record(session, ((row[0], row[1], row[2]) for row in rows))


def wave_key(session: Session, keys: WaveKeys, wave: Wave) -> bytes | None:
    """The key of a wave: made for the first conversation in it, None once it is destroyed. Raises WaveKeyError."""
    if wave.state != OPEN:
        return keys.find(wave.id)
    mine = select(ConversationRow.person).where(ConversationRow.wave == wave.id, col(ConversationRow.sealed) != b"")
    return keys.needed(wave.id, begun=lambda: session.exec(mine.limit(1)).first() is not None)


def queue_up(session: Session, turn: int) -> None:
    """Wait until no other process works for a number of this queue (SQLite has one writer at a time anyway)."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(select(func.pg_advisory_xact_lock(turn)))


def find(session: Session, keys: Keys, wave_key: bytes | None, wave: str, address: str) -> Kept:
    """The conversation with this number in this wave, or a new one; stopped if stop was ever said.

    What chance decides for a new one, its seed, is drawn here, so that the conversation stays pure. Once
    the wave's key is destroyed, no conversation of it is found.
    """
    own = keys.within(wave_key) if wave_key else None
    person = own.number(address) if own else ""
    row = session.get(ConversationRow, person, populate_existing=True) if own else None
    if row is None or own is None:
        kept = Kept(Conversation(wave, seed=secrets.randbelow(SEEDS)), None, own)
    else:
        kept = Kept(load(unpadded(own.unseal(row.sealed, _place(person, row.revision)))), row.revision, own)
    opted_out = session.get(ConversationRow, keys.number(address)) is not None
    if opted_out and kept.conversation.state is not State.STOPPED:
        return replace(kept, conversation=replace(kept.conversation, state=State.STOPPED, interview=None, unclear=0))
    return kept


def store(session: Session, keys: Keys, address: str, kept: Kept, conversation: Conversation) -> None:
    """Store the conversation that came of the one that was found. Raises OvertakenError, to be rolled back."""
    if kept.keys:
        _store(session, kept.keys, kept.keys.number(address), kept.revision, conversation)
    _remember_stop(session, keys.number(address), conversation)


def invite(session: Session, own: Keys, address: str, conversation: Conversation) -> bool:
    """Store the conversation of a person who is invited, under the keys of its wave; False if there is one already."""
    person = own.number(address)
    sealed = own.seal(padded(dump(conversation)), _place(person, 0))
    row = {"person": person, "wave": conversation.wave, "state": "invited", "revision": 0, "sealed": sealed}
    return inserted(session, table(ConversationRow), row)


def _store(session: Session, own: Keys, person: str, revision: int | None, conversation: Conversation) -> None:
    if revision is None:
        session.connection().execute(insert(ConversationRow).values(_row(own, person, 0, conversation)))
        return
    here = (col(ConversationRow.person) == person, col(ConversationRow.revision) == revision)
    changed = _row(own, person, revision + 1, conversation)
    if session.connection().execute(update(ConversationRow).where(*here).values(changed)).rowcount != 1:
        raise OvertakenError


def _remember_stop(session: Session, number: str, conversation: Conversation) -> None:
    session.connection().execute(delete(ConversationRow).where(col(ConversationRow.person) == number))
    if conversation.state is State.STOPPED:
        row = {"person": number, "wave": conversation.wave, "state": "stopped", "revision": 0, "sealed": b""}
        session.connection().execute(insert(ConversationRow).values(row))


def _row(keys: Keys, person: str, revision: int, conversation: Conversation) -> dict[str, object]:
    return {
        "person": person,
        "wave": conversation.wave,
        "state": _ROW_STATES.get(conversation.state, "open"),
        "revision": revision,
        "sealed": keys.seal(padded(dump(conversation)), _place(person, revision)),
    }


def _place(person: str, revision: int) -> str:
    return f"{person}:{revision}"
