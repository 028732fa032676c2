"""Compare and explore: any published indicator in any place, wave and span, beside others on the same axes."""

from dataclasses import replace
from typing import Any

from analytics.release import CHANGE, GAP, AreaCard, Figure, IndicatorCard, Release
from analytics.release_words import month
from dashboards.captions import small_print
from dashboards.compared_places import compared_places
from dashboards.differences import Subject, differences, in_words
from dashboards.elements import dcc, html
from dashboards.exhibits import Exhibit, drawn
from dashboards.frame import banner, label, select
from dashboards.scene import Scene
from dashboards.sentences import reading
from dashboards.small_multiples import panel, place_name
from dashboards.view import View, in_language, in_time, spans
from translations.languages import number, plural_translator, translator

MOST_INDICATORS, MOST_PLACES = 6, 8


def page(scene: Scene) -> list[Any]:
    """Everything below the header."""
    release, view = scene.release, scene.view
    _ = translator(view.language)
    return [
        *banner(release, view.language),
        html.Section(
            [
                html.H1(_sentence(release, view)),
                html.P(_lead(release, view), className="lead"),
                html.P(small_print(_own(release, view), release, view), className="foot"),
                label(release, view.language),
                _form(scene),
                *_left_out(view),
                _permanent(scene),
            ],
            className="headline",
        ),
        _section(
            _("Indicators side by side, %(place)s", place=place_name(release, view.area, view.language)),
            _indicators(scene),
            "grid multiples",
            scene,
            _pooled(view),
        ),
        *_by_place(scene),
        _section(
            _("Changes and gaps, %(wave)s", wave=month(view.wave, view.language)),
            _differences(scene),
            "grid pairs",
            scene,
        ),
    ]


def exhibits(scene: Scene) -> tuple[Exhibit, ...]:
    """All charts of the page, by different names."""
    return (*_indicators(scene), *_places(scene), *_differences(scene))


def further(view: View, release: Release) -> tuple[IndicatorCard, ...]:
    """The indicators beside the view's own, in the release's order; no more than MOST_INDICATORS."""
    wanted = set(view.indicators) - {view.indicator.id}
    return tuple(card for card in release.indicators if card.id in wanted)[:MOST_INDICATORS]


def chosen_places(view: View, release: Release) -> tuple[AreaCard, ...]:
    """The areas that are held against each other, in the release's order; no more than MOST_PLACES."""
    return tuple(area for area in release.areas if area.code in view.areas)[:MOST_PLACES]


def _indicators(scene: Scene) -> tuple[Exhibit, ...]:
    cards = (scene.view.indicator, *further(scene.view, scene.release))
    return tuple(
        panel(scene.release, scene.view, card, scene.view.area, f"indicator-{at}") for at, card in enumerate(cards, 1)
    )


def _places(scene: Scene) -> tuple[Exhibit, ...]:
    places = chosen_places(scene.view, scene.release)
    if not places:
        return ()
    panels = (
        panel(scene.release, scene.view, scene.view.indicator, area.code, f"area-{at}")
        for at, area in enumerate(places, 1)
    )
    return (compared_places(scene.release, scene.view, places), *panels)


def _differences(scene: Scene) -> tuple[Exhibit, ...]:
    release, view = scene.release, scene.view
    _ = translator(view.language)
    place = place_name(release, view.area, view.language)
    cards = (view.indicator, *further(view, release))
    across = [Subject(card.id, view.area, in_language(card.name, view.language)) for card in cards]
    found = [
        differences(release, view, across, "differences", _("What differs and what moved: %(place)s", place=place)),
    ]
    if places := chosen_places(view, release):
        own = [Subject(view.indicator.id, area.code, in_language(area.name, view.language)) for area in places]
        name = in_language(view.indicator.name, view.language)
        title = _("What differs and what moved, by area: %(name)s", name=name)
        found.append(differences(release, view, own, "area-differences", title))
    return tuple(found)


def _by_place(scene: Scene) -> list[Any]:
    view = scene.view
    _ = translator(view.language)
    found = _places(scene)
    if not found:
        return []
    title = _(
        "%(name)s in chosen areas, %(wave)s",
        name=in_language(view.indicator.name, view.language),
        wave=month(view.wave, view.language),
    )
    first, *panels = found
    return [
        html.Section(
            [
                html.H2(title),
                drawn(first, scene),
                html.Div([drawn(each, scene) for each in panels], className="grid multiples"),
            ],
            className="places",
        )
    ]


def _section(title: str, found: tuple[Exhibit, ...], look: str, scene: Scene, note: str = "") -> Any:
    notes = [html.P(note, className="foot")] if note else []
    return html.Section([html.H2(title), *notes, html.Div([drawn(each, scene) for each in found], className=look)])


