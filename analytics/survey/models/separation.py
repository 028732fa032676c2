"""Whether answers are predicted without error by some combination of columns, so that no coefficient is finite.

The check by linear programming of Konis (2007): a direction in which no row's likelihood falls and some row's rises.
"""

import numpy as np
from scipy.optimize import linprog

from ..variables import EstimationError, FloatArray


def refuse_separation(rises: FloatArray, names: tuple[str, ...], still: FloatArray | None = None) -> None:
    """Raise EstimationError, by the names of the columns, where the answers are separated.

    rises: [m, p], a row's likelihood rises along b where rises @ b > 0; b must lower none. still: [k, p] rows that b
    must leave as they are (counts above nought).
    """
    size = np.abs(rises).max(axis=0)
    size[size == 0] = 1
    rows = np.unique(rises / size, axis=0)
    held = None if still is None or not len(still) else np.unique(still / size, axis=0)
    found = linprog(
        -rows.sum(axis=0),
        A_ub=-rows,
        b_ub=np.zeros(len(rows)),
        A_eq=held,
        b_eq=None if held is None else np.zeros(len(held)),
        bounds=[(-1, 1)] * rises.shape[1],
    )
    # The directions are a cone, so that one which separates reaches a bound; without one, gains stay at rounding.
    if found.x is not None and (rows @ found.x).max() > 1e-4:
        guilty = [name for name, part in zip(names, found.x, strict=True) if abs(part) > 1e-6]
        raise EstimationError(
            f"{', '.join(guilty)} predict(s) some answers perfectly, so no coefficient is finite: a group where all "
            "answered the same. Join its level to another, or leave it out by where=."
        )
