"""Chosen areas held against the whole survey in one wave, grouped by what can be told apart among all of them."""

from typing import Any

from analytics.release import AreaCard, Figure, Release
from analytics.verdict import difference
from dashboards.among import Standing, among
from dashboards.captions import base_and_unit, foot
from dashboards.caterpillar import caterpillar, reference, size
from dashboards.charts import share_axis
from dashboards.elements import html
from dashboards.exhibits import Exhibit, Table
from dashboards.judgement import Shown, shown
from dashboards.ranking import caution_key, dots, whole_key, without_figure
from dashboards.sentences import reading
from dashboards.tables import cells, heads
from dashboards.view import View, in_language
from translations.languages import listed, plural_translator, translator

Placed = tuple[AreaCard, Figure | None, Shown | None, Standing | None]


def compared_places(release: Release, view: View, areas: tuple[AreaCard, ...]) -> Exhibit:
    """The exhibit of the chosen areas for the view's indicator, wave and span."""
    _ = translator(view.language)
    language, indicator, wave, span = view.language, view.indicator.id, view.wave.id, view.span
    whole = shown(release.figure(indicator, wave, span=span))
    figures = [release.figure(indicator, wave, area=area.code, span=span) for area in areas]
    found = [shown(item) for item in figures]
    stands = among([difference(item, whole) if item and whole else None for item in found])
    placed = list(zip(areas, figures, found, stands, strict=True))
    drawn = {
        name: dots([(area, item) for area, _figure, item, _standing in items], language)
        for name, items in _grouped(placed, language).items()
    }
    hidden = [(area, figure) for area, figure, item, _standing in placed if item is None]
    return Exhibit(
        name="places",
        title=_("Which of these areas stand out from the whole?"),
        subtitle=base_and_unit(view),
        foot=foot(release, view, span=view.span),
        summary=listed(
            [
                reading(in_language(area.name, language), item, release, language)
                for area, item in zip(areas, figures, strict=True)
            ],
            language,
        ),
        table=Table(
            caption=_("%(name)s, by area", name=in_language(view.indicator.name, language)),
            heads=heads((_("Area"), _("Against the whole")), language),
            rows=tuple(
                (in_language(area.name, language), _standing(standing, language), *cells(item, release, language))
                for area, item, _found, standing in placed
            ),
            figures=tuple(figures),
        ),
        chart=caterpillar(drawn, language, share_axis(language, across=True), reference(whole)) if drawn else None,
        size=size(drawn),
        legend=(*whole_key(whole, language), *caution_key(found, language)),
        after=(
            *_warning(sum(item is not None for item in found), language),
            *without_figure(hidden, release, language),
        ),
    )


def warning(count: int, language: str) -> str:
    """Why a difference among many is told more seldom than one alone; `count` comparisons."""
    _n = plural_translator(language)
    return _n(
        "%(num)d comparison is made here.",
        "%(num)d comparisons are made here at once. Some of so many differ by chance alone, so a difference is called "
        "one only where it stands among all of them (Holm’s correction, 5 in 100 for all together).",
        count,
    )


def _warning(count: int, language: str) -> tuple[Any, ...]:
    _ = translator(language)
    if count < 2:
        return ()
    order = _("Inside a group areas are in the order of the list: nothing is said about which of them is ahead.")
    return (html.P([warning(count, language), " ", order], className="caution"),)


def _standing(standing: Standing | None, language: str) -> str:
    _ = translator(language)
    return {
        "higher": _("Higher than the whole"),
        "lower": _("Lower than the whole"),
        "same": _("Cannot be told apart from the whole"),
        "higher_alone": _("Higher by its own interval, but not told apart among so many"),
        "lower_alone": _("Lower by its own interval, but not told apart among so many"),
    }.get(standing or "", "")


def _grouped(placed: list[Placed], language: str) -> dict[str, list[Placed]]:
    _ = translator(language)
    names: dict[str, tuple[Standing | None, ...]] = {
        _("Higher than the whole"): ("higher",),
        _("Cannot be told apart from the whole"): ("same", "higher_alone", "lower_alone"),
        _("Lower than the whole"): ("lower",),
        _("No figure for the whole to compare with"): (None,),
    }
    groups = {name: [item for item in placed if item[2] and item[3] in kinds] for name, kinds in names.items()}
    return {name: items for name, items in groups.items() if items}
