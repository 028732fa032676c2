"""All that stands behind one figure: what was asked, who counts, how sure it is, and how to check it.

One click from every figure. The address says which: indicator, wave, area, sex, contrast and span.
"""

from dataclasses import dataclass
from math import isfinite
from typing import Any

from analytics.release import CHANGE, CONFIDENTIAL, GAP, LEVEL, UNAVAILABLE, UNRELIABLE, YEAR, Figure, Release, Wave
from analytics.release_words import SIGNS, how_to_read, method, month, sign, withheld
from analytics.rule_words import rule_words
from analytics.verdict import against
from dashboards.about import hurry, kind_of_sample, questions
from dashboards.answers import answers
from dashboards.captions import mode_mix, pooled, small_print
from dashboards.definitions import better, digest, registration, wording
from dashboards.elements import html
from dashboards.formats import decimals, interval, signed_interval
from dashboards.frame import banner, label, select
from dashboards.judgement import MEN, WOMEN, Shown, shown
from dashboards.scene import Scene
from dashboards.sections import form, section, terms
from dashboards.sentences import reading
from dashboards.tables import answered
from dashboards.view import View, in_language, in_time, spans
from dashboards.words import standing
from translations.languages import day, fenced, joined, level, number, percent, plural_translator, signed, translator

VERIFY = "thiqa release verify"


@dataclass(frozen=True)
class Subject:
    """The figure that a view asks for, its numbers if it is shown, and the waves that it pools, oldest first."""

    release: Release
    view: View
    figure: Figure | None
    found: Shown | None
    waves: tuple[Wave, ...]


def subject(release: Release, view: View) -> Subject:
    """The exact figure of a view; none where the release has no such cell."""
    figure = release.figure(view.indicator.id, view.wave.id, view.area, view.sex, view.contrast, view.span)
    return Subject(release, view, figure, shown(figure), pooled(release, view.wave, view.span))


def page(scene: Scene) -> list[Any]:
    """Everything below the header."""
    release, view = scene.release, scene.view
    _ = translator(view.language)
    told = subject(release, view)
    head = [
        html.P(_("About this figure"), className="lead"),
        html.H1(said(told)),
        html.P(small_print(told.figure, release, view), className="foot"),
        label(release, view.language),
        _choice(scene),
    ]
    return [
        *banner(release, view.language),
        html.Section(head, className="headline"),
        section(_("The figure and how sure it is"), [terms(_figure(told)), _signs(view.language)], "about"),
        section(
            _("The question as it was asked"),
            [questions(view), *answers(view.indicator, view.language)],
            "about",
        ),
        section(_("Who was asked, and how"), [terms(_fieldwork(told))], "about"),
        section(_("The definition"), [terms(_definition(told))], "about"),
        section(_("How to check it"), [terms(_check(scene))], "about"),
    ]


def name_of(told: Subject) -> str:
    """What the figure is about, in words: indicator, sex, area, wave, pooling and contrast."""
    view, language = told.view, told.view.language
    _n = plural_translator(language)
    areas = {area.code: in_language(area.name, language) for area in told.release.areas}
    parts = [
        in_language(view.indicator.name, language),
        contrasts(language)[view.contrast] if view.contrast else "",
        sexes(language)[view.sex] if view.sex else "",
        areas.get(view.area, ""),
        month(view.wave, language),
        _n("%(num)d wave pooled", "%(num)d waves pooled", view.span) if view.span > 1 else "",
    ]
    return joined((part for part in parts if part), language)


def said(told: Subject) -> str:
    """The figure as a sentence with its interval, or why there is none."""
    _ = translator(told.view.language)
    language, name = told.view.language, name_of(told)
    if told.found is None or told.view.contrast == LEVEL:
        return reading(name, told.figure, told.release, language)
    values = {
        "label": name,
        "difference": signed(told.found.estimate, language, decimals(told.found)),
        "interval": signed_interval(told.found, language),
    }
    if against(told.found) == "same":
        return _("%(label)s: %(difference)s points (%(interval)s), which chance alone can explain", **values)
    return _("%(label)s: %(difference)s points (%(interval)s), more than chance explains", **values)


def contrasts(language: str) -> dict[str, str]:
    """What is compared, by its code."""
    _ = translator(language)
    return {
        LEVEL: _("The share itself"),
        GAP: _("Women minus men"),
        CHANGE: _("Change since the wave before"),
        YEAR: _("Change since about a year before"),
    }


def sexes(language: str) -> dict[str, str]:
    """Who is looked at, by its code."""
    _ = translator(language)
    return {"": _("Everybody"), WOMEN: _("Women"), MEN: _("Men")}


def _choice(scene: Scene) -> Any:
    release, view = scene.release, scene.view
    _, _n, language = translator(view.language), plural_translator(view.language), view.language
    cards = [(card.id, in_language(card.name, language)) for card in release.indicators]
    waves = [(wave.id, month(wave, language)) for wave in reversed(in_time(release.waves))]
    areas = [("", _("The whole survey")), *((area.code, in_language(area.name, language)) for area in release.areas)]
    fields = [
        select("indicator", _("Indicator"), cards, view.indicator.id),
        select("wave", _("Wave"), waves, view.wave.id),
        select("area", _("Area"), areas, view.area),
        select("sex", _("Women and men"), list(sexes(language).items()), view.sex),
        select("contrast", _("What is compared"), list(contrasts(language).items()), view.contrast),
    ]
    pooling = [(str(span), _n("%(num)d wave", "%(num)d waves", span)) for span in spans(release)]
    if len(pooling) > 1:
        fields.append(select("span", _("Waves pooled"), pooling, str(view.span)))
    return form(fields, scene.prefix + view.path, language)


