"""An area's figures as sentences, never more than their intervals say."""

from analytics.release import AreaCard, Figure, Release, Text
from analytics.release_words import month, points, withheld
from analytics.verdict import against, apart
from dashboards import sentences
from dashboards.formats import interval, signed_interval, with_interval
from dashboards.judgement import Shown
from dashboards.view import View, in_language, in_time
from translations.languages import fenced, isolated, joined, number, plural_translator, translator

from .area_figures import Moved, Standing, top


def name(text: Text, language: str) -> str:
    """A name of the release inside a sentence, which its own direction must not turn round."""
    return isolated(in_language(text, language))


def whole(release: Release, language: str) -> str:
    """What the whole survey is called: by the area that holds all others, where there is one."""
    _ = translator(language)
    area = top(release)
    return name(area.name, language) if area else _("the whole survey")


def headline(release: Release, view: View, area: AreaCard, found: Standing) -> str:
    """The chosen indicator in the area, and how it stands to the whole."""
    _, language = translator(view.language), view.language
    values = {
        "name": in_language(found.card.name, language),
        "area": name(area.name, language),
        "wave": month(view.wave, language),
    }
    if found.own.shown is None:
        reason = withheld(found.own.asked, language, release.parameters)
        return _("%(name)s in %(area)s, %(wave)s: no figure can be shown. %(reason)s", **values, reason=reason)
    values |= {
        "people": people(found.own.shown.estimate, language),
        "interval": interval(found.own.shown, language),
        "whole": whole(release, language),
    }
    if found.whole is None:
        return _("%(name)s in %(area)s, %(wave)s: %(people)s (%(interval)s).", **values)
    match apart(found.own.shown, found.whole):
        case "higher":
            return _(
                "%(name)s in %(area)s, %(wave)s: %(people)s (%(interval)s), more than in %(whole)s as a whole, "
                "and chance alone does not explain it.",
                **values,
            )
        case "lower":
            return _(
                "%(name)s in %(area)s, %(wave)s: %(people)s (%(interval)s), fewer than in %(whole)s as a whole, "
                "and chance alone does not explain it.",
                **values,
            )
        case _same:
            return _(
                "%(name)s in %(area)s, %(wave)s: %(people)s (%(interval)s). "
                "It cannot be told apart from %(whole)s as a whole.",
                **values,
            )


def people(share: float, language: str) -> str:
    """A share as a number of people: "41 of 100 who answered"."""
    _n = plural_translator(language)
    return _n("%(num)d of 100 who answered", "%(num)d of 100 who answered", round(share * 100))


def since(view: View, release: Release, found: Shown | None) -> str:
    """How the chosen indicator moved since the last wave, as a sentence."""
    _, language = translator(view.language), view.language
    if found is None:
        if view.wave == in_time(release.waves)[0]:
            return _("This is the first wave: there is no earlier one to compare it with.")
        return _("How it moved since the last wave cannot be shown.")
    values = {"points": points(found.estimate, language), "interval": signed_interval(found, language)}
    match against(found):
        case "higher":
            return _("Since the last wave it rose by %(points)s (%(interval)s), more than chance explains.", **values)
        case "lower":
            return _("Since the last wave it fell by %(points)s (%(interval)s), more than chance explains.", **values)
        case _same:
            return _("It cannot be told apart from the last wave.")


def together(span: int, language: str) -> str:
    """That a figure pools this many waves."""
    _n = plural_translator(language)
    return _n("%(num)d wave together", "%(num)d waves together", span)


def instead(span: int, language: str) -> str:
    """That several waves stand for one."""
    _n = plural_translator(language)
    return _n(
        "This wave alone cannot be shown here: the figure is that of the last %(num)d wave together.",
        "This wave alone cannot be shown here: the figure is that of the last %(num)d waves together.",
        span,
    )


def base(figure: Figure, language: str) -> str:
    """The answers behind a figure: one number, or the band that the release gives."""
    low = figure.n or 0
    if figure.n_to is None or figure.n_to == low:
        return sentences.answers(low, language)
    _n = plural_translator(language)
    ends = {"low": written(low, language), "high": written(figure.n_to, language)}
    return _n("%(low)s to %(high)s answer", "%(low)s to %(high)s answers", figure.n_to, **ends)


def band(figure: Figure | None, language: str) -> str:
    """The same without its word, for a table."""
    _ = translator(language)
    if figure is None or figure.n is None:
        return "–"
    if figure.n_to is None or figure.n_to == figure.n:
        return number(figure.n, language)
    return _("%(low)s to %(high)s", low=written(figure.n, language), high=written(figure.n_to, language))


def written(value: int, language: str) -> str:
    """A whole number, fenced where the text runs from right to left."""
    return fenced(number(value, language), language)


def beside(place: str, own: Shown, other: Shown, language: str) -> str:
    """How the area stands to one around it."""
    _ = translator(language)
    figure = with_interval(other, language)
    match apart(own, other):
        case "higher":
            return _("Higher than in %(place)s: %(figure)s", place=place, figure=figure)
        case "lower":
            return _("Lower than in %(place)s: %(figure)s", place=place, figure=figure)
        case _same:
            return _("Cannot be told apart from %(place)s: %(figure)s", place=place, figure=figure)


def changes(found: tuple[Moved, ...], language: str) -> str:
    """How many changes since the last wave are more than chance explains, out of how many."""
    _, _n = translator(language), plural_translator(language)
    looked = [item.last for item in found if item.last is not None]
    if not looked:
        return _("No change since the last wave can be shown for this area.")
    told = sum(against(item) != "same" for item in looked)
    return _(
        "%(told)s, %(looked)s.",
        told=_n(
            "%(num)d change since the last wave is more than chance explains",
            "%(num)d changes since the last wave are more than chance explains",
            told,
        ),
        looked=_n("of %(num)d that can be shown", "of %(num)d that can be shown", len(looked)),
    )


def year(found: Shown, language: str) -> str:
    """The change since a year before."""
    _ = translator(language)
    values = {"points": points(found.estimate, language), "interval": signed_interval(found, language)}
    match against(found):
        case "higher":
            return _("Since a year before: up %(points)s (%(interval)s), more than chance", **values)
        case "lower":
            return _("Since a year before: down %(points)s (%(interval)s), more than chance", **values)
        case _same:
            return _("Since a year before: cannot be told apart (%(interval)s)", interval=values["interval"])


def no_gap(named: list[str], language: str) -> str:
    """That the gap is not shown in the indicators of these names."""
    _ = translator(language)
    return _(
        "%(name)s: the gap between women and men cannot be shown.",
        name=joined(named, language),
    )


def gap(named: str, found: Shown, language: str) -> str:
    """How women and men of the area stand to each other in an indicator of this name."""
    _ = translator(language)
    values = {
        "name": named,
        "points": points(found.estimate, language),
        "interval": signed_interval(found, language),
    }
    match against(found):
        case "higher":
            return _(
                "%(name)s: higher among women by %(points)s (women minus men: %(interval)s), "
                "more than chance explains.",
                **values,
            )
        case "lower":
            return _(
                "%(name)s: higher among men by %(points)s (women minus men: %(interval)s), more than chance explains.",
                **values,
            )
        case _same:
            return _(
                "%(name)s: women and men cannot be told apart (women minus men: %(interval)s).",
                name=named,
                interval=values["interval"],
            )
