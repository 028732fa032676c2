"""Rows at random for whatever tables a database has, drawn from the reflected schema and refused by its constraints.

Nothing here names a table or a column, so that a revision of tomorrow is filled as well.
"""

import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import CheckConstraint, Column, Connection, Engine, MetaData, Table, inspect, null, select, types
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.schema import ForeignKeyConstraint

Row = Mapping[str, Any]
TRIES = 400
ROWS = 12
WORDS = (
    "",
    "a",
    "ثِقَة",
    "الشُّرْطة ١٢٣",
    "\u202eعكس\u202c",
    "naïve œuvre",
    "👮🏽\u200d♀️",
    "O'Reilly; -- \\ %s {x} $1",
    "\t\r\n",
    "NULL",
)
DATES = (date.min, date(1582, 10, 4), date(1970, 1, 1), date(2024, 2, 29), date(2038, 1, 20), date.max)
FLOATS = (0.0, -0.0, 1 / 3, 2.0**53 + 2, 2.2250738585072014e-308, -1.7976931348623157e308)
LARGE = 200_000


def reflected(engine: Engine) -> MetaData:
    """The tables as they are in the database now, without Alembic's own."""
    found = MetaData()
    found.reflect(engine, only=lambda name, _: name != "alembic_version")
    for table in found.tables.values():
        reflect_checks(engine, table)
    return found


def reflect_checks(engine: Engine, table: Table) -> None:
    """Add what reflection leaves out: the named check constraints."""
    for check in inspect(engine).get_check_constraints(table.name):
        table.append_constraint(CheckConstraint(check["sqltext"], name=check["name"]))


def constraints(tables: MetaData) -> set[tuple[str, str]]:
    """(table, name) of every named constraint and index."""
    found = {(t.name, str(part.name)) for t in tables.tables.values() for part in t.constraints if part.name}
    return found | {(t.name, str(index.name)) for t in tables.tables.values() for index in t.indexes}


def conditions(tables: MetaData) -> dict[str, str]:
    """The conditions of the check constraints by name, in this database's words."""
    checks = (part for table in tables.tables.values() for part in table.constraints)
    return {str(check.name): str(check.sqltext) for check in checks if isinstance(check, CheckConstraint)}


