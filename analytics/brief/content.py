"""What the brief says, from a release alone: texts in one language beside the figures that they were made from."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from analytics.release import (
    CONFIDENTIAL,
    GAP,
    PROTECTED,
    PUBLISHED,
    UNRELIABLE,
    AreaCard,
    Figure,
    IndicatorCard,
    Release,
    Wave,
)
from analytics.release_words import areas_judged, how_to_read, mode, month, reason, sample, withheld
from analytics.verdict import apart
from translations.languages import day, fenced, level, listed, translator

from . import sentences
from .judgement import Scene, Shown, headline, leaves, shown, top
from .numerals import answers
from .sentences import Said

WOMAN, MAN = "woman", "man"
LOCAL = 12


@dataclass(frozen=True)
class Tile:
    """An indicator of the headline: its figure or why there is none, and what is said of it."""

    name: str
    figure: Figure | None
    shown: Shown | None
    estimate: str
    interval: str
    answers: str
    said: tuple[Said, ...]
    target: str
    withheld: str


@dataclass(frozen=True)
class Row:
    """A line of a chart: what it is, its figure, and how many waves it pools."""

    name: str
    figure: Figure | None
    shown: Shown | None
    span: int = 1


@dataclass(frozen=True)
class SexRow:
    """Women, men and the gap between them in one indicator."""

    name: str
    women: Row
    men: Row
    gap: Row


@dataclass(frozen=True)
class Group:
    """Areas that stand to the whole in the same way, by name: nobody is ranked inside."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class LocalRow:
    """An indicator in one area, beside the whole survey and the last wave. `single` is the newest wave by itself."""

    row: Row
    single: Figure | None
    whole: Shown | None
    said: Said


@dataclass(frozen=True)
class Frame:
    """What stands around every page: the survey, when and how it was asked, and how to check it."""

    scene: Scene
    survey: str
    synthetic: str
    facts: tuple[tuple[str, str], ...]
    withheld: tuple[tuple[str, str], ...]
    method: tuple[str, ...]
    verification: str


@dataclass(frozen=True)
class Leadership:
    """The two pages for those who lead."""

    frame: Frame
    place: str
    sentences: tuple[str, ...]
    tiles: tuple[Tile, ...]
    name: str
    trend: tuple[tuple[Wave, Row], ...]
    target: float | None
    gap: str
    sexes: tuple[SexRow, ...]
    institutions: tuple[Row, ...]
    areas: tuple[Group, ...]
    whole: Shown | None


@dataclass(frozen=True)
class AreaPage:
    """The page of one area."""

    frame: Frame
    name: str
    parent: str
    sentences: tuple[str, ...]
    rows: tuple[LocalRow, ...]
    gap: str
    gap_of: str
    sexes: tuple[SexRow, ...]


def leadership(release: Release, language: str) -> Leadership:
    """What the two pages say."""
    scene = Scene(release, language)
    cards = headline(release)
    first = cards[0]
    wanted = sentences.target_of(scene, first)
    year = sentences.since_year(scene, first)
    whole = top(release)
    trust = [card for card in release.indicators if card.item.startswith("trust_")]
    return Leadership(
        frame=_frame(scene, _places(scene)),
        place=scene.named(whole.name) if whole else "",
        sentences=(sentences.headline(scene, first), *((year.text + ".",) if year else ())),
        tiles=tuple(_tile(scene, card) for card in cards),
        name=scene.named(first.name),
        trend=tuple((wave, _row(month(wave, language), release.figure(first.id, wave.id))) for wave in scene.waves),
        target=wanted[1] if wanted else None,
        gap=sentences.gap(scene, first),
        sexes=tuple(_sexes(scene, card) for card in cards),
        institutions=tuple(_row(scene.named(card.name), scene.figure(card)) for card in trust),
        areas=_groups(scene, first),
        whole=shown(scene.figure(first)),
    )


