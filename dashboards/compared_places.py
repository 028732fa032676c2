"""Chosen areas held against the whole survey in one wave, grouped by what can be told apart among all of them."""

from typing import Any

from analytics.release import AreaCard, Figure, Release
from analytics.release_words import withheld
from analytics.verdict import difference
from dashboards.among import Standing, among
from dashboards.captions import base_and_unit, foot
from dashboards.charts import ACCENT, BAND, ZERO, Chart, figure, heading, share_axis, whiskers
from dashboards.elements import html
from dashboards.exhibits import Exhibit, Table
from dashboards.formats import chart_text, literal, with_interval
from dashboards.judgement import Shown, shown
from dashboards.sentences import hover, reading
from dashboards.tables import cells, heads
from dashboards.view import View, in_language
from translations.languages import direction, listed, plural_translator, translator

ROW, LETTER, WIDEST = 26, 7.2, 188
Placed = tuple[AreaCard, Figure | None, Shown | None, Standing | None]


def compared_places(release: Release, view: View, areas: tuple[AreaCard, ...]) -> Exhibit:
    """The exhibit of the chosen areas for the view's indicator, wave and span."""
    _ = translator(view.language)
    language, indicator, wave, span = view.language, view.indicator.id, view.wave.id, view.span
    whole = shown(release.figure(indicator, wave, span=span))
    figures = [release.figure(indicator, wave, area=area.code, span=span) for area in areas]
    found = [shown(item) for item in figures]
    stands = among([difference(item, whole) if item and whole else None for item in found])
    placed = list(zip(areas, figures, found, stands, strict=True))
    groups = _grouped(placed, language)
    rows = sum(len(items) + 1 for items in groups.values())
    return Exhibit(
        name="places",
        title=_("Which of these areas stand out from the whole?"),
        subtitle=base_and_unit(view),
        foot=foot(release, view, span=view.span),
        summary=listed(
            [
                reading(in_language(area.name, language), item, release, language)
                for area, item in zip(areas, figures, strict=True)
            ],
            language,
        ),
        table=Table(
            caption=_("%(name)s, by area", name=in_language(view.indicator.name, language)),
            heads=heads((_("Area"), _("Against the whole")), language),
            rows=tuple(
                (in_language(area.name, language), _standing(standing, language), *cells(item, release, language))
                for area, item, _found, standing in placed
            ),
            figures=tuple(figures),
        ),
        chart=_chart(groups, whole, language) if groups else None,
        size={"blockSize": f"{ROW * rows + 56}px"},
        legend=_key(whole, language),
        after=(*_warning(sum(item is not None for item in found), language), *_hidden(placed, release, language)),
    )


def warning(count: int, language: str) -> str:
    """Why a difference among many is told more seldom than one alone; `count` comparisons."""
    _n = plural_translator(language)
    return _n(
        "%(num)d comparison is made here.",
        "%(num)d comparisons are made here at once. Some of so many differ by chance alone, so a difference is called "
        "one only where it stands among all of them (Holm’s correction, 5 in 100 for all together).",
        count,
    )


def _warning(count: int, language: str) -> tuple[Any, ...]:
    _ = translator(language)
    if count < 2:
        return ()
    order = _("Inside a group areas are in the order of the list: nothing is said about which of them is ahead.")
    return (html.P([warning(count, language), " ", order], className="caution"),)


def _standing(standing: Standing | None, language: str) -> str:
    _ = translator(language)
    return {
        "higher": _("Higher than the whole"),
        "lower": _("Lower than the whole"),
        "same": _("Cannot be told apart from the whole"),
        "higher_alone": _("Higher by its own interval, but not told apart among so many"),
        "lower_alone": _("Lower by its own interval, but not told apart among so many"),
    }.get(standing or "", "")


def _grouped(placed: list[Placed], language: str) -> dict[str, list[Placed]]:
    _ = translator(language)
    names: dict[str, tuple[Standing | None, ...]] = {
        _("Higher than the whole"): ("higher",),
        _("Cannot be told apart from the whole"): ("same", "higher_alone", "lower_alone"),
        _("Lower than the whole"): ("lower",),
        _("No figure for the whole to compare with"): (None,),
    }
    groups = {name: [item for item in placed if item[2] and item[3] in kinds] for name, kinds in names.items()}
    return {name: items for name, items in groups.items() if items}


def _chart(groups: dict[str, list[Placed]], whole: Shown | None, language: str) -> Chart:
    rtl = direction(language) == "rtl"
    places, labels, found, hovers, heads_at = [], [], [], [], []
    row = 0
    for name, items in groups.items():
        heads_at.append((row, name))
        row += 1
        for area, _figure, numbers, _standing in items:
            assert numbers is not None
            label = in_language(area.name, language)
            places.append(row)
            labels.append(short(label))
            found.append(numbers)
            hovers.append(literal(hover(label, numbers, language)))
            row += 1
    margin = min(max(len(label) for label in labels) * LETTER + 16, WIDEST)
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [item.estimate * 100 for item in found],
        "y": places,
        "marker": {
            "color": ACCENT,
            "size": 9,
            "symbol": ["circle-open" if item.review else "circle" for item in found],
            "line": {"width": 2, "color": ACCENT},
        },
        "error_x": whiskers(found, ACCENT),
        "hoverinfo": "text",
        "hovertext": hovers,
    }
    side = (
        {"xref": "paper", "x": 1, "xanchor": "right", "xshift": margin}
        if rtl
        else {"xref": "paper", "x": 0, "xanchor": "left", "xshift": -margin}
    )
    return figure(
        [trace],
        margin={"l": 16 if rtl else margin, "r": margin if rtl else 16, "t": 4, "b": 32},
        xaxis=share_axis(language, across=True),
        yaxis=rows_axis(places, labels, row, language),
        shapes=_line(whole),
        annotations=[heading(name, language, y=place, yanchor="middle", **side) for place, name in heads_at],
    )


def rows_axis(places: list[int], labels: list[str], rows: int, language: str) -> Chart:
    """An axis of rows with their names where reading starts."""
    return {
        "range": [rows - 0.4, -0.6],
        "tickvals": places,
        "ticktext": [chart_text(label, language) for label in labels],
        "side": "right" if direction(language) == "rtl" else "left",
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "ticklabelstandoff": 6,
    }


def short(name: str) -> str:
    """A name that fits beside a chart; the whole one is in the table."""
    most = int((WIDEST - 16) / LETTER)
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def _line(whole: Shown | None) -> list[Chart]:
    if whole is None:
        return []
    down = {"yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    band = {"type": "rect", "x0": whole.low * 100, "x1": whole.high * 100, "fillcolor": BAND, "line": {"width": 0}}
    line = {"type": "line", "x0": whole.estimate * 100, "x1": whole.estimate * 100}
    return [band | down, line | down | {"line": {"color": ZERO, "width": 1.5, "dash": "dash"}}]


def _key(whole: Shown | None, language: str) -> tuple[str, ...]:
    _ = translator(language)
    if whole is None:
        return ()
    return (_("The dashed line and its band are the whole survey: %(figure)s", figure=with_interval(whole, language)),)


def _hidden(placed: list[Placed], release: Release, language: str) -> tuple[Any, ...]:
    _ = translator(language)
    hidden = [(area, item) for area, item, found, _standing in placed if found is None]
    if not hidden:
        return ()
    return (
        html.H4(_("Areas without a figure")),
        html.Ul(
            [
                html.Li(
                    [
                        html.Strong(in_language(area.name, language)),
                        " ",
                        withheld(item, language, release.parameters),
                    ]
                )
                for area, item in hidden
            ],
            className="withheld",
        ),
    )
