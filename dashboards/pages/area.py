"""My area: how one area stands, in the order in which an officer or a resident would ask.

The sentence first, then four to six indicators beside the district, the whole and the last wave, women and men, what
moved, what is not shown and why, and what was done about it. The public sees the same page.
"""

from collections import Counter
from dataclasses import replace
from typing import Any

from analytics.release import CHANGE, AreaCard
from analytics.release_words import month
from dashboards.about import about
from dashboards.access import own_areas
from dashboards.captions import small_print
from dashboards.elements import html
from dashboards.exhibits import Exhibit, drawn
from dashboards.frame import banner, label, select
from dashboards.judgement import shown
from dashboards.scene import Scene
from dashboards.view import in_language, in_time
from translations.languages import joined, translator

from . import area_words as words
from .area_charts import beside, over_time, women_and_men
from .area_figures import Standing, local, spans, standing
from .area_lists import changed, named_problems, said_and_done, unshown
from .area_tiles import tiles


def page(scene: Scene) -> list[Any]:
    """Everything below the header, about the view's area; words where the viewer has none in this release."""
    area = next((card for card in scene.release.areas if card.code == scene.view.area), None)
    if area is None:
        return _no_area(scene)
    _, language, view = translator(scene.view.language), scene.view.language, scene.view
    found = _standings(scene)
    chosen = next(item for item in found if item.card.id == view.indicator.id)
    named = in_language(area.name, language)
    around, sexes, moving = exhibits(scene)
    behind = scene.about(replace(view, span=chosen.own.span))
    return [
        *banner(scene.release, language),
        _headline(scene, area, chosen),
        html.Section([html.H2(_("Main indicators in this area")), tiles(scene, found)], className="all"),
        html.Section(
            [
                html.H2(named),
                html.Div([drawn(part, scene, behind) for part in (around, sexes)], className="grid pair"),
            ]
        ),
        html.Section(
            [
                html.H2(in_language(view.indicator.name, language)),
                drawn(moving, scene, behind),
            ]
        ),
        changed(scene),
        *named_problems(scene),
        unshown(scene),
        said_and_done(scene),
        about(scene.release, view, chosen.own.figure, behind),
    ]


def exhibits(scene: Scene) -> tuple[Exhibit, ...]:
    """The charts of the page: beside the places around it, women and men, and over time; none without an area."""
    area = next((card for card in scene.release.areas if card.code == scene.view.area), None)
    if area is None:
        return ()
    found, named = _standings(scene), in_language(area.name, scene.view.language)
    return beside(scene, found, named), women_and_men(scene, found, named), over_time(scene)


def _standings(scene: Scene) -> tuple[Standing, ...]:
    return tuple(standing(scene.release, scene.view, card) for card in local(scene.release, scene.view))


def _headline(scene: Scene, area: AreaCard, found: Standing) -> Any:
    language, view, release = scene.view.language, scene.view, scene.release
    change = shown(release.figure(view.indicator.id, view.wave.id, view.area, contrast=CHANGE))
    return html.Section(
        [
            html.H1(words.headline(release, view, area, found)),
            # A change is from wave to wave, and says nothing of a figure that pools several.
            html.P(words.since(view, release, change), className="lead") if found.own.span == 1 else None,
            html.P(words.instead(found.own.span, language), className="lead") if _stands_in(found, view.span) else None,
            label(release, language),
            html.P(small_print(found.own.figure, release, view), className="foot"),
            _choice(scene),
        ],
        className="headline",
    )


def _stands_in(found: Standing, span: int) -> bool:
    return found.own.pooled and found.own.span != span


def _choice(scene: Scene) -> Any:
    _, language, view, release = translator(scene.view.language), scene.view.language, scene.view, scene.release
    waves = [(wave.id, month(wave, language)) for wave in reversed(in_time(release.waves))]
    over = [
        (str(span), words.together(span, language) if span > 1 else _("each wave alone")) for span in spans(release)
    ]
    return html.Form(
        [
            select(
                "area",
                _("Area"),
                _areas(scene),
                view.area,
            ),
            select(
                "indicator",
                _("Indicator"),
                [(card.id, in_language(card.name, language)) for card in release.indicators],
                view.indicator.id,
            ),
            select("wave", _("Wave"), waves, view.wave.id),
            select("span", _("Over how many waves"), over, str(view.span)) if len(over) > 1 else None,
            html.Button(_("Show"), type="submit", name="lang", value=language),
        ],
        action=scene.prefix + replace(view, step=0).path,
        method="GET",
        className="choice",
    )


def _areas(scene: Scene) -> list[tuple[str, str]]:
    """The areas to choose among, by name; of two with one name the smaller says where it lies."""
    language, own = scene.view.language, own_areas(scene.release, scene.viewer)
    above = {card.code: card for card in scene.release.areas if card.parent is not None}
    names = Counter(in_language(card.name, language) for card in own)
    return [
        (
            card.code,
            joined((in_language(each.name, language) for each in (card, above[card.parent])), language)
            if names[in_language(card.name, language)] > 1 and card.parent in above
            else in_language(card.name, language),
        )
        for card in own
    ]


def _no_area(scene: Scene) -> list[Any]:
    _ = translator(scene.view.language)
    return [
        *banner(scene.release, scene.view.language),
        html.Section(
            [
                html.H1(_("There is no area to show")),
                html.P(_("None of your areas is in this release. Whoever keeps the accounts can say which are yours.")),
            ],
            className="headline",
        ),
    ]
