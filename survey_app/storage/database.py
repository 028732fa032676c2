"""Engines, sessions and migrations of one database, SQLite or PostgreSQL.

A write session on SQLite takes the write lock at once (BEGIN IMMEDIATE), so a read followed by a write never works on
what another has changed meanwhile. Statements that stand alone take it only while they write.
"""

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, ExceptionContext, Executable, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from .swift import Swift

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 5
# A person waits for an answer, and a request that waits holds a thread: rather say soon that it did not work. A server
# or a network that is silent is given up as well. What runs at night (migrations, batches, figures) has no such limits.
IMPATIENT = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "options": "-c lock_timeout=3s -c statement_timeout=5s -c idle_in_transaction_session_timeout=30s",
}
RESTED_SECONDS = 1
UNREADABLE = "the database's address cannot be read; : / ? # @ of a password are written %3A %2F %3F %23 %40"
Work = Session | Connection | Swift  # where statements are run: each has `execute`
_OF_DATA = "22"  # SQLSTATEs of values that do not fit: their first line quotes the value
_BEGIN, _PLAIN = "thiqa_begin", "thiqa_plain"  # execution options: how a transaction begins; the engine without any


def connect(url: str, *, impatient: bool = False) -> Engine:
    """An engine for a database URL; statements and errors never echo values.

    An `impatient` one is for those who serve people: no statement and no wait lasts longer than a few seconds. Options
    of libpq in the URL itself count before these.
    """
    parsed = _parsed(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    plain = _sqlite(parsed) if sqlite else _postgres(parsed, impatient=impatient)
    # Two engines over one pool: what listens to transactions would cost each statement that needs none.
    engine = plain.execution_options(**{_PLAIN: plain})
    event.listen(engine, "begin", _begin_sqlite if sqlite else _begin_postgres)
    return engine


@contextmanager
def connected(url: str) -> Iterator[Engine]:
    """The same, closed at the end."""
    engine = connect(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):  # its words may quote a part of the password
        raise ArgumentError(UNREADABLE) from None


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def configure(driver: Any, _record: object) -> None:
        driver.isolation_level = None  # the driver's own transactions are switched off
        cursor = driver.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _postgres(url: URL, *, impatient: bool) -> Engine:
    limits = {name: value for name, value in IMPATIENT.items() if impatient and name not in url.query}
    engine = create_engine(url, hide_parameters=True, skip_autocommit_rollback=True, connect_args=limits)
    event.listen(engine, "handle_error", _without_detail)
    _revive(engine)
    return engine


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN IMMEDIATE"))


def _begin_postgres(connection: Connection) -> None:
    _autocommit(connection, on=False)


def _autocommit(connection: Connection, *, on: bool) -> None:
    """Whether PostgreSQL's driver commits each statement, or begins a transaction before the next one."""
    driver: Any = connection.connection.driver_connection
    driver.autocommit = on


def _revive(engine: Engine) -> None:
    """Ask a connection that has rested whether it lives, as the pool's pre-ping does for every page."""

    @event.listens_for(engine, "checkin")
    def rest(_driver: object, record: ConnectionPoolEntry) -> None:
        record.info["rests since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def wake(driver: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() - record.info.get("rests since", math.inf) < RESTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(driver)
        except engine.dialect.loaded_dbapi.Error:
            raise InvalidatePoolError from None


def _without_detail(context: ExceptionContext) -> None:
    """PostgreSQL's DETAIL quotes the whole failing row, and would carry an answer into a log: keep the first line."""
    first = str(context.original_exception).partition("\n")[0]
    if str(getattr(context.original_exception, "sqlstate", "")).startswith(_OF_DATA):
        first = first.partition('"')[0].rstrip(": ")
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
    with Session(engine.execution_options(**{_BEGIN: "BEGIN"})) as session:
        yield session


def changing(engine: Engine) -> AbstractContextManager[Connection]:
    """As `writing`, without a session, whose bookkeeping takes longer than the statements."""
    return engine.begin()


@contextmanager
def alone(engine: Engine) -> Iterator[Connection]:
    """A connection on which each statement stands alone: it sees what is committed then, and is committed at once."""
    with engine.get_execution_options()[_PLAIN].connect() as connection:
        if connection.dialect.name != "sqlite":  # there the driver commits each statement already
            _autocommit(connection, on=True)
        yield connection


def changed(work: Work, statement: Executable, values: Mapping[str, object]) -> int:
    """Run a statement that changes rows; how many it changed."""
    return direct(work).execute(statement, values).rowcount


def direct(work: Work) -> Connection | Swift:
    """What runs the statements of a session, without its bookkeeping."""
    return work.connection() if isinstance(work, Session) else work


def sweep(engine: Engine, *tables: Table, anew: tuple[Table, ...] = ()) -> None:
    """Take what was deleted out of the database: SQLite's log keeps the pages of before, and PostgreSQL dead rows.

    PostgreSQL frees their place, where their bytes stand until something is written over them; the tables to be written
    `anew` get new files, while nobody else can read them.
    """
    with engine.get_execution_options()[_PLAIN].connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        _autocommit(connection, on=True)
        connection.exec_driver_sql(f"VACUUM {', '.join(table.name for table in tables)}")
        for table in anew:
            connection.exec_driver_sql(f"VACUUM FULL {table.name}")


def inserted(work: Work, into: Table, row: Mapping[str, object]) -> bool:
    """Insert a row; False if its key is there already. No error is raised, whose text would put the key in a log."""
    connection = direct(work)
    return connection.execute(_insertion(into, connection.dialect.name), row).rowcount == 1


@cache
def _insertion(into: Table, dialect: str) -> Executable:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(into).on_conflict_do_nothing(index_elements=list(into.primary_key))
    return statement.execution_options(preserve_rowcount=True)


def configuration(engine: Engine) -> Config:
    """Alembic's configuration for this engine."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the tables to a revision, the newest by default."""
    command.upgrade(configuration(engine), revision)
