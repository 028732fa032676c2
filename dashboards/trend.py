"""The chosen indicator from wave to wave, with the band of its interval, and what is wanted of it.

The line breaks where a figure is missing, and where people could answer in other ways than in the wave before.
"""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from analytics.release import Release, TargetCard, Wave
from analytics.release_words import month
from dashboards.captions import base_and_unit, foot, time_direction
from dashboards.charts import ACCENT, BAND, ZERO, Chart, middle, missing_notes, share_axis, time_axis, upright, whiskers
from dashboards.elements import html
from dashboards.exhibits import Exhibit, Table
from dashboards.formats import literal
from dashboards.judgement import Shown, runs, shown
from dashboards.sentences import hover, reading
from dashboards.tables import cells, heads
from dashboards.targets import wanted
from dashboards.view import View, in_language, in_time
from translations.languages import day, listed, percent, translator


def trend(release: Release, view: View, area: str = "") -> Exhibit:
    """The exhibit of one indicator over time, in an area ("" is the whole survey)."""
    _ = translator(view.language)
    waves, language = in_time(release.waves), view.language
    figures = [release.figure(view.indicator.id, wave.id, area) for wave in waves]
    series = [shown(item) for item in figures]
    labels = [month(wave, language) for wave in waves]
    target, broken = wanted(release, view.indicator.id), breaks(waves)
    return Exhibit(
        name="trend",
        title=_("How has it moved over time?"),
        subtitle=base_and_unit(view),
        foot=foot(release, view, area),
        summary=listed(
            [reading(label, item, release, language) for label, item in zip(labels, figures, strict=True)], language
        ),
        table=Table(
            caption=_("%(name)s, by wave", name=in_language(view.indicator.name, language)),
            heads=heads((_("Wave"),), language),
            rows=tuple((label, *cells(item, release, language)) for label, item in zip(labels, figures, strict=True)),
            figures=tuple(figures),
        ),
        chart=_chart(waves, series, labels, target, language) if any(series) else None,
        legend=(*time_direction(language), *_target_key(target, language), *_break_key(broken, language)),
    )


def breaks(waves: Sequence[Wave]) -> tuple[int, ...]:
    """The places of waves in which people could answer in other ways than in the wave before: no change is told there
    by the line alone."""
    used = [{mode for mode, n in wave.modes.items() if n} for wave in waves]
    return tuple(at + 1 for at, (before, after) in enumerate(pairwise(used)) if before != after)


def _unbroken(series: list[Shown | None], broken: tuple[int, ...]) -> list[list[int]]:
    """The runs of shown figures, each cut at the breaks in it."""
    found = []
    for run in runs(series):
        cuts = [0, *(at for at, place in enumerate(run) if at and place in broken), len(run)]
        found += [run[start:end] for start, end in pairwise(cuts)]
    return found


def _chart(
    waves: tuple[Wave, ...], series: list[Shown | None], labels: list[str], target: TargetCard | None, language: str
) -> Chart:
    _ = translator(language)
    axis, broken = time_axis(waves, language), breaks(waves)
    traces = _wanted(target, waves, sorted(axis["range"]), language) if target else []
    for run in _unbroken(series, broken):
        days = [middle(waves[index]).isoformat() for index in run]
        found = [item for index in run if (item := series[index]) is not None]
        traces.append(_band(days, found))
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": days,
                "y": [item.estimate * 100 for item in found],
                "line": {"color": ACCENT, "width": 2.5},
                "marker": {"color": ACCENT, "size": 9},
                # A band over a single wave would have no width.
                "error_y": whiskers(found, ACCENT) if len(run) == 1 else {"visible": False},
                "hoverinfo": "text",
                "hovertext": [hover(labels[index], item, language) for index, item in zip(run, found, strict=True)],
            }
        )
    notes = missing_notes(waves, series, _("not shown"), language)
    lines = [_break(waves[at - 1], waves[at]) for at in broken]
    return upright(traces, language, xaxis=axis, yaxis=share_axis(language), annotations=notes, shapes=lines)


def _wanted(target: TargetCard, waves: tuple[Wave, ...], ends: list[str], language: str) -> list[Chart]:
    """A level line up to the day of each milestone, as far as the time axis goes; nothing is drawn in between two."""
    _ = translator(language)
    start = next((middle(wave).isoformat() for wave in waves if wave.id == target.baseline), ends[0])
    traces = []
    for by, share in target.milestones:
        first, last = max(start, ends[0]), min(by, ends[1])
        start = by
        if first >= last:
            continue
        text = _("Target for %(day)s: %(share)s", day=day(by, language), share=percent(share, language))
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": [first, last],
                "y": [share * 100, share * 100],
                "line": {"color": ZERO, "width": 1.5, "dash": "dash"},
                # The day itself is marked where it is on the axis.
                "marker": {"color": ZERO, "size": [0, 9 if by <= ends[1] else 0], "symbol": "diamond-open"},
                "hoverinfo": "text",
                "hovertext": literal(text),
            }
        )
    return traces


def _break(before: Wave, after: Wave) -> Chart:
    between = date.fromordinal((middle(before).toordinal() + middle(after).toordinal()) // 2).isoformat()
    line = {"color": ZERO, "width": 1.5, "dash": "dot"}
    return {"type": "line", "x0": between, "x1": between, "yref": "paper", "y0": 0, "y1": 1, "line": line}


def _target_key(target: TargetCard | None, language: str) -> tuple[Any, ...]:
    _ = translator(language)
    if target is None:
        return ()
    each = [
        _("%(share)s by %(day)s", share=percent(share, language), day=day(by, language))
        for by, share in target.milestones
    ]
    dash = html.Span(className="key key-target", **{"aria-hidden": "true"})
    return ([dash, _("Target: %(milestones)s", milestones=listed(each, language))],)


def _break_key(broken: tuple[int, ...], language: str) -> tuple[Any, ...]:
    _ = translator(language)
    if not broken:
        return ()
    return (_("Dotted line: from here on people could answer in other ways, so that the figures may not compare."),)


def _band(days: list[str], found: list[Shown]) -> Chart:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": days + days[::-1],
        "y": [item.high * 100 for item in found] + [item.low * 100 for item in found[::-1]],
        "fill": "toself",
        "fillcolor": BAND,
        "line": {"width": 0, "color": BAND},
        "hoverinfo": "skip",
    }
