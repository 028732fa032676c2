"""The small release of the brief's tests, its documents, and their PDF, made once."""

import pytest

from analytics.brief.content import area_page, leadership
from analytics.brief.page import area_html, leadership_page
from analytics.brief.pdf import pdf
from analytics.release import Release

from .releases import release

Made = dict[tuple[str, str], tuple[str, bytes]]


@pytest.fixture(scope="session")
def small() -> Release:
    """The small release."""
    return release()


@pytest.fixture(scope="session")
def made(small: Release) -> Made:
    """(language, area or "") -> HTML and PDF, of the leaders' brief and of three areas."""
    found: Made = {}
    for language in ("ar", "fr", "en"):
        html = leadership_page(leadership(small, language))
        found[language, ""] = html, pdf(html, 2)
        for code in ("za", "zc", "zd"):
            html = area_html(area_page(small, language, code))
            found[language, code] = html, pdf(html, 1)
    return found
