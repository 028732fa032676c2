"""One tile an indicator: its name, the estimate large, interval and n beside it, and the change by one of three marks.

The mark for "cannot be told apart" is drawn as carefully as the other two: it is the usual one.
"""

from collections.abc import Callable, Sequence
from typing import Any

from analytics.release import CHANGE, CONFIDENTIAL, IndicatorCard, Release
from analytics.release_words import sample, withheld
from analytics.verdict import against
from dashboards.captions import tile_print
from dashboards.elements import html
from dashboards.formats import interval
from dashboards.judgement import Shown, shown
from dashboards.sentences import answers, change
from dashboards.view import View, in_language, in_time
from translations.languages import level, percent, translator

MARKS = {"higher": "▲", "lower": "▼", "same": "≈"}


More = Callable[[Release, View, IndicatorCard], Sequence[Any]]


def _no_more(_release: Release, _view: View, _card: IndicatorCard) -> Sequence[Any]:
    return ()


def tiles(release: Release, view: View, prefix: str, more: More = _no_more) -> Any:
    """The headline indicators of the wave, all of them where none is one; the name of each leads to its charts.

    more: what else stands at the foot of a tile that has a figure.
    """
    headline = [card for card in release.indicators if card.headline] or list(release.indicators)
    return html.Ul([_tile(release, view, card, prefix, more) for card in headline], className="tiles")


def _tile(release: Release, view: View, card: IndicatorCard, prefix: str, more: More) -> Any:
    _ = translator(view.language)
    chosen = card.id == view.indicator.id
    here = {"aria-current": "true"} if chosen else {}
    link = html.A(
        in_language(card.name, view.language),
        href=prefix + view.path + view.with_indicator(card).query + "#trend-title",
        **here,
    )
    behind = view.with_indicator(card).behind
    about = html.A(_("About this figure"), href=prefix + behind.path + behind.query, className="behind")
    parts = [html.H3(link), *_numbers(release, view, card, more), html.P(about, className="foot")]
    return html.Li(parts, className="tile tile-chosen" if chosen else "tile")


def _numbers(release: Release, view: View, card: IndicatorCard, more: More) -> list[Any]:
    _ = translator(view.language)
    figure = release.figure(card.id, view.wave.id)
    found = shown(figure)
    if found is None:
        locked = figure is not None and figure.status == CONFIDENTIAL
        mark = html.Span(className="sign sign-lock", **{"aria-hidden": "true"}) if locked else None
        return [html.P([mark, withheld(figure, view.language, release.parameters)], className="tile-withheld")]
    bounds = _("%(level)s interval: %(interval)s", level=level(view.language), interval=interval(found, view.language))
    return [
        html.P(percent(found.estimate, view.language), className="estimate"),
        html.P([bounds, html.Br(), answers(found.n, view.language)], className="bounds"),
        html.P(tile_print(figure, release, view), className="foot"),
        _caution(release, found, view.language),
        _change(release, view, card),
        *more(release, view, card),
    ]


def _caution(release: Release, found: Shown, language: str) -> Any:
    _ = translator(language)
    notes = []
    if release.sample == "non_probability":
        notes.append(html.Span(sample(release.sample, language), className="tag"))
    if found.review:
        notes.append(html.Span(_("to be read with caution"), className="tag"))
    return html.P(notes, className="tags") if notes else None


def _change(release: Release, view: View, card: IndicatorCard) -> Any:
    found = shown(release.figure(card.id, view.wave.id, contrast=CHANGE))
    text = change(found, view.wave == in_time(release.waves)[0], view.language)
    verdict = against(found) if found else "none"
    return marked(verdict, text)


def marked(verdict: str, text: str, more: str = "") -> Any:
    """Words on a change, beside one of the three marks; "none" where there is no verdict. more: another class."""
    mark = html.Span(MARKS.get(verdict, "–"), className=f"mark mark-{verdict}", **{"aria-hidden": "true"})
    return html.P([mark, html.Span(text)], className=f"change {more}".strip())
