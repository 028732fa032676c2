"""The results framework as a workbook in a reader's language: the framework, every wave, and how to read it.

Numbers are numbers with the decimals that they carry; what people wrote is text, and no cell is a formula. The same
release gives the same bytes.
"""

from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from translations.languages import direction, isolated, translator

from .disclosure.rounding import FINEST, unit
from .framework import BEHIND, MET, ON_TRACK, Row, history, rows
from .framework_words import change_name, direction_name, mark, notes, rules, status_name, why, withheld
from .release import PUBLISHED, Figure, Release

_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
_A4 = 9
_NOT_IN_A_NAME = "[]:*?/\\"  # of a sheet, whatever a translator writes
_TINTS = {MET: "#D9EAD3", ON_TRACK: "#D9EAD3", BEHIND: "#F4CCCC"}
_TOP = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#BBBBBB"}
Cell = tuple[Any, str]  # value, number format ("" is text)


def workbook(release: Release, language: str) -> bytes:
    """The workbook in a language of `translations.languages`."""
    _ = translator(language)
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, _PLAIN)
    created = datetime.fromisoformat(release.created)
    book.set_properties({"title": release.survey.get(language, ""), "comments": release.software, "created": created})
    found = rows(release)
    days = sorted({day for row in found for day, _share in row.target.milestones[:-1]})
    head = _heads(language, days)
    _sheet(
        book, release, language, _("Results framework"), head, [_cells(row, days, release, language) for row in found]
    )
    past = [_past(row, release, language) for row in history(release)]
    _sheet(book, release, language, _("Every wave"), _past_heads(language), past)
    told: list[list[Cell]] = [[(name, ""), (text, "")] for name, text in rules(language)]
    told += [[(row.card.name.get(language, row.card.id), ""), (_about(row, language), "")] for row in found]
    _sheet(book, release, language, _("How to read this"), [(_("What"), 30), (_("What it means"), 110)], told)
    book.close()
    return buffer.getvalue()


def decimals(figure: Figure) -> int:
    """Decimals of a figure in per cent: those that a release rounds it to."""
    return 1 if unit(figure.se) == FINEST else 0


def _about(row: Row, language: str) -> str:
    card, _ = row.card, translator(language)
    return _(
        "%(definition)s Base: %(base)s. Source: %(source)s.",
        definition=card.definition.get(language, ""),
        base=card.base.get(language, ""),
        source=card.source,
    )


def _heads(language: str, days: Sequence[str]) -> list[tuple[str, int]]:
    _ = translator(language)
    return [
        (_("Indicator"), 26),
        (_("Which way is better"), 12),
        (_("Baseline: wave"), 10),
        (_("Baseline"), 9),
        (_("Baseline: lower end"), 9),
        (_("Baseline: upper end"), 9),
        *((_("Milestone of %(day)s", day=isolated(day) if direction(language) == "rtl" else day), 11) for day in days),
        (_("Target"), 9),
        (_("Target: day"), 11),
        (_("Actual: wave"), 10),
        (_("Actual"), 9),
        (_("Actual: lower end"), 9),
        (_("Actual: upper end"), 9),
        (_("Answers"), 9),
        (_("Status"), 14),
        (_("Why"), 34),
        (_("Change since the baseline, percentage points"), 12),
        (_("Change: lower end"), 9),
        (_("Change: upper end"), 9),
        (_("Against the baseline"), 14),
    ]


def _cells(row: Row, days: Sequence[str], release: Release, language: str) -> list[Cell]:
    shares = dict(row.target.milestones[:-1])
    day, share = row.target.milestones[-1]
    return [
        (row.card.name.get(language, row.card.id), ""),
        (direction_name(row, language), ""),
        (row.target.baseline, ""),
        *_level(row.baseline),
        *(_share(shares[each]) if each in shares else ("", "") for each in days),
        _share(share),
        (date.fromisoformat(day), "yyyy-mm-dd"),
        (row.wave.id, ""),
        *_level(row.actual),
        (row.actual.n, "#,##0") if row.actual.n is not None else (mark(row.actual), ""),
        (status_name(row.status, language), row.status),
        (_said(row, release, language), ""),
        *_points(row),
        (change_name(row, language), ""),
    ]


