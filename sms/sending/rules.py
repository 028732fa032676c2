"""What a message must pass before it is handed over, in this order, each with a reason that is counted.

The wave's end, a stop, a text that the carrier must have approved, quiet hours and the caps are looked at message by
message; the channel's pace and the budget for the whole batch. What holds and how long is decided elsewhere: here are
only the questions.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session

from survey_app.fieldwork import CLOSED
from survey_app.storage.tables import ConversationRow, OutboxRow, WaveRow, table

from ..carriers.declared import Adapter, Channel
from ..keys import Keys
from ..settings import ChannelSettings
from . import budget, caps, failover, pace, quiet
from .outbox import LASTS, REPLY, Message

ENDED, OPTED_OUT, UNAPPROVED, QUIET, CAPPED = "wave over", "opted out", "no approved text", "quiet hours", "capped"
PACE, BUDGET, KEYLESS = "pace", "budget", "key missing"
CAPPED_WAITS, BUDGET_WAITS = timedelta(hours=1), timedelta(minutes=10)
LAST_REPLIES = timedelta(hours=1)
_OUTBOX, _CONVERSATION, _WAVE = table(OutboxRow).c, table(ConversationRow).c, table(WaveRow).c


@dataclass(frozen=True, slots=True)
class Rules:
    """The questions that the worker asks; without an answer nothing is held back.

    `approved` (channel, template): whether what we begin may go, as it is or by this approved text. `quiet` (now):
    when the quiet hours end, None outside of them. `spent` and `count` (session, address, now, kind, wave): a number's
    caps. `reserve` and `release` (session, channel, wave, day, segments, messages): the budget. `pace` (session,
    channel, wanted, now): how many may go. `choose` (session, channel, now): which channel sends. `note` (session,
    channel, taken, refused, now): how it did.
    """

    approved: Callable[[str, str], bool] = lambda *_: True
    quiet: Callable[[datetime], datetime | None] = lambda _now: None
    spent: Callable[[Session, str, datetime, str, str | None], bool] = lambda *_: False
    count: Callable[[Session, str, datetime, str, str | None], None] = lambda *_: None
    reserve: Callable[[Session, str, str | None, date, int, int], bool] = lambda *_: True
    release: Callable[[Session, str, str | None, date, int, int], None] = lambda *_: None
    pace: Callable[[Session, str, int, datetime], int] = lambda _session, _channel, wanted, _now: wanted
    choose: Callable[[Session, str, datetime], str] = lambda _session, channel, _now: channel
    note: Callable[[Session, str, int, int, datetime], None] = lambda *_: None


@dataclass(frozen=True, slots=True)
class Held:
    """A message that does not go now, and why: until when it waits, None if it never goes."""

    message: Message
    reason: str
    until: datetime | None = None


def declared(settings: ChannelSettings, channels: Mapping[str, Channel]) -> Rules:
    """The rules that the settings and these channels declare. Caps count the days and months of the country's clock."""
    hours, limits, money, keys = settings.quiet_rules, settings.caps, settings.budget, settings.keys

    def spent(session: Session, address: str, now: datetime, kind: str, wave: str | None) -> bool:
        return caps.spent(session, keys, address, now.astimezone(hours.clock), limits, kind, wave)

    def count(session: Session, address: str, now: datetime, kind: str, wave: str | None) -> None:
        caps.count(session, keys, address, now.astimezone(hours.clock), kind, wave)

    def reserve(session: Session, name: str, wave: str | None, day: date, segments: int, messages: int) -> bool:
        return budget.reserve(session, wave, channels[name], day, segments, messages, money)

    def release(session: Session, name: str, wave: str | None, day: date, segments: int, messages: int) -> None:
        budget.release(session, wave, channels[name], day, segments, messages)

    return Rules(
        approved=lambda name, template: _approved(channels[name], template),
        quiet=lambda now: quiet.ends(now, hours),
        spent=spent,
        count=count,
        reserve=reserve,
        release=release,
        pace=lambda session, name, wanted, now: pace.take(session, channels[name], wanted, now),
        choose=lambda session, name, now: failover.choose(session, channels, name, now),
        note=failover.note,
    )


