"""What it costs to sum by a database instead of in memory: DuckDB over Parquet, and PostgreSQL with --postgres.

    python -m benchmarks.scale --rows 1000000,10000000

The sample of benchmarks.cube as a Parquet file: 30 items, 4,000 PSUs, by area and sex and with 12 waves besides. Needs
the extra `scale`. Prints seconds from file to summary by each way, from summary to figures, the sizes of the file and
of the summary as Parquet, and the largest relative difference of an estimate or error between the ways.
"""

import tempfile
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from analytics import scale
from analytics.survey.cube.cube import Cube, means
from analytics.survey.cube.plain_table import from_columns, to_columns
from analytics.survey.cube.sampling_frame import frame
from analytics.survey.cube.summary import Summary
from analytics.survey.cube.tally import summarise
from analytics.survey.design import survey_design

from .cube import KINDS, NAMES, made, timed
from .served import databases


def in_memory(path: Path, by: list[str]) -> Summary:
    """Read the columns that are needed, make a design, sum."""
    rows = pd.read_parquet(path, columns=[*NAMES, *by, "stratum", "psu", "weight"], dtype_backend="numpy_nullable")
    rows["weight"] = rows["weight"].to_numpy(dtype=float)
    design = survey_design(rows, weights="weight", strata="stratum", psu="psu")
    return summarise(design, NAMES, by)


def again(cells: Path, drawn: Path, by: list[str], items: tuple[tuple[str, str], ...]) -> Cube:
    """All figures from a summary that was kept as two Parquet files."""
    places = frame(pd.read_parquet(drawn), psu="psu", strata="stratum", population="population")
    return means(from_columns(pd.read_parquet(cells), places, items, by))


def furthest(ours: Cube, theirs: Cube) -> float:
    """The largest relative difference of a value or an error."""
    pairs = ((ours.value, theirs.value), (ours.se, theirs.se))
    return max(float(np.nanmax(np.abs(a - b) / np.abs(b))) for a, b in pairs)


def measured(rows: int, kind: str, folder: Path, table: Any) -> dict[str, float]:
    """Seconds, megabytes and the largest difference, by name."""
    by, path, cells, drawn = KINDS[kind], folder / "rows.parquet", folder / "cells.parquet", folder / "drawn.parquet"
    if table is None:
        table = scale.parquet(str(path))
    theirs = in_memory(path, by)
    to_columns(theirs).to_parquet(cells)
    theirs.frame.table().to_parquet(drawn)
    took: dict[str, float] = dict(
        timed(
            {
                "summary by the database": lambda: scale.summarise(table, NAMES, by),
                "summary in memory, from the file": lambda: in_memory(path, by),
                "figures from the summary": lambda: means(theirs),
                "figures from the summary as Parquet": lambda: again(cells, drawn, by, theirs.items),
            },
            3 if rows < 5_000_000 else 1,
        )
    )
    took["difference"] = furthest(means(scale.summarise(table, NAMES, by)), means(theirs))
    took["file, MB"], took["summary, MB"] = path.stat().st_size / 1e6, cells.stat().st_size / 1e6
    return took


@click.command()
@click.option("--rows", default="1000000", show_default=True, help="Numbers of rows.")
@click.option("--postgres", is_flag=True, help="By PostgreSQL instead of DuckDB; the table is loaded first.")
def main(rows: str, postgres: bool) -> None:
    """Measure. Writes to a folder and a database of its own, which it deletes."""
    console = Console()
    for n in (int(number) for number in rows.split(",")):
        with tempfile.TemporaryDirectory() as name, databases("postgres" if postgres else "sqlite") as room:
            path = Path(name) / "rows.parquet"
            made(n).design.data.to_parquet(path)
            table = loaded(path, room.new()) if postgres else None
            shown = Table(f"{n:,} rows by {'PostgreSQL' if postgres else 'DuckDB'}", "cube", "12 waves")
            columns = [measured(n, kind, Path(name), table) for kind in KINDS if kind != "calibrated"]
            for row in columns[0]:
                shown.add_row(row, *(f"{column[row]:.3g}" for column in columns))
            console.print(shown)


def loaded(path: Path, url: str) -> Any:
    """The Ibis table of these rows in a PostgreSQL."""
    backend = scale.ibis().connect(url.replace("+psycopg", ""))
    backend.create_table("responses", pd.read_parquet(path))
    return backend.table("responses")


if __name__ == "__main__":
    main()
