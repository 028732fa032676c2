"""What several pages have above their charts: whether the data are real, what kind of sample it is, and a choice."""

from typing import Any

from analytics.release import Release
from dashboards.elements import html
from dashboards.words import sample
from translations.languages import translator


def banner(release: Release, language: str) -> list[Any]:
    """That no resident was asked, where that is so."""
    _ = translator(language)
    if not release.synthetic:
        return []
    return [html.P(_("Synthetic data: no resident was asked"), className="banner", role="note")]


def label(release: Release, language: str) -> Any:
    """That the sample is no probability sample, where that is so."""
    if release.sample != "non_probability":
        return None
    return html.P(html.Span(sample(release.sample, language), className="tag"), className="label")


def select(name: str, label: str, options: list[tuple[str, str]], chosen: str) -> Any:
    """A list to choose from, with its label; `options` are value and words."""
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