def content(engine: Engine, tables: MetaData) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, as plain comparable values."""
    with engine.connect() as connection:
        return {
            name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for name, table in tables.tables.items()
        }


def fill(engine: Engine, tables: MetaData, random: Random) -> None:
    """ROWS rows in every table, parents first; what a constraint refuses is drawn again."""
    for table in tables.sorted_tables:
        for number in range(ROWS):
            with engine.begin() as connection:
                assert _inserted(connection, table, random, number), f"no row of {table.name} could be drawn"


def _inserted(connection: Connection, table: Table, random: Random, number: int) -> bool:
    for _ in range(TRIES):
        # The first row has every value that may be missing, the second none.
        row = drawn(connection, table, random, missing={0: 0.0, 1: 1.0}.get(number, 0.3))
        if refusal(connection, table, row) is None:
            return True
    return False


def refusal(connection: Connection, table: Table, row: Row) -> str | None:
    """What the database says against this row, or None if it took it."""
    values = {name: null() if value is None else value for name, value in row.items()}  # not the null of JSON
    try:
        with connection.begin_nested():
            connection.execute(table.insert().values(values))
    except IntegrityError as error:
        return str(error.orig)
    return None


def drawn(connection: Connection, table: Table, random: Random, missing: float = 0.3) -> dict[str, Any]:
    """One row at random; what the database numbers itself is left to it."""
    row: dict[str, Any] = {}
    for column in table.columns:
        if _numbered(table, column):
            continue
        row[column.name] = None if column.nullable and random.random() < missing else _value(table, column, random)
    for key in table.foreign_key_constraints:
        row |= _parent(connection, key, random, row)
    return row


def _numbered(table: Table, column: Column[Any]) -> bool:
    return isinstance(column.type, types.Integer) and list(table.primary_key.columns) == [column]


def _value(table: Table, column: Column[Any], random: Random) -> Any:
    offered = [word for check in checks_of(table, column.name) for word in re.findall(r"'((?:[^']|'')*)'", check)]
    if offered and isinstance(column.type, types.String):
        return random.choice(offered)
    return _of_type(column.type, random)


def checks_of(table: Table, column: str) -> list[str]:
    """The check constraints that speak of this column."""
    return [
        str(part.sqltext)
        for part in table.constraints
        if isinstance(part, CheckConstraint) and re.search(rf"\b{column}\b", str(part.sqltext))
    ]


def _parent(connection: Connection, key: ForeignKeyConstraint, random: Random, row: Row) -> dict[str, Any]:
    if any(row.get(name, "") is None for name in key.column_keys):
        return dict.fromkeys(key.column_keys)
    parents = connection.execute(select(*(part.column for part in key.elements))).all()
    if not parents:
        return dict.fromkeys(key.column_keys)
    return dict(zip(key.column_keys, random.choice(parents), strict=True))


def _nowhere(connection: Connection, key: ForeignKeyConstraint, random: Random) -> dict[str, Any]:
    parents = set(connection.execute(select(*(part.column for part in key.elements))).all())
    for _ in range(TRIES):
        values = tuple(_of_type(column.type, random) for column in key.columns)
        if values not in parents:
            break
    return dict(zip(key.column_keys, values, strict=True))


def _of_type(kind: types.TypeEngine[Any], random: Random) -> Any:
    # SQLite keeps a UUID as 32 characters; the names of the databases' own types are told apart by what they hold.
    for family, draw in _DRAWS:
        if isinstance(kind, family):
            return draw(kind, random)
    raise AssertionError(f"values of {kind} cannot be drawn yet")


def _text(kind: Any, random: Random) -> str:
    longest = kind.length or 20_000
    if isinstance(kind, types.CHAR):
        return uuid.UUID(int=random.getrandbits(128)).hex
    words = (random.choice(WORDS) + random.choice(WORDS) for _ in range(random.choice((1, 2, longest))))
    return f"{random.getrandbits(64):x}{''.join(words)}"[random.choice((0, 0, 15)) :][:longest]


def _integer(kind: Any, random: Random) -> int:
    most = 2 ** (63 if isinstance(kind, types.BigInteger) else 31) - 1
    return random.choice((0, 1, -1, most, -most - 1, random.randint(-most, most), random.randint(0, 100)))


def _date(_kind: Any, random: Random) -> date:
    return random.choice((*DATES, date.fromordinal(random.randint(1, date.max.toordinal()))))


def _moment(kind: Any, random: Random) -> datetime:
    moment = datetime(1900, 1, 1) + timedelta(microseconds=random.randrange(10**17))  # noqa: DTZ001  # aware below
    return moment.replace(tzinfo=UTC) if kind.timezone else moment


def _blob(_kind: Any, random: Random) -> bytes:
    return random.choice((b"", b"\x00", b"\x00\xff" * 16, random.randbytes(32), random.randbytes(LARGE)))


def _document(_kind: Any, random: Random) -> dict[str, Any]:
    made: Any = random.choice(WORDS)
    for depth in range(random.choice((0, 1, 5, 60))):
        leaf: Any = random.choice((None, True, 2**53, -1.5, [], {}, "نعم" * random.choice((1, 3_000)), random.random()))
        made = {f"س{depth}": made, "": leaf} if random.random() < 0.5 else [leaf, made]
    document = {"جذر": made, "a b": list(WORDS)}
    assert json.loads(json.dumps(document)) == document
    return document


def _uuid(_kind: Any, random: Random) -> uuid.UUID:
    return uuid.UUID(int=random.getrandbits(128))


def _boolean(_kind: Any, random: Random) -> bool:
    return random.random() < 0.5


def _float(_kind: Any, random: Random) -> float:
    return random.choice((*FLOATS, random.uniform(-10, 10)))


_DRAWS: tuple[tuple[type[types.TypeEngine[Any]], Callable[[Any, Random], Any]], ...] = (
    (types.Boolean, _boolean),
    (types.Integer, _integer),
    (types.Numeric, _float),
    (types.Float, _float),
    (types.DateTime, _moment),
    (types.Date, _date),
    (types.Uuid, _uuid),
    (types.JSON, _document),
    (types.LargeBinary, _blob),
    (types.String, _text),
)


def violations(connection: Connection, table: Table, random: Random) -> Iterator[tuple[str, str | None]]:
    """For every constraint of a table a row that must be refused: (what is broken, what the database says)."""
    whole = drawn(connection, table, random, missing=0.0)
    taken = connection.execute(select(table)).mappings().first()
    assert taken is not None
    key = {column.name: taken[column.name] for column in table.primary_key.columns}
    yield str(table.primary_key.name), refusal(connection, table, whole | key)
    for column in table.columns:
        if not column.nullable and not _numbered(table, column):
            broken = {name: value for name, value in whole.items() if name != column.name}
            yield f"not null {column.name}", refusal(connection, table, broken | {column.name: None})
    for foreign in table.foreign_key_constraints:
        nowhere = _nowhere(connection, foreign, random)
        yield str(foreign.name), refusal(connection, table, whole | nowhere)
    for check in (part for part in table.constraints if isinstance(part, CheckConstraint)):
        yield str(check.name), _broken(connection, table, check, random)


def _broken(connection: Connection, table: Table, check: CheckConstraint, random: Random) -> str | None:
    """What the database says when values heed no rule, once it names this check; else None."""
    named = [column for column in table.columns if re.search(rf"\b{column.name}\b", str(check.sqltext))]
    for _ in range(TRIES):
        row = drawn(connection, table, random, missing=0.0)
        said = refusal(connection, table, row | {column.name: _of_type(column.type, random) for column in named})
        if said is not None and str(check.name) in said:
            return said
    return None
