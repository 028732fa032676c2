"""Time and size of a release's figures: written, read and asked for, beside what pyarrow does with the same columns.

    python -m benchmarks.release --areas 200 --waves 12 --indicators 30

Figures are constructed by column: every indicator by wave, area and sex, each with its gap or its changes, rounded as
releases are. The floor, in the same run, is pyarrow writing and reading these columns plainly. Each reader is a process
of its own, whose most memory is said beside that of one that only imports. Prints seconds, megabytes, and times the
floor.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import click
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from analytics.release import CHANGE, GAP, LEVEL, PROTECTED, PUBLISHED, YEAR, Figure
from analytics.release.estimates import SCHEMA, TEXTS, figures, table_bytes, written

SEXES = ("", "woman", "man")
READERS = {
    "only import": "",
    "open, ask for one": "found = figures(content); found[found.by_key[found[0].key]]",
    "go through all": "found = figures(content); count = sum(1 for figure in found if figure.estimate is not None)",
    "pyarrow alone": "table = pq.read_table(BytesIO(content))",
}
CODE = """
import sys, time
from io import BytesIO
from pathlib import Path
import pyarrow.parquet as pq
from analytics.release.estimates import figures
content = Path(sys.argv[1]).read_bytes()
started = time.perf_counter()
{}
took = time.perf_counter() - started
print(took, *[line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")])
"""


def columns(indicators: int, areas: int, waves: int) -> dict[str, pa.Array]:
    """The columns of a constructed release, as SCHEMA has them, in an order of no meaning."""
    random = np.random.default_rng(1)
    shape = (indicators, waves, areas + 1, len(SEXES))
    at = np.indices(shape).reshape(4, -1).repeat(3, axis=1)
    rows = at.shape[1]
    contrast = np.tile([0, 1, 2], rows // 3)  # a level, its change, and its gap or, of one sex, its change in a year
    contrast[(contrast == 2) & (at[3] > 0)] = 3
    shown = random.random(rows) < 0.6
    value = {
        "estimate": np.round(random.beta(5, 4, rows), 2),
        "se": np.round(random.uniform(0.005, 0.09, rows), 3),
        "df": np.round(random.uniform(30, 300, rows)),
        "deff": np.round(random.uniform(1, 2.5, rows), 1),
    }
    half = np.round(2 * value["se"], 2)
    value |= {"low": value["estimate"] - half, "high": value["estimate"] + half}
    n = random.choice([30, 50, 100, 200, 500], rows)
    texts: dict[str, tuple[Any, list[str]]] = {
        "indicator": (at[0], [f"indicator_{number}" for number in range(indicators)]),
        "wave": (at[1], [f"20{number:02}-q1" for number in range(waves)]),
        "area": (at[2], ["", *(f"06.141.{number:03}" for number in range(areas))]),
        "sex": (at[3], list(SEXES)),
        "contrast": (contrast, [LEVEL, CHANGE, GAP, YEAR]),
        "status": (shown.astype(int), ["confidential", PUBLISHED]),
        "reason": (shown.astype(int), [PROTECTED, ""]),
        "flag": (np.zeros(rows), [""]),
        "method": (shown.astype(int), ["", "korn_graubard"]),
    }
    found = {name: _dictionary(codes, levels) for name, (codes, levels) in texts.items()}
    found |= {name: pa.array(np.round(numbers, 6), mask=~shown) for name, numbers in value.items()}
    found |= {"n": pa.array(n, mask=~shown), "n_to": pa.array(n * 2 - 1, mask=~shown)}
    return found | {"span": pa.array(np.ones(rows, np.int64))}


@click.command()
@click.option("--indicators", default=30, show_default=True)
@click.option("--areas", default=200, show_default=True)
@click.option("--waves", default=12, show_default=True)
def main(indicators: int, areas: int, waves: int) -> None:
    """Write and read a constructed release."""
    made = columns(indicators, areas, waves)
    plain = pa.Table.from_arrays([made[name] for name in SCHEMA.names], schema=SCHEMA)
    floor, least = timed(lambda: _plainly(plain))
    from_columns, content = timed(lambda: table_bytes(made))
    rows: list[Figure] = list(figures(content))
    from_figures, again = timed(lambda: written(rows))
    assert content == again
    table = Table(f"{plain.num_rows:,} figures", "seconds", "times the floor", "MB")
    table.add_row("pyarrow writes (floor)", f"{floor:.2f}", "1.0", f"{len(least) / 1e6:.2f}")
    table.add_row(
        "written from columns", f"{from_columns:.2f}", f"{from_columns / floor:.1f}", f"{len(content) / 1e6:.2f}"
    )
    table.add_row("written from figures", f"{from_figures:.2f}", f"{from_figures / floor:.1f}", "the same bytes")
    Console().print(table)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "figures.parquet"
        file.write_bytes(content)
        found = {name: _reader(code, file) for name, code in READERS.items()}
    table = Table("reader", "seconds", "times pyarrow", "MB beside an import")
    for name, (seconds, kilobytes) in found.items():
        more = (kilobytes - found["only import"][1]) / 1024
        table.add_row(name, f"{seconds:.3f}", f"{seconds / found['pyarrow alone'][0]:.1f}", f"{more:.0f}")
    Console().print(table)
    Console().print(f"This process, with every figure as an object: {_megabytes():.0f} MB.")


def timed(work: Callable[[], bytes]) -> tuple[float, bytes]:
    """Seconds (the less of two runs), and what it gave."""
    took = []
    for _ in range(2):
        started = time.perf_counter()
        found = work()
        took.append(time.perf_counter() - started)
    return min(took), found


def _plainly(table: pa.Table) -> bytes:
    out = BytesIO()
    pq.write_table(table, out, compression="zstd", version="2.6")
    return out.getvalue()


def _reader(code: str, file: Path) -> tuple[float, int]:
    words = [sys.executable, "-c", CODE.format(code), str(file)]
    run = subprocess.run(words, capture_output=True, text=True, check=True)
    seconds, kilobytes = run.stdout.split()
    return float(seconds), int(kilobytes)


def _dictionary(codes: Any, levels: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(levels, pa.string()))


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    assert set(TEXTS) < set(SCHEMA.names)
    main()
