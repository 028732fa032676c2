"""Shares, differences, intervals and dates as a reader of each language expects them.

Numbers inside right-to-left text are fenced, so that a sign or a per cent mark stays beside its digits; a range is
written with words, since a dash between two numbers reads backwards in Arabic. Nothing here takes None or NaN.
"""

from datetime import date
from functools import lru_cache
from html import escape

from babel.dates import format_date

from analytics.release import Wave
from dashboards.judgement import Shown
from translations.languages import REGIONAL, direction, fenced, number, plural_translator, translator

MINUS = "\u2212"
RIGHT_TO_LEFT, POP_ISOLATE = "\u2067", "\u2069"


def literal(text: str) -> str:
    """Text for plotly, which takes tags and entities in any text of a chart for markup: it appears as written."""
    return escape(text, quote=False)


def chart_text(text: str, language: str) -> str:
    """Text for an SVG chart, which is always laid out left to right: a right-to-left string is fenced whole."""
    plain = literal(text)
    return f"{RIGHT_TO_LEFT}{plain}{POP_ISOLATE}" if direction(language) == "rtl" else plain


@lru_cache(maxsize=16_384)
def percent(share: float, language: str, decimals: int = 0) -> str:
    """A share 0..1 as per cent: "54%", in French "54 %"."""
    sign = "\u00a0%" if language == "fr" else "%"
    return fenced(number(share * 100, language, decimals) + sign, language)


def signed(difference: float, language: str, decimals: int = 0) -> str:
    """A difference of shares in points with its sign: "+4", "−3", "0"."""
    plain = number(abs(difference) * 100, language, decimals)
    rounded = round(difference * 100, decimals)
    sign = "+" if rounded > 0 else MINUS if rounded < 0 else ""
    return fenced(sign + plain, language)


def points(difference: float, language: str) -> str:
    """The size of a difference of shares in words: "4 points"."""
    _, _n = translator(language), plural_translator(language)
    whole = round(abs(difference) * 100)
    return _n("%(num)d point", "%(num)d points", whole) if whole else _("less than 1 point")


def level(language: str) -> str:
    """The level of every interval of a release, as its name has it: "95%"."""
    return percent(0.95, language)


def interval(found: Shown, language: str, decimals: int = 0) -> str:
    """The interval of a share: "51% to 57%"."""
    _ = translator(language)
    low, high = (percent(end, language, decimals) for end in (found.low, found.high))
    return _("%(low)s to %(high)s", low=low, high=high)


def with_interval(found: Shown, language: str) -> str:
    """A share and its interval: "54% (51% to 57%)"."""
    _ = translator(language)
    return _(
        "%(estimate)s (%(interval)s)",
        estimate=percent(found.estimate, language),
        interval=interval(found, language),
    )


def signed_interval(found: Shown, language: str) -> str:
    """The interval of a difference in points, with a decimal so that an end near 0 shows its side: "+0.4 to +7.1"."""
    _ = translator(language)
    low, high = (signed(end, language, 1) for end in (found.low, found.high))
    return _("%(low)s to %(high)s", low=low, high=high)


def month(wave: Wave, language: str, width: str = "LLLL") -> str:
    """A wave by the month in which it closed: "May 2026"; `width` "LLL" shortens the month's name."""
    return _month(wave.closes, language, width) or wave.id


@lru_cache(maxsize=512)
def _month(iso: str, language: str, width: str) -> str:
    """Kept, since a page names every wave many times; empty for what is no day."""
    try:
        return format_date(date.fromisoformat(iso), f"{width} y", locale=REGIONAL[language])
    except ValueError:
        return ""


def listed(parts: list[str], language: str) -> str:
    """Parts of a summary, one after the other."""
    return ("؛ " if language == "ar" else "\u00a0; " if language == "fr" else "; ").join(parts)
