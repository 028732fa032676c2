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
    is not reliable does. most: int64[C], the most respondents that the reason of a silent cell tells ("fewer than 30"),
    else a large number. known: bool[C], was shown in a release before, and cannot be hidden any more. cost:
    float64[C], positive, what it costs to withhold. sums: R rows of a sparse matrix, 1 at a total and -1 at its parts:
    sums @ n = sums @ weight = sums @ positive = 0, up to rounding. rest: bool[C], known because it is what a sum leaves
    beside its parts (who gave no area or sex) and no cell of a release; None if there are none.
    """

    n: Ints
    weight: Floats
    positive: Floats
    primary: Bools
    silent: Bools
    most: Ints
    known: Bools
    cost: Floats
    sums: csr_array
    rest: Bools | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """How uncertain a cell that is withheld for its own sake must stay, to whoever knows all that is published.

    Its number of respondents stays open by at least `k`; its share stays open by as much as k of its respondents, or
    all of them if they are fewer (`share_width`). What nobody answered has nothing to protect, nor has who is in the
    rest of a sum, whom the attacker knows: where these alone keep a cell narrower, it stays as open as they allow.
    """

    k: int

    def share_width(self, n: int) -> float:
        """The least width of the interval of the share of a cell of n respondents; 0..1."""
        return min(self.k, n) / n if n else 0.0


class UnprotectableError(ValueError):
    """What was published before gives a cell away whatever is withheld now. `cells`: places in the table."""

    def __init__(self, cells: tuple[int, ...]) -> None:
        super().__init__(f"{len(cells)} cells follow from what was published before")
        self.cells = cells
