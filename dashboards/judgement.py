"""What a figure allows one to say: whether it may be shown, and what chance alone could explain.

A figure that is not published has no number here, whatever its row holds; nothing is compared without an interval.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isfinite

from analytics.release import PUBLISHED, AreaCard, Figure, Release
from analytics.verdict import Verdict, apart
from dashboards.once import once

WOMEN, MEN = "woman", "man"


@dataclass(frozen=True)
class Shown:
    """The numbers of a published figure: shares 0..1 or their difference, the 95 % interval, and answers."""

    estimate: float
    low: float
    high: float
    n: int
    review: bool


@dataclass(frozen=True)
class AreaFigure:
    """An area with what is known of it: the figure as released, its numbers if it is published, and the verdict."""

    area: AreaCard
    figure: Figure | None
    shown: Shown | None
    verdict: Verdict | None


def shown(figure: Figure | None) -> Shown | None:
    """The numbers of a figure if it is published with an estimate, an interval and n; else None."""
    if figure is None or figure.status != PUBLISHED:
        return None
    estimate, low, high, n = figure.estimate, figure.low, figure.high, figure.n
    if estimate is None or low is None or high is None or n is None:
        return None
    if not (isfinite(estimate) and isfinite(low) and isfinite(high)):
        return None
    return Shown(estimate, low, high, n, figure.flag == "review")


@once
def areas(release: Release, indicator: str, wave: str) -> tuple[AreaFigure, ...]:
    """Every area that holds no smaller one, each held against the whole survey."""
    whole = shown(release.figure(indicator, wave))
    found = []
    for area in smallest(release):
        figure = release.figure(indicator, wave, area=area.code)
        numbers = shown(figure)
        verdict = apart(numbers, whole) if numbers and whole else None
        found.append(AreaFigure(area, figure, numbers, verdict))
    return tuple(found)


@once
def smallest(release: Release) -> tuple[AreaCard, ...]:
    """The areas that hold no smaller one, without the one that holds them all."""
    parents = {area.parent for area in release.areas}
    return tuple(area for area in release.areas if area.parent is not None and area.code not in parents)


def runs(series: Iterable[Shown | None]) -> list[list[int]]:
    """The places of consecutive shown figures, so that a line is never drawn across a wave that has none."""
    places: Sequence[tuple[int, Shown | None]] = list(enumerate(series))
    parts = groupby(places, key=lambda place: place[1] is not None)
    return [[index for index, _found in part] for present, part in parts if present]
