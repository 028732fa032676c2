"""Who may see what: roles, their pages, and the part of a release that a viewer has.

A page is given the viewer's own part and nothing else, so that an area that is not hers is one that does not exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from analytics.release import AreaCard, Release


class Role(StrEnum):
    """What somebody is here for. Everybody who is not signed in is the public."""

    PUBLIC = "public"
    OFFICER = "officer"
    LEADERSHIP = "leadership"
    OVERSIGHT = "oversight"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"


class Page(StrEnum):
    """A page, by its place in the address."""

    OVERVIEW = ""
    LEADERSHIP = "leadership"
    AREA = "area"
    COMPARE = "compare"
    QUALITY = "quality"
    OVERSIGHT = "oversight"
    ABOUT = "about"


# The first page of each role is where it arrives. An administrator keeps accounts and sees no figure.
PAGES: Mapping[Role, tuple[Page, ...]] = {
    Role.PUBLIC: (Page.OVERVIEW, Page.AREA, Page.ABOUT),
    Role.OFFICER: (Page.AREA, Page.COMPARE, Page.ABOUT),
    Role.LEADERSHIP: (Page.LEADERSHIP, Page.AREA, Page.COMPARE, Page.QUALITY, Page.ABOUT),
    Role.OVERSIGHT: (Page.OVERSIGHT, Page.LEADERSHIP, Page.AREA, Page.COMPARE, Page.QUALITY, Page.ABOUT),
    Role.ANALYST: (Page.QUALITY, Page.COMPARE, Page.ABOUT),
    Role.ADMINISTRATOR: (),
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks: a role, an officer's own areas, and the account's name in the trail ("" for the public)."""

    role: Role
    areas: frozenset[str] = frozenset()
    account: str = ""

    @property
    def pages(self) -> tuple[Page, ...]:
        """What may be opened, the first page first."""
        return PAGES[self.role]


PUBLIC = Viewer(Role.PUBLIC)


def visible(release: Release, viewer: Viewer) -> frozenset[str]:
    """The codes of areas that a viewer has figures of: all, but of an officer her own and those around them."""
    if viewer.role is not Role.OFFICER:
        return frozenset(area.code for area in release.areas)
    parents = {area.code: area.parent for area in release.areas}
    found: set[str] = set()
    for code in viewer.areas & parents.keys():
        above: str | None = code
        while above is not None and above not in found:
            found.add(above)
            above = parents.get(above)
    return frozenset(found)


def scoped(release: Release, areas: frozenset[str]) -> Release:
    """The release with these areas alone; the same release where they are all."""
    if len(areas) == len(release.areas):
        return release
    features = release.geometry.get("features", [])
    kept = [feature for feature in features if _code(feature) in areas] if isinstance(features, list) else []
    return replace(
        release,
        areas=tuple(area for area in release.areas if area.code in areas),
        geometry={**release.geometry, "features": kept},
        figures=tuple(figure for figure in release.figures if figure.area == "" or figure.area in areas),
    )


def own_areas(release: Release, viewer: Viewer) -> tuple[AreaCard, ...]:
    """The areas that a viewer chooses among: an officer's own ones, else all that have figures."""
    return tuple(
        area
        for area in release.areas
        if area.parent is not None and (viewer.role is not Role.OFFICER or area.code in viewer.areas)
    )


def _code(feature: object) -> object:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return properties.get("code") if isinstance(properties, dict) else None
