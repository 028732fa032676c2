"""The figures as sentences that a person would say, and never more than their interval says.

Each sentence is one message with places for the numbers, so that each language keeps its own order.
"""

from dataclasses import dataclass

from analytics.release import CHANGE, GAP, YEAR, IndicatorCard, TargetCard
from analytics.release_words import points, withheld
from analytics.verdict import against, apart
from translations.languages import day, percent, translator

from .judgement import Scene, shown
from .numerals import places

UNKNOWN = "none"


@dataclass(frozen=True)
class Said:
    """A sentence on a difference, and the verdict that its mark shows: higher, same, lower or none."""

    verdict: str
    text: str


def headline(scene: Scene, card: IndicatorCard) -> str:
    """The estimate with its interval, and how it stands to the wave before."""
    _ = translator(scene.language)
    name, figure = scene.named(card.name), scene.figure(card)
    found = shown(figure)
    if found is None:
        reason = withheld(figure, scene.language, scene.release.parameters)
        return _("%(name)s: no figure can be shown for this wave. %(reason)s", name=name, reason=reason)
    values = {"name": name, "estimate": found.share(scene.language), "interval": found.interval(scene.language)}
    change = shown(scene.figure(card, CHANGE))
    if change is None:
        if len(scene.waves) == 1:
            return _("%(name)s: %(estimate)s (%(interval)s). There is no earlier wave to compare it with.", **values)
        return _("%(name)s: %(estimate)s (%(interval)s). The change since the last wave cannot be shown.", **values)
    values |= {
        "points": points(change.estimate, scene.language, change.decimals),
        "change": change.bounds(scene.language),
    }
    match against(change):
        case "higher":
            return _(
                "%(name)s: %(estimate)s (%(interval)s), up %(points)s (%(change)s) since the last wave, "
                "more than chance explains.",
                **values,
            )
        case "lower":
            return _(
                "%(name)s: %(estimate)s (%(interval)s), down %(points)s (%(change)s) since the last wave, "
                "more than chance explains.",
                **values,
            )
        case _same:
            return _("%(name)s: %(estimate)s (%(interval)s). It cannot be told apart from the last wave.", **values)


def change(scene: Scene, card: IndicatorCard) -> Said:
    """The change since the last wave, under a heading that says so."""
    _ = translator(scene.language)
    found = shown(scene.figure(card, CHANGE))
    if found is None:
        return Said(UNKNOWN, _("Change cannot be shown"))
    size, bounds = points(found.estimate, scene.language, found.decimals), found.bounds(scene.language)
    verdict = against(found)
    return Said(
        verdict,
        {
            "higher": _("Up %(points)s (%(interval)s), more than chance explains", points=size, interval=bounds),
            "lower": _("Down %(points)s (%(interval)s), more than chance explains", points=size, interval=bounds),
            "same": _("Cannot be told apart from the last wave (%(interval)s)", interval=bounds),
        }[verdict],
    )


def since_last(scene: Scene, card: IndicatorCard) -> Said:
    """The change since the last wave."""
    _ = translator(scene.language)
    found = shown(scene.figure(card, CHANGE))
    if found is None:
        if len(scene.waves) == 1:
            return Said(UNKNOWN, _("First wave: no earlier one to compare with"))
        return Said(UNKNOWN, _("Since the last wave: the change cannot be shown"))
    size, bounds = points(found.estimate, scene.language, found.decimals), found.bounds(scene.language)
    verdict = against(found)
    return Said(
        verdict,
        {
            "higher": _(
                "Since the last wave: up %(points)s (%(interval)s), more than chance", points=size, interval=bounds
            ),
            "lower": _(
                "Since the last wave: down %(points)s (%(interval)s), more than chance", points=size, interval=bounds
            ),
            "same": _("Since the last wave: cannot be told apart (%(interval)s)", interval=bounds),
        }[verdict],
    )


def since_year(scene: Scene, card: IndicatorCard) -> Said | None:
    """The change since the wave a year before; None where the release has no such comparison."""
    _ = translator(scene.language)
    figure = scene.figure(card, YEAR)
    if figure is None:
        return None
    found = shown(figure)
    if found is None:
        return Said(UNKNOWN, _("Since a year before: the change cannot be shown"))
    size, bounds = points(found.estimate, scene.language, found.decimals), found.bounds(scene.language)
    verdict = against(found)
    return Said(
        verdict,
        {
            "higher": _(
                "Since a year before: up %(points)s (%(interval)s), more than chance", points=size, interval=bounds
            ),
            "lower": _(
                "Since a year before: down %(points)s (%(interval)s), more than chance", points=size, interval=bounds
            ),
            "same": _("Since a year before: cannot be told apart (%(interval)s)", interval=bounds),
        }[verdict],
    )


def gap(scene: Scene, card: IndicatorCard, span: int = 1) -> str:
    """How women and men stand to each other."""
    _ = translator(scene.language)
    found = shown(scene.figure(card, GAP, span=span))
    if found is None:
        return _("The gap between women and men cannot be shown.")
    values = {
        "points": points(found.estimate, scene.language, found.decimals),
        "interval": found.bounds(scene.language),
    }
    match against(found):
        case "higher":
            return _(
                "The share among women is higher than among men by %(points)s (%(interval)s), "
                "more than chance explains.",
                **values,
            )
        case "lower":
            return _(
                "The share among men is higher than among women by %(points)s (women minus men: %(interval)s), "
                "more than chance explains.",
                **values,
            )
        case _same:
            return _("The answers of women and men cannot be told apart.")


def beside_the_whole(scene: Scene, card: IndicatorCard) -> str:
    """How the scene's area stands to the whole survey; "" where one of the two has no figure."""
    _ = translator(scene.language)
    whole, found = shown(scene.figure(card, area="")), shown(scene.figure(card))
    if whole is None or found is None:
        return ""
    figure = whole.share(scene.language)
    verdict = apart(found, whole)
    return {
        "higher": _("It is higher than in the whole survey (%(figure)s), more than chance explains.", figure=figure),
        "lower": _("It is lower than in the whole survey (%(figure)s), more than chance explains.", figure=figure),
        "same": _("It cannot be told apart from the whole survey (%(figure)s).", figure=figure),
    }[verdict]


def target_of(scene: Scene, card: IndicatorCard) -> tuple[str, float] | None:
    """The milestone that comes next, or the target when all are past: its day and its share. None without one."""
    found: TargetCard | None = next((each for each in scene.release.targets if each.indicator == card.id), None)
    if found is None or not found.milestones:
        return None
    return next((each for each in found.milestones if each[0] >= scene.wave.closes), found.milestones[-1])


def target(scene: Scene, card: IndicatorCard) -> str:
    """What a programme wants the indicator to be, and whether its interval tells that it is; "" without a target."""
    _ = translator(scene.language)
    wanted, found = target_of(scene, card), shown(scene.figure(card))
    if wanted is None:
        return ""
    date, share = wanted
    values = {"day": day(date, scene.language), "share": percent(share, scene.language, places(share))}
    if found is None:
        return _("Target for %(day)s: %(share)s", **values)
    verdict = against(found, share)
    if verdict == "same":
        return _("Target for %(day)s: %(share)s. The figure cannot be told apart from it", **values)
    if (verdict == "higher") == (card.direction != "lower_is_better"):
        return _("Target for %(day)s: %(share)s. The figure is better, more than chance explains", **values)
    return _("Target for %(day)s: %(share)s. The figure falls short of it, more than chance explains", **values)
