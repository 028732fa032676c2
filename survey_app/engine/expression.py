"""The expressions of XLSForm: a tokenizer, a recursive parser and a total evaluator for a subset of XPath.

Parsing refuses what it does not know, with its position; evaluating never raises. Nothing is ever passed to `eval`.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .functions import FUNCTIONS, Value, number, safe_pattern, text, truth

MAX_CHARS = 4_000
MAX_DEPTH = 40
COLUMN = "choice column "

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<reference>\$\{\s*(?P<name>[A-Za-z_][\w.\-]*)\s*\})
    | (?P<number>\d+(?:\.\d+)?|\.\d+)
    | (?P<string>'[^']*'|"[^"]*")
    | (?P<operator><=|>=|!=|[=<>+\-*(),])
    | (?P<self>\.)
    | (?P<word>[A-Za-z][\w:\-]*)
    )""",
    re.VERBOSE,
)
_TYPOGRAPHIC = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "\u00a0": " "})
_LEVELS = (("or",), ("and",), ("=", "!=", "<=", ">=", "<", ">"), ("+", "-"), ("*", "div", "mod"))


_ARITHMETIC: Mapping[str, Callable[[float, float], Value]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "div": lambda a, b: a / b if b else math.nan,
    "mod": lambda a, b: math.fmod(a, b) if b and math.isfinite(a) else math.nan,
}


class ExpressionError(ValueError):
    """An expression that is refused: a code for programmes, a position and a word for the author."""

    def __init__(self, code: str, position: int, found: str = "") -> None:
        super().__init__(f"{code} at character {position + 1}" + (f": {found}" if found else ""))
        self.code, self.position, self.found = code, position, found


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the tree: an operator or function with its arguments, or a leaf with its value."""

    kind: str
    value: str | float = ""
    arguments: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression, its source, and the items it refers to."""

    source: str
    tree: Node
    references: frozenset[str]

    def value(self, answers: Mapping[str, Value], current: Value = None) -> Value:
        """The value, given the answers by item name and the answer under test (`.`). Never raises.

        In a choice filter, `answers` holds the columns of the choice too, under COLUMN + name.
        """
        return _evaluate(self.tree, answers, current)

    def holds(self, answers: Mapping[str, Value], current: Value = None) -> bool:
        """The value as a boolean."""
        return truth(self.value(answers, current))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    value: str
    position: int


def parse(source: str, columns: frozenset[str] = frozenset()) -> Expression:
    """Read an expression. Bare names are allowed for `columns` of a choice only.

    Raises ExpressionError with a code, the position and the word found there.
    """
    if len(source) > MAX_CHARS:
        raise ExpressionError("too_long", MAX_CHARS)
    parser = _Parser(_tokens(source.translate(_TYPOGRAPHIC)), columns)
    tree = parser.binary(0, 0)
    if (rest := parser.peek()).kind != "end":
        raise ExpressionError("unexpected", rest.position, rest.value)
    return Expression(source, tree, frozenset(parser.references))


def _tokens(source: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    end = len(source.rstrip())
    while position < end:
        match = _TOKEN.match(source, position)
        if match is None:
            raise ExpressionError("unreadable", position, source[position : position + 12].strip())
        kind = str(match.lastgroup if match.lastgroup != "name" else "reference")
        value = match["name"] if match["reference"] else match[kind]
        tokens.append(_Token(kind, value, match.start(kind)))
        position = match.end()
    return [*tokens, _Token("end", "", end)]


class _Parser:
    """Recursive descent over the tokens; depth is bounded."""

    def __init__(self, tokens: list[_Token], columns: frozenset[str]) -> None:
        self.tokens, self.at, self.columns = tokens, 0, columns
        self.references: set[str] = set()

    def peek(self) -> _Token:
        return self.tokens[self.at]

    def take(self) -> _Token:
        token = self.tokens[self.at]
        self.at += token.kind != "end"
        return token

    def expect(self, value: str) -> None:
        token = self.take()
        if token.kind != "operator" or token.value != value:
            raise ExpressionError("expected_" + {"(": "opening", ")": "closing"}[value], token.position, token.value)

    def binary(self, level: int, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise ExpressionError("too_deep", self.peek().position)
        if level == len(_LEVELS):
            return self.unary(depth)
        node = self.binary(level + 1, depth)
        while self.peek().kind in ("operator", "word") and self.peek().value in _LEVELS[level]:
            name = self.take().value
            node = Node("operator", name, (node, self.binary(level + 1, depth)))
        return node

    def unary(self, depth: int) -> Node:
        token = self.take()
        match token.kind:
            case "operator" if token.value == "-":
                return Node("operator", "negative", (self.unary(self._deeper(depth, token)),))
            case "operator" if token.value == "(":
                node = self.binary(0, self._deeper(depth, token))
                self.expect(")")
                return node
            case "number":
                return Node("literal", float(token.value))
            case "string":
                return Node("literal", token.value[1:-1])
            case "self":
                return Node("self")
            case "reference":
                self.references.add(token.value)
                return Node("reference", token.value)
            case "word" if token.value in self.columns and self.peek().value != "(":
                return Node("reference", COLUMN + token.value)
            case "word":
                return self.call(token, depth)
        raise ExpressionError("unexpected", token.position, token.value)

    def call(self, token: _Token, depth: int) -> Node:
        if token.value not in FUNCTIONS:
            raise ExpressionError("unknown_function", token.position, token.value)
        self.expect("(")
        arguments: list[Node] = []
        while not (self.peek().kind == "operator" and self.peek().value == ")"):
            arguments.append(self.binary(0, self._deeper(depth, token)))
            if self.peek().value != ",":
                break
            self.take()
        self.expect(")")
        if token.value == "regex" and arguments[1:] and not safe_pattern(str(arguments[1].value)):
            raise ExpressionError("unsafe_pattern", token.position, str(arguments[1].value)[:40])
        fewest, most, _ = FUNCTIONS[token.value]
        if not fewest <= len(arguments) <= most:
            raise ExpressionError("wrong_number_of_arguments", token.position, token.value)
        return Node("call", token.value, tuple(arguments))

    def _deeper(self, depth: int, token: _Token) -> int:
        if depth >= MAX_DEPTH:
            raise ExpressionError("too_deep", token.position)
        return depth + 1


def _evaluate(node: Node, answers: Mapping[str, Value], current: Value) -> Value:
    match node.kind:
        case "literal":
            return node.value
        case "self":
            return current
        case "reference":
            return answers.get(str(node.value))
    values = [_evaluate(argument, answers, current) for argument in node.arguments]
    if node.kind == "call":
        return FUNCTIONS[str(node.value)][2](*values)
    return _operate(str(node.value), values)


def _operate(name: str, values: list[Value]) -> Value:
    left, right = values[0], values[-1]
    match name:
        case "or":
            return truth(left) or truth(right)
        case "and":
            return truth(left) and truth(right)
        case "=" | "!=":
            return _equal(left, right) == (name == "=")
        case "negative":
            return -number(left)
    return _ARITHMETIC[name](number(left), number(right))


def _equal(left: Value, right: Value) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return truth(left) == truth(right)
    if isinstance(left, int | float) or isinstance(right, int | float):
        return number(left) == number(right)
    return text(left) == text(right)
