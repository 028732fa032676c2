"""Expressions: what XPath says they mean, and that nothing an author writes or a person answers breaks them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.engine import ExpressionError, parse
from survey_app.engine.expression import MAX_DEPTH
from survey_app.engine.functions import FUNCTIONS, Value, safe_pattern

ANSWERS: dict[str, Value] = {"contact": "yes", "times": 3, "age": "25-34", "nothing": None, "code": "2"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("${contact} = 'yes'", True),
        ("${contact} != “yes”", False),
        ("${times} > 2 and ${times} <= 3", True),
        ("1 + 2 * 3 = 7", True),
        ("(1 + 2) * 3 = 9", True),
        ("10 div 4 = 2.5 and 10 mod 4 = 2", True),
        ("-${times} < 0", True),
        ("${nothing} = ''", True),
        ("${nothing} >= 0", False),
        ("${nothing} < 0", False),
        ("not(${contact} = 'no') or false()", True),
        ("selected('a b c', 'b') and not(selected('abc', 'b'))", True),
        ("${code} = 2", True),
        ("if(${times} = 3, 'x', 'y') = 'x'", True),
        ("coalesce(${nothing}, 'z') = 'z'", True),
        ("string-length(${age}) = 5 and starts-with(${age}, '25')", True),
        ("round(2.5) = 3 and int(-2.5) = -2", True),
        ("1 div 0 > 0", False),
        ("max(1, 5, 3) - min(1, 5, 3) = 4", True),
        (". >= 1 and . <= 365", True),
    ],
)
def test_an_expression_means_what_xpath_says(source: str, expected: bool) -> None:
    assert parse(source).holds(ANSWERS, 12) is expected


@pytest.mark.parametrize(
    ("source", "code", "position"),
    [
        ("", "unexpected", 0),
        ("1 +", "unexpected", 3),
        ("pulldata('a')", "unknown_function", 0),
        ("1 = 1 = ", "unexpected", 7),
        ("${a", "unreadable", 0),
        ("if(1, 2)", "wrong_number_of_arguments", 0),
        ("not(1", "expected_closing", 5),
        ("'open", "unreadable", 0),
        ("__import__('os')", "unreadable", 0),
        ("(" * (MAX_DEPTH + 2), "too_deep", MAX_DEPTH),
        ("1 " * 3000, "too_long", 4000),
    ],
)
def test_a_fault_is_named_with_its_position(source: str, code: str, position: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(source)
    assert (caught.value.code, caught.value.position) == (code, position)


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused(source: str) -> None:
    with contextlib.suppress(ExpressionError):
        parse(source)


pieces = st.sampled_from(
    [
        "${a}",
        "${b}",
        ".",
        "1",
        "0.5",
        "'x'",
        "''",
        "=",
        "!=",
        "<",
        ">=",
        "+",
        "-",
        "*",
        "div",
        "mod",
        "and",
        "or",
        "(",
        ")",
        ",",
    ]
    + [f"{name}(" for name in FUNCTIONS]
)
values = st.one_of(st.none(), st.text(max_size=5), st.integers(), st.floats(), st.booleans())


@given(st.lists(pieces, max_size=12).map(" ".join), values, values, values)
def test_what_was_parsed_is_evaluated_whatever_was_answered(source: str, a: str, b: str, current: str) -> None:
    try:
        expression = parse(source)
    except ExpressionError:
        return
    assert expression.holds({"a": a, "b": b}, current) in (True, False)


def test_what_an_expression_refers_to_is_known() -> None:
    assert parse("${a} = 1 and (${b} > ${a})").references == {"a", "b"}


@pytest.mark.parametrize(
    ("pattern", "safe"),
    [
        (r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$", True),
        (r"\+212[0-9]{9}", True),
        (r"(a+)+b", False),
        (r"(a|b)*c", False),
        (r"a*a*a*b", False),
        (r"(.)\1", False),
        ("x" * 201, False),
    ],
)
def test_fault_26_a_pattern_that_could_take_long_is_refused(pattern: str, safe: bool) -> None:
    assert safe_pattern(pattern) is safe
    if not safe and "'" not in pattern:
        with pytest.raises(ExpressionError, match="unsafe_pattern"):
            parse(f"regex(., '{pattern}')")


def test_a_regular_expression_matches_the_whole_answer() -> None:
    mail = parse(r"regex(., '[a-z.]+@[a-z]+\.[a-z]{2,}')")
    assert mail.holds({}, "a.b@c.org")
    assert not mail.holds({}, "a.b@c.org and more")
