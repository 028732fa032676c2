"""The roles: on PostgreSQL each room's database user may do that room's work and nothing else.

Login users are made by an administrator as members of one of these groups. What is in no group's list is the owner's
alone, who runs the migrations. On SQLite there are no users, and nothing is done.
"""

import logging

from alembic import op
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Where columns are listed, the system columns are refused: they say which rows were written together or in turn, and
# what is being written now can be seen in pg_locks by everybody.
GRANTS = {
    "thiqa_collector": {
        "questionnaire": "SELECT",
        "wave": "SELECT",
        "draft": "SELECT, INSERT, UPDATE, DELETE",
        "pause": "SELECT, INSERT, DELETE",
        "invitation": "SELECT (id, wave, entry, area, starts), UPDATE (starts)",
        "envelope": "INSERT, SELECT (submission, digest)",
    },
    "thiqa_text": {
        "questionnaire": "SELECT",
        "wave": "SELECT",
        "conversation": "SELECT, INSERT, UPDATE, DELETE",
        "inbound": "SELECT, INSERT, DELETE",
        "outbox": "SELECT, INSERT, UPDATE, DELETE",
        "SEQUENCE outbox_id_seq": "USAGE",
        "envelope": "INSERT, SELECT (submission, digest)",
    },
    "thiqa_custodian": {
        "questionnaire": "SELECT",
        "wave": "SELECT, UPDATE (state, closes)",
        "envelope": "SELECT (submission, wave, sealed), DELETE",
        "response": "INSERT, SELECT (wave, mode)",
        "opening": "SELECT, INSERT",
        "SEQUENCE opening_number_seq": "USAGE",
    },
    "thiqa_reader": {
        "questionnaire": "SELECT",
        "wave": "SELECT",
        "response": "SELECT",
    },
}
LATER = ("thiqa_quarantine",)  # of 0006, made with the others so that an administrator is asked once
# The server's log: no parameters of a statement, and no DETAIL, which quotes the row that a constraint refused.
LOGGED = {
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}
# What PUBLIC has unasked, and the question whether it still has it.
CREATES = "SELECT bool_or(has_schema_privilege('public', oid, 'CREATE')) FROM pg_namespace WHERE nspname = 'public'"
MAY_CONNECT = """
SELECT EXISTS (
    SELECT FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) AS granted
    WHERE datname = current_database() AND privilege_type = 'CONNECT' AND grantee = CAST(%(role)s AS regrole)
)
"""
CONNECTS = "SELECT has_database_privilege('public', current_database(), 'CONNECT, TEMPORARY')"

REFUSED, NO_SCHEMA, NO_ROLE, THERE_ALREADY, THERE_SINCE = "42501", "3F000", "42704", "42710", "23505"
log = logging.getLogger("alembic.runtime.migration")


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    _make_roles(connection)
    for role, tables in GRANTS.items():
        _tried(connection, f"GRANT CONNECT ON DATABASE {_database(connection)} TO {role}", REFUSED)
        for table, privileges in tables.items():
            connection.exec_driver_sql(f"GRANT {privileges} ON {table} TO {role}")
    _close(connection)


def downgrade() -> None:
    """Take the grants back. Other databases may use the roles, so they stay; nothing is opened to PUBLIC or the log."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    for role, tables in GRANTS.items():
        _tried(connection, f"REVOKE CONNECT ON DATABASE {_database(connection)} FROM {role}", NO_ROLE)
        for table, privileges in tables.items():
            _tried(connection, f"REVOKE {privileges} ON {table} FROM {role}", NO_ROLE)


def _make_roles(connection: Connection) -> None:
    # Roles belong to the cluster: another database's migration may have made them, or be making them now.
    missing = []
    for role in (*GRANTS, *LATER):
        make = f"CREATE ROLE {role} NOLOGIN"
        if not _exists(connection, role) and not _tried(connection, make, REFUSED, THERE_ALREADY, THERE_SINCE):
            missing += [] if _exists(connection, role) else [f"{make};"]
    if missing:
        raise CommandError(
            f"This user may not make database roles; let an administrator run first: {' '.join(missing)}"
        )


def _close(connection: Connection) -> None:
    """Take from PUBLIC what nobody needs, and keep values out of the log; name what only an administrator may do."""
    database = _database(connection)
    revoked = {
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC": CREATES,
        f"REVOKE CONNECT, TEMPORARY ON DATABASE {database} FROM PUBLIC": CONNECTS,
    }
    left = [
        revoke
        for revoke, still in revoked.items()
        if not _tried(connection, revoke, REFUSED, NO_SCHEMA) or connection.exec_driver_sql(still).scalar()
    ]
    left += [
        f"GRANT CONNECT ON DATABASE {database} TO {role}"
        for role in GRANTS
        if not connection.exec_driver_sql(MAY_CONNECT, {"role": role}).scalar()
    ]
    settings = [f"ALTER DATABASE {database} SET {name} = {value}" for name, value in LOGGED.items()]
    left += [setting for setting in settings if not _tried(connection, setting, REFUSED)]
    if left:
        log.warning("This user may not close the database; let an administrator run: %s;", "; ".join(left))


def _exists(connection: Connection, role: str) -> bool:
    return connection.exec_driver_sql("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).scalar() is not None


def _database(connection: Connection) -> str:
    name = connection.exec_driver_sql("SELECT current_database()").scalar_one()
    return connection.dialect.identifier_preparer.quote(name)


def _tried(connection: Connection, statement: str, *excused: str) -> bool:
    """Run a statement; False, and nothing is changed, if it fails with one of these SQLSTATEs."""
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(statement)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in excused:
            raise
        return False
    return True
