"""What stands on every page: the warning of made-up data, the kind of sample, and the choices of a form."""

from collections.abc import Sequence
from typing import Any

from analytics.release import Release
from dashboards.elements import html
from dashboards.words import sample
from translations.languages import translator


def banner(release: Release, language: str) -> list[Any]:
    """The warning above all figures where no resident was asked."""
    _ = translator(language)
    if not release.synthetic:
        return []
    return [html.P(_("Synthetic data: no resident was asked"), className="banner", role="note")]


def label(release: Release, language: str) -> Any:
    """The kind of sample, where its intervals rest on a model."""
    if release.sample != "non_probability":
        return None
    return html.P(html.Span(sample(release.sample, language), className="tag"), className="label")


def select(name: str, title: str, options: Sequence[tuple[str, str]], chosen: str) -> Any:
    """A choice among (value, text), with its label."""
    marked = [{"selected": "selected"} if value == chosen else {} for value, _text in options]
    return html.Div(
        [
            html.Label(title, htmlFor=f"choose-{name}"),
            html.Select(
                [html.Option(text, value=value, **mark) for (value, text), mark in zip(options, marked, strict=True)],
                id=f"choose-{name}",
                name=name,
            ),
        ],
        className="field",
    )


def form(fields: Sequence[Any], action: str, language: str) -> Any:
    """The choices with their button; the language comes along."""
    _ = translator(language)
    button = html.Button(_("Show"), type="submit", name="lang", value=language)
    return html.Form([*fields, button], action=action, method="GET", className="choice")


def section(title: str, parts: Sequence[Any], name: str) -> Any:
    """A part of a page under its heading; `name` is its class."""
    return html.Section([html.H2(title), *parts], className=name)


def terms(rows: Sequence[tuple[str, Any]]) -> Any:
    """Terms and what is to be said of each."""
    return html.Dl([html.Div([html.Dt(term), html.Dd(text)]) for term, text in rows])
