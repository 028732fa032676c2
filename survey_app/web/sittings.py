"""A respondent's sitting: the draft, its questionnaire, and the moves that are stored.

Each move is applied to the draft as it is now and stored only upon that revision, so that two tabs lose nothing; the
finished interview leaves in the same transaction that deletes the draft. Knows no page.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from sqlalchemy import Engine

from .. import drafts, engine, intake
from ..drafts import Draft
from ..engine import Answer, Choice, Interview, Item, Mode, Questionnaire, Reason, Refused, Status, Step
from ..fieldwork import OPEN, open_wave
from ..intake import Receipt, Ticket
from ..storage.database import Work, alone, changing

ATTEMPTS = 20
SEEDS = 2**32
ENDED = (Status.SCREENED_OUT, Status.QUOTA_FULL)
Read = Callable[[Item, tuple[Choice, ...], Answer], object]  # item, choices offered, answer before: the raw reply


class Absence(Enum):
    """Why there is no sitting."""

    SENT = "sent"  # an envelope of this ticket waits to be opened
    GONE = "gone"  # sent and opened, left, or expired: nobody can tell which
    CLOSED = "closed"  # the wave is no longer in the field


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


def begin(database: Engine, earlier: Ticket | None, language: str, today: date) -> tuple[Ticket, Step] | None:
    """Start an interview under a new ticket and drop the earlier draft; None if no wave is in the field."""
    ticket = Ticket.new()
    with changing(database) as work:
        fielded = open_wave(work)
        if fielded is None:
            return None
        if earlier is not None:
            drafts.discard(work, earlier)
        step = engine.begin(fielded.questionnaire, Mode.WEB, language, secrets.randbelow(SEEDS))
        drafts.create(work, ticket, fielded.id, step.interview, today)
    return ticket, step


def find(database: Engine, ticket: Ticket | None, today: date) -> Sitting | Absence:
    """The sitting of this ticket."""
    if ticket is None:
        return Absence.GONE
    with alone(database) as work:
        return _find(work, ticket, today)


def answer(
    database: Engine, ticket: Ticket | None, today: date, name: str, beside: frozenset[str], read: Read
) -> tuple[Sitting, Step] | Absence:
    """Take the replies to the item `name` and to those `beside` it on the page that was seen.

    What is refused leaves the draft as it was.

    An interview that ends here, because the survey is not for this person, leaves no draft.
    """

    def move(form: Questionnaire, interview: Interview) -> Step:
        at = engine.visit(form, interview, name).interview
        if at.cursor != name:
            return Step(interview, (Refused(name, Reason.NOT_ASKED),))
        raws = {
            item.name: read(item, engine.offered_choices(form, at, item), interview.answers.get(item.name))
            for item in engine.page(form, at)
            if item.name == name or item.name in beside
        }
        return engine.answer_page(form, at, raws)

    return _move(database, ticket, today, move)


def switch_language(
    database: Engine, ticket: Ticket | None, today: date, language: str
) -> tuple[Sitting, Step] | Absence:
    """Go on in another language."""
    return _move(database, ticket, today, lambda form, interview: engine.switch_language(form, interview, language))


def send(
    database: Engine, ticket: Ticket | None, today: date, custodian: str
) -> tuple[Sitting, Receipt | None] | Absence:
    """Seal and hand in the interview, once; without a receipt if something is still unanswered."""
    if ticket is None:
        return Absence.GONE
    for _ in range(ATTEMPTS):
        with changing(database) as work:
            sitting = _find(work, ticket, today)
            if isinstance(sitting, Absence):
                return sitting
            step = engine.complete(sitting.questionnaire, sitting.interview)
            if step.interview.status is not Status.COMPLETED:
                return sitting, None
            # Storing first takes the draft's row, so that a parallel answer or second click waits and then starts over.
            if drafts.store(work, ticket, sitting.draft, step.interview):
                form, fielded = sitting.questionnaire, sitting.draft.wave.id
                receipt = intake.complete(work, form, step.interview, fielded, ticket, custodian)
                drafts.discard(work, ticket)
                return sitting, receipt
    raise BusyError


def leave(database: Engine, ticket: Ticket) -> None:
    """Delete the draft."""
    with changing(database) as work:
        drafts.discard(work, ticket)


def _find(work: Work, ticket: Ticket, today: date) -> Sitting | Absence:
    draft = drafts.find(work, ticket, today)
    if draft is None:
        return Absence.SENT if intake.received(work, ticket) else Absence.GONE
    return Sitting(draft) if draft.wave.state == OPEN else Absence.CLOSED


def _move(
    database: Engine, ticket: Ticket | None, today: date, move: Callable[[Questionnaire, Interview], Step]
) -> tuple[Sitting, Step] | Absence:
    if ticket is None:
        return Absence.GONE
    for _ in range(ATTEMPTS):
        # Reading and storing stand alone, so that nobody waits while one reply is weighed: the revision guards.
        with alone(database) as work:
            sitting = _find(work, ticket, today)
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
