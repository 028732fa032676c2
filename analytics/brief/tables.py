"""The charts of rows, each a table with a drawing in every line: a reader who sees no drawing reads the table."""

from collections.abc import Sequence
from math import ceil

from markupsafe import Markup

from translations.languages import level, translator

from .charts import MEN, WOMEN, Mark, Scale, strip
from .content import AreaPage, Group, Leadership, LocalRow, Row, SexRow
from .judgement import Scene, Shown
from .markup import change, difference, heading, join, paragraph, pooled, reading, tall, text, tick, value

GRID = (0.0, 0.25, 0.5, 0.75, 1.0)
HALF, WIDE, GAPS, LOCAL = (Scale(0, 1, width) for width in (30, 50, 36, 38))
ROW = 8.4  # mm, women above men
LETTERS = {"ar": 26, "fr": 19, "en": 19}  # that a line of a narrow name holds


def sexes(rows: Sequence[SexRow], scene: Scene) -> Markup:
    """Women and men side by side, neither of them the reference, and the gap with zero in the middle."""
    _ = translator(scene.language)
    end = widest(rows)
    gaps = Scale(-end, end, GAPS.width)
    heads = (_("Women and men"), "", _("Women minus men, in points"), "")
    ends = Markup('<div class="ends"><span>{}</span><span class="far">{}</span></div>').format(
        text(_("men higher"), scene.language), text(_("women higher"), scene.language)
    )
    key = Markup('<span class="women">●</span> {} <span class="men">□</span> {}').format(
        text(_("Women"), scene.language), text(_("Men"), scene.language)
    )
    return _table(
        "sexes",
        (40, WIDE.width, 29, gaps.width, 27),
        Markup("<tr><td></td>{}</tr>").format(_heads(heads, scene)),
        Markup("<tbody>{}</tbody>").format(join(_sex(row, gaps, scene) for row in rows)),
        (key, _axis(WIDE, scene), "", ends, ""),
    )


def widest(rows: Sequence[SexRow]) -> float:
    """The end of the scale of gaps, alike to both sides: the least 10 points that hold every interval, 20 at least."""
    ends = [abs(end) for row in rows if row.gap.shown for end in (row.gap.shown.low, row.gap.shown.high)]
    return max(0.2, ceil(max(ends, default=0) * 10 - 1e-9) / 10)


def _sex(row: SexRow, gaps: Scale, scene: Scene) -> Markup:
    sides = ((row.women.shown, WOMEN, "circle", 0.28), (row.men.shown, MEN, "square", 0.72))
    both = strip(
        [Mark(found, colour, shape, down) for found, colour, shape, down in sides if found],
        WIDE,
        ROW,
        scene.language,
        "; ".join(reading(each, scene) for each in (row.women, row.men)),
        grid=GRID,
    )
    gap = strip(
        [Mark(row.gap.shown, shape="diamond")] if row.gap.shown else [],
        gaps,
        ROW,
        scene.language,
        reading(row.gap, scene, points=True),
        grid=(gaps.low, gaps.low / 2, gaps.high / 2, gaps.high),
        zero=True,
    )
    return Markup(
        '<tr><th scope="row">{}{}</th><td>{}</td><td class="said">{}{}</td><td>{}</td><td class="said">{}</td></tr>'
    ).format(
        text(row.name, scene.language),
        pooled(row.women, scene),
        both,
        value(row.women, scene, "women"),
        value(row.men, scene, "men"),
        gap,
        difference(row.gap, scene),
    )


def institutions(rows: Sequence[Row], scene: Scene) -> Markup:
    """Trust in each institution, in the order of the questionnaire; nothing where there is one alone."""
    if len(rows) < 2:
        return Markup("")
    _ = translator(scene.language)
    body = Markup("<tbody>{}</tbody>").format(join(_bar(row, scene, None) for row in rows))
    return heading(_("Trust, institution by institution"), scene) + _halves(body, scene)


def areas(said: Leadership, scene: Scene) -> Markup:
    """The areas under the words for how they stand to the whole."""
    _ = translator(scene.language)
    whole = said.whole
    note = Markup("")
    if whole is not None:
        figure = _(
            "%(estimate)s (%(interval)s)",
            estimate=whole.share(scene.language),
            interval=whole.interval(scene.language),
        )
        line = _("The dashed line and its band are the whole survey: %(figure)s", figure=figure)
        note = paragraph(line, scene, "note")
    order = _("%(name)s. Inside a group the order is that of the alphabet.", name=said.name)
    return join(
        (
            heading(_("Which areas stand out from the whole?"), scene),
            paragraph(order, scene, "note"),
            note,
            _halves(join(_group(group, scene, whole) for group in said.areas), scene),
        )
    )


