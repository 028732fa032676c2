"""What moved in an area, what is not shown there and why, the problems named, and what was done about it."""

from typing import Any

from analytics.release import Figure, IndicatorCard
from analytics.release_words import areas_judged, month, withheld
from analytics.verdict import against
from dashboards import sentences
from dashboards.access import Role
from dashboards.elements import html
from dashboards.formats import with_interval
from dashboards.judgement import shown
from dashboards.scene import Action, Scene
from dashboards.tiles import MARKS
from dashboards.view import in_language
from translations.languages import LANGUAGES, NATIVE_NAMES, day, direction, joined, translator

from . import area_words as words
from .area_figures import Moved, cell, moved, problems
from .area_tiles import mark_of

MOST_ACTIONS = 20


def changed(scene: Scene) -> Any:
    """How many indicators moved more than chance explains, and which."""
    _, language = translator(scene.view.language), scene.view.language
    found = moved(scene.release, scene.view, scene.release.indicators)
    told = [item for item in found if item.told]
    return html.Section(
        [
            html.H2(_("What changed")),
            html.P(words.changes(found, language)),
            html.Ul([_moved(item, language) for item in told], className="moved") if told else None,
            html.P(areas_judged(language)[1], className="foot") if found else None,
        ],
        className="changed",
    )


def _moved(item: Moved, language: str) -> Any:
    lines = []
    if item.last is not None:
        lines.append((against(item.last), sentences.change(item.last, False, language)))
    if item.year is not None:
        lines.append((against(item.year), words.year(item.year, language)))
    return html.Li(
        [
            html.Strong(in_language(item.card.name, language)),
            html.Ul(
                [
                    html.Li([html.Span(MARKS[verdict], className=f"mark mark-{verdict}", **_HIDDEN), html.Span(text)])
                    for verdict, text in lines
                ],
                className="against",
            ),
        ]
    )


def unshown(scene: Scene) -> Any:
    """The indicators that the wave has no figure of in the area, by the reason, each with its sign."""
    _, language, release = translator(scene.view.language), scene.view.language, scene.release
    groups: dict[str, tuple[Figure | None, list[str]]] = {}
    for card in release.indicators:
        figure = release.figure(card.id, scene.view.wave.id, scene.view.area, span=scene.view.span)
        if shown(figure) is None:
            reason = withheld(figure, language, release.parameters)
            groups.setdefault(reason, (figure, []))[1].append(_named(scene, card))
    if not groups:
        return html.Section(
            [html.H2(_("What is not shown, and why")), html.P(_("Every figure of this wave is shown."))]
        )
    return html.Section(
        [
            html.H2(_("What is not shown, and why")),
            html.Ul(
                [
                    html.Li([mark_of(figure), html.Strong(reason), html.Ul([html.Li(name) for name in names])])
                    for reason, (figure, names) in groups.items()
                ],
                className="withheld",
            ),
        ],
        className="unshown",
    )


def _named(scene: Scene, card: IndicatorCard) -> str:
    """An indicator's name, with what several waves say of it where they do."""
    _, language = translator(scene.view.language), scene.view.language
    found = cell(scene.release, card, scene.view.wave, scene.view.area, span=scene.view.span)
    named = in_language(card.name, language)
    if found.shown is None or found.figure is None:
        return named
    return _(
        "%(name)s: %(figure)s, %(answers)s, %(waves)s",
        name=named,
        waves=words.together(found.span, language),
        figure=with_interval(found.shown, language),
        answers=words.base(found.figure, language),
    )


def named_problems(scene: Scene) -> list[Any]:
    """How many named each local problem, by alphabet; nothing where the release does not ask."""
    _, language = translator(scene.view.language), scene.view.language
    cards = sorted(problems(scene.release), key=lambda card: in_language(card.name, language).casefold())
    if not cards:
        return []
    rows = []
    for card in cards:
        found = cell(scene.release, card, scene.view.wave, scene.view.area, span=scene.view.span)
        name = html.Strong(in_language(card.name, language))
        if found.shown is None or found.figure is None:
            text = withheld(found.asked, language, scene.release.parameters)
            rows.append(html.Li([mark_of(found.asked), name, " ", text]))
            continue
        beside = [with_interval(found.shown, language), words.base(found.figure, language)]
        beside += [words.together(found.span, language)] if found.pooled else []
        rows.append(html.Li([name, " ", " · ".join(beside)]))
    return [
        html.Section(
            [
                html.H2(_("Problems that residents name")),
                html.Ul(rows, className="withheld"),
                html.P(_("In the order of the alphabet."), className="foot"),
            ]
        )
    ]


def said_and_done(scene: Scene) -> Any:
    """The actions that were published for the area, newest first."""
    _ = translator(scene.view.language)
    found = [
        action
        for action in scene.records.actions(scene.view.area)
        if action.published and action.area == scene.view.area
    ][:MOST_ACTIONS]
    return html.Section(
        [
            html.H2(_("You said, we did"), id="actions"),
            html.P(_("What the police of this area say that they did about the answers."), className="subtitle"),
            html.Ul([_action(scene, action) for action in found], className="actions")
            if found
            else html.P(_("Nothing has been published for this area yet."), className="empty"),
            *_writing(scene),
        ],
        className="said-and-done",
    )


def _action(scene: Scene, action: Action) -> Any:
    _, language = translator(scene.view.language), scene.view.language
    cards = {card.id: card for card in scene.release.indicators}
    waves = {wave.id: wave for wave in scene.release.waves}
    about = [in_language(cards[action.indicator].name, language)] if action.indicator in cards else []
    about += [month(waves[action.wave], language)] if action.wave in waves else []
    return html.Li(
        [
            html.H3(joined(about, language) or _("An indicator that this release does not have")),
            html.Dl(
                [
                    html.Div([html.Dt(term), _text(text, language)])
                    for term, text in ((_("You said"), action.said), (_("We did"), action.done))
                ]
            ),
            html.P(day(action.day, language), className="foot"),
        ],
        className="action",
    )


def _text(texts: dict[str, str], language: str) -> Any:
    """A text in the reader's language, else in the first that it has, which is then said."""
    found = next((code for code in (language, *LANGUAGES) if texts.get(code)), language)
    other = (
        [html.Span(NATIVE_NAMES[found], className="language", lang=found, dir=direction(found))]
        if found != language
        else []
    )
    return html.Dd([*other, html.Span(texts.get(found, ""), lang=found, dir=direction(found), className="told")])


def _writing(scene: Scene) -> list[Any]:
    if scene.viewer.role is not Role.OFFICER:
        return []
    _, view = translator(scene.view.language), scene.view
    return [html.P(html.A(_("Write what was done"), href=f"{scene.prefix}account/actions/new{view.query}"))]


_HIDDEN = {"aria-hidden": "true"}
