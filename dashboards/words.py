"""What stands beside a number, or in its place, in the tables of a page."""

from analytics.release import PUBLISHED, Figure
from analytics.release_words import Parameters, withheld
from translations.languages import translator


def standing(figure: Figure | None, language: str, parameters: Parameters) -> str:
    """The last column of a table: published, published with a caution, or why there is no number."""
    _ = translator(language)
    if figure is None or figure.status != PUBLISHED:
        return withheld(figure, language, parameters)
    return _("published; to be read with caution") if figure.flag == "review" else _("published")
