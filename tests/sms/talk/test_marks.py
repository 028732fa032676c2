"""The place that a reply names, and several answers in one text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.talk.marks import Tagged, several, tagged


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2/8 3", Tagged(2, 8, "3")), ("2/8: 3", Tagged(2, 8, "3")), ("٢/٨ ٣", Tagged(2, 8, "3")),
        ("2/8\n3", Tagged(2, 8, "3")), ("س2 3", Tagged(2, None, "3")), ("Q2 3", Tagged(2, None, "3")),
        ("q2:3", Tagged(2, None, "3")), ("سؤال ٢ : لا أعرف", Tagged(2, None, "لا أعرف")),
        ("2/8 1 3", Tagged(2, 8, "1 3")),
        ("3", None), ("2/8", None), ("Q2", None), ("3/5/2024", None), ("5/2024", None), ("1/2/3 4", None),
        ("say 2/8 3", None), ("Q 3", None), ("", None), ("1000/8 3", None),
    ],
)  # fmt: skip
def test_a_reply_may_name_its_question_by_its_place(text: str, expected: Tagged | None) -> None:
    assert tagged(text) == expected


@pytest.mark.parametrize(
    ("text", "first", "expected"),
    [
        ("2 3 1", 1, ("2", "3", "1")), ("2,3,1", 1, ("2", "3", "1")), ("٢، ٣", 1, ("2", "3")),
        ("2\n3\n1", 1, ("2", "3", "1")),
        ("1)2 2)3", 1, ("2", "3")), ("1)2\n2)3", 5, ("2", "3")), ("5)2, 6)3", 5, ("2", "3")),
        ("1: 2 2: 3", 1, ("2", "3")),
        ("3)2 4)3", 1, ()), ("1)2 3)1", 1, ()), ("2", 1, ()), ("1 000", 1, ()), ("1000 2", 1, ()), ("2 and 3", 1, ()),
        ("25-34", 1, ()), ("2.5", 1, ()), ("2/8 3", 1, ()), ("", 1, ()), (" ".join("1" * 60), 1, ()),
    ],
)  # fmt: skip
def test_several_numbers_are_seen_and_nothing_else(text: str, first: int, expected: tuple[str, ...]) -> None:
    assert several(text, first) == expected


@given(st.text(max_size=2000), st.integers(1, 99))
def test_any_text_has_marks_or_none(text: str, first: int) -> None:
    assert tagged(text) is None or isinstance(tagged(text), Tagged)
    assert len(several(text, first)) != 1
