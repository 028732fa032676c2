"""Shares, intervals and days as a reader of each language expects them.

Numbers inside right-to-left text are fenced, so that a sign or a per cent mark stays beside its digits; a range is
written with words, since a dash between two numbers reads backwards in Arabic.
"""

from decimal import Decimal

from analytics.release.content import Wave
from translations.languages import day, signed, translator
from translations.languages import percent as rounded


def hundredfold(share: float) -> Decimal:
    """A share as per cent, with the digits that it has and no others: 0.07 is 7, not 7.000000000000001."""
    return Decimal(repr(share)) * 100


def percent(share: float, language: str) -> str:
    """A share 0..1 as per cent: "54%", in French "54 %"; with decimals where the release rounded to them."""
    return rounded(share, language, min(decimals(hundredfold(share)), 1))


def decimals(value: Decimal) -> int:
    """How many digits stand behind the point."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def interval(low: float, high: float, language: str) -> str:
    """The interval of a share: "51% to 57%"."""
    _ = translator(language)
    return _("%(low)s to %(high)s", low=percent(low, language), high=percent(high, language))


def signed_interval(low: float, high: float, language: str) -> str:
    """The interval of a difference in points: "+0.4 to +7.1"."""
    _ = translator(language)
    return _("%(low)s to %(high)s", low=signed(low, language, 1), high=signed(high, language, 1))


def days(wave: Wave, language: str) -> str:
    """The fieldwork of a wave: its first and last day in words."""
    _ = translator(language)
    return _("%(opens)s to %(closes)s", opens=day(wave.opens, language), closes=day(wave.closes, language))
