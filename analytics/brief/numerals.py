"""Numbers and dates of a release as a reader of each language writes them, with as many decimals as they carry.

In right-to-left text each number is fenced by an isolate; the page turns the fence into an element of its own.
"""

from datetime import date

from babel.dates import format_date

from analytics.release import Figure, Wave
from translations.languages import REGIONAL, fenced, number, plural_translator, translator

MINUS = "\u2212"
_NEARLY = 1e-6


def places(*shares: float) -> int:
    """The decimals of a per cent that these shares carry: 0 or 1, as a release rounds them."""
    return int(any(abs(share * 100 - round(share * 100)) > _NEARLY for share in shares))


def percent(share: float, language: str, decimals: int) -> str:
    """A share 0..1 as per cent: "54%", in French "54 %"."""
    sign = "\u00a0%" if language == "fr" else "%"
    return fenced(number(share * 100, language, decimals) + sign, language)


def signed(difference: float, language: str, decimals: int) -> str:
    """A difference of shares in points with its sign: "+4", "−3", "0"."""
    rounded = round(difference * 100, decimals)
    sign = "+" if rounded > 0 else MINUS if rounded < 0 else ""
    return fenced(sign + number(abs(rounded), language, decimals), language)


def points(difference: float, language: str, decimals: int) -> str:
    """The size of a difference of shares in words: "4 points", "1.5 points"; in French "1,5 point"."""
    _, _n = translator(language), plural_translator(language)
    size = round(abs(difference) * 100, decimals)
    if not size:
        return _("less than 1 point")
    if decimals == 0:
        return _n("%(num)d point", "%(num)d points", int(size))
    # A fraction is counted as its whole part in French, as many in English, and as a hundred in Arabic.
    count = {"fr": int(size), "ar": 100}.get(language, 2)
    return _n("%(points)s point", "%(points)s points", count, points=fenced(number(size, language, decimals), language))


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


def level(language: str) -> str:
    """The level of every interval of a release: "95%"."""
    return percent(0.95, language, 0)


def month(wave: Wave, language: str, width: str = "LLLL") -> str:
    """A wave by the month in which it closed: "May 2026"; `width` "LLL" shortens the month's name."""
    try:
        return format_date(date.fromisoformat(wave.closes), f"{width} y", locale=REGIONAL[language])
    except ValueError:
        return wave.id


def listed(parts: list[str], language: str) -> str:
    """Parts of a list, one after the other."""
    return ("؛ " if language == "ar" else "\u00a0; " if language == "fr" else "; ").join(parts)