def area_page(release: Release, language: str, code: str) -> AreaPage:
    """What the page of an area says. Raises KeyError for a code that the release does not have."""
    area = {each.code: each for each in release.areas}[code]
    scene = Scene(release, language, code)
    _ = translator(language)
    first = headline(release)[0]
    parents = {each.code: each.name for each in release.areas}
    span = _span(scene, first)
    told = scene.named(first.name)
    return AreaPage(
        frame=_frame(scene, [code]),
        name=scene.named(area.name),
        parent=scene.named(parents[area.parent]) if area.parent in parents else "",
        sentences=tuple(filter(None, (sentences.headline(scene, first), *_beside(scene, first)))),
        rows=tuple(_local(scene, card) for card in local(release)),
        gap=sentences.gap(scene, first, span),
        gap_of=told if span == 1 else _("%(wave)s, %(group)s", wave=told, group=scene.together(span)),
        sexes=tuple(_sexes(scene, card) for card in headline(release)),
    )


def _beside(scene: Scene, card: IndicatorCard) -> tuple[str, ...]:
    """How the area stands to the whole; where its newest wave is too unsure, what the pooled waves say instead."""
    _ = translator(scene.language)
    single = scene.figure(card)
    pooled = shown(scene.figure(card, span=scene.pooled))
    if scene.pooled > 1 and pooled is not None and single is not None and single.status == UNRELIABLE:
        return (
            _(
                "%(label)s: %(estimate)s (%(interval)s)",
                label=scene.together(scene.pooled),
                estimate=pooled.share(scene.language),
                interval=pooled.interval(scene.language),
            ),
        )
    return (sentences.beside_the_whole(scene, card),)


def local(release: Release) -> tuple[IndicatorCard, ...]:
    """The indicators of an area's page: those of the headline, then others in the order of the questionnaire.

    Other institutions are left out: they are the same ones in every area.
    """
    first = headline(release)
    others = [card for card in release.indicators if card not in first and not card.item.startswith("trust_")]
    return (*first, *others)[:LOCAL]


def pages(release: Release) -> tuple[AreaCard, ...]:
    """The areas that have a page: those that hold no smaller one."""
    return leaves(release)


def _tile(scene: Scene, card: IndicatorCard) -> Tile:
    figure, language = scene.figure(card), scene.language
    found = shown(figure)
    changes = (sentences.since_last(scene, card), sentences.since_year(scene, card))
    return Tile(
        name=scene.named(card.name),
        figure=figure,
        shown=found,
        estimate=found.share(language) if found else "",
        interval=translator(language)(
            "%(level)s interval: %(interval)s", level=level(language), interval=found.interval(language)
        )
        if found
        else "",
        answers=answers(found.figure, language) if found else "",
        said=tuple(said for said in changes if said) if found else (),
        target=sentences.target(scene, card),
        withheld="" if found else withheld(figure, scene.language, scene.release.parameters),
    )


def _row(name: str, figure: Figure | None, span: int = 1) -> Row:
    return Row(name, figure, shown(figure), span)


def _span(scene: Scene, card: IndicatorCard) -> int:
    """The waves that women and men are shown by: pooled ones where a single wave has not both and these have."""
    for span in dict.fromkeys((1, scene.pooled)):
        if all(shown(scene.figure(card, sex=sex, span=span)) for sex in (WOMAN, MAN)):
            return span
    return 1


def _sexes(scene: Scene, card: IndicatorCard) -> SexRow:
    _ = translator(scene.language)
    span = _span(scene, card)
    women, men = (scene.figure(card, sex=sex, span=span) for sex in (WOMAN, MAN))
    return SexRow(
        name=scene.named(card.name),
        women=_row(_("Women"), women, span),
        men=_row(_("Men"), men, span),
        gap=_row(_("Women minus men"), scene.figure(card, GAP, span=span), span),
    )


def _groups(scene: Scene, card: IndicatorCard) -> tuple[Group, ...]:
    """The areas under the words for how they stand to the whole; those without a figure come last."""
    _ = translator(scene.language)
    whole = shown(scene.figure(card))
    names = {
        "higher": _("Higher than the whole"),
        "same": _("Cannot be told apart from the whole"),
        "lower": _("Lower than the whole"),
        "": _("No figure for the whole to compare with"),
        "hidden": _("Areas without a figure"),
    }
    rows: dict[str, list[Row]] = {verdict: [] for verdict in names}
    for area in sorted(leaves(scene.release), key=lambda each: (_plain(scene.named(each.name)), each.code)):
        row = _row(scene.named(area.name), scene.figure(card, area=area.code))
        verdict = "hidden" if row.shown is None else apart(row.shown, whole) if whole else ""
        rows[verdict].append(row)
    return tuple(Group(names[verdict], tuple(found)) for verdict, found in rows.items() if found)


