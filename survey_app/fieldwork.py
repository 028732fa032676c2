"""Waves and their questionnaires: what is in the field today, and what a stored version says."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from .engine import Questionnaire, from_document, to_document
from .storage.tables import QuestionnaireRow, WaveRow

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


_parsed: dict[str, Questionnaire] = {}


def questionnaire(session: Session, version: str) -> Questionnaire:
    """The fielded questionnaire of this version; versions are immutable, so each is parsed once a process."""
    if version not in _parsed:
        row = session.get(QuestionnaireRow, version)
        if row is None:
            raise FieldworkError("no questionnaire of that version was fielded")
        stored = from_document(row.document)
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


def waves(session: Session) -> tuple[Wave, ...]:
    """All waves, oldest first."""
    rows = session.exec(select(WaveRow).order_by(col(WaveRow.opens), col(WaveRow.id)))
    return tuple(_wave(session, row) for row in rows)


def open_wave(session: Session) -> Wave | None:
    """The wave in the field: the newest that is open, or None."""
    newest = select(WaveRow).where(WaveRow.state == OPEN).order_by(col(WaveRow.opens).desc()).limit(1)
    row = session.exec(newest).first()
    return _wave(session, row) if row else None


def wave(session: Session, wave_id: str) -> Wave | None:
    """The wave with this id, or None."""
    row = session.get(WaveRow, wave_id)
    return _wave(session, row) if row else None


def _wave(session: Session, row: WaveRow) -> Wave:
    return Wave(row.id, row.opens, row.closes, row.state, questionnaire(session, row.questionnaire))
