"""Small pieces of the page. Every text that comes in is escaped; its fenced numbers become elements of their own."""

from collections.abc import Iterable
from math import ceil

from markupsafe import Markup, escape

from analytics.release_words import sign
from translations.languages import ISOLATE, POP_ISOLATE, direction, percent, translator

from .charts import lock
from .content import Row
from .judgement import Scene
from .sentences import Said
from .words import briefly

MARKS = {"higher": "▲", "lower": "▼", "same": "≈"}
FIRST, MORE = 5.1, 3.0  # mm, the height of a line in a row of a table, and of each further one


def text(said: str, language: str) -> Markup:
    """A text of the content: in right-to-left text, a number keeps its own order in a <bdi>."""
    safe = escape(said)
    if direction(language) == "ltr":
        return safe
    return safe.replace(ISOLATE, Markup('<bdi dir="ltr">')).replace(POP_ISOLATE, Markup("</bdi>"))


def plain(said: str) -> str:
    """The same without fences, for a title that no page lays out."""
    return said.replace(ISOLATE, "").replace(POP_ISOLATE, "")


def join(parts: Iterable[Markup]) -> Markup:
    """Pieces one after the other."""
    return Markup("").join(parts)


def paragraph(said: str, scene: Scene, kind: str = "") -> Markup:
    """A paragraph; nothing where there is nothing to say."""
    return Markup('<p class="{}">{}</p>').format(kind, text(said, scene.language)) if said else Markup("")


def heading(said: str, scene: Scene) -> Markup:
    """The heading of a part of the page."""
    return Markup("<h2>{}</h2>").format(text(said, scene.language))


def change(said: Said, scene: Scene) -> Markup:
    """What is said of a difference, after its mark."""
    return Markup('<p class="change"><span class="mark">{}</span> {}</p>').format(
        MARKS.get(said.verdict, "–"), text(said.text, scene.language)
    )


def signed(row: Row, scene: Scene) -> Markup:
    """The sign of a row without a number: a colon, two dots, or the lock."""
    mark = sign(row.figure)
    if mark:
        return Markup('<span class="sign">{}</span> ').format(mark)
    return lock(briefly(row.figure, scene.language)) + Markup(" ")


def value(row: Row, scene: Scene, kind: str = "") -> Markup:
    """The number of a row with its interval, or its sign and a word."""
    if row.shown is None:
        return Markup('<div class="value none {}">{}{}</div>').format(
            kind, signed(row, scene), text(briefly(row.figure, scene.language), scene.language)
        )
    return Markup('<div class="value {}"><b>{}</b> <span class="bounds">{}</span></div>').format(
        kind,
        text(row.shown.share(scene.language), scene.language),
        text(row.shown.interval(scene.language), scene.language),
    )


def difference(row: Row, scene: Scene) -> Markup:
    """The same of a difference in points."""
    if row.shown is None:
        return value(row, scene)
    return Markup('<div class="value"><b>{}</b> <span class="bounds">{}</span></div>').format(
        text(row.shown.difference(scene.language), scene.language),
        text(row.shown.bounds(scene.language), scene.language),
    )


def pooled(row: Row, scene: Scene) -> Markup:
    """That a row pools several waves."""
    if row.span < 2:
        return Markup("")
    return Markup(' <span class="pooled">{}</span>').format(text(scene.together(row.span), scene.language))


def reading(row: Row, scene: Scene, *, points: bool = False) -> str:
    """A mark of a chart for a screen reader: what, how much, between what."""
    _ = translator(scene.language)
    if row.shown is None:
        return _("%(label)s: %(reason)s", label=row.name, reason=briefly(row.figure, scene.language))
    return _(
        "%(label)s: %(estimate)s (%(interval)s)",
        label=row.name,
        estimate=row.shown.difference(scene.language) if points else row.shown.share(scene.language),
        interval=row.shown.bounds(scene.language) if points else row.shown.interval(scene.language),
    )


def tall(name: str, letters: int) -> float:
    """The height in millimetres of a row whose name breaks into lines of so many letters."""
    return FIRST + MORE * (max(1, ceil(len(name) / letters)) - 1)


def tick(share: float, language: str) -> Markup:
    """A number of an axis, in whole per cent."""
    return text(percent(share, language, 0), language)
