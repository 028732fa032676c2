"""Charts as SVG written by hand, in millimetres: dots with whiskers, and a line with its band.

A drawing holds no letters: its words are elements of the page around it, laid out by the direction of the text, while
the drawing is turned as a whole. So nothing is written twice, and Arabic is joined as the page joins it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from analytics.release import Wave
from translations.languages import direction

from .judgement import Shown

ACCENT, WOMEN, MEN, INK, QUIET, GRID, BAND = (
    "#0B5C5A",
    "#6A3D9A",
    "#B35806",
    "#1B2430",
    "#5B6673",
    "#D9DEE3",
    "#CFE3E2",
)
DOT, WHISKER, CAP = 0.85, 0.4, 0.75


@dataclass(frozen=True)
class Mark:
    """A figure on a strip, its colour and shape (circle, ring, square, diamond), and how far down it stands (0..1)."""

    shown: Shown
    colour: str = ACCENT
    shape: str = "circle"
    down: float = 0.5


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` along `width` millimetres, from where reading starts."""

    low: float
    high: float
    width: float
    margin: float = 1.6

    def at(self, value: float) -> float:
        """The place of a value in millimetres; what is outside stands at the end."""
        inside = min(max(value, self.low), self.high)
        return self.margin + (inside - self.low) / (self.high - self.low) * (self.width - 2 * self.margin)


def drawing(width: float, height: float, shapes: Sequence[Markup], language: str, alt: str) -> Markup:
    """An SVG of these millimetres, turned where reading starts at the right; `alt` is read aloud in its place."""
    turned = Markup(' transform="translate({} 0) scale(-1 1)"').format(_mm(width))
    turn = turned if direction(language) == "rtl" else Markup("")
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{w}mm" height="{h}mm" viewBox="0 0 {w} {h}" role="img">'
        "<title>{alt}</title><g{turn}>{shapes}</g></svg>"
    ).format(w=_mm(width), h=_mm(height), alt=alt, turn=turn, shapes=Markup("").join(shapes))


def strip(
    marks: Sequence[Mark],
    scale: Scale,
    height: float,
    language: str,
    alt: str,
    *,
    grid: Sequence[float] = (),
    whole: Shown | None = None,
    zero: bool = False,
) -> Markup:
    """One row: dots with whiskers over a grid, with the band and the dashed line of the whole, or a line at zero.

    Rows of the same scale stand under each other without a space, so that their lines are one line.
    """
    shapes = [line(scale.at(value), 0, scale.at(value), height, GRID, 0.15) for value in grid]
    if whole is not None:
        start, end = scale.at(whole.low), scale.at(whole.high)
        shapes.append(rectangle(start, 0, end - start, height, BAND))
        shapes.append(line(scale.at(whole.estimate), 0, scale.at(whole.estimate), height, QUIET, 0.3, "0.9 0.7"))
    if zero:
        shapes.append(line(scale.at(0), 0, scale.at(0), height, INK, 0.4))
    for mark in marks:
        shapes += _whiskers(mark, scale, height)
    return drawing(scale.width, height, shapes, language, alt)


def _whiskers(mark: Mark, scale: Scale, height: float) -> list[Markup]:
    y, low, high = mark.down * height, scale.at(mark.shown.low), scale.at(mark.shown.high)
    return [
        line(low, y, high, y, mark.colour, WHISKER),
        line(low, y - CAP, low, y + CAP, mark.colour, WHISKER),
        line(high, y - CAP, high, y + CAP, mark.colour, WHISKER),
        dot(scale.at(mark.shown.estimate), y, mark.colour, mark.shape),
    ]


@dataclass(frozen=True)
class Trend:
    """A line over time: the drawing, and for each wave how far along it stands (0..1) and how far down its figure."""

    picture: Markup
    along: tuple[float, ...]
    down: tuple[float | None, ...]


