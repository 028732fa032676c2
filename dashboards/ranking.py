"""Areas grouped by what can be told apart from the whole survey, in alphabetical order inside a group.

A rank that chance could turn round is no finding, so there is none; areas without a figure are listed with the reason.
"""

import unicodedata
from typing import Any

from analytics.release import CONFIDENTIAL, Release
from analytics.release_words import withheld
from dashboards.captions import base_and_unit, foot
from dashboards.charts import ACCENT, BAND, ZERO, Chart, figure, heading, share_axis, whiskers
from dashboards.elements import html
from dashboards.exhibits import Exhibit, Table
from dashboards.formats import chart_text, literal, with_interval
from dashboards.judgement import AreaFigure, Shown, areas, shown
from dashboards.sentences import hover
from dashboards.sentences import ranking as ranking_summary
from dashboards.tables import cells, heads
from dashboards.view import View, in_language
from dashboards.words import sign
from translations.languages import direction, translator

ROW, LETTER, LONGEST_LABEL = 26, 6.8, 168


def ranking(release: Release, view: View) -> Exhibit:
    """The exhibit of areas with their intervals."""
    _ = translator(view.language)
    language = view.language
    found = areas(release, view.indicator.id, view.wave.id)
    whole = shown(release.figure(view.indicator.id, view.wave.id))
    groups = grouped(found, language)
    named = {item.area.code: in_language(item.area.name, language) for item in found}
    verdicts = {code: name for name, items in groups.items() for code in (item.area.code for item in items)}
    rows = sum(len(items) + 1 for items in groups.values())
    return Exhibit(
        name="ranking",
        title=_("Which areas stand out from the whole?"),
        subtitle=base_and_unit(view),
        foot=foot(release, view),
        summary=ranking_summary(found, language),
        table=Table(
            caption=_("%(name)s, by area", name=in_language(view.indicator.name, language)),
            heads=heads((_("Area"), _("Against the whole")), language),
            rows=tuple(
                (named[item.area.code], verdicts.get(item.area.code, ""), *cells(item.figure, release, language))
                for item in alphabetical(found, language)
            ),
        ),
        chart=_chart(groups, whole, language) if groups else None,
        size={"blockSize": f"{ROW * rows + 56}px"},
        legend=(*_whole_key(whole, language), *_caution_key(found, language)),
        after=_withheld(found, release, language),
    )


def alphabetical(found: tuple[AreaFigure, ...], language: str) -> list[AreaFigure]:
    """Areas by name, an accented letter beside the plain one and the Arabic article counted as written."""
    return sorted(found, key=lambda item: (_plain(in_language(item.area.name, language)), item.area.code))


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def grouped(found: tuple[AreaFigure, ...], language: str) -> dict[str, list[AreaFigure]]:
    """The areas that have a figure, under the words for how they stand to the whole; no group is empty."""
    _ = translator(language)
    names = {
        "higher": _("Higher than the whole"),
        "same": _("Cannot be told apart from the whole"),
        "lower": _("Lower than the whole"),
        None: _("No figure for the whole to compare with"),
    }
    ordered = [item for item in alphabetical(found, language) if item.shown is not None]
    groups = {name: [item for item in ordered if item.verdict == verdict] for verdict, name in names.items()}
    return {name: items for name, items in groups.items() if items}


def _chart(groups: dict[str, list[AreaFigure]], whole: Shown | None, language: str) -> Chart:
    rtl = direction(language) == "rtl"
    places, labels, found, hovers, heads_at = [], [], [], [], []
    row = 0
    for name, items in groups.items():
        heads_at.append((row, name))
        row += 1
        for item in items:
            assert item.shown is not None
            label = in_language(item.area.name, language)
            places.append(row)
            labels.append(label)
            found.append(item.shown)
            hovers.append(literal(hover(label, item.shown, language)))
            row += 1
    margin = min(max(len(label) for label in labels) * LETTER + 16, LONGEST_LABEL)
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [item.estimate * 100 for item in found],
        "y": places,
        "marker": {
            "color": ACCENT,
            "size": 9,
            "symbol": ["circle-open" if item.review else "circle" for item in found],
            "line": {"width": 2, "color": ACCENT},
        },
        "error_x": whiskers(found, ACCENT),
        "hoverinfo": "text",
        "hovertext": hovers,
    }
    side = (
        {"xref": "paper", "x": 1, "xanchor": "right", "xshift": margin}
        if rtl
        else {"xref": "paper", "x": 0, "xanchor": "left", "xshift": -margin}
    )
    return figure(
        [trace],
        margin={"l": 16 if rtl else margin, "r": margin if rtl else 16, "t": 4, "b": 32},
        xaxis=share_axis(language, across=True),
        yaxis={
            "range": [row - 0.4, -0.6],
            "tickvals": places,
            "ticktext": [chart_text(label, language) for label in labels],
            "side": "right" if rtl else "left",
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "ticklabelstandoff": 6,
        },
        shapes=_whole(whole),
        annotations=[heading(name, language, y=place, yanchor="middle", **side) for place, name in heads_at],
    )


def _whole_key(whole: Shown | None, language: str) -> tuple[str, ...]:
    _ = translator(language)
    if whole is None:
        return ()
    return (_("The dashed line and its band are the whole survey: %(figure)s", figure=with_interval(whole, language)),)


def _caution_key(found: tuple[AreaFigure, ...], language: str) -> tuple[Any, ...]:
    _ = translator(language)
    if not any(item.shown is not None and item.shown.review for item in found):
        return ()
    return ([html.Span(className="key key-caution", **{"aria-hidden": "true"}), _("to be read with caution")],)


def _whole(whole: Shown | None) -> list[Chart]:
    if whole is None:
        return []
    down = {"yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    return [
        {
            "type": "rect",
            "x0": whole.low * 100,
            "x1": whole.high * 100,
            "fillcolor": BAND,
            "line": {"width": 0},
            **down,
        },
        {
            "type": "line",
            "x0": whole.estimate * 100,
            "x1": whole.estimate * 100,
            "line": {"color": ZERO, "width": 1.5, "dash": "dash"},
            **down,
        },
    ]


def _withheld(found: tuple[AreaFigure, ...], release: Release, language: str) -> tuple[Any, ...]:
    _ = translator(language)
    hidden = [item for item in alphabetical(found, language) if item.shown is None]
    if not hidden:
        return ()
    return (
        html.H4(_("Areas without a figure")),
        html.Ul(
            [
                html.Li(
                    [
                        _mark(item),
                        html.Strong(in_language(item.area.name, language)),
                        " ",
                        withheld(item.figure, language, release.parameters),
                    ]
                )
                for item in hidden
            ],
            className="withheld",
        ),
    )


def _mark(item: AreaFigure) -> Any:
    locked = item.figure is not None and item.figure.status == CONFIDENTIAL
    return html.Span(
        "" if locked else sign(item.figure),
        className="sign sign-lock" if locked else "sign",
        **{"aria-hidden": "true"},
    )
