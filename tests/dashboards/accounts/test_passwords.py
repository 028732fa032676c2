"""What a password must be."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.accounts.passwords import LEAST, fault, normal


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("eleven char", "short"),
        ("x" * 201, "long"),
        ("Password2026!", "common"),
        ("motdepasse12", "common"),
        ("123456789012", "common"),
        ("abcdefghijklm", "common"),
        ("aaaaaaaaaaaaaa", "common"),
        ("210987654321", "common"),
        ("halima.idrissi1", "address"),
        ("Halima.Idrissi", "address"),
        ("seven green lanterns", ""),
        ("سبعة فوانيس خضراء", ""),
        ("sept lanternes vertes", ""),
    ],
)
def test_a_password_is_judged(password: str, found: str) -> None:
    assert fault(password, "halima.idrissi@police.example") == found


@given(st.text(max_size=40))
def test_whatever_is_typed_is_judged_the_same_in_every_composition(typed: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        other = unicodedata.normalize(form, typed)
        assert normal(normal(other)) == normal(other)
        if normal(other) == normal(typed):
            assert fault(other, "a@b.example") == fault(typed, "a@b.example")
    if len(normal(typed)) < LEAST:
        assert fault(typed, "a@b.example") == "short"
