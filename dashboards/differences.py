"""Changes and gaps side by side, each as a sentence that says no more than its interval among all that are compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analytics.release import CHANGE, GAP, YEAR, Figure, Release
from analytics.release_words import month, points, sample, withheld
from dashboards.among import Standing, among
from dashboards.caterpillar import Dot, caterpillar, size
from dashboards.charts import Chart, points_axis
from dashboards.compared_places import warning
from dashboards.elements import html
from dashboards.exhibits import Exhibit, Table
from dashboards.formats import signed_interval
from dashboards.judgement import Shown, shown
from dashboards.tables import answered, difference_cells, heads
from dashboards.view import View
from translations.languages import level, listed, signed, translator


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
    drawn = [row.found for row in rows if row.found]
    groups = _groups(rows, language)
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
        chart=caterpillar(groups, language, _points_axis(drawn, language)) if groups else None,
        size=size(groups),
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


def _groups(rows: Sequence[_Row], language: str) -> dict[str, list[Dot]]:
    groups = {
        name: [
            Dot(row.subject.name, row.found, _hover(row, row.found, language))
            for row in rows
            if row.found and row.contrast == kind
        ]
        for kind, name in contrasts(language).items()
    }
    return {name: dots for name, dots in groups.items() if dots}


def _hover(row: _Row, found: Shown, language: str) -> str:
    _ = translator(language)
    return _(
        "%(label)s: %(gap)s (%(interval)s), n = %(n)s",
        label=row.subject.name,
        gap=signed(found.estimate, language),
        interval=signed_interval(found, language),
        n=answered(row.figure, language),
    )


def _points_axis(found: Sequence[Shown], language: str) -> Chart:
    """Points around 0, never nearer than 20 to both sides."""
    widest = max(max(abs(item.low), abs(item.high)) for item in found) * 100
    bound = max(20, 10 * (int(widest // 10) + 1))
    step = 10 * max(1, round(bound / 20))  # three to five ticks: more would not fit a phone
    ticks = [value for value in range(-bound, bound + 1) if value % step == 0]
    return points_axis((-bound * 1.08, bound * 1.08), ticks, language)
