"""The order of items and options: as authored, or shuffled by the interview's seed, the same each time.

A shuffle needs no state: each child of a random group is placed by a hash of seed and name.
"""

import hashlib
from collections.abc import Iterable
from functools import lru_cache

from .questionnaire import Choice, Item, Kind, Questionnaire

Tree = dict[str, "Tree | Item"]


def drawn(seed: int, *names: str) -> int:
    """A number that looks random and is the same for the same seed and names (64 bits of SHA-256)."""
    return int.from_bytes(hashlib.sha256("\x1f".join((str(seed), *names)).encode()).digest()[:8], "big")


def ordered(questionnaire: Questionnaire, seed: int) -> tuple[Item, ...]:
    """The items in the order of asking; with no random group, as authored."""
    random = questionnaire.random_groups
    return _shuffled(questionnaire, random, seed) if random else questionnaire.items


@lru_cache(maxsize=2_048)
def _shuffled(questionnaire: Questionnaire, random: frozenset[str], seed: int) -> tuple[Item, ...]:
    root: Tree = {}
    for item in questionnaire.items:
        branch = root
        for group in item.groups:
            below = branch.setdefault(f"group {group}", {})
            assert isinstance(below, dict)
            branch = below
        branch[f"item {item.name}"] = item
    return tuple(_flat(root, "", random, seed))


def _flat(tree: Tree, group: str, random: frozenset[str], seed: int) -> Iterable[Item]:
    keys: Iterable[str] = tree
    if group in random:
        keys = sorted(tree, key=lambda key: drawn(seed, group, key))
    for key in keys:
        below = tree[key]
        if isinstance(below, dict):
            yield from _flat(below, key.removeprefix("group "), random, seed)
        else:
            yield below


def choices(item: Item, seed: int) -> tuple[Choice, ...]:
    """The item's choices in the order of asking: missing ones keep their place at the end."""
    if not item.random_choices:
        return item.choices
    scale = [choice for choice in item.choices if choice.missing is None]
    rest = [choice for choice in item.choices if choice.missing is not None]
    return (*sorted(scale, key=lambda choice: drawn(seed, item.name, choice.code)), *rest)


def arm(item: Item, seed: int) -> str:
    """The arm of an experiment that this interview is in, each with the same chance."""
    assert item.kind is Kind.ARM
    return item.choices[drawn(seed, "arm", item.name) % len(item.choices)].code
