"""The headline as a person would say it: what happened since the last wave, and how women and men stand.

Each sentence is one message; which one is said follows from an interval and from nothing else.
"""

from typing import Any

from analytics.release import CHANGE, GAP, YEAR, IndicatorCard, Release
from analytics.release_words import month, points, withheld
from analytics.verdict import against
from dashboards.formats import interval, signed_interval
from dashboards.judgement import Shown, shown
from dashboards.sentences import answers
from dashboards.targets import in_words, said, standing
from dashboards.tiles import marked
from dashboards.trend import breaks
from dashboards.view import View, in_language, in_time
from translations.languages import percent, translator


def spoken(release: Release, view: View) -> tuple[str, ...]:
    """The headline's sentences: of the change, and of the gap; one alone where there is no figure to speak of."""
    _ = translator(view.language)
    name = in_language(view.indicator.name, view.language)
    figure = release.figure(view.indicator.id, view.wave.id)
    found = shown(figure)
    if found is None:
        reason = withheld(figure, view.language, release.parameters)
        return (_("%(name)s: no figure can be shown for this wave. %(reason)s", name=name, reason=reason),)
    return _moved(release, view, name, found), _gap(release, view)


def _moved(release: Release, view: View, name: str, found: Shown) -> str:
    _ = translator(view.language)
    change = shown(release.figure(view.indicator.id, view.wave.id, contrast=CHANGE))
    if change is None:
        share = percent(found.estimate, view.language)
        if view.wave == in_time(release.waves)[0]:
            return _(
                "%(name)s: %(share)s in the first wave; there is no earlier one to compare it with.",
                name=name,
                share=share,
            )
        return _("%(name)s: %(share)s; the change since the last wave cannot be shown.", name=name, share=share)
    size = points(change.estimate, view.language)
    match against(change):
        case "higher":
            return _(
                "%(name)s rose by %(points)s since the last wave, more than chance explains.", name=name, points=size
            )
        case "lower":
            return _(
                "%(name)s fell by %(points)s since the last wave, more than chance explains.", name=name, points=size
            )
        case _same:
            return _("%(name)s cannot be told apart from the last wave.", name=name)


def _gap(release: Release, view: View) -> str:
    _ = translator(view.language)
    found = shown(release.figure(view.indicator.id, view.wave.id, contrast=GAP))
    if found is None:
        return _("The gap between women and men cannot be shown.")
    size = points(found.estimate, view.language)
    match against(found):
        case "higher":
            return _("Women are %(points)s above men, more than chance explains.", points=size)
        case "lower":
            return _("Men are %(points)s above women, more than chance explains.", points=size)
        case _same:
            return _("The answers of women and men cannot be told apart.")


def behind_it(release: Release, view: View) -> list[str]:
    """The sentences below the headline: the estimate, the year, the target, and a break right before the wave.

    None where there is no figure."""
    _ = translator(view.language)
    card, language = view.indicator, view.language
    found = shown(release.figure(card.id, view.wave.id))
    if found is None:
        return []
    level = _(
        "%(estimate)s (%(interval)s) in %(wave)s, %(answers)s.",
        wave=month(view.wave, language),
        estimate=percent(found.estimate, language),
        interval=interval(found, language),
        answers=answers(found.n, language),
    )
    year, target = since_year(release, view, card), standing(release, card, view.wave)
    broken = [in_time(release.waves)[at] for at in breaks(in_time(release.waves))]
    other = _("People could answer in other ways than in the last wave, so that the two may not compare.")
    return [
        level,
        *([year[1] + "."] if year else []),
        *([said(target, language)] if target else []),
        *([other] if view.wave in broken else []),
    ]


def since_year(release: Release, view: View, card: IndicatorCard) -> tuple[str, str] | None:
    """The change since the wave a year before, its verdict ("none" without one) and words; None where there is none."""
    _ = translator(view.language)
    figure = release.figure(card.id, view.wave.id, contrast=YEAR)
    if figure is None:
        return None
    found = shown(figure)
    if found is None:
        return "none", _("Since a year before: the change cannot be shown")
    verdict = against(found)
    values = {"points": points(found.estimate, view.language), "interval": signed_interval(found, view.language)}
    words = {
        "higher": _("Since a year before: up %(points)s (%(interval)s), more than chance", **values),
        "lower": _("Since a year before: down %(points)s (%(interval)s), more than chance", **values),
        "same": _("Since a year before: cannot be told apart (%(interval)s)", **values),
    }
    return verdict, words[verdict]


def at_the_foot(release: Release, view: View, card: IndicatorCard) -> list[Any]:
    """What a tile of this page says beside the change since the last wave: since a year before, and the target."""
    year, target = since_year(release, view, card), standing(release, card, view.wave)
    lines = [marked(year[0], year[1], "change-year")] if year else []
    return [*lines, *([in_words(target, view.language)] if target else [])]
