"""The quality report of a release as tables in a reader's language, for a page, a brief or a file.

A number that is withheld is "c" where it could help to learn of somebody, ":" where it is not reliable, ".." where
there is none; which of several withheld for people's sake came first is said nowhere.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from translations.languages import NATIVE_NAMES, fenced, number, percent, translator

from .release import CONFIDENTIAL, PUBLISHED, UNAVAILABLE, UNRELIABLE, Release
from .release_words import SIGNS, mode

SECRET, NOTHING = SIGNS[CONFIDENTIAL], SIGNS[UNAVAILABLE]
_STATUSES = (PUBLISHED, UNRELIABLE, CONFIDENTIAL, UNAVAILABLE)
_KINDS = ("dont_know", "refused", "passed_over")


class Table(NamedTuple):
    """A table: its title, what its columns are, and its cells as text, row by row."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def quality_tables(release: Release, language: str) -> tuple[Table, ...]:
    """The tables of `release.quality`; none where a release has no report. Questions and coverage: the newest wave."""
    report: Mapping[str, Any] = release.quality
    if not report.get("waves"):
        return ()
    newest = report["waves"][-1]["wave"]
    tables = [_waves(report, language), _ways(report, language), _questions(release, report, newest, language)]
    tables += [_reached(release, report, each, language) for each in report["coverage"] if each["wave"] == newest]
    return (*tables, _ended(report, language), _figures(report, language), _definitions(release, language))


def _waves(report: Mapping[str, Any], language: str) -> Table:
    _ = translator(language)
    under = _("fewer than %(k)s", k=number(report["k"], language))
    heads = (
        *(_("Wave"), _("Interviews"), _("Set aside as hurried"), _("Alike down a battery")),
        *(_("Drawn by a sample"), _("Effect of unequal weights"), _("Mean design effect"), _("Largest design effect")),
        _("Largest distance to the census after weighting"),
    )
    rows = []
    for wave in report["waves"]:
        error = wave["margin_error"]
        rows.append(
            (
                fenced(wave["wave"], language),
                number(wave["interviews"], language),
                *(under if wave[name] is None else number(wave[name], language) for name in ("hurried", "straight")),
                _percent(wave["drawn"], language),
                _decimal(wave["kish_effect"], language, 2),
                _decimal(wave["mean_design_effect"], language, 1),
                _decimal(wave["largest_design_effect"], language, 1),
                NOTHING if error is None else _percent(error, language) if error >= 0.005 else _below(language),
            )
        )
    return Table(_("Waves"), heads, tuple(rows))


def _ways(report: Mapping[str, Any], language: str) -> Table:
    """Interviews by mode and by language of the interview, a column each."""
    _ = translator(language)
    columns = [(part, code) for part in ("modes", "languages") for code in _codes(report, part)]
    names = [mode(code, language) if part == "modes" else NATIVE_NAMES.get(code, code) for part, code in columns]
    rows = tuple(
        (fenced(wave["wave"], language), *(_count(wave[part], code, language) for part, code in columns))
        for wave in report["waves"]
    )
    return Table(_("Interviews by mode and language"), (_("Wave"), *names), rows)


def _questions(release: Release, report: Mapping[str, Any], wave: str, language: str) -> Table:
    _ = translator(language)
    names = {card.id: card.name.get(language, card.id) for card in release.indicators}
    heads = (_("Indicator"), _("People asked"), _("Did not know"), _("Preferred not to answer"), _("Passed it over"))
    rows = tuple(
        (
            names.get(each["indicator"], each["indicator"]),
            _range(each["asked"], language),
            *(_rate(each.get(kind), language) for kind in _KINDS),
        )
        for each in report["nonresponse"]
        if each["wave"] == wave
    )
    return Table(_("Questions without an answer, wave %(wave)s", wave=fenced(wave, language)), heads, rows)


