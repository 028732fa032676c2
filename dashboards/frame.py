"""What several pages have above their charts: whether the data are real, what kind of sample it is, and a choice."""

from typing import Any

from analytics.release import Release
from analytics.release_words import month, sample
from dashboards.elements import html
from dashboards.view import View, in_language, in_time
from translations.languages import translator


def banner(release: Release, language: str) -> list[Any]:
    """That no resident was asked and nobody adopted the targets, where that is so."""
    _ = translator(language)
    if not release.synthetic:
        return []
    asked = _("Synthetic data: no resident was asked")
    wanted = _("Synthetic data: no resident was asked. The targets are examples; no authority has adopted them.")
    return [html.P(wanted if release.targets else asked, className="banner", role="note")]


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


def choice(release: Release, view: View, prefix: str) -> Any:
    """The form that leads to another indicator or wave on the same page."""
    _ = translator(view.language)
    return html.Form(
        [
            select(
                "indicator",
                _("Indicator"),
                [(card.id, in_language(card.name, view.language)) for card in release.indicators],
                view.indicator.id,
            ),
            select(
                "wave",
                _("Wave"),
                [(wave.id, month(wave, view.language)) for wave in reversed(in_time(release.waves))],
                view.wave.id,
            ),
            html.Button(_("Show"), type="submit", name="lang", value=view.language),
        ],
        action=prefix + view.path,
        method="GET",
        className="choice",
    )
