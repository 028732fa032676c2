"""The brief's HTML as tagged PDF. The same page gives the same bytes on the same machine.

WeasyPrint needs Pango, which is no Python package; it is imported when a brief is made, and nothing else needs it.
"""

import hashlib
from functools import cache
from typing import Any

VARIANT = "pdf/ua-1"
MISSING = (
    "A brief needs the text library Pango, which is not on this machine. "
    "Install it (Debian, Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; "
    "macOS: brew install pango), and fonts for Arabic (fonts-noto-core). Everything else works without it."
)


class PangoMissingError(Exception):
    """WeasyPrint cannot be loaded. The message says what to install."""


@cache
def _engine() -> tuple[Any, Any]:
    """WeasyPrint and one set of fonts for every page. Raises PangoMissingError."""
    try:
        import weasyprint  # noqa: PLC0415 (needs Pango, which a machine may lack)
        from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 (the same)
    except (ImportError, OSError) as error:
        raise PangoMissingError(MISSING) from error
    return weasyprint, FontConfiguration()


def pdf(html: str) -> bytes:
    """The document as PDF/UA-1: tagged, with its language and title. It may load nothing from anywhere.

    Raises PangoMissingError.
    """
    weasyprint, fonts = _engine()
    document = weasyprint.HTML(string=html, url_fetcher=_nothing)
    identifier = hashlib.sha256(html.encode()).digest()[:16]
    made = document.write_pdf(font_config=fonts, pdf_variant=VARIANT, pdf_identifier=identifier)
    assert isinstance(made, bytes)
    return made


def _nothing(url: str, *_args: object, **_more: object) -> object:
    raise ValueError(f"a brief loads nothing, and this asked for {url[:80]}")
