"""The main figures as sentences that a person would say, in the reader's language.

Each sentence is one message with places for the numbers; the same as on the dashboards. A difference that chance
explains is said as plainly as one that it does not.
"""

from analytics.release.content import CHANGE, GAP, PUBLISHED, Figure, IndicatorCard, Release, Text, Wave
from analytics.release_words import points, withheld
from translations.languages import translator

from .numerals import interval, percent, signed_interval


def in_language(text: Text, language: str) -> str:
    """A text of the release in a language, else in any that it has."""
    return text.get(language) or next((found for found in text.values() if found), "")


def shown(figure: Figure | None) -> tuple[float, float, float] | None:
    """Estimate, low and high of a figure that is published with all of them; else None."""
    if figure is None or figure.status != PUBLISHED:
        return None
    estimate, low, high = figure.estimate, figure.low, figure.high
    return None if estimate is None or low is None or high is None else (estimate, low, high)


def headline(release: Release, card: IndicatorCard, wave: Wave, first: bool, language: str) -> str:
    """The estimate with its interval, and how it stands to the wave before."""
    _ = translator(language)
    figure = release.figure(card.id, wave.id)
    found, name = shown(figure), in_language(card.name, language)
    if found is None:
        reason = withheld(figure, language, release.parameters)
        return _("%(name)s: no figure can be shown for this wave. %(reason)s", name=name, reason=reason)
    values = {
        "name": name,
        "estimate": percent(found[0], language),
        "interval": interval(found[1], found[2], language),
    }
    change = shown(release.figure(card.id, wave.id, contrast=CHANGE))
    if change is None:
        if first:
            return _("%(name)s: %(estimate)s (%(interval)s). There is no earlier wave to compare it with.", **values)
        return _("%(name)s: %(estimate)s (%(interval)s). The change since the last wave cannot be shown.", **values)
    values |= {"points": points(change[0], language), "change": signed_interval(change[1], change[2], language)}
    if change[1] > 0:
        return _(
            "%(name)s: %(estimate)s (%(interval)s), up %(points)s (%(change)s) since the last wave, "
            "more than chance explains.",
            **values,
        )
    if change[2] < 0:
        return _(
            "%(name)s: %(estimate)s (%(interval)s), down %(points)s (%(change)s) since the last wave, "
            "more than chance explains.",
            **values,
        )
    return _("%(name)s: %(estimate)s (%(interval)s). It cannot be told apart from the last wave.", **values)


def gap(release: Release, card: IndicatorCard, wave: Wave, language: str) -> str:
    """How women and men stand to each other in the wave; "" where the release has no such contrast."""
    _ = translator(language)
    figure = release.figure(card.id, wave.id, contrast=GAP)
    if figure is None:
        return ""
    found = shown(figure)
    if found is None:
        return _("The gap between women and men cannot be shown.")
    values = {"points": points(found[0], language), "interval": signed_interval(found[1], found[2], language)}
    if found[1] > 0:
        return _(
            "The share among women is higher than among men by %(points)s (%(interval)s), more than chance explains.",
            **values,
        )
    if found[2] < 0:
        return _(
            "The share among men is higher than among women by %(points)s (women minus men: %(interval)s), "
            "more than chance explains.",
            **values,
        )
    return _("The answers of women and men cannot be told apart.")
