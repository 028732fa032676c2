"""Which answers an interview by text still needs once they are given: all others can be put out of reach at once."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from .content import to_document
from .questionnaire import Group, Item, Questionnaire
from .wording import mentioned


@lru_cache(maxsize=64)
def needed(questionnaire: Questionnaire) -> frozenset[str]:
    """The names that any condition, filter, calculation or text of what is asked by text refers to.

    An item's own constraint and screen-out see its value when it is given, never again. An answer chosen from a list
    that earlier answers filter is needed too: with another list it is asked again. What a quota asks is not known here.
    """
    asked = [item for item in questionnaire.items if item.by_text]
    parts: tuple[Group | Item, ...] = (*questionnaire.groups, *asked)
    texts = (text for part in parts for text in _texts(part))
    return frozenset().union(*map(_references, asked), *map(mentioned, texts))


def _references(item: Item) -> frozenset[str]:
    own = frozenset({item.name})
    found = own if item.choice_filter and item.choice_filter.references else frozenset()
    for where, expression in item.expressions:
        found |= expression.references - (own if where in ("constraint", "screen_out") else frozenset())
    return found


def _texts(part: Item | Group) -> Iterator[str]:
    """Every text in an item or a group, also in fields that the model learns tomorrow; not its expressions."""
    conditions = dict(part.expressions) if isinstance(part, Item) else {}
    return _strings([content for name, content in to_document(part).items() if name not in conditions])


def _strings(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping | list):
        for part in content.values() if isinstance(content, Mapping) else content:
            yield from _strings(part)