def _plain(name: str) -> str:
    """A name as it is sorted: an accented letter beside the plain one."""
    letters = unicodedata.normalize("NFD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _local(scene: Scene, card: IndicatorCard) -> LocalRow:
    single = scene.figure(card)
    row = _row(scene.named(card.name), single)
    # A confidential figure gets no stand-in, so that it is read as what it is; only an unsure one does.
    if row.shown is None and single is not None and single.status == UNRELIABLE and scene.pooled > 1:
        pooled = _row(row.name, scene.figure(card, span=scene.pooled), scene.pooled)
        row = pooled if pooled.shown else row
    return LocalRow(row, single, shown(scene.figure(card, area="", span=row.span)), sentences.change(scene, card))


def _frame(scene: Scene, codes: list[str]) -> Frame:
    _ = translator(scene.language)
    release, language, wave = scene.release, scene.language, scene.wave
    modes = [
        _("%(mode)s: %(n)s", mode=mode(code, language), n=scene.counted(count))
        for code, count in sorted(wave.modes.items())
    ]
    total = scene.counted(wave.n)
    dates = _("%(opens)s to %(closes)s", opens=day(wave.opens, language), closes=day(wave.closes, language))
    return Frame(
        scene=scene,
        survey=scene.named(release.survey),
        synthetic=_("Demonstration with synthetic data") if release.synthetic else "",
        facts=(
            (_("Wave"), month(wave, language)),
            (_("Fieldwork"), dates),
            (
                _("Finished interviews, whole survey") if scene.area else _("Finished interviews"),
                _("%(total)s (%(modes)s)", total=total, modes=listed(modes, language)) if modes else total,
            ),
            (_("Sample"), sample(release.sample, language)),
        ),
        withheld=_withheld(scene, codes),
        method=_method(scene),
        verification=_(
            "Release %(id)s. Its name ends with the checksum of its list of files, which holds the checksum of each "
            "one. To check it: %(command)s",
            id=fenced(release.id, language),
            command=fenced(f"thiqa release verify {release.id}", language),
        ),
    )


def _method(scene: Scene) -> tuple[str, ...]:
    _ = translator(scene.language)
    weighted = _("Answers are weighted, so that groups count as they do in the population.")
    chosen = _(
        "Non-probability sample: people chose to take part. The intervals hold only as far as the weights "
        "make up for who did not."
    )
    return (
        chosen if scene.release.sample == "non_probability" else weighted,
        how_to_read(scene.language),
        _("A change or a gap is named only where its interval holds no zero. All others cannot be told apart."),
        *areas_judged(scene.language),
        _("Figures are rounded as far as their interval allows; the answers of small groups are counted in bands."),
    )


def _places(scene: Scene) -> list[str]:
    return ["", *(area.code for area in scene.release.areas if area.parent is not None)]


def _withheld(scene: Scene, codes: list[str]) -> tuple[tuple[str, str], ...]:
    """What the wave has and does not show, of everybody, of women and of men: (status, sentence)."""
    _ = translator(scene.language)
    counts: dict[str, int] = {}
    for figure in _cells(scene, codes):
        counts[figure.status] = counts.get(figure.status, 0) + 1
    total = sum(counts.values())
    lines = [
        (
            PUBLISHED,
            _(
                "%(shown)s of %(total)s shares of this wave are shown: of everybody, of women and of men.",
                shown=scene.counted(counts.get(PUBLISHED, 0)),
                total=scene.counted(total),
            ),
        )
    ]
    if unsure := counts.get(UNRELIABLE, 0):
        n = scene.counted(unsure)
        lines.append((UNRELIABLE, _("Too unsure to say anything: %(n)s", n=n)))
    if hidden := counts.get(CONFIDENTIAL, 0):
        lines.append(
            (
                CONFIDENTIAL,
                _(
                    "%(n)s: %(reason)s",
                    n=scene.counted(hidden),
                    reason=reason(PROTECTED, scene.language, scene.release.parameters),
                ),
            )
        )
    return tuple(lines)


def _cells(scene: Scene, codes: list[str]) -> Iterator[Figure]:
    for card in scene.release.indicators:
        for code in codes:
            for sex in ("", WOMAN, MAN):
                if (figure := scene.figure(card, area=code, sex=sex)) is not None:
                    yield figure
