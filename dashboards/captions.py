"""The small print around a chart: base and unit above it, n, wave and kind of sample below it."""

from typing import Any

from analytics.release import Release
from analytics.release_words import sample
from dashboards.elements import html
from dashboards.formats import level, month
from dashboards.judgement import shown
from dashboards.view import View, in_language
from translations.languages import direction, number, translator


def base_and_unit(view: View, unit: str = "") -> str:
    """What the shares are shares of. `unit` replaces the usual one."""
    _ = translator(view.language)
    return _(
        "%(name)s. Base: %(base)s. %(unit)s",
        name=in_language(view.indicator.name, view.language),
        base=in_language(view.indicator.base, view.language),
        unit=unit or _("Per cent, with %(level)s intervals.", level=level(view.language)),
    )


def foot(release: Release, view: View) -> str:
    """n of the whole survey in the chosen wave, and what kind of sample the intervals rest on."""
    _ = translator(view.language)
    found = shown(release.figure(view.indicator.id, view.wave.id))
    return _(
        "%(wave)s: n = %(n)s, %(sample)s.",
        wave=month(view.wave, view.language),
        n=number(found.n, view.language) if found else _("not shown"),
        sample=sample(release.sample, view.language),
    )


def time_direction(language: str) -> tuple[Any, ...]:
    """A note that time runs from right to left, where it does."""
    _ = translator(language)
    if direction(language) == "ltr":
        return ()
    arrow = html.Span("←", className="arrow", **{"aria-hidden": "true"})
    return ([_("Time runs from right to left"), " ", arrow],)