def judge(
    session: Session, keys: Keys, rules: Rules, messages: Sequence[Message], now: datetime
) -> tuple[list[Message], list[Held]]:
    """The messages that may go now as far as each of them is concerned, and those that may not.

    `keys` are the channel's. Who asks for the caps of many numbers asks in one order, so that two workers never wait
    for each other.
    """
    stopped, over = _stopped(session, keys, messages), _over(session, now.date())
    free, held = [], []
    for message in sorted(messages, key=lambda message: (keys.turn(message.to), message.id)):
        if message.wave in over and not _parting(message, now):
            held.append(Held(message, ENDED))
        elif message.to in stopped and (message.kind != REPLY or _before_the_stop(session, keys, message)):
            held.append(Held(message, OPTED_OUT))
        elif message.template and not rules.approved(message.channel, message.template):
            held.append(Held(message, UNAPPROVED))
        elif message.kind != REPLY and (ends := rules.quiet(now)):
            held.append(_until(message, QUIET, ends))
        elif message.attempts == 0 and rules.spent(session, message.to, now, message.kind, message.wave):
            held.append(_until(message, CAPPED, now + CAPPED_WAITS))
        else:
            free.append(message)
    return sorted(free, key=lambda message: (message.kind != REPLY, message.due, message.id)), held


def afford(
    session: Session, rules: Rules, channel: str, messages: Sequence[Message], day: date
) -> tuple[list[Message], list[str]]:
    """The messages that the budget still pays, whose price is reserved then; and the waves for which it is used up."""
    paid: list[Message] = []
    poor = []
    for wave in dict.fromkeys(message.wave for message in messages):
        mine = [message for message in messages if message.wave == wave]
        if rules.reserve(session, channel, wave, day, sum(message.segments for message in mine), len(mine)):
            paid += mine
            continue
        for message in mine:
            if not rules.reserve(session, channel, wave, day, message.segments, 1):
                poor.append(wave or "")
                break
            paid.append(message)
    return paid, poor


def _approved(channel: Channel, template: str) -> bool:
    # A gateway sends every message as it is.
    return channel.window_hours is None or (template in channel.templates and channel.adapter is not Adapter.GATEWAY)


def _until(message: Message, reason: str, until: datetime) -> Held:
    in_time = message.expires is None or until < message.expires
    return Held(message, reason, until if in_time else None)


def _over(session: Session, today: date) -> frozenset[str | None]:
    """The waves that are closed or past their last day."""
    rows = session.connection().execute(select(_WAVE.id, _WAVE.state, _WAVE.closes)).all()
    return frozenset(row.id for row in rows if row.state == CLOSED or row.closes < today)


def _parting(message: Message, now: datetime) -> bool:
    """Whether a message is an answer of the last hour, which may say that the survey is over."""
    if message.kind != REPLY or message.expires is None:
        return False
    return now < message.expires - LASTS[REPLY] + LAST_REPLIES


def _stopped(session: Session, keys: Keys, messages: Iterable[Message]) -> frozenset[str]:
    numbers = {keys.number(message.to): message.to for message in messages}
    stops = select(_CONVERSATION.person).where(_CONVERSATION.person.in_(numbers), _CONVERSATION.sealed == b"")
    return frozenset(numbers[person] for person in session.connection().scalars(stops))


def _before_the_stop(session: Session, keys: Keys, message: Message) -> bool:
    """Whether STOP was said after this reply was written, and could not withdraw it since the wave's key was away.

    Otherwise a stop withdraws all that waits, and what waits now answers what a person wrote later, or confirms it.
    """
    later = (_OUTBOX.person == keys.number(message.to), _OUTBOX.wave.is_(None), _OUTBOX.id > message.id)
    return (
        message.wave is not None and session.connection().execute(select(_OUTBOX.id).where(*later)).first() is not None
    )
