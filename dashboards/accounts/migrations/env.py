"""Alembic's entry: runs the migrations on the connection that `schema.migrate` hands over, in its transaction."""

from alembic import context

from dashboards.accounts.schema import VERSIONS
from dashboards.accounts.tables import StaffModel

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=StaffModel.metadata,
    version_table=VERSIONS,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