def _figure(told: Subject) -> list[tuple[str, Any]]:
    language, figure, found = told.view.language, told.figure, told.found
    _ = translator(language)
    status = standing(figure, language, told.release.parameters)
    least = told.release.parameters.get("k")
    rules = str(told.release.parameters.get("rule_set", ""))
    end = [
        (_("Fewest answers shown"), number(least, language) if isinstance(least, int | float) else _("not stated")),
        (
            _("Rules of what is reliable"),
            [rule_words(rules, language), " ", html.Code(rules, dir="ltr")] if rules else _("not stated"),
        ),
    ]
    if figure is None or found is None:
        return [(_("Estimate"), _sign(figure)), (_("Status"), status), *end]
    is_level = told.view.contrast == LEVEL
    said, places = percent if is_level else signed, decimals(found)
    estimate = said(found.estimate, language, places)
    bounds = interval(found, language, places) if is_level else signed_interval(found, language)
    error = None if figure.se is None else figure.se * 100
    return [
        (_("Estimate"), estimate if is_level else _("%(value)s points", value=estimate)),
        (_("%(level)s interval", level=level(language)), bounds),
        (_("How to read an interval"), how_to_read(language)),
        (_("Answers behind the figure"), answered(figure, language)),
        (_("How the answers came in"), mode_mix(told.waves, language)),
        (_("Status"), status),
        (_("Standard error"), _decimal(error, language, _("%(value)s points"))),
        (_("Design effect"), [_decimal(figure.deff, language), html.Br(), _design_effect(language)]),
        (_("Degrees of freedom"), _decimal(figure.df, language, decimals=0)),
        (_("Method of the interval"), method(figure.method, language)),
        *end,
    ]


def _design_effect(language: str) -> str:
    _ = translator(language)
    return _("How many times larger the variance is than of as many people drawn at random.")


def _sign(figure: Figure | None) -> Any:
    locked = figure is not None and figure.status == CONFIDENTIAL
    return html.Span("" if locked else sign(figure), className="sign sign-lock" if locked else "sign")


def _signs(language: str) -> Any:
    """The signs that stand in place of a number, in words."""
    _ = translator(language)
    rows = []
    for status in (CONFIDENTIAL, UNRELIABLE, UNAVAILABLE):
        figure = Figure("", "", "", "", "", status)
        mark = html.Span(
            SIGNS[status],
            className="sign sign-lock" if status == CONFIDENTIAL else "sign",
            **{"aria-hidden": "true"},
        )
        rows.append(html.Li([mark, " ", withheld(figure, language, {})]))
    return html.Div([html.H3(_("Signs in place of a number")), html.Ul(rows, className="withheld")], className="signs")


def _fieldwork(told: Subject) -> list[tuple[str, Any]]:
    language, waves = told.view.language, told.waves
    _ = translator(language)
    dates = [
        _("%(opens)s to %(closes)s", opens=day(wave.opens, language), closes=day(wave.closes, language))
        for wave in waves
    ]
    weights = str(told.release.parameters.get("weights", ""))
    return [
        (_("Fieldwork"), html.Ul([html.Li(each) for each in dates])),
        (_("Sample"), kind_of_sample(told.release, language)),
        (_("Finished interviews"), fenced(number(sum(wave.n for wave in waves), language), language)),
        (_("Data quality"), html.Ul([html.Li(_of(wave, language)) for wave in waves])),
        (_("Weights"), _weights(weights, language)),
    ]


def _weights(code: str, language: str) -> Any:
    _ = translator(language)
    known = {
        "raked to area and to sex by age": _("Raked to the census: to areas, and to sexes by age."),
        "given": _("As those who collected the answers gave them."),
        "": _("not stated"),
    }
    return known.get(code) or html.Bdi(code)


def _of(wave: Wave, language: str) -> str:
    _ = translator(language)
    return _("%(label)s: %(reason)s", label=month(wave, language), reason=hurry(wave, language))


def _definition(told: Subject) -> list[tuple[str, Any]]:
    language, card = told.view.language, told.view.indicator
    _ = translator(language)
    return [
        (_("What it says"), in_language(card.definition, language)),
        (_("Who is counted"), in_language(card.base, language)),
        (_("Which way is better"), better(card, language)),
        (_("Source of the question"), html.Bdi(card.source)),
        (_("Wording"), wording(card, language)),
        (_("Registration"), registration(card, told.release.waves, language)),
        (_("Hash of the definition"), digest(card, language)),
    ]


def _check(scene: Scene) -> list[tuple[str, Any]]:
    release, language = scene.release, scene.view.language
    _ = translator(language)
    versions = [html.Li(html.Code(version, dir="ltr")) for version in release.questionnaires]
    if scene.open_data:
        data: Any = html.A(_("All figures of this release as open data"), href=scene.open_data)
    else:
        data = _("In the folder “open” of the release.")
    return [
        (_("Release"), html.Code(release.id, dir="ltr")),
        (_("Made on"), day(release.created, language)),
        (_("Version of the software"), html.Bdi(release.software)),
        (_("Versions of the questionnaire"), html.Ul(versions)),
        (
            _("Verify"),
            [
                _("Whoever has the release compares every file with its checksum and signature by:"),
                " ",
                html.Code(VERIFY, dir="ltr"),
            ],
        ),
        (_("Open data"), data),
        (_("Permanent link"), html.A(_("This figure"), href=scene.address(scene.view))),
    ]


def _decimal(value: float | None, language: str, unit: str = "", decimals: int = 1) -> str:
    _ = translator(language)
    if value is None or not isfinite(value):
        return _("not stated")
    return (unit or "%(value)s") % {"value": fenced(number(value, language, decimals), language)}
