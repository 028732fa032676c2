"""Codes of a release in words: statuses and their signs, reasons, modes, methods, samples.

The same sentences as on the dashboards. A code that is not known gets a general sentence, never an error.
"""

import re

from analytics.release.content import (
    CHANGE,
    CONFIDENTIAL,
    GAP,
    LEVEL,
    PROTECTED,
    PUBLISHED,
    UNAVAILABLE,
    UNRELIABLE,
    YEAR,
    Figure,
    Release,
    Tombstone,
)
from translations.languages import isolated, number, translator

from .numerals import fenced

# As Eurostat writes them: a colon with "u" for low reliability, "c" for confidential; two dots for not available.
SIGNS = {PUBLISHED: "", UNRELIABLE: ":", CONFIDENTIAL: "c", UNAVAILABLE: ".."}
_LIMIT = re.compile(r"(?P<what>n|n_eff|cases)_below_(?P<n>[0-9]{1,6})")


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


def reason(code: str, language: str, release: Release) -> str:
    """Why a figure is not shown, as a sentence."""
    _ = translator(language)
    least = release.parameters.get("k")
    k = fenced(number(least, language), language) if isinstance(least, int | float) else None
    protected = (
        _("Withheld to protect respondents: fewer than %(k)s answers, or it could help to learn what one gave.", k=k)
        if k
        else _("Withheld to protect respondents.")
    )
    clusters = _("Its uncertainty cannot be estimated from this sample.")
    unsure = _("Withheld: the error is too large beside the figure.")
    if limit := _LIMIT.fullmatch(code):
        n = fenced(number(int(limit["n"]), language), language)
        return {
            "n": _("Withheld: fewer than %(n)s answers are too few for a reliable figure.", n=n),
            "n_eff": _("Withheld: the answers weigh so unequally that they count for fewer than %(n)s.", n=n),
            "cases": _("Withheld: fewer than %(n)s people gave this answer.", n=n),
        }[limit["what"]]
    return {
        PROTECTED: protected,
        "sparse_table": _("Not shown: most figures of this table would rest on too few answers."),
        "interval_wide": _("Withheld: the interval is too wide to say anything."),
        "relative_interval_wide": _("Withheld: the interval is too wide for a share this small."),
        "df_below_9": _("Withheld: the answers come from too few places to tell how sure the figure is."),
        "deff_below_1": _("Withheld: too few answers for an error this small to be believed."),
        "cv_above_30": unsure,
        "log_cv_above_17_5": unsure,
        "grade_f": unsure,
        "no_base": _("Nobody in this group was asked or answered."),
        "one_respondent": _("Withheld: one respondent cannot stand for a group."),
        "zero_variance": clusters,
        "one_psu": clusters,
        "no_degrees_of_freedom": clusters,
    }.get(code, _("This figure cannot be shown."))


def withheld(figure: Figure | None, language: str, release: Release) -> str:
    """Why a cell has no number, as a sentence: by its reason, else by its status. The cell may be absent."""
    _ = translator(language)
    if figure is None:
        return _("Not part of this release.")
    if figure.reason:
        return reason(figure.reason, language, release)
    return {
        CONFIDENTIAL: _("Withheld to protect respondents."),
        UNRELIABLE: _("Withheld: not reliable enough to show."),
        UNAVAILABLE: _("Not available."),
    }.get(figure.status, _("This figure cannot be shown."))


def mode(code: str, language: str) -> str:
    """How an answer came in."""
    _ = translator(language)
    return {
        "web": _("web"),
        "sms": _("text message"),
        "whatsapp": _("WhatsApp"),
        "assisted": _("with an assistant"),
        "imported": _("another survey"),
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
