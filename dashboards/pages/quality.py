"""The page on the quality of the data: who was reached and how, what was not answered, and how the figures are made."""

from collections.abc import Sequence
from typing import Any

from analytics.quality_tables import Table as Rows
from analytics.release_words import month
from dashboards.about import kind_of_sample
from dashboards.captions import mode_mix
from dashboards.elements import html
from dashboards.exhibits import Exhibit, Table, drawn, folded
from dashboards.frame import banner, label, select
from dashboards.method_note import drawn_note
from dashboards.quality_charts import coverage, modes, refusals
from dashboards.quality_report import WaveQuality, has_report, response_rate, tables, waves
from dashboards.scene import Scene
from dashboards.sections import form, section
from dashboards.view import in_language, in_time
from translations.languages import fenced, number, percent, plural_translator, translator


def page(scene: Scene) -> list[Any]:
    """Everything below the header."""
    release, view = scene.release, scene.view
    _, language = translator(view.language), view.language
    told = next(each for each in waves(release) if each.wave == view.wave)
    chosen = [(wave.id, month(wave, language)) for wave in reversed(in_time(release.waves))]
    head = [
        html.H1(said(told, language)),
        html.P(kind_of_sample(release, language), className="lead"),
        label(release, language),
        form([select("wave", _("Wave"), chosen, view.wave.id)], scene.prefix + view.path, language),
    ]
    charts = [drawn(each, scene, "") for each in exhibits(scene)]
    return [
        *banner(release, language),
        html.Section(head, className="headline"),
        section(_("The interviews of this wave"), [_tiles(told, scene)], "all"),
        section(_("Who was reached, and what was not answered"), [html.Div(charts, className="grid pairs")], "all"),
        section(_("The quality report"), _report(scene), "report"),
        section(_("How the figures are made"), _note(scene), "note"),
    ]


def exhibits(scene: Scene) -> tuple[Exhibit, ...]:
    """The charts of the page; those of the report only where there is one."""
    release, view = scene.release, scene.view
    found = [modes(release, view)]
    if has_report(release):
        found += [coverage(release, view, "sex_age"), refusals(release, view), coverage(release, view, "area")]
    return tuple(each for each in found if each.chart is not None)


def said(told: WaveQuality, language: str) -> str:
    """The wave in a sentence."""
    _n = plural_translator(language)
    return _n(
        "%(wave)s: %(interviews)s interview counts, %(modes)s.",
        "%(wave)s: %(interviews)s interviews count, %(modes)s.",
        told.interviews,
        wave=month(told.wave, language),
        interviews=fenced(number(told.interviews, language), language),
        modes=mode_mix([told.wave], language),
    )


def _tiles(told: WaveQuality, scene: Scene) -> Any:
    _, language = translator(scene.view.language), scene.view.language
    k = scene.release.quality.get("k", scene.release.parameters.get("k"))
    few = _("fewer than %(k)s", k=number(k, language)) if isinstance(k, int | float) else _("not shown")
    rows = [
        (
            _("Set aside as hurried"),
            few if told.hurried is None else number(told.hurried, language),
            _("They came faster than anybody reads, and are in no figure."),
        ),
        (
            _("Alike down a battery"),
            few if told.straight is None else number(told.straight, language),
            _("All answers of a series are the same. They are counted."),
        ),
    ]
    if told.mean_design_effect is not None and told.largest_design_effect is not None:
        rows.append(
            (
                _("Mean design effect"),
                _decimal(told.mean_design_effect, 1, language),
                _(
                    "How many times larger the variance is than of as many people drawn at random; at most %(most)s.",
                    most=_decimal(told.largest_design_effect, 1, language),
                ),
            )
        )
    if told.kish_effect is not None:
        rows.append(
            (
                _("Effect of unequal weights"),
                _decimal(told.kish_effect, 2, language),
                _("What the weights alone do to the variance (Kish)."),
            )
        )
    if told.largest_distance is not None:
        near = _("under %(share)s", share=percent(0.01, language))
        rows.append(
            (
                _("Largest distance to the census after weighting"),
                near if told.largest_distance < 0.005 else percent(told.largest_distance, language),
                _("Over all areas, and sexes by age."),
            )
        )
    if told.drawn is not None:
        rows.append((_("Drawn by a sample"), percent(told.drawn, language), _("The others came by themselves.")))
    rate = response_rate(scene.release, told.wave.id)
    if rate is not None:
        rows.append(
            (
                _("Response rate"),
                percent(rate, language),
                _("Finished interviews among all who were invited and may be eligible (AAPOR RR1)."),
            )
        )
    return html.Ul([_tile(*row) for row in rows], className="tiles")


def _tile(title: str, value: str, words: str) -> Any:
    parts = [html.H3(title), html.P(value, className="measure"), html.P(words, className="bounds")]
    return html.Li(parts, className="tile")


def _report(scene: Scene) -> list[Any]:
    _, language = translator(scene.view.language), scene.view.language
    found: Sequence[Rows] = tables(scene.release, scene.view.wave, language) if has_report(scene.release) else ()
    if not found:
        return [html.P(_("This release has no quality report."), className="empty")]
    signs = _("c: withheld to protect people. A colon (:): withheld, not reliable. Two dots (..): there is no number.")
    told = [Table(each.title, each.heads, each.rows) for each in found if each.rows]
    return [html.P(signs, className="foot"), *(folded(each) for each in told)]


def _note(scene: Scene) -> list[Any]:
    _, language = translator(scene.view.language), scene.view.language
    note = in_language(scene.release.method, language)
    if not note:
        return [html.P(_("This release has no method note."), className="empty")]
    return [html.Div(drawn_note(note), className="prose")]


def _decimal(value: float, places: int, language: str) -> str:
    return fenced(number(value, language, places), language)
