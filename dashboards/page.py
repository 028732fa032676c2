"""The overview: the sentence first, then the tiles, then the charts that prove it, each with its table."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from analytics.release import GAP, Release
from dashboards.about import about
from dashboards.access import Page
from dashboards.area_map import area_map
from dashboards.captions import small_print
from dashboards.elements import html
from dashboards.exhibits import drawn
from dashboards.formats import month
from dashboards.frame import banner, choice, label
from dashboards.judgement import areas
from dashboards.pages import about as pages_about
from dashboards.pages import area, leadership, oversight, quality
from dashboards.ranking import ranking
from dashboards.scene import Scene
from dashboards.sentences import gap, headline
from dashboards.sexes import gaps, sexes
from dashboards.tiles import tiles
from dashboards.trend import trend
from dashboards.view import View, in_language
from translations.languages import translator


def drawn_page(scene: Scene) -> list[Any]:
    """Everything below the header of the page that is asked for."""
    return PAGES.get(scene.view.page, _overview)(scene)


def _overview(scene: Scene) -> list[Any]:
    return overview(scene.release, scene.view, scene.prefix)


PAGES: Mapping[Page, Callable[[Scene], list[Any]]] = {
    Page.OVERVIEW: _overview,
    Page.LEADERSHIP: leadership.page,
    Page.AREA: area.page,
    Page.QUALITY: quality.page,
    Page.OVERSIGHT: oversight.page,
    Page.ABOUT: pages_about.page,
}


def overview(release: Release, view: View, prefix: str) -> list[Any]:
    """Everything below the header, in the view's language. `prefix` is the address that the site is mounted at."""
    _ = translator(view.language)
    behind = _behind(view, prefix)
    return [
        *banner(release, view.language),
        html.Section(
            [
                html.H1(headline(release, view)),
                html.P(gap(release, view), className="lead"),
                label(release, view.language),
                html.P(small_print(release.figure(view.indicator.id, view.wave.id), release, view), className="foot"),
                choice(release, view, prefix),
            ],
            className="headline",
        ),
        html.Section([html.H2(_("Main indicators in this wave")), tiles(release, view, prefix)], className="all"),
        html.Section(
            [
                html.H2(in_language(view.indicator.name, view.language)),
                html.Div(
                    [
                        drawn(trend(release, view), view.language, behind),
                        drawn(sexes(release, view), view.language, behind),
                        drawn(gaps(release, view), view.language, _behind(replace(view, contrast=GAP), prefix)),
                    ],
                    className="grid thirds",
                ),
            ]
        ),
        *_places(release, view, behind),
        about(release, view, behind),
    ]


def nothing(language: str) -> list[Any]:
    """What stands in place of the overview when the release went away while the page was open."""
    _ = translator(language)
    return [html.P(_("The figures cannot be shown at the moment. Please try again later."), role="alert")]


def nowhere(language: str) -> list[Any]:
    """What stands where there is no such page for the viewer: the same whether it exists for others or not."""
    _ = translator(language)
    return [html.P(_("There is no such page."), role="alert")]


def _behind(view: View, prefix: str) -> str:
    return prefix + view.behind.path + view.behind.query


def _places(release: Release, view: View, behind: str) -> list[Any]:
    _ = translator(view.language)
    if not areas(release, view.indicator.id, view.wave.id):
        return []
    return [
        html.Section(
            [
                html.H2(_("By area, %(wave)s", wave=month(view.wave, view.language))),
                html.Div(
                    [drawn(part(release, view), view.language, behind) for part in (ranking, area_map)],
                    className="grid halves",
                ),
            ]
        )
    ]
