"""Primary suppression: which cells are withheld for their own sake, so that no one can be found in them.

Fewer than k answers in the base; or a share from which somebody's answer follows, because nearly all answered alike or
a few weigh more than the rest. What could be worked out from others is found by suppression.py. Precision is judged
elsewhere; the two reasons are never mixed.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from survey_app.areas import AreaList

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


def withheld_areas(exposures: Mapping[str, str], areas: AreaList) -> dict[str, str]:
    """Area code -> reason, for the cells of one indicator and wave that are withheld.

    exposures: by area, of every level, why it may not be shown for its own sake ("" where it may). Where exactly one
    child of an area is withheld, the child with the smallest population is withheld too, at every level, until no cell
    is the rest of a known sum. The choice depends on population alone, so that it is the same in every wave. An only
    child takes its parent with it, which may be the top of the list.
    """
    reasons = {code: why for code, why in exposures.items() if why}
    children: dict[str, list[str]] = {}
    for area in areas.areas:
        if area.parent and area.code in exposures:
            children.setdefault(area.parent, []).append(area.code)
    changed = True
    while changed:
        changed = False
        for parent, family in children.items():
            hidden = [code for code in family if code in reasons]
            shown = [code for code in family if code not in reasons]
            # One hidden child is the parent less the others; a hidden parent is the sum of children that all show.
            alone = parent not in reasons and len(hidden) == 1
            summed = parent in reasons and not hidden
            if (alone or summed) and shown:
                reasons[min(shown, key=lambda code: (areas.get(code).population, code))] = COMPLEMENTARY
                changed = True
            elif alone:
                reasons[parent] = COMPLEMENTARY
                changed = True
    return reasons


def withheld_sexes(exposures: Mapping[str, str]) -> dict[str, str]:
    """Sex -> reason. Both are withheld if one is, since the total is published."""
    return {sex: why or COMPLEMENTARY for sex, why in exposures.items()} if any(exposures.values()) else {}
