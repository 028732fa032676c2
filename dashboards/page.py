"""The overview: the sentence first, then the tiles, then the charts that prove it, each with its table."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import takewhile
from typing import Any

from analytics.release import GAP, Release
from analytics.release_words import month
from dashboards.about import about
from dashboards.access import Page
from dashboards.area_map import area_map
from dashboards.captions import small_print
from dashboards.elements import html
from dashboards.exhibits import Exhibit, drawn
from dashboards.frame import banner, choice, label
from dashboards.guide import guide
from dashboards.judgement import areas
from dashboards.pages import about as pages_about
from dashboards.pages import area, compare, leadership, oversight, quality
from dashboards.ranking import ranking
from dashboards.scene import Scene
from dashboards.sentences import gap, headline
from dashboards.sexes import gaps, sexes
from dashboards.tiles import tiles
from dashboards.trend import trend
from dashboards.view import View, in_language
from translations.languages import translator

Part = Callable[[Release, View], Exhibit]
WARNINGS = ("banner", "alarm")
_OVER_TIME: tuple[Part, ...] = (trend, sexes, gaps)


def drawn_page(scene: Scene) -> list[Any]:
    """Everything below the header of the page that is asked for; how to read it stands below its warnings."""
    found = PAGES[scene.view.page][0](scene)
    warnings = list(takewhile(lambda part: getattr(part, "className", "") in WARNINGS, found))
    return [*warnings, guide(scene.view), *found[len(warnings) :], *_printed(scene)]


def _printed(scene: Scene) -> list[Any]:
    """What only paper shows: which release this is, and the address that leads back here."""
    _ = translator(scene.view.language)
    address = html.Code(scene.address(scene.view), dir="ltr", **{"data-address": ""})
    return [
        html.P([_("Release"), " ", html.Code(scene.release.id, dir="ltr"), html.Br(), address], className="printed")
    ]


def page_exhibits(scene: Scene) -> tuple[Exhibit, ...]:
    """The exhibits of that page, which its downloads are made of; their names differ."""
    return PAGES[scene.view.page][1](scene)


def exhibits(scene: Scene) -> tuple[Exhibit, ...]:
    """The overview's: the chosen indicator over time, by sex, and by area where there are any."""
    return tuple(part(scene.release, scene.view) for part in (*_OVER_TIME, *_by_place(scene)))


def overview(scene: Scene) -> list[Any]:
    """Everything below the header, in the view's language."""
    release, view = scene.release, scene.view
    _ = translator(view.language)
    return [
        *banner(release, view.language),
        html.Section(
            [
                html.H1(headline(release, view)),
                html.P(gap(release, view), className="lead"),
                label(release, view.language),
                html.P(small_print(release.figure(view.indicator.id, view.wave.id), release, view), className="foot"),
                choice(release, view, scene.prefix),
            ],
            className="headline",
        ),
        html.Section([html.H2(_("Main indicators in this wave")), tiles(release, view, scene.prefix)], className="all"),
        html.Section(
            [
                html.H2(in_language(view.indicator.name, view.language)),
                html.Div(
                    [drawn(part(release, view), scene, _about(part, scene)) for part in _OVER_TIME],
                    className="grid thirds",
                ),
            ]
        ),
        *_places(scene),
        about(release, view, release.figure(view.indicator.id, view.wave.id), scene.about()),
    ]


def nothing(language: str) -> list[Any]:
    """What stands in place of the overview when the release went away while the page was open."""
    _ = translator(language)
    said = _("The figures cannot be shown at the moment. Please try again later.")
    return [html.P(said, className="notice", role="alert")]


def nowhere(language: str) -> list[Any]:
    """What stands where there is no such page for the viewer: the same whether it exists for others or not."""
    _ = translator(language)
    return [html.P(_("There is no such page."), className="notice", role="alert")]


def _about(part: Part, scene: Scene) -> str:
    """What stands behind a chart of the overview: the gap's is the gap."""
    return scene.about(replace(scene.view, contrast=GAP)) if part is gaps else scene.about()


def _by_place(scene: Scene) -> tuple[Part, ...]:
    return (ranking, area_map) if areas(scene.release, scene.view.indicator.id, scene.view.wave.id) else ()


def _places(scene: Scene) -> list[Any]:
    _ = translator(scene.view.language)
    parts = [drawn(part(scene.release, scene.view), scene) for part in _by_place(scene)]
    if not parts:
        return []
    title = _("By area, %(wave)s", wave=month(scene.view.wave, scene.view.language))
    return [html.Section([html.H2(title), html.Div(parts, className="grid halves")])]


PAGES: Mapping[Page, tuple[Callable[[Scene], list[Any]], Callable[[Scene], tuple[Exhibit, ...]]]] = {
    Page.OVERVIEW: (overview, exhibits),
    Page.LEADERSHIP: (leadership.page, leadership.exhibits),
    Page.AREA: (area.page, area.exhibits),
    Page.COMPARE: (compare.page, compare.exhibits),
    Page.QUALITY: (quality.page, quality.exhibits),
    Page.OVERSIGHT: (oversight.page, lambda _scene: ()),
    Page.ABOUT: (pages_about.page, lambda _scene: ()),
}
