"""What can be said of a difference among many that are looked at together.

Of twenty differences that are none, one is outside its 95 % interval by chance. So a difference is called one only
where it also stands after Holm's correction for the number of comparisons (Holm 1979, Scandinavian Journal of
Statistics 6).
"""

from collections.abc import Sequence
from math import erfc, hypot, sqrt
from typing import Literal

from dashboards.judgement import Shown

Standing = Literal["higher", "lower", "higher_alone", "lower_alone", "same"]
ERROR, QUANTILE = 0.05, 1.959964


def among(found: Sequence[Shown | None], other: Shown | None = None) -> list[Standing | None]:
    """How each figure stands to another one, or to 0, among all that are shown; None where nothing is shown.

    "alone" is a difference that its own interval tells, but that does not stand among so many. Between two estimates
    the half widths that face each other are added in squares (Zou and Donner 2008, Statistics in Medicine 27), as if
    they were independent: an area is a part of the whole, so that this errs on the side of saying less.
    """
    chances = {at: _chance(item, other) for at, item in enumerate(found) if item is not None}
    stands: set[int] = set()
    for rank, (at, chance) in enumerate(sorted(chances.items(), key=lambda pair: pair[1])):
        if chance * (len(chances) - rank) > ERROR:
            break
        stands.add(at)
    return [None if item is None else _standing(item, other, at in stands) for at, item in enumerate(found)]


def _standing(found: Shown, other: Shown | None, stands: bool) -> Standing:
    value = other.estimate if other else 0.0
    if found.low > value:
        return "higher" if stands else "higher_alone"
    if found.high < value:
        return "lower" if stands else "lower_alone"
    return "same"


def _chance(found: Shown, other: Shown | None) -> float:
    """The chance of a difference at least so large where there is none; two-sided, by the normal distribution."""
    value = other.estimate if other else 0.0
    difference = found.estimate - value
    facing = found.estimate - found.low if difference > 0 else found.high - found.estimate
    if other:
        facing = hypot(facing, other.high - value if difference > 0 else value - other.low)
    if facing <= 0:
        return 1.0 if difference == 0 else 0.0
    return erfc(QUANTILE * abs(difference) / facing / sqrt(2))
