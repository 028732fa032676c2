"""Figures as Parquet, and read by column: a Figure is made when somebody asks for it.

The schema is that of `Figure`, in its order: texts are dictionaries, `n`, `n_to` and `span` are int64, other numbers
float64; null is "no number". Rows are sorted by key, so that the same figures give the same bytes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cached_property
from io import BytesIO
from typing import overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from .content import Figure, Key, ReleaseError

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


class Figures(Sequence[Figure]):
    """All figures of a file. Equal to any sequence of the same figures in the same order."""

    def __init__(self, table: pa.Table) -> None:
        self._texts: dict[str, tuple[list[str], npt.NDArray[np.int32]]] = {}
        self._numbers: dict[str, npt.NDArray[np.float64]] = {}
        for name in COLUMNS:
            column = table.column(name).combine_chunks()
            if name in TEXTS:
                levels = column.dictionary.to_pylist()
                self._texts[name] = levels, column.indices.to_numpy().astype(np.int32)
            else:
                self._numbers[name] = column.to_numpy(zero_copy_only=False).astype(np.float64)
        self._size = table.num_rows

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
        texts = {name: levels[codes[at]] for name, (levels, codes) in self._texts.items()}
        numbers = {name: _number(name, values[at]) for name, values in self._numbers.items()}
        return Figure(**texts, **numbers)  # type: ignore[arg-type]  # columns are typed by name

    def __iter__(self) -> Iterator[Figure]:
        return (self[at] for at in range(self._size))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(other) == len(self) and all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # as of a list

    @cached_property
    def by_key(self) -> "ByKey":
        """Key -> place."""
        return ByKey(*({name: self._texts[name] for name in KEY[:-1]}, self._numbers["span"]))


class ByKey(Mapping[Key, int]):
    """Key -> place among the figures, from codes: a tenth of what a dictionary of tuples takes."""

    def __init__(
        self, texts: Mapping[str, tuple[list[str], npt.NDArray[np.int32]]], spans: npt.NDArray[np.float64]
    ) -> None:
        self._levels = [{level: code for code, level in enumerate(texts[name][0])} for name in KEY[:-1]]
        self._most = int(spans.max(initial=1)) + 1
        codes = np.zeros(len(spans), np.int64)
        for (levels, found), _ in zip(texts.values(), self._levels, strict=True):
            codes = codes * max(len(levels), 1) + found
        codes = codes * self._most + spans.astype(np.int64)
        self._order = np.argsort(codes, kind="stable")
        self._codes = codes[self._order]
        if len(codes) and (np.diff(self._codes) == 0).any():
            raise ReleaseError("two figures are about the same thing")

    def __getitem__(self, key: Key) -> int:
        code = 0
        for levels, level in zip(self._levels, key, strict=False):
            place = levels.get(level)  # type: ignore[call-overload]  # the span is no text, and comes last
            if place is None:
                raise KeyError(key)
            code = code * len(levels) + place
        span = key[-1]
        if not 0 <= span < self._most:
            raise KeyError(key)
        code = code * self._most + span
        at = int(np.searchsorted(self._codes, code))
        if at == len(self._codes) or self._codes[at] != code:
            raise KeyError(key)
        return int(self._order[at])

    def __len__(self) -> int:
        return len(self._codes)

    def __iter__(self) -> Iterator[Key]:
        raise TypeError("look keys up; to go through all, go through the figures")


def written(figures: Iterable[Figure]) -> bytes:
    """The Parquet file of these figures."""
    rows = sorted(figures, key=lambda figure: figure.key)
    columns = {name: [getattr(row, name) for row in rows] for name in COLUMNS}
    arrays = [_dictionary(columns[name]) if name in TEXTS else pa.array(columns[name], SCHEMA.field(name).type)
              for name in COLUMNS]  # fmt: skip
    out = BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=SCHEMA), out, compression="zstd", version="2.6")
    return out.getvalue()


def figures(content: bytes) -> Figures:
    """The figures of a Parquet file. Raises ReleaseError where its schema is another."""
    try:
        table = pq.read_table(BytesIO(content))
        if table.schema.names != list(COLUMNS):
            raise ReleaseError("the figures have other columns than this version reads")
        return Figures(table.cast(SCHEMA))
    except pa.ArrowException as error:
        raise ReleaseError("the figures are no Parquet file of figures") from error


def _dictionary(values: list[str]) -> pa.Array:
    levels = sorted(set(values))
    code = {level: at for at, level in enumerate(levels)}
    indices = pa.array([code[value] for value in values], pa.int32())
    return pa.DictionaryArray.from_arrays(indices, pa.array(levels, pa.string()))


def _number(name: str, value: float) -> int | float | None:
    if np.isnan(value):
        return None
    return int(value) if name in COUNTS else float(value)
