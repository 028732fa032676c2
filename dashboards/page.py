"""The overview: the sentence first, then the tiles, then the charts that prove it, each with its table."""

from typing import Any

from analytics.release import Release
from analytics.release_words import sample
from dashboards.about import about
from dashboards.area_map import area_map
from dashboards.elements import html
from dashboards.exhibits import drawn
from dashboards.formats import month
from dashboards.judgement import areas
from dashboards.ranking import ranking
from dashboards.sentences import gap, headline
from dashboards.sexes import gaps, sexes
from dashboards.tiles import tiles
from dashboards.trend import trend
from dashboards.view import View, in_language, in_time
from translations.languages import translator


def overview(release: Release, view: View, prefix: str) -> list[Any]:
    """Everything below the header, in the view's language. `prefix` is the address that the site is mounted at."""
    _ = translator(view.language)
    return [
        *_banner(release, view.language),
        html.Section(
            [
                html.H1(headline(release, view)),
                html.P(gap(release, view), className="lead"),
                _label(release, view.language),
                _choice(release, view, prefix),
            ],
            className="headline",
        ),
        html.Section([html.H2(_("Main indicators in this wave")), tiles(release, view, prefix)], className="all"),
        html.Section(
            [
                html.H2(in_language(view.indicator.name, view.language)),
                html.Div(
                    [drawn(part(release, view), view.language) for part in (trend, sexes, gaps)],
                    className="grid thirds",
                ),
            ]
        ),
        *_places(release, view),
        about(release, view),
    ]


def nothing(language: str) -> list[Any]:
    """What stands in place of the overview when the release went away while the page was open."""
    _ = translator(language)
    return [html.P(_("The figures cannot be shown at the moment. Please try again later."), role="alert")]


def _banner(release: Release, language: str) -> list[Any]:
    _ = translator(language)
    if not release.synthetic:
        return []
    return [html.P(_("Synthetic data: no resident was asked"), className="banner", role="note")]


def _label(release: Release, language: str) -> Any:
    if release.sample != "non_probability":
        return None
    return html.P(html.Span(sample(release.sample, language), className="tag"), className="label")


def _choice(release: Release, view: View, prefix: str) -> Any:
    _ = translator(view.language)
    return html.Form(
        [
            _select(
                "indicator",
                _("Indicator"),
                [(card.id, in_language(card.name, view.language)) for card in release.indicators],
                view.indicator.id,
            ),
            _select(
                "wave",
                _("Wave"),
                [(wave.id, month(wave, view.language)) for wave in reversed(in_time(release.waves))],
                view.wave.id,
            ),
            html.Button(_("Show"), type="submit", name="lang", value=view.language),
        ],
        action=prefix,
        method="GET",
        className="choice",
    )


def _select(name: str, label: str, options: list[tuple[str, str]], chosen: str) -> Any:
    marked = [{"selected": "selected"} if value == chosen else {} for value, _text in options]
    return html.Div(
        [
            html.Label(label, htmlFor=f"choose-{name}"),
            html.Select(
                [html.Option(text, value=value, **mark) for (value, text), mark in zip(options, marked, strict=True)],
                id=f"choose-{name}",
                name=name,
            ),
        ],
        className="field",
    )


def _places(release: Release, view: View) -> list[Any]:
    _ = translator(view.language)
    if not areas(release, view.indicator.id, view.wave.id):
        return []
    return [
        html.Section(
            [
                html.H2(_("By area, %(wave)s", wave=month(view.wave, view.language))),
                html.Div(
                    [drawn(part(release, view), view.language) for part in (ranking, area_map)],
                    className="grid halves",
                ),
            ]
        )
    ]
