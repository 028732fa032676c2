"""The map of areas: polygons of the release's own geometry, one hue in five classes with fixed breaks.

The breaks never move, so that a colour means the same in every wave. Maps are not mirrored for right-to-left readers.
Nothing is fetched and nothing needs WebGL: an area is a filled line.
"""

from array import array
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import cos, isfinite, nan, radians
from sys import byteorder
from typing import Any

from analytics.release import CONFIDENTIAL, Release
from analytics.release_words import withheld
from dashboards.captions import base_and_unit, foot
from dashboards.charts import Chart, figure
from dashboards.elements import html
from dashboards.exhibits import Exhibit, Table
from dashboards.formats import chart_text, literal
from dashboards.judgement import AreaFigure, areas, smallest
from dashboards.once import once
from dashboards.ranking import alphabetical
from dashboards.sentences import hover
from dashboards.tables import cells, heads
from dashboards.view import View, in_language
from translations.languages import listed, percent, plural_translator, translator

BREAKS = (0.2, 0.4, 0.6, 0.8)
COLOURS = ("#E2F0EF", "#AFD6D3", "#6FB0AC", "#2F827F", "#073F3E")
NO_FIGURE, HATCH, EDGE, HEAVY = "#E9ECEC", "#7C898C", "#FFFFFF", "#10282A"
# A padlock in pixels around its anchor.
LOCK = "M-6,-7 H6 V2 H-6 Z M-4,2 V4 C-4,10 4,10 4,4 V2 H2 V4 C2,7 -2,7 -2,4 V2 Z"

Ring = list[tuple[float, float]]


def area_map(release: Release, view: View) -> Exhibit:
    """The exhibit of the map."""
    _ = translator(view.language)
    language = view.language
    found = areas(release, view.indicator.id, view.wave.id)
    ground = _ground(release)
    drawn = [item for item in found if item.area.code in ground.outlines]
    credit = release.geometry.get("credit")
    return Exhibit(
        name="map",
        title=_("Where is it higher, where lower?"),
        subtitle=base_and_unit(view),
        foot=foot(release, view),
        summary=_summary(found, language),
        table=Table(
            caption=_("%(name)s, by area, with the class on the map", name=in_language(view.indicator.name, language)),
            heads=heads((_("Area"), _("Class")), language),
            rows=tuple(
                (
                    in_language(item.area.name, language),
                    _class_name(_class(item.shown.estimate), language) if item.shown else _("no figure"),
                    *cells(item.figure, release, language),
                )
                for item in alphabetical(found, language)
            ),
            figures=tuple(item.figure for item in alphabetical(found, language)),
        ),
        chart=_chart(drawn, ground, release, language) if drawn else None,
        size={"aspectRatio": f"{ground.aspect:.2f}"},
        legend=_legend(language),
        keys=_keys(language),
        after=(html.P(credit, className="foot", dir="auto"),) if isinstance(credit, str) else (),
    )


def outlines(geometry: Mapping[str, object]) -> dict[str, list[Ring]]:
    """The rings of every area by code; a feature without a usable code or geometry is left out."""
    features = geometry.get("features")
    found: dict[str, list[Ring]] = {}
    for feature in features if isinstance(features, list) else []:
        if not isinstance(feature, dict):
            continue
        properties, shape = feature.get("properties"), feature.get("geometry")
        code = properties.get("code") if isinstance(properties, dict) else None
        if isinstance(code, str) and isinstance(shape, dict):
            rings = [ring for part in _polygons(shape) for ring in _rings(part)]
            if rings:
                found[code] = rings
    return found


