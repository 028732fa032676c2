"""Dots with whiskers, one a row, in groups of what can be told apart: no rank that chance could turn round.

Labels stand on the side where reading starts, on as many lines as they need; every text is drawn as it is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from textwrap import wrap

from dashboards.charts import ACCENT, BAND, ZERO, Chart, figure, heading, whiskers
from dashboards.formats import chart_text, literal
from dashboards.judgement import Shown
from translations.languages import direction

LETTER, LONGEST_LABEL, WIDEST = 6.8, 168, 24
ROW, LINE = 26, 16


@dataclass(frozen=True, slots=True)
class Dot:
    """A row: what it is, its numbers, and what a pointer over it reads."""

    label: str
    shown: Shown
    hover: str


Groups = Mapping[str, Sequence[Dot]]


def caterpillar(groups: Groups, language: str, axis: Chart, shapes: Sequence[Chart] = ()) -> Chart:
    """The chart of at least one dot; a group's key is its heading. Numbers are drawn times 100."""
    rtl = direction(language) == "rtl"
    rows = _rows(groups)
    dots = [(at, entry) for at, entry in rows if isinstance(entry, Dot)]
    heads = [(at, entry) for at, entry in rows if isinstance(entry, str)]
    found = [dot.shown for _at, dot in dots]
    margin = min(max(len(line) for _at, dot in dots for line in _lines(dot)) * LETTER + 16, LONGEST_LABEL)
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [item.estimate * 100 for item in found],
        "y": [at for at, _dot in dots],
        "marker": {
            "color": ACCENT,
            "size": 9,
            "symbol": ["circle-open" if item.review else "circle" for item in found],
            "line": {"width": 2, "color": ACCENT},
        },
        "error_x": whiskers(found, ACCENT),
        "hoverinfo": "text",
        "hovertext": [literal(dot.hover) for _at, dot in dots],
    }
    side = (
        {"xref": "paper", "x": 1, "xanchor": "right", "xshift": margin}
        if rtl
        else {"xref": "paper", "x": 0, "xanchor": "left", "xshift": -margin}
    )
    return figure(
        [trace],
        margin={"l": 16 if rtl else margin, "r": margin if rtl else 16, "t": 4, "b": 32},
        xaxis=axis,
        yaxis={
            "range": [_height(groups), 0],
            "tickvals": [at for at, _dot in dots],
            "ticktext": ["<br>".join(chart_text(line, language) for line in _lines(dot)) for _at, dot in dots],
            "side": "right" if rtl else "left",
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "ticklabelstandoff": 6,
        },
        shapes=list(shapes),
        annotations=[heading(name, language, y=at, yanchor="middle", **side) for at, name in heads],
    )


def size(groups: Groups) -> dict[str, str]:
    """The height that the chart needs, as CSS."""
    return {"blockSize": f"{_height(groups) + 56}px"}


def reference(found: Shown | None) -> list[Chart]:
    """A dashed line and a band: a share that the dots are held against."""
    if found is None:
        return []
    down = {"yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    return [
        {
            "type": "rect",
            "x0": found.low * 100,
            "x1": found.high * 100,
            "fillcolor": BAND,
            "line": {"width": 0},
            **down,
        },
        {
            "type": "line",
            "x0": found.estimate * 100,
            "x1": found.estimate * 100,
            "line": {"color": ZERO, "width": 1.5, "dash": "dash"},
            **down,
        },
    ]


def _rows(groups: Groups) -> list[tuple[float, Dot | str]]:
    """Headings and dots from the top, each with the middle of its row in pixels."""
    entries: list[Dot | str] = []
    for name, dots in groups.items():
        entries += [name, *dots]
    ends = list(accumulate((_tall(entry) for entry in entries), initial=0))
    return [(top + _tall(entry) / 2, entry) for top, entry in zip(ends[:-1], entries, strict=True)]


def _height(groups: Groups) -> int:
    return sum(ROW + sum(map(_tall, dots)) for dots in groups.values())


def _tall(entry: Dot | str) -> int:
    return ROW + LINE * (len(_lines(entry)) - 1) if isinstance(entry, Dot) else ROW


def _lines(dot: Dot) -> list[str]:
    return _wrapped(dot.label)


@lru_cache(maxsize=4096)
def _wrapped(label: str) -> list[str]:
    return wrap(label, WIDEST) or [""]
