"""Strata and PSUs that say no more of where a person lives than the recoded area does.

A stratum is a place, and so is a PSU. Labels are new, strata do not cut a shown area, PSUs of a few are joined.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]


class _Joined:
    """Sets that grow together (union-find)."""

    def __init__(self) -> None:
        self._above: dict[Hashable, Hashable] = {}

    def of(self, node: Hashable) -> Hashable:
        self._above.setdefault(node, node)
        while self._above[node] != node:
            self._above[node] = node = self._above[self._above[node]]
        return node

    def join(self, one: Hashable, other: Hashable) -> None:
        self._above[self.of(other)] = self.of(one)


def coarse_strata(
    strata: Sequence[str], areas: Sequence[str | None], waves: Sequence[str], paths: Sequence[str], k: int
) -> Ints:
    """int64[n]: strata joined until none cuts a shown area of a wave, and none has fewer than k rows of a wave's path.

    areas: as recoded; None where a person gave none, which ties no strata. To join strata leaves estimates as they are
    and makes standard errors larger rather than smaller (Wolter 2007, ch. 2.5, on collapsed strata).
    """
    joined = _Joined()
    for stratum, area, wave in zip(strata, areas, waves, strict=True):
        joined.join(("stratum", stratum), ("area", wave, area) if area is not None else ("stratum", stratum))
    while True:
        of = [joined.of(("stratum", stratum)) for stratum in strata]
        order = {root: number for number, root in enumerate(dict.fromkeys(sorted(of, key=str)))}
        found = np.array([order[root] for root in of], dtype=np.int64)
        small = _small(found, waves, paths, k)
        if small is None:
            return found
        one, other = (of[int(np.flatnonzero(found == which)[0])] for which in small)
        joined.join(one, other)


def _small(strata: Ints, waves: Sequence[str], paths: Sequence[str], k: int) -> tuple[int, int] | None:
    """A stratum with too few rows of a wave and path, and the smallest other one of that wave; None if all is well."""
    sizes = Counter(zip(waves, strata.tolist(), paths, strict=True))
    of_wave: dict[str, Counter[int]] = defaultdict(Counter)
    for (wave, stratum, _), n in sizes.items():
        of_wave[wave][stratum] += n
    of_path = Counter(zip(waves, paths, strict=True))
    for (wave, stratum, path), n in sorted(sizes.items()):
        others = [(size, other) for other, size in of_wave[wave].items() if other != stratum]
        if n < k <= of_path[wave, path] and others:
            return min(others)[1], stratum
    return None


def coarse_psus(psus: Ints, strata: Ints, waves: Sequence[str], k: int) -> Ints:
    """int64[n]: PSUs of several people joined within their stratum until each has k rows in each wave where it is.

    A PSU of one person alone stays: it says nothing of anybody else.
    """
    found = psus.copy()
    table = pd.DataFrame({"psu": psus, "stratum": strata, "wave": list(waves)})
    rows = table["psu"].value_counts()
    table = table[table["psu"].map(rows) > 1]
    for _, of_stratum in table.groupby("stratum"):
        counts = {int(str(psu)): Counter(part["wave"]) for psu, part in of_stratum.groupby("psu")}
        order = sorted(counts, key=lambda psu: (min(counts[psu].values()), psu))
        groups: list[list[int]] = []
        open_: list[int] = []
        for psu in order:
            open_.append(psu)
            if _enough(open_, counts, k):
                groups.append(open_)
                open_ = []
        while open_ and groups and not _enough(open_, counts, k):
            open_ += groups.pop(0)
        for group in [*groups, open_] if open_ else groups:
            found[np.isin(psus, group)] = group[0]
    return found


def _enough(group: Sequence[int], counts: dict[int, Counter[Any]], k: int) -> bool:
    together = sum((counts[psu] for psu in group), Counter[Any]())
    return min(together.values()) >= k


def relabelled(codes: Ints, random: np.random.Generator) -> Ints:
    """int64[n]: the codes under new numbers from 1, drawn by chance."""
    known, at = np.unique(codes, return_inverse=True)
    return np.asarray(random.permutation(len(known))[at] + 1, dtype=np.int64)
