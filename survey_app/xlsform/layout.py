"""How a questionnaire lies in sheets: its groups as nested rows, its pages and batteries as appearances.

What the sheets cannot say by themselves is said in columns that begin with x_, so that nothing is lost.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..engine import Choice, Group, Item, Kind, Questionnaire
from ..engine.questionnaire import WITH_CHOICES
from .items import NONE


@dataclass(frozen=True, slots=True)
class Opening:
    """A group opens; `appearance` is that of its row.

    A group that was closed before goes on under another `name`, for no two groups of a form may share one.
    """

    group: Group
    appearance: str
    name: str


@dataclass(frozen=True, slots=True)
class Closing:
    """The innermost group closes."""


@dataclass(frozen=True, slots=True)
class Asking:
    """An item stands here. `page` is what x_page must say; `stem` whether x_stem must say it."""

    item: Item
    page: str
    stem: bool


def laid_out(questionnaire: Questionnaire) -> Iterator[Opening | Closing | Asking]:
    """The rows of the survey sheet, in order."""
    groups = {group.name: group for group in questionnaire.groups}
    within: dict[str, list[Item]] = {}
    for item in questionnaire.items:
        for name in item.groups:
            within.setdefault(name, []).append(item)
    batteries = {name for name, items in within.items() if name in groups and _battery(groups[name], items)}
    pages = {item.page for item in questionnaire.items if item.page and item.page in item.groups}
    taken: set[str] = set()
    names = {item.name for item in questionnaire.items} | set(within)
    opened: tuple[str, ...] = ()
    for item in questionnaire.items:
        shared = 0
        while shared < min(len(opened), len(item.groups)) and opened[shared] == item.groups[shared]:
            shared += 1
        yield from (Closing() for _ in opened[shared:])
        for name in item.groups[shared:]:
            appearance = "table-list" if name in batteries else "field-list" if name in pages else ""
            unique, number = name, 2
            while unique in (taken if unique == name else names):
                unique, number = f"{name}_{number}", number + 1
            taken.add(unique)
            names.add(unique)
            yield Opening(groups.get(name, Group(name)), appearance, unique)
        opened = item.groups
        battery = any(name in batteries for name in item.groups)
        page = next((name for name in item.groups if name in pages - batteries), "")
        stem = bool(item.stem) and not battery
        implied = "" if item.stem else page
        yield Asking(item, "" if item.page == implied else item.page or NONE, stem)
    yield from (Closing() for _ in opened)


def _battery(group: Group, items: list[Item]) -> bool:
    first = items[0]
    return bool(group.label) and all(
        item.kind is Kind.SINGLE
        and item.groups[-1] == group.name
        and dict(item.stem) == dict(group.label)
        and item.choices == first.choices
        and item.choice_filter is None
        and not item.random_choices
        and item.page == ""
        for item in items
    )


def list_names(questionnaire: Questionnaire) -> Mapping[str, tuple[str, tuple[Choice, ...]]]:
    """By item, the name of its list and the choices in it: items with the same choices share the list."""
    named: dict[str, tuple[str, tuple[Choice, ...]]] = {}
    shared: dict[int, list[tuple[str, tuple[Choice, ...]]]] = {}
    for item in questionnaire.items:
        if item.kind not in WITH_CHOICES:
            continue
        same = shared.setdefault(hash(tuple(choice.code for choice in item.choices)), [])
        found = next((entry for entry in same if entry[1] == item.choices), None)
        if found is None:
            found = (item.name, item.choices)
            same.append(found)
        named[item.name] = found
    return named
