"""The page of whoever watches the watchers: what was published, withdrawn and withheld, and who looked at what.

Whatever is wrong with a chain stands first and is said loudly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from analytics.release import Tombstone
from analytics.release_words import fault
from dashboards.access import Role
from dashboards.definitions import SHORT_DIGEST, digest, registration
from dashboards.elements import html
from dashboards.exhibits import Table, folded, table
from dashboards.frame import banner, label, select
from dashboards.looks import STEP, looks
from dashboards.scene import Look, Publications, Scene
from dashboards.sections import form, section
from dashboards.standings import STATUSES, Kind, standings
from dashboards.trail import about, place, roles
from dashboards.view import in_language
from translations.languages import day, fenced, joined, number, plural_translator, translator


def page(scene: Scene) -> list[Any]:
    """Everything below the header."""
    release, language = scene.release, scene.view.language
    _ = translator(language)
    chain, faults = scene.publications(), scene.records.trail_faults()
    return [
        *banner(release, language),
        *_alarms(chain, faults, language),
        html.Section([html.H1(said(scene)), label(release, language)], className="headline"),
        section(_("Releases"), _releases(scene, chain), "all"),
        section(_("Indicators withdrawn or defined anew"), _tombstones(release.tombstones, language), "all"),
        section(_("What is published and what is withheld"), _withheld(scene), "all"),
        section(_("Who looked at what"), _looks(scene, faults), "looks"),
        section(_("Register of definitions"), [_register(scene)], "all"),
    ]


def said(scene: Scene) -> str:
    """The release in a sentence: how much of it is published, and how much withheld and why."""
    _ = translator(scene.view.language)
    total = standings(scene.release).total
    published, unsure, secret, none = (_count(total.get(status, 0), scene.view.language) for status in STATUSES)
    return _(
        "Published are %(published)s figures. Withheld are %(secret)s to protect people and %(unsure)s as not "
        "reliable; %(none)s are not available.",
        published=published,
        secret=secret,
        unsure=unsure,
        none=none,
    )


def _alarms(chain: Publications, faults: Sequence[str], language: str) -> list[Any]:
    _ = translator(language)
    found = []
    if chain.faults:
        said = [fault(each, language) for each in chain.faults]
        found.append(_alarm(_("The chain of releases is not whole."), said))
    if faults:
        found.append(_alarm(_("The trail of looks is not whole."), [_fault(each, language) for each in faults]))
    return found


def _alarm(title: str, faults: Sequence[Any]) -> Any:
    parts = [html.Strong(title), html.Ul([html.Li(fault) for fault in faults])]
    return html.Div(parts, className="alarm", role="alert")


def _fault(fault: str, language: str) -> Any:
    _ = translator(language)
    if fault.isascii() and fault.isdecimal():
        return _("Record %(number)s does not fit the one before it: it was changed, moved or put in.", number=fault)
    return html.Bdi(fault)


def _releases(scene: Scene, chain: Publications) -> list[Any]:
    language = scene.view.language
    _ = translator(language)
    shown = html.P([_("The release that is shown:"), " ", html.Code(scene.release.id, dir="ltr")])
    if not chain.is_kept:
        none = _("No chain of releases is kept here, so nothing can be checked against it.")
        return [shown, html.P(none, className="empty")]
    whole = _("The chain and every release in it are whole.")
    if chain.faults:
        whole = _("The chain of releases is not whole.")
    hashed = [_("Last hash of the chain, to be noted on paper:"), " ", html.Code(chain.head, dir="ltr")]
    names = {card.id: in_language(card.name, language) for card in scene.release.indicators}
    acts = {"published": _("published"), "withdrawn": _("withdrawn")}
    rows = tuple(
        (
            day(act.day, language),
            acts.get(act.act, act.act),
            html.Code(act.release, dir="ltr"),
            names.get(act.indicator, act.indicator) if act.indicator else _("the whole release"),
            in_language(act.reason, language) or "–",
        )
        for act in reversed(chain.acts)
    )
    heads = (_("Day"), _("What was done"), _("Release"), _("Of what"), _("Reason"))
    head = [html.P(hashed)] if chain.head else []
    return [shown, html.P(whole), *head, table(Table(_("All acts, newest first"), heads, rows))]


def _tombstones(stones: Sequence[Tombstone], language: str) -> list[Any]:
    _ = translator(language)
    if not stones:
        return [html.P(_("None since the release before."), className="empty")]
    acts = {"withdrawn": _("withdrawn"), "redefined": _("defined anew")}
    rows = tuple(
        (
            in_language(stone.name, language) or stone.indicator,
            acts.get(stone.act, stone.act),
            html.Code(stone.last, dir="ltr"),
            in_language(stone.reason, language) or "–",
        )
        for stone in stones
    )
    heads = (_("Indicator"), _("What was done"), _("Last release that had it so"), _("Reason"))
    return [table(Table(_("Indicators withdrawn or defined anew"), heads, rows))]


def _withheld(scene: Scene) -> list[Any]:
    language = scene.view.language
    _ = translator(language)
    found = standings(scene.release)
    statuses = (_("Published"), _("Withheld: not reliable"), _("Withheld: to protect people"), _("Not available"))
    names = {card.id: in_language(card.name, language) for card in scene.release.indicators}
    kinds = tuple((_kind(kind, language), *_counts(counts, language)) for kind, counts in found.kinds.items())
    ordered = sorted(found.indicators.items(), key=lambda item: (names.get(item[0], item[0]), item[0]))
    indicators = tuple((names.get(code, code), *_counts(counts, language)) for code, counts in ordered)
    by_kind = Table(_("Figures by kind of cell"), (_("Cells"), *statuses), kinds)
    by_indicator = Table(_("Figures by indicator"), (_("Indicator"), *statuses), indicators)
    return [table(by_kind), folded(by_indicator)]


def _kind(kind: Kind, language: str) -> str:
    _, _n = translator(language), plural_translator(language)
    cells = {
        (False, False): _("Whole survey"),
        (False, True): _("By sex"),
        (True, False): _("By area"),
        (True, True): _("By sex within areas"),
    }[kind.of_area, kind.of_sex]
    parts = [cells, _("differences") if kind.is_contrast else _("shares")]
    if kind.span > 1:
        parts.append(_n("%(num)d wave pooled", "%(num)d waves pooled", kind.span))
    return joined(parts, language)


def _counts(counts: Mapping[str, int], language: str) -> tuple[str, ...]:
    return tuple(_count(counts.get(status, 0), language) for status in STATUSES)


def _count(value: int, language: str) -> str:
    return fenced(number(value, language), language)


def _looks(scene: Scene, faults: Sequence[str]) -> list[Any]:
    view, language = scene.view, scene.view.language
    _ = translator(language)
    found = looks(scene.records, view.role, view.step)
    options = [("", _("all roles")), *((code, name) for code, name in roles(language).items() if code != Role.PUBLIC)]
    parts: list[Any] = [
        html.P(
            _("The trail does not hold: see the top of this page.") if faults else _("The trail of looks is whole.")
        ),
        form([select("role", _("Role"), options, view.role)], scene.prefix + view.path, language),
    ]
    if found.rows:
        heads = (_("Record"), _("When (UTC)"), _("Who"), _("Role"), _("Page"), _("At what"), _("Release"))
        first = number(view.step * STEP + 1, language)
        last = number(view.step * STEP + len(found.rows), language)
        caption = _("Looks %(first)s to %(last)s, newest first", first=first, last=last)
        rows = tuple(_look(look, scene) for look in found.rows)
        parts.append(table(Table(caption, heads, rows)))
    else:
        parts.append(html.P(_("No look is in this part of the trail."), className="empty"))
    if found.is_cut:
        parts.append(html.P(_("The search ended before the beginning of the trail: older looks are not listed here.")))
    newer = html.A(_("Newer looks"), href=scene.address(replace(view, step=view.step - 1))) if view.step else None
    older = html.A(_("Older looks"), href=scene.address(replace(view, step=view.step + 1))) if found.has_more else None
    if newer or older:
        steps = html.Ul([html.Li(link) for link in (newer, older) if link])
        parts.append(html.Nav(steps, className="steps", **{"aria-label": _("Steps of the trail")}))
    return parts


def _look(look: Look, scene: Scene) -> tuple[Any, ...]:
    language = scene.view.language
    return (
        _count(look.number, language),
        html.Time(_moment(look.at, language), dateTime=look.at),
        html.Bdi(look.account),
        roles(language).get(look.role, look.role),
        place(look, language),
        about(look, scene),
        html.Code(look.release, dir="ltr"),
    )


def _moment(at: str, language: str) -> str:
    """Day in words, hours and minutes; as it stands where it is no such time."""
    found = day(at[:10], language)
    return f"{found} {fenced(at[11:16], language)}" if found != at[:10] else at


def _register(scene: Scene) -> Any:
    release, language = scene.release, scene.view.language
    _ = translator(language)
    rows = tuple(
        (
            in_language(card.name, language),
            registration(card, release.waves, language),
            digest(card, language, SHORT_DIGEST),
        )
        for card in release.indicators
    )
    heads = (_("Indicator"), _("Registration"), _("Hash of the definition"))
    return folded(Table(_("Definitions of the indicators"), heads, rows))