def _group(group: Group, scene: Scene, whole: Shown | None) -> Markup:
    return Markup('<tbody><tr><th class="group" colspan="3" scope="rowgroup">{}</th></tr>{}</tbody>').format(
        text(group.name, scene.language), join(_bar(row, scene, whole) for row in group.rows)
    )


def _bar(row: Row, scene: Scene, whole: Shown | None) -> Markup:
    marks = [Mark(row.shown, shape="ring" if row.shown.review else "circle")] if row.shown else []
    height = tall(row.name, LETTERS[scene.language])
    return Markup('<tr><th scope="row">{}</th><td>{}</td><td class="said">{}</td></tr>').format(
        text(row.name, scene.language),
        strip(marks, HALF, height, scene.language, reading(row, scene), grid=GRID, whole=whole),
        value(row, scene),
    )


def _halves(body: Markup, scene: Scene) -> Markup:
    return _table("", (30, HALF.width, 29), Markup(""), body, ("", _axis(HALF, scene), ""))


def local(said: AreaPage, scene: Scene) -> Markup:
    """An area's indicators beside the whole survey, and how they moved since the last wave."""
    _ = translator(scene.language)
    heads = (
        "",
        _("%(level)s interval", level=level(scene.language)),
        _("n"),
        _("Whole survey"),
        _("Since the last wave"),
    )
    notes = [_("The dashed line and its band are the whole survey.")]
    if any(row.row.span > 1 for row in said.rows):
        notes.append(_("An open dot pools several waves, since the newest one alone is too unsure to show."))
    table = _table(
        "local",
        (40, LOCAL.width, 32, 14, 15, 43),
        Markup("<tr><td></td>{}</tr>").format(_heads(heads, scene)),
        Markup("<tbody>{}</tbody>").format(join(_local(row, scene) for row in said.rows)),
        ("", _axis(LOCAL, scene), "", "", "", ""),
    )
    title = heading(_("This area, the whole survey and the last wave"), scene)
    return join((title, table, paragraph(" ".join(notes), scene, "note")))


def _local(found: LocalRow, scene: Scene) -> Markup:
    row = found.row
    apart = row.span > 1
    marks = [Mark(row.shown, shape="ring" if apart or row.shown.review else "circle")] if row.shown else []
    height = max(
        6.7, tall(f"{row.name} {scene.together(row.span) if apart else ''}", 30) - 1.4
    )  # two lines of it, set closer
    return Markup(
        '<tr><th scope="row">{}{}</th><td>{}</td><td class="said">{}</td><td class="n">{}</td><td class="n">{}</td>'
        '<td class="moved">{}</td></tr>'
    ).format(
        text(row.name, scene.language),
        pooled(row, scene),
        strip(marks, LOCAL, height, scene.language, reading(row, scene), grid=GRID, whole=found.whole),
        value(row, scene),
        text(row.shown.base(scene.language), scene.language) if row.shown else "",
        text(found.whole.share(scene.language), scene.language) if found.whole else "",
        change(found.said, scene) if row.shown and not apart else "",
    )


def _table(kind: str, widths: Sequence[float], head: Markup, body: Markup, foot: Sequence[Markup | str]) -> Markup:
    """A table of fixed columns in millimetres, its axis under it."""
    columns = join(Markup('<col style="inline-size:{:g}mm">').format(width) for width in widths)
    return Markup(
        '<table class="rows {}" style="inline-size:{:g}mm"><colgroup>{}</colgroup>{}{}'
        "<tfoot><tr>{}</tr></tfoot></table>"
    ).format(
        kind,
        sum(widths),
        columns,
        Markup("<thead>{}</thead>").format(head) if head else "",
        body,
        join(Markup("<td>{}</td>").format(cell) for cell in foot),
    )


def _heads(heads: Sequence[str], scene: Scene) -> Markup:
    return join(
        Markup('<th scope="col">{}</th>').format(text(head, scene.language)) if head else Markup("<td></td>")
        for head in heads
    )


def _axis(scale: Scale, scene: Scene) -> Markup:
    return Markup('<div class="axis">{}</div>').format(
        join(
            Markup('<span style="inset-inline-start:{:.1f}mm">{}</span>').format(
                scale.at(share) - 5, tick(share, scene.language)
            )
            for share in (0.0, 0.5, 1.0)
        )
    )
