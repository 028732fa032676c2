"""Women and men side by side, and the gap between them: two colours of equal weight that differ in shape as well.

Neither is the reference: both are always drawn, and the gap has words at both ends.
"""

from datetime import timedelta
from typing import Any

from analytics.release import GAP, Release, Wave
from analytics.release_words import month
from dashboards.captions import base_and_unit, foot, time_direction
from dashboards.charts import (
    ACCENT,
    INK,
    MEN,
    STRONG_ZERO,
    WOMEN,
    Chart,
    days,
    middle,
    missing_notes,
    note,
    share_axis,
    time_axis,
    upright,
    whiskers,
)
from dashboards.elements import html
from dashboards.exhibits import Exhibit, Table
from dashboards.formats import chart_text, signed_interval
from dashboards.judgement import MEN as MEN_CODE
from dashboards.judgement import WOMEN as WOMEN_CODE
from dashboards.judgement import Shown, shown
from dashboards.sentences import gap as gap_sentence
from dashboards.sentences import hover, reading
from dashboards.tables import cells, difference_cells, heads
from dashboards.view import View, in_language, in_time
from translations.languages import level, listed, number, signed, translator

MARKERS: dict[str, Chart] = {
    WOMEN_CODE: {"color": WOMEN, "size": 11, "symbol": "circle"},
    MEN_CODE: {"color": MEN, "size": 10, "symbol": "square-open", "line": {"width": 2.5, "color": MEN}},
}


def sexes(release: Release, view: View) -> Exhibit:
    """The exhibit of women and men by wave: dots with whiskers."""
    _ = translator(view.language)
    waves, language = in_time(release.waves), view.language
    names = _names(language)
    rows = [
        (month(wave, language), names[sex], release.figure(view.indicator.id, wave.id, sex=sex))
        for wave in waves
        for sex in names
    ]
    series = {sex: [shown(release.figure(view.indicator.id, wave.id, sex=sex)) for wave in waves] for sex in names}
    labels = {
        sex: [_("%(wave)s, %(group)s", wave=month(w, language), group=names[sex]) for w in waves] for sex in names
    }
    return Exhibit(
        name="sexes",
        title=_("Do women and men answer differently?"),
        subtitle=base_and_unit(view),
        foot=foot(release, view),
        summary=listed(
            [
                reading(_("%(wave)s, %(group)s", wave=wave, group=group), item, release, language)
                for wave, group, item in rows
            ],
            language,
        ),
        table=Table(
            caption=_("%(name)s, women and men by wave", name=in_language(view.indicator.name, language)),
            heads=heads((_("Wave"), _("Group")), language),
            rows=tuple((wave, group, *cells(item, release, language)) for wave, group, item in rows),
            figures=tuple(item for _wave, _group, item in rows),
        ),
        chart=_chart(waves, series, labels, language) if any(map(any, series.values())) else None,
        legend=sex_legend(language),
        keys=sex_keys(language),
    )


def sex_legend(language: str) -> tuple[Any, ...]:
    """The marks of women and men, as a page explains them."""
    names = _names(language)
    return (_key("women", names[WOMEN_CODE]), _key("men", names[MEN_CODE]))


def sex_keys(language: str) -> tuple[Chart, ...]:
    """The same in a picture."""
    return tuple(
        {"type": "scatter", "mode": "markers", "x": [None], "y": [None], "name": chart_text(name, language)}
        | {"marker": MARKERS[sex]}
        for sex, name in _names(language).items()
    )


def _names(language: str) -> dict[str, str]:
    _ = translator(language)
    return {WOMEN_CODE: _("Women"), MEN_CODE: _("Men")}


def _key(shape: str, name: str) -> Any:
    return [html.Span(className=f"key key-{shape}", **{"aria-hidden": "true"}), name]


