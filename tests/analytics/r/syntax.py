"""Reads R expressions: calls, formulas, comparisons. Enough for the calls of the reference cases, and nothing else."""

import re
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|(?P<text>'[^']*'|\"[^\"]*\")|`(?P<quoted>[^`]+)`"
    r"|(?P<name>[A-Za-z.][\w.]*(?:::[\w.]+)?)|(?P<op><-|<=|>=|==|!=|%in%|[-+*/^:~<>!&|(),=\[\]$]))"
)
_BINARY = {"~": 1, "|": 2, "&": 3, "==": 5, "!=": 5, "<": 5, ">": 5, "<=": 5, ">=": 5, "+": 6, "-": 6, "*": 7, "/": 7}
_BINARY |= {"%in%": 8, ":": 9, "^": 11}
_UNARY = {"~": 1, "!": 4, "-": 10, "+": 10}
_CONSTANTS: dict[str, Any] = {"TRUE": True, "FALSE": False, "NULL": None, "NA": float("nan"), "T": True, "F": False}


@dataclass(frozen=True)
class Name:
    """A variable."""

    name: str


@dataclass(frozen=True)
class Op:
    """An operator on one or two expressions."""

    op: str
    left: Any
    right: Any = None


@dataclass(frozen=True)
class Call:
    """A function and its arguments: (name or "", expression)."""

    function: str
    arguments: tuple[tuple[str, Any], ...]

    def get(self, name: str, position: int | None = None, default: Any = None) -> Any:
        """An argument by name, or by its place among those without a name."""
        for given, value in self.arguments:
            if given == name:
                return value
        unnamed = [value for given, value in self.arguments if not given]
        return unnamed[position] if position is not None and position < len(unnamed) else default


def parse(text: str) -> Any:
    """The expression that a text is. Raises ValueError."""
    tokens = _tokens(text)
    found, rest = _expression(tokens, 0)
    if rest:
        raise ValueError(f"{text!r}: cannot read {rest[:3]}")
    return found


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if not match:
            raise ValueError(f"{text[at:]!r} is no R that this reads")
        kind = str(match.lastgroup)
        tokens.append(("name" if kind == "quoted" else kind, match[kind]))
        at = match.end()
    return tokens


def _expression(tokens: list[tuple[str, str]], least: int) -> tuple[Any, list[tuple[str, str]]]:
    left, tokens = _primary(tokens)
    while tokens and tokens[0][0] == "op" and _BINARY.get(tokens[0][1], -1) >= max(least, 1):
        op = tokens[0][1]
        right, tokens = _expression(tokens[1:], _BINARY[op] + (op != "^"))
        left = Op(op, left, right)
    return left, tokens


def _primary(tokens: list[tuple[str, str]]) -> tuple[Any, list[tuple[str, str]]]:
    (kind, text), rest = tokens[0], tokens[1:]
    if kind == "op" and text in _UNARY:
        inner, rest = _expression(rest, _UNARY[text])
        return Op(text, inner), rest
    if (kind, text) == ("op", "("):
        inner, rest = _expression(rest, 0)
        found: Any = inner
        rest = rest[1:]
    elif kind == "number":
        found = float(text)
    elif kind == "text":
        found = text[1:-1]
    elif kind == "name":
        found = _CONSTANTS[text] if text in _CONSTANTS else Name(text)
    else:
        raise ValueError(f"cannot read {text!r}")
    while rest and rest[0] == ("op", "(") and isinstance(found, Name):
        arguments, rest = _arguments(rest[1:])
        found = Call(found.name, arguments)
    return found, rest


def _arguments(tokens: list[tuple[str, str]]) -> tuple[tuple[tuple[str, Any], ...], list[tuple[str, str]]]:
    found: list[tuple[str, Any]] = []
    while tokens[0] != ("op", ")"):
        name = ""
        if len(tokens) > 1 and tokens[0][0] in ("name", "text") and tokens[1] == ("op", "="):
            name, tokens = tokens[0][1].strip("'\""), tokens[2:]
        value, tokens = _expression(tokens, 0)
        found.append((name, value))
        if tokens[0] == ("op", ","):
            tokens = tokens[1:]
    return tuple(found), tokens[1:]
