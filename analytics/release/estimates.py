"""Figures as Parquet, read by column: a column is decoded when it is first used, a Figure made when it is asked for.

The schema is that of `Figure`, in its order: texts are dictionaries, `n`, `n_to` and `span` are int64, other numbers
float64; null is "no number". Rows are sorted by key, so that the same figures give the same bytes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cached_property
from io import BytesIO
from operator import attrgetter
from typing import Any, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from .content import Figure, Key, ReleaseError
from .content import fault as _

TEXTS = ("indicator", "wave", "area", "sex", "contrast", "status", "reason", "flag", "method")
COUNTS = ("n", "n_to", "span")
COLUMNS = tuple(column.name for column in fields(Figure))
KEY = ("indicator", "wave", "area", "sex", "contrast", "span")
_TEXT = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        pa.field(name, _TEXT if name in TEXTS else pa.int64() if name in COUNTS else pa.float64(), name not in TEXTS)
        for name in COLUMNS
    ]
)
_AT_ONCE = 50_000  # rows that are made into figures together when all are gone through
_MOST_LEVELS = 1 << 16  # of a column that is kept as codes: rounded figures have far fewer


class Column:
    """One column: the values that occur, and by row which of them; a plain array where too many occur."""

    def __init__(self, values: pa.ChunkedArray) -> None:
        coded = values.combine_chunks()
        if not pa.types.is_dictionary(coded.type):
            coded = coded.dictionary_encode(null_encoding="encode")
        self.levels: list[Any] = []
        self.codes: npt.NDArray[Any]
        if len(coded.dictionary) <= _MOST_LEVELS:
            self.levels = coded.dictionary.to_pylist()
            small = np.uint8 if len(self.levels) <= 256 else np.uint16
            self.codes = coded.indices.to_numpy().astype(small)
        else:  # the number itself, NaN where there is none
            self.codes = coded.dictionary_decode().to_numpy(zero_copy_only=False)
            self._whole = pa.types.is_integer(coded.dictionary.type)

    def __getitem__(self, at: int) -> Any:
        code = self.codes[at]
        return self.levels[code] if self.levels else self._value(code)

    def values(self, rows: slice) -> list[Any]:
        """The values of some rows."""
        codes = self.codes[rows].tolist()
        return list(map(self.levels.__getitem__, codes)) if self.levels else [self._value(value) for value in codes]

    def _value(self, code: Any) -> Any:
        return None if np.isnan(code) else int(code) if self._whole else float(code)


class Figures(Sequence[Figure]):
    """All figures of a file. Equal to any sequence of the same figures in the same order."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._columns: dict[str, Column] = {}
        self._size = pq.read_metadata(BytesIO(content)).num_rows

    def column(self, name: str) -> Column:
        """A column by its name, decoded when it is first asked for. Raises ReleaseError."""
        if name not in self._columns:
            try:
                read = pq.read_table(BytesIO(self._content), columns=[name], use_threads=False).column(0)
                self._columns[name] = Column(read.cast(SCHEMA.field(name).type))
            except pa.ArrowException as error:
                raise ReleaseError(_("the figures are no Parquet file of figures")) from error
            if len(self._columns) == len(COLUMNS):
                self._content = b""
                pa.default_memory_pool().release_unused()  # what decoding took is not needed again
        return self._columns[name]

    def __len__(self) -> int:
        return int(self._size)

    @overload
    def __getitem__(self, at: int) -> Figure: ...
    @overload
    def __getitem__(self, at: slice) -> "list[Figure]": ...
    def __getitem__(self, at: int | slice) -> "Figure | list[Figure]":
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(self._size))]
        if not -self._size <= at < self._size:
            raise IndexError(at)
        return Figure(*[column[at] for column in self._all])

    def __iter__(self) -> Iterator[Figure]:
        for start in range(0, self._size, _AT_ONCE):
            rows = slice(start, start + _AT_ONCE)
            yield from map(Figure, *(self.column(name).values(rows) for name in COLUMNS))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(other) == len(self) and all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # as of a list

    @cached_property
    def _all(self) -> list[Column]:
        return [self.column(name) for name in COLUMNS]

    @cached_property
    def by_key(self) -> "ByKey":
        """Key -> place. Raises ReleaseError where two figures have one key."""
        return ByKey([self.column(name) for name in KEY])


