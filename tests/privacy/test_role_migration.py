"""The migration of the roles, on a server of its own: who may run it, two at once, and what the server's log holds."""

import logging
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.util import CommandError
from click.testing import CliRunner
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from survey_app.storage.database import alone, configuration, connect, migrate, writing
from survey_app.verbs import migrate as verb
from tests.conftest import installed_postgres, unavailable

from .filled import CANARY, fill
from .members import ROLES

pytestmark = pytest.mark.postgres
ROOT = Path(__file__).parents[2]
MIGRATE = "import sys; from survey_app.storage.database import connect, migrate; migrate(connect(sys.argv[1]))"
WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
TAKEN = "INSERT INTO inbound VALUES (:id, now())"
FAILED = "SELECT 1 / (length(:id) - length(:id))"
REFUSED_ROWS = (
    "INSERT INTO inbound VALUES (:id, NULL)",
    "INSERT INTO draft VALUES (:id, 'w1', -1, '', 0, now())",
    "INSERT INTO envelope VALUES (gen_random_uuid(), :id, '', '')",
)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A PostgreSQL server that this module alone uses, since roles and the log belong to the whole of it."""

    url: str
    log: Path

    def engine(self, database: str, user: str = "postgres") -> Engine:
        return connect(make_url(self.url).set(database=database, username=user).render_as_string(hide_password=False))

    def run(self, *statements: str) -> None:
        engine = self.engine("postgres")
        with alone(engine) as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    try:
        with installed_postgres() as (url, data):
            yield Cluster(url, data / "log")
    except ImportError:
        unavailable("no PostgreSQL of its own: install the development dependencies")


@pytest.fixture
def bare(cluster: Cluster) -> Iterator[Cluster]:
    """The server without our databases and groups, and with a user who may make neither superusers nor roles."""
    yield cluster
    engine = cluster.engine("postgres")
    with alone(engine) as connection:
        for name in connection.exec_driver_sql("SELECT datname FROM pg_database WHERE datname LIKE 't\\_%%'").scalars():
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        for role in (*ROLES, "migrator"):
            connection.exec_driver_sql(f"DROP ROLE IF EXISTS {role}")
    engine.dispose()


def database(cluster: Cluster, owner: str = "postgres") -> str:
    name = f"t_{uuid.uuid4().hex[:8]}"
    cluster.run(f"CREATE DATABASE {name} OWNER {owner}")
    return name


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def scalar(engine: Engine, question: str) -> Any:
    with alone(engine) as connection:
        return connection.exec_driver_sql(question).scalar()


def test_two_databases_that_are_migrated_at_once_share_the_groups(bare: Cluster) -> None:
    engines = [bare.engine(database(bare)) for _ in range(2)]
    # Who comes first makes the groups and does not commit yet, so that the other must wait for it, and then go on.
    with engines[0].begin() as first:
        first.exec_driver_sql("CREATE ROLE thiqa_reader NOLOGIN")
        other = subprocess.Popen([sys.executable, "-c", MIGRATE, url_of(engines[1])], cwd=ROOT)
        watched = time.monotonic() + 60
        while not first.exec_driver_sql(WAITS).scalar():
            assert other.poll() is None
            assert time.monotonic() < watched
    assert other.wait(60) == 0
    migrate(engines[0])
    for engine in engines:
        assert scalar(engine, "SELECT has_table_privilege('thiqa_reader', 'response', 'SELECT')")
        engine.dispose()


def test_who_may_not_make_roles_is_told_what_an_administrator_must_run(
    bare: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare.run("CREATE ROLE migrator LOGIN")
    engine = bare.engine(database(bare, "migrator"), "migrator")
    with pytest.raises(CommandError) as caught:
        migrate(engine)
    said = str(caught.value)
    assert "\n" not in said
    monkeypatch.setenv("THIQA_DATABASE_URL", url_of(engine))
    monkeypatch.setenv("THIQA_CUSTODIAN_PUBLIC_KEY", "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f")
    outcome = CliRunner().invoke(verb)
    assert (outcome.exit_code, outcome.stderr) == (1, f"Error: {said}\n")
    assert scalar(engine, "SELECT to_regclass('response')") is None, "nothing is done by halves"
    bare.run(*said.partition("first: ")[2].split("; "))
    migrate(engine)
    assert scalar(engine, "SELECT has_column_privilege('thiqa_collector', 'envelope', 'digest', 'SELECT')")
    engine.dispose()


def test_who_is_no_superuser_is_told_in_the_log_what_is_left_to_an_administrator(
    bare: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    bare.run("CREATE ROLE migrator LOGIN CREATEROLE")
    name = database(bare, "migrator")
    engine = bare.engine(name, "migrator")
    with caplog.at_level(logging.WARNING, "alembic"):
        migrate(engine)
    (said,) = (record.getMessage() for record in caplog.records)
    left = said.partition("let an administrator run: ")[2].rstrip(";").split("; ")
    assert left == [
        f"ALTER DATABASE {name} SET log_parameter_max_length = 0",
        f"ALTER DATABASE {name} SET log_error_verbosity = terse",
    ]
    assert scalar(engine, "SELECT has_database_privilege('public', current_database(), 'CONNECT, TEMPORARY')") is False
    caplog.clear()
    command.downgrade(configuration(engine), "0002")
    bare.run("GRANT SET ON PARAMETER log_parameter_max_length, log_error_verbosity TO migrator")
    with caplog.at_level(logging.WARNING, "alembic"):
        migrate(engine)
    assert not caplog.records
    bare.run("REVOKE SET ON PARAMETER log_parameter_max_length, log_error_verbosity FROM migrator")
    engine.dispose()


def test_undoing_it_takes_the_grants_back_and_opens_nothing(bare: Cluster) -> None:
    engine = bare.engine(database(bare))
    migrate(engine)
    command.downgrade(configuration(engine), "0002")
    granted = "SELECT count(*) FROM pg_class, aclexplode(relacl) WHERE grantee <> relowner AND relkind IN ('r', 'S') "
    assert scalar(engine, granted + "AND relnamespace = to_regnamespace('public')") == 0
    by_column = "SELECT count(*) FROM pg_attribute, aclexplode(attacl) WHERE attrelid >= 16384"
    assert scalar(engine, by_column) == 0
    assert scalar(engine, "SELECT has_database_privilege('thiqa_reader', current_database(), 'CONNECT')") is False
    assert scalar(engine, "SELECT has_database_privilege('public', current_database(), 'TEMPORARY')") is False
    assert scalar(engine, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'thiqa%%'") == len(ROLES)
    engine.dispose()


def test_fault_54_the_servers_log_holds_no_value_even_where_it_holds_every_statement(bare: Cluster) -> None:
    name = database(bare)
    engine = bare.engine(name)
    migrate(engine, "0002")
    bare.run(
        "ALTER SYSTEM SET log_statement = 'all'",
        "ALTER SYSTEM SET log_min_duration_statement = 0",
        "ALTER SYSTEM SET log_parameter_max_length_on_error = -1",
        "SELECT pg_reload_conf()",
    )
    fill(engine)
    assert logged(bare, engine, *REFUSED_ROWS) >= {"statement", "DETAIL", CANARY}, "without the migration it holds them"
    assert logged(bare, engine, TAKEN) == {"statement", "parameters", "DETAIL", CANARY}
    assert logged(bare, engine, FAILED) == {"statement", "parameters", "CONTEXT", CANARY}
    migrate(engine)
    engine.dispose()
    assert logged(bare, bare.engine(name), *REFUSED_ROWS, TAKEN, FAILED) == {"statement"}
    # Each setting for itself: also where the log is as wordy as it can be, it has no parameters.
    wordy = connect(
        engine.url.update_query_dict({"options": "-c log_error_verbosity=verbose"}).render_as_string(
            hide_password=False
        )
    )
    assert not logged(bare, wordy, TAKEN) & {"parameters", CANARY}
    assert not logged(bare, wordy, FAILED) & {"parameters", CANARY}
    bare.run(*(f"ALTER SYSTEM RESET {each}" for each in ("log_statement", "log_min_duration_statement")))
    bare.run("ALTER SYSTEM RESET log_parameter_max_length_on_error", "SELECT pg_reload_conf()")


def logged(cluster: Cluster, engine: Engine, *statements: str) -> set[str]:
    """What of interest the server logs while statements with values run through our engine, or are refused."""
    start = cluster.log.stat().st_size
    for statement in statements:
        try:
            with writing(engine) as session:
                session.connection().execute(text(statement), {"id": CANARY + uuid.uuid4().hex})
        except DBAPIError:
            continue
    engine.dispose()
    log = cluster.log.read_bytes()[start:].decode().replace("Parameters", "parameters")
    return {word for word in ("statement", "parameters", "DETAIL", "CONTEXT", CANARY) if word in log}
