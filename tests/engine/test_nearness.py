"""Names of places as people type them: one slip in five letters, two in nine, and never a guess between two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.engine import Questionnaire, Reason, Unclear, understand
from survey_app.engine.nearness import near, slips

letters = st.text("abc", max_size=7)


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("", "", 0), ("stop", "stop", 0), ("stop", "stpo", 1), ("stop", "top", 1), ("stop", "shop", 1), ("stop", "", 3)],
)
def test_a_swap_a_loss_a_letter_more_and_another_letter_are_one_slip_each(one: str, other: str, distance: int) -> None:
    assert slips(one, other, 2) == distance


@given(letters, letters)
def test_slips_are_counted_the_same_both_ways(one: str, other: str) -> None:
    assert slips(one, other, 20) == slips(other, one, 20)
    assert (slips(one, other, 20) == 0) == (one == other)
    assert slips(one, other, 20) <= max(len(one), len(other))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("المعارف", "المعاريف"), ("معاريف", "المعاريف"), ("الحي حسني", "الحي الحسني"), ("اكادير", "أكادير"),
        ("maarf", "Maarif"), ("Sidi Bernousi", "Sidi Bernoussi"), ("sidi bernnoussy", "Sidi Bernoussi"),
        ("fida", "Al-Fida"), ("el fida", "Al-Fida"), ("ain sebaa", "Ain-Sebaa"), ("hayhassani", "Hay-Hassani"),
    ],
)  # fmt: skip
def test_a_place_is_known_by_its_name_give_or_take_a_slip(typed: str, name: str) -> None:
    assert near(typed, name)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Anfi", "Anfa"),
        ("maaaf", "Maarif"),
        ("sidi bernuzy", "Sidi Bernoussi"),
        ("", "Anfa"),
        ("أنف", "أنفا"),
        ("ال", "ا"),
    ],
)
def test_a_short_name_or_too_many_slips_are_no_name(typed: str, name: str) -> None:
    assert not near(typed, name)


@given(st.text(max_size=2000), st.text(max_size=30))
def test_any_text_is_near_a_name_or_not(typed: str, name: str) -> None:
    assert near(typed, name) in (True, False)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("sidi moumenn", "Sidi Moumen"), ("سيدي عتمان", "Sidi Othmane"), ("ANFA", "Anfa"), ("12", "Sidi Moumen")],
)
def test_an_area_is_understood(questionnaire: Questionnaire, typed: str, code: str) -> None:
    item = questionnaire.by_name["area"]
    chosen = item.choice(understand(item, typed, "ar"))
    assert chosen is not None
    assert chosen.label["en"] == code


def test_between_two_areas_nothing_is_guessed(questionnaire: Questionnaire) -> None:
    item = questionnaire.by_name["area"]
    assert understand(item, "Hay", "fr") == Unclear(Reason.NOT_A_CHOICE)
    assert isinstance(understand(item, "Sidi", "fr"), Unclear)


def test_only_areas_are_understood_by_a_name_that_is_near(questionnaire: Questionnaire) -> None:
    assert isinstance(understand(questionnaire.by_name["trust_police"], "beaucoup confianse", "fr"), Unclear)


def test_the_choice_that_0_stands_for_has_no_number(questionnaire: Questionnaire) -> None:
    item = questionnaire.by_name["trust_police"]
    zero = item.choice("dk")
    listed = tuple(choice for choice in item.choices if choice is not zero)
    for typed in ("0", "٠", "صفر", "لا أدري", "I don't know", "nsp"):
        assert understand(item, typed, "ar", listed, zero) == "dk"
    assert isinstance(understand(item, str(len(listed) + 1), "ar", listed, zero), Unclear)
    assert isinstance(understand(item, "0", "ar"), Unclear)
