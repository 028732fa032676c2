"""The reception: a text arrives, is taken once, and its answer is stored together with what is said in return.

One transaction holds it all: the note that it was taken, the conversation's new state, the sealed envelope of a
completed interview, and the replies in the outbox. Neither number nor text is ever logged or stored in the clear.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, time, timedelta
from importlib import import_module
from importlib.util import find_spec
from inspect import signature
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from survey_app import fieldwork, intake
from survey_app.intake import Ticket
from survey_app.paradata import Entry, Provenance
from survey_app.storage.swift import Swift
from survey_app.wavekeys import WaveKeyError, WaveKeys

from . import memory
from .sending import outbox
from .settings import ChannelSettings
from .talk import conversation as talk
from .talk import wording as words
from .talk.circumstances import Circumstances
from .talk.commands import Command, Word, command
from .talk.conversation import Conversation, State, Turn, close, reply, stop

ATTEMPTS = 3
REPLY_LASTS = timedelta(hours=12)
REMINDED_AFTER = (timedelta(hours=24), timedelta(hours=72))
OPTED_OUT, OPTED_IN = "STOP", "START"  # as a carrier says that it has dealt with the word itself
_BEFORE = (State.NEW, State.LANGUAGE)
_UNDER_WAY = (State.CONSENT, State.INTERVIEW)
# What the conversation will know and does not yet.
_KNOWN = {each.name for each in fields(Conversation)}
_SURROUNDED = "around" in signature(reply).parameters
_case_state: Callable[..., str] | None = getattr(talk, "case_state", None)
_copies: Any = import_module("sms.sending.copies") if find_spec("sms.sending.copies") else None
_waves: WeakKeyDictionary[Engine, str] = WeakKeyDictionary()  # the last that was seen; a guess, never more


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text as it arrived: the channel, the carrier's id of it, who sent it, what it says, when it came if not now.

    `opt_out` is STOP or START where the carrier has acted on the word itself.
    """

    channel: str
    reference: str = field(repr=False)
    sender: str = field(repr=False)
    text: str = field(repr=False)
    received: datetime | None = None
    opt_out: str | None = None


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
            if _copied(settings, inbound.channel):
                _copies.note(work, keys, inbound.channel, inbound.reference, now)
            _converse(settings, engine, work, inbound, now)


def _copied(settings: ChannelSettings, channel: str) -> bool:
    """Whether the carrier keeps a copy of what it brings."""
    declared = getattr(settings, "channels", {}).get(channel)
    return _copies is not None and declared is not None and declared.adapter.value != "pretended"


def opted_out(settings: ChannelSettings, engine: Engine, address: str) -> None:
    """The carrier says that this number told it to stop: the same as STOP, without a confirmation."""
    with Swift(engine) as work:
        memory.queue_up(work, settings.keys.turn(address))
        if wave := fieldwork.current_wave(work):
            kept = memory.find(work, settings.keys, _key_to_stop(settings, wave.id), wave.id, address)
            turn = stop(wave.questionnaire, kept.conversation)
            state = _case_state(turn.conversation, wave.questionnaire) if _case_state else None
            memory.store(work, settings.keys, address, kept, turn.conversation, state)
            if kept.keys:
                outbox.withdraw(work, kept.keys.number(address))


def _converse(settings: ChannelSettings, engine: Engine, work: Swift, inbound: Inbound, now: datetime) -> None:
    said = Command(Word.STOP) if inbound.opt_out == OPTED_OUT else command(inbound.text)
    stopping = said is not None and said.word is Word.STOP
    came = inbound.received or now
    found = _found(settings, engine, work, inbound.sender, came, stopping=stopping)
    if found is None:
        return
    wave, kept = found
    if kept.revision is None and (declared := getattr(settings, "channels", {}).get(inbound.channel)):
        kept = replace(kept, conversation=_with(kept.conversation, mode=declared.mode))
    turn: Turn | None
    if stopping and inbound.opt_out == OPTED_OUT:
        turn = replace(stop(wave.questionnaire, kept.conversation), messages=())  # the carrier has confirmed it
    elif wave.state == fieldwork.OPEN or stopping:
        turn = _replied(settings, wave, kept, inbound, said, came)
    else:
        turn = close(kept.conversation)
    if turn and (turn.messages or turn.conversation != kept.conversation):
        _keep(settings, work, wave, inbound, kept, turn, now)


