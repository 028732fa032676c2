"""What the page and the tables say beside the words that all share (release_words): statuses, contrasts, samples."""

from analytics.release.content import (
    CHANGE,
    CONFIDENTIAL,
    GAP,
    LEVEL,
    PUBLISHED,
    UNAVAILABLE,
    UNRELIABLE,
    YEAR,
    Release,
    Tombstone,
)
from translations.languages import isolated, translator


def status(code: str, language: str) -> str:
    """A status in a word or two."""
    _ = translator(language)
    return {
        PUBLISHED: _("published"),
        UNRELIABLE: _("not reliable enough"),
        CONFIDENTIAL: _("confidential"),
        UNAVAILABLE: _("not available"),
    }.get(code, _("no figure"))


def meaning(code: str, language: str) -> str:
    """What a status says, as a sentence."""
    _ = translator(language)
    return {
        PUBLISHED: _("The figure is shown with its interval."),
        UNRELIABLE: _("There are answers, but too few or too uneven for a figure that could be relied on."),
        CONFIDENTIAL: _("Withheld to protect respondents. It says nothing about how large the figure is."),
        UNAVAILABLE: _("There is no such figure: nobody was asked, or it cannot be computed."),
    }.get(code, _("This figure cannot be shown."))


def contrast(code: str, language: str) -> str:
    """What a figure is: a level, or a difference between two."""
    _ = translator(language)
    return {
        LEVEL: _("a share"),
        GAP: _("women minus men"),
        CHANGE: _("change since the last wave"),
        YEAR: _("change since the same wave a year before"),
    }.get(code, code)


def sample(release: Release, language: str) -> str:
    """How people came into the sample."""
    _ = translator(language)
    if release.sample == "non_probability":
        return _(
            "Non-probability sample: people chose to take part. The intervals hold only as far as the weights "
            "make up for who did not."
        )
    return {"probability": _("probability sample")}.get(release.sample, _("sample of unknown kind"))


def act(stone: Tombstone, language: str) -> str:
    """What became of an indicator, and in which release it was last."""
    _ = translator(language)
    if stone.act == "redefined":
        return _("Defined in another way than in release %(release)s.", release=isolated(stone.last))
    return _("Withdrawn. Last published in release %(release)s.", release=isolated(stone.last))
