"""One indicator in one place from wave to wave: everybody with a band, women and men by their marks.

Drawn for several indicators or places side by side, each on the same axes, so that they can be held against each other.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from analytics.release import Figure, IndicatorCard, Release, Wave
from analytics.release_words import month
from dashboards.captions import base_and_unit, foot, time_direction
from dashboards.charts import (
    ACCENT,
    BAND,
    MEN,
    WOMEN,
    Chart,
    days,
    middle,
    missing_notes,
    share_axis,
    time_axis,
    upright,
    whiskers,
)
from dashboards.elements import html
from dashboards.exhibits import Exhibit, Table
from dashboards.formats import chart_text, interval, literal
from dashboards.judgement import MEN as MEN_CODE
from dashboards.judgement import WOMEN as WOMEN_CODE
from dashboards.judgement import Shown, runs, shown
from dashboards.sentences import reading
from dashboards.sexes import MARKERS, sex_keys, sex_legend
from dashboards.tables import answered, cells, heads
from dashboards.view import View, in_language, in_time
from translations.languages import listed, percent, translator

EVERYBODY = ""
GROUPS = (EVERYBODY, WOMEN_CODE, MEN_CODE)
Series = dict[str, list[Figure | None]]


def panel(release: Release, view: View, card: IndicatorCard, area: str, name: str) -> Exhibit:
    """The exhibit of an indicator in an area ("" the whole), over the waves that have figures of the view's span."""
    _ = translator(view.language)
    language = view.language
    waves = told(release, view.span)
    series: Series = {
        sex: [release.figure(card.id, wave.id, area=area, sex=sex, span=view.span) for wave in waves] for sex in GROUPS
    }
    rows = [(wave, sex, series[sex][at]) for at, wave in enumerate(waves) for sex in GROUPS]
    title = _("%(name)s, %(place)s", name=in_language(card.name, language), place=place_name(release, area, language))
    return Exhibit(
        name=name,
        title=title,
        subtitle=base_and_unit(replace(view, indicator=card)),
        foot=foot(release, replace(view, indicator=card), area, view.span),
        summary=listed(
            [reading(_label(wave, sex, language), item, release, language) for wave, sex, item in rows], language
        )
        or _("No figure can be shown."),
        table=Table(
            caption=_("%(name)s, by wave", name=title),
            heads=heads((_("Wave"), _("Group")), language),
            rows=tuple(
                (month(wave, language), group_name(sex, language), *cells(item, release, language))
                for wave, sex, item in rows
            ),
            figures=tuple(item for _wave, _sex, item in rows),
        ),
        chart=_chart(waves, series, language) if any(shown(item) for _wave, _sex, item in rows) else None,
        size={"blockSize": "260px"},
        legend=(_everybody(language), *sex_legend(language), *time_direction(language)),
        after=_withheld(waves, series, language),
        indicator=card.id,
        keys=(_everybody_key(language), *sex_keys(language)),
    )


def told(release: Release, span: int) -> tuple[Wave, ...]:
    """The waves that the release has figures of this span in; of single waves all, since the missing ones are gaps."""
    waves = in_time(release.waves)
    if span == 1:
        return waves
    return tuple(
        wave
        for wave in waves
        if any(release.figure(card.id, wave.id, span=span) is not None for card in release.indicators)
    )


def group_name(sex: str, language: str) -> str:
    """Everybody, women or men."""
    _ = translator(language)
    return {EVERYBODY: _("Everybody"), WOMEN_CODE: _("Women"), MEN_CODE: _("Men")}.get(sex, sex)


def place_name(release: Release, area: str, language: str) -> str:
    """What an area is called; "" is the whole survey."""
    _ = translator(language)
    card = next((card for card in release.areas if card.code == area), None)
    return in_language(card.name, language) if card else _("the whole survey")


def _label(wave: Wave, sex: str, language: str) -> str:
    _ = translator(language)
    return _("%(wave)s, %(group)s", wave=month(wave, language), group=group_name(sex, language))


