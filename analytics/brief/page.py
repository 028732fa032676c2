"""The brief as HTML: what is said, laid out by the direction of its language."""

from collections.abc import Sequence
from importlib.resources import files

from markupsafe import Markup

from analytics.release import CONFIDENTIAL, UNAVAILABLE, UNRELIABLE
from analytics.release_words import month
from translations.languages import direction, level, translator

from . import charts, tables
from .content import AreaPage, Frame, Leadership, Row, Tile
from .judgement import Scene
from .markup import MARKS, change, heading, join, paragraph, plain, reading, signed, text, tick

TREND = (168.0, 72.0)


def leadership_page(said: Leadership) -> str:
    """The two pages for those who lead, as one document."""
    scene = said.frame.scene
    _ = translator(scene.language)
    lead, *more = said.sentences
    first = join(
        (
            _head(said.frame, said.frame.survey, said.place),
            paragraph(lead, scene, "lead"),
            join(paragraph(each, scene, "also") for each in more),
            Markup('<ul class="tiles">{}</ul>').format(join(_tile(tile, scene) for tile in said.tiles)),
            heading(_("%(name)s, by wave", name=said.name), scene),
            _trend(said),
        )
    )
    second = join(
        (
            paragraph(said.frame.synthetic, scene, "ribbon"),
            paragraph(f"{said.frame.survey} · {month(scene.wave, scene.language)}", scene, "over"),
            heading(_("Do women and men answer differently?"), scene),
            paragraph(_("%(label)s: %(reason)s", label=said.name, reason=said.gap), scene),
            tables.sexes(said.sexes, scene),
            _columns(tables.institutions(said.institutions, scene), tables.areas(said, scene)),
            _foot(said.frame),
        )
    )
    return _document(scene, said.frame.survey, [first, second])


def area_html(said: AreaPage) -> str:
    """The page of an area as a document."""
    scene = said.frame.scene
    _ = translator(scene.language)
    lead, *more = said.sentences
    body = join(
        (
            _head(said.frame, said.name, said.parent),
            paragraph(lead, scene, "lead lead-area"),
            join(paragraph(each, scene, "also") for each in more),
            tables.local(said, scene),
            heading(_("Do women and men answer differently?"), scene),
            paragraph(_("%(label)s: %(reason)s", label=said.gap_of, reason=said.gap), scene),
            tables.sexes(said.sexes, scene),
            _foot(said.frame),
        )
    )
    return _document(scene, _("%(label)s: %(reason)s", label=said.name, reason=said.frame.survey), [body])


def _document(scene: Scene, title: str, sheets: Sequence[Markup]) -> str:
    style = files(__package__).joinpath("brief.css").read_text(encoding="utf-8")
    made = Markup(
        '<!doctype html><html lang="{}" dir="{}"><head><meta charset="utf-8"><title>{}</title>'
        '<meta name="generator" content="thiqa"><meta name="dcterms.created" content="{}">'
        "<style>{}</style></head><body>{}</body></html>"
    ).format(
        scene.language,
        direction(scene.language),
        plain(title),
        scene.release.created,
        Markup(style),  # noqa: S704 (our own style sheet)
        join(Markup('<section class="sheet">{}</section>').format(sheet) for sheet in sheets),
    )
    return str(made)


def _head(frame: Frame, title: str, over: str) -> Markup:
    scene = frame.scene
    facts = join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(text(term, scene.language), text(said, scene.language))
        for term, said in frame.facts
    )
    above = " · ".join(filter(None, (frame.survey if title != frame.survey else "", over)))
    return Markup('<header>{}{}<h1>{}</h1></header><dl class="facts">{}</dl>').format(
        paragraph(frame.synthetic, scene, "ribbon"),
        paragraph(above, scene, "over"),
        text(title, scene.language),
        facts,
    )


def _tile(tile: Tile, scene: Scene) -> Markup:
    name = text(tile.name, scene.language)
    if tile.shown is None:
        return Markup('<li><h2>{}</h2><p class="none">{}{}</p></li>').format(
            name, signed(Row("", tile.figure, None), scene), text(tile.withheld, scene.language)
        )
    caution = translator(scene.language)("to be read with caution") if tile.shown.review else ""
    return Markup('<li><h2>{}</h2><p class="estimate">{}</p><p class="bounds">{}<br>{}</p>{}{}{}</li>').format(
        name,
        text(tile.estimate, scene.language),
        text(tile.interval, scene.language),
        text(tile.answers, scene.language),
        paragraph(caution, scene, "caution"),
        join(change(said, scene) for said in tile.said),
        paragraph(tile.target, scene, "target"),
    )


