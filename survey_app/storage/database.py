"""Engines, sessions and migrations of one database, SQLite or PostgreSQL.

A write session on SQLite takes the write lock at once (BEGIN IMMEDIATE), so a read followed by a write never works on
what another has changed meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine import make_url
from sqlmodel import Session

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 5
# A person waits for an answer, and a request that waits holds a thread: rather say soon that it did not work. A server
# or a network that is silent is given up as well. What runs at night (migrations, batches, figures) has no such limits.
IMPATIENT = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "options": "-c lock_timeout=3s -c statement_timeout=5s -c idle_in_transaction_session_timeout=30s",
}


def connect(url: str, *, impatient: bool = False) -> Engine:
    """An engine for a database URL; statements and errors never echo values.

    An `impatient` one is for those who serve people: no statement and no wait lasts longer than a few seconds. Options
    of libpq in the URL itself count before these.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        limits = {name: value for name, value in IMPATIENT.items() if impatient and name not in parsed.query}
        engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=True, connect_args=limits)
        event.listen(engine, "handle_error", _without_detail)
        return engine
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def configure(connection: object, _record: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]  # the driver's own transactions are switched off
        cursor = connection.cursor()  # type: ignore[attr-defined]  # sqlite3.Connection
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        reading = connection.get_execution_options().get("thiqa_reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _without_detail(context: ExceptionContext) -> None:
    """PostgreSQL's DETAIL quotes the whole failing row, and would carry an answer into a log: keep the first line."""
    first = str(context.original_exception).partition("\n")[0]
    context.original_exception.args = (first,)
    if context.sqlalchemy_exception is not None:
        context.sqlalchemy_exception.args = (first,)


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session whose work is committed together at the end, or not at all."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only reads."""
    with Session(engine.execution_options(thiqa_reading=True)) as session:
        yield session


def configuration(engine: Engine) -> Config:
    """Alembic's configuration for this engine."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the tables to a revision, the newest by default."""
    command.upgrade(configuration(engine), revision)
