"""What a figure allows one to say. A figure that is not published has no number here, whatever its row holds."""

from dataclasses import dataclass
from math import isfinite

from analytics.release import LEVEL, PUBLISHED, AreaCard, Figure, IndicatorCard, Release, Text, Wave
from translations.languages import LANGUAGES, fenced, number, percent, plural_translator, signed

from .numerals import base, between, places


@dataclass(frozen=True)
class Shown:
    """A published figure: shares 0..1 or their difference, the interval, and their decimals in per cent."""

    figure: Figure
    estimate: float
    low: float
    high: float
    decimals: int

    @property
    def review(self) -> bool:
        """Whether a statistician should look at it first."""
        return self.figure.flag == "review"

    def share(self, language: str) -> str:
        """The estimate as per cent."""
        return percent(self.estimate, language, self.decimals)

    def interval(self, language: str) -> str:
        """The interval of a share: "51% to 57%"."""
        low, high = (percent(end, language, self.decimals) for end in (self.low, self.high))
        return between(low, high, language)

    def difference(self, language: str) -> str:
        """The estimate of a difference in points, with its sign."""
        return signed(self.estimate, language, self.decimals)

    def bounds(self, language: str) -> str:
        """The interval of a difference in points: "−2 to +8"."""
        low, high = (signed(end, language, self.decimals) for end in (self.low, self.high))
        return between(low, high, language)

    def base(self, language: str) -> str:
        """The answers behind it."""
        return base(self.figure, language)


def shown(figure: Figure | None) -> Shown | None:
    """The numbers of a figure if it is published with an estimate, an interval and n; else None."""
    if figure is None or figure.status != PUBLISHED:
        return None
    estimate, low, high = figure.estimate, figure.low, figure.high
    if estimate is None or low is None or high is None or figure.n is None:
        return None
    if not all(map(isfinite, (estimate, low, high))):
        return None
    return Shown(figure, estimate, low, high, places(estimate, low, high))


@dataclass(frozen=True)
class Scene:
    """A release as one reader sees it: the language, the newest wave, and the place that is looked at ("" is all)."""

    release: Release
    language: str
    area: str = ""

    @property
    def waves(self) -> tuple[Wave, ...]:
        """The waves in the order of their fieldwork."""
        return tuple(sorted(self.release.waves, key=lambda wave: (wave.opens, wave.closes, wave.id)))

    @property
    def wave(self) -> Wave:
        """The newest wave, which the brief is about."""
        return self.waves[-1]

    @property
    def pooled(self) -> int:
        """How many waves the pooled figures of the release hold; 1 where there are none."""
        spans = str(self.release.parameters.get("spans", "1")).split()
        return max((int(span) for span in spans if span.isdecimal()), default=1)

    def named(self, text: Text) -> str:
        """A text of the release in the language; in another one where it has none, so that a name is never empty."""
        return text.get(self.language) or next((text[other] for other in LANGUAGES if text.get(other)), "")

    def figure(
        self, card: IndicatorCard, contrast: str = LEVEL, *, sex: str = "", area: str | None = None, span: int = 1
    ) -> Figure | None:
        """A figure of the newest wave, of the scene's own place unless another is named."""
        place = self.area if area is None else area
        return self.release.figure(card.id, self.wave.id, place, sex, contrast, span)

    def together(self, span: int) -> str:
        """That a figure pools this many waves, in words."""
        _n = plural_translator(self.language)
        return _n("%(num)d wave together", "%(num)d waves together", span)

    def counted(self, value: float) -> str:
        """A whole number, fenced."""
        return fenced(number(value, self.language), self.language)


def headline(release: Release) -> tuple[IndicatorCard, ...]:
    """The indicators that a reader sees first; the first four of all where none is one."""
    return (tuple(card for card in release.indicators if card.headline) or release.indicators)[:4]


def leaves(release: Release) -> tuple[AreaCard, ...]:
    """The areas that hold no smaller one, in the order of the release; not the top itself."""
    parents = {area.parent for area in release.areas}
    return tuple(area for area in release.areas if area.parent is not None and area.code not in parents)


def top(release: Release) -> AreaCard | None:
    """The area that holds all others."""
    return next((area for area in release.areas if area.parent is None), None)
