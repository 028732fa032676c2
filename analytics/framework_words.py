"""The results framework in words: statuses, what decided them, and how they are decided, in three languages."""

from collections.abc import Sequence

from translations.languages import number, translator

from .framework import BEHIND, MET, NO_FIGURE, NOT_RELEASED, ON_TRACK, START, UNSURE, Row
from .release import PUBLISHED, UNAVAILABLE, Figure, Release
from .release_words import SIGNS
from .release_words import withheld as said


def mark(figure: Figure) -> str:
    """The sign that stands for a number that is not there; "" where there is one."""
    return SIGNS.get(figure.status, SIGNS[UNAVAILABLE])


def status_name(status: str, language: str) -> str:
    """A status as it stands in a table."""
    _ = translator(language)
    return {
        MET: _("target met"),
        ON_TRACK: _("on track"),
        BEHIND: _("behind"),
        UNSURE: _("cannot be told apart"),
        START: _("baseline"),
        NO_FIGURE: _("no figure"),
    }[status]


def why(row: Row, release: Release, language: str) -> str:
    """What decided a row's status, as a sentence."""
    _ = translator(language)
    if row.actual.status != PUBLISHED:
        return withheld(row.actual, release, language)
    if row.status == MET:
        return _("The whole interval is at the target or better.")
    if row.status == START:
        return _("This is the baseline: there is nothing to compare it with yet.")
    if row.due is not None:
        return {
            ON_TRACK: _("The whole interval is at the milestone that is due, or better."),
            BEHIND: _("The whole interval is worse than the milestone that is due."),
            UNSURE: _("The milestone that is due lies within the interval."),
        }[row.status]
    return {
        ON_TRACK: _("No milestone is due yet; it is better than the baseline by more than chance explains."),
        BEHIND: _("No milestone is due yet; it is worse than the baseline by more than chance explains."),
        UNSURE: _("No milestone is due yet; it cannot be told apart from the baseline."),
        NO_FIGURE: _("No milestone is due yet, and the baseline has no figure to compare with."),
    }[row.status]


def withheld(figure: Figure, release: Release, language: str) -> str:
    """Why a figure has no number."""
    return said(None if figure.reason == NOT_RELEASED else figure, language, release.parameters)


def change_name(row: Row, language: str) -> str:
    """How a figure stands to its baseline."""
    _ = translator(language)
    if row.change.status != PUBLISHED:
        return ""
    return {1: _("better"), -1: _("worse"), 0: _("cannot be told apart")}[row.moved]


def direction_name(row: Row, language: str) -> str:
    """Which way an indicator gets better."""
    _ = translator(language)
    return _("lower is better") if row.lower else _("higher is better")


def rules(language: str) -> Sequence[tuple[str, str]]:
    """How statuses are decided: a name and what it means."""
    _ = translator(language)
    return (
        (_("target met"), _("The whole interval is at the target or better, also before its day.")),
        (_("on track"), _("The whole interval is at the milestone that is due, or better.")),
        (_("behind"), _("The whole interval is worse than the milestone that is due.")),
        (
            _("cannot be told apart"),
            _("The milestone lies within the interval: the sample cannot tell on which side the truth is."),
        ),
        (_("baseline"), _("The wave that the programme starts from.")),
        (_("no figure"), _("The figure is withheld: “c” to protect respondents, “:” since it is not reliable enough.")),
        (
            _("Milestone that is due"),
            _(
                "The last one whose day is at or before the close of the wave. Between two milestones nothing is "
                "interpolated."
            ),
        ),
        (
            _("Before the first milestone"),
            _(
                "The figure is compared with its baseline: on track or behind only where the change is more than "
                "chance explains."
            ),
        ),
        (
            _("Change since the baseline"),
            _(
                "The release’s own change where it is between these two waves; else the difference of both published "
                "figures, with an interval from both of theirs as if the waves were independent (Zou and Donner 2008), "
                "widened by what rounding took."
            ),
        ),
        (
            _("Several indicators"),
            _("Each is judged by itself. Of twenty that have not moved, one will seem to, by chance."),
        ),
    )


def notes(release: Release, language: str) -> Sequence[str]:
    """What must be known before any number is read: what the sample is, and that examples are examples."""
    _ = translator(language)
    found = []
    if release.synthetic:
        found.append(
            _("Synthetic data: no resident was asked. The targets are examples; no authority has adopted them.")
        )
    if release.sample != "probability":
        found.append(
            _("Not a probability sample: the intervals rest on a model, and there is no margin of sampling error.")
        )
    level = number(float(release.parameters.get("level", 0.95)) * 100, language)
    level += "\N{NO-BREAK SPACE}%" if language == "fr" else "%"
    found.append(
        _("Intervals at %(level)s. Figures of the whole survey; those that are withheld have no number.", level=level)
    )
    return found
