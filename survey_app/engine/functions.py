"""The functions that an expression may call, and how XPath 1.0 turns one type into another.

All are total: what cannot be computed is NaN or the empty text, never an exception.
"""

import math
from collections.abc import Callable

Value = str | float | int | bool | None
NAN = float("nan")


def number(value: Value) -> float:
    """XPath number(): text that is no number, and no answer, are NaN."""
    if value is None or value == "":
        return NAN
    try:
        return float(value)
    except (ValueError, OverflowError):
        return NAN


def text(value: Value) -> str:
    """XPath string(): whole numbers without a decimal point, no answer as the empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return str(int(value))
    return str(value)


def truth(value: Value) -> bool:
    """XPath boolean(): NaN, zero, the empty text and no answer are false."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value != 0 and not math.isnan(value)
    return bool(value)


def _rounded(value: Value, digits: Value = 0) -> float:
    a, places = number(value), number(digits)
    if not math.isfinite(a) or not math.isfinite(places) or abs(places) > 15 or abs(a) > 1e15:
        return NAN
    scale = 10.0 ** int(places)
    return math.floor(a * scale + 0.5) / scale


def _whole(value: Value) -> float:
    a = number(value)
    return float(int(a)) if math.isfinite(a) else NAN


def _extreme(choose: Callable[[list[float]], float]) -> Callable[..., float]:
    def pick(*values: Value) -> float:
        numbers = [number(value) for value in values]
        return NAN if any(math.isnan(a) for a in numbers) else choose(numbers)

    return pick


# name: fewest arguments, most arguments, function
FUNCTIONS: dict[str, tuple[int, int, Callable[..., Value]]] = {
    "not": (1, 1, lambda value: not truth(value)),
    "true": (0, 0, lambda: True),
    "false": (0, 0, lambda: False),
    "boolean": (1, 1, truth),
    "number": (1, 1, number),
    "string": (1, 1, text),
    "int": (1, 1, _whole),
    "round": (1, 2, _rounded),
    "if": (3, 3, lambda test, then, otherwise: then if truth(test) else otherwise),
    "coalesce": (2, 2, lambda first, second: second if text(first) == "" else first),
    "selected": (2, 2, lambda answer, code: text(code) in text(answer).split()),
    "count-selected": (1, 1, lambda answer: float(len(text(answer).split()))),
    "string-length": (1, 1, lambda value: float(len(text(value)))),
    "contains": (2, 2, lambda whole, part: text(part) in text(whole)),
    "starts-with": (2, 2, lambda whole, part: text(whole).startswith(text(part))),
    "concat": (1, 20, lambda *values: "".join(text(value) for value in values)[:10_000]),
    "min": (1, 20, _extreme(min)),
    "max": (1, 20, _extreme(max)),
}
