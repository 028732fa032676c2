"""What is known of one area: its figures, those around it, and whether chance alone explains that they differ."""

from collections.abc import Iterable
from dataclasses import dataclass

from analytics.release import CHANGE, GAP, LEVEL, YEAR, AreaCard, Figure, IndicatorCard, Release, Wave
from analytics.verdict import against
from dashboards.judgement import MEN, WOMEN, Shown, shown
from dashboards.view import View

FEWEST, MOST = 4, 6
PROBLEM = "problem_"


@dataclass(frozen=True)
class Cell:
    """A figure as it is shown: `asked` is the one that was looked for, `figure` the one that stands for it.

    They differ where several waves together show what one alone cannot; `span` is how many those are.
    """

    asked: Figure | None
    figure: Figure | None
    shown: Shown | None
    span: int

    @property
    def pooled(self) -> bool:
        """Whether several waves stand for one."""
        return self.shown is not None and self.span > 1


@dataclass(frozen=True)
class Standing:
    """An area in an indicator: its own figure, and those around it over as many waves, the whole last."""

    card: IndicatorCard
    own: Cell
    around: tuple[tuple[AreaCard | None, Shown | None], ...]

    @property
    def whole(self) -> Shown | None:
        """The figure of the whole survey."""
        return self.around[-1][1]


def cell(
    release: Release, card: IndicatorCard, wave: Wave, area: str, sex: str = "", contrast: str = LEVEL, *, span: int = 1
) -> Cell:
    """The figure over `span` waves; where it is not shown, the one over as many as the release pools, if that is."""
    asked = release.figure(card.id, wave.id, area, sex, contrast, span)
    if found := shown(asked):
        return Cell(asked, asked, found, span)
    longest = pooled(release)
    other = release.figure(card.id, wave.id, area, sex, contrast, longest)
    if longest > span and (found := shown(other)):
        return Cell(asked, other, found, longest)
    return Cell(asked, asked, None, span)


def standing(release: Release, view: View, card: IndicatorCard) -> Standing:
    """The chosen area in an indicator."""
    own = cell(release, card, view.wave, view.area, span=view.span)
    around: list[tuple[AreaCard | None, str]] = [(card_, card_.code) for card_ in between(release, view.area)]
    found = [
        (place, shown(release.figure(card.id, view.wave.id, code, span=own.span)))
        for place, code in [*around, (None, "")]
    ]
    return Standing(card, own, tuple(found))


def both(release: Release, view: View, card: IndicatorCard) -> tuple[Cell, Cell, Cell]:
    """Women, men and the gap of the area, over as many waves as show both; else as they stand in one."""
    for span in dict.fromkeys((view.span, pooled(release))):
        found = tuple(
            Cell(figure, figure, shown(figure), span)
            for figure in (
                release.figure(card.id, view.wave.id, view.area, WOMEN, LEVEL, span),
                release.figure(card.id, view.wave.id, view.area, MEN, LEVEL, span),
                release.figure(card.id, view.wave.id, view.area, "", GAP, span),
            )
        )
        women, men, gap = found
        if women.shown and men.shown:
            return women, men, gap
    women, men, gap = (
        cell(release, card, view.wave, view.area, sex, contrast, span=view.span)
        for sex, contrast in ((WOMEN, LEVEL), (MEN, LEVEL), ("", GAP))
    )
    return women, men, gap


def local(release: Release, view: View) -> tuple[IndicatorCard, ...]:
    """Four to six indicators: the headline ones, the chosen one, and the release's first ones until there are four."""
    plain = [card for card in release.indicators if not card.id.startswith(PROBLEM)]
    headline = [card for card in plain if card.headline][:MOST]
    if view.indicator not in headline:
        headline = [*headline[: MOST - 1], view.indicator]
    rest = [card for card in plain if card not in headline]
    return tuple(headline + rest[: max(0, FEWEST - len(headline))])


def problems(release: Release) -> tuple[IndicatorCard, ...]:
    """The indicators that name a local problem."""
    return tuple(card for card in release.indicators if card.id.startswith(PROBLEM))


def between(release: Release, code: str) -> tuple[AreaCard, ...]:
    """The areas that hold an area, below the one that holds all; none that has the very same people."""
    areas = {area.code: area for area in release.areas}
    found: list[AreaCard] = []
    area = areas.get(code)
    while area is not None and area.parent is not None and len(found) < len(areas):
        above = areas.get(area.parent)
        if above is not None and above.parent is not None and not (above.population == area.population > 0):
            found.append(above)
        area = above
    return tuple(found)


def top(release: Release) -> AreaCard | None:
    """The area that holds all others; None where no single one does."""
    found = [area for area in release.areas if area.parent is None]
    return found[0] if len(found) == 1 else None


def pooled(release: Release) -> int:
    """How many waves the longest pooled figures of a release hold; 1 where there are none."""
    return spans(release)[-1]


def spans(release: Release) -> tuple[int, ...]:
    """Over how many waves a release has figures, fewest first; a single one is always among them."""
    said = str(release.parameters.get("spans", "1")).split()
    return tuple(sorted({1, *(int(part) for part in said if part.isascii() and part.isdecimal() and int(part))}))


@dataclass(frozen=True)
class Moved:
    """How an indicator moved in an area: since the last wave, and since a year before."""

    card: IndicatorCard
    last: Shown | None
    year: Shown | None

    @property
    def told(self) -> bool:
        """Whether either is more than chance explains."""
        return any(found is not None and against(found) != "same" for found in (self.last, self.year))


def moved(release: Release, view: View, cards: Iterable[IndicatorCard]) -> tuple[Moved, ...]:
    """Of these indicators those whose change can be shown."""
    found = (
        Moved(
            card,
            shown(release.figure(card.id, view.wave.id, view.area, contrast=CHANGE)),
            shown(release.figure(card.id, view.wave.id, view.area, contrast=YEAR)),
        )
        for card in cards
    )
    return tuple(item for item in found if item.last or item.year)
