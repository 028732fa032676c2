"""Inviting the people of a frame by a channel, in transactions of BATCH: a conversation and its messages, or neither.

It may be run again at any time: who is known in the wave is passed over, who said stop is never written to, and the
order is drawn anew from the operating system's random source. Nothing here says who is who: a number is a pseudonym in
the tables, and is in no message, no error and no figure.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from random import SystemRandom

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from survey_app.codes import CODE_CHARS
from survey_app.fieldwork import OPEN, Wave, current_wave
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import ConversationRow, OutboxRow

from .. import memory, reception
from ..carriers.declared import Channel
from ..keys import Keyring, Keys
from ..segments import segments
from ..sending import outbox
from ..talk.state import Conversation
from ..talk.wording import Terms
from . import codes, opening
from .frame import Case, Frame

BATCH = 500
_DAY = timedelta(days=1)


class CampaignError(ValueError):
    """A campaign that cannot begin as asked; nothing was written."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """Who is asked what, by which channel; `codes` is the list for a channel that cannot be answered.

    `reminders` is how often at most who stays silent is reminded, where the channel can do so.
    """

    wave: Wave
    channel: Channel
    keys: Keyring = field(repr=False)
    terms: Terms
    codes: Path | None = None
    reminders: int = 0


@dataclass(frozen=True, slots=True)
class Stage:
    """How many are invited on a day, and how many now; None for all."""

    a_day: int | None = None
    first: int | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """Who of a frame can be invited, in random order, and how many cannot."""

    cases: tuple[Case, ...] = field(repr=False)
    opted_out: int = 0
    already: int = 0
    own_number: int = 0


@dataclass(frozen=True, slots=True)
class Invited:
    """What came of it: how many were invited and how many are left for another time; `days` that it takes; the cost.

    `reminders` are queued, for who stays silent; they are not in `segments` and `cost`, which are the invitations'.
    """

    invited: int
    left: int
    opted_out: int
    already: int
    own_number: int
    segments: int
    cost: Decimal
    days: int
    reminders: int = 0


def draw(engine: Engine, campaign: Campaign, frame: Frame) -> Drawn:
    """Who of the frame can be invited. Reads only. Raises WaveKeyError, CampaignError."""
    wave, channel_keys = campaign.wave, campaign.keys.channel
    own = campaign.keys.of(wave.id)
    with reading(engine) as session:
        _check(session, campaign)
        said_stop = set(session.exec(select(ConversationRow.person).where(ConversationRow.sealed == b"")))
        mine = select(ConversationRow.person).where(ConversationRow.wave == wave.id, ConversationRow.sealed != b"")
        known = set(session.exec(mine))
    counts: Counter[str] = Counter()
    kept = []
    for case in frame.cases:
        if case.telephone == campaign.channel.sender:
            counts["own"] += 1
        elif channel_keys.number(case.telephone) in said_stop:
            counts["stop"] += 1
        elif own and own.number(case.telephone) in known:
            counts["known"] += 1
        else:
            kept.append(case)
    SystemRandom().shuffle(kept)
    return Drawn(tuple(kept), counts["stop"], counts["known"], counts["own"])


def estimate(engine: Engine, campaign: Campaign, drawn: Drawn, stage: Stage, now: datetime) -> Invited:
    """What inviting would come to. Writes nothing. Raises CampaignError, codes.CodesError."""
    cases = drawn.cases[: stage.first]
    days = _days(engine, campaign, stage, len(cases), now)
    parts = sum(segments(_sample(campaign, language)).parts * number for language, number in _languages(cases).items())
    if campaign.codes and (there := codes.left(campaign.codes)) < len(cases):
        raise CampaignError(f"{campaign.codes.name} holds {there} codes, and {len(cases)} people are to be invited")
    left = len(drawn.cases) - len(cases)
    cost = parts * campaign.channel.price
    last = max(days, default=0)
    begins = _begins(campaign, now)
    later = sum(len(_reminders(campaign, case, begins + day * _DAY)) for case, day in zip(cases, days, strict=True))
    return Invited(
        len(cases), left, drawn.opted_out, drawn.already, drawn.own_number, parts, cost, last + bool(cases), later
    )


def invite(
    engine: Engine,
    campaign: Campaign,
    drawn: Drawn,
    stage: Stage,
    now: datetime,
    tell: Callable[[int], object] = lambda _: None,
) -> Invited:
    """Invite them, as `estimate` says. `now` has a zone; `tell` is given how many more are done after each batch.

    Raises what `estimate` raises before anything is written, and SQLAlchemyError or CodesError in the middle: then what
    is done stands, and the rest are invited by running it again.
    """
    planned = estimate(engine, campaign, drawn, stage, now)
    if not planned.invited:
        return planned
    cases = drawn.cases[: stage.first]
    days = _days(engine, campaign, stage, len(cases), now)
    begins = _begins(campaign, now)
    counts: Counter[str] = Counter()
    with writing(engine) as session:
        key = memory.wave_key(session, campaign.keys.waves, campaign.wave)
    if key is None:
        raise CampaignError(f"the key of wave {campaign.wave.id} is destroyed")
    own = campaign.keys.channel.within(key)
    waiting = ((case, begins + day * _DAY) for case, day in zip(cases, days, strict=True))
    while batch := list(islice(waiting, BATCH)):
        with writing(engine) as session:
            counts += _batch(session, campaign, own, batch)
        tell(len(batch))
    return replace(
        planned,
        invited=counts["invited"],
        opted_out=planned.opted_out + counts["stop"],
        already=planned.already + counts["known"],
        segments=counts["segments"],
        cost=counts["segments"] * campaign.channel.price,
        reminders=counts["reminders"],
    )


def _batch(session: Session, campaign: Campaign, own: Keys, batch: Sequence[tuple[Case, datetime]]) -> Counter[str]:
    keys, channel, wave = campaign.keys.channel, campaign.channel, campaign.wave
    counts: Counter[str] = Counter()
    # Whoever texts at this moment waits, or is waited for: her STOP is seen here, or it sees her invitation.
    for turn in sorted({keys.turn(case.telephone) for case, _ in batch}):
        memory.queue_up(session, turn)
    _check(session, campaign)
    numbers = [keys.number(case.telephone) for case, _ in batch]
    said_stop = set(session.exec(select(ConversationRow.person).where(col(ConversationRow.person).in_(numbers))))
    invited = []
    for number, (case, due) in zip(numbers, batch, strict=True):
        seed = secrets.randbelow(memory.SEEDS)
        if number in said_stop:
            counts["stop"] += 1
        elif memory.invite(session, own, case.telephone, _begun(campaign, case, seed, due)):
            invited.append((case, due))
        else:
            counts["known"] += 1
    # Taken out of the list before the commit: a crash between the two loses codes, and uses none twice.
    links = codes.take(campaign.codes, len(invited)) if campaign.codes else ("",) * len(invited)
    expires = datetime.combine(wave.closes + _DAY, time(), UTC)
    for (case, due), link in zip(invited, links, strict=True):
        body = _body(campaign, case.language, link)
        to = outbox.Recipient(channel.name, case.telephone, wave.id, own)
        spoken = case.language or wave.questionnaire.languages[0]  # an approved text has one language
        approved = (spoken, link or campaign.terms.link)
        outbox.queue(session, to, (body,), due, outbox.INVITATION, expires, approved)
        for when in _reminders(campaign, case, due):
            reminder = opening.reminder(wave.questionnaire, case.language, campaign.terms)
            outbox.queue(session, to, (reminder,), when, outbox.REMINDER, expires, approved)
            counts["reminders"] += 1
        counts["segments"] += segments(body).parts
    counts["invited"] = len(invited)
    return counts


def _begun(campaign: Campaign, case: Case, seed: int, due: datetime) -> Conversation:
    later = len(_reminders(campaign, case, due))
    return opening.begun(campaign.wave.id, case, seed, campaign.channel.mode, later)


def _begins(campaign: Campaign, now: datetime) -> datetime:
    return max(now, datetime.combine(campaign.wave.opens, time(), UTC))


def _reminders(campaign: Campaign, case: Case, due: datetime) -> list[datetime]:
    """When who stays silent after an invitation that is due then is reminded of it, while the wave is in the field."""
    if not opening.reminds(campaign.wave.questionnaire, case.language, campaign.channel):
        return []
    return reception.reminders_due(campaign.wave, due, campaign.reminders)


def _check(session: Session, campaign: Campaign) -> None:
    wave, channel = campaign.wave, campaign.channel
    answered = current_wave(session)
    if answered is None or answered.id != wave.id or answered.state != OPEN:
        raise CampaignError(f"wave {wave.id} is not the one in the field, whose questions are answered now")
    lacking = [each for each in wave.questionnaire.languages if f"invitation.{each}" not in channel.templates]
    if channel.window_hours and lacking:
        raise CampaignError(f"channel {channel.name} has no approved text invitation.{lacking[0]}")
    if channel.two_way and campaign.codes:
        raise CampaignError(f"channel {channel.name} can be answered: it needs no list of codes")
    if not channel.two_way and campaign.codes is None:
        raise CampaignError(
            f"channel {channel.name} cannot be answered: name a list of codes for links (thiqa invitations make)"
        )


def _days(engine: Engine, campaign: Campaign, stage: Stage, count: int, now: datetime) -> list[int]:
    """In how many days from the first each is due: as many a day as there is room beside what is queued already."""
    wave = campaign.wave
    first = max(now.date(), wave.opens)
    if first > wave.closes:
        raise CampaignError(f"the last day of wave {wave.id} was {wave.closes}")
    if stage.a_day is None:
        return [0] * count
    with reading(engine) as session:
        taken = _queued(session, wave.id)
    slots = list(islice(_slots(stage.a_day, taken, first.toordinal()), count))
    most = (wave.closes - first).days
    if slots and slots[-1] > most:
        within = sum(slot <= most for slot in slots)
        raise CampaignError(
            f"at {stage.a_day} a day the last would be due after {wave.closes}, the wave's last day: "
            f"{within} can be invited by then; use --first, or more a day"
        )
    return slots


def _slots(a_day: int, taken: Counter[int], first: int) -> Iterator[int]:
    day = 0
    while True:
        yield from [day] * max(a_day - taken[first + day], 0)
        day += 1


def _queued(session: Session, wave: str) -> Counter[int]:
    """How many invitations of the wave are due on each day, sent or not, by the day's number."""
    mine = (OutboxRow.wave == wave, OutboxRow.kind == outbox.INVITATION)
    found: Counter[int] = Counter()
    for due, number in session.exec(select(OutboxRow.due, func.count()).where(*mine).group_by(col(OutboxRow.due))):
        day = due.astimezone(UTC) if due.tzinfo else due
        found[day.toordinal()] += number
    return found


def _languages(cases: Sequence[Case]) -> Counter[str | None]:
    return Counter(case.language for case in cases)


def _sample(campaign: Campaign, language: str | None) -> str:
    """A text such as will be sent; all links are as long."""
    return _body(campaign, language, f"{campaign.terms.link}/i/{'A' * CODE_CHARS}")


def _body(campaign: Campaign, language: str | None, link: str) -> str:
    form = campaign.wave.questionnaire
    if campaign.codes:
        return opening.invitation_link(form, language, link, campaign.terms)
    return opening.invitation(form, language, campaign.terms, campaign.channel.mode)
