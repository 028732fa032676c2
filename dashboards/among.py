"""What can be said of a difference among many that are looked at together.

Of twenty differences that are none, one is outside its 95 % interval by chance. So a difference is called one only
where it also stands after Holm's correction for the number of comparisons (Holm 1979, Scandinavian Journal of
Statistics 6).
"""

from collections.abc import Sequence
from math import erfc, sqrt
from typing import Literal

from analytics.verdict import Estimated, against

Standing = Literal["higher", "lower", "higher_alone", "lower_alone", "same"]
ERROR, QUANTILE = 0.05, 1.959964


def among(found: Sequence[Estimated | None]) -> list[Standing | None]:
    """How each difference stands to 0 among all that are shown; None where nothing is shown.

    "alone" is a difference that its own interval tells, but that does not stand among so many.
    """
    chances = {at: _chance(item) for at, item in enumerate(found) if item is not None}
    stands: set[int] = set()
    for rank, (at, chance) in enumerate(sorted(chances.items(), key=lambda pair: pair[1])):
        if chance * (len(chances) - rank) > ERROR:
            break
        stands.add(at)
    return [None if item is None else _standing(item, at in stands) for at, item in enumerate(found)]


def _standing(found: Estimated, stands: bool) -> Standing:
    match against(found):
        case "higher":
            return "higher" if stands else "higher_alone"
        case "lower":
            return "lower" if stands else "lower_alone"
        case _same:
            return "same"


def _chance(found: Estimated) -> float:
    """The chance of a difference at least so large where there is none; two-sided, by the normal distribution."""
    facing = found.estimate - found.low if found.estimate > 0 else found.high - found.estimate
    if facing <= 0:
        return 1.0 if found.estimate == 0 else 0.0
    return erfc(QUANTILE * abs(found.estimate) / facing / sqrt(2))
