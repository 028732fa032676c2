"""The figures of an exhibit as files: CSV and XLSX with the release's own numbers and all that a number needs.

A row says what it is about, its number and interval or why there is none, base, source, method, sample and release.
What is withheld is words in every cell of a number. A text that a spreadsheet would run is neutralised.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analytics.open_data.cells import sheet
from analytics.release import CHANGE, GAP, LEVEL, YEAR, Figure, IndicatorCard
from analytics.release_words import how_to_read, method
from dashboards.download_workbook import workbook
from dashboards.exhibits import Exhibit
from dashboards.judgement import shown
from dashboards.pictures import file_name, origin
from dashboards.scene import Scene
from dashboards.view import in_language
from dashboards.words import standing
from translations.languages import translator

KINDS: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
WORDED = 4  # columns of `tables.heads` after those that say what a row is about: the numbers in words
Cell = str | int | float


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file holds. title: the exhibit's; notes: lines about all rows; rows: cells, a number where it is one.

    units: the contrast of each row's numbers, LEVEL for a share; "none" where a head or a cell says what they are.
    """

    title: str
    notes: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file to be saved: its name with the ending, its kind as a header has it, and its bytes."""

    name: str
    kind: str
    content: bytes


def file(exhibit: Exhibit, scene: Scene, kind: str) -> File:
    """An exhibit as a file of a kind of KINDS. The same scene gives the same bytes."""
    found = sheet_of(exhibit, scene)
    content = (
        sheet(found.heads, found.rows)
        if kind == "csv"
        else workbook(found, scene.release.created, scene.view.language, scene.release.software)
    )
    return File(f"{file_name(exhibit.name, exhibit.indicator, scene)}.{kind}", KINDS[kind], content)


def sheet_of(exhibit: Exhibit, scene: Scene) -> Sheet:
    """The columns of an exhibit's file: of figures where its table has them, else its table as it stands."""
    table, language = exhibit.table, scene.view.language
    notes = (
        exhibit.subtitle,
        exhibit.foot,
        *origin(scene.release, language),
        how_to_read(language),
    )
    if not table.figures:
        return _as_it_stands(exhibit, notes, scene)
    cards = {card.id: card for card in scene.release.indicators}
    about = len(table.heads) - WORDED
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            *(str(cell) for cell in row[:about]),
            *_numbers(figure, scene),
            *_circumstances(cards, figure, scene),
        )
        for row, figure in zip(table.rows, table.figures, strict=True)
    )
    units = tuple(figure.contrast if figure and shown(figure) else "none" for figure in table.figures)
    return Sheet(exhibit.title, notes, (*table.heads[:about], *_heads(language)), rows, units)


def _as_it_stands(exhibit: Exhibit, notes: tuple[str, ...], scene: Scene) -> Sheet:
    """A table's sheet, else its words; a cell may be a component, and only text and numbers go into a file."""
    language = scene.view.language
    first, *others = exhibit.table.sheet or (exhibit.table.heads, *exhibit.table.rows)
    _ = translator(language)
    whence = (" ".join(origin(scene.release, language)), scene.release.id, how_to_read(language))
    heads = (*map(str, first), _("Sample"), _("Release"), _("How to read an interval"))
    rows = tuple((*(cell if isinstance(cell, str | int | float) else "" for cell in row), *whence) for row in others)
    return Sheet(exhibit.title, notes, heads, rows, ("none",) * len(rows))


def _heads(language: str) -> tuple[str, ...]:
    _ = translator(language)
    return (
        _("Estimate"),
        _("Lower end of the interval"),
        _("Upper end of the interval"),
        _("Answers, at least"),
        _("Answers, at most"),
        _("Unit"),
        _("Status"),
        _("Waves pooled"),
        _("Method"),
        _("Indicator"),
        _("Code of the indicator"),
        _("Code of the wave"),
        _("Code of the area"),
        _("Who is counted"),
        _("Source of the question"),
        _("Sample"),
        _("Release"),
        _("How to read an interval"),
    )


def _numbers(figure: Figure | None, scene: Scene) -> tuple[Cell, ...]:
    language = scene.view.language
    _ = translator(language)
    said = standing(figure, language, scene.release.parameters)
    found = shown(figure)
    if figure is None or found is None:
        return (*[_("not shown")] * 5, _unit(figure, _), said)
    most = figure.n_to if figure.n_to is not None else found.n
    return found.estimate, found.low, found.high, found.n, most, _unit(figure, _), said


def _unit(figure: Figure | None, _: Callable[..., str]) -> str:
    return {
        LEVEL: _("share from 0 to 1"),
        GAP: _("women minus men, difference of shares (0.01 is a point)"),
        CHANGE: _("change since the wave before, difference of shares (0.01 is a point)"),
        YEAR: _("change since a year before, difference of shares (0.01 is a point)"),
    }.get(figure.contrast if figure else LEVEL, _("share from 0 to 1"))


def _circumstances(cards: Mapping[str, IndicatorCard], figure: Figure | None, scene: Scene) -> tuple[Cell, ...]:
    """What belongs to a figure. What the release has no cell of is described by the row's own words alone."""
    language = scene.view.language
    whence = (" ".join(origin(scene.release, language)), scene.release.id, how_to_read(language))
    if figure is None:
        return (*[translator(language)("not stated")] * 8, *whence)
    card = cards[figure.indicator]
    return (
        figure.span,
        method(figure.method if shown(figure) else "", language),
        in_language(card.name, language),
        card.id,
        figure.wave,
        figure.area,
        in_language(card.base, language),
        card.source,
        *whence,
    )
