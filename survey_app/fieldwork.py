"""Waves and their questionnaires: what is in the field today, and what a stored version says."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlmodel import Session

from .engine import Questionnaire, from_document, to_document
from .storage.database import Work
from .storage.tables import QuestionnaireRow, WaveRow, table

PLANNED, OPEN, CLOSED = "planned", "open", "closed"


@dataclass(frozen=True, slots=True)
class Wave:
    """A fieldwork period and the questionnaire that it fields."""

    id: str
    opens: date
    closes: date
    state: str
    questionnaire: Questionnaire


class FieldworkError(ValueError):
    """A wave or questionnaire that cannot be fielded as asked."""


WAVE = table(WaveRow)
_QUESTIONNAIRE = table(QuestionnaireRow)
_DOCUMENT = select(_QUESTIONNAIRE.c.document).where(_QUESTIONNAIRE.c.version == bindparam("version"))
_ALL = select(WAVE).order_by(WAVE.c.opens, WAVE.c.id)
_NEWEST = select(WAVE).where(WAVE.c.state == bindparam("state")).order_by(WAVE.c.opens.desc()).limit(1)
_ONE = select(WAVE).where(WAVE.c.id == bindparam("wave"))
_parsed: dict[str, Questionnaire] = {}


def questionnaire(work: Work, version: str) -> Questionnaire:
    """The fielded questionnaire of this version; versions are immutable, so each is parsed once a process."""
    if version not in _parsed:
        document = work.execute(_DOCUMENT, {"version": version}).scalar()
        if document is None:
            raise FieldworkError("no questionnaire of that version was fielded")
        stored = from_document(document)
        if stored.version != version:
            raise FieldworkError("a fielded questionnaire was changed in the database; it must not be used")
        _parsed[version] = stored
    return _parsed[version]


def field(session: Session, form: Questionnaire, wave: str, opens: date, closes: date, state: str = OPEN) -> None:
    """Field a questionnaire in a wave. A wave that exists must have the same questionnaire; its state is updated."""
    if session.get(QuestionnaireRow, form.version) is None:
        session.add(QuestionnaireRow(version=form.version, document=to_document(form)))
        session.flush()
    row = session.get(WaveRow, wave)
    if row is None:
        session.add(WaveRow(id=wave, opens=opens, closes=closes, state=state, questionnaire=form.version))
    elif row.questionnaire != form.version:
        raise FieldworkError(f"wave {wave} already fields another version of the questionnaire")
    else:
        row.opens, row.closes, row.state = opens, closes, state
    session.flush()


def waves(work: Work) -> tuple[Wave, ...]:
    """All waves, oldest first."""
    return tuple(fielded(work, row) for row in work.execute(_ALL).all())


def open_wave(work: Work) -> Wave | None:
    """The wave in the field: the newest that is open, or None."""
    row = work.execute(_NEWEST, {"state": OPEN}).first()
    return fielded(work, row) if row else None


def current_wave(work: Work) -> Wave | None:
    """The wave in the field, or else the newest; None if there never was one."""
    return open_wave(work) or next(reversed(waves(work)), None)


def wave(work: Work, wave_id: str) -> Wave | None:
    """The wave with this id, or None."""
    row = work.execute(_ONE, {"wave": wave_id}).first()
    return fielded(work, row) if row else None


def fielded(work: Work, row: Row[Any]) -> Wave:
    """The wave that a row with WAVE's columns holds."""
    return Wave(row.id, row.opens, row.closes, row.state, questionnaire(work, row.questionnaire))
