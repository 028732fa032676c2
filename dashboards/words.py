"""What stands in the place of a number, and beside one, in the tables of a page."""

from analytics.release import CONFIDENTIAL, PUBLISHED, UNAVAILABLE, Figure
from analytics.release_words import SIGNS, Parameters, withheld
from translations.languages import translator


def sign(figure: Figure | None) -> str:
    """The short sign of a cell without a number; the lock of a confidential one is drawn by the style sheet."""
    status = UNAVAILABLE if figure is None else figure.status
    return "" if status == CONFIDENTIAL else SIGNS.get(status, SIGNS[UNAVAILABLE])


def standing(figure: Figure | None, language: str, parameters: Parameters) -> str:
    """The last column of a table: published, published with a caution, or why there is no number."""
    _ = translator(language)
    if figure is None or figure.status != PUBLISHED:
        return withheld(figure, language, parameters)
    return _("published; to be read with caution") if figure.flag == "review" else _("published")