def _sentence(release: Release, view: View) -> str:
    _ = translator(view.language)
    about = _(
        "%(name)s, %(place)s, %(wave)s",
        name=in_language(view.indicator.name, view.language),
        place=place_name(release, view.area, view.language),
        wave=month(view.wave, view.language),
    )
    return reading(about, _own(release, view), release, view.language)


def _own(release: Release, view: View) -> Figure | None:
    return release.figure(view.indicator.id, view.wave.id, area=view.area, span=view.span)


def _lead(release: Release, view: View) -> str:
    _ = translator(view.language)
    subject = Subject(view.indicator.id, view.area, "")
    gap = in_words(release, view, subject, GAP).rstrip(".")
    if view.span != 1:
        return f"{gap}."
    change = in_words(release, view, subject, CHANGE).rstrip(".")
    return _("Since the wave before: %(change)s. %(gap)s.", change=change, gap=gap)


def _pooled(view: View) -> str:
    _ = translator(view.language)
    if view.span == 1:
        return ""
    return _(
        "Each point is of %(n)s waves together, of which the one named is the last. Neighbours share answers, so that "
        "they move less than single waves do.",
        n=number(view.span, view.language),
    )


def _form(scene: Scene) -> Any:
    release, view = scene.release, scene.view
    language = view.language
    _ = translator(language)
    indicators = [(card.id, in_language(card.name, language)) for card in release.indicators]
    areas = [(area.code, in_language(area.name, language)) for area in release.areas]
    none = [("", _("none"))]
    waves = [(wave.id, month(wave, language)) for wave in reversed(in_time(release.waves))]
    return html.Form(
        [
            select("indicator", _("Indicator"), indicators, view.indicator.id),
            select("area", _("Where"), [("", _("the whole survey")), *areas], view.area),
            select("wave", _("Wave"), waves, view.wave.id),
            *_span(release, view),
            _several(
                _("Further indicators"),
                "with",
                none + [pair for pair in indicators if pair[0] != view.indicator.id],
                [card.id for card in further(view, release)],
                MOST_INDICATORS,
                language,
            ),
            _several(
                _("Areas to hold against each other"),
                "place",
                none + areas,
                [area.code for area in chosen_places(view, release)],
                MOST_PLACES,
                language,
            ),
            html.Button(_("Show"), type="submit", name="lang", value=language),
        ],
        action=scene.prefix + view.path,
        method="GET",
        className="choice",
    )


def _span(release: Release, view: View) -> list[Any]:
    _, _n = translator(view.language), plural_translator(view.language)
    known = sorted({1, *spans(release)})
    if len(known) < 2:
        return []
    options = [(str(span), _n("%(num)d wave together", "%(num)d waves together", span)) for span in known]
    return [select("span", _("Waves pooled"), options, str(view.span))]


def _several(title: str, name: str, options: list[tuple[str, str]], chosen: list[str], most: int, language: str) -> Any:
    """Lists that each choose one more, folded away. Dash has no boxes to tick that a form without script would send."""
    _ = translator(language)
    places = [*chosen, *[""] * (most - len(chosen))]
    fields = []
    for at, value in enumerate(places, 1):
        found = select(name, _("%(title)s, %(n)s", title=title, n=number(at, language)), options, value)
        label, box = found.children
        label.htmlFor = box.id = f"choose-{name}-{at}"
        fields.append(found)
    summary = _("%(title)s (%(n)s chosen)", title=title, n=number(len(chosen), language))
    return html.Details([html.Summary(summary), html.Div(fields, className="several")], className="more")


def _left_out(view: View) -> list[Any]:
    """That more was asked for than fits beside each other."""
    _ = translator(view.language)
    more = {
        _("Only the first %(n)s further indicators are shown.", n=number(MOST_INDICATORS, view.language)): len(
            set(view.indicators) - {view.indicator.id}
        )
        > MOST_INDICATORS,
        _("Only the first %(n)s areas are shown.", n=number(MOST_PLACES, view.language)): len(view.areas) > MOST_PLACES,
    }
    return [html.P(text, className="foot", role="status") for text, said in more.items() if said]


def _permanent(scene: Scene) -> Any:
    _ = translator(scene.view.language)
    kept = replace(scene.view, step=0)
    return html.Div(
        [
            html.Label(_("Permanent link to this view"), htmlFor="permanent-link"),
            dcc.Input(id="permanent-link", type="text", value=scene.address(kept), readOnly=True, debounce=True),
        ],
        className="field permanent",
        dir="auto",
    )
