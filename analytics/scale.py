"""Past one machine: the sums by PSU and domain as one question to a database, written once for every engine.

The expression is Ibis, an optional extra (`pip install 'thiqa[scale]'`): DuckDB over Parquet files on one machine, an
existing PostgreSQL, Spark. What comes back is a `Summary`, of a few megabytes whatever the number of responses, and all
figures are made from it in memory as they are from rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

from analytics.survey.cube.plain_table import from_columns
from analytics.survey.cube.sampling_frame import Frame, frame
from analytics.survey.cube.summary import Summary
from analytics.survey.design import SinglePsuPolicy
from analytics.survey.variables import EstimationError


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns of a table of responses hold its design; population: PSUs of the stratum's population, or none."""

    stratum: str = "stratum"
    psu: str = "psu"
    weight: str = "weight"
    population: str | None = None


def parquet(path: str) -> Any:
    """The Ibis table of Parquet files, by a path or a pattern such as `waves/*.parquet`, read by DuckDB."""
    return ibis().duckdb.connect().read_parquet(path)


def cells(table: Any, items: Sequence[str], by: Sequence[str] = (), layout: Layout | None = None) -> Any:
    """The Ibis expression: one GROUP BY of stratum, PSU and domain, with four sums an item, all that exact errors need.

    Rows of no positive weight, or of no domain, are left out, and of each item those without an answer. Raises
    EstimationError on a column that is not there or is no number.
    """
    layout = layout or Layout()
    absent = [name for name in (layout.stratum, layout.psu, layout.weight, *by, *items) if name not in table.columns]
    if absent:
        raise EstimationError(f"The table has no column {absent[0]!r}; there are {', '.join(table.columns[:12])}.")
    weight = table[layout.weight].cast("float64")
    sums: dict[str, Any] = {}
    for j, name in enumerate(items):
        answer = table[name]
        if not (answer.type().is_numeric() or answer.type().is_boolean()):
            raise EstimationError(
                f"{name} is {answer.type()}, not a number: make a column of nought and one for each level whose share "
                "is asked for."
            )
        value = answer.cast("float64")
        if answer.type().is_floating():
            value = answer.isnan().ifelse(None, value)
        sums[f"n{j}"] = value.count()
        # Without an answer the products are null, which sums leave out: no filter of each, which engines do slowly.
        sums[f"w{j}"] = value.notnull().ifelse(weight, None).sum()
        sums[f"y{j}"] = (weight * value).sum()
        sums[f"squares{j}"] = (weight * value * value).sum()
    counting = table.filter(weight > 0, *(table[name].notnull() for name in by))
    keys = {"stratum": table[layout.stratum], "psu": table[layout.psu]} | {name: table[name] for name in by}
    return counting.group_by(**keys).aggregate(**sums)


def drawn(table: Any, layout: Layout | None = None, *, single_psu: SinglePsuPolicy = "fail") -> Frame:
    """The frame of the PSUs that hold rows. Where some hold none, make the frame of the sampling plan instead."""
    layout = layout or Layout()
    keys = {"stratum": table[layout.stratum], "psu": table[layout.psu]}
    if layout.population is not None:
        keys |= {"population": table[layout.population]}
    found = table.select(**keys).distinct().to_pandas()
    population = None if layout.population is None else "population"
    return frame(found, psu="psu", strata="stratum", population=population, single_psu=single_psu)


def summarise(
    table: Any,
    items: Sequence[str],
    by: Sequence[str] = (),
    *,
    layout: Layout | None = None,
    places: Frame | None = None,
) -> Summary:
    """The summary of a table of any engine that Ibis knows, equal to the one in memory.

    places: every drawn PSU; those that hold rows, without it. Raises EstimationError or DesignError.
    """
    found = cells(table, items, by, layout).to_pyarrow().to_pandas()
    places = drawn(table, layout) if places is None else places
    return from_columns(found, places, [(name, "") for name in items], by)


def ibis() -> ModuleType:
    """Ibis itself. Raises EstimationError with what to install where it is not there."""
    try:
        return import_module("ibis")
    except ImportError as problem:
        raise EstimationError(
            "Summaries by a database need Ibis, which is not installed: pip install 'thiqa[scale]'. In memory, "
            "analytics.survey.cube.tally.summarise needs nothing more."
        ) from problem
