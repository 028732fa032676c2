"""The numbers of a release as a reader of each language writes them, with as many decimals as they carry.

In right-to-left text each number is fenced by an isolate; the page turns the fence into an element of its own.
"""

from analytics.release import Figure
from translations.languages import fenced, number, plural_translator, translator

_NEARLY = 1e-6


def places(*shares: float) -> int:
    """The decimals of a per cent that these shares carry: 0 or 1, as a release rounds them."""
    return int(any(abs(share * 100 - round(share * 100)) > _NEARLY for share in shares))


def between(low: str, high: str, language: str) -> str:
    """A range in words on one line, since a dash between two numbers reads backwards in Arabic."""
    return translator(language)("%(low)s to %(high)s", low=low, high=high).replace(" ", "\u00a0")


def base(figure: Figure, language: str) -> str:
    """The answers behind a figure: "258", or the band "100 to 199" where the release says no more."""
    assert figure.n is not None
    low = fenced(number(figure.n, language), language)
    if figure.n_to is None or figure.n_to == figure.n:
        return low
    return between(low, fenced(number(figure.n_to, language), language), language)


def answers(figure: Figure, language: str) -> str:
    """The same with the word: "258 answers". The count chooses the plural; of a band its upper end."""
    assert figure.n is not None
    _n = plural_translator(language)
    if figure.n_to is not None and figure.n_to != figure.n:
        low, high = (fenced(number(end, language), language) for end in (figure.n, figure.n_to))
        return _n("%(low)s to %(high)s answer", "%(low)s to %(high)s answers", figure.n_to, low=low, high=high)
    told = fenced(number(figure.n, language), language)
    return _n("%(answers)s answer", "%(answers)s answers", figure.n, answers=told)