def _polygons(shape: Mapping[str, Any]) -> list[Any]:
    coordinates = shape.get("coordinates")
    if not isinstance(coordinates, list):
        return []
    return {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(str(shape.get("type")), [])


def _rings(polygon: object) -> Iterator[Ring]:
    for ring in polygon if isinstance(polygon, list) else []:
        try:
            points = [(float(point[0]), float(point[1])) for point in ring]
        except (TypeError, ValueError, IndexError, KeyError):
            continue
        if len(points) > 3 and all(isfinite(x) and isfinite(y) for x, y in points):
            yield points


def _class(share: float) -> int:
    return sum(share >= limit for limit in BREAKS)


def _class_name(place: int, language: str) -> str:
    _ = translator(language)
    ends = (0.0, *BREAKS, 1.0)
    low, high = percent(ends[place], language), percent(ends[place + 1], language)
    if place == len(BREAKS):
        return _("%(low)s to %(high)s", low=low, high=high)
    return _("%(low)s to under %(high)s", low=low, high=high)


@dataclass(frozen=True, slots=True)
class Ground:
    """What maps of a release have in common: each area's outline as plotly takes it, with the centre of its largest
    part; how many degrees of longitude are as long as one of latitude; and width by height within what fits a page."""

    outlines: Mapping[str, Chart]
    centres: Mapping[str, tuple[float, float]]
    stretch: float
    aspect: float


@once
def _ground(release: Release) -> Ground:
    known = outlines(release.geometry)
    rings = {area.code: known[area.code] for area in smallest(release) if area.code in known}
    if not rings:
        return Ground({}, {}, 1.0, 1.0)
    points = [point for parts in rings.values() for ring in parts for point in ring]
    (left, right), (low, high) = ((min(side), max(side)) for side in zip(*points, strict=True))
    stretch = 1 / max(cos(radians((low + high) / 2)), 0.01)
    ratio = (right - left) / max((high - low) * stretch, 1e-9)
    traces = {
        code: {
            "x": _packed([[x for x, _y in ring] for ring in parts]),
            "y": _packed([[y for _x, y in ring] for ring in parts]),
        }
        for code, parts in rings.items()
    }
    centres = {code: centre(parts) for code, parts in rings.items()}
    return Ground(traces, centres, stretch, min(max(ratio, 0.7), 2.0))


def _chart(drawn: list[AreaFigure], ground: Ground, release: Release, language: str) -> Chart:
    # What stands out is drawn last, so that a neighbour's edge does not cover the heavy outline.
    ordered = sorted(drawn, key=lambda item: item.verdict in ("higher", "lower"))
    bare = {"visible": False, "fixedrange": True}
    return figure(
        [_polygon(item, ground.outlines[item.area.code], release, language) for item in ordered],
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        hovermode="closest",
        shapes=[_lock(ground.centres[item.area.code]) for item in ordered if _locked(item)],
        xaxis=bare | {"constrain": "domain"},
        yaxis=bare | {"scaleanchor": "x", "scaleratio": ground.stretch, "constrain": "domain"},
    )


def _polygon(item: AreaFigure, outline: Chart, release: Release, language: str) -> Chart:
    name = in_language(item.area.name, language)
    if item.shown:
        text = hover(name, item.shown, language)
        colour = COLOURS[_class(item.shown.estimate)]
    else:
        text = f"{name}: {withheld(item.figure, language, release.parameters)}"
        colour = NO_FIGURE
    stands_out = item.verdict in ("higher", "lower")
    trace: Chart = {
        "type": "scatter",
        "mode": "lines",
        **outline,
        "fill": "toself",
        "fillcolor": colour,
        "line": {"color": HEAVY if stands_out else EDGE, "width": 2.4 if stands_out else 1},
        "hoveron": "fills",
        "hoverinfo": "text",
        "text": literal(text),
    }
    if item.shown is None or item.shown.review:
        trace["fillpattern"] = {"shape": "/", "bgcolor": colour, "fgcolor": HATCH, "size": 7, "solidity": 0.22}
    return trace


def _locked(item: AreaFigure) -> bool:
    """Whether an area has no figure so that nobody can be found in it."""
    return item.shown is None and item.figure is not None and item.figure.status == CONFIDENTIAL


def _lock(at: tuple[float, float]) -> Chart:
    x, y = at
    anchored = {"xsizemode": "pixel", "ysizemode": "pixel", "xanchor": x, "yanchor": y}
    return {"type": "path", "path": LOCK, "fillcolor": HEAVY, "line": {"width": 0}, **anchored}


def centre(rings: list[Ring]) -> tuple[float, float]:
    """The centroid of the largest of at least one ring; the middle of its corners where it has no area."""
    found = max(rings, key=lambda ring: abs(_moments(ring)[0]))
    area, x, y = _moments(found)
    if abs(area) < 1e-12:
        return sum(x for x, _y in found) / len(found), sum(y for _x, y in found) / len(found)
    return x / (3 * area), y / (3 * area)


def _moments(ring: Ring) -> tuple[float, float, float]:
    """Twice the signed area of a ring, and six times its first moments."""
    (x0, y0), area, x, y = ring[0], 0.0, 0.0, 0.0
    for (a, b), (c, d) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = (a - x0) * (d - y0) - (c - x0) * (b - y0)
        area, x, y = area + cross, x + (a + c - 2 * x0) * cross, y + (b + d - 2 * y0) * cross
    return area, x + 3 * area * x0, y + 3 * area * y0


def _packed(parts: list[list[float]]) -> Chart:
    """Coordinates as plotly takes them in base64, which is no number by itself where a new part begins."""
    joined = array("f")
    for part in parts:
        joined.extend([nan, *part] if joined else part)
    if byteorder == "big":
        joined.byteswap()
    return {"dtype": "f4", "bdata": b64encode(joined.tobytes()).decode()}


def _legend(language: str) -> tuple[Any, ...]:
    _ = translator(language)
    swatches = [
        [html.Span(className=f"swatch swatch-{place}"), _class_name(place, language)] for place in range(len(COLOURS))
    ]
    return (
        *swatches,
        [html.Span(className="swatch swatch-hatched"), _("no figure")],
        [html.Span(className="sign sign-lock"), _("withheld to protect respondents")],
        [html.Span(className="swatch swatch-caution"), _("to be read with caution")],
        [html.Span(className="swatch swatch-heavy"), _("differs from the whole by more than chance explains")],
    )


def _keys(language: str) -> tuple[Chart, ...]:
    """The classes, as a picture explains them."""
    _ = translator(language)
    edge = {"width": 1, "color": HATCH}
    marks: list[tuple[str, Chart]] = [
        (_class_name(place, language), {"color": colour, "symbol": "square", "line": edge})
        for place, colour in enumerate(COLOURS)
    ]
    marks += [
        (_("no figure"), {"color": NO_FIGURE, "symbol": "square", "line": edge}),
        (_("hatched: to be read with caution"), {"color": HATCH, "symbol": "hash-open", "line": edge}),
        (
            _("differs from the whole by more than chance explains"),
            {"color": HEAVY, "symbol": "square-open", "line": {"width": 2.4, "color": HEAVY}},
        ),
    ]
    return tuple(
        {"type": "scatter", "mode": "markers", "x": [None], "y": [None], "name": chart_text(name, language)}
        | {"marker": {"size": 13, **mark}}
        for name, mark in marks
    )


def _summary(found: tuple[AreaFigure, ...], language: str) -> str:
    _, _n = translator(language), plural_translator(language)
    counts = [
        _(
            "%(range)s: %(areas)s",
            range=_class_name(place, language),
            areas=_n("%(num)d area", "%(num)d areas", count),
        )
        for place in range(len(COLOURS))
        if (count := sum(item.shown is not None and _class(item.shown.estimate) == place for item in found))
    ]
    return listed(counts, language) or _("No area has a figure.")
