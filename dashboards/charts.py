"""What all charts share: colours, axes and the mirrored way of drawing for right-to-left readers.

Figures are plain plotly dictionaries drawn as SVG. Every text is written out here, since plotly's own locale data for
Arabic is wrong; the background is transparent and the style sheet recolours what is drawn, in the dark and in print.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from analytics.release import Wave
from analytics.release_words import month
from dashboards.formats import chart_text
from dashboards.judgement import Shown
from translations.languages import direction, percent, signed

ACCENT, WOMEN, MEN = "#0B5C5A", "#6A3D9A", "#B35806"
BAND = "rgba(11, 92, 90, 0.18)"
INK, LINE, ZERO = "#44545A", "#D9E0E0", "#6B7B80"
FONT = 'system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Naskh Arabic", "Geeza Pro", Tahoma, sans-serif'
MOST_TICKS = 4
STRONG_ZERO = {"zeroline": True, "zerolinecolor": ZERO, "zerolinewidth": 2}

Chart = dict[str, Any]
CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "showAxisDragHandles": False}


def figure(traces: Sequence[Chart], **layout: object) -> Chart:
    """A figure without title, legend or template: those are words of the page."""
    return {
        "data": list(traces),
        "layout": {
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": 13, "color": INK},
            "margin": {"l": 8, "r": 8, "t": 12, "b": 32},
            "showlegend": False,
            "dragmode": False,
            "hovermode": "closest",
            "hoverlabel": {"bgcolor": "#102426", "bordercolor": "#102426", "font": {"color": "#FFFFFF", "size": 13}},
            **layout,
        },
    }


def middle(wave: Wave) -> date:
    """The day in the middle of the fieldwork, where the wave stands on a time axis."""
    opens, closes = date.fromisoformat(wave.opens), date.fromisoformat(wave.closes)
    return opens + (closes - opens) / 2


def days(waves: Sequence[Wave]) -> int:
    """The length of the time axis in days, never less than two months."""
    return max((middle(waves[-1]) - middle(waves[0])).days, 60)


def time_axis(waves: Sequence[Wave], language: str) -> Chart:
    """Waves as dates, so that a long gap looks long; time runs from right to left for right-to-left readers."""
    pad = timedelta(days=days(waves) * 0.16)
    ends = [(middle(waves[0]) - pad).isoformat(), (middle(waves[-1]) + pad).isoformat()]
    step = -(-len(waves) // MOST_TICKS)
    ticks = list(waves[::-1][::step])
    return {
        "type": "date",
        "range": ends[::-1] if direction(language) == "rtl" else ends,
        "tickvals": [middle(wave).isoformat() for wave in ticks],
        "ticktext": [chart_text(month(wave, language, "LLL"), language) for wave in ticks],
        "tickangle": 0,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "linecolor": LINE,
        "showline": True,
    }


def share_axis(language: str, *, across: bool = False) -> Chart:
    """Shares in per cent from 0 to 100; `across` lays them along the page, in the reading direction."""
    values = [0, 25, 50, 75, 100] if across else [0, 20, 40, 60, 80, 100]
    mirrored = direction(language) == "rtl"
    axis: Chart = {
        "range": [101, -1] if across and mirrored else [-1, 101],
        "tickvals": values,
        "ticktext": [percent(value / 100, language) for value in values],
        "gridcolor": LINE,
        "zeroline": False,
        "fixedrange": True,
        "ticklabelstandoff": 4,
    }
    return axis if across else axis | {"side": "right" if mirrored else "left"}


def points_axis(ends: tuple[float, float], ticks: Sequence[int], language: str) -> Chart:
    """Differences in points along the page, in the reading direction, with a strong line at 0."""
    return {
        "range": list(ends[::-1] if direction(language) == "rtl" else ends),
        "tickvals": list(ticks),
        "ticktext": [signed(value / 100, language) for value in ticks],
        "tickangle": 0,
        "gridcolor": LINE,
        **STRONG_ZERO,
        "fixedrange": True,
        "ticklabelstandoff": 4,
    }


def whiskers(found: Sequence[Shown], colour: str) -> Chart:
    """Error bars from the interval, in points of per cent."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [(item.high - item.estimate) * 100 for item in found],
        "arrayminus": [(item.estimate - item.low) * 100 for item in found],
        "color": colour,
        "thickness": 2,
        "width": 4,
    }


def upright(traces: Sequence[Chart], language: str, **layout: object) -> Chart:
    """A figure with shares up its side, on the side where reading starts, and room for their labels there."""
    wide, narrow = 52, 10
    mirrored = direction(language) == "rtl"
    margin = {"l": narrow if mirrored else wide, "r": wide if mirrored else narrow, "t": 12, "b": 32}
    return figure(traces, margin=margin, **layout)


def note(text: str, language: str, **place: object) -> Chart:
    """A few words inside a chart."""
    return {"text": chart_text(text, language), "showarrow": False, "font": {"size": 12, "color": INK}, **place}


def heading(text: str, language: str, **place: object) -> Chart:
    """The same in bold."""
    plain = note(text, language, **place)
    return {**plain, "text": f"<b>{plain['text']}</b>"}


def missing_notes(
    waves: Sequence[Wave],
    series: Sequence[Shown | None],
    text: str,
    language: str,
    *,
    shift: timedelta = timedelta(),
    foot: float = 0.02,
) -> list[Chart]:
    """Words at the foot of each wave that has no figure, so that a gap is seen to be one.

    `shift` is the one of the series on the time axis, `foot` the height of the words as a part of the chart's.
    """
    place: Mapping[str, object] = {"yref": "paper", "y": foot, "yanchor": "bottom", "textangle": -90}
    return [
        note(text, language, x=(middle(wave) + shift).isoformat(), **place)
        for wave, found in zip(waves, series, strict=True)
        if found is None
    ]
