"""The page's own words in a language."""

from collections.abc import Mapping

from analytics.release_words import how_to_read
from translations.languages import level, plural_translator, translator


def page_words(language: str) -> Mapping[str, str]:
    """Name -> words."""
    _ = translator(language)
    return {
        "site": _("Thiqa"),
        "title": _("Open data"),
        "skip": _("Skip to the figures"),
        "languages": _("Language"),
        "synthetic": _("Synthetic data: no resident was asked"),
        "published": _("Published on"),
        "contents": _("On this page"),
        "main": _("Main indicators in this wave"),
        "indicator": _("Indicator"),
        "estimate": _("Estimate"),
        "interval": _("%(level)s interval", level=level(language)),
        "answers": _("Answers behind the figure"),
        "note": _("Note"),
        "wave": _("Wave"),
        "areas": _("All indicators, by area"),
        "areas_about": _(
            "Open an indicator to see the whole survey, women and men, and every area in the newest wave."
        ),
        "area": _("Area"),
        "scroll": _("Table, can be moved sideways"),
        "says": _("What it says"),
        "base": _("Who is counted"),
        "question": _("The question as it was asked"),
        "source": _("Source of the question"),
        "asked": _("What was asked, and when"),
        "fieldwork": _("Fieldwork"),
        "interviews": _("Finished interviews"),
        "modes": _("How they came in"),
        "signs": _("Signs where there is no figure"),
        "reading": _("How to read an interval"),
        "reading_text": how_to_read(language),
        "method": _("Method"),
        "sample": _("Sample"),
        "quality": _("Data quality"),
        "parameters": _("Choices that the figures depend on"),
        "stones": _("Withdrawn or redefined"),
        "stones_none": _("No indicator of an earlier release was withdrawn or redefined."),
        "verify": _("How to verify"),
        "verify_text": _(
            "The file manifest.json beside this folder names the SHA-256 of every file of the release. The name of the "
            "release ends with the first twelve digits of the SHA-256 of manifest.json itself: whoever knows the name "
            "can find any change."
        ),
        "files": _("The data files"),
        "file": _("File"),
        "what": _("What it is"),
        "size": _("Size"),
        "licence": _("Licence"),
        "areas_source": _("Source of the areas"),
        "codes": _(
            "A text in a CSV file that a spreadsheet would take for a formula has an apostrophe before it. The file "
            "datapackage.json says what every column is."
        ),
        "software": _("Software"),
    }


def span_words(span: int, language: str) -> str:
    """A column of pooled waves."""
    _n = plural_translator(language)
    return _n("%(num)d wave together", "%(num)d waves together", span)