def _said(row: Row, release: Release, language: str) -> str:
    _ = translator(language)
    said = why(row, release, language)
    if row.baseline.status != PUBLISHED and row.actual.status == PUBLISHED:
        said += " " + _("Baseline: %(reason)s", reason=withheld(row.baseline, release, language))
    if "review" in (row.actual.flag, row.change.flag):
        said += " " + _("(to be read with caution)")
    return said


def _past_heads(language: str) -> list[tuple[str, int]]:
    _ = translator(language)
    return [
        (_("Indicator"), 34),
        (_("Wave"), 12),
        (_("Close of the wave"), 12),
        (_("Actual"), 10),
        (_("Actual: lower end"), 10),
        (_("Actual: upper end"), 10),
        (_("Milestone that is due"), 12),
        (_("Status"), 18),
        (_("Why"), 60),
    ]


def _past(row: Row, release: Release, language: str) -> list[Cell]:
    return [
        (row.card.name.get(language, row.card.id), ""),
        (row.wave.id, ""),
        (date.fromisoformat(row.wave.closes), "yyyy-mm-dd"),
        *_level(row.actual),
        _share(row.due[1]) if row.due else ("", ""),
        (status_name(row.status, language), row.status),
        (_said(row, release, language), ""),
    ]


def _level(figure: Figure) -> list[Cell]:
    if figure.status != PUBLISHED:
        return [(mark(figure), "")] * 3
    how = _percent(decimals(figure))
    return [(figure.estimate, how), (figure.low, how), (figure.high, how)]


def _points(row: Row) -> list[Cell]:
    """A difference of shares is in points, never in per cent."""
    if row.change.status != PUBLISHED:
        return [("" if row.wave.id == row.target.baseline else mark(row.change), "")] * 3
    part = "0.0" if decimals(row.change) else "0"
    how = f"+{part};\N{MINUS SIGN}{part};0"
    given = (row.change.estimate, row.change.low, row.change.high)
    return [(None if value is None else round(value * 100, 4), how) for value in given]


def _share(share: float) -> Cell:
    return share, _percent(0 if round(share * 100, 6) == round(share * 100) else 1)


def _percent(places: int) -> str:
    return "0.0%" if places else "0%"


def _sheet(
    book: Any,
    release: Release,
    language: str,
    title: str,
    heads: Sequence[tuple[str, int]],
    body: Sequence[Sequence[Cell]],
) -> None:
    sheet = book.add_worksheet("".join(each for each in title if each not in _NOT_IN_A_NAME)[:31])
    large, small = book.add_format({"bold": True, "font_size": 14}), book.add_format({"italic": True})
    bold = book.add_format({**_TOP, "bold": True, "bg_color": "#EEEEEE"})
    formats: dict[str, Any] = {}
    sheet.write_string(0, 0, f"{release.survey.get(language, '')} \N{EN DASH} {title}", large)
    above = notes(release, language)
    for at, note in enumerate(above, 1):
        sheet.write_string(at, 0, note, small)
    first = len(above) + 1
    for column, (head, width) in enumerate(heads):
        sheet.set_column(column, column, width)
        sheet.write_string(first, column, head, bold)
    for at, cells in enumerate(body, first + 1):
        for column, (value, how) in enumerate(cells):
            if how not in formats:
                formats[how] = book.add_format(_TOP | _look(how))
            _write(sheet, at, column, value, formats[how])
    if direction(language) == "rtl":
        sheet.right_to_left()
    sheet.freeze_panes(first + 1, 1)
    sheet.repeat_rows(first)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P / &N")


def _look(how: str) -> dict[str, Any]:
    if how in _TINTS:
        return {"bold": True, "bg_color": _TINTS[how]}
    return {"num_format": how} if any(digit in how for digit in "0y") else {}


def _write(sheet: Any, row: int, column: int, value: Any, how: Any) -> None:
    if isinstance(value, date):
        sheet.write_datetime(row, column, value, how)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, how)
    else:
        sheet.write_string(row, column, "" if value is None else str(value), how)
