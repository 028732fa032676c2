"""The functions that an expression may call, and how XPath 1.0 turns one type into another.

All are total: what cannot be computed is NaN or the empty text, never an exception.
"""

import math
import re
from collections.abc import Callable

Value = str | float | int | bool | None
NAN = float("nan")
MAX_PATTERN_CHARS = 200
MAX_MATCHED_CHARS = 250
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_ESCAPED = re.compile(r"\\.")


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


def _substring(value: Value, start: Value, end: Value = None) -> str:
    """XForms substr(): positions from 0, the end not included."""
    whole = text(value)
    first, last = number(start), number(end) if end is not None else float(len(whole))
    if math.isnan(first) or math.isnan(last) or abs(first) > 1e6 or abs(last) > 1e6:
        return ""
    return whole[int(first) : int(last)]


def _selected_at(answer: Value, place: Value) -> str:
    codes, at = text(answer).split(), number(place)
    return codes[int(at)] if not math.isnan(at) and 0 <= at < len(codes) else ""


def _total(*values: Value) -> float:
    return math.fsum(numbers) if not any(map(math.isinf, numbers := [number(v) for v in values])) else NAN


def safe_pattern(pattern: str) -> bool:
    """Whether a regular expression is cheap on MAX_MATCHED_CHARS: no group is repeated, no reference back, and at most
    three unbounded repeats, with a literal character between the second and the third so that they cannot overlap.
    """
    if len(pattern) > MAX_PATTERN_CHARS or re.search(r"\)[*+?{]|\\[1-9]|\(\?", pattern):
        return False
    plain = _ESCAPED.sub(lambda found: "." if found[0][1].isalnum() else "x", _CLASS.sub(".", pattern))
    parts = re.split(r"[*+]|\{\d*,\}", plain)
    # The last character of a part is what is repeated; one before it that is no wildcard keeps two repeats apart.
    separated = all(len(part) > 1 and part[0] not in ".^$|(" for part in parts[1:-1])
    return len(parts) <= 3 or (len(parts) == 4 and separated)


def _matches(value: Value, pattern: Value) -> bool:
    """XForms regex(): the whole text, bounded; a pattern that is not safe never matches (the importer refuses it)."""
    if not safe_pattern(text(pattern)):
        return False
    try:
        return re.fullmatch(text(pattern), text(value)[:MAX_MATCHED_CHARS]) is not None
    except (re.error, OverflowError):
        return False


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
    "ends-with": (2, 2, lambda whole, part: text(whole).endswith(text(part))),
    "substr": (2, 3, _substring),
    "normalize-space": (1, 1, lambda value: " ".join(text(value).split())),
    "regex": (2, 2, _matches),
    "once": (1, 1, lambda value: value),
    "selected-at": (2, 2, _selected_at),
    "count": (1, 20, lambda *values: float(sum(text(value) != "" for value in values))),
    "sum": (1, 20, _total),
    "min": (1, 20, _extreme(min)),
    "max": (1, 20, _extreme(max)),
}
