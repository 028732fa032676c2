"""Conversations between two texts: sealed, found by a pseudonym of the number, stored only upon what was read.

Whoever said stop has a row that outlives the wave, with nothing in it; no number is ever stored. The statements stand
ready, and few are run for each text.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from survey_app.engine import Questionnaire
from survey_app.fieldwork import CLOSED, OPEN, WAVE, Wave, fielded
from survey_app.intake import padded, unpadded
from survey_app.storage.database import Work, changed, direct, inserted
from survey_app.storage.swift import Found, Swift
from survey_app.storage.tables import ConversationRow, InboundRow, OutboxRow, table
from survey_app.wavekeys import WaveKeys

from .campaign import dispositions
from .keys import Keys
from .sending.outbox import DELIVERED, EXPIRED, FAILED, LEASE, QUEUED, REMINDER, REPLY, SENDING, SENT, UNKNOWN
from .talk.conversation import Conversation, State, case_state, dump, load

INBOUND_DAYS = 30
SEEDS = 2**32
PADDED_BYTES = 3_072  # what holds any usual conversation, and with its row fits into one page of SQLite
UNTOUCHED = timedelta(hours=20)  # reminders that are due later than this stay as they are
READ = timedelta(seconds=4)  # to a telephone, read, answered and back: no answer to a message comes sooner

_INBOUND, _CASE, _OUTBOX = table(InboundRow), table(ConversationRow), table(OutboxRow)
_NOTE = {"id": bindparam("id", type_=_INBOUND.c.id.type), "day": bindparam("day", type_=_INBOUND.c.day.type)}
_QUEUE_UP = select(func.pg_advisory_xact_lock(bindparam("turn", type_=BigInteger)))
_TURN = _QUEUE_UP.subquery()
# One statement waits for the turn and takes the note. Whether it is there already is not asked of the statement's
# snapshot, which is older than the turn, but of the index.
_TAKE = {
    "postgresql": postgresql.insert(_INBOUND)
    .from_select(list(_NOTE), select(*_NOTE.values()).select_from(_TURN))
    .on_conflict_do_nothing()
    .execution_options(preserve_rowcount=True),
    "sqlite": sqlite.insert(_INBOUND).values(_NOTE).on_conflict_do_nothing().execution_options(preserve_rowcount=True),
}
_STOP = _CASE.alias("stop")
_ROW = _OUTBOX.c
_PENDING = or_(*(_ROW.status == status for status in (QUEUED, SENDING)))
# A message that was handed over has its lease's end as its time.
_HANDED_OVER = or_(*(_ROW.status == status for status in (SENT, DELIVERED, UNKNOWN)))
_FRESH = and_(_HANDED_OVER, _ROW.due > bindparam("since"))
_GONE_WRONG = or_(_ROW.status == FAILED, _ROW.status == EXPIRED)
_REPLY, _REMINDER = _ROW.kind == REPLY, and_(_ROW.kind == REMINDER, _ROW.status == QUEUED)
_YES: ColumnElement[int] = literal_column("1")
# All that is asked about what she was sent, in one look.
_SENT_HER = (
    select(
        func.max(case((and_(_REPLY, _PENDING), _YES))).label("waiting"),
        func.max(case((and_(_REPLY, _FRESH), _YES))).label("fresh"),
        func.max(case((_ROW.kind != REMINDER, _ROW.id))).label("newest"),
        func.max(case((and_(_ROW.kind != REMINDER, not_(_GONE_WRONG)), _ROW.id))).label("gone_out"),
        func.count(case((_REMINDER, _YES))).label("reminders"),
        func.max(case((and_(_REMINDER, _ROW.due < bindparam("soon")), _YES))).label("soon"),
    )
    .where(_ROW.person == bindparam("mine"))
    .subquery()
)


def _with_wave() -> Select[Any]:
    joined = WAVE.outerjoin(_CASE, _CASE.c.person == bindparam("mine"))
    joined = joined.outerjoin(_STOP, _STOP.c.person == bindparam("number")).join(_SENT_HER, true())
    return select(
        *WAVE.c, _CASE.c.revision, _CASE.c.sealed, _STOP.c.person.label("opted_out"), *_SENT_HER.c
    ).select_from(joined)


_FIND = _with_wave().where(WAVE.c.id == bindparam("at"))
# The wave in the field, or else the newest.
_FIND_CURRENT = _with_wave().order_by((WAVE.c.state == OPEN).desc(), WAVE.c.opens.desc(), WAVE.c.id.desc()).limit(1)
_ANY = select(_CASE.c.person).where(_CASE.c.wave == bindparam("at"), _CASE.c.sealed != b"").limit(1)
_STORE = update(_CASE).where(_CASE.c.person == bindparam("mine"), _CASE.c.revision == bindparam("read"))
_RESUME = delete(_CASE).where(_CASE.c.person == bindparam("mine"))
_FORGET = delete(_INBOUND).where(_INBOUND.c.day < bindparam("before"))
_OVER = select(WAVE.c.id).where(or_(WAVE.c.state == CLOSED, WAVE.c.id == bindparam("lost")))
_FORGET_CLOSED = (
    delete(_CASE)
    .where(_CASE.c.wave.in_(_OVER), _CASE.c.sealed != b"")
    .returning(_CASE.c.wave, _CASE.c.state, _CASE.c.delivery)
)


class OvertakenError(Exception):
    """Another process moved the conversation meanwhile; nothing was stored."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation as it was found, its revision or None if it is new, and the keys of its wave if they are there.

    `opted_out`: she said stop, in any wave. `waiting`: a reply to her is not with the carrier yet; `fresh`: one went
    out a moment before her text, or since; `unsent`: the last one failed or expired. `reminders`: how many are queued;
    `soon`: one of them is due within UNTOUCHED of her text.
    """

    conversation: Conversation
    revision: int | None
    keys: Keys | None
    opted_out: bool = False
    waiting: bool = False
    fresh: bool = False
    unsent: bool = False
    reminders: int = 0
    soon: bool = False


def take(work: Swift, message: str, today: date, turn: int) -> Found:
    """Wait for the turn of a number's queue and note that this message was taken; no row if it had been before.

    What is asked before the answer is looked at waits for the turn as well. SQLite has one writer at a time anyway.
    """
    dialect = work.dialect.name
    note = {"id": message, "day": today} | ({"turn": turn} if dialect == "postgresql" else {})
    return work.execute(_TAKE[dialect], note)


def queue_up(work: Work, turn: int) -> None:
    """Wait until no other process works for a number of this queue."""
    connection = direct(work)
    if connection.dialect.name == "postgresql":
        connection.execute(_QUEUE_UP, {"turn": turn})


def forget(work: Work, today: date) -> int:
    """Delete the notes of messages that no carrier will repeat; how many."""
    return changed(work, _FORGET, {"before": today - timedelta(days=INBOUND_DAYS)})


def forget_closed(session: Session, lost: str = "") -> int:
    """Delete the conversations of closed waves, and of the one whose key is `lost`, and keep their counts; how many.

    Who said stop stays known by the pseudonym of the number.
    """
    rows = session.connection().execute(_FORGET_CLOSED, {"lost": lost}).all()
    return dispositions.record(session, ((row[0], row[1], row[2]) for row in rows))


def wave_key(work: Work, keys: WaveKeys, wave: Wave) -> bytes | None:
    """The key of a wave: made for the first conversation in it, None once it is destroyed. Raises WaveKeyError."""
    if wave.state != OPEN:
        return keys.find(wave.id)
    return keys.needed(wave.id, begun=lambda: work.execute(_ANY, {"at": wave.id}).first() is not None)


def current(work: Work, keys: Keys, own: Keys | None, address: str, came: datetime) -> tuple[Wave, Kept] | None:
    """The wave in the field, or else the newest, and the conversation with this number in it; None without any wave.

    `own` are the keys of the wave that it is thought to be: if it is another, its conversation is still to be found.
    """
    asked = _asked(keys, own, address, came)
    row = work.execute(_FIND_CURRENT, asked).first()
    return (fielded(work, row), _kept(row, own, asked["mine"])) if row else None


def find(work: Work, keys: Keys, wave_key: bytes | None, wave: str, address: str, came: datetime | None = None) -> Kept:
    """The conversation with this number in this wave, or a new one; stopped if stop was ever said.

    What chance decides for a new one, its seed, is drawn here, so that the conversation stays pure. Once
    the wave's key is destroyed, no conversation of it is found.
    """
    own = keys.within(wave_key) if wave_key else None
    asked = _asked(keys, own, address, came or datetime.now(UTC))
    return _kept(work.execute(_FIND, {**asked, "at": wave}).one(), own, asked["mine"])


def _asked(keys: Keys, own: Keys | None, address: str, came: datetime) -> dict[str, Any]:
    mine = own.number(address) if own else ""
    return {"mine": mine, "number": keys.number(address), "since": came + LEASE - READ, "soon": came + UNTOUCHED}


def _kept(row: Row[Any], own: Keys | None, person: str) -> Kept:
    if own is None or row.revision is None:
        conversation, revision = Conversation(row.id, seed=secrets.randbelow(SEEDS)), None
    else:
        content = own.unseal(row.sealed, _place(person, row.revision))
        conversation, revision = load(unpadded(content)), row.revision
        if conversation.state is State.DONE:  # it forgot its own, and somebody else may begin on this telephone
            conversation = replace(conversation, seed=secrets.randbelow(SEEDS))
    opted_out = row.opted_out is not None
    if opted_out and conversation.state is not State.STOPPED:
        conversation = replace(conversation, state=State.STOPPED, interview=None, unclear=0)
    waiting, fresh, unsent = bool(row.waiting), bool(row.fresh), row.newest != row.gone_out
    return Kept(conversation, revision, own, opted_out, waiting, fresh, unsent, row.reminders, bool(row.soon))


def invite(work: Work, own: Keys, address: str, conversation: Conversation) -> bool:
    """Store the conversation of a person who is invited, under the keys of its wave; False if there is one already."""
    person = own.number(address)
    row = {"person": person, "wave": conversation.wave, "state": "invited", "revision": 0}
    return inserted(work, _CASE, row | {"sealed": _sealed(own, person, 0, conversation)})


def store(work: Work, form: Questionnaire, keys: Keys, address: str, kept: Kept, conversation: Conversation) -> None:
    """Store the conversation that came of the one that was found. Raises OvertakenError, to be rolled back."""
    if kept.keys:
        state = case_state(conversation, form)
        _store(work, kept.keys, kept.keys.number(address), kept.revision, conversation, state)
    stopped = conversation.state is State.STOPPED
    if stopped and not kept.opted_out:
        row = {"person": keys.number(address), "wave": conversation.wave, "state": "stopped"}
        inserted(work, _CASE, row | {"revision": 0, "sealed": b""})
    elif kept.opted_out and not stopped:
        work.execute(_RESUME, {"mine": keys.number(address)})


def _store(work: Work, own: Keys, person: str, revision: int | None, conversation: Conversation, state: str) -> None:
    number = 0 if revision is None else revision + 1
    row = {"state": state, "revision": number, "sealed": _sealed(own, person, number, conversation)}
    if revision is None:
        done = inserted(work, _CASE, {**row, "person": person, "wave": conversation.wave})
    else:
        done = changed(work, _STORE, {**row, "mine": person, "read": revision}) == 1
    if not done:
        raise OvertakenError


def _sealed(own: Keys, person: str, revision: int, conversation: Conversation) -> bytes:
    return own.seal(padded(dump(conversation), step=PADDED_BYTES), _place(person, revision))


def _place(person: str, revision: int) -> str:
    return f"{person}:{revision}"
