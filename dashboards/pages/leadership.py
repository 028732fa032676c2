"""The country in five minutes: what happened, how sure that is, and where; for those who decide."""

from typing import Any

from analytics.release_words import month
from dashboards.about import about
from dashboards.area_map import area_map
from dashboards.captions import small_print
from dashboards.drivers_chart import drivers
from dashboards.elements import html
from dashboards.exhibits import Exhibit, drawn
from dashboards.frame import banner, choice, label
from dashboards.institutions import institutions
from dashboards.judgement import areas
from dashboards.ranking import ranking
from dashboards.scene import Scene
from dashboards.sexes import gaps, sexes
from dashboards.spoken import at_the_foot, behind_it, spoken
from dashboards.tiles import tiles
from dashboards.trend import trend
from dashboards.view import in_language
from translations.languages import translator


def page(scene: Scene) -> list[Any]:
    """Everything below the header, in the view's language."""
    release, view = scene.release, scene.view
    _ = translator(view.language)
    return [
        *banner(release, view.language),
        html.Section(
            [
                html.H1(_spaced(spoken(release, view))),
                html.P(_spaced(behind_it(release, view)), className="lead"),
                label(release, view.language),
                html.P(small_print(release.figure(view.indicator.id, view.wave.id), release, view), className="foot"),
                choice(release, view, scene.prefix),
            ],
            className="headline",
        ),
        html.Section(
            [html.H2(_("Main indicators in this wave")), tiles(release, view, scene.prefix, at_the_foot)],
            className="all",
        ),
        _row(in_language(view.indicator.name, view.language), "thirds", _over_time(scene), scene),
        _row(
            _("The police among other institutions, and what goes together with trust"), "halves", _among(scene), scene
        ),
        *_places(scene),
        about(release, view, release.figure(view.indicator.id, view.wave.id), scene.about()),
    ]


def exhibits(scene: Scene) -> tuple[Exhibit, ...]:
    """The charts of the page that there is something to draw for."""
    found = [*_over_time(scene), *_among(scene), *_by_place(scene)]
    return tuple(exhibit for exhibit in found if exhibit is not None)


def _over_time(scene: Scene) -> list[Exhibit | None]:
    return [part(scene.release, scene.view) for part in (trend, gaps, sexes)]


def _among(scene: Scene) -> list[Exhibit | None]:
    return [part(scene.release, scene.view) for part in (institutions, drivers)]


def _by_place(scene: Scene) -> list[Exhibit | None]:
    if not areas(scene.release, scene.view.indicator.id, scene.view.wave.id):
        return []
    return [part(scene.release, scene.view) for part in (ranking, area_map)]


def _spaced(sentences: tuple[str, ...] | list[str]) -> list[Any]:
    """Sentences one after the other."""
    return [part for sentence in sentences for part in (sentence, " ")][:-1]


def _row(title: str, grid: str, exhibits: list[Exhibit | None], scene: Scene) -> Any:
    shown = [drawn(exhibit, scene) for exhibit in exhibits if exhibit is not None]
    if not shown:
        return None
    return html.Section([html.H2(title), html.Div(shown, className=f"grid {grid}")])


def _places(scene: Scene) -> list[Any]:
    _ = translator(scene.view.language)
    found = _by_place(scene)
    if not found:
        return []
    return [_row(_("By area, %(wave)s", wave=month(scene.view.wave, scene.view.language)), "halves", found, scene)]
