"""Codes of a release in words, for whoever shows figures: signs, reasons, faults, modes, methods, samples, months.

It knows the release and the languages and nothing else. A code that is not known gets a general sentence, never an
error and never a blank: releases may be newer than this.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from babel.dates import format_date

from analytics.release.content import (
    CONFIDENTIAL,
    PROTECTED,
    PUBLISHED,
    SPARSE,
    UNAVAILABLE,
    UNRELIABLE,
    Fault,
    Figure,
    Wave,
)
from translations.languages import REGIONAL, fenced, number, plural_translator, translator

# As Eurostat writes them: a colon for low reliability, "c" for confidential; two dots for not available.
SIGNS = {PUBLISHED: "", UNRELIABLE: ":", CONFIDENTIAL: "c", UNAVAILABLE: ".."}
Parameters = Mapping[str, str | int | float]
_LIMIT = re.compile(r"(?P<what>n|n_eff|cases)_below_(?P<n>[0-9]{1,6})")  # by its office's rules


def reason(code: str, language: str, parameters: Parameters) -> str:
    """Why a figure is not shown, as a sentence. `parameters` of the release hold k, the fewest answers shown."""
    _ = translator(language)
    return _known(code, language, _k(parameters)) or _("This figure cannot be shown.")


def withheld(figure: Figure | None, language: str, parameters: Parameters) -> str:
    """Why a cell has no number, as a sentence: by its reason, else by its status. The cell may be absent."""
    _ = translator(language)
    if figure is None:
        return _("Not part of this release.")
    return _known(figure.reason, language, _k(parameters)) or {
        CONFIDENTIAL: _("Withheld to protect respondents."),
        UNRELIABLE: _("Withheld: not reliable enough to show."),
        UNAVAILABLE: _("Not available."),
    }.get(figure.status, _("This figure cannot be shown."))


def fault(found: Fault, language: str) -> str:
    """What is wrong with a release, as a sentence. One that has no translation stands in English."""
    translate = translator(language)
    return translate(found.sentence, **{name: fenced(str(part), language) for name, part in found.about.items()})


def sign(figure: Figure | None) -> str:
    """The short sign of a cell without a number; "" for a confidential one, whose lock is drawn."""
    status = UNAVAILABLE if figure is None else figure.status
    return "" if status == CONFIDENTIAL else SIGNS.get(status, SIGNS[UNAVAILABLE])


def month(wave: Wave, language: str, width: str = "LLLL") -> str:
    """A wave by the month in which it closed: "May 2026"; `width` "LLL" shortens the month's name."""
    return _month(wave.closes, language, width) or wave.id


@lru_cache(maxsize=512)
def _month(iso: str, language: str, width: str) -> str:
    """Kept, since a page names every wave many times; empty for what is no day."""
    try:
        return format_date(date.fromisoformat(iso), f"{width} y", locale=REGIONAL[language])
    except ValueError:
        return ""


def points(difference: float, language: str, decimals: int = 0) -> str:
    """The size of a difference of shares in words: "4 points", "1.5 points"; in French "1,5 point"."""
    _, _n = translator(language), plural_translator(language)
    size = round(abs(difference) * 100, decimals)
    if not size:
        return _("less than 1 point")
    if decimals == 0:
        return _n("%(num)d point", "%(num)d points", int(size))
    # A fraction is counted as its whole part in French, as many in English, and as a hundred in Arabic.
    count = {"fr": int(size), "ar": 100}.get(language, 2)
    return _n("%(points)s point", "%(points)s points", count, points=fenced(number(size, language, decimals), language))


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


def method(code: str, language: str) -> str:
    """How the interval was made."""
    _ = translator(language)
    names = {
        "korn_graubard": _("Korn-Graubard interval for a share from a complex sample"),
        "beta": _("beta interval for a share from a complex sample"),
        "logit": _("interval on the log-odds"),
        "t": _("t interval by linearisation"),
        "": _("not stated"),
    }
    return names.get(code, code)


def sample(code: str, language: str) -> str:
    """How respondents came into the sample."""
    _ = translator(language)
    names = {"probability": _("probability sample"), "non_probability": _("non-probability sample")}
    return names.get(code, _("sample of unknown kind"))


def how_to_read(language: str) -> str:
    """What an interval says."""
    _ = translator(language)
    return _(
        "Were the survey repeated many times, about 95 of 100 intervals made this way would hold the figure "
        "that everyone's answers would give."
    )


def areas_judged(language: str) -> tuple[str, str]:
    """By which rule an area is called higher or lower (`analytics.verdict.apart`), and what that means among many."""
    _ = translator(language)
    return (
        _("An area is called higher or lower only where its difference holds with the uncertainty of both figures."),
        _("Among many comparisons a few stand out by chance alone: about 5 of 100."),
    )


def _k(parameters: Parameters) -> float | None:
    """How few answers expose somebody, as the release says; None where it says no number."""
    k = parameters.get("k")
    return k if isinstance(k, int | float) else None


@lru_cache(maxsize=1024)
def _known(code: str, language: str, k: float | None) -> str:
    """Kept, since a page may say the same of hundreds of cells."""
    _ = translator(language)
    if limit := _LIMIT.fullmatch(code):
        n = fenced(number(int(limit["n"]), language), language)
        return {
            "n": _("Withheld: fewer than %(n)s answers are too few for a reliable figure.", n=n),
            "n_eff": _("Withheld: the answers weigh so unequally that they count for fewer than %(n)s.", n=n),
            "cases": _("Withheld: fewer than %(n)s people gave this answer.", n=n),
        }[limit["what"]]
    clusters = _("Its uncertainty cannot be estimated from this sample.")
    unsure = _("Withheld: the error is too large beside the figure.")
    return {
        PROTECTED: _protected(language, k),
        SPARSE: _("Not shown: most figures of this table would rest on too few answers."),
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
    }.get(code, "")


def _protected(language: str, k: float | None) -> str:
    """Of all protected figures the same: which of two hides the other is told to nobody."""
    _ = translator(language)
    if k is None:
        return _("Withheld to protect respondents.")
    return _(
        "Withheld to protect respondents: fewer than %(k)s answers, or it could help to learn what one gave.",
        k=fenced(number(k, language), language),
    )
