"""What stands behind a figure: definition, base, the question in three languages, method, n, modes, dates, release."""

from typing import Any

from analytics.release import Figure, Release, Wave
from analytics.release_words import how_to_read, method, mode, sample
from dashboards.elements import html
from dashboards.judgement import shown
from dashboards.sections import terms
from dashboards.view import View, in_language
from translations.languages import LANGUAGES, NATIVE_NAMES, day, direction, listed, number, translator


def about(release: Release, view: View, figure: Figure | None, behind: str) -> Any:
    """The section on the view's figure, and the link to all that stands behind it, at the address `behind`."""
    _ = translator(view.language)
    language, card, wave = view.language, view.indicator, view.wave
    found = shown(figure)
    modes = [
        _("%(mode)s: %(n)s", mode=mode(code, language), n=number(count, language))
        for code, count in sorted(wave.modes.items())
    ]
    k = release.parameters.get("k")
    rows = [
        (_("What it says"), in_language(card.definition, language)),
        (_("Who is counted"), in_language(card.base, language)),
        (_("The question as it was asked"), questions(view)),
        (_("Method"), method(figure.method if figure and found else "", language)),
        (_("Sample"), kind_of_sample(release, language)),
        (_("Answers behind the figure"), number(found.n, language) if found else _("not shown")),
        (_("Finished interviews"), _interviews(number(wave.n, language), modes, language)),
        (_("Data quality"), hurry(wave, language)),
        (
            _("Fieldwork"),
            _("%(opens)s to %(closes)s", opens=day(wave.opens, language), closes=day(wave.closes, language)),
        ),
        (_("How to read an interval"), how_to_read(language)),
        (_("Fewest answers shown"), number(k, language) if isinstance(k, int | float) else _("not stated")),
        (_("Source of the question"), html.Bdi(card.source)),
        (_("Release"), html.Code(release.id, dir="ltr")),
    ]
    return html.Section(
        [
            html.H2(_("About this figure"), id="about"),
            terms(rows),
            html.P(html.A(_("All that stands behind this figure"), href=behind), className="behind"),
        ],
        className="about",
    )


def questions(view: View) -> Any:
    """The wording of the question in each language that it was asked in."""
    return html.Ul(
        [
            html.Li(
                [html.Span(NATIVE_NAMES[language], className="language"), " ", view.indicator.question[language]],
                lang=language,
                dir=direction(language),
            )
            for language in LANGUAGES
            if view.indicator.question.get(language)
        ],
        className="questions",
    )


def _interviews(total: str, modes: list[str], language: str) -> str:
    _ = translator(language)
    return _("%(total)s (%(modes)s)", total=total, modes=listed(modes, language)) if modes else total


def hurry(wave: Wave, language: str) -> str:
    """The interviews that were set aside or are marked."""
    _ = translator(language)
    return _(
        "Set aside for having come faster than anybody reads: %(hurried)s. All alike in a series of questions, and "
        "counted: %(straight)s.",
        hurried=number(wave.hurried, language),
        straight=number(wave.straight, language),
    )


def kind_of_sample(release: Release, language: str) -> str:
    """How people came into the sample, and what the intervals rest on."""
    _ = translator(language)
    if release.sample != "non_probability":
        return sample(release.sample, language)
    return _(
        "Non-probability sample: people chose to take part. The intervals hold only as far as the weights "
        "make up for who did not."
    )
