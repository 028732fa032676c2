"""The cells of one indicator as they hang together: sexes and their total, areas and their levels, windows of waves.

What an attacker works with is two amounts that add up: how many answered, and how much of the weight said yes. So a
cell's share is known as well as its part of the yes is, since the weight of a cell follows from the census.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
UNTOLD = 1 << 40


@dataclass(frozen=True, eq=False)
class LinkedTable:
    """C cells and R sums of them.

    n: int64[C], respondents in the base. weight, positive: float64[C], their weight, and the weight of those who said
    yes. primary: bool[C], withheld for its own sake. silent: bool[C], shows no number whatever is decided here, as what
    is not reliable does, and what a sum leaves beside its parts. known: bool[C], was shown in a release before, and
    cannot be hidden any more. cost: float64[C], positive, what it costs to withhold. sums: R rows of a sparse matrix, 1
    at a total and -1 at its parts: sums @ n = sums @ weight = sums @ positive = 0, up to rounding. Of a cell that is
    not shown everybody knows that it has from `least` to `most` respondents, int64[C], and that from `least_yes` to
    `most_yes` of its weight said yes, float64[C].
    """

    n: Ints
    weight: Floats
    positive: Floats
    primary: Bools
    silent: Bools
    known: Bools
    cost: Floats
    sums: csr_array
    least: Ints
    most: Ints
    least_yes: Floats
    most_yes: Floats


@dataclass(frozen=True, slots=True)
class Rule:
    """How uncertain a cell that is withheld for its own sake must stay, to whoever knows all that is published.

    Its number of respondents stays open by at least `k`; its share stays open by as much as k of its respondents, or
    half of them if they are fewer than 2 k (`share_open`). What nobody answered has nothing to protect.
    """

    k: int


class UnprotectableError(ValueError):
    """What was published before gives a cell away whatever is withheld now. `cells`: places in the table."""

    def __init__(self, cells: tuple[int, ...]) -> None:
        super().__init__(
            f"{len(cells)} cells would follow from what was published before, whatever is withheld now. If a wave that "
            "was published is still in the field, close it first: thiqa custody close-wave WAVE"
        )
        self.cells = cells
