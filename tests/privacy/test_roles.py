"""Fault 63, the other half: an insider with a room's database user is refused everything but that room's work."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Engine

from .filled import fill
from .members import ROLES, Members, hired

pytestmark = pytest.mark.postgres
# All that each role may do; whatever is not here must be refused. A word alone is a right on the whole table, with its
# system columns; with columns behind it, on these alone.
ALLOWED: dict[str, dict[str, set[str]]] = {
    "thiqa_collector": {
        "questionnaire": {"SELECT"},
        "wave": {"SELECT"},
        "draft": {"SELECT", "INSERT", "UPDATE", "DELETE"},
        "pause": {"SELECT", "INSERT", "DELETE"},
        "invitation": {"SELECT area entry id starts wave", "UPDATE starts"},
        "envelope": {"INSERT", "SELECT digest submission"},
    },
    "thiqa_text": {
        "questionnaire": {"SELECT"},
        "wave": {"SELECT"},
        "conversation": {"SELECT", "INSERT", "UPDATE", "DELETE"},
        "inbound": {"SELECT", "INSERT", "DELETE"},
        "outbox": {"SELECT", "INSERT", "UPDATE", "DELETE"},
        "outbox_id_seq": {"NEXT"},
        "envelope": {"INSERT", "SELECT digest submission"},
    },
    "thiqa_custodian": {
        "questionnaire": {"SELECT"},
        "wave": {"SELECT", "UPDATE state"},
        "envelope": {"SELECT", "DELETE"},
        "response": {"INSERT", "SELECT mode wave"},
        "opening": {"SELECT", "INSERT"},
        "opening_number_seq": {"NEXT"},
    },
    "thiqa_reader": {
        "questionnaire": {"SELECT"},
        "wave": {"SELECT"},
        "response": {"SELECT"},
    },
}
# What each statement tries to do, to a table as a whole and to one column of it. None changes a row.
BY_COLUMN = {
    "SELECT": ("SELECT {} FROM {}", "COPY (SELECT {} FROM {}) TO STDOUT", "EXPLAIN ANALYZE SELECT {} FROM {}"),
    "INSERT": ("INSERT INTO {1} ({0}) SELECT NULL WHERE false", "COPY {1} ({0}) FROM STDIN"),
    "UPDATE": ("UPDATE {1} SET {0} = DEFAULT WHERE false",),
}
SYSTEM = ("xmin", "xmax", "cmin", "cmax", "ctid", "tableoid")
WHOLE = {"DELETE": "DELETE FROM {} WHERE false", "TRUNCATE": "TRUNCATE {} CASCADE"}
OF_SEQUENCES = {"NEXT": "SELECT nextval('{}')", "SET": "SELECT setval('{}', 9)", "READ": "SELECT last_value FROM {}"}
RELATIONS = """
SELECT relname, relkind, array_agg(attname) FROM pg_class
JOIN pg_namespace AS schema ON schema.oid = relnamespace
JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
WHERE relkind <> 'i' AND nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%' GROUP BY relname, relkind
"""


@pytest.fixture(scope="module")
def members(postgres_server: str, postgres_template: str) -> Iterator[Members]:  # noqa: ARG001 (makes the groups)
    with hired(postgres_server) as found:
        yield found


@pytest.fixture
def filled(postgres_engine: Engine) -> Engine:
    """The owner's database, with rows in every table and fresh statistics of them."""
    fill(postgres_engine)
    return postgres_engine


@pytest.fixture(params=ROLES)
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def insider(filled: Engine, members: Members, role: str) -> Iterator[psycopg.Connection]:
    """A connection as psql would open it, with nothing of ours between."""
    url = filled.url.set(drivername="postgresql", username=members.names[role], password=members.password)
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        yield connection


def may(connection: psycopg.Connection, statement: str) -> bool:
    """Whether the statement is allowed; nothing of it is kept. That it fails for another reason does not matter."""
    try:
        with connection.cursor() as cursor, connection.transaction(force_rollback=True):
            if statement.startswith("COPY"):
                with cursor.copy(statement) as copied:  # type: ignore[arg-type]  # made of names in this file
                    if statement.endswith("STDOUT"):
                        list(copied)
            else:
                cursor.execute(statement)  # type: ignore[arg-type]  # the same
    except InsufficientPrivilege:
        return False
    except psycopg.Error as error:
        assert error.sqlstate
        assert not error.sqlstate.startswith("42"), f"{statement}: {error}"  # the statement itself is wrong
    return True


def rights(connection: psycopg.Connection, name: str, kind: str, columns: list[str]) -> set[str]:
    """What may be done with a relation, in the words of ALLOWED."""
    if kind == "S":
        return {word for word, statement in OF_SEQUENCES.items() if may(connection, statement.format(name))}
    found = {word for word, statement in WHOLE.items() if may(connection, statement.format(name))}
    for word, statements in BY_COLUMN.items():
        by_way = [
            {column for column in columns if may(connection, statement.format(f'"{column}"', name))}
            for statement in statements
        ]
        assert all(one == by_way[0] for one in by_way), (name, word, by_way)
        if by_way[0]:
            whole = word != "SELECT" and by_way[0] == set(columns)
            found.add(word if whole else " ".join([word, *sorted(by_way[0])]))
    hidden = {column: may(connection, f"SELECT {column} FROM {name}") for column in SYSTEM}
    assert len(set(hidden.values())) == 1, (name, hidden)
    if hidden["xmin"]:
        found = {right for right in found if not right.startswith("SELECT")} | {"SELECT"}
    return found


def test_fault_63_every_role_may_do_what_the_list_says_and_nothing_else(
    insider: psycopg.Connection, filled: Engine, role: str
) -> None:
    with filled.connect() as owner:
        relations = owner.exec_driver_sql(RELATIONS).all()
    found = {name: rights(insider, name, kind, columns) for name, kind, columns in relations}
    assert {name: what for name, what in found.items() if what} == ALLOWED[role]


def test_fault_63_every_relation_was_reviewed(filled: Engine) -> None:
    with filled.connect() as owner:
        relations = {name for name, _, _ in owner.exec_driver_sql(RELATIONS)}
        functions = owner.exec_driver_sql(
            "SELECT proname FROM pg_proc WHERE pronamespace = to_regnamespace('public') AND oid >= 16384"
        ).all()
    reviewed = {name for tables in ALLOWED.values() for name in tables}
    assert relations == reviewed | {"alembic_version"}
    assert not functions
