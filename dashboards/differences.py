"""Changes and gaps side by side, each as a sentence that says no more than its interval among all that are compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analytics.release import CHANGE, GAP, YEAR, Figure, Release
from analytics.release_words import month, points, sample, withheld
from dashboards.among import Standing, among
from dashboards.charts import ACCENT, LINE, ZERO, Chart, figure, heading, whiskers
from dashboards.compared_places import warning
from dashboards.elements import html
from dashboards.exhibits import Exhibit, Table
from dashboards.formats import chart_text, literal, signed_interval
from dashboards.judgement import Shown, shown
from dashboards.tables import answered, difference_cells, heads
from dashboards.view import View
from translations.languages import direction, level, listed, signed, translator

ROW, LETTER, WIDEST = 26, 7.2, 188


@dataclass(frozen=True, slots=True)
class Subject:
    """What a difference is of: an indicator in an area ("" the whole), by the name that tells it from the others."""

    indicator: str
    area: str
    name: str


@dataclass(frozen=True, slots=True)
class _Row:
    subject: Subject
    contrast: str
    figure: Figure | None
    found: Shown | None
    standing: Standing | None


def differences(release: Release, view: View, subjects: Sequence[Subject], name: str, title: str) -> Exhibit:
    """The exhibit of the gap, the change since the wave before and since a year before, of each subject."""
    _ = translator(view.language)
    language = view.language
    rows = _rows(release, view, subjects)
    kinds = contrasts(language)
    drawn = [row for row in rows if row.found]
    return Exhibit(
        name=name,
        title=title,
        subtitle=_("Differences in points, with %(level)s intervals.", level=level(language)),
        foot=_("%(wave)s, %(sample)s.", wave=month(view.wave, language), sample=sample(release.sample, language)),
        summary=listed([f"{row.subject.name}: {said(row, release, language)}" for row in rows], language)
        or _("No figure can be shown."),
        table=Table(
            caption=title,
            heads=heads((_("What is compared"), _("Difference"), _("In words")), language),
            rows=tuple(
                (
                    row.subject.name,
                    kinds[row.contrast],
                    said(row, release, language),
                    *difference_cells(row.figure, release, language),
                )
                for row in rows
            ),
            figures=tuple(row.figure for row in rows),
        ),
        chart=_chart(rows, language) if drawn else None,
        size={"blockSize": f"{ROW * (len(drawn) + len({row.contrast for row in drawn})) + 56}px"},
        after=(
            *([html.P(warning(len(drawn), language), className="caution")] if len(drawn) > 1 else []),
            _sentences(rows, release, language),
        ),
        indicator=subjects[0].indicator,
    )


def contrasts(language: str) -> dict[str, str]:
    """What each difference is between, in the order in which they stand."""
    _ = translator(language)
    return {
        GAP: _("Women minus men"),
        CHANGE: _("Since the wave before"),
        YEAR: _("Since a year before"),
    }


def in_words(release: Release, view: View, subject: Subject, contrast: str) -> str:
    """One difference by itself as a sentence."""
    (row,) = _judged([(subject, contrast, _figure(release, view, subject, contrast))])
    return said(row, release, view.language)


def _figure(release: Release, view: View, subject: Subject, contrast: str) -> Figure | None:
    return release.figure(subject.indicator, view.wave.id, area=subject.area, contrast=contrast, span=view.span)


def _rows(release: Release, view: View, subjects: Sequence[Subject]) -> list[_Row]:
    """Of pooled waves a release has no change: neighbours share answers. What it has no cell of is no row."""
    asked = [
        (subject, contrast, found)
        for contrast in contrasts(view.language)
        for subject in subjects
        if (found := _figure(release, view, subject, contrast)) is not None
    ]
    return _judged(asked)


def _judged(asked: Sequence[tuple[Subject, str, Figure | None]]) -> list[_Row]:
    found = [shown(item) for _subject, _contrast, item in asked]
    return [
        _Row(subject, contrast, item, numbers, standing)
        for (subject, contrast, item), numbers, standing in zip(asked, found, among(found), strict=True)
    ]


def said(row: _Row, release: Release, language: str) -> str:
    """A difference in words, with its interval; why it is withheld where it is."""
    if row.found is None:
        return withheld(row.figure, language, release.parameters)
    values = {"points": points(row.found.estimate, language), "interval": signed_interval(row.found, language)}
    return (_gap if row.contrast == GAP else _change)(row, values, language)


def _gap(row: _Row, values: dict[str, str], language: str) -> str:
    _ = translator(language)
    match row.standing:
        case "higher":
            return _("Women higher by %(points)s (%(interval)s), more than chance explains", **values)
        case "lower":
            return _("Men higher by %(points)s (women minus men: %(interval)s), more than chance explains", **values)
        case "higher_alone" | "lower_alone":
            return _(
                "Women and men differ taken alone, but cannot be told apart among so many (%(interval)s)", **values
            )
        case _same:
            return _("Women and men cannot be told apart (%(interval)s)", **values)


def _change(row: _Row, values: dict[str, str], language: str) -> str:
    _ = translator(language)
    match row.standing:
        case "higher":
            return _("Up %(points)s (%(interval)s), more than chance explains", **values)
        case "lower":
            return _("Down %(points)s (%(interval)s), more than chance explains", **values)
        case "higher_alone" | "lower_alone":
            return _("It moved taken alone, but that cannot be told from chance among so many (%(interval)s)", **values)
        case _same:
            return _("Cannot be told apart from before (%(interval)s)", **values)


def _sentences(rows: Sequence[_Row], release: Release, language: str) -> Any:
    """The sentences below one another, by what is compared."""
    return html.Div(
        [
            html.Div(
                [
                    html.H4(name),
                    html.Ul(
                        [
                            html.Li([html.Strong(row.subject.name), " ", said(row, release, language)])
                            for row in rows
                            if row.contrast == kind
                        ],
                        className="withheld",
                    ),
                ]
            )
            for kind, name in contrasts(language).items()
            if any(row.contrast == kind for row in rows)
        ]
    )


def _chart(rows: Sequence[_Row], language: str) -> Chart:
    _ = translator(language)
    rtl = direction(language) == "rtl"
    places, labels, found, hovers, heads_at = [], [], [], [], []
    at = 0
    for kind, name in contrasts(language).items():
        items = [row for row in rows if row.contrast == kind and row.found]
        if items:
            heads_at.append((at, name))
            at += 1
        for row in items:
            assert row.found is not None
            places.append(at)
            labels.append(_short(row.subject.name))
            found.append(row.found)
            hovers.append(
                literal(
                    _(
                        "%(label)s: %(gap)s (%(interval)s), n = %(n)s",
                        label=row.subject.name,
                        gap=signed(row.found.estimate, language),
                        interval=signed_interval(row.found, language),
                        n=answered(row.figure, language),
                    )
                )
            )
            at += 1
    margin = min(max(len(label) for label in labels) * LETTER + 16, WIDEST)
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [item.estimate * 100 for item in found],
        "y": places,
        "marker": {"color": ACCENT, "size": 9, "symbol": "diamond"},
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
        xaxis=_points_axis(found, language),
        yaxis=_rows_axis(places, labels, at, language),
        annotations=[heading(name, language, y=place, yanchor="middle", **side) for place, name in heads_at],
    )


def _rows_axis(places: list[int], labels: list[str], rows: int, language: str) -> Chart:
    """An axis of rows with their names where reading starts."""
    return {
        "range": [rows - 0.4, -0.6],
        "tickvals": places,
        "ticktext": [chart_text(label, language) for label in labels],
        "side": "right" if direction(language) == "rtl" else "left",
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "ticklabelstandoff": 6,
    }


def _short(name: str) -> str:
    """A name that fits beside a chart; the whole one is in the table."""
    most = int((WIDEST - 16) / LETTER)
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def _points_axis(found: Sequence[Shown], language: str) -> Chart:
    """Points around 0, never nearer than 20 to both sides."""
    widest = max(max(abs(item.low), abs(item.high)) for item in found) * 100
    bound = max(20, 10 * (int(widest // 10) + 1))
    step = 10 * max(1, round(bound / 20))  # three to five ticks: more would not fit a phone
    ticks = [value for value in range(-bound, bound + 1) if value % step == 0]
    ends = [-bound * 1.08, bound * 1.08]
    return {
        "range": ends[::-1] if direction(language) == "rtl" else ends,
        "tickvals": ticks,
        "tickangle": 0,
        "ticktext": [signed(value / 100, language) for value in ticks],
        "gridcolor": LINE,
        "zeroline": True,
        "zerolinecolor": ZERO,
        "zerolinewidth": 2,
        "fixedrange": True,
        "ticklabelstandoff": 4,
    }
