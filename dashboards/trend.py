"""The chosen indicator from wave to wave, with the band of its interval; the line breaks where a figure is missing."""

from analytics.release import Release, Wave
from dashboards.captions import base_and_unit, foot, time_direction
from dashboards.charts import ACCENT, BAND, Chart, middle, missing_notes, share_axis, time_axis, upright, whiskers
from dashboards.exhibits import Exhibit, Table
from dashboards.formats import listed, month
from dashboards.judgement import Shown, runs, shown
from dashboards.sentences import hover, reading
from dashboards.tables import cells, heads
from dashboards.view import View, in_language, in_time
from translations.languages import translator


def trend(release: Release, view: View) -> Exhibit:
    """The exhibit of one indicator over time."""
    _ = translator(view.language)
    waves, language = in_time(release.waves), view.language
    figures = [release.figure(view.indicator.id, wave.id) for wave in waves]
    series = [shown(item) for item in figures]
    labels = [month(wave, language) for wave in waves]
    return Exhibit(
        name="trend",
        title=_("How has it moved over time?"),
        subtitle=base_and_unit(view),
        foot=foot(release, view),
        summary=listed(
            [reading(label, item, release, language) for label, item in zip(labels, figures, strict=True)], language
        ),
        table=Table(
            caption=_("%(name)s, by wave", name=in_language(view.indicator.name, language)),
            heads=heads((_("Wave"),), language),
            rows=tuple((label, *cells(item, release, language)) for label, item in zip(labels, figures, strict=True)),
            figures=tuple(figures),
        ),
        chart=_chart(waves, series, labels, language) if any(series) else None,
        legend=time_direction(language),
    )


def _chart(waves: tuple[Wave, ...], series: list[Shown | None], labels: list[str], language: str) -> Chart:
    _ = translator(language)
    traces = []
    for run in runs(series):
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
    return upright(traces, language, xaxis=time_axis(waves, language), yaxis=share_axis(language), annotations=notes)


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
