"""Fault 63, the other half: an insider with a room's database user is refused everything but that room's work."""

import traceback
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from survey_app.storage.database import alone, writing

from .filled import CANARY, fill
from .members import ROLES, Members, hired
from .statements import FAILING, NOBODY_MAY, WAYS_IN

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
        "carrier_copy": {"SELECT", "INSERT", "UPDATE", "DELETE"},
        "carrier_copy_id_seq": {"NEXT"},
        "tally": {"SELECT", "INSERT", "UPDATE", "DELETE"},
        "spending": {"SELECT", "INSERT", "UPDATE"},
        "channel": {"SELECT", "INSERT", "UPDATE"},
        "disposition": {"SELECT"},
        "envelope": {"INSERT", "SELECT digest submission"},
    },
    "thiqa_custodian": {
        "questionnaire": {"SELECT"},
        "wave": {"SELECT", "UPDATE closes state"},
        "envelope": {"SELECT sealed submission wave", "DELETE"},
        "response": {"INSERT", "SELECT mode wave"},
        "opening": {"SELECT", "INSERT"},
        "opening_number_seq": {"NEXT"},
        "quarantine": {"INSERT", "SELECT wave"},
    },
    "thiqa_reader": {
        "questionnaire": {"SELECT"},
        "wave": {"SELECT"},
        "response": {"SELECT"},
        "break_off": {"SELECT"},
    },
    "thiqa_quarantine": {
        "questionnaire": {"SELECT"},
        "wave": {"SELECT"},
        "quarantine": {"SELECT id item language said wave", "UPDATE said", "DELETE"},
        "reading": {"SELECT quarantine reader signature", "INSERT", "DELETE"},
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
WHERE relkind <> 'i' AND nspname <> 'information_schema' AND nspname !~ '^pg_' GROUP BY relname, relkind
"""


@pytest.fixture(scope="module")
def members(postgres_server: str, postgres_template: str) -> Iterator[Members]:
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
                with cursor.copy(statement) as copied:
                    if statement.endswith("STDOUT"):
                        list(copied)
            else:
                cursor.execute(statement)
    except InsufficientPrivilege:
        return False
    except psycopg.Error as error:
        if (error.sqlstate or "42").startswith("42"):  # the statement itself is wrong
            pytest.fail(f"{statement}: {error}")
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


def refused(connection: psycopg.Connection, statement: str) -> bool:
    """Whether permission is denied; any other end, a mistake as well as success, is not a refusal."""
    try:
        with connection.cursor() as cursor:
            if statement.endswith("STDOUT"):
                with cursor.copy(statement) as copied:
                    list(copied)
            else:
                cursor.execute(statement)
    except InsufficientPrivilege:
        return True
    except psycopg.Error as error:
        pytest.fail(f"{statement}: {error}")
    return False


def test_fault_63_no_role_can_build_take_or_become_anything(
    insider: psycopg.Connection, filled: Engine, members: Members, role: str
) -> None:
    other = next(name for key, name in members.names.items() if key != role)
    with filled.connect() as owner:
        process = owner.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        words = {"me": members.names[role], "other": other, "owner": process}
        found = [each for each in NOBODY_MAY if not refused(insider, each.format(**words))]
    assert not found


def test_fault_63_no_way_leads_into_a_table_that_a_role_may_not_read(
    insider: psycopg.Connection, filled: Engine, role: str
) -> None:
    with filled.connect() as owner:
        tables = {name for name, kind, _ in owner.exec_driver_sql(RELATIONS) if kind == "r"}
    closed = tables - {name for name, what in ALLOWED[role].items() if any("SELECT" in right for right in what)}
    assert "alembic_version" in closed
    found = [
        way.format(table) for table in sorted(closed) for way in WAYS_IN if not refused(insider, way.format(table))
    ]
    assert not found


def test_fault_63_only_who_may_change_a_table_may_lock_its_rows(
    insider: psycopg.Connection, filled: Engine, role: str
) -> None:
    with filled.connect() as owner:
        tables = [name for name, kind, _ in owner.exec_driver_sql(RELATIONS) if kind == "r"]
    changed = {name for name, what in ALLOWED[role].items() if any("UPDATE" in right for right in what)}
    for strength in ("UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"):
        assert {name for name in tables if may(insider, f"SELECT 1 FROM {name} FOR {strength}")} == changed


def test_fault_63_the_planners_statistics_show_no_column_that_may_not_be_read(
    insider: psycopg.Connection, filled: Engine, role: str
) -> None:
    with filled.connect() as owner:
        columns = {name: columns for name, _, columns in owner.exec_driver_sql(RELATIONS)}
        known = owner.exec_driver_sql("SELECT count(*) FROM pg_stats WHERE tablename = 'response'").scalar_one()
    assert known, "there are statistics to be seen"
    readable = {
        (name, column)
        for name, what in ALLOWED[role].items()
        for right in what
        if right.startswith("SELECT")
        for column in (right.split()[1:] or columns[name])
    }
    shown = insider.execute("SELECT tablename, attname FROM pg_stats WHERE schemaname = 'public'").fetchall()
    assert shown
    assert set(shown) <= readable


def test_fault_63_what_others_are_doing_is_not_shown(insider: psycopg.Connection, filled: Engine) -> None:
    with filled.connect() as owner:
        owner.exec_driver_sql("SELECT 'canary'")
        process = owner.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        (shown,) = insider.execute(
            "SELECT query, client_addr, state, xact_start, backend_xid FROM pg_stat_activity WHERE pid = %s",
            (process,),
        ).fetchall()
    assert shown == ("<insufficient privilege>", None, None, None, None)


def test_fault_63_a_user_of_no_group_cannot_even_connect(filled: Engine, members: Members) -> None:
    stranger = f"{members.names['thiqa_reader']}_stranger"
    url = filled.url.set(drivername="postgresql", username=stranger, password=members.password)
    with alone(filled) as owner:
        owner.exec_driver_sql(f"CREATE ROLE {stranger} LOGIN PASSWORD '{members.password}'")
        try:
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(url.render_as_string(hide_password=False))
        finally:
            owner.exec_driver_sql(f"DROP ROLE {stranger}")


def test_fault_63_an_error_never_says_the_value(filled: Engine, members: Members, role: str) -> None:
    engine = members.engine(filled, role)
    for statement in FAILING:
        with pytest.raises(DBAPIError) as caught, writing(engine) as session:
            session.connection().execute(text(statement), {"value": CANARY})
        said = "".join(traceback.format_exception(caught.value))
        assert CANARY[:4] not in said
    engine.dispose()
