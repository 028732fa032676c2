"""A record of the trail in words: a look or a download with the link to what was seen, an act as a sentence.

What `page` of a record is: a page of figures; DOWNLOAD, the page and the file; or the kind of an act and the act.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from analytics.release import LEVEL
from analytics.release_words import month
from dashboards.access import Page, Role
from dashboards.elements import html
from dashboards.menu import names_of_pages
from dashboards.pages.about import contrasts, sexes
from dashboards.scene import ACCOUNT, ACTION, DOWNLOAD, Look, Scene
from dashboards.view import LONGEST_QUERY, in_language, parameters
from translations.languages import fenced, isolated, joined, plural_translator, translator


def roles(language: str) -> dict[str, str]:
    """What each role is called."""
    _ = translator(language)
    return {
        Role.PUBLIC: _("public"),
        Role.OFFICER: _("officer"),
        Role.LEADERSHIP: _("leadership"),
        Role.OVERSIGHT: _("oversight"),
        Role.ANALYST: _("analyst"),
        Role.ADMINISTRATOR: _("administrator"),
    }


def place(look: Look, language: str) -> Any:
    """The page of a look, the page and file of a download, or what an act is about; else the record's own words."""
    _ = translator(language)
    page, file = _seen(look)
    if page is not None:
        name = names_of_pages(language)[page]
        return _("%(page)s, as the file %(file)s", page=name, file=isolated(file)) if file else name
    kinds = {ACCOUNT: _("Accounts"), ACTION: _("You said, we did")}
    return kinds.get(look.page.partition("/")[0]) or html.Bdi(look.page)


def about(look: Look, scene: Scene) -> Any:
    """What was looked at, with its link, or what was done, in a sentence."""
    page, _file = _seen(look)
    if page is None:
        return _act(look, scene) or html.Bdi(_figures(look.query, scene))
    said = html.Bdi(_figures(look.query, scene))
    leads = page in scene.viewer.pages and look.query.startswith("?")
    return html.A(said, href=scene.prefix + page + look.query) if leads else said


def _seen(look: Look) -> tuple[Page | None, str]:
    """The page that was seen or that a file was taken from, and the file's name."""
    name, file = look.page, ""
    if look.page.startswith(f"{DOWNLOAD}/"):
        _download, name, *rest = look.page.split("/", 2)
        file = "".join(rest)
    name = "" if name == "overview" else name
    return (Page(name), file) if name in set(Page) else (None, "")


def _figures(query: str, scene: Scene) -> str:
    """The figures that an address names, in words; a part that this release does not know stands as it is."""
    release, language = scene.release, scene.view.language
    asked = parameters(query)
    _n = plural_translator(language)
    names: dict[str, Mapping[str, str]] = {
        "indicator": {card.id: in_language(card.name, language) for card in release.indicators},
        "wave": {wave.id: month(wave, language) for wave in release.waves},
        "area": _areas(scene),
        "sex": sexes(language),
        "contrast": {code: name for code, name in contrasts(language).items() if code != LEVEL},
    }
    parts = [known.get(asked[name], asked[name]) for name, known in names.items() if asked.get(name)]
    if (span := asked.get("span", "")).isascii() and span.isdecimal():
        parts.append(_n("%(num)d wave pooled", "%(num)d waves pooled", int(span[:4])))
    return joined(parts, language) or "–"


def _act(look: Look, scene: Scene) -> str:
    """An act in a sentence; "" for one that is not known."""
    language = scene.view.language
    _ = translator(language)
    asked = parameters(look.query)
    areas = [_areas(scene).get(code, isolated(code)) for code in _codes(look.query)]
    role = asked.get("role", "")
    words: dict[str, str] = {
        "who": isolated(look.account),
        "whom": isolated(asked.get("account", "")),
        "role": roles(language).get(role, isolated(role)),
        "areas": joined(areas, language),
        "number": fenced(asked.get("number", ""), language),
    }
    of_areas = {
        "account/invite": _("%(who)s invited %(whom)s in the role “%(role)s”, for %(areas)s.", **words),
        "account/change": _("%(who)s changed %(whom)s to the role “%(role)s”, for %(areas)s.", **words),
        "account/end": _("%(who)s ended the account of %(whom)s, in the role “%(role)s”, for %(areas)s.", **words),
        "account/reset": _(
            "%(who)s took away the second factor of %(whom)s, in the role “%(role)s”, for %(areas)s.", **words
        ),
        "action/record": _("%(who)s wrote entry %(number)s for %(areas)s, not published.", **words),
        "action/change": _("%(who)s changed entry %(number)s for %(areas)s, not published.", **words),
        "action/publish": _("%(who)s published entry %(number)s for %(areas)s.", **words),
        "action/withdraw": _("%(who)s withdrew entry %(number)s for %(areas)s.", **words),
    }
    of_none = {
        "account/invite": _("%(who)s invited %(whom)s in the role “%(role)s”.", **words),
        "account/change": _("%(who)s changed %(whom)s to the role “%(role)s”.", **words),
        "account/end": _("%(who)s ended the account of %(whom)s, in the role “%(role)s”.", **words),
        "account/reset": _("%(who)s took away the second factor of %(whom)s, in the role “%(role)s”.", **words),
    }
    return (of_areas if areas else of_none).get(look.page, "")


def _areas(scene: Scene) -> dict[str, str]:
    return {area.code: in_language(area.name, scene.view.language) for area in scene.release.areas}


def _codes(query: str) -> list[str]:
    """The areas of an act in their order. Never raises."""
    try:
        return [value for name, value in parse_qsl(query[1:LONGEST_QUERY], max_num_fields=100) if name == "area"]
    except ValueError:
        return []
