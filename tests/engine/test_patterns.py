"""Every pattern of the code against long near-misses (fault 26): none takes the square of their length."""

import ast
import contextlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from survey_app.engine import ExpressionError, parse
from survey_app.engine.functions import MAX_PATTERN_CHARS, safe_pattern

ROOT = Path(__file__).parents[2]
ROOMS = ("survey_app", "sms", "dashboards", "translations", "analytics", "deploy")
LENGTH = 4_000  # a square of it takes ten times what is allowed, a cube does not end
SECONDS = 0.04
TRIES = 6  # a busy machine makes one try slow, a pattern makes all of them slow
# These read what is bounded before: an expression of 4,000 characters, from place to place, and a pattern of 200.
BOUNDED = ("?P<reference>", r"\[\^?\]?(?:")
UNITS = (
    " ", "_", "a", "1", "-", ".", ":", "=", "{", "}", "(", ")", "[", "]", "«", "»", "|", "\\", "/", ",", "&", "$",
    "\n", "\r", "${", "${a", "{ a", "a=", "a ", " a", ": ", " :", "&#", "&#1", "1-", "1/", "1.", "\\a", "[a", "[^",
    "x_short_", "( a", "(ab-", " or ", "begin ", "begin_", "or_other", "add_", "bind:", "\r\ncontent-length: ",
    "٣", "é", "\u0301",
)  # fmt: skip
ENDS = ("", "!", "\x00", "}", ")")


def patterns() -> Iterator[str]:
    """The patterns that are written in the code, as they are written."""
    for file in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                of, first = node.func.value, node.args[0]
                if isinstance(of, ast.Name) and of.id == "re" and isinstance(first, ast.Constant):
                    assert isinstance(first.value, str | bytes)
                    yield first.value if isinstance(first.value, str) else first.value.decode()


def slowest(pattern: str) -> tuple[float, str]:
    """The longest time, in seconds of the processor, that the pattern takes over a near-miss, and that near-miss."""
    compiled, worst = re.compile(pattern, re.IGNORECASE), (0.0, "")
    for unit in UNITS:
        for end in ENDS:
            text = unit * (LENGTH // len(unit)) + end
            begun = time.process_time()
            compiled.fullmatch(text)
            for _ in compiled.finditer(text):
                pass
            worst = max(worst, (time.process_time() - begun, repr((unit, end))))
    return worst


@pytest.mark.parametrize(
    "pattern", sorted({found for found in patterns() if not any(map(found.__contains__, BOUNDED))})
)
def test_fault_26_no_pattern_takes_long_over_a_near_miss(pattern: str) -> None:
    for _ in range(TRIES):
        took, where = slowest(pattern)
        if took < SECONDS:
            return
    pytest.fail(f"{took} s over {where}")


def test_fault_26_what_is_bounded_takes_little_at_its_bound() -> None:
    begun = time.process_time()
    for unit in UNITS:
        with contextlib.suppress(ExpressionError):
            parse(unit * (4_000 // len(unit)))
        safe_pattern(unit * (MAX_PATTERN_CHARS // len(unit)))
    assert time.process_time() - begun < SECONDS * 2 * len(UNITS)
