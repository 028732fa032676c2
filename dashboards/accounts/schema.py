"""The tables of the staff's store, brought up to date by Alembic; its mark of the version has a name of its own."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

MIGRATIONS = Path(__file__).parent / "migrations"
VERSIONS = "staff_version"
_LOCK = 7_236_841  # of PostgreSQL: one process migrates, the others wait


def migrate(engine: Engine) -> None:
    """Bring the tables up to date; where they are already, nothing is written."""
    config = _config()
    if version(engine) == ScriptDirectory.from_config(config).get_current_head():
        return
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def version(engine: Engine) -> str | None:
    """The revision that the tables have; None before the first."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection, opts={"version_table": VERSIONS}).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
