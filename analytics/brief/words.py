"""Codes of the release in words. What is not known gets a general sentence, never an error and never a blank."""

import re

from analytics.release import CONFIDENTIAL, PROTECTED, UNAVAILABLE, UNRELIABLE, Figure
from translations.languages import translator

from .judgement import Scene

_LIMIT = re.compile(r"(?P<what>n|n_eff|cases)_below_(?P<n>[0-9]{1,6})")


def withheld(figure: Figure | None, scene: Scene) -> str:
    """Why a cell has no number, as a sentence. The cell may be absent."""
    _ = translator(scene.language)
    if figure is None:
        return _("Not part of this release.")
    if limit := _LIMIT.fullmatch(figure.reason):
        n = scene.counted(int(limit["n"]))
        return {
            "n": _("Withheld: fewer than %(n)s answers are too few for a reliable figure.", n=n),
            "n_eff": _("Withheld: the answers weigh so unequally that they count for fewer than %(n)s.", n=n),
            "cases": _("Withheld: fewer than %(n)s people gave this answer.", n=n),
        }[limit["what"]]
    unsure = _("Withheld: the error is too large beside the figure.")
    known = {
        PROTECTED: protection(scene),
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
    }
    return known.get(figure.reason) or _by_status(figure, scene.language)


def _by_status(figure: Figure, language: str) -> str:
    _ = translator(language)
    return {
        CONFIDENTIAL: _("Withheld to protect respondents."),
        UNRELIABLE: _("Withheld: not reliable enough to show."),
        UNAVAILABLE: _("Not available."),
    }.get(figure.status, _("This figure cannot be shown."))


def briefly(figure: Figure | None, language: str) -> str:
    """The same in two or three words, for a table that explains them below."""
    _ = translator(language)
    status = UNAVAILABLE if figure is None else figure.status
    return {
        CONFIDENTIAL: _("protected"),
        UNRELIABLE: _("too unsure to show"),
    }.get(status, _("not available"))


def sign(figure: Figure | None) -> str:
    """The short sign of a cell without a number; "" for a confidential one, whose lock is drawn."""
    status = UNAVAILABLE if figure is None else figure.status
    return {UNRELIABLE: ":", CONFIDENTIAL: ""}.get(status, "..")


def protection(scene: Scene) -> str:
    """Why a confidential figure is withheld. There is one reason: which of two hides the other is told to nobody."""
    _ = translator(scene.language)
    k = scene.release.parameters.get("k")
    if not isinstance(k, int | float):
        return _("Withheld to protect respondents.")
    return _(
        "Withheld to protect respondents: fewer than %(k)s answers, or it could help to learn what one gave.",
        k=scene.counted(k),
    )


def mode(code: str, language: str) -> str:
    """How an answer came in."""
    _ = translator(language)
    names = {
        "web": _("web"),
        "sms": _("text message"),
        "whatsapp": _("WhatsApp"),
        "assisted": _("with an assistant"),
        "imported": _("another survey"),
    }
    return names.get(code, code)


def sample(code: str, language: str) -> str:
    """How respondents came into the sample."""
    _ = translator(language)
    names = {"probability": _("probability sample"), "non_probability": _("non-probability sample")}
    return names.get(code, _("sample of unknown kind"))
