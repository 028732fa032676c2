"""What stands in the place of a number in the tables of a brief, which explain it below."""

from analytics.release import CONFIDENTIAL, UNAVAILABLE, UNRELIABLE, Figure
from analytics.release_words import SIGNS
from translations.languages import translator


def briefly(figure: Figure | None, language: str) -> str:
    """Why a cell has no number, in two or three words."""
    _ = translator(language)
    status = UNAVAILABLE if figure is None else figure.status
    return {
        CONFIDENTIAL: _("protected"),
        UNRELIABLE: _("too unsure to show"),
    }.get(status, _("not available"))


def sign(figure: Figure | None) -> str:
    """The short sign of a cell without a number; "" for a confidential one, whose lock is drawn."""
    status = UNAVAILABLE if figure is None else figure.status
    return "" if status == CONFIDENTIAL else SIGNS.get(status, SIGNS[UNAVAILABLE])
