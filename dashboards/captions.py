"""The small print around a chart: base and unit above it, n, wave and kind of sample below it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from analytics.release import Figure, Release, Wave
from analytics.release_words import mode, month, sample
from dashboards.elements import html
from dashboards.judgement import shown
from dashboards.tables import answered
from dashboards.view import View, in_language, in_time
from dashboards.words import standing
from translations.languages import direction, joined, level, percent, translator


def base_and_unit(view: View, unit: str = "") -> str:
    """What the shares are shares of. `unit` replaces the usual one."""
    _ = translator(view.language)
    return _(
        "%(name)s. Base: %(base)s. %(unit)s",
        name=in_language(view.indicator.name, view.language),
        base=in_language(view.indicator.base, view.language),
        unit=unit or _("Per cent, with %(level)s intervals.", level=level(view.language)),
    )


def foot(release: Release, view: View, area: str = "", span: int = 1) -> str:
    """n of the view's figure in an area ("" is the whole survey), the kind of sample, and how the answers came in."""
    _ = translator(view.language)
    figure = release.figure(view.indicator.id, view.wave.id, area=area, span=span)
    return _(
        "%(wave)s: n = %(n)s, %(sample)s; %(modes)s.",
        wave=month(view.wave, view.language),
        n=answered(figure, view.language) if shown(figure) else _("not shown"),
        sample=sample(release.sample, view.language),
        modes=mode_mix(pooled(release, view.wave, span), view.language),
    )


def small_print(figure: Figure | None, release: Release, view: View) -> str:
    """What goes with an estimate wherever it stands: n, how the answers came in, and whether it is to be believed."""
    _ = translator(view.language)
    return _(
        "n: %(n)s. Answers came by: %(modes)s. Status: %(status)s.",
        n=answered(figure, view.language) if figure and shown(figure) else _("not shown"),
        **_provenance(figure, release, view),
    )


def tile_print(figure: Figure | None, release: Release, view: View) -> str:
    """The same beside a number of answers that stands already."""
    _ = translator(view.language)
    return _("Answers came by: %(modes)s. Status: %(status)s.", **_provenance(figure, release, view))


def _provenance(figure: Figure | None, release: Release, view: View) -> dict[str, str]:
    return {
        "modes": mode_mix(pooled(release, view.wave, figure.span if figure else 1), view.language),
        "status": standing(figure, view.language, release.parameters).rstrip("."),
    }


def pooled(release: Release, wave: Wave, span: int) -> tuple[Wave, ...]:
    """The waves that a figure pools: this one and those before it."""
    waves = in_time(release.waves)
    last = waves.index(wave) + 1
    return waves[max(last - span, 0) : last]


def mode_mix(waves: Sequence[Wave], language: str) -> str:
    """Which part of the interviews came in which way, most first: "web 81%, text message 19%"."""
    _ = translator(language)
    counts = sum((Counter(wave.modes) for wave in waves), Counter[str]())
    total = counts.total()
    parts = [
        _("%(mode)s %(n)s", mode=mode(code, language), n=percent(count / total, language))
        for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    return joined(parts, language) if parts else _("not stated")


def time_direction(language: str) -> tuple[Any, ...]:
    """A note that time runs from right to left, where it does."""
    _ = translator(language)
    if direction(language) == "ltr":
        return ()
    arrow = html.Span("←", className="arrow", **{"aria-hidden": "true"})
    return ([_("Time runs from right to left"), " ", arrow],)
