"""Scenes for tests, and a page's components taken apart."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from dash.development.base_component import Component

from analytics.release import Release
from dashboards.access import Page, Role, Viewer, own_areas
from dashboards.elements import Element
from dashboards.scene import Look, Scene
from dashboards.view import read_view
from tests.dashboards.staff import NoRecords


class Trail(NoRecords):
    """Looks as a store keeps them, newest first, and what is wrong with their chain."""

    def __init__(self, looks: Sequence[Look], faults: Sequence[str] = ()) -> None:
        self.kept, self.wrong = looks, faults

    def looks(self, before: int | None, most: int) -> Sequence[Look]:
        return [look for look in self.kept if before is None or look.number < before][:most]

    def trail_faults(self) -> Sequence[str]:
        return self.wrong


def scene(release: Release, page: Page, search: str = "?lang=en", **more: Any) -> Scene:
    """What oversight sees of a page at an address; `more` replaces parts of it."""
    viewer = Viewer(Role.OVERSIGHT)
    own = tuple(area.code for area in own_areas(release, viewer))
    return replace(Scene(release, read_view(search, [], release, page, own), viewer, "/staff/", NoRecords()), **more)


def components(found: object) -> Iterator[Any]:
    """Every component of a tree, itself first: elements of HTML, and those of Dash, of which some hold no others."""
    if isinstance(found, list | tuple):
        for each in found:
            yield from components(each)
    elif isinstance(found, Component | Element):
        yield found
        yield from components(getattr(found, "children", None))


def words(found: object) -> str:
    """The text of a tree, a space between elements."""
    if isinstance(found, list | tuple):
        return " ".join(filter(None, map(words, found)))
    if isinstance(found, Component | Element):  # a chart, which holds no others, has no words here
        return words(getattr(found, "children", None))
    return "" if found is None else str(found)


def of_class(found: object, name: str) -> list[Any]:
    """The components with this class."""
    return [each for each in components(found) if name in str(getattr(each, "className", "")).split()]


def rows(found: object) -> list[list[str]]:
    """The cells of all rows of tables in a tree."""
    return [[words(cell) for cell in each.children] for each in components(found) if type(each).__name__ == "Tr"]


def terms(found: object) -> dict[str, str]:
    """The terms of a page's lists, and what is said of each."""
    pairs = [
        each.children for each in components(found) if type(each).__name__ == "Div" and len(each.children or ()) == 2
    ]
    return {words(term): words(text) for term, text in pairs if type(term).__name__ == "Dt"}


def strings(found: object) -> Iterator[str]:
    """Every text in a figure of plotly."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        for value in found.values():
            yield from strings(value)
    elif isinstance(found, list | tuple):
        for value in found:
            yield from strings(value)
