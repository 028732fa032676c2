"""The frame of every chart: question, base and unit, picture, n and wave, words for screen readers, table twin.

A chart never stands without this frame, and a chart without a single figure is replaced by words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboards.charts import CONFIG, Chart
from dashboards.elements import dcc, html
from translations.languages import translator

Row = Sequence[object]


@dataclass(frozen=True)
class Table:
    """A table: what it shows, the heads of its columns, and its rows; the first cell of a row names the row."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Exhibit:
    """One chart with all that belongs to it. `name` is its place on the page; chart None means nothing to draw; `size`
    is the CSS that gives the drawing its height."""

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


def drawn(exhibit: Exhibit, language: str, about: str = "") -> Any:
    """An exhibit as a figure of the page. `about`: the address of all that stands behind its figures."""
    _ = translator(language)
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
            html.P([exhibit.foot, *_about(about, language)], className="foot"),
            *exhibit.after,
            html.Details([html.Summary(_("The figures as a table")), table(exhibit.table)]),
        ],
        className=f"exhibit exhibit-{exhibit.name}",
    )


def _about(address: str, language: str) -> list[Any]:
    _ = translator(language)
    return [" ", html.A(_("About this figure"), href=address, className="behind")] if address else []


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
