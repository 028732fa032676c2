"""The charts of an area: beside its district and the whole, and its women and men; each with its table twin."""

from dataclasses import replace
from typing import Any

from analytics.release import IndicatorCard, Release
from analytics.release_words import areas_judged, month, sample, sign
from dashboards.captions import mode_mix
from dashboards.charts import ACCENT, INK, MEN, WOMEN
from dashboards.elements import html
from dashboards.exhibits import Exhibit, Table
from dashboards.formats import decimals, interval, signed_interval
from dashboards.judgement import shown
from dashboards.scene import Scene
from dashboards.tables import NO_NUMBER, heads
from dashboards.trend import trend
from dashboards.view import in_language
from dashboards.words import standing as status
from translations.languages import level, listed, percent, signed, translator

from . import area_words as words
from .area_figures import Cell, Standing, both
from .area_rows import Group, Row, drawing, height

OWN, AROUND, WHOLE = "own", "around", "whole"
PLACES = {
    OWN: {"color": ACCENT, "size": 11, "symbol": "circle"},
    AROUND: {"color": INK, "size": 10, "symbol": "diamond-open", "line": {"width": 2, "color": INK}},
    WHOLE: {"color": INK, "size": 10, "symbol": "line-ns-open", "line": {"width": 2.5, "color": INK}},
}
SEXES = {
    "women": {"color": WOMEN, "size": 11, "symbol": "circle"},
    "men": {"color": MEN, "size": 10, "symbol": "square-open", "line": {"width": 2.5, "color": MEN}},
}


def beside(scene: Scene, found: tuple[Standing, ...], named: str) -> Exhibit:
    """The area, what holds it, and the whole, indicator by indicator. `named` is the area's name."""
    _, language, release, view = translator(scene.view.language), scene.view.language, scene.release, scene.view
    groups = []
    for item in found:
        rows = [Row(named, OWN, item.own)]
        for place, _found in item.around:
            code, look = (place.code, AROUND) if place else ("", WHOLE)
            figure = release.figure(item.card.id, view.wave.id, code, span=item.own.span)
            label = in_language(place.name, language) if place else words.whole(release, language)
            rows.append(Row(label, look, Cell(figure, figure, shown(figure), item.own.span)))
        groups.append(Group(_heading(item.card, item.own, language), tuple(rows)))
    return Exhibit(
        name="beside",
        title=_("How does this area stand to the places around it?"),
        subtitle=_("Per cent, with %(level)s intervals.", level=level(language)),
        foot=_foot(release, scene),
        summary=_summary(groups, release, language),
        table=Table(
            caption=_("%(area)s and the places around it", area=named),
            heads=heads((_("Indicator"), _("Area"), _("Waves")), language),
            rows=tuple((group.name, row.label, *cells(row.cell, release, language)) for group, row in _all(groups)),
            figures=tuple(row.cell.figure for _group, row in _all(groups)),
        ),
        chart=drawing(groups, PLACES, language),
        size=height(groups),
        after=(html.P(" ".join(areas_judged(language)), className="foot"),),
    )


