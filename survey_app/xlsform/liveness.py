"""What an author would want to know: questions that nobody can reach, options that are never offered.

Three-valued reasoning over the tree of a condition: it holds, it cannot hold, or that depends. Only what is certain is
said: constants, codes that are not in a list, answers to questions that are themselves out of reach.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..engine import Item, Kind, Questionnaire
from ..engine.expression import COLUMN, Node
from ..engine.functions import Value, number, text
from ..engine.normalise import MISSING_WORDS, fold
from ..engine.questionnaire import ONE_CHOICE
from .findings import Report

_CODED = ONE_CHOICE | {Kind.MULTIPLE, Kind.RANKING, Kind.ARM}
_ONE_CODE = ONE_CHOICE | {Kind.ARM}
_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")


def liveness(questionnaire: Questionnaire, rows: Mapping[str, int], report: Report) -> None:
    """Report as notes: codes that a list does not have, questions never asked, options never offered."""
    reasoning = _Reasoning(questionnaire.by_name)
    likely: dict[tuple[str, str], list[str]] = {}
    for item in questionnaire.items:
        row = rows.get(item.name, 0)
        for column, expression in item.expressions:
            for name, code in _unknown_codes(expression.tree, questionnaire.by_name):
                report.note("unknown_code", "survey", row, column, f"{name} has no {code!r}", item.name)
        if item.relevant and reasoning.certain(item.relevant.tree, {}) is False:
            reasoning.dead.add(item.name)
            report.note("never_asked", "survey", row, "relevant", item.relevant.source[:200], item.name)
        never = reasoning.never_offered(item)
        if never:
            whole = len(never) == len(item.choices)
            reasoning.dead |= {item.name} if whole else set()
            detail = "none" if whole else "never " + ", ".join(never[:8]) + (" …" if len(never) > 8 else "")
            report.note("never_offered", "survey", row, "choice_filter", detail, item.name)
        for choice in item.choices if item.kind in _CODED else ():
            if choice.missing is None and (kind := _looks_missing(choice.code, *choice.label.values())):
                likely.setdefault((choice.code, kind), []).append(item.name)
    for (code, kind), names in likely.items():
        report.note(
            "perhaps_missing", "choices", 0, "x_missing", f"{code} of {len(names)} questions: {kind}?", names[0]
        )


def _looks_missing(*words: str) -> str:
    folded = {fold(word) for word in words}
    return next((kind for kind, known in MISSING_WORDS.items() if folded & known), "")


def _unknown_codes(tree: Node, items: Mapping[str, Item]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    stack = [tree]
    while stack:
        node = stack.pop()
        stack += node.arguments
        for name, wanted in _pairs(node):
            item = items.get(name)
            if item and item.kind in _CODED and text(wanted) and not _has(item, wanted):
                found.append((name, text(wanted)))
    return list(dict.fromkeys(found))


def _pairs(node: Node) -> list[tuple[str, Value]]:
    # ${name} = 'code', 'code' = ${name}, selected(${name}, 'code')
    if len(node.arguments) != 2 or node.value not in ("=", "!=", "selected"):
        return []
    left, right = node.arguments
    if right.kind == "reference" and node.value != "selected":
        left, right = right, left
    return [(str(left.value), right.value)] if left.kind == "reference" and right.kind == "literal" else []


def _has(item: Item, wanted: Value) -> bool:
    if isinstance(wanted, float):
        return any(number(choice.code) == wanted for choice in item.choices)
    several = set(text(wanted).split()) if item.kind not in _ONE_CODE else set()
    codes = {choice.code for choice in item.choices}
    return text(wanted) in codes or (bool(several) and several <= codes)


@dataclass(slots=True)
class _Reasoning:
    """What is certain about conditions, given the items; `dead` are those found out of reach so far."""

    items: Mapping[str, Item]
    dead: set[str] = field(default_factory=set)

    def never_offered(self, item: Item) -> list[str]:
        """The codes that the item's filter never lets through."""
        if item.choice_filter is None:
            return []
        tree = item.choice_filter.tree
        return [
            choice.code
            for choice in item.choices
            if self.certain(tree, {COLUMN + name: value for name, value in choice.attributes.items()}) is False
        ]

    def certain(self, node: Node, columns: Mapping[str, str]) -> bool | None:
        """True or False if the condition is that whatever is answered, else None."""
        name = str(node.value)
        if node.kind == "operator" and name in ("and", "or"):
            parts = [self.certain(part, columns) for part in node.arguments]
            decisive = name == "or"
            if decisive in parts or (name == "and" and self._contradicts(node)):
                return decisive
            return None if None in parts else not decisive
        if node.kind == "call" and name in ("not", "boolean"):
            inner = self.certain(node.arguments[0], columns)
            return inner if inner is None or name == "boolean" else not inner
        if node.kind == "call" and name in ("true", "false"):
            return name == "true"
        if node.kind == "call" and name == "selected":
            return self._equal(node.arguments[0], node.arguments[1], columns)
        if node.kind == "operator" and name in _COMPARISONS:
            left, right = node.arguments
            if name in ("=", "!="):
                equal = self._equal(left, right, columns)
                return equal if equal is None or name == "=" else not equal
            return False if self._dead(left) or self._dead(right) else None
        return False if self._dead(node) else None

    def _dead(self, node: Node) -> bool:
        return node.kind == "reference" and node.value in self.dead

    def _equal(self, left: Node, right: Node, columns: Mapping[str, str]) -> bool | None:
        one, other = self._constant(left, columns), self._constant(right, columns)
        if one is not None and other is not None:
            numeric = isinstance(one, float) or isinstance(other, float)
            return number(one) == number(other) if numeric else text(one) == text(other)
        wanted = one if one is not None else other
        reference = right if one is not None else left
        item = self.items.get(str(reference.value)) if reference.kind == "reference" else None
        if wanted is None or item is None or text(wanted) == "":
            return None
        if item.name in self.dead:
            return False
        return False if item.kind in _CODED and not _has(item, wanted) else None

    def _constant(self, node: Node, columns: Mapping[str, str]) -> Value:
        return node.value if node.kind == "literal" else columns.get(str(node.value))

    def _contradicts(self, node: Node) -> bool:
        wanted: dict[str, set[str]] = {}
        parts = [node]
        while parts:
            part = parts.pop()
            if part.kind == "operator" and part.value == "and":
                parts += part.arguments
            elif part.value in ("=", "selected"):
                for name, code in _pairs(part):
                    if name in self.items and self.items[name].kind in _ONE_CODE and text(code):
                        wanted.setdefault(name, set()).add(text(code))
        return any(len(codes) > 1 for codes in wanted.values())
