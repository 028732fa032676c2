"""The pages that a viewer may open, as the header lists them."""

from dataclasses import replace

from dashboards.access import Page, Viewer
from dashboards.view import View
from translations.languages import translator


def menu(viewer: Viewer, view: View, prefix: str) -> list[tuple[str, str, bool]]:
    """Name, address and whether it is the one that is open. The chosen indicator, wave and area come along."""
    names = names_of_pages(view.language)
    return [
        (names[page], prefix + page + replace(view, page=page, step=0).query, page is view.page)
        for page in viewer.pages
    ]


def names_of_pages(language: str) -> dict[Page, str]:
    """What each page is called."""
    _ = translator(language)
    return {
        Page.OVERVIEW: _("Overview"),
        Page.LEADERSHIP: _("Trends"),
        Page.AREA: _("My area"),
        Page.COMPARE: _("Compare"),
        Page.QUALITY: _("Quality"),
        Page.OVERSIGHT: _("Oversight"),
        Page.ABOUT: _("About this figure"),
    }
