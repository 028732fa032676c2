"""The tables of a release: figures, and the indicators, areas and waves that they are about, in three languages.

A figure that is not published has no number here, whatever its row holds.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from operator import attrgetter

from analytics.release.content import PUBLISHED, Figure, Release, Text
from translations.languages import LANGUAGES

from .cells import sheet, table

COLUMNS = tuple(column.name for column in fields(Figure))
TEXTS = ("indicator", "wave", "area", "sex", "contrast", "status", "reason", "flag", "method")
COUNTS = ("n", "n_to", "span")
_ALL = attrgetter(*COLUMNS)
_KEPT = (*TEXTS, "span")


def in_order(figures: Iterable[Figure]) -> list[Figure]:
    """Figures sorted by key."""
    return sorted(figures, key=attrgetter("key"))


def rows(figures: Iterable[Figure]) -> Iterator[tuple[object, ...]]:
    """The figures as rows of all columns; numbers of published ones only."""
    for figure in figures:
        if figure.status == PUBLISHED:
            yield _ALL(figure)
        else:
            yield tuple(getattr(figure, name) if name in _KEPT else None for name in COLUMNS)


def figures_csv(figures: Sequence[Figure]) -> bytes:
    """figures.csv: a row a figure, codes only, in the order given."""
    return sheet(COLUMNS, rows(figures))


def figures_read(content: bytes) -> tuple[Figure, ...]:
    """The figures of a figures.csv: what `figures_csv` was given, if it was rounded to what a release holds."""
    return tuple(Figure(**{name: _typed(name, cell) for name, cell in row.items()}) for row in table(content))  # type: ignore[arg-type]  # columns are typed by name


def figures_json(figures: Sequence[Figure]) -> bytes:
    """figures.json: an array of rows, the first of which names the columns; null where there is no number."""
    line = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
    return ("[" + ",\n".join([line(COLUMNS), *map(line, rows(figures))]) + "]\n").encode()


def indicators_csv(release: Release) -> bytes:
    """indicators.csv: what each indicator is, one row each."""
    named = ("name", "definition", "base", "question")
    columns = ["indicator", "item", "headline", "direction", "sensitive", "source", "filter", "digest", "registered"]
    return sheet(
        [*columns, *(_column(text, language) for text in named for language in LANGUAGES)],
        (
            [
                card.id, card.item, _truth(card.headline), card.direction, _truth(card.sensitive), card.source,
                card.filter, card.digest, card.registered,
                *(cell for text in named for cell in _texts(getattr(card, text))),
            ]
            for card in release.indicators
        ),
    )  # fmt: skip


def areas_csv(release: Release) -> bytes:
    """areas.csv: every area with its level, the area that holds it, its population where known, and its names."""
    return sheet(
        ["area", "level", "parent", "population", *(_column("name", language) for language in LANGUAGES)],
        (
            [area.code, area.level, area.parent or "", area.population or None, *_texts(area.name)]
            for area in release.areas
        ),
    )


def waves_csv(release: Release) -> bytes:
    """waves.csv: days of the fieldwork, interviews, how they came in, and what was found of their quality."""
    modes = sorted({mode for wave in release.waves for mode in wave.modes})
    return sheet(
        ["wave", "opens", "closes", "n", "hurried", "straight", *(f"n_{mode}" for mode in modes)],
        (
            [
                wave.id,
                wave.opens,
                wave.closes,
                wave.n,
                wave.hurried,
                wave.straight,
                *(wave.modes.get(mode) for mode in modes),
            ]
            for wave in release.waves
        ),
    )


def _column(name: str, language: str) -> str:
    return f"{name}_{language}"


def _texts(text: Text) -> list[str]:
    return [text.get(language, "") for language in LANGUAGES]


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _typed(name: str, cell: str) -> str | int | float | None:
    if name in TEXTS:
        return cell
    if cell == "":
        return None
    return int(cell) if name in COUNTS else float(cell)
