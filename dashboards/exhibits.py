"""The frame of every chart: question, base and unit, picture, n and wave, words for screen readers, table, files.

A chart never stands without this frame, and a chart without a single figure is replaced by words.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.release import Figure
from dashboards.charts import CONFIG, Chart
from dashboards.elements import dcc, html
from dashboards.pictures import file_name, words
from dashboards.scene import Scene
from translations.languages import translator

Row = Sequence[object]


@dataclass(frozen=True)
class Table:
    """A table: what it shows, the heads of its columns, and its rows; the first cell of a row names the row.

    figures: the figure of each row, whose last columns are those of `tables.heads`; empty where rows are no figures.
    Files hold the numbers of these and not the words made of them. sheet: heads and rows of a file where rows are no
    figures of a release and still hold numbers.
    """

    caption: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    figures: tuple[Figure | None, ...] = ()
    sheet: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Exhibit:
    """One chart with all that belongs to it. `name` is its place on the page; chart None means nothing to draw; `size`
    is the CSS that gives the drawing its height. `indicator` is what it shows where that is not the view's; `keys` are
    traces without a point that explain the marks in a picture, which leaves the page without its legend."""

    name: str
    title: str
    subtitle: str
    foot: str
    summary: str
    table: Table
    chart: Chart | None
    size: Mapping[str, str] = field(default_factory=lambda: {"blockSize": "300px"})
    legend: tuple[Any, ...] = ()
    after: tuple[Any, ...] = ()
    indicator: str = ""
    keys: tuple[Chart, ...] = ()


def drawn(exhibit: Exhibit, scene: Scene, about: str | None = None) -> Any:
    """An exhibit as a figure of the page. `about`: the address of what stands behind it; None is that of the view."""
    _ = translator(scene.view.language)
    behind = scene.about() if about is None else about
    summary, title = f"{exhibit.name}-summary", f"{exhibit.name}-title"
    if exhibit.chart is None:
        picture: Any = html.P(_("There is nothing to draw: no figure of this chart can be shown."), className="empty")
    else:
        picture = html.Div(
            dcc.Graph(
                id=f"{exhibit.name}-chart",
                figure=exhibit.chart,
                config=CONFIG,
                responsive=True,
            ),
            className="chart",
            style=dict(exhibit.size),
            role="img",
            **{"aria-labelledby": title, "aria-describedby": summary},
        )
    return html.Figure(
        [
            html.Figcaption([html.H3(exhibit.title, id=title), html.P(exhibit.subtitle, className="subtitle")]),
            # An empty place keeps charts that stand side by side on one line.
            html.Ul([html.Li(item) for item in exhibit.legend], className="legend")
            if exhibit.legend
            else html.Div(className="legend"),
            picture,
            html.P(exhibit.summary, id=summary, className="for-screen-readers"),
            html.P([exhibit.foot, *_about(behind, scene.view.language)], className="foot"),
            *exhibit.after,
            html.Details([html.Summary(_("The figures as a table")), table(exhibit.table)]),
            _files(exhibit, scene),
        ],
        className=f"exhibit exhibit-{exhibit.name}",
    )


def _about(address: str, language: str) -> list[Any]:
    _ = translator(language)
    return [" ", html.A(_("About this figure"), href=address, className="behind")] if address else []


def _files(exhibit: Exhibit, scene: Scene) -> Any:
    """Links to the figures as files, and buttons that make pictures of what is drawn."""
    _ = translator(scene.view.language)
    links = [
        html.A(kind.upper(), href=scene.file(exhibit.name, kind), **_named(kind, exhibit, _))
        for kind in ("csv", "xlsx")
    ]
    pictures = {
        "data-chart": f"{exhibit.name}-chart",
        "data-name": file_name(exhibit.name, exhibit.indicator, scene),
        "data-words": json.dumps(_words(exhibit, scene), ensure_ascii=False),
        "data-keys": json.dumps(exhibit.keys, ensure_ascii=False),
    }
    buttons = [
        html.Button(kind.upper(), type="button", **{"data-picture": kind}, **_named(kind, exhibit, _))
        for kind in ("png", "svg")
        if exhibit.chart is not None
    ]
    return html.Div([html.Span(_("Download")), *links, *buttons], className="files", **(pictures if buttons else {}))


def _words(exhibit: Exhibit, scene: Scene) -> Mapping[str, list[str]]:
    """What is text of the legend goes below a picture; its marks are keys."""
    said = [item for item in exhibit.legend if isinstance(item, str)]
    return words(exhibit.title, exhibit.subtitle, [*said, exhibit.foot], scene)


def _named(kind: str, exhibit: Exhibit, _: Callable[..., str]) -> dict[str, str]:
    return {"aria-label": _("%(kind)s: %(title)s", kind=kind.upper(), title=exhibit.title)}


def folded(found: Table) -> Any:
    """A long table below its caption, which opens it."""
    return html.Details([html.Summary(found.caption), table(found)])


def table(found: Table) -> Any:
    """A table that scrolls inside its own frame where the page is narrow, by keyboard too."""
    head = html.Tr([html.Th(name, scope="col") for name in found.heads])
    body = [
        html.Tr([html.Th(row[0], scope="row"), *[html.Td(cell) for cell in row[1:]]], className="row")
        for row in found.rows
    ]
    return html.Div(
        html.Table([html.Caption(found.caption), html.Thead(head), html.Tbody(body)]),
        className="scroll",
        tabIndex="0",
        role="region",
        **{"aria-label": found.caption},
    )
