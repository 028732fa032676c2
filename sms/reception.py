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
from survey_app.storage.database import Work
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
    keys, guess = settings.keys, _waves.get(engine)
    with Swift(engine) as work:
        message = keys.message(inbound.channel, inbound.reference)
        taken = memory.take(work, message, now.date(), keys.turn(inbound.sender))
        # The name of a conversation hangs on its wave. Which wave it is is guessed, so that one look is enough.
        key = _key_to_stop(settings, guess) if guess else None
        own, came = keys.within(key) if key else None, inbound.received or now
        found = memory.current(work, keys, own, inbound.sender, came)
        if not taken.rowcount:
            return
        declared = settings.channels.get(inbound.channel)
        if declared and declared.adapter is not Adapter.PRETENDED:
            copies.note(work, keys, inbound.channel, inbound.reference, now)
        if found and (own is None or found[0].id != guess):
            _waves[engine] = found[0].id
            found = found[0], _found(settings, work, found[0], inbound, came)
        if found:
            _converse(settings, work, *found, inbound, now)


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


def _converse(
    settings: ChannelSettings, work: Swift, wave: Wave, kept: memory.Kept, inbound: Inbound, now: datetime
) -> None:
    declared = settings.channels.get(inbound.channel)
    if kept.revision is None and declared:
        kept = replace(kept, conversation=replace(kept.conversation, mode=declared.mode))
    if inbound.opt_out == OPTED_OUT:
        turn = replace(stop(wave.questionnaire, kept.conversation), messages=())  # the carrier has confirmed it
    elif wave.state == fieldwork.OPEN or says_stop(inbound):
        turn = _replied(settings, wave, kept, inbound, inbound.received or now)
    else:
        turn = close(kept.conversation, wave.questionnaire)
    if turn.messages or turn.conversation != kept.conversation:
        _keep(settings, work, wave, inbound, kept, turn, now)


def says_stop(inbound: Inbound) -> bool:
    """Whether this text asks for nothing but an end."""
    if inbound.opt_out == OPTED_OUT:
        return True
    said = command(inbound.text)
    return said.word is Word.STOP if said else mistyped_stop(inbound.text)


def _replied(settings: ChannelSettings, wave: Wave, kept: memory.Kept, inbound: Inbound, came: datetime) -> Turn:
    if kept.conversation.state is State.STOPPED and came.timestamp() < kept.conversation.seen:
        return Turn(kept.conversation)  # it waited on disk, and her later STOP did not
    text = OPTED_IN if inbound.opt_out == OPTED_IN and command(inbound.text) is None else inbound.text
    seen = kept.conversation.seen
    # The "1" of who was reminded goes on, as the reminder says, and answers nothing.
    reminded = kept.reminders < kept.conversation.reminders
    rested = reminded or (bool(seen) and came.timestamp() - seen > settings.talk_rests_hours * 3600)
    around = Circumstances(kept.waiting and not kept.unsent, rested, kept.unsent or kept.fresh)
    turn = reply(wave.questionnaire, kept.conversation, text, settings.terms, around=around)
    return replace(turn, conversation=replace(turn.conversation, seen=int(came.timestamp())))


def _found(settings: ChannelSettings, work: Swift, wave: Wave, inbound: Inbound, came: datetime) -> memory.Kept:
    """Her conversation in this wave. Whoever says stop needs no key for it."""
    stopping, waves = says_stop(inbound), WaveKeys(settings.wave_keys)
    key = _key_to_stop(settings, wave.id) if stopping else memory.wave_key(work, waves, wave)
    return memory.find(work, settings.keys, key, wave.id, inbound.sender, came)


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
    conversation = _withheld(settings, work, turn.conversation)
    under_way = conversation.state in _UNDER_WAY and wave.state == fieldwork.OPEN and bool(kept.keys)
    same = under_way and not kept.soon and conversation.language == kept.conversation.language
    stand = kept.reminders if same else 0
    left = settings.reminders if kept.conversation.state in _BEFORE else kept.reminders
    due = reminders_due(wave, now, left) if under_way and conversation.language and not stand else []
    conversation = replace(conversation, reminders=stand or len(due))
    memory.store(work, wave.questionnaire, keys, inbound.sender, kept, conversation)
    if conversation.state is State.STOPPED:
        outbox.withdraw(work, to.person)
    elif kept.reminders and not stand:
        outbox.withdraw(work, to.person, outbox.REMINDER)
    outbox.queue(work, to, turn.messages, now, expires=_last_moment(settings, inbound, now))
    for when in due:
        remind(work, wave, to, conversation.language or "", settings.terms, when)


def _withheld(settings: ChannelSettings, work: Swift, conversation: Conversation) -> Conversation:
    """The conversation as it is kept: answers that no later question needs are for the custodian alone."""
    if conversation.interview is None:
        return conversation
    form = fieldwork.questionnaire(work, conversation.interview.version)
    kept = intake.withheld(form, conversation.interview, settings.custodian_public_key, conversation.wave)
    return replace(conversation, interview=kept)


def reminders_due(wave: Wave, since: datetime, left: int) -> list[datetime]:
    """When she is reminded if nothing more comes: as often as is left, while the wave is in the field."""
    over = datetime.combine(wave.closes, time.max, UTC)
    return [since + after for after in REMINDED_AFTER[:left] if since + after <= over]


def remind(work: Work, wave: Wave, to: outbox.Recipient, language: str, terms: wording.Terms, when: datetime) -> None:
    """Queue a reminder, which is worth nothing after the wave's last day."""
    over, body = datetime.combine(wave.closes, time.max, UTC), wording.reminder(language, terms)
    outbox.queue(work, to, (body,), when, outbox.REMINDER, over, (language, terms.link))


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
