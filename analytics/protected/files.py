"""The same table in Parquet, SPSS .sav, Stata .dta and CSV, each with its labels, and read back to see that it is.

CSV holds numbers alone, for a program that reads nothing else: what they mean is in the codebook.
"""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

from .codebook_labels import BELOW, LOWEST, Column, Table
from .short_words import shortened

SAV, DTA, PARQUET, CSV, CODEBOOK = (
    "microdata.sav",
    "microdata.dta",
    "microdata.parquet",
    "microdata.csv",
    "codebook.csv",
)
LABEL_SAV, VALUE_SAV, LABEL_DTA, VALUE_DTA = 255, 120, 80, 320  # bytes and bytes; characters and characters
_DTA_VERSION = 15  # .dta 118, the first in UTF-8 (Stata 14)


class ReadBackError(Exception):
    """A file does not say what was written into it; nothing of it may be given away."""


def write_sav(path: Path, table: Table, title: str) -> None:
    """SPSS system file: labels in UTF-8, measure levels, a range of user-missing values."""
    columns = table.columns
    pyreadstat.write_sav(
        table.numbers,
        path,
        file_label=shortened(title, 60, in_bytes=True),
        column_labels={column.name: shortened(column.label, LABEL_SAV, in_bytes=True) for column in columns},
        variable_value_labels={c.name: found for c in columns if (found := _values(c, VALUE_SAV, in_bytes=True))},
        missing_ranges={c.name: [_range(c)] for c in columns if c.missing},
        variable_measure={column.name: column.measure for column in columns},
        variable_format={column.name: "F12.0" if column.whole else "F16.6" for column in columns},
        row_compress=True,
        note=f"Weight: {table.columns[3].name}. Strata: {table.columns[1].name}. PSU: {table.columns[2].name}.",
    )


def write_dta(path: Path, table: Table, title: str) -> None:
    """Stata file: gaps are extended missing values .a to .z, labelled as the values are."""
    columns = table.columns
    pyreadstat.write_dta(
        lettered(table),
        path,
        file_label=shortened(title, LABEL_DTA),
        column_labels={column.name: shortened(column.label, LABEL_DTA) for column in columns},
        version=_DTA_VERSION,
        variable_value_labels={c.name: _lettered_labels(c) for c in columns if c.values or c.missing},
        missing_user_values={c.name: [m.letter for m in c.missing] for c in columns if c.missing},
    )


def write_parquet(path: Path, table: Table, title: str) -> None:
    """Parquet: whole numbers as int32 or int64, each field with its label, values, missing codes and measure level."""
    fields, arrays = [], []
    for column in table.columns:
        numbers = table.numbers[column.name]
        kind = pa.float64() if not column.whole else pa.int32() if numbers.abs().max() < 2**31 else pa.int64()
        about = {
            "label": column.label,
            "measure": column.measure,
            "values": json.dumps({str(n): text for n, text in column.values.items()}, ensure_ascii=False),
            "missing": json.dumps({str(m.number): [m.kind, m.label] for m in column.missing}, ensure_ascii=False),
        }
        fields.append(pa.field(column.name, kind, nullable=False, metadata=about))
        arrays.append(pa.array(numbers.to_numpy(), type=pa.float64()).cast(kind))
    wave, stratum, psu, weight = (column.name for column in table.columns[:4])
    design = {
        "title": title,
        "language": table.language,
        "wave": wave,
        "stratum": stratum,
        "psu": psu,
        "weight": weight,
    }
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=design)), path, compression="zstd")


def write_csv(path: Path, table: Table) -> None:
    """Numbers alone, as R's `read.csv` takes them."""
    whole = {column.name: "int64" for column in table.columns if column.whole}
    table.numbers.astype(whole).to_csv(path, index=False, lineterminator="\n")


