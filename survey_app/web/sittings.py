"""A respondent's sitting: the draft, its questionnaire, and the moves that are stored.

Each move is applied to the draft as it is now and stored only upon that revision, so that two tabs lose nothing; the
finished interview leaves in the same transaction that deletes the draft. Knows no page.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import Enum

from sqlalchemy import Engine

from .. import drafts, engine, intake, invitations, pauses
from ..drafts import Draft
from ..engine import Answer, Choice, Interview, Item, Mode, Questionnaire, Reason, Refused, Status, Step
from ..fieldwork import OPEN, Wave, open_wave
from ..intake import Receipt, Ticket, WaveClosedError
from ..paradata import Entry, Paradata, provenance
from ..storage.database import Work, alone, changing
from ..wavekeys import WaveKeys

ATTEMPTS = 20
SEEDS = 2**32
ENDED = (Status.SCREENED_OUT, Status.QUOTA_FULL)
# The name of the screen's first item, an item of it, the choices offered, the answer before: the raw reply.
Read = Callable[[str, Item, tuple[Choice, ...], Answer], object]


class Absence(Enum):
    """Why there is no sitting."""

    SENT = "sent"  # an envelope of this ticket waits to be opened
    GONE = "gone"  # sent and opened, left, or expired: nobody can tell which
    CLOSED = "closed"  # the wave is no longer in the field


@dataclass(frozen=True, slots=True)
class Place:
    """Where sittings are kept: the database, and the waves' keys, which are outside it."""

    database: Engine
    keys: WaveKeys


class BusyError(Exception):
    """A draft that changed under every attempt to store it."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """An open draft, and the questionnaire that it answers."""

    draft: Draft

    @property
    def questionnaire(self) -> Questionnaire:
        """The questionnaire of the draft's wave."""
        return self.draft.wave.questionnaire

    @property
    def interview(self) -> Interview:
        """The interview as it was last stored."""
        return self.draft.interview


def invited(place: Place, key: bytes | None, code: str, wave_id: str, now: float) -> Paradata | None:
    """Spend a start of an invitation, in a transaction of its own; None if it opens nothing.

    Raises WaveKeyError, and spends none, if no interview of this wave could be kept.
    """
    if key is None:
        return None
    with alone(place.database) as work:
        drafts.wave_key(work, place.keys, wave_id)
    with changing(place.database) as work:
        found = invitations.spend(work, key, code, wave_id)
    if found is None:
        return None
    return Paradata(found.entry, int(now), found.area, code if found.entry is Entry.ASSISTED else "")


def begin(
    place: Place,
    earlier: Ticket | None,
    fielded: Wave,
    mode: Mode,
    language: str,
    today: date,
    paradata: Paradata,
) -> tuple[Ticket, Step]:
    """Start an interview under a new ticket and drop the earlier draft."""
    ticket = Ticket.new()
    step = engine.begin(fielded.questionnaire, mode, language, secrets.randbelow(SEEDS))
    with changing(place.database) as work:
        if earlier is not None:
            drafts.discard(work, earlier)
        key = drafts.wave_key(work, place.keys, fielded.id)
        drafts.create(work, key, ticket, fielded.id, fielded.questionnaire, step.interview, today, paradata)
    return ticket, step


def pause(place: Place, ticket: Ticket | None, today: date) -> tuple[str, Draft] | Absence:
    """Put the interview aside: the resume code, and the draft that waits for it."""
    found = find(place, ticket, today)
    if isinstance(found, Absence) or ticket is None:
        return found if isinstance(found, Absence) else Absence.GONE
    code, stretched = pauses.new_pause()
    with changing(place.database) as work:
        put = pauses.put_aside(work, place.keys, ticket, stretched, today)
    return (code, found.draft) if put else Absence.GONE


def take_up(place: Place, earlier: Ticket | None, code: str, today: date) -> Ticket | None:
    """The new ticket of the interview that was put aside under this code, in place of what this browser had."""
    stretched = pauses.stretch(code)
    with changing(place.database) as work:
        ticket = pauses.take_up(work, place.keys, stretched, today)
        if ticket is not None and earlier is not None:
            drafts.discard(work, earlier)
    return ticket


def find(place: Place, ticket: Ticket | None, today: date) -> Sitting | Absence:
    """The sitting of this ticket."""
    if ticket is None:
        return Absence.GONE
    with alone(place.database) as work:
        return _find(work, place.keys, ticket, today)