def women_and_men(scene: Scene, found: tuple[Standing, ...], named: str) -> Exhibit:
    """Women and men of the area, indicator by indicator, and the gap in words and in the table."""
    _, language, release = translator(scene.view.language), scene.view.language, scene.release
    groups, gaps = [], []
    for item in found:
        women, men, gap = both(release, scene.view, item.card)
        label = _heading(item.card, women if women.shown else men, language)
        groups.append(Group(label, (Row(_("Women"), "women", women), Row(_("Men"), "men", men))))
        gaps.append((_heading(item.card, gap, language), gap))
    sentences = [words.gap(label, gap.shown, language) for label, gap in gaps if gap.shown]
    without = [label for label, gap in gaps if not gap.shown]
    sentences += [words.no_gap(without, language)] if without else []
    return Exhibit(
        name="women-men",
        title=_("Do women and men answer differently?"),
        subtitle=_("Per cent, with %(level)s intervals.", level=level(language)),
        foot=_foot(release, scene),
        summary=_summary(groups, release, language),
        table=Table(
            caption=_("%(area)s, women and men", area=named),
            heads=heads((_("Indicator"), _("Group"), _("Waves")), language),
            rows=tuple(
                row
                for group, (_label, gap) in zip(groups, gaps, strict=True)
                for row in (
                    *((group.name, each.label, *cells(each.cell, release, language)) for each in group.rows),
                    (group.name, _("Women minus men, in points"), *differences(gap, release, language)),
                )
            ),
            figures=tuple(
                cell.figure
                for group, (_label, gap) in zip(groups, gaps, strict=True)
                for cell in (*(row.cell for row in group.rows), gap)
            ),
        ),
        chart=drawing(groups, SEXES, language),
        size=height(groups),
        legend=(_key("women", _("Women")), _key("men", _("Men"))),
        after=(html.Ul([html.Li(text) for text in sentences], className="gaps"),),
    )


def cells(cell: Cell, release: Release, language: str) -> tuple[str, str, str, str, str]:
    """Waves, estimate, interval, n or its band, and status of a share."""
    found = cell.shown
    if found is None:
        return _withheld(cell, release, language)
    return (
        words.together(cell.span, language),
        percent(found.estimate, language, decimals(found)),
        interval(found, language, decimals(found)),
        words.band(cell.figure, language),
        status(cell.figure, language, release.parameters),
    )


def differences(cell: Cell, release: Release, language: str) -> tuple[str, str, str, str, str]:
    """The same of a difference, in points."""
    found = cell.shown
    if found is None:
        return _withheld(cell, release, language)
    return (
        words.together(cell.span, language),
        signed(found.estimate, language, decimals(found)),
        signed_interval(found, language),
        words.band(cell.figure, language),
        status(cell.figure, language, release.parameters),
    )


def _heading(card: IndicatorCard, cell: Cell, language: str) -> str:
    """The name of an indicator, and that its figures pool several waves where they do."""
    _ = translator(language)
    named = in_language(card.name, language)
    return _("%(name)s (%(waves)s)", name=named, waves=words.together(cell.span, language)) if cell.pooled else named


def _withheld(cell: Cell, release: Release, language: str) -> tuple[str, str, str, str, str]:
    reason = status(cell.asked, language, release.parameters)
    return words.together(cell.span, language), sign(cell.asked) or NO_NUMBER, NO_NUMBER, NO_NUMBER, reason


def _all(groups: list[Group]) -> list[tuple[Group, Row]]:
    return [(group, row) for group in groups for row in group.rows]


def _summary(groups: list[Group], release: Release, language: str) -> str:
    _ = translator(language)
    said = []
    for group, row in _all(groups):
        label = _("%(wave)s, %(group)s", wave=group.name, group=row.label)
        if row.cell.shown is None:
            reason = status(row.cell.asked, language, release.parameters)
            said.append(_("%(label)s: %(reason)s", label=label, reason=reason))
        else:
            found = row.cell.shown
            said.append(
                _(
                    "%(label)s: %(estimate)s (%(interval)s)",
                    label=label,
                    estimate=percent(found.estimate, language),
                    interval=interval(found, language),
                )
            )
    return listed(said, language)


def _foot(release: Release, scene: Scene) -> str:
    _, language = translator(scene.view.language), scene.view.language
    return _(
        "%(wave)s, %(sample)s; %(modes)s. The answers behind each figure, and how many waves it pools, stand in the "
        "table.",
        wave=month(scene.view.wave, language),
        sample=sample(release.sample, language),
        modes=mode_mix([scene.view.wave], language),
    )


def over_time(scene: Scene) -> Exhibit:
    """The chosen indicator in the area from wave to wave."""
    return replace(trend(scene.release, scene.view, scene.view.area), name="over-time")


def _key(shape: str, label: str) -> Any:
    return [html.Span(className=f"key key-{shape}", **{"aria-hidden": "true"}), label]