def _chart(
    waves: tuple[Wave, ...], series: dict[str, list[Shown | None]], labels: dict[str, list[str]], language: str
) -> Chart:
    _ = translator(language)
    names = _names(language)
    apart = timedelta(days=days(waves) * 0.025)
    looks = {WOMEN_CODE: (WOMEN, -apart), MEN_CODE: (MEN, apart)}
    traces, notes = [], []
    for sex, (colour, shift) in looks.items():
        words = _("%(group)s: not shown", group=names[sex])
        notes += missing_notes(waves, series[sex], words, language, shift=shift)
        present = [index for index, item in enumerate(series[sex]) if item is not None]
        found = [item for item in series[sex] if item is not None]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [(middle(waves[index]) + shift).isoformat() for index in present],
                "y": [item.estimate * 100 for item in found],
                "marker": MARKERS[sex],
                "error_y": whiskers(found, colour),
                "hoverinfo": "text",
                "hovertext": [
                    hover(labels[sex][index], item, language) for index, item in zip(present, found, strict=True)
                ],
            }
        )
    return upright(traces, language, xaxis=time_axis(waves, language), yaxis=share_axis(language), annotations=notes)


def gaps(release: Release, view: View) -> Exhibit:
    """The exhibit of women minus men by wave, with zero in the middle."""
    _ = translator(view.language)
    waves, language = in_time(release.waves), view.language
    figures = [release.figure(view.indicator.id, wave.id, contrast=GAP) for wave in waves]
    series = [shown(item) for item in figures]
    return Exhibit(
        name="gap",
        title=_("How large is the gap between women and men?"),
        subtitle=base_and_unit(view, _("Women minus men, in points, with %(level)s intervals.", level=level(language))),
        foot=foot(release, view),
        summary=gap_sentence(release, view),
        table=Table(
            caption=_("%(name)s, women minus men by wave", name=in_language(view.indicator.name, language)),
            heads=heads((_("Wave"),), language),
            rows=tuple(
                (month(wave, language), *difference_cells(item, release, language))
                for wave, item in zip(waves, figures, strict=True)
            ),
            figures=tuple(figures),
        ),
        chart=_gap_chart(waves, series, language) if any(series) else None,
        legend=time_direction(language),
    )


def _gap_chart(waves: tuple[Wave, ...], series: list[Shown | None], language: str) -> Chart:
    _ = translator(language)
    present = [(wave, item) for wave, item in zip(waves, series, strict=True) if item is not None]
    found = [item for _wave, item in present]
    widest = max(max(abs(item.low), abs(item.high)) for item in found) * 100
    bound = max(20, 10 * (int(widest // 10) + 1))
    step = 10 if bound <= 30 else 20
    ticks = [value for value in range(-bound, bound + 1) if value % step == 0]
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [middle(wave).isoformat() for wave, _item in present],
        "y": [item.estimate * 100 for item in found],
        "marker": {"color": ACCENT, "size": 10, "symbol": "diamond"},
        "error_y": whiskers(found, ACCENT),
        "hoverinfo": "text",
        "hovertext": [
            _(
                "%(wave)s: women minus men %(gap)s (%(interval)s), n = %(n)s",
                wave=month(wave, language),
                gap=signed(item.estimate, language),
                interval=signed_interval(item, language),
                n=number(item.n, language),
            )
            for wave, item in present
        ],
    }
    ends = {"xref": "paper", "x": 0.5, "yref": "paper", "font": {"size": 12, "color": INK}}
    axis = share_axis(language) | {
        "range": [-bound * 1.18, bound * 1.18],
        "tickvals": ticks,
        "ticktext": [signed(value / 100, language) for value in ticks],
        **STRONG_ZERO,
    }
    return upright(
        [trace],
        language,
        xaxis=time_axis(waves, language),
        yaxis=axis,
        annotations=[
            note(_("women higher"), language, y=1, yanchor="top", **ends),
            note(_("men higher"), language, y=0, yanchor="bottom", **ends),
            *missing_notes(waves, series, _("not shown"), language, foot=0.1),
        ],
    )
