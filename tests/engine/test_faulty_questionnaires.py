"""Questionnaires that are refused whole, each fault by name (fault 27), and values of every wrong type (16)."""

import pytest

from survey_app.engine import (
    Choice,
    ExpressionError,
    Item,
    Kind,
    Questionnaire,
    QuestionnaireError,
    Reason,
    Unclear,
    checked,
    parse,
    read,
)

WORDS = {"ar": "نص", "fr": "texte"}
YES = (Choice("yes", WORDS), Choice("no", WORDS))


def item(name: str, kind: Kind = Kind.INTEGER, **more: object) -> Item:
    return Item(name, kind, WORDS, **more)  # type: ignore[arg-type]  # as the item takes them


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ((item("a", relevant=parse("${a} = 1")),), "unknown_or_later_reference"),
        ((item("a", relevant=parse("${b} = 1")), item("b", relevant=parse("${a} = 1"))), "unknown_or_later_reference"),
        ((item("a", constraint=parse("${nowhere} = 1")),), "unknown_or_later_reference"),
        ((item("a", Kind.CALCULATED, calculation=parse("${a} + 1")),), "unknown_or_later_reference"),
        ((item("a"), item("a")), "duplicate_name"),
        ((Item("a", Kind.INTEGER, {"ar": "نص"}),), "missing_language"),
        ((item("a", Kind.SINGLE, choices=(Choice("1", {"fr": "un"}),)),), "missing_language"),
        ((item("a", Kind.SINGLE),), "no_choices"),
        ((item("a", Kind.SINGLE, choices=YES + YES),), "duplicate_choice"),
        ((item("a", Kind.MULTIPLE, choices=(Choice("a b", WORDS),)),), "space_in_choice"),
        ((item("a", Kind.SCALE, low=5, high=5),), "unusable_scale"),
        ((item("a", Kind.SCALE, low=0, high=10**9),), "unusable_scale"),
        ((item("a", Kind.CALCULATED),), "no_calculation"),
        ((item("a", groups=("nowhere",)),), "unknown_group"),
        ((), "empty"),
        (tuple(item(f"q{number}") for number in range(5_001)), "too_many_items"),
    ],
)
def test_fault_27_a_faulty_questionnaire_is_refused_with_the_items_name(items: tuple[Item, ...], code: str) -> None:
    with pytest.raises(QuestionnaireError) as caught:
        checked(Questionnaire("faulty", WORDS, ("ar", "fr"), items))
    found = {fault.code: fault.item for fault in caught.value.faults}
    assert found[code] in {*(it.name for it in items), "faulty"}


def test_fault_27_all_faults_are_told_at_once() -> None:
    items = (item("a", relevant=parse("${c} = 1")), item("b", Kind.SINGLE), item("b"))
    with pytest.raises(QuestionnaireError) as caught:
        checked(Questionnaire("faulty", WORDS, ("ar", "fr", "en"), items))
    codes = {fault.code for fault in caught.value.faults}
    assert codes == {"unknown_or_later_reference", "no_choices", "duplicate_name", "missing_language"}


@pytest.mark.parametrize(
    "source", ["(" * 10_000 + "1" + ")" * 10_000, "not(" * 900 + "1" + ")" * 900, "-" * 3_999 + "1"]
)
def test_fault_27_a_condition_ten_thousand_deep_is_refused_when_it_is_read(source: str) -> None:
    with pytest.raises(ExpressionError):
        parse(source)


KINDS = (
    item("integer"), item("decimal", Kind.DECIMAL), item("scale", Kind.SCALE), item("single", Kind.SINGLE, choices=YES),
    item("multiple", Kind.MULTIPLE, choices=YES), item("ranking", Kind.RANKING, choices=YES), item("date", Kind.DATE),
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda it: it.name)
@pytest.mark.parametrize(
    "raw", [{"a": 1}, [["yes"]], [None], float("nan"), float("inf"), "1e309", "NaN", b"1", True, object(), "½", "1;2"]
)
def test_fault_16_a_value_of_a_wrong_type_is_refused_by_name(kind: Item, raw: object) -> None:
    found = read(kind, raw)
    assert isinstance(found, Unclear)
    assert found.reason in Reason


@pytest.mark.parametrize("typed", ["-0", "+0", "0", "٠", "۰", "０", "⓪", "−0", " 0 "])
def test_fault_16_zero_is_one_number_however_it_is_written(typed: str) -> None:
    for kind in KINDS[:3]:
        found = read(kind, typed)
        assert (found, str(found)[0]) == (0, "0")
