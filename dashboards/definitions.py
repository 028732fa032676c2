"""What a release says of a definition: when it was registered, which way is better, whose words the question has."""

from typing import Any

from analytics.release import IndicatorCard, Wave
from dashboards.elements import html
from translations.languages import LANGUAGES, NATIVE_NAMES, day, direction, translator

SHORT_DIGEST = 12


def registration(card: IndicatorCard, waves: tuple[Wave, ...], language: str) -> str:
    """When the definition was registered, and whether that was before the first wave opened.

    Only before is it certain that it was not chosen by its results.
    """
    _ = translator(language)
    if not card.registered:
        return _("Never registered")
    when = day(card.registered, language)
    if card.registered < min((wave.opens for wave in waves), default=""):
        return _("Registered on %(day)s, before the first fieldwork", day=when)
    return _("Registered on %(day)s, after fieldwork had begun", day=when)


def digest(card: IndicatorCard, language: str, most: int | None = None) -> Any:
    """The hash of the definition, or its beginning."""
    _ = translator(language)
    return html.Code(card.digest[:most], dir="ltr") if card.digest else _("not stated")


def better(card: IndicatorCard, language: str) -> str:
    """Which way is better."""
    _ = translator(language)
    return {
        "higher_is_better": _("A higher share is better."),
        "lower_is_better": _("A lower share is better."),
    }.get(card.direction, _("not stated"))


def wording(card: IndicatorCard, language: str) -> Any:
    """Whose words the question has in each language."""
    _ = translator(language)
    kinds = {
        "official": _("official wording"),
        "adapted": _("adapted from the source"),
        "draft": _("draft, not yet tested"),
    }
    rows = [
        html.Li(
            [
                html.Span(NATIVE_NAMES[each], lang=each, dir=direction(each)),
                " – ",
                kinds.get(card.wording[each], card.wording[each]),
            ]
        )
        for each in LANGUAGES
        if card.wording.get(each)
    ]
    return html.Ul(rows) if rows else _("not stated")
