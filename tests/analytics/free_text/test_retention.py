"""Retention: open answers go with their wave, released or not, and what was decided on them goes too."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, func, select, update

from deploy.retention import purge_rows
from survey_app.fieldwork import CLOSED, WAVE
from survey_app.settings import RetentionSettings
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import QuarantineRow, ReadingRow, table

from .test_quarantine import DAY, FIRST, SECOND, approve, put, wave

__all__ = ["wave"]  # the fixture
KEPT = timedelta(days=RetentionSettings().keep_texts_days)


def count(engine: Engine, rows: type) -> int:
    with reading(engine) as session:
        return int(session.connection().execute(select(func.count()).select_from(table(rows))).scalar_one())


def test_fault_62_texts_are_kept_as_long_after_their_wave_as_is_said_and_no_longer(wave: Engine) -> None:
    texts = put(wave, ["un", "deux"])
    for key in (FIRST, SECOND):
        approve(wave, key, texts[0])
    last = datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC)

    def purged(now: datetime) -> int:
        return purge_rows(wave, RetentionSettings(), now).purged.open_answers

    assert purged(last + KEPT + timedelta(days=1)) == 0, "a wave that nobody closed keeps its texts"
    with writing(wave) as session:
        session.connection().execute(update(WAVE).values(state=CLOSED))
    assert purged(last + KEPT) == 0
    assert (count(wave, QuarantineRow), count(wave, ReadingRow)) == (2, 2)
    assert purged(last + KEPT + timedelta(days=1)) == 2
    assert (count(wave, QuarantineRow), count(wave, ReadingRow)) == (0, 0)
