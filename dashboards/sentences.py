"""The figures as sentences that a person would say, in the reader's language.

Each sentence is one message with places for the numbers: nothing is pieced together, so that each language keeps its
own order. A difference that chance explains is said as plainly as one that it does not.
"""

from collections.abc import Mapping

from analytics.release import CHANGE, GAP, Figure, Release
from analytics.release_words import points, withheld
from analytics.verdict import against
from dashboards.formats import interval, signed_interval
from dashboards.judgement import AreaFigure, Shown, shown
from dashboards.view import View, in_language, in_time
from translations.languages import number, percent, plural_translator, translator


def headline(release: Release, view: View) -> str:
    """The estimate with its interval, and how it stands to the wave before."""
    _ = translator(view.language)
    figure = release.figure(view.indicator.id, view.wave.id)
    found = shown(figure)
    name = in_language(view.indicator.name, view.language)
    if found is None:
        reason = withheld(figure, view.language, release.parameters)
        return _("%(name)s: no figure can be shown for this wave. %(reason)s", name=name, reason=reason)
    values = {
        "name": name,
        "estimate": percent(found.estimate, view.language),
        "interval": interval(found, view.language),
    }
    change = shown(release.figure(view.indicator.id, view.wave.id, contrast=CHANGE))
    if change is None:
        if view.wave == in_time(release.waves)[0]:
            return _(
                "%(name)s: %(estimate)s (%(interval)s). There is no earlier wave to compare it with.",
                **values,
            )
        return _("%(name)s: %(estimate)s (%(interval)s). The change since the last wave cannot be shown.", **values)
    values |= {
        "points": points(change.estimate, view.language),
        "change": signed_interval(change, view.language),
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


def gap(release: Release, view: View) -> str:
    """How women and men stand to each other in the wave."""
    _ = translator(view.language)
    found = shown(release.figure(view.indicator.id, view.wave.id, contrast=GAP))
    if found is None:
        return _("The gap between women and men cannot be shown.")
    values = {
        "points": points(found.estimate, view.language),
        "interval": signed_interval(found, view.language),
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


def change(found: Shown | None, is_first: bool, language: str) -> str:
    """The change since the last wave, as it stands on a tile."""
    _ = translator(language)
    if found is None:
        return _("First wave: no earlier one to compare with") if is_first else _("Change cannot be shown")
    size, bounds = points(found.estimate, language), signed_interval(found, language)
    match against(found):
        case "higher":
            return _("Up %(points)s (%(interval)s), more than chance explains", points=size, interval=bounds)
        case "lower":
            return _("Down %(points)s (%(interval)s), more than chance explains", points=size, interval=bounds)
        case _same:
            return _("Cannot be told apart from the last wave (%(interval)s)", interval=bounds)


def answers(n: int, language: str) -> str:
    """A number of answers in words. The count chooses the plural; the number itself is written for the country."""
    _n = plural_translator(language)
    return _n("%(answers)s answer", "%(answers)s answers", n, answers=number(n, language))


def reading(label: str, figure: Figure | None, release: Release, language: str) -> str:
    """One point of a chart for a screen reader: what, how much, between what."""
    _ = translator(language)
    found = shown(figure)
    if found is None:
        return _("%(label)s: %(reason)s", label=label, reason=withheld(figure, language, release.parameters))
    return _(
        "%(label)s: %(estimate)s (%(interval)s)",
        label=label,
        estimate=percent(found.estimate, language),
        interval=interval(found, language),
    )


def hover(label: str, found: Shown, language: str) -> str:
    """What a pointer over a share reads: label, estimate, interval, n."""
    _ = translator(language)
    return _(
        "%(label)s: %(estimate)s (%(interval)s), n = %(n)s",
        label=label,
        estimate=percent(found.estimate, language),
        interval=interval(found, language),
        n=number(found.n, language),
    )


def ranking(found: tuple[AreaFigure, ...], language: str) -> str:
    """How many areas stand where."""
    _, _n = translator(language), plural_translator(language)
    count: Mapping[str | None, int] = {
        verdict: sum(item.shown is not None and item.verdict == verdict for item in found)
        for verdict in ("higher", "same", "lower")
    }
    hidden = sum(item.shown is None for item in found)
    return _(
        "%(higher)s, %(same)s, %(lower)s, %(hidden)s.",
        higher=_n("%(num)d area higher", "%(num)d areas higher", count["higher"]),
        same=_n("%(num)d cannot be told apart", "%(num)d cannot be told apart", count["same"]),
        lower=_n("%(num)d area lower", "%(num)d areas lower", count["lower"]),
        hidden=_n("%(num)d area without a figure", "%(num)d areas without a figure", hidden),
    )
