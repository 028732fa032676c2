"""One tile an indicator of an area: the estimate, and how it stands to its district, the whole and the last wave."""

from dataclasses import replace
from typing import Any

from analytics.release import CHANGE, CONFIDENTIAL, Figure, Release
from analytics.release_words import sample, sign, withheld
from analytics.verdict import against, apart
from dashboards import sentences
from dashboards.captions import tile_print
from dashboards.elements import html
from dashboards.formats import interval
from dashboards.judgement import Shown, shown
from dashboards.scene import Scene
from dashboards.tiles import MARKS
from dashboards.view import View, in_language, in_time
from translations.languages import level, percent, translator

from .area_figures import Standing
from .area_words import base, beside, name, together, whole


def tiles(scene: Scene, found: tuple[Standing, ...]) -> Any:
    """A tile for each indicator; its name leads to its own view of the page."""
    return html.Ul([_tile(scene, item) for item in found], className="tiles")


def _tile(scene: Scene, found: Standing) -> Any:
    view = scene.view
    chosen = found.card.id == view.indicator.id
    here = {"aria-current": "true"} if chosen else {}
    link = html.A(
        in_language(found.card.name, view.language), href=scene.address(view.with_indicator(found.card)), **here
    )
    behind = scene.about(replace(view.with_indicator(found.card), span=found.own.span))
    about = html.A(translator(view.language)("About this figure"), href=behind, className="behind")
    return html.Li(
        [html.H3(link), *_numbers(scene.release, view, found), _around(scene, found), html.P(about, className="foot")],
        className="tile tile-chosen" if chosen else "tile",
    )


def _numbers(release: Release, view: View, found: Standing) -> list[Any]:
    _, language = translator(view.language), view.language
    if found.own.shown is None or found.own.figure is None:
        text = withheld(found.own.asked, language, release.parameters)
        told = [html.P([mark_of(found.own.asked), text], className="tile-withheld")]
        if not found.whole:
            return told
        # The only number of this tile is that of the whole, which is named, so that its status is taken for no other's.
        printed = tile_print(release.figure(found.card.id, view.wave.id, span=found.own.span), release, view)
        of_whole = _("%(label)s: %(reason)s", label=whole(release, language), reason=printed)
        return [*told, html.P(of_whole, className="foot")]
    bounds = _("%(level)s interval: %(interval)s", level=level(language), interval=interval(found.own.shown, language))
    return [
        html.P(percent(found.own.shown.estimate, language), className="estimate"),
        html.P([bounds, html.Br(), base(found.own.figure, language)], className="bounds"),
        html.P(tile_print(found.own.figure, release, view), className="foot"),
        _tags(release, language, found),
    ]


def _tags(release: Release, language: str, found: Standing) -> Any:
    _ = translator(language)
    notes = [together(found.own.span, language)] if found.own.pooled else []
    notes += [sample(release.sample, language)] if release.sample == "non_probability" else []
    notes += [_("to be read with caution")] if found.own.shown and found.own.shown.review else []
    return html.P([html.Span(text, className="tag") for text in notes], className="tags") if notes else None


def _around(scene: Scene, found: Standing) -> Any:
    _, language, release = translator(scene.view.language), scene.view.language, scene.release
    rows = []
    for place, other in found.around:
        called = name(place.name, language) if place else whole(release, language)
        if found.own.shown is None or other is None:
            text = _("%(group)s: not shown", group=called)
            rows.append(_row("none", share_of(called, other, language) if other else text))
        else:
            rows.append(_row(apart(found.own.shown, other), beside(called, found.own.shown, other, language)))
    if found.own.span > 1:
        return html.Ul(rows, className="against")
    change = shown(release.figure(found.card.id, scene.view.wave.id, scene.view.area, contrast=CHANGE))
    first = scene.view.wave == in_time(release.waves)[0]
    rows.append(_row(against(change) if change else "none", sentences.change(change, first, language)))
    return html.Ul(rows, className="against")


def share_of(place: str, found: Shown, language: str) -> str:
    """The figure of a place, where there is none of the area to compare it with."""
    return sentences.hover(place, found, language)


def _row(verdict: str, text: str) -> Any:
    sign_ = html.Span(MARKS.get(verdict, "–"), className=f"mark mark-{verdict}", **{"aria-hidden": "true"})
    return html.Li([sign_, html.Span(text)])


def mark_of(figure: Figure | None) -> Any:
    """The sign of a figure without a number: a lock that the style sheet draws, ":" or ".."."""
    locked = figure is not None and figure.status == CONFIDENTIAL
    return html.Span(
        "" if locked else sign(figure), className="sign sign-lock" if locked else "sign", **{"aria-hidden": "true"}
    )
