"""The reception: a text arrives, is taken once, and its answer is stored together with what is said in return.

One transaction holds it all: the note that it was taken, the conversation's new state, the sealed envelope of a
completed interview, and the replies in the outbox. Neither number nor text is ever logged or stored in the clear.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from survey_app import fieldwork, intake
from survey_app.fieldwork import Wave
from survey_app.intake import Ticket
from survey_app.paradata import Provenance
from survey_app.storage.swift import Swift
from survey_app.wavekeys import WaveKeyError, WaveKeys

from . import memory
from .carriers.declared import Adapter
from .sending import copies, outbox
from .settings import ChannelSettings
from .talk import wording
from .talk.circumstances import Circumstances
from .talk.commands import Word, command, mistyped_stop
from .talk.conversation import Conversation, State, Turn, close, reply, stop

ATTEMPTS = 3
REPLY_LASTS = timedelta(hours=12)
REMINDED_AFTER = (timedelta(hours=24), timedelta(hours=72))
OPTED_OUT, OPTED_IN = "STOP", "START"  # as a carrier says that it has dealt with the word itself
_BEFORE = (State.NEW, State.LANGUAGE)
_UNDER_WAY = (State.CONSENT, State.INTERVIEW)
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
            declared = settings.channels.get(inbound.channel)
            if declared and declared.adapter is not Adapter.PRETENDED:
                copies.note(work, keys, inbound.channel, inbound.reference, now)
            _converse(settings, engine, work, inbound, now)


def opted_out(settings: ChannelSettings, engine: Engine, address: str) -> None:
    """The carrier says that this number told it to stop: the same as STOP, without a confirmation."""
    keys = settings.keys
    with Swift(engine) as work:
        memory.queue_up(work, keys.turn(address))
        if wave := fieldwork.current_wave(work):
            kept = memory.find(work, keys, _key_to_stop(settings, wave.id), wave.id, address)
            turn = stop(wave.questionnaire, kept.conversation)
            memory.store(work, wave.questionnaire, keys, address, kept, turn.conversation)
            for own in filter(None, (kept.keys, keys)):
                outbox.withdraw(work, own.number(address))


def _converse(settings: ChannelSettings, engine: Engine, work: Swift, inbound: Inbound, now: datetime) -> None:
    stopping = inbound.opt_out == OPTED_OUT or _says_stop(inbound.text)
    found = _found(settings, engine, work, inbound, inbound.received or now, stopping=stopping)
    if found is None:
        return
    wave, kept = found
    if inbound.opt_out == OPTED_OUT:
        turn = replace(stop(wave.questionnaire, kept.conversation), messages=())  # the carrier has confirmed it
    elif wave.state == fieldwork.OPEN or stopping:
        turn = _replied(settings, wave, kept, inbound, inbound.received or now)
    else:
        turn = close(kept.conversation, wave.questionnaire)
    if turn.messages or turn.conversation != kept.conversation:
        _keep(settings, work, wave, inbound, kept, turn, now)


def _says_stop(text: str) -> bool:
    said = command(text)
    return said.word is Word.STOP if said else mistyped_stop(text)


def _replied(settings: ChannelSettings, wave: Wave, kept: memory.Kept, inbound: Inbound, came: datetime) -> Turn:
    text = OPTED_IN if inbound.opt_out == OPTED_IN and command(inbound.text) is None else inbound.text
    seen = kept.conversation.seen
    rested = bool(seen) and came.timestamp() - seen > settings.talk_rests_hours * 3600
    reminded = kept.reminders < kept.conversation.reminders  # one went out since: "1 to go on" answers no question
    around = Circumstances(late=kept.waiting or kept.fresh, rested=rested or reminded)
    turn = reply(wave.questionnaire, kept.conversation, text, settings.terms, around=around)
    return replace(turn, conversation=replace(turn.conversation, seen=int(came.timestamp())))


def _found(
    settings: ChannelSettings, engine: Engine, work: Swift, inbound: Inbound, came: datetime, *, stopping: bool
) -> tuple[Wave, memory.Kept] | None:
    """The wave and her conversation. The name of a conversation hangs on its wave, so which wave it is is guessed."""
    keys, waves, guess, sender = settings.keys, WaveKeys(settings.wave_keys), _waves.get(engine), inbound.sender
    key = _key_to_stop(settings, guess) if guess else None
    found = memory.current(work, keys, keys.within(key) if key else None, sender, came)
    if found is None:
        return None
    wave, kept = found
    if not key or wave.id != guess:
        _waves[engine] = wave.id
        key = _key_to_stop(settings, wave.id) if stopping else memory.wave_key(work, waves, wave)
        kept = memory.find(work, keys, key, wave.id, sender, came)
    declared = settings.channels.get(inbound.channel)
    if kept.revision is None and declared:
        kept = replace(kept, conversation=replace(kept.conversation, mode=declared.mode))
    return wave, kept


def _keep(
    settings: ChannelSettings,
    work: Swift,
    wave: Wave,
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
        came_in = Provenance(kept.conversation.entry, design=kept.conversation.design)
        intake.complete(work, form, turn.completed, wave.id, Ticket.new(), settings.custodian_public_key, came_in)
    to = outbox.Recipient(inbound.channel, inbound.sender, wave.id if kept.keys else None, kept.keys or keys)
    left = settings.reminders if kept.conversation.state in _BEFORE else kept.reminders
    if turn.conversation.state is State.STOPPED:
        outbox.withdraw(work, to.person)
    elif kept.reminders:
        outbox.withdraw(work, to.person, outbox.REMINDER)
    under_way = turn.conversation.state in _UNDER_WAY and wave.state == fieldwork.OPEN
    reminding = under_way and kept.keys and turn.conversation.language
    due = reminders_due(wave, now, left) if reminding else ()
    conversation = replace(_withheld(settings, work, turn.conversation), reminders=len(due))
    memory.store(work, wave.questionnaire, keys, inbound.sender, kept, conversation)
    outbox.queue(work, to, turn.messages, now, expires=_last_moment(settings, inbound, now))
    for moment in due:
        body = wording.reminder(conversation.language or "", settings.terms)
        outbox.queue(work, to, (body,), moment, outbox.REMINDER, _over(wave))


def _withheld(settings: ChannelSettings, work: Swift, conversation: Conversation) -> Conversation:
    """The conversation as it is kept: answers that no later question needs are for the custodian alone."""
    if conversation.interview is None:
        return conversation
    form = fieldwork.questionnaire(work, conversation.interview.version)
    kept = intake.withheld(form, conversation.interview, settings.custodian_public_key, conversation.wave)
    return replace(conversation, interview=kept)


def reminders_due(wave: Wave, since: datetime, left: int) -> tuple[datetime, ...]:
    """When she is reminded if nothing more comes: as often as is left, while the wave is in the field."""
    return tuple(since + after for after in REMINDED_AFTER[:left] if since + after <= _over(wave))


def _over(wave: Wave) -> datetime:
    return datetime.combine(wave.closes, time.max, UTC)


def _last_moment(settings: ChannelSettings, inbound: Inbound, now: datetime) -> datetime:
    """When a reply is worth nothing any more, or may not be sent freely any more."""
    channel, ends = settings.channels.get(inbound.channel), now + REPLY_LASTS
    if channel is None or channel.window_hours is None:
        return ends
    return min(ends, (inbound.received or now) + timedelta(hours=channel.window_hours))


def _key_to_stop(settings: ChannelSettings, wave: str) -> bytes | None:
    """The wave's key if it can be had: whoever says stop is heeded without it."""
    try:
        return WaveKeys(settings.wave_keys).find(wave)
    except WaveKeyError:
        return None