def _reached(release: Release, report: Mapping[str, Any], margin: Mapping[str, Any], language: str) -> Table:
    _ = translator(language)
    areas = {area.code: area.name.get(language, area.code) for area in release.areas}
    labels = report["labels"]
    by_area = margin["margin"] == "area"

    def named(cell: Mapping[str, Any]) -> tuple[str, ...]:
        if by_area:
            return (areas.get(cell["area"], cell["area"]),)
        return tuple(labels.get(part, {}).get(cell[part], {}).get(language, cell[part]) for part in ("sex", "age"))

    rows = [
        (*named(cell), _share(cell["achieved"], language), _percent(cell["census"], language))
        for cell in margin["cells"]
    ]
    blank = () if by_area else ("",)
    rows.append((_("did not say"), *blank, _share(margin["did_not_say"], language), NOTHING))
    wave = fenced(margin["wave"], language)
    title = (
        _("Who answered and the census, by area, wave %(wave)s", wave=wave)
        if by_area
        else _("Who answered and the census, by sex and age, wave %(wave)s", wave=wave)
    )
    parts = (_("Area"),) if by_area else (_("Sex"), _("Age"))
    return Table(title, (*parts, _("Answered, before weighting"), _("Census")), tuple(rows))


def _ended(report: Mapping[str, Any], language: str) -> Table:
    """Outcome rates by AAPOR's names, which are the same in every language."""
    _ = translator(language)
    names = sorted({name for each in report["outcomes"] for name in each["rates"]})
    rows = []
    for each in report["outcomes"]:
        known = each["status"] == PUBLISHED
        rates = (_share(each["rates"].get(name), language) if known else NOTHING for name in names)
        rows.append((fenced(each["wave"], language), _("published") if known else _("Not available."), *rates))
    return Table(_("How the invited cases ended (AAPOR)"), (_("Wave"), _("Standing"), *names), tuple(rows))


def _figures(report: Mapping[str, Any], language: str) -> Table:
    _ = translator(language)
    kinds = {
        "whole": _("Whole survey"),
        "sex": _("By sex"),
        "area": _("By area"),
        "area_sex": _("By sex within areas"),
    }
    heads = (
        *(_("Cells"), _("Waves pooled"), _("What"), _("Published")),
        *(_("Withheld: not reliable"), _("Withheld: to protect people"), _("Not available")),
    )
    rows = tuple(
        (
            kinds.get(each["kind"], each["kind"]),
            number(each["span"], language),
            _("differences") if each["contrast"] else _("shares"),
            *(number(each[status], language) for status in _STATUSES),
        )
        for each in report["figures"]
    )
    return Table(_("Figures that are published and that are not"), heads, rows)


def _definitions(release: Release, language: str) -> Table:
    _ = translator(language)
    registered = sum(bool(card.registered) for card in release.indicators)
    rows = (
        (_("Indicators"), number(len(release.indicators), language)),
        (_("Definitions registered before the data were seen"), number(registered, language)),
        (_("Withdrawn or defined anew since an earlier release"), number(len(release.tombstones), language)),
    )
    return Table(_("Definitions"), (_("What"), _("Number")), rows)


def _codes(report: Mapping[str, Any], part: str) -> list[str]:
    return sorted({code for wave in report["waves"] for code in wave[part]})


def _count(counts: Mapping[str, int | None], code: str, language: str) -> str:
    found = counts.get(code, 0)
    return SECRET if found is None else number(found, language)


def _rate(rate: Mapping[str, Any] | None, language: str) -> str:
    if rate is None:
        return NOTHING
    if rate["status"] != PUBLISHED:
        return SIGNS.get(rate["status"], NOTHING)
    _ = translator(language)
    share, low, high = (_percent(rate[name], language) for name in ("share", "low", "high"))
    return _("%(estimate)s (%(interval)s)", estimate=share, interval=_("%(low)s to %(high)s", low=low, high=high))


def _range(ends: Sequence[int], language: str) -> str:
    _ = translator(language)
    low, high = (fenced(number(end, language), language) for end in ends)
    return _("%(low)s to %(high)s", low=low, high=high)


def _share(share: float | None, language: str) -> str:
    return SECRET if share is None else _percent(share, language)


def _percent(share: float | None, language: str) -> str:
    return NOTHING if share is None else percent(share, language)


def _below(language: str) -> str:
    _ = translator(language)
    return _("under %(share)s", share=_percent(0.01, language))


def _decimal(value: float | None, language: str, places: int) -> str:
    return NOTHING if value is None else number(value, language, places)
