"""The cells of a table twin: the chart's numbers as exact as they were released, n, status; words where none are."""

from functools import lru_cache

from analytics.release import Figure, Release
from analytics.release_words import sign
from dashboards.formats import decimals, interval, signed_interval
from dashboards.judgement import shown
from dashboards.words import standing
from translations.languages import fenced, level, number, percent, signed, translator

NO_NUMBER = "–"


def heads(first: tuple[str, ...], language: str) -> tuple[str, ...]:
    """The heads of a table of figures after those that say what each row is about."""
    _ = translator(language)
    return (*first, _("Estimate"), _("%(level)s interval", level=level(language)), _("n"), _("Status"))


def cells(figure: Figure | None, release: Release, language: str) -> tuple[str, str, str, str]:
    """Estimate, interval, n and status of a share."""
    return _cells(figure, release.parameters.get("k"), language)


@lru_cache(maxsize=4096)
def _cells(figure: Figure | None, k: str | float | None, language: str) -> tuple[str, str, str, str]:
    """Kept, since two exhibits of a page may have the same hundreds of areas."""
    found, words = shown(figure), standing(figure, language, {} if k is None else {"k": k})
    if found is None:
        return sign(figure) or NO_NUMBER, NO_NUMBER, NO_NUMBER, words
    return (
        percent(found.estimate, language, decimals(found)),
        interval(found, language, decimals(found)),
        answered(figure, language),
        words,
    )


def difference_cells(figure: Figure | None, release: Release, language: str) -> tuple[str, str, str, str]:
    """Estimate, interval, n and status of a difference, in points."""
    found, words = shown(figure), standing(figure, language, release.parameters)
    if found is None:
        return sign(figure) or NO_NUMBER, NO_NUMBER, NO_NUMBER, words
    return (
        signed(found.estimate, language, decimals(found)),
        signed_interval(found, language),
        answered(figure, language),
        words,
    )


def answered(figure: Figure | None, language: str) -> str:
    """How many answers a published figure rests on: a number, or the band that is told below the level of areas."""
    _ = translator(language)
    if figure is None or figure.n is None:
        return NO_NUMBER
    if figure.n_to is None or figure.n_to == figure.n:
        return fenced(number(figure.n, language), language)
    low, high = (fenced(number(end, language), language) for end in (figure.n, figure.n_to))
    return _("%(low)s to %(high)s", low=low, high=high)