def _chart(waves: tuple[Wave, ...], series: Series, language: str) -> Chart:
    _ = translator(language)
    apart = timedelta(days=days(waves) * 0.03)
    whole = [shown(item) for item in series[EVERYBODY]]
    traces = []
    for run in runs(whole):
        traces += _run([waves[at] for at in run], [series[EVERYBODY][at] for at in run], language)
    for sex, colour, shift in ((WOMEN_CODE, WOMEN, -apart), (MEN_CODE, MEN, apart)):
        present = [(wave, item, found) for wave, item in zip(waves, series[sex], strict=True) if (found := shown(item))]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [(middle(wave) + shift).isoformat() for wave, _item, _found in present],
                "y": [found.estimate * 100 for _wave, _item, found in present],
                "marker": MARKERS[sex] | {"size": 8},
                "error_y": whiskers([found for _wave, _item, found in present], colour)
                | {"thickness": 1.5, "width": 3},
                "hoverinfo": "text",
                "hovertext": [
                    _hover(_label(wave, sex, language), item, found, language) for wave, item, found in present
                ],
            }
        )
    return upright(
        traces,
        language,
        xaxis=time_axis(waves, language),
        yaxis=share_axis(language),
        annotations=missing_notes(waves, whole, _("not shown"), language),
    )


def _run(waves: list[Wave], figures: list[Figure | None], language: str) -> list[Chart]:
    found = [item for figure in figures if (item := shown(figure)) is not None]
    at = [middle(wave).isoformat() for wave in waves]
    band = {
        "type": "scatter",
        "mode": "lines",
        "x": at + at[::-1],
        "y": [item.high * 100 for item in found] + [item.low * 100 for item in found[::-1]],
        "fill": "toself",
        "fillcolor": BAND,
        "line": {"width": 0, "color": BAND},
        "hoverinfo": "skip",
    }
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": at,
        "y": [item.estimate * 100 for item in found],
        "line": {"color": ACCENT, "width": 2},
        "marker": {"color": ACCENT, "size": 6, "symbol": "diamond"},
        # A band over a single wave would have no width.
        "error_y": whiskers(found, ACCENT) if len(at) == 1 else {"visible": False},
        "hoverinfo": "text",
        "hovertext": [
            _hover(_label(wave, EVERYBODY, language), figure, item, language)
            for wave, figure, item in zip(waves, figures, found, strict=True)
        ],
    }
    return [band, line]


def _hover(label: str, figure: Figure | None, found: Shown, language: str) -> str:
    _ = translator(language)
    return literal(
        _(
            "%(label)s: %(estimate)s (%(interval)s), n = %(n)s",
            label=label,
            estimate=percent(found.estimate, language),
            interval=interval(found, language),
            n=answered(figure, language),
        )
    )


def _withheld(waves: tuple[Wave, ...], series: Series, language: str) -> tuple[Any, ...]:
    """Which points of women and men are missing; everybody's are written into the chart."""
    _ = translator(language)
    said = []
    for sex in (WOMEN_CODE, MEN_CODE):
        hidden = [month(wave, language) for wave, item in zip(waves, series[sex], strict=True) if not shown(item)]
        if hidden:
            text = _(
                "%(group)s: not shown in %(waves)s.", group=group_name(sex, language), waves=listed(hidden, language)
            )
            said.append(html.P(text, className="foot"))
    return tuple(said)


def _everybody(language: str) -> Any:
    return [html.Span(className="key key-everybody", **{"aria-hidden": "true"}), group_name(EVERYBODY, language)]


def _everybody_key(language: str) -> Chart:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [None],
        "y": [None],
        "name": chart_text(group_name(EVERYBODY, language), language),
        "line": {"color": ACCENT, "width": 2},
        "marker": {"color": ACCENT, "size": 6, "symbol": "diamond"},
    }