def _replied(
    settings: ChannelSettings,
    wave: fieldwork.Wave,
    kept: memory.Kept,
    inbound: Inbound,
    said: Command | None,
    came: datetime,
) -> Turn | None:
    text = OPTED_IN if inbound.opt_out == OPTED_IN and said is None else inbound.text
    if not _SURROUNDED:
        # What was asked last has not gone out yet, so this cannot be the answer to it.
        late = said is None and kept.waiting
        return None if late else reply(wave.questionnaire, kept.conversation, text, settings.terms)
    seen = getattr(kept.conversation, "seen", 0)
    rested = bool(seen) and came.timestamp() - seen > settings.talk_rests_hours * 3600
    around = Circumstances(late=kept.waiting or kept.fresh, rested=rested)
    surrounded: Callable[..., Turn] = reply
    turn = surrounded(wave.questionnaire, kept.conversation, text, settings.terms, around=around)
    return replace(turn, conversation=_with(turn.conversation, seen=int(came.timestamp())))


def _with(conversation: Conversation, **values: object) -> Conversation:
    known: dict[str, Any] = {name: value for name, value in values.items() if name in _KNOWN}
    return replace(conversation, **known) if known else conversation


def _found(
    settings: ChannelSettings, engine: Engine, work: Swift, sender: str, came: datetime, *, stopping: bool
) -> tuple[fieldwork.Wave, memory.Kept] | None:
    """The wave and her conversation. The name of a conversation hangs on its wave, so which wave it is is guessed."""
    keys, waves, guess = settings.keys, WaveKeys(settings.wave_keys), _waves.get(engine)
    key = _key_to_stop(settings, guess) if guess else None
    found = memory.current(work, keys, keys.within(key) if key else None, sender, came)
    if found is None or (key and found[0].id == guess):
        return found
    wave = found[0]
    _waves[engine] = wave.id
    key = _key_to_stop(settings, wave.id) if stopping else memory.wave_key(work, waves, wave)
    return wave, memory.find(work, keys, key, wave.id, sender, came)


def _keep(
    settings: ChannelSettings,
    work: Swift,
    wave: fieldwork.Wave,
    inbound: Inbound,
    kept: memory.Kept,
    turn: Turn,
    now: datetime,
) -> None:
    keys = settings.keys
    if turn.completed:
        form = fieldwork.questionnaire(work, turn.completed.version)
        # A ticket that nobody keeps: whoever opens a copy of the conversation learns neither which envelope is hers nor
        # the key of its digest. That she answers once is the conversation's own doing, in this same transaction.
        came_in = Provenance(getattr(kept.conversation, "entry", Entry.OPEN))
        intake.complete(work, form, turn.completed, wave.id, Ticket.new(), settings.custodian_public_key, came_in)
    to = outbox.Recipient(inbound.channel, inbound.sender, wave.id if kept.keys else None, kept.keys or keys)
    conversation = turn.conversation
    reminders = settings.reminders if kept.conversation.state in _BEFORE else kept.reminders
    if conversation.state is State.STOPPED:
        outbox.withdraw(work, to.person)
    elif kept.reminders:
        outbox.withdraw(work, to.person, outbox.REMINDER)
    under_way = conversation.state in _UNDER_WAY and wave.state == fieldwork.OPEN and conversation.language
    conversation = _with(conversation, reminders=reminders if under_way else 0)
    state = _case_state(conversation, wave.questionnaire) if _case_state else None
    memory.store(work, keys, inbound.sender, kept, conversation, state)
    outbox.queue(work, to, turn.messages, now, expires=_last_moment(settings, inbound, now))
    if under_way and kept.keys:
        _remind(settings, work, wave, to, conversation, reminders, now)


def _remind(
    settings: ChannelSettings,
    work: Swift,
    wave: fieldwork.Wave,
    to: outbox.Recipient,
    conversation: Conversation,
    left: int,
    now: datetime,
) -> None:
    """Queue what reminds her if nothing more comes: as many as are left, while the wave is in the field."""
    over = datetime.combine(wave.closes, time.max, UTC)
    wording: Callable[[str, object], str] | None = getattr(words, "reminder", None)
    if wording is None:
        return
    body = wording(conversation.language or "", settings.terms)
    for after in REMINDED_AFTER[:left]:
        if now + after <= over:
            outbox.queue(work, to, (body,), now + after, outbox.REMINDER, over)


def _last_moment(settings: ChannelSettings, inbound: Inbound, now: datetime) -> datetime:
    """When a reply is worth nothing any more, or may not be sent freely any more."""
    channel = getattr(settings, "channels", {}).get(inbound.channel)
    window = getattr(channel, "window_hours", None)
    ends = now + REPLY_LASTS
    return min(ends, (inbound.received or now) + timedelta(hours=window)) if window else ends


def _key_to_stop(settings: ChannelSettings, wave: str) -> bytes | None:
    """The wave's key if it can be had: whoever says stop is heeded without it."""
    try:
        return WaveKeys(settings.wave_keys).find(wave)
    except WaveKeyError:
        return None
