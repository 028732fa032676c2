"""What an insider holds: rows with their system columns, copies of them, every change in order, statements, sights.

He knows nothing of the design but the name of the table of answers, and what each person is called where.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection, Engine, inspect, text

Place = tuple[int, ...]  # ctid on PostgreSQL, rowid on SQLite: where a row lies
Values = Mapping[str, object]
SYSTEM = ("xmin", "xmax", "cmin")
AUDIT = "insider_audit"


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it lies in its table. `system` is empty on SQLite."""

    place: Place
    system: Mapping[str, int]
    values: Values


Tables = Mapping[str, tuple[Row, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one row: its transaction and when that was committed. `before` is where an updated row lay."""

    transaction: int
    moment: float
    table: str
    what: str  # insert, update, delete
    place: Place
    before: Place | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A logged statement: when, in which session, its words, and its parameters."""

    moment: float
    session: int
    words: str
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """A request or a text of a person, as the proxy or the carrier records it."""

    person: str
    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class Copy:
    """A backup."""

    moment: float
    tables: Tables


@dataclass(frozen=True)
class Evidence:
    """All of it. `names` are what each person is called in any table: the hash of the invitation, a pseudonym."""

    answers: str
    names: Mapping[str, frozenset[str]]
    sights: tuple[Sight, ...]
    copies: tuple[Copy, ...]
    journal: tuple[Change, ...]
    statements: tuple[Statement, ...] = ()

    @property
    def tables(self) -> Tables:
        """The tables as they are at the end."""
        return self.copies[-1].tables

    @cached_property
    def responses(self) -> tuple[Row, ...]:
        """The answers, as they lie."""
        return tuple(sorted(self.tables[self.answers], key=lambda row: row.place))

    @cached_property
    def rows(self) -> Mapping[str, Mapping[str, Row]]:
        """By table, the row that names a person."""
        person_of = {name: person for person, names in self.names.items() for name in names}
        found: dict[str, dict[str, Row]] = {}
        for name, rows in self.tables.items():
            for row in rows if name != self.answers else ():
                for value in row.values.values():
                    if isinstance(value, str) and value in person_of:
                        found.setdefault(name, {})[person_of[value]] = row
        return found


def copied(connection: Connection, moment: float) -> Copy:
    """A backup of every table now. Of bytes only the length is kept: nobody reads what is sealed."""
    names = [name for name in inspect(connection).get_table_names() if name not in (AUDIT, "alembic_version")]
    return Copy(moment, {name: tuple(_rows(connection, name)) for name in names})


def _rows(connection: Connection, name: str) -> Iterator[Row]:
    postgres = connection.dialect.name == "postgresql"
    system = ", ".join(f"t.{column}::text::bigint AS sys_{column}" for column in SYSTEM)
    words = f"t.ctid::text AS sys_place, {system}, t.*" if postgres else "rowid AS sys_place, *"
    for found in connection.execute(text(f'SELECT {words} FROM "{name}" AS t')).mappings():
        values = {
            column: ("bytes", len(value)) if isinstance(value, bytes) else value
            for column, value in found.items()
            if not column.startswith("sys_")
        }
        columns = {column: found[f"sys_{column}"] for column in SYSTEM} if postgres else {}
        yield Row(placed(found["sys_place"]), columns, values)


def placed(written: object) -> Place:
    """A ctid "(0,1)" or a rowid."""
    return tuple(int(part) for part in str(written).strip("()").split(","))


def spy(engine: Engine) -> None:
    """Let SQLite write down each change of a row, in order: more than a copy of the file after each one would show."""
    with engine.begin() as connection:
        names = inspect(connection).get_table_names()
        connection.exec_driver_sql(
            f"CREATE TABLE {AUDIT} (n INTEGER PRIMARY KEY, tab TEXT, what TEXT, new INT, old INT)"
        )
        for name in names:
            for what, new, old in (("insert", "new.rowid", "NULL"), ("update", "new.rowid", "old.rowid"),
                                   ("delete", "old.rowid", "NULL")):  # fmt: skip
                connection.exec_driver_sql(
                    f'CREATE TRIGGER "spy_{what}_{name}" AFTER {what} ON "{name}" BEGIN '
                    f"INSERT INTO {AUDIT} (tab, what, new, old) VALUES ('{name}', '{what}', {new}, {old}); END"
                )


def spied(engine: Engine, marks: Iterable[tuple[float, int]]) -> tuple[Change, ...]:
    """The changes that SQLite wrote down; a mark says when so many had been made, and ends a transaction."""
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT n, tab, what, new, old FROM {AUDIT} ORDER BY n")).all()
    changes, number, waiting = [], 0, list(marks)
    for row in found:
        while number < len(waiting) - 1 and row.n > waiting[number][1]:
            number += 1
        before = None if row.old is None else (int(row.old),)
        changes.append(Change(number, waiting[number][0], row.tab, row.what, (int(row.new),), before))
    return tuple(changes)


def changes_so_far(engine: Engine) -> int:
    """How many changes SQLite has written down."""
    with engine.connect() as connection:
        return int(connection.execute(text(f"SELECT coalesce(max(n), 0) FROM {AUDIT}")).scalar_one())
