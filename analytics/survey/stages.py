"""The stages of a design as codes: which unit and stratum each row was drawn in, of how many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .variables import DesignError, FloatArray, IntArray, codes


@dataclass(frozen=True, eq=False)
class Stage:
    """One stage of sampling: U units in H strata; a stratum of a later stage lies in one unit of the stage before.

    unit: int64[n], each row's unit 0..U-1. stratum: int64[U], the stratum of each unit. sampled: int64[H], units drawn.
    fraction: float64[H], the share drawn, 0 without finite population correction. share: float64[H], the product of the
    fractions of the stages above, by which this stage counts; 1 at the first. names: H labels for messages.
    labels: U names of the units, each unique in its stratum; None where rows are units and have no names.
    """

    unit: IntArray
    stratum: IntArray
    sampled: IntArray
    fraction: FloatArray
    share: FloatArray
    names: npt.NDArray[Any]
    labels: npt.NDArray[Any] | None = None

    @property
    def lonely(self) -> npt.NDArray[np.bool_]:
        """bool[H]: strata with one unit that were not taken whole, and that count."""
        found: npt.NDArray[np.bool_] = (self.sampled == 1) & (self.fraction < 1 - 1e-10) & (self.share > 0)
        return found

    @property
    def counts(self) -> bool:
        """Whether the stage adds to any variance."""
        return bool((self.share > 0).any())


def encode(
    units: Sequence[npt.NDArray[Any]],
    groups: Sequence[npt.NDArray[Any]],
    counts: Sequence[FloatArray],
    *,
    nest: bool,
) -> tuple[Stage, ...]:
    """The stages of a design. Raises DesignError where labels or counts contradict each other."""
    n = len(units[0])
    above = np.zeros(n, np.int64)  # the unit of the stage before
    share_above = np.ones(1)
    found: list[Stage] = []
    for number, labels in enumerate(units):
        group, names = codes(groups[number]) if number < len(groups) else (np.zeros(n, np.int64), np.array(["all"]))
        stratum_of_row, firsts = _joined(above, group)
        if number == 0 and not nest:
            unit, of_units = codes(labels)
        else:
            unit, first_rows = _joined(stratum_of_row if nest else above, codes(labels)[0])
            of_units = labels[first_rows]
        of_unit = np.empty(unit.max() + 1, np.int64)
        of_unit[unit] = stratum_of_row
        split = np.flatnonzero(of_unit[unit] != stratum_of_row)
        if len(split):
            raise DesignError(
                f"Each PSU must lie in one stratum; PSU {labels[split[0]]!s} appears in several. "
                "If PSU numbers restart in each stratum, pass nest=True."
            )
        sampled = np.bincount(of_unit, minlength=len(firsts))
        stratum_names = names[group[firsts]]
        fraction = _fractions(counts[number], stratum_of_row, sampled, stratum_names) if number < len(counts) else None
        share = share_above[above[firsts]]
        fraction = np.zeros(len(firsts)) if fraction is None else fraction
        found.append(Stage(unit, of_unit, sampled, fraction, share, stratum_names, of_units))
        above, share_above = unit, (share * found[-1].fraction)[of_unit]
    return tuple(found)


def inverse_chances(stages: Sequence[Stage]) -> FloatArray:
    """float64[n]: one over the product of the shares drawn at each stage."""
    chances = np.ones(len(stages[0].unit))
    for stage in stages:
        chances *= stage.fraction[stage.stratum[stage.unit]]
    return np.asarray(1 / chances)


def _joined(first: IntArray, second: IntArray) -> tuple[IntArray, IntArray]:
    """Codes of pairs, in sorted order, and the first row of each."""
    pairs = first * (int(second.max()) + 1) + second
    _, firsts, joined = np.unique(pairs, return_index=True, return_inverse=True)
    return joined.astype(np.int64), firsts.astype(np.int64)


def _fractions(fpc: FloatArray, rows: IntArray, sampled: IntArray, names: npt.NDArray[Any]) -> FloatArray:
    of_stratum = np.empty(len(sampled))
    of_stratum[rows] = fpc
    uneven = np.flatnonzero(of_stratum[rows] != fpc)
    if len(uneven):
        raise DesignError(f"fpc must be one number in each stratum; stratum {names[rows[uneven[0]]]!s} has several.")
    if (of_stratum <= 1).all() and not (sampled == of_stratum).all():
        return of_stratum  # shares, as R reads them
    small = np.flatnonzero(of_stratum < sampled)
    if len(small):
        h = small[0]
        raise DesignError(
            f"fpc counts the units of the population: stratum {names[h]!s} has {sampled[h]} sampled of "
            f"{of_stratum[h]:g}. Pass population counts, or the share drawn in every stratum."
        )
    return np.asarray(sampled / of_stratum)
