"""Answers that nothing later needs: taken away as soon as they are given, they change nothing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.engine import (
    Choice,
    Group,
    Held,
    Interview,
    Item,
    Kind,
    Mode,
    Questionnaire,
    Step,
    answer,
    back,
    begin,
    canonical,
    checked,
    complete,
    current,
    decode,
    encode,
    needed,
    offered_choices,
    parse,
    path,
    place,
    possible,
    said,
    submission,
    switch_language,
    visit,
    worded,
)
from survey_app.engine.answers import AnswerError, codes_of, plain
from survey_app.engine.state import dump, load
from survey_app.engine.walk import walk

from .generated import LANGUAGES, SENSIBLE, acceptable, piped, questionnaires, texts

AWAY = Held(b"only the custodian can read this")
PLACES = st.integers(0, 7)
CHOICES = tuple(Choice(code, texts(code), attributes={"side": code}) for code in "123")


@st.composite
def linked(draw: st.DrawFn) -> Questionnaire:
    """A questionnaire in which every item refers to an earlier one, in any way."""
    made = [Item("q0", Kind.SINGLE, texts("0"), choices=CHOICES)]
    for number in range(1, draw(st.integers(2, 6))):
        earlier = draw(st.sampled_from(made)).name
        item = Item(f"q{number}", Kind.SINGLE, texts(str(number)), choices=CHOICES)
        ways = (
            replace(item, relevant=parse(f"${{{earlier}}} != '1'")),
            replace(item, choice_filter=parse(f"side = ${{{earlier}}} or side = '3'", frozenset({"side"}))),
            replace(item, constraint=parse(f". != ${{{earlier}}}")),
            replace(item, kind=Kind.CALCULATED, choices=(), calculation=parse(f"concat(${{{earlier}}}, 'x')")),
            replace(item, stem=piped("stem", earlier)),
            replace(item, screen_out=parse(f"${{{earlier}}} = '3' and . = '3'")),
        )
        made.append(draw(st.sampled_from(ways)))
    return checked(Questionnaire("linked", texts("title"), LANGUAGES, tuple(made)))


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("pick"), PLACES, PLACES),
        st.tuples(st.just("pick"), PLACES, PLACES),
        st.tuples(st.just("again"), PLACES, PLACES),
        st.tuples(st.just("answer"), SENSIBLE, PLACES),
        st.tuples(st.sampled_from(["back", "forward", "complete"]), PLACES, PLACES),
        st.tuples(st.just("speak"), st.sampled_from(LANGUAGES), PLACES),
    ),
    min_size=10,
    max_size=40,
)


def moved(form: Questionnaire, interview: Interview, verb: str, raw: Any, at: int) -> Step:
    items = path(form, interview)
    match verb:
        case "pick" | "again":
            item = current(form, interview) if verb == "pick" else items[at % len(items)] if items else None
            if item is None:
                return visit(form, interview, None)
            return answer(form, interview, some(item, offered_choices(form, interview, item), raw), item.name)
        case "answer":
            return answer(form, interview, raw)
        case "back":
            return back(form, interview)
        case "forward":
            return visit(form, interview, items[at % len(items)].name if items else None)
        case "speak":
            return switch_language(form, interview, raw)
    return complete(form, interview)


def some(item: Item, choices: tuple[Choice, ...], number: int) -> object:
    """One of the raw values that the item takes."""
    if choices and item.kind is not Kind.RANKING:
        code = choices[number % len(choices)].code
        return [code] if item.kind is Kind.MULTIPLE else code
    return acceptable(item, choices)


def without(form: Questionnaire, interview: Interview) -> Interview:
    """The interview, each answer that is not needed taken away, between two moves as a channel keeps it."""
    gone = {name: AWAY for name in interview.answers if name not in needed(form)}
    return load(dump(replace(interview, answers={**interview.answers, **gone})))


def seen(form: Questionnaire, interview: Interview) -> list[object]:
    """All that a person could notice, and what was derived."""
    known, items = submission(form, interview), path(form, interview)
    texts = [text for item in items for text in (item.label, item.hint, item.constraint_message, item.stem)]
    return [
        (interview.cursor, interview.status, interview.language, place(form, interview), walk(form, interview).derived),
        [(item.name, offered_choices(form, interview, item)) for item in items],
        [worded(form, known, text, interview.language) for text in texts],
        walk(form, interview).done,
    ]


@given(st.one_of(questionnaires(), linked()), st.sampled_from([Mode.SMS, Mode.WHATSAPP]), st.integers(0, 9), MOVES)
def test_an_interview_whose_answers_were_taken_away_goes_exactly_the_same_way(
    form: Questionnaire, mode: Mode, seed: int, turns: list[tuple[str, Any, int]]
) -> None:
    whole = begin(form, mode, "fr", seed).interview
    short = without(form, whole)
    for turn in turns:
        one, other = moved(form, whole, *turn), moved(form, short, *turn)
        assert one.events == other.events
        assert seen(form, one.interview) == seen(form, other.interview)
        whole, short = one.interview, without(form, other.interview)
        assert seen(form, whole) == seen(form, short)
    assert {name for name, value in short.answers.items() if value == AWAY} == set(whole.answers) - needed(form)
    told = {name: whole.answers[name] if value == AWAY else value for name, value in short.answers.items()}
    assert canonical(form, replace(short, answers=told)) == canonical(form, whole)


YES_NO = tuple(Choice(code, {"fr": code}, attributes={"side": code}) for code in ("yes", "no"))
FIRST = Item("a", Kind.SINGLE, {"fr": "A ?"}, choices=YES_NO)
AFTER = Item("b", Kind.SINGLE, {"fr": "B ?"}, choices=YES_NO)
FILTER = parse("side = ${a}", frozenset({"side"}))


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({}, ""),
        ({"relevant": parse("${a} = 'yes'")}, "a"),
        ({"constraint": parse(". = ${a}")}, "a"),
        ({"screen_out": parse(". = ${a} and ${b} = 'no'")}, "a"),
        ({"constraint": parse("${b} = 'yes' or . = 'no'")}, ""),
        ({"choice_filter": FILTER}, "ab"),
        ({"choice_filter": parse("side = 'yes'", frozenset({"side"}))}, ""),
        ({"kind": Kind.CALCULATED, "calculation": parse("concat(${a}, 'x')"), "choices": ()}, "a"),
        ({"label": {"fr": "Pourquoi ${ a } ?"}}, "a"),
        ({"stem": {"fr": "Pourquoi {a}$ ?"}}, "a"),
        ({"short": {"fr": "${a} ?"}}, "a"),
        ({"hint": {"fr": "${a}"}}, "a"),
        ({"constraint_message": {"fr": "Pas ${a}"}}, "a"),
        ({"required_message": {"fr": "Apres ${a}"}}, "a"),
        ({"low_label": {"fr": "${a}"}}, "a"),
        ({"choices": (Choice("c", {"fr": "comme ${a}"}),)}, "a"),
        ({"choices": (Choice("c", {"fr": "C"}, attributes={"side": "${a}"}),)}, "a"),
        ({"label": {"fr": "Avant : ${b}"}}, "b"),
        ({"relevant": parse("${a} = 'yes'"), "by_text": False}, ""),
    ],
)  # fmt: skip
def test_what_a_later_question_by_text_refers_to_is_needed(after: dict[str, Any], expected: str) -> None:
    form = checked(Questionnaire("f", {"fr": "F"}, ("fr",), (FIRST, replace(AFTER, **after))))
    assert needed(form) == set(expected)


def test_what_the_name_of_a_group_refers_to_is_needed() -> None:
    form = Questionnaire("f", {"fr": "F"}, ("fr",), (FIRST, AFTER), (Group("g", {"fr": "Sur ${a}"}),))
    assert needed(form) == {"a"}


def test_a_held_answer_says_nothing_and_is_stored_as_what_it_is() -> None:
    form = checked(Questionnaire("f", {"fr": "F"}, ("fr",), (FIRST, AFTER)))
    assert (codes_of(AWAY), plain(AWAY), said(form, {"a": AWAY}, "a", "fr")) == ((), None, "…")
    assert decode(encode(AWAY)) == AWAY
    given: Mapping[str, Any] = {"a": "yes", "b": None}
    assert possible(form, Mode.SMS, given)
    for name in given:
        assert not possible(form, Mode.SMS, {**given, name: AWAY})


@pytest.mark.parametrize(
    "stored",
    [{"held": ""}, {"held": "a"}, {"held": "YQ"}, {"held": "YR=="}, {"held": "YQ==\n"}, {"held": "é"}, {"held": None},
     {"held": ["YQ=="]}, {"held": "YQ==", "missing": "refused"}],
)  # fmt: skip
def test_what_is_not_exactly_a_held_answer_is_refused(stored: object) -> None:
    with pytest.raises(AnswerError):
        decode(stored)
