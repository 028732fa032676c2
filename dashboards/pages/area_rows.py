"""Shares as dots with whiskers, one row each, in groups under the name of an indicator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboards.charts import INK, Chart, figure, heading, note, share_axis, whiskers
from dashboards.formats import chart_text, interval, literal
from dashboards.judgement import Shown
from translations.languages import direction, percent, translator

from .area_figures import Cell
from .area_words import band

ROW, FEET, LETTER, MOST_LETTERS = 26, 56, 7.2, 20


@dataclass(frozen=True)
class Row:
    """One dot: what stands beside it, which of the looks it has, and its figure."""

    label: str
    look: str
    cell: Cell


@dataclass(frozen=True)
class Group:
    """Rows under one heading."""

    name: str
    rows: tuple[Row, ...]


def height(groups: Sequence[Group]) -> dict[str, str]:
    """The CSS that gives the drawing its height."""
    rows = sum(1 + len(group.rows) for group in groups)
    return {"blockSize": f"{ROW * rows + FEET}px"}


def drawing(groups: Sequence[Group], looks: Mapping[str, Chart], language: str) -> Chart | None:
    """The chart, in the reading direction; None where there is no dot. `looks` are markers, by the name of a look."""
    _ = translator(language)
    rtl = direction(language) == "rtl"
    heads, labels, dots = [], [], []
    place = 0
    for group in groups:
        heads.append((place, group.name))
        place += 1
        for row in group.rows:
            labels.append((place, _short(row.label)))
            dots.append((place, row))
            place += 1
    if not any(row.cell.shown for _place, row in dots):
        return None
    margin = max(len(label) for _place, label in labels) * LETTER + 20
    side = (
        {"xref": "paper", "x": 1, "xanchor": "right", "xshift": margin}
        if rtl
        else {"xref": "paper", "x": 0, "xanchor": "left", "xshift": -margin}
    )
    missing = [
        note(_("not shown"), language, x=1, xanchor="right" if rtl else "left", y=at, yanchor="middle")
        for at, row in dots
        if row.cell.shown is None
    ]
    return figure(
        [_trace(name, marker, dots, language) for name, marker in looks.items()],
        margin={"l": 16 if rtl else margin, "r": margin if rtl else 16, "t": 4, "b": 32},
        xaxis=share_axis(language, across=True),
        yaxis={
            "range": [place - 0.4, -0.6],
            "tickvals": [at for at, _label in labels],
            "ticktext": [chart_text(label, language) for _at, label in labels],
            "side": "right" if rtl else "left",
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "ticklabelstandoff": 6,
        },
        annotations=[*(heading(name, language, y=at, yanchor="middle", **side) for at, name in heads), *missing],
    )


def _short(label: str) -> str:
    """A label that leaves room for the dots; the whole of it stands in the table."""
    return label if len(label) <= MOST_LETTERS else label[: MOST_LETTERS - 1].rstrip() + "…"


def _trace(look: str, marker: Chart, dots: Sequence[tuple[int, Row]], language: str) -> Chart:
    found: list[tuple[int, Row, Shown]] = [
        (at, row, row.cell.shown) for at, row in dots if row.look == look and row.cell.shown is not None
    ]
    colour = marker.get("line", {}).get("color", marker.get("color", INK))
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [item.estimate * 100 for _at, _row, item in found],
        "y": [at for at, _row, _item in found],
        "marker": marker,
        "error_x": whiskers([item for _at, _row, item in found], colour),
        "hoverinfo": "text",
        "hovertext": [literal(_hover(row, item, language)) for _at, row, item in found],
    }


def _hover(row: Row, found: Shown, language: str) -> str:
    _ = translator(language)
    return _(
        "%(label)s: %(estimate)s (%(interval)s), n = %(n)s",
        label=row.label,
        estimate=percent(found.estimate, language),
        interval=interval(found, language),
        n=band(row.cell.figure, language),
    )
