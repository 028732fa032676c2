"""Areas grouped by what can be told apart from the whole survey, in alphabetical order inside a group.

A rank that chance could turn round is no finding, so there is none; areas without a figure are listed with the reason.
"""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from analytics.release import CONFIDENTIAL, AreaCard, Figure, Release
from analytics.release_words import areas_judged, sign, withheld
from dashboards.captions import base_and_unit, foot
from dashboards.caterpillar import Dot, caterpillar, reference, size
from dashboards.charts import share_axis
from dashboards.elements import html
from dashboards.exhibits import Exhibit, Table
from dashboards.formats import with_interval
from dashboards.judgement import AreaFigure, Shown, areas, shown
from dashboards.sentences import hover
from dashboards.sentences import ranking as ranking_summary
from dashboards.tables import cells, heads
from dashboards.view import View, in_language
from translations.languages import translator


def ranking(release: Release, view: View) -> Exhibit:
    """The exhibit of areas with their intervals."""
    _ = translator(view.language)
    language = view.language
    found = areas(release, view.indicator.id, view.wave.id)
    whole = shown(release.figure(view.indicator.id, view.wave.id))
    groups = grouped(found, language)
    named = {item.area.code: in_language(item.area.name, language) for item in found}
    verdicts = {code: name for name, items in groups.items() for code in (item.area.code for item in items)}
    drawn = {name: dots([(item.area, item.shown) for item in items], language) for name, items in groups.items()}
    hidden = [(item.area, item.figure) for item in alphabetical(found, language) if item.shown is None]
    return Exhibit(
        name="ranking",
        title=_("Which areas stand out from the whole?"),
        subtitle=base_and_unit(view),
        foot=foot(release, view),
        summary=ranking_summary(found, language),
        table=Table(
            caption=_("%(name)s, by area", name=in_language(view.indicator.name, language)),
            heads=heads((_("Area"), _("Against the whole")), language),
            rows=tuple(
                (named[item.area.code], verdicts.get(item.area.code, ""), *cells(item.figure, release, language))
                for item in alphabetical(found, language)
            ),
            figures=tuple(item.figure for item in alphabetical(found, language)),
        ),
        chart=caterpillar(drawn, language, share_axis(language, across=True), reference(whole)) if drawn else None,
        size=size(drawn),
        legend=(*whole_key(whole, language), *caution_key([item.shown for item in found], language)),
        after=(html.P(" ".join(areas_judged(language)), className="foot"), *without_figure(hidden, release, language)),
    )


def alphabetical(found: tuple[AreaFigure, ...], language: str) -> list[AreaFigure]:
    """Areas by name, an accented letter beside the plain one and the Arabic article counted as written."""
    return sorted(found, key=lambda item: (plain(in_language(item.area.name, language)), item.area.code))


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """A name as an index sorts it."""
    letters = unicodedata.normalize("NFD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def grouped(found: tuple[AreaFigure, ...], language: str) -> dict[str, list[AreaFigure]]:
    """The areas that have a figure, under the words for how they stand to the whole; no group is empty."""
    _ = translator(language)
    names = {
        "higher": _("Higher than the whole"),
        "same": _("Cannot be told apart from the whole"),
        "lower": _("Lower than the whole"),
        None: _("No figure for the whole to compare with"),
    }
    ordered = [item for item in alphabetical(found, language) if item.shown is not None]
    groups = {name: [item for item in ordered if item.verdict == verdict] for verdict, name in names.items()}
    return {name: items for name, items in groups.items() if items}


def dots(placed: Iterable[tuple[AreaCard, Shown | None]], language: str) -> list[Dot]:
    """The dots of areas that have numbers."""
    named = [(in_language(area.name, language), found) for area, found in placed]
    return [Dot(name, found, hover(name, found, language)) for name, found in named if found is not None]


def whole_key(whole: Shown | None, language: str) -> tuple[str, ...]:
    """The key of the line that the dots are held against, where there is one."""
    _ = translator(language)
    if whole is None:
        return ()
    return (_("The dashed line and its band are the whole survey: %(figure)s", figure=with_interval(whole, language)),)


def caution_key(found: Iterable[Shown | None], language: str) -> tuple[Any, ...]:
    """The key of an open dot, where one is drawn."""
    _ = translator(language)
    if not any(item is not None and item.review for item in found):
        return ()
    return ([html.Span(className="key key-caution", **{"aria-hidden": "true"}), _("to be read with caution")],)


def without_figure(
    hidden: Iterable[tuple[AreaCard, Figure | None]], release: Release, language: str
) -> tuple[Any, ...]:
    """The areas that have no number, each with its sign and the reason."""
    _ = translator(language)
    lines = [
        html.Li(
            [
                _mark(figure),
                html.Strong(in_language(area.name, language)),
                " ",
                withheld(figure, language, release.parameters),
            ]
        )
        for area, figure in hidden
    ]
    return (html.H4(_("Areas without a figure")), html.Ul(lines, className="withheld")) if lines else ()


def _mark(figure: Figure | None) -> Any:
    locked = figure is not None and figure.status == CONFIDENTIAL
    return html.Span(
        "" if locked else sign(figure),
        className="sign sign-lock" if locked else "sign",
        **{"aria-hidden": "true"},
    )
