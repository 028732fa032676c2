"""Many areas at once: which differences are more than chance when so many are looked at, and who stands together.

A list of areas sorted by their figures reads as a ranking, and most of its places are chance. Here differences are
judged as one family, and areas form groups within which nothing is known of who is above whom.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd

from analytics.survey.hypotheses.significance import adjusted, two_sided
from analytics.survey.printing import listing
from analytics.survey.results import REASONS, ROUNDING, Estimates
from analytics.survey.variables import BoolArray, EstimationError, FloatArray

Control = Literal["bh", "by", "holm", "hommel", "bonferroni"]
METHODS: Mapping[Control, str] = {
    "bh": "fdr_bh",
    "by": "fdr_by",
    "holm": "holm",
    "hommel": "hommel",
    "bonferroni": "bonferroni",
}
_SAID = {
    "bh": "false discovery rate (Benjamini and Hochberg)",
    "by": "false discovery rate under any dependence (Benjamini and Yekutieli)",
    "holm": "family-wise error (Holm)",
    "hommel": "family-wise error (Hommel)",
    "bonferroni": "family-wise error (Bonferroni)",
}
_MOST_GROUPS = 10_000


@dataclass(frozen=True, eq=False)
class Family:
    """Differences judged together, one row each.

    keys: what each is. value: float64[k]; t, p, q: float64[k], the statistic, its own two-sided p-value and the one
    that answers for the whole family, NaN for rows with a reason. found: bool[k], more than chance at the level.
    """

    keys: pd.DataFrame
    value: FloatArray
    t: FloatArray
    p: FloatArray
    q: FloatArray
    found: BoolArray
    df: int
    level: float
    control: Control
    unavailable: tuple[str, ...] = field(repr=False)

    def table(self) -> pd.DataFrame:
        """The keys with difference, t, p, q, found and reason (a code)."""
        numbers = {"difference": self.value, "t": self.t, "p": self.p, "q": self.q, "found": self.found}
        return self.keys.assign(**numbers, reason=list(self.unavailable))

    def __str__(self) -> str:
        text = listing(self.table().replace({"reason": REASONS}), 4)
        tested = int(np.isfinite(self.p).sum())
        return f"{tested} differences against 0, {_SAID[self.control]} at {self.level:g}, df {self.df}\n{text}"


def judged_together(differences: Estimates, *, control: Control = "bh", level: float = 0.05) -> Family:
    """Test each difference (a gap, a change) against 0 by t with the design's df, and answer for all of them together.

    Rows without a standard error are not of the family. bh is the false discovery rate of Benjamini and Hochberg
    (1995), by that of Benjamini and Yekutieli (2001), for differences that depend on each other in any way; holm,
    hommel and bonferroni hold the chance of even one false finding (R `p.adjust`). Raises EstimationError.
    """
    _checked(control, level)
    value, se = differences.value, differences.se
    k = len(value)
    t, p, q = np.full(k, np.nan), np.full(k, np.nan), np.full(k, np.nan)
    tested = differences.available & (se > 0)
    t[tested] = value[tested] / se[tested]
    p[tested] = two_sided(t[tested], differences.df)
    q[tested] = adjusted(p[tested], METHODS[control])
    reasons = tuple(
        reason or ("" if is_tested else "zero_variance")
        for reason, is_tested in zip(differences.unavailable, tested, strict=True)
    )
    return Family(differences.keys, value, t, p, q, q <= level, differences.df, level, control, reasons)


@dataclass(frozen=True, eq=False)
class Groups:
    """Areas that cannot be told apart, in groups that may overlap; two in no common group differ.

    groups: labels, sorted by label within a group, since nothing is known of their order; the group whose mean is
    highest comes first. without: labels that have no figure. q: float64[k, k] of pairs of `labels`, for the family.
    """

    labels: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    without: tuple[str, ...]
    q: FloatArray = field(repr=False)
    level: float
    control: Control

    @property
    def letters(self) -> dict[str, str]:
        """A compact letter display: areas that share a letter cannot be told apart (Piepho 2004)."""
        names = [_letter(number) for number in range(len(self.groups))]
        return {
            label: "".join(name for name, group in zip(names, self.groups, strict=True) if label in group)
            for label in self.labels
        }

    def __str__(self) -> str:
        lines = [f"{_letter(number)}: {', '.join(group)}" for number, group in enumerate(self.groups)]
        if self.without:
            lines.append(f"without a figure: {', '.join(self.without)}")
        head = f"Groups that cannot be told apart, {_SAID[self.control]} at {self.level:g}; no order within a group"
        return "\n".join([head, *lines])


def groups(areas: Estimates, *, control: Control = "holm", level: float = 0.05) -> Groups:
    """The groups of areas that cannot be told apart, from their estimates and covariance.

    All pairs are tested by t with the design's df and judged as one family; a group is a largest set of areas of which
    no two differ. So two areas share a group if and only if they cannot be told apart. Deterministic. Raises
    EstimationError on fewer than two areas with a figure, or where the pairs form no groups worth naming.
    """
    _checked(control, level)
    kept = np.flatnonzero(areas.available)
    if len(kept) < 2:
        raise EstimationError(f"Groups need two areas with a standard error; got {len(kept)}.")
    labels, v = areas.labels, areas.covariance[np.ix_(kept, kept)]
    value, k = areas.value[kept], len(kept)
    i, j = np.triu_indices(k, 1)
    variance = v[i, i] + v[j, j] - 2 * v[i, j]
    # Two figures that move as one in the sample cannot be told apart by it.
    spread = variance > ROUNDING * (v[i, i] + v[j, j])
    t = np.divide(value[i] - value[j], np.sqrt(np.where(spread, variance, 1)), out=np.zeros(len(i)), where=spread)
    q = np.ones((k, k))
    q[i, j] = q[j, i] = adjusted(two_sided(t, areas.df), METHODS[control])
    found = _cliques([_bits(np.flatnonzero(q[row] > level)) & ~(1 << row) for row in range(k)])
    members = [[at for at in range(k) if clique >> at & 1] for clique in found]
    named = [tuple(sorted(labels[kept[at]] for at in group)) for group in members]
    order = sorted(range(len(named)), key=lambda number: (-float(value[members[number]].mean()), named[number]))
    without = tuple(label for row, label in enumerate(labels) if row not in set(kept.tolist()))
    return Groups(
        tuple(labels[row] for row in kept), tuple(named[number] for number in order), without, q, level, control
    )


def pairs_apart(found: Groups) -> tuple[tuple[str, str], ...]:
    """The pairs of areas in no common group, by label: those that may be said to differ."""
    return tuple(
        (first, second)
        for (a, first), (b, second) in combinations(enumerate(found.labels), 2)
        if found.q[a, b] <= found.level
    )


def _cliques(neighbours: list[int]) -> list[int]:
    """The maximal cliques of a graph as bit sets (Bron and Kerbosch 1973, with Tomita's pivot)."""
    cliques: list[int] = []
    waiting = [(0, (1 << len(neighbours)) - 1, 0)]
    while waiting:
        clique, open_, seen = waiting.pop()
        if not open_ and not seen:
            cliques.append(clique)
            if len(cliques) > _MOST_GROUPS:
                raise EstimationError(
                    f"The areas form more than {_MOST_GROUPS:,} overlapping groups, which tells nobody anything; "
                    "compare fewer areas, or each with the whole survey."
                )
            continue
        pivot = max(_each(open_ | seen), key=lambda at: (open_ & neighbours[at]).bit_count())
        for at in _each(open_ & ~neighbours[pivot]):
            waiting.append((clique | 1 << at, open_ & neighbours[at], seen & neighbours[at]))
            open_, seen = open_ & ~(1 << at), seen | 1 << at
    return cliques


def _each(bits: int) -> list[int]:
    return [at for at in range(bits.bit_length()) if bits >> at & 1]


def _bits(places: "np.ndarray[tuple[int], np.dtype[np.intp]]") -> int:
    return sum(1 << int(at) for at in places)


def _letter(number: int) -> str:
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def _checked(control: str, level: float) -> None:
    if control not in METHODS:
        raise EstimationError(f"control must be one of {', '.join(METHODS)}; got {control!r}.")
    if not 0 < level < 1:
        raise EstimationError(f"level must lie between 0 and 1, such as 0.05; got {level}.")
