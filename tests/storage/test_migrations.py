"""The tables: migrations run up and down on both databases, equal the models, and hold no column that could link."""

import uuid
from datetime import date

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from survey_app.storage.database import configuration, migrate, reading, writing
from survey_app.storage.tables import OutboxRow, QuestionnaireRow, ResponseRow, WaveRow

# Reviewed columns. A new one fails here until someone has asked what it could link.
COLUMNS = {
    "questionnaire": {"version", "document"},
    "wave": {"id", "opens", "closes", "state", "questionnaire"},
    "draft": {"id", "wave", "revision", "sealed", "answered", "expires"},
    "pause": {"id", "sealed", "expires"},
    "invitation": {"id", "wave", "entry", "area", "starts"},
    "envelope": {"submission", "wave", "sealed", "digest"},
    "response": {"id", "wave", "mode", "language", "entry", "hurried", "answers", "weight", "stratum", "psu"},
    "quarantine": {"id", "wave", "item", "language", "said"},
    "reading": {"quarantine", "reader", "signature"},
    "opening": {"number", "wave", "act", "opened", "refused", "previous", "digest"},
    "break_off": {"wave", "answered", "interviews"},
    "conversation": {"person", "wave", "state", "delivery", "revision", "sealed"},
    "inbound": {"id", "day"},
    "outbox": {"id", "channel", "person", "wave", "kind", "sealed", "status", "failure", "segments"}
    | {"attempts", "due", "expires", "token", "reference"},
    "carrier_copy": {"id", "channel", "sealed", "due", "attempts"},
    "tally": {"person", "period", "messages"},
    "spending": {"wave", "channel", "day", "messages", "segments", "cost"},
    "channel": {"id", "tokens", "refilled", "taken", "refused", "counted", "resting", "handed", "heard"},
    "disposition": {"wave", "state", "delivery", "cases"},
}


def test_fault_51_the_migrations_give_what_the_models_say(engine: Engine) -> None:
    command.check(configuration(engine))


def test_fault_51_each_migration_can_be_undone_and_done_again(engine: Engine) -> None:
    revisions = [script.revision for script in ScriptDirectory.from_config(configuration(engine)).walk_revisions()]
    for _ in revisions:
        command.downgrade(configuration(engine), "-1")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    migrate(engine)
    assert set(inspect(engine).get_table_names()) - {"alembic_version"} == set(COLUMNS)


def test_fault_53_every_column_was_reviewed() -> None:
    assert {
        name: {column.name for column in table.columns} for name, table in SQLModel.metadata.tables.items()
    } == COLUMNS


def test_fault_53_responses_and_envelopes_know_no_time_and_no_order(engine: Engine) -> None:
    for table in ("response", "envelope", "quarantine", "reading"):
        kinds = {str(column["type"]).upper() for column in inspect(engine).get_columns(table)}
        assert not any(word in kind for kind in kinds for word in ("DATE", "TIME", "INT", "SERIAL"))


def test_an_illegal_state_is_refused_by_the_database_and_the_error_shows_no_value(engine: Engine) -> None:
    with pytest.raises(IntegrityError) as caught, writing(engine) as session:
        session.add(
            ResponseRow(id=uuid.uuid4(), wave="nowhere", mode="telepathy", language="ar", answers={"canary": "value"})
        )
    assert "canary" not in str(caught.value)


def test_constraints_are_named_alike_everywhere(engine: Engine) -> None:
    checks = inspect(engine).get_check_constraints(str(WaveRow.__tablename__))
    assert {check["name"] for check in checks} == {"ck_wave_state", "ck_wave_dates"}
    assert inspect(engine).get_pk_constraint(str(OutboxRow.__tablename__))["name"] == "pk_outbox"


def test_a_reading_session_writes_nothing(engine: Engine) -> None:
    with reading(engine) as session:
        session.add(QuestionnaireRow(version="v", document={}))
        session.add(WaveRow(id="w", opens=date(2026, 1, 1), closes=date(2026, 2, 1), state="open", questionnaire="v"))
        session.flush()
    with reading(engine) as session:
        assert session.get(WaveRow, "w") is None