def write_codebook(path: Path, table: Table) -> None:
    """One line a code: column, variable, label in full, measure, number, Stata's letter, the code's label, kind."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["column", "variable", "label", "measure", "number", "stata", "code_label", "missing"])
        for column in table.columns:
            about = [column.name, column.source, column.label, column.measure]
            coded = [[n, n, text, ""] for n, text in column.values.items()]
            coded += [[m.number, f".{m.letter}", m.label, m.kind] for m in column.missing]
            lines.writerows([*about, *code] for code in coded or [["", "", "", ""]])


def check_read_back(folder: Path, table: Table) -> None:
    """Read the four files and compare each number and label with what was to be written. Raises ReadBackError."""
    sav, of_sav = pyreadstat.read_sav(folder / SAV, user_missing=True)
    dta, of_dta = pyreadstat.read_dta(folder / DTA, user_missing=True)
    parquet = pq.read_table(folder / PARQUET)
    plain = pd.read_csv(folder / CSV)
    _same(SAV, sav, table.numbers)
    _same(CSV, plain, table.numbers)
    _same(PARQUET, parquet.to_pandas(), table.numbers)
    wanted = lettered(table)
    if list(dta.columns) != list(wanted.columns) or any(
        a != b for name in wanted for a, b in zip(dta[name], wanted[name], strict=True)
    ):
        raise ReadBackError(f"{DTA} has other values.")
    for column in table.columns:
        name = column.name
        said = {
            SAV: (of_sav.column_names_to_labels[name], of_sav.variable_value_labels.get(name, {})),
            DTA: (of_dta.column_names_to_labels[name], of_dta.variable_value_labels.get(name, {})),
            PARQUET: (parquet.schema.field(name).metadata[b"label"].decode(), {}),
        }
        due = {
            SAV: (shortened(column.label, LABEL_SAV, in_bytes=True), _values(column, VALUE_SAV, in_bytes=True)),
            DTA: (shortened(column.label, LABEL_DTA), _lettered_labels(column)),
            PARQUET: (column.label, {}),
        }
        for file, found in said.items():
            if found != due[file]:
                raise ReadBackError(f"{file} has other labels for {name}.")
        if of_sav.variable_measure[name] != column.measure:
            raise ReadBackError(f"{SAV} has another measure level for {name}.")
        if column.missing and of_sav.missing_ranges.get(name) != [_range(column)]:
            raise ReadBackError(f"{SAV} declares other missing values for {name}.")


def lettered(table: Table) -> pd.DataFrame:
    """The numbers with letters for gaps, as Stata holds them; a column without gaps stays of numbers."""
    found = {}
    for column in table.columns:
        numbers = table.numbers[column.name]
        letters = {float(m.number): m.letter for m in column.missing}
        gaps = numbers.isin(list(letters))
        found[column.name] = numbers.astype(object).where(~gaps, numbers.map(letters)) if gaps.any() else numbers
    return pd.DataFrame(found)


def _values(column: Column, limit: int, *, in_bytes: bool) -> dict[float, str]:
    both = {**column.values, **{m.number: m.label for m in column.missing}}
    return {float(n): shortened(text, limit, in_bytes=in_bytes) for n, text in both.items()}


def _lettered_labels(column: Column) -> dict[Any, str]:
    """As Stata holds them: numbers and, for gaps, letters."""
    both: dict[Any, str] = {**column.values, **{m.letter: m.label for m in column.missing}}
    return {key: shortened(text, VALUE_DTA) for key, text in both.items()}


def _range(column: Column) -> Any:
    """pyreadstat's range of missing numbers."""
    numbers = [m.number for m in column.missing]
    below = BELOW if min(numbers) < LOWEST else 0
    return {"lo": float(below + LOWEST), "hi": float(max(numbers))}


def _same(file: str, found: pd.DataFrame, wanted: pd.DataFrame) -> None:
    if list(found.columns) != list(wanted.columns) or not np.array_equal(found.to_numpy(float), wanted.to_numpy(float)):
        raise ReadBackError(f"{file} has other values.")
