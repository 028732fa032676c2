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
INNER = 182.0  # mm between the margins, as wide as the tables are
SMALLER = (1.0, 1.04, 1.08, 1.12, 1.17)


class BriefTooLongError(Exception):
    """The content does not fit on its pages."""


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


def pdf(html: str, pages: int) -> bytes:
    """The document as PDF/UA-1 of so many A4 pages: tagged, with its language and title. It loads nothing.

    What is too long for its pages is set smaller, down to six sevenths. Raises PangoMissingError, and BriefTooLongError
    where that does not do.
    """
    weasyprint, fonts = _engine()
    identifier = hashlib.sha256(html.encode()).digest()[:16]
    for factor in SMALLER:
        width, height = 210 * factor, 297 * factor
        paper = f"@page{{size:{width:.2f}mm {height:.2f}mm;margin-inline:{(width - INNER) / 2:.2f}mm}}</style>"
        sheet = html.replace("</style>", paper, 1)
        document = weasyprint.HTML(string=sheet, url_fetcher=_nothing).render(font_config=fonts, pdf_variant=VARIANT)
        if len(document.pages) == pages:
            made = document.write_pdf(zoom=1 / factor, pdf_variant=VARIANT, pdf_identifier=identifier)
            assert isinstance(made, bytes)
            return made
    raise BriefTooLongError(
        f"What is to be said does not fit on {pages} A4 page(s). Shorten the names that are longest."
    )


def _nothing(url: str, *_args: object, **_more: object) -> object:
    raise ValueError(f"a brief loads nothing, and this asked for {url[:80]}")
