"""Primary suppression: which cells are withheld for their own sake, so that no one can be found in them.

Fewer than k answers in the base; or a share from which somebody's answer follows, because nearly all answered alike or
a few weigh more than the rest. What could be worked out from others is found by suppression.py. Precision is judged
elsewhere; the two reasons are never mixed.
"""

import numpy as np
import numpy.typing as npt

DEFAULT_K = 10
HEAVIEST = 3  # two people who put together what they know must not learn the answer of a third
FEWER_THAN_K, REVEALING, COMPLEMENTARY = "fewer_than_k", "revealing", "complementary"
SMALL_AREA, FEW_NEW = "small_area", "few_new"  # under a floor; too few since the release before
_ROUNDING = 1e-9  # equal weights differ by less after raking


def exposure(answers: npt.NDArray[np.float64], weights: npt.NDArray[np.float64], k: int = DEFAULT_K) -> str:
    """Why the share of one cell may not be shown for its own sake, as `exposures`."""
    return exposures(answers, weights, np.zeros(len(answers), np.int64), 1, k)[0]


def exposures(
    answers: npt.NDArray[np.float64],
    weights: npt.NDArray[np.float64],
    cell: npt.NDArray[np.int64],
    cells: int,
    k: int = DEFAULT_K,
    order: npt.NDArray[np.int64] | None = None,
) -> list[str]:
    """Why the share of each cell may not be shown for its own sake: a reason, or "" where it may.

    answers: 1 and 0, one a person, NaN outside the base; weights: theirs, positive; cell: 0..cells-1, the cell of each.
    order: `by_weight` of these, for many indicators of the same people.
    A person cannot have said yes who weighs more than is left of the yes side once others have taken their own answers
    off; nor no, likewise. So each side must weigh as much as the HEAVIEST people of the cell together: this is the p%
    rule (Hundepool et al. 2012, Statistical Disclosure Control) on the weights of the lighter side, with p = 100
    against a coalition of two. It follows that a share of 0 or 1 is never shown, with equal weights none with fewer
    than three people on a side, and no cell of which three people carry more than half. All have one reason: one for
    "all alike" would say what the share says.
    """
    order = by_weight(weights, cell) if order is None else order
    order = order[~np.isnan(answers[order])]
    of, w, said = cell[order], weights[order], answers[order]
    n = np.bincount(of, minlength=cells)
    rank = np.arange(len(of)) - (np.cumsum(n) - n)[of]
    heaviest = np.bincount(of, np.where(rank < HEAVIEST, w, 0.0), minlength=cells)
    lighter = np.minimum(np.bincount(of, w * said, minlength=cells), np.bincount(of, w * (1 - said), minlength=cells))
    alike = lighter < heaviest * (1 - _ROUNDING)
    return [FEWER_THAN_K if few else REVEALING if same else "" for few, same in zip(n < k, alike, strict=True)]


def by_weight(weights: npt.NDArray[np.float64], cell: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The people by cell, within each the heaviest first."""
    return np.lexsort((-weights, cell))


def share_open(n: npt.NDArray[np.int64] | npt.NDArray[np.float64], k: int) -> npt.NDArray[np.float64]:
    """float64, by how much the share of cells of n respondents must stay open: k of them, at most half.

    A cell of fewer than 2 k people is open enough if the half of them may have said yes or may not.
    """
    return np.where(n > 0, np.minimum(0.5, k / np.maximum(n, 1)), 0.0)
