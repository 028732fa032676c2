"""What stands in the place of a number in the tables of a brief, which explain it below."""

from analytics.release import CONFIDENTIAL, UNAVAILABLE, UNRELIABLE, Figure
from translations.languages import translator


def briefly(figure: Figure | None, language: str) -> str:
    """Why a cell has no number, in two or three words."""
    _ = translator(language)
    status = UNAVAILABLE if figure is None else figure.status
    return {
        CONFIDENTIAL: _("protected"),
        UNRELIABLE: _("too unsure to show"),
    }.get(status, _("not available"))
