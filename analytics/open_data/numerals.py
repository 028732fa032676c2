"""Shares, differences, intervals and days as a reader of each language expects them.

Numbers inside right-to-left text are fenced, so that a sign or a per cent mark stays beside its digits; a range is
written with words, since a dash between two numbers reads backwards in Arabic.
"""

from datetime import date
from decimal import Decimal

from babel.dates import format_date

from analytics.release.content import Wave
from translations.languages import REGIONAL, day, fenced, number, plural_translator, translator

MINUS = "\u2212"


def hundredfold(share: float) -> Decimal:
    """A share as per cent, with the digits that it has and no others: 0.07 is 7, not 7.000000000000001."""
    return Decimal(repr(share)) * 100


def percent(share: float, language: str) -> str:
    """A share 0..1 as per cent: "54%", in French "54 %"; with decimals where the release rounded to them."""
    exact = hundredfold(share)
    sign = "\u00a0%" if language == "fr" else "%"
    return fenced(number(float(exact), language, min(decimals(exact), 1)) + sign, language)


def decimals(value: Decimal) -> int:
    """How many digits stand behind the point."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def interval(low: float, high: float, language: str) -> str:
    """The interval of a share: "51% to 57%"."""
    _ = translator(language)
    return _("%(low)s to %(high)s", low=percent(low, language), high=percent(high, language))


def points(difference: float, language: str) -> str:
    """The size of a difference of shares in words: "4 points"."""
    _, _n = translator(language), plural_translator(language)
    whole = round(abs(difference) * 100)
    return _n("%(num)d point", "%(num)d points", whole) if whole else _("less than 1 point")


def signed(difference: float, language: str) -> str:
    """A difference of shares in points with its sign: "+4.0", "−3.0"."""
    rounded = round(difference * 100, 1)
    sign = "+" if rounded > 0 else MINUS if rounded < 0 else ""
    return fenced(sign + number(abs(rounded), language, 1), language)


def signed_interval(low: float, high: float, language: str) -> str:
    """The interval of a difference in points: "+0.4 to +7.1"."""
    _ = translator(language)
    return _("%(low)s to %(high)s", low=signed(low, language), high=signed(high, language))


def days(wave: Wave, language: str) -> str:
    """The fieldwork of a wave: its first and last day in words."""
    _ = translator(language)
    return _("%(opens)s to %(closes)s", opens=day(wave.opens, language), closes=day(wave.closes, language))


def month(wave: Wave, language: str) -> str:
    """A wave by the month in which it closed: "May 2026"."""
    try:
        return format_date(date.fromisoformat(wave.closes), "LLLL y", locale=REGIONAL[language])
    except ValueError:
        return wave.id
