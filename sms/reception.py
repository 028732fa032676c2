"""The reception: a text arrives, is taken once, and its answer is stored together with what is said in return.

One transaction holds it all: the note that it was taken, the conversation's new state, the sealed envelope of a
completed interview, and the replies in the outbox. Neither number nor text is ever logged or stored in the clear.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from survey_app import fieldwork, intake
from survey_app.intake import Ticket
from survey_app.storage.database import writing
from survey_app.wavekeys import WaveKeyError, WaveKeys

from . import memory
from .sending import outbox
from .settings import ChannelSettings
from .talk.commands import Word, command
from .talk.conversation import Conversation, State, Turn, close, reply, stop


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text as it arrived: the channel, the carrier's id of it, who sent it, and what it says."""

    channel: str
    reference: str = field(repr=False)
    sender: str = field(repr=False)
    text: str = field(repr=False)


def receive(settings: ChannelSettings, engine: Engine, inbound: Inbound, now: datetime) -> None:
    """Take a text and queue the replies; a repeat of it does nothing. `now` has a zone.

    Raises SQLAlchemyError when the database is away, WaveKeyError when the wave's key is, and memory.OvertakenError
    when another process was quicker; then nothing happened, and the carrier may bring the text again.
    """
    try:
        _take(settings, engine, inbound, now)
    except intake.WaveClosedError:  # at this very moment, and nothing was kept: answered as any text after the close
        _take(settings, engine, inbound, now)


def _take(settings: ChannelSettings, engine: Engine, inbound: Inbound, now: datetime) -> None:
    keys = settings.keys
    with writing(engine) as session:
        memory.queue_up(session, keys.turn(inbound.sender))
        if memory.take(session, keys.message(inbound.channel, inbound.reference), now.date()):
            _converse(settings, session, inbound, now)


def opted_out(settings: ChannelSettings, engine: Engine, address: str) -> None:
    """The carrier says that this number told it to stop: the same as STOP, without a confirmation."""
    with writing(engine) as session:
        memory.queue_up(session, settings.keys.turn(address))
        if wave := fieldwork.current_wave(session):
            kept = memory.find(session, settings.keys, _key_to_stop(settings, wave), wave.id, address)
            turn = stop(wave.questionnaire, kept.conversation)
            memory.store(session, settings.keys, address, kept, turn.conversation)
            if kept.keys:
                outbox.withdraw(session, kept.keys.number(address))


def _converse(settings: ChannelSettings, session: Session, inbound: Inbound, now: datetime) -> None:
    wave, keys = fieldwork.current_wave(session), settings.keys
    if wave is None:
        return
    said = command(inbound.text)
    stopping = said is not None and said.word is Word.STOP
    key = _key_to_stop(settings, wave) if stopping else memory.wave_key(session, WaveKeys(settings.wave_keys), wave)
    kept = memory.find(session, keys, key, wave.id, inbound.sender)
    if said is None and kept.keys and outbox.waiting(session, kept.keys.number(inbound.sender)):
        # What was asked last has not gone out yet, so this cannot be the answer to it.
        return
    if wave.state == fieldwork.OPEN or stopping:
        turn = reply(wave.questionnaire, kept.conversation, inbound.text, settings.terms)
    else:
        turn = close(kept.conversation)
        if turn.conversation == kept.conversation:
            return
    _keep(settings, session, inbound, kept, turn, now)


def _keep(
    settings: ChannelSettings, session: Session, inbound: Inbound, kept: memory.Kept, turn: Turn, now: datetime
) -> None:
    keys, wave = settings.keys, kept.conversation.wave
    if turn.completed:
        form = fieldwork.questionnaire(session, turn.completed.version)
        # A ticket that nobody keeps: whoever opens a copy of the conversation learns neither which envelope is hers nor
        # the key of its digest. That she answers once is the conversation's own doing, in this same transaction.
        intake.complete(session, form, turn.completed, wave, Ticket.new(), settings.custodian_public_key)
    to = outbox.Recipient(inbound.channel, inbound.sender, wave if kept.keys else None, kept.keys or keys)
    if turn.conversation.state is State.STOPPED:
        outbox.withdraw(session, to.person)
    memory.store(session, keys, inbound.sender, kept, _withheld(settings, session, turn.conversation))
    outbox.queue(session, to, turn.messages, now)


def _withheld(settings: ChannelSettings, session: Session, conversation: Conversation) -> Conversation:
    """The conversation as it is kept: answers that no later question needs are for the custodian alone."""
    if conversation.interview is None:
        return conversation
    form = fieldwork.questionnaire(session, conversation.interview.version)
    kept = intake.withheld(form, conversation.interview, settings.custodian_public_key, conversation.wave)
    return replace(conversation, interview=kept)


def _key_to_stop(settings: ChannelSettings, wave: fieldwork.Wave) -> bytes | None:
    """The wave's key if it can be had: whoever says stop is heeded without it."""
    try:
        return WaveKeys(settings.wave_keys).find(wave.id)
    except WaveKeyError:
        return None
