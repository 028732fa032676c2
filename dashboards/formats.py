"""Intervals, and texts of charts, as a reader of each language expects them.

A range is written with words, since a dash between two numbers reads backwards in Arabic. Nothing here takes None or
NaN.
"""

from html import escape

from dashboards.judgement import Shown
from translations.languages import direction, percent, signed, translator

WHOLE = 1e-6  # what computers add to a whole number of points
RIGHT_TO_LEFT, POP_ISOLATE = "\u2067", "\u2069"


def literal(text: str) -> str:
    """Text for plotly, which takes tags and entities in any text of a chart for markup: it appears as written."""
    return escape(text, quote=False)


def chart_text(text: str, language: str) -> str:
    """Text for an SVG chart, which is always laid out left to right: a right-to-left string is fenced whole."""
    plain = literal(text)
    return f"{RIGHT_TO_LEFT}{plain}{POP_ISOLATE}" if direction(language) == "rtl" else plain


def decimals(found: Shown) -> int:
    """How exactly a figure was released: none where its numbers are whole points, else one."""
    numbers = (found.estimate * 100, found.low * 100, found.high * 100)
    return 0 if all(abs(value - round(value)) < WHOLE for value in numbers) else 1


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
    """The interval of a difference in points, as exact as it was released: "+1 to +7", "+0.4 to +7.1"."""
    _ = translator(language)
    low, high = (signed(end, language, decimals(found)) for end in (found.low, found.high))
    return _("%(low)s to %(high)s", low=low, high=high)
