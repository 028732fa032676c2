"""How many figures a release publishes and how many it withholds, by kind of cell and by indicator.

Counts alone: which cell was withheld for its own sake and which for another's is said nowhere.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from analytics.release import CONFIDENTIAL, LEVEL, PUBLISHED, UNAVAILABLE, UNRELIABLE, Release

STATUSES = (PUBLISHED, UNRELIABLE, CONFIDENTIAL, UNAVAILABLE)


class Kind(NamedTuple):
    """A kind of cell: whether it is of an area, of one sex, a difference, and how many waves it pools."""

    of_area: bool
    of_sex: bool
    is_contrast: bool
    span: int


@dataclass(frozen=True, slots=True)
class Standings:
    """Counts by status, of all, by kind of cell and by indicator."""

    total: Mapping[str, int]
    kinds: Mapping[Kind, Mapping[str, int]]
    indicators: Mapping[str, Mapping[str, int]]


def standings(release: Release) -> Standings:
    """Counted once for a release that was written, since a large one has tens of thousands of figures."""
    return _kept(_ById(release.id, len(release.figures), release)) if release.id else _counted(release)


class _ById:
    """A release that is the same as another one of its id and number of figures (a part of it has fewer)."""

    def __init__(self, name: str, size: int, release: Release) -> None:
        self.key, self.release = (name, size), release

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and self.key == other.key


@lru_cache(maxsize=2)
def _kept(found: _ById) -> Standings:
    return _counted(found.release)


def _counted(release: Release) -> Standings:
    total: Counter[str] = Counter()
    kinds: dict[Kind, Counter[str]] = {}
    indicators: dict[str, Counter[str]] = {}
    for figure in release.figures:
        kind = Kind(bool(figure.area), bool(figure.sex), figure.contrast != LEVEL, figure.span)
        total[figure.status] += 1
        kinds.setdefault(kind, Counter())[figure.status] += 1
        indicators.setdefault(figure.indicator, Counter())[figure.status] += 1
    return Standings(total, dict(sorted(kinds.items())), indicators)
