"""A summary as one plain table and back: what Parquet keeps, and what a database's GROUP BY gives."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from ..variables import EstimationError, divided, domains
from .sampling_frame import Frame
from .summary import ROUNDING, Item, Summary, gathered, without_empty


def to_columns(summary: Summary) -> pd.DataFrame:
    """A row for each cell, for Parquet or a database: stratum, psu, the domain's labels; n, w, y, within of each item.

    The columns of item number 3 are n3, w3, y3 and within3. The frame has its own table, `Frame.table`. Raises
    EstimationError for a calibrated summary, which needs more than its cells.
    """
    if summary.calibration is not None:
        raise EstimationError("A calibrated summary is more than its cells; keep the weights and summarise again.")
    places = summary.frame
    head = {"stratum": places.strata[places.stratum[summary.psu]], "psu": places.psu[summary.psu]}
    labels = {name: summary.keys[name].to_numpy()[summary.domain] for name in summary.by}
    sums = {
        f"{name}{j}": values[j]
        for j in range(len(summary.items))
        for name, values in (("n", summary.n), ("w", summary.w), ("y", summary.y), ("within", summary.within))
    }
    return pd.DataFrame(head | labels | sums)


def from_columns(table: pd.DataFrame, frame: Frame, items: Sequence[Item], by: Sequence[str] = ()) -> Summary:
    """The summary from such a table, from wherever it was counted; cells may come in several rows, which add up.

    Where sums of w times squared answers (columns squares0 ...) stand in place of within, they are turned to it.
    Raises EstimationError or DesignError where a column or a PSU of the frame is missing.
    """
    kinds = ("n", "w", "y", "within" if "within0" in table else "squares")
    needed = ["stratum", "psu", *by, *(f"{kind}{j}" for j in range(len(items)) for kind in kinds)]
    absent = [name for name in needed if name not in table]
    if absent:
        raise EstimationError(f"The table of cells has no column {absent[0]!r}; to_columns says what it must have.")
    of_row, keys = domains(table, list(by))
    table, of_row = table[of_row >= 0], of_row[of_row >= 0]
    psu = frame.find(table["stratum"].to_numpy(), table["psu"].to_numpy())
    n, w, y, squares = (
        np.array([table[f"{kind}{j}"].to_numpy(dtype=np.float64, na_value=0.0) for j in range(len(items))])
        for kind in kinds
    )
    if kinds[3] == "squares":
        about_mean = squares - divided(y * y, w, 0.0)
        squares = np.where((n > 1) & (about_mean > ROUNDING * squares), about_mean, 0.0)
    held = frame.held.copy()
    held[psu] = True
    rows = Summary(
        replace(frame, held=held), keys, tuple(items), psu, of_row, n.astype(np.int64), w, y, np.asarray(squares)
    )
    return without_empty(gathered(rows, keys, np.arange(len(keys))))
