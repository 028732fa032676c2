"""What the page shows of the figures: sentences, rows of tables, the indicators with their areas. Words, no numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.release.content import PUBLISHED, Figure, IndicatorCard, Release, Wave
from analytics.release_words import SIGNS, withheld
from translations.languages import fenced, number, translator

from . import words
from .numerals import interval, percent
from .periods import in_time
from .sentences import gap, headline, in_language, shown


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure in a table: the estimate with its interval, or a sign and the words for it."""

    figure: str = ""
    interval: str = ""
    sign: str = ""
    word: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: whom it is about, how deep it stands, the wave, answers, each pooled span, and a note."""

    name: str
    depth: int
    cell: Cell
    answers: str
    pooled: tuple[Cell, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Exhibit:
    """An indicator: its id, sentences, what it is, and its rows; `main` is its first row, of everybody."""

    id: str
    name: str
    sentences: tuple[str, ...]
    definition: str
    base: str
    question: str
    source: str
    rows: tuple[Row, ...]

    @property
    def main(self) -> Row:
        """The whole survey."""
        return self.rows[0]


def newest(release: Release) -> Wave | None:
    """The last wave, None where there is none."""
    waves = in_time(release.waves)
    return waves[-1] if waves else None


def main_cards(release: Release) -> tuple[IndicatorCard, ...]:
    """The headline indicators; all, where none is named so."""
    return tuple(card for card in release.indicators if card.headline) or release.indicators


def spans(release: Release, wave: Wave) -> tuple[int, ...]:
    """The pooled spans that end with a wave, in the order of their length."""
    found = {figure.span for figure in release.figures if figure.wave == wave.id and not figure.area}
    return tuple(sorted(found - {1}))


def exhibits(release: Release, wave: Wave, pooled: Sequence[int], language: str) -> tuple[Exhibit, ...]:
    """Every indicator in a wave."""
    first = wave == in_time(release.waves)[0]
    return tuple(
        Exhibit(
            id=f"i{at}",
            name=in_language(card.name, language),
            sentences=tuple(
                filter(None, (headline(release, card, wave, first, language), gap(release, card, wave, language)))
            ),
            definition=in_language(card.definition, language),
            base=in_language(card.base, language),
            question=in_language(card.question, language),
            source=card.source,
            rows=_rows(release, card.id, wave, pooled, language),
        )
        for at, card in enumerate(release.indicators, 1)
    )


def _rows(release: Release, indicator: str, wave: Wave, pooled: Sequence[int], language: str) -> tuple[Row, ...]:
    _ = translator(language)
    depths = _depths(release)
    groups = [(_("The whole survey"), 0, "", ""), (_("Women"), 1, "", "woman"), (_("Men"), 1, "", "man")]
    groups += [(in_language(area.name, language), depths[area.code], area.code, "") for area in release.areas]
    found = []
    for name, depth, area, sex in groups:
        figure = release.figure(indicator, wave.id, area, sex)
        longer = [release.figure(indicator, wave.id, area, sex, span=span) for span in pooled]
        if figure is None and not any(longer) and (area or sex):
            continue  # the release has no such table
        cells = tuple(_cell(each, language) for each in longer)
        found.append(
            Row(
                name,
                depth,
                _cell(figure, language),
                _answers(figure, language),
                cells,
                _note(release, figure, language),
            )
        )
    return tuple(found)


def _cell(figure: Figure | None, language: str) -> Cell:
    found = shown(figure)
    if found:
        return Cell(percent(found[0], language), interval(found[1], found[2], language))
    code = "unavailable" if figure is None or figure.status == PUBLISHED else figure.status
    return Cell(sign=fenced(SIGNS.get(code, ".."), language), word=words.status(code, language))


def _answers(figure: Figure | None, language: str) -> str:
    """How many answers stand behind a figure: a number or a band; "" where the figure is withheld."""
    _ = translator(language)
    if figure is None or not shown(figure) or figure.n is None:
        return ""
    least = fenced(number(figure.n, language), language)
    if figure.n_to is None or figure.n_to == figure.n:
        return least
    return _("%(low)s to %(high)s", low=least, high=fenced(number(figure.n_to, language), language))


def _note(release: Release, figure: Figure | None, language: str) -> str:
    _ = translator(language)
    if not shown(figure):
        return withheld(figure, language, release.parameters)
    return _("to be read with caution") if figure and figure.flag else ""


def _depths(release: Release) -> dict[str, int]:
    """How deep an area stands below the whole survey: 1 where no area holds it."""
    parent = {area.code: area.parent for area in release.areas}
    depths = {}
    for code, holder in parent.items():
        depth, above = 1, holder
        while above in parent and depth <= len(parent):
            depth, above = depth + 1, parent[above]
        depths[code] = depth
    return depths