def trend(
    series: Sequence[tuple[Wave, Shown | None]],
    size: tuple[float, float],
    language: str,
    alt: str,
    target: float | None = None,
) -> Trend:
    """The line of shares from 0 to 1 with the band of its interval; it breaks where a figure is missing."""
    width, height = size
    days = [_middle(wave) for wave, _found in series]
    span = max(days[-1] - days[0], 1)
    scale = Scale(0, 1, width, margin=9)
    along = [scale.at((day - days[0]) / span) if len(days) > 1 else width / 2 for day in days]
    shapes = [line(0, up(share, height), width, up(share, height), GRID, 0.2) for share in (0, 0.25, 0.5, 0.75, 1)]
    if target is not None:
        shapes.append(line(0, up(target, height), width, up(target, height), INK, 0.35, "1.6 1"))
    for run in runs([found for _wave, found in series]):
        points = [(along[at], found) for at in run if (found := series[at][1]) is not None]
        ends = [(x, up(found.high, height)) for x, found in points]
        ends += [(x, up(found.low, height)) for x, found in reversed(points)]
        shapes.append(polygon(ends, BAND))
        shapes.append(polyline([(x, up(found.estimate, height)) for x, found in points], ACCENT, 0.6))
        for x, found in points:
            shapes.append(line(x, up(found.low, height), x, up(found.high, height), ACCENT, 0.3))
            shapes.append(dot(x, up(found.estimate, height), ACCENT, "ring" if found.review else "circle"))
    shapes += [line(x, height - 1, x, height, QUIET, 0.3) for x in along]
    return Trend(
        drawing(width, height, shapes, language, alt),
        tuple(x / width for x in along),
        tuple(None if found is None else up(found.high, height) / height for _wave, found in series),
    )


def up(share: float, height: float) -> float:
    """How far down a share 0..1 stands; a little room is left at both ends."""
    return 1 + (1 - share) * (height - 2)


def runs(series: Sequence[Shown | None]) -> list[list[int]]:
    """The places of consecutive figures, so that a line is never drawn across a wave that has none."""
    found: list[list[int]] = []
    for at, item in enumerate(series):
        if item is None:
            continue
        if found and found[-1][-1] == at - 1:
            found[-1].append(at)
        else:
            found.append([at])
    return found


def _middle(wave: Wave) -> float:
    opens, closes = (date.fromisoformat(day).toordinal() for day in (wave.opens, wave.closes))
    return (opens + closes) / 2


def line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float, dashes: str = "") -> Markup:
    """A straight line."""
    dashed = Markup(' stroke-dasharray="{}"').format(dashes) if dashes else ""
    return Markup('<path d="M{} {}L{} {}" stroke="{}" stroke-width="{}" fill="none"{}/>').format(
        _mm(x1), _mm(y1), _mm(x2), _mm(y2), colour, width, dashed
    )


def polyline(points: Sequence[tuple[float, float]], colour: str, width: float) -> Markup:
    """A line through points."""
    path = "L".join(f"{_mm(x)} {_mm(y)}" for x, y in points)
    return Markup('<path d="M{}" stroke="{}" stroke-width="{}" stroke-linejoin="round" fill="none"/>').format(
        path, colour, width
    )


def polygon(points: Sequence[tuple[float, float]], colour: str) -> Markup:
    """A filled surface."""
    return Markup('<path d="M{}Z" fill="{}"/>').format("L".join(f"{_mm(x)} {_mm(y)}" for x, y in points), colour)


def rectangle(x: float, y: float, width: float, height: float, colour: str) -> Markup:
    """A filled rectangle."""
    return polygon([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], colour)


def dot(x: float, y: float, colour: str, shape: str = "circle") -> Markup:
    """A mark: a filled circle, an open one, an open square, or a diamond."""
    if shape in ("circle", "ring"):
        inside = colour if shape == "circle" else "#fff"
        return Markup('<circle cx="{}" cy="{}" r="{}" fill="{}" stroke="{}" stroke-width="0.45"/>').format(
            _mm(x), _mm(y), DOT, inside, colour
        )
    if shape == "square":
        side = DOT * 0.92
        corners = [(x - side, y - side), (x + side, y - side), (x + side, y + side), (x - side, y + side)]
    else:
        corners = [(x, y - DOT * 1.2), (x + DOT * 1.2, y), (x, y + DOT * 1.2), (x - DOT * 1.2, y)]
    path = "L".join(f"{_mm(a)} {_mm(b)}" for a, b in corners)
    inside = "#fff" if shape == "square" else colour
    return Markup('<path d="M{}Z" fill="{}" stroke="{}" stroke-width="0.5"/>').format(path, inside, colour)


def lock(alt: str) -> Markup:
    """The sign of a figure that protects respondents. It looks the same in a mirror."""
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="lock" width="2.4mm" height="2.8mm" viewBox="0 0 12 14" '
        'role="img"><title>{}</title><path d="M1 6h10v8H1z" fill="{}"/>'
        '<path d="M3.2 6V4a2.8 2.8 0 0 1 5.6 0v2" fill="none" stroke="{}" stroke-width="1.6"/></svg>'
    ).format(alt, QUIET, QUIET)


def _mm(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