class ByKey(Mapping[Key, int]):
    """Key -> place among the figures, from codes: a tenth of what a dictionary of tuples takes."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._levels = [{level: code for code, level in enumerate(column.levels)} for column in columns]
        codes = np.zeros(len(columns[0].codes), np.int64)
        for levels, column in zip(self._levels, columns, strict=True):
            codes = codes * max(len(levels), 1) + column.codes
        self._order = np.argsort(codes, kind="stable").astype(np.int32)
        self._codes = codes[self._order]
        if len(codes) and (np.diff(self._codes) == 0).any():
            raise ReleaseError(_("two figures are about the same thing"))

    def __getitem__(self, key: Key) -> int:
        code = 0
        for levels, level in zip(self._levels, key, strict=True):
            place = levels.get(level)
            if place is None:
                raise KeyError(key)
            code = code * len(levels) + place
        at = int(np.searchsorted(self._codes, code))
        if at == len(self._codes) or self._codes[at] != code:
            raise KeyError(key)
        return int(self._order[at])

    def __len__(self) -> int:
        return len(self._codes)

    def __iter__(self) -> Iterator[Key]:
        raise TypeError("look keys up; to go through all, go through the figures")


def written(figures: Iterable[Figure]) -> bytes:
    """The Parquet file of these figures. Raises ReleaseError where two have one key."""
    rows = figures if isinstance(figures, list | tuple) else list(figures)
    return table_bytes({name: _array(name, list(map(attrgetter(name), rows))) for name in COLUMNS})


def table_bytes(columns: Mapping[str, pa.Array]) -> bytes:
    """The Parquet file of columns with the types of SCHEMA, in any order of rows."""
    arrays = {name: _sorted_levels(columns[name]) if name in TEXTS else columns[name] for name in COLUMNS}
    order = _order([arrays[name] for name in KEY])
    table = pa.Table.from_arrays([arrays[name].take(order) for name in COLUMNS], schema=SCHEMA)
    out = BytesIO()
    pq.write_table(table, out, compression="zstd", version="2.6")
    return out.getvalue()


def figures(content: bytes) -> Figures:
    """The figures of a Parquet file. Raises ReleaseError where its schema is another."""
    try:
        schema = pq.read_schema(BytesIO(content))
        if not schema.equals(SCHEMA):
            raise ReleaseError(_("the figures have other columns than this version reads"))
        return Figures(content)
    except pa.ArrowException as error:
        raise ReleaseError(_("the figures are no Parquet file of figures")) from error


def _array(name: str, values: Sequence[Any]) -> pa.Array:
    plain = pa.array(values, pa.string() if name in TEXTS else SCHEMA.field(name).type, from_pandas=True)
    return plain.dictionary_encode() if name in TEXTS else plain


def _sorted_levels(values: pa.Array) -> pa.Array:
    """The same texts, with the levels that occur in their order, so that the bytes depend on the content alone."""
    codes, levels = values.indices.to_numpy(), values.dictionary.to_pylist()
    wanted = sorted({levels[code] for code in np.unique(codes).tolist()})
    place = {level: at for at, level in enumerate(wanted)}
    moved = np.array([place.get(level, 0) for level in levels], np.int32)
    indices = moved[codes] if len(levels) else codes.astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(indices, pa.int32()), pa.array(wanted, pa.string()))


def _order(keys: Sequence[pa.Array]) -> npt.NDArray[np.int64]:
    codes = [key.to_numpy() if key.type == pa.int64() else key.indices.to_numpy() for key in keys]
    order = np.lexsort(codes[::-1])
    if len(order) > 1 and np.logical_and.reduce([np.diff(code[order]) == 0 for code in codes]).any():
        raise ReleaseError(_("two figures are about the same thing"))
    return order.astype(np.int64)
