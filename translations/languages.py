"""The three languages: names, direction, negotiation, catalogues, and numbers as the country writes them.

Every room may import this module; it imports nothing of ours and no web framework.
"""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale
from babel.core import negotiate_locale
from babel.dates import format_date
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

LANGUAGES = ("ar", "fr", "en")
NATIVE_NAMES = {"ar": "العربية", "fr": "Français", "en": "English"}
REGIONAL = {"ar": "ar_MA", "fr": "fr_MA", "en": "en_GB"}
CATALOGUES = Path(__file__).parent
ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
MINUS = "\u2212"


@lru_cache(maxsize=16)
def direction(language: str) -> str:
    """ "rtl" or "ltr", as a dir attribute takes it."""
    return "rtl" if Locale.parse(language).character_order == "right-to-left" else "ltr"


def known(language: str | None, default: str = "ar") -> str:
    """The language if it is one of ours, else the default. Never raises, whatever was sent."""
    return language if language in LANGUAGES else default


def negotiate(accepted: Iterable[str], default: str = "ar") -> str:
    """The first of the reader's languages (BCP 47 tags, best first) that we speak, else the default."""
    return _negotiated(tuple(accepted), default)


@lru_cache(maxsize=256)
def _negotiated(accepted: tuple[str, ...], default: str) -> str:
    tags = [tag.replace("-", "_") for tag in accepted]
    plain = [part for tag in tags for part in (tag, tag.split("_", maxsplit=1)[0])]
    return known(negotiate_locale(plain, list(LANGUAGES)), default)


@cache
def catalogue(language: str) -> NullTranslations:
    """The compiled gettext catalogue of a language."""
    return Translations.load(str(CATALOGUES), [language])


@lru_cache(maxsize=16)
def translator(language: str) -> Callable[..., str]:
    """gettext for use outside a request: `_ = translator("ar"); _("Question %(n)s", n=3)`."""
    messages = catalogue(known(language))

    def translate(message: str, **values: object) -> str:
        found = messages.ugettext(message)
        return found % values if values else found

    return translate


@lru_cache(maxsize=16)
def plural_translator(language: str) -> Callable[..., str]:
    """ngettext for use outside a request; the count is the placeholder %(num)d."""
    messages = catalogue(known(language))

    def translate(one: str, many: str, count: int, **values: object) -> str:
        return messages.ungettext(one, many, count) % {"num": count, **values}

    return translate


def number(value: float, language: str, decimals: int = 0) -> str:
    """A number with the country's digits and separators: Latin digits in the Maghreb."""
    return _written(value + 0, known(language), decimals)  # nought has no sign


@lru_cache(maxsize=4_096)
def _written(value: float, language: str, decimals: int) -> str:
    """Kept, since figures are rounded: a table of hundreds of areas has a hundred different numbers."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(value, format=pattern, locale=REGIONAL[language])


def percent(share: float, language: str, decimals: int = 0) -> str:
    """A share 0..1 as per cent: "54%", in French "54 %"."""
    sign = "\u00a0%" if language == "fr" else "%"
    return fenced(number(share * 100, language, decimals) + sign, language)


def level(language: str) -> str:
    """The level of every interval of a release, as its name has it: "95%"."""
    return percent(0.95, language)


def signed(difference: float, language: str, decimals: int = 0) -> str:
    """A difference of shares in points with its sign: "+4", "−3", "0"."""
    rounded = round(difference * 100, decimals)
    sign = "+" if rounded > 0 else MINUS if rounded < 0 else ""
    return fenced(sign + number(abs(rounded), language, decimals), language)


def listed(parts: Iterable[str], language: str) -> str:
    """Parts of a summary, one after the other, which may have commas of their own."""
    return ("؛ " if language == "ar" else "\u00a0; " if language == "fr" else "; ").join(parts)


def joined(parts: Iterable[str], language: str) -> str:
    """Parts of a list, with commas."""
    return ("، " if language == "ar" else ", ").join(parts)


def isolated(text: str) -> str:
    """Text of unknown direction, fenced so that it cannot reorder what stands around it (UAX 9)."""
    return f"{ISOLATE}{text}{POP_ISOLATE}"


def fenced(text: str, language: str) -> str:
    """A number, a sign or a code that must keep its own order inside right-to-left text."""
    return isolated(text) if direction(language) == "rtl" else text


def day(iso: str, language: str) -> str:
    """An ISO date in words; as it stands when it is none."""
    try:
        return format_date(date.fromisoformat(iso), "long", locale=REGIONAL[language])
    except ValueError:
        return iso
