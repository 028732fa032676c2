"""A transaction for what is done thousands of times a minute: known statements, written out once, run by the driver.

It takes the same statements as a connection of SQLAlchemy and gives the same rows, at a tenth of its bookkeeping, and
from the same pool. No error of it holds a value. PostgreSQL is waited for only when a result is asked for and at the
end: a statement's fault may show as late as that.
"""

import time
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import Any

from sqlalchemy import Dialect, Engine, Executable, Select
from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    ResourceClosedError,
)

Values = Mapping[str, object]
Processor = Callable[[Any], Any]
PATIENCE_SECONDS = 8.0  # a person's carrier waits for fifteen, and the last statement may take five
_KINDS: dict[str, type[DBAPIError]] = {
    kind.__name__: kind
    for kind in (
        DataError,
        IntegrityError,
        InterfaceError,
        InternalError,
        NotSupportedError,
        OperationalError,
        ProgrammingError,
    )
}


@dataclass(frozen=True, slots=True)
class _Written:
    """A statement in the words of one kind of database, what it is given, and how its values are translated."""

    sql: str
    places: tuple[str, ...] | None
    given: Values
    translated: tuple[tuple[str, Processor], ...]
    row: Callable[..., Any] | None
    read: tuple[tuple[int, Processor], ...]

    def values(self, values: Values) -> Any:
        """The values as the driver wants them."""
        whole = {**self.given, **values}
        for name, translate in self.translated:
            whole[name] = translate(whole[name])
        return whole if self.places is None else tuple(whole[name] for name in self.places)


@dataclass(frozen=True, slots=True)
class Found:
    """What a statement gave, once it is asked."""

    work: "Swift"
    cursor: Any
    written: _Written

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        if self.work.pipeline and self.cursor.pgresult is None:
            self.work.run(self.work.pipeline.sync)
        return int(self.cursor.rowcount)

    def first(self) -> Any:
        """The first row or None."""
        values = self.work.run(self.cursor.fetchone)
        if values is None or self.written.row is None:
            return None
        values = list(values)
        for at, read in self.written.read:
            values[at] = read(values[at])
        return self.written.row(*values)

    def one(self) -> Any:
        """The one row. Raises ResourceClosedError if there is none."""
        if (row := self.first()) is None:
            raise ResourceClosedError("no row")
        return row

    def all(self) -> list[Any]:
        """Every row."""
        return list(self)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.first, None)

    def scalar(self) -> Any:
        """The first value of the first row, or None."""
        row = self.first()
        return None if row is None else row[0]


class Swift:
    """One transaction, committed at the end of the block or rolled back. Raises SQLAlchemyError."""

    def __init__(self, engine: Engine) -> None:
        self.dialect: Dialect = engine.dialect
        self._engine = engine
        self._error: type[Exception] = engine.dialect.loaded_dbapi.Error
        self.pipeline: Any = None

    def __enter__(self) -> "Swift":
        self._end = time.monotonic() + PATIENCE_SECONDS
        try:
            self._pooled = self._engine.raw_connection()
        except self._error as error:
            raise _without_values(error) from None
        driver: Any = self._pooled.driver_connection
        self._driver = driver
        try:
            if self.dialect.name == "sqlite":
                driver.execute("BEGIN IMMEDIATE")
            else:
                driver.autocommit = True  # the driver's own BEGIN would be waited for
                self._waiting = driver.pipeline()
                self.pipeline = self._waiting.__enter__()
                driver.execute("BEGIN")
        except self._error as error:
            self._pooled.invalidate()
            raise _without_values(error) from None
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._driver.execute("COMMIT")
                self._left()
            else:
                with suppress(self._error):  # what failed is told already
                    self._left()
                self._driver.rollback()
        except self._error as error:
            self._pooled.invalidate()
            if kind is None:
                raise _without_values(error) from None
        finally:
            with suppress(self._error):
                self._pooled.close()

    def _left(self) -> None:
        """Wait for all that was asked of PostgreSQL."""
        if self.pipeline:
            self.pipeline = None
            self._waiting.__exit__(None, None, None)  # told of an error, it would log another one, with its values

    def run(self, ask: Callable[[], Any]) -> Any:
        """What the driver gives. Raises SQLAlchemyError."""
        try:
            return ask()
        except self._error as error:
            raise _without_values(error) from None

    def connection(self) -> "Swift":
        """Itself: what a session is asked for."""
        return self

    def execute(self, statement: Executable, values: Values | Sequence[Values] | None = None) -> Found:
        """Run a statement of a module's own, once or for each of several values."""
        several = None if isinstance(values, Mapping | None) else values
        one: Values = (several[0] if several else values) or {}  # type: ignore[assignment]  # it is one of them
        written = _written(statement, self.dialect, tuple(one))
        if time.monotonic() > self._end:
            raise OperationalError("too slow", None, TimeoutError())
        try:
            if several is None or len(several) == 1:
                return Found(self, self._driver.execute(written.sql, written.values(one)), written)
            cursor = self._driver.cursor()
            cursor.executemany(written.sql, [written.values(each) for each in several])
            return Found(self, cursor, written)
        except self._error as error:
            raise _without_values(error) from None


def _without_values(error: Exception) -> DBAPIError:
    """The same kind of error with nothing else: the driver's own words quote rows."""
    names = (parent.__name__ for parent in type(error).__mro__)
    kind = next((_KINDS[name] for name in names if name in _KINDS), DatabaseError)
    return kind(type(error).__name__, None, Exception(getattr(error, "sqlstate", None) or ""))


@lru_cache(maxsize=256)
def _written(statement: Executable, dialect: Dialect, names: tuple[str, ...]) -> _Written:
    words: Any = statement
    compiled = words.compile(dialect=dialect, column_keys=list(names))
    named = ((name, bind.type.dialect_impl(dialect)) for bind, name in compiled.bind_names.items())
    binds = {name: kind.bind_processor(dialect) for name, kind in named}
    row: Callable[..., Any] | None = None
    read: tuple[tuple[int, Processor], ...] = ()
    if isinstance(statement, Select):
        columns = list(statement.selected_columns)
        made: Any = namedtuple
        row = made("Row", [column.key for column in columns], rename=True)
        readers = (column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns)
        read = tuple((at, reader) for at, reader in enumerate(readers) if reader)
    return _Written(
        str(compiled),
        tuple(compiled.positiontup) if compiled.positional else None,
        {name: value for name, value in compiled.params.items() if value is not None}
        | {column.key: column.default.arg for column in compiled.insert_prefetch if column.default.is_scalar},
        tuple((name, translate) for name, translate in binds.items() if translate),
        row,
        read,
    )
