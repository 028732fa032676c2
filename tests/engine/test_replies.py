"""Replies: each way of writing the same answer gives the same code, and nothing else is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.engine import Questionnaire, Reason, Unclear, read, understand
from survey_app.engine.normalise import MAX_DIGITS, fold, visible, whole_number

from .generated import ANYTHING, questionnaires


@pytest.mark.parametrize("typed", ["3", "٣", "۳", "３", "③", " 3 ", "\u200f3", "+3", "٠٣", "3\u202c"])
def test_fault_16_a_number_in_any_digits_is_the_same_number(typed: str) -> None:
    assert whole_number(typed) == 3


@pytest.mark.parametrize(
    "typed", ["", "3.5", "1e3", "NaN", "0x3", "three", "3 or 4", "1" * (MAX_DIGITS + 1), "½", "-", "３a"]
)
def test_fault_16_what_is_no_whole_number_is_none(typed: str) -> None:
    assert whole_number(typed) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("أحيانًا", "احيانا"),
        ("مـــرة", "مره"),
        ("لا أعرف", "لا اعرف"),
        ("Très SOUVENT", "tres souvent"),
        ("D’accord", "d'accord"),
        ("ﻻ أعرف", "لا أعرف"),
        ("\u202eoui\u202c", "oui"),
        ("٢٥", "25"),
    ],
)
def test_fault_17_spellings_of_one_word_fold_to_one_form(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text())
def test_folding_is_total_and_settles(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert not any(char in visible(text) for char in "\u202e\u2066\u200f\x00\n")


@pytest.mark.parametrize(
    ("typed", "language", "code"),
    [
        ("1", "ar", "0"), ("٤", "ar", "3"), ("4)", "fr", "3"), ("أثق كثيرا", "ar", "3"), ("أثق كثيرًا", "fr", "3"),
        ("beaucoup confiance", "fr", "3"), ("A LOT", "en", "3"), ("nsp", "fr", "dk"), ("معرفتش", "ar", "dk"),
    ],
)  # fmt: skip
def test_a_text_reply_is_understood(questionnaire: Questionnaire, typed: str, language: str, code: str) -> None:
    assert understand(questionnaire.by_name["trust_police"], typed, language) == code


@pytest.mark.parametrize("typed", ["7", "0", "-1", "confiance", "I trust them a lot", "😀", "1 2"])
def test_an_unclear_text_reply_is_not_guessed(questionnaire: Questionnaire, typed: str) -> None:
    assert understand(questionnaire.by_name["trust_police"], typed, "fr") == Unclear(Reason.NOT_A_CHOICE)


def test_a_required_item_wants_an_answer_and_another_may_be_passed_over(questionnaire: Questionnaire) -> None:
    assert read(questionnaire.by_name["area"], "") == Unclear(Reason.REQUIRED)
    assert read(questionnaire.by_name["trust_police"], None) is None


@given(questionnaires(), ANYTHING)
def test_fault_16_any_object_gives_an_answer_or_a_named_refusal(form: Questionnaire, raw: object) -> None:
    for item in form.items:
        value = read(item, raw)
        assert value is None or isinstance(value, Unclear | str | int | float | tuple)
        if not isinstance(value, Unclear):
            assert read(item, value) == value
        understand(item, str(raw), "ar")