def answer(
    place: Place, ticket: Ticket | None, today: date, number: int, beside: frozenset[str], read: Read
) -> tuple[Sitting, Step] | Absence:
    """Take the replies to the item of this number and to those `beside` it on the page that was seen.

    What is refused leaves the draft as it was.

    An interview that ends here, because the survey is not for this person, leaves no draft.
    """

    def move(form: Questionnaire, interview: Interview) -> Step:
        name = form.items[number - 1].name if 0 < number <= len(form.items) else ""
        at = engine.visit(form, interview, name).interview
        if not name or at.cursor != name:
            return Step(interview, (Refused(name, Reason.NOT_ASKED),))
        raws = {
            item.name: read(name, item, engine.offered_choices(form, at, item), interview.answers.get(item.name))
            for item in engine.page(form, at)
            if item.name == name or item.name in beside
        }
        return engine.answer_page(form, at, raws)

    return _move(place, ticket, today, move)


def switch_language(place: Place, ticket: Ticket | None, today: date, language: str) -> tuple[Sitting, Step] | Absence:
    """Go on in another language."""
    return _move(place, ticket, today, lambda form, interview: engine.switch_language(form, interview, language))


def send(
    place: Place, ticket: Ticket | None, today: date, custodian: str, now: float, *, confirmed: bool
) -> tuple[Sitting, Receipt | None] | Absence:
    """Seal and hand in the interview, once.

    Without a receipt if something is still unanswered, or if the person whom somebody assists has not confirmed.
    """
    if ticket is None:
        return Absence.GONE
    with suppress(WaveClosedError):
        return _send(place, ticket, today, custodian, now, confirmed=confirmed)
    return Absence.CLOSED


def _send(
    place: Place, ticket: Ticket, today: date, custodian: str, now: float, *, confirmed: bool
) -> tuple[Sitting, Receipt | None] | Absence:
    for _ in range(ATTEMPTS):
        with changing(place.database) as work:
            sitting = _find(work, place.keys, ticket, today)
            if isinstance(sitting, Absence):
                return sitting
            form, interview = sitting.questionnaire, sitting.interview
            step = engine.complete(form, interview)
            if step.interview.status is not Status.COMPLETED or (interview.mode is Mode.ASSISTED and not confirmed):
                return sitting, None
            # Storing first takes the draft's row, so that a parallel answer or second click waits and then starts over.
            if drafts.store(work, ticket, sitting.draft, step.interview):
                draft = sitting.draft
                came = provenance(draft.paradata, engine.place(form, interview)[1], now)
                mine = ticket.within(draft.key)
                receipt = intake.complete(work, form, step.interview, draft.wave.id, mine, custodian, came)
                drafts.discard(work, ticket)
                return sitting, receipt
    raise BusyError


def leave(place: Place, ticket: Ticket) -> None:
    """Delete the draft."""
    with changing(place.database) as work:
        drafts.discard(work, ticket)


def _sent(work: Work, keys: WaveKeys, ticket: Ticket) -> bool:
    """Whether this ticket has sent an interview of the wave in the field."""
    fielded = open_wave(work)
    key = keys.find(fielded.id) if fielded else None
    return key is not None and intake.received(work, ticket.within(key)) is not None


def _find(work: Work, keys: WaveKeys, ticket: Ticket, today: date) -> Sitting | Absence:
    draft = drafts.find(work, keys, ticket, today)
    if draft is None:
        return Absence.SENT if _sent(work, keys, ticket) else Absence.GONE
    return Sitting(draft) if draft.wave.state == OPEN else Absence.CLOSED


def _move(
    place: Place, ticket: Ticket | None, today: date, move: Callable[[Questionnaire, Interview], Step]
) -> tuple[Sitting, Step] | Absence:
    if ticket is None:
        return Absence.GONE
    for _ in range(ATTEMPTS):
        # Reading and storing stand alone, so that nobody waits while one reply is weighed: the revision guards.
        with alone(place.database) as work:
            sitting = _find(work, place.keys, ticket, today)
            if isinstance(sitting, Absence):
                return sitting
            step = move(sitting.questionnaire, sitting.interview)
            if step.interview.status in ENDED:
                stored = drafts.discard(work, ticket, sitting.draft)
            else:
                stored = not _moved(sitting.interview, step) or drafts.store(
                    work, ticket, sitting.draft, step.interview
                )
            if stored:
                return sitting, step
    raise BusyError


def _moved(before: Interview, step: Step) -> bool:
    refused = any(isinstance(event, Refused) for event in step.events)
    same = (before.answers, before.status) == (step.interview.answers, step.interview.status)
    return bool(step.events) and not (refused and same)
