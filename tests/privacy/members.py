"""Database users of the rooms, each a member of one group, as an administrator makes them; for the tests' time."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine, create_engine

from survey_app.storage.database import connect

ROLES = ("thiqa_collector", "thiqa_text", "thiqa_custodian", "thiqa_reader", "thiqa_quarantine")


@dataclass(frozen=True, slots=True)
class Members:
    """The login user of each group, and a password that is new each time."""

    names: dict[str, str]
    password: str

    def engine(self, owner: Engine, role: str) -> Engine:
        """This owner's database, as the room of this role connects to it."""
        url = owner.url.set(username=self.names[role], password=self.password)
        return connect(url.render_as_string(hide_password=False), impatient=True)


@contextmanager
def hired(server: str) -> Iterator[Members]:
    """Users of the server, one a group. The groups must be there."""
    suffix = secrets.token_hex(6)
    members = Members({role: f"{role}_{suffix}" for role in ROLES}, secrets.token_urlsafe(24))
    engine = create_engine(server, isolation_level="AUTOCOMMIT", hide_parameters=True)
    with engine.connect() as connection:
        for role, name in members.names.items():
            connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN PASSWORD '{members.password}' IN ROLE {role}")
        yield members
        for name in members.names.values():
            connection.exec_driver_sql(f"DROP ROLE {name}")
    engine.dispose()
