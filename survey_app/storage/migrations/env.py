"""Alembic's entry: runs the migrations on the engine that `database.migrate` hands over."""

from alembic import context
from sqlmodel import SQLModel

from survey_app.storage import tables

engine = context.config.attributes["engine"]
assert tables.QuestionnaireRow.metadata is SQLModel.metadata

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