def _trend(said: Leadership) -> Markup:
    scene = said.frame.scene
    _ = translator(scene.language)
    width, height = TREND
    series = [(wave, row.shown) for wave, row in said.trend]
    readings = "; ".join(reading(row, scene) for _wave, row in said.trend)
    drawn = charts.trend(series, TREND, scene.language, readings, said.target)
    labels = []
    for (wave, row), along, down in zip(said.trend, drawn.along, drawn.down, strict=True):
        labels.append(_label(month(wave, scene.language, "LLL"), along * width, height + 0.6, "wave", scene))
        found = row.shown.share(scene.language) if row.shown else _("not shown")
        above = height - 5.5 if down is None else down * height - 5.2
        labels.append(_label(found, along * width, above, "figure", scene))
    ticks = [
        Markup(
            '<span class="label tick" style="inset-inline-start:{:.1f}mm;inset-block-start:{:.1f}mm">{}</span>'
        ).format(width + 1.5, charts.up(share, height) - 2, tick(share, scene.language))
        for share in tables.GRID
    ]
    notes = [_("The band is the %(level)s interval.", level=level(scene.language))]
    if said.target is not None:
        notes.append(_("The dashed line is the target."))
    if direction(scene.language) == "rtl":
        notes.append(_("Time runs from right to left") + " ←")
    return Markup('<div class="trend" style="block-size:{:g}mm">{}{}{}</div>{}').format(
        height + 6, drawn.picture, join(labels), join(ticks), paragraph(" ".join(notes), scene, "note")
    )


def _label(said: str, x: float, y: float, kind: str, scene: Scene) -> Markup:
    """A word of a chart, centred over a place in millimetres from where reading starts."""
    width = 26
    return Markup(
        '<span class="label {}" style="inset-inline-start:{:.1f}mm;inset-block-start:{:.1f}mm;inline-size:{}mm">'
        "{}</span>"
    ).format(kind, x - width / 2, y, width, text(said, scene.language))


def _columns(first: Markup, second: Markup) -> Markup:
    return Markup('<div class="columns"><div class="half">{}</div><div class="half last">{}</div></div>').format(
        first, second
    )


def _foot(frame: Frame) -> Markup:
    scene = frame.scene
    _ = translator(scene.language)
    withheld = join(
        Markup("<li>{}{}</li>").format(_status(status, scene), text(said, scene.language))
        for status, said in frame.withheld
    )
    method = join(Markup("<li>{}</li>").format(text(said, scene.language)) for said in frame.method)
    signs = (
        (MARKS["higher"], _("up, more than chance explains")),
        (MARKS["lower"], _("down, more than chance explains")),
        (MARKS["same"], _("cannot be told apart")),
        (":", _("too unsure to show")),
        ("..", _("not available")),
    )
    legend = [
        Markup('<span class="sign">{}</span> {}').format(mark, text(said, scene.language)) for mark, said in signs
    ]
    legend.append(charts.lock(_("protected")) + Markup(" ") + text(_("protects respondents"), scene.language))
    start = join(
        (
            heading(_("What is not shown, and why"), scene),
            Markup("<ul>{}</ul>").format(withheld),
            heading(_("Signs"), scene),
            Markup('<ul class="legend">{}</ul>').format(join(Markup("<li>{}</li>").format(each) for each in legend)),
        )
    )
    end = heading(_("Method"), scene) + Markup("<ul>{}</ul>").format(method)
    return Markup('<footer class="foot">{}<p class="verify">{}</p></footer>').format(
        _columns(start, end), text(frame.verification, scene.language)
    )


def _status(status: str, scene: Scene) -> Markup:
    _ = translator(scene.language)
    if status == CONFIDENTIAL:
        return charts.lock(_("protected")) + Markup(" ")
    return Markup('<span class="sign">{}</span> ').format({UNRELIABLE: ":", UNAVAILABLE: ".."}.get(status, "•"))
