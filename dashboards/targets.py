"""What a programme wants an indicator to be, and what the interval lets one say of it: never more than it bears.

The same rule as the results framework's, where a milestone is due: nothing is interpolated between two of them.
"""

from dataclasses import dataclass
from typing import Any, Literal

from analytics.release import IndicatorCard, Release, TargetCard, Wave
from dashboards.elements import html
from dashboards.judgement import Shown, shown
from translations.languages import day, percent, translator

Status = Literal["met", "on_track", "behind", "cannot_tell", "not_due", "no_figure"]
LOWER_IS_BETTER = "lower_is_better"


@dataclass(frozen=True, slots=True)
class Standing:
    """How an indicator stands to what is wanted of it by a day: the milestone that is due, else the first, else the
    target where it is met. share: 0..1; day: ISO."""

    day: str
    share: float
    status: Status


def wanted(release: Release, indicator: str) -> TargetCard | None:
    """The target of an indicator, if it has one with a milestone."""
    return next((card for card in release.targets if card.indicator == indicator and card.milestones), None)


def standing(release: Release, card: IndicatorCard, wave: Wave) -> Standing | None:
    """How everybody's figure of a wave stands to the target; None where the indicator has none.

    "met" and "on_track" need the whole interval at the share or better, "behind" the whole interval worse.
    """
    target = wanted(release, card.id)
    if target is None:
        return None
    due = next((each for each in reversed(target.milestones) if each[0] <= wave.closes), None)
    found = shown(release.figure(card.id, wave.id))
    last = target.milestones[-1]
    if found is None:
        return Standing(*(due or target.milestones[0]), "no_figure")
    lower = card.direction == LOWER_IS_BETTER
    if _side(found, last[1], lower=lower) == "on_track":
        return Standing(*last, "met")
    return Standing(*due, _side(found, due[1], lower=lower)) if due else Standing(*target.milestones[0], "not_due")


def _side(found: Shown, share: float, *, lower: bool) -> Status:
    low, high, mark = (round(value, 6) for value in (found.low, found.high, share))
    if lower:
        low, high, mark = -high, -low, -mark
    return "on_track" if low >= mark else "behind" if high < mark else "cannot_tell"


def in_words(found: Standing, language: str) -> Any:
    """A line of a tile: the standing as a tag, what is wanted by when, and why the tag says so."""
    _ = translator(language)
    tags = {
        "met": _("target met"),
        "on_track": _("on track"),
        "behind": _("behind"),
        "cannot_tell": _("cannot be told apart"),
        "not_due": _("not due yet"),
        "no_figure": _("no figure"),
    }
    return html.P(
        [html.Span(tags[found.status], className=f"standing standing-{found.status}"), " ", said(found, language)],
        className="target",
    )


def said(found: Standing, language: str) -> str:
    """What is wanted by when, and how the interval stands to it."""
    _ = translator(language)
    values = {"day": day(found.day, language), "share": percent(found.share, language)}
    return {
        "met": _("Target for %(day)s: %(share)s. The whole interval is at it or better.", **values),
        "on_track": _("Target for %(day)s: %(share)s. The whole interval is at it or better.", **values),
        "behind": _("Target for %(day)s: %(share)s. The whole interval is worse.", **values),
        "cannot_tell": _("Target for %(day)s: %(share)s. It lies within the interval.", **values),
        "not_due": _("Target for %(day)s: %(share)s.", **values),
        "no_figure": _("Target for %(day)s: %(share)s.", **values),
    }[found.status]
