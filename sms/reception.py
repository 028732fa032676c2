"""The reception: a text arrives, is taken once, and its answer is stored together with what is said in return.

One transaction holds it all: the note that it was taken, the conversation's new state, the sealed envelope of a
completed interview, and the replies in the outbox. Neither number nor text is ever logged or stored in the clear.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from survey_app import fieldwork, intake
from survey_app.intake import Ticket
from survey_app.storage.swift import Swift
from survey_app.wavekeys import WaveKeyError, WaveKeys

from . import memory
from .keys import Keys
from .sending import outbox
from .settings import ChannelSettings
from .talk.commands import Word, command
from .talk.conversation import State, Turn, close, reply, stop

ATTEMPTS = 3
REPLY_HOURS = 12
_waves: WeakKeyDictionary[Engine, str] = WeakKeyDictionary()  # the last that was seen; a guess, never more


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
    when others were quicker each time; then nothing happened, and the text may be taken later.
    """
    for left in reversed(range(ATTEMPTS)):
        try:
            return _take(settings, engine, inbound, now)
        # At this very moment the wave was closed, or somebody else wrote to her first. Nothing was kept: once more.
        except (intake.WaveClosedError, memory.OvertakenError):
            if not left:
                raise
    return None


def _take(settings: ChannelSettings, engine: Engine, inbound: Inbound, now: datetime) -> None:
    keys = settings.keys
    with Swift(engine) as work:
        message = keys.message(inbound.channel, inbound.reference)
        if memory.take(work, message, now.date(), keys.turn(inbound.sender)):
            _converse(settings, engine, work, inbound, now)


def opted_out(settings: ChannelSettings, engine: Engine, address: str) -> None:
    """The carrier says that this number told it to stop: the same as STOP, without a confirmation."""
    with Swift(engine) as work:
        memory.queue_up(work, settings.keys.turn(address))
        if wave := fieldwork.current_wave(work):
            kept = memory.find(work, settings.keys, _key_to_stop(settings, wave.id), wave.id, address)
            turn = stop(wave.questionnaire, kept.conversation)
            memory.store(work, settings.keys, address, kept, turn.conversation)
            if kept.keys:
                outbox.withdraw(work, kept.keys.number(address))


def _converse(settings: ChannelSettings, engine: Engine, work: Swift, inbound: Inbound, now: datetime) -> None:
    said = command(inbound.text)
    stopping = said is not None and said.word is Word.STOP
    found = _found(settings, engine, work, inbound.sender, now, stopping=stopping)
    if found is None:
        return
    wave, kept = found
    if said is None and kept.waiting:
        # What was asked last has not gone out yet, so this cannot be the answer to it.
        return
    if wave.state == fieldwork.OPEN or stopping:
        turn = reply(wave.questionnaire, kept.conversation, inbound.text, settings.terms)
    else:
        turn = close(kept.conversation)
        if turn.conversation == kept.conversation:
            return
    _keep(settings, work, inbound, kept, turn, now)


def _found(
    settings: ChannelSettings, engine: Engine, work: Swift, sender: str, now: datetime, *, stopping: bool
) -> tuple[fieldwork.Wave, memory.Kept] | None:
    """The wave and her conversation. The name of a conversation hangs on its wave, so which wave it is is guessed."""
    keys, waves, guess = settings.keys, WaveKeys(settings.wave_keys), _waves.get(engine)
    key = _key_to_stop(settings, guess) if guess else None
    found = memory.current(work, keys, keys.within(key) if key else None, sender, now)
    if found is None or (key and found[0].id == guess):
        return found
    wave = found[0]
    _waves[engine] = wave.id
    key = _key_to_stop(settings, wave.id) if stopping else memory.wave_key(work, waves, wave)
    return wave, memory.find(work, keys, key, wave.id, sender, now)


def _keep(
    settings: ChannelSettings, work: Swift, inbound: Inbound, kept: memory.Kept, turn: Turn, now: datetime
) -> None:
    keys, wave = settings.keys, kept.conversation.wave
    if turn.completed:
        form = fieldwork.questionnaire(work, turn.completed.version)
        # A ticket that nobody keeps: whoever opens a copy of the conversation learns neither which envelope is hers nor
        # the key of its digest. That she answers once is the conversation's own doing, in this same transaction.
        intake.complete(work, form, turn.completed, wave, Ticket.new(), settings.custodian_public_key)
    to = outbox.Recipient(inbound.channel, inbound.sender, wave if kept.keys else None, kept.keys or keys)
    if turn.conversation.state is State.STOPPED:
        outbox.withdraw(work, to.person)
    memory.store(work, keys, inbound.sender, kept, turn.conversation)
    outbox.queue(work, to, turn.messages, now)


def _key_to_stop(settings: ChannelSettings, wave: str) -> bytes | None:
    """The wave's key if it can be had: whoever says stop is heeded without it."""
    try:
        return WaveKeys(settings.wave_keys).find(wave)
    except WaveKeyError:
        return None
