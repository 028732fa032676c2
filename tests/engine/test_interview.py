"""What holds for every interview over every questionnaire: it is total, it ends, and only the path leaves."""

import contextlib
import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from survey_app.engine import (
    Interview,
    Item,
    Kind,
    Mode,
    Questionnaire,
    Refused,
    Status,
    answer,
    back,
    begin,
    canonical,
    checked,
    complete,
    current,
    decode,
    from_document,
    offered_choices,
    page,
    parse,
    path,
    place,
    possible,
    stop,
    submission,
    switch_language,
    to_document,
    unanswered,
    visit,
    worded,
)
from survey_app.engine.order import ordered
from survey_app.engine.questionnaire import DERIVED
from survey_app.engine.state import StateError, dump, load

from .generated import LANGUAGES, RAW, SENSIBLE, acceptable, questionnaires

moves = st.lists(
    st.one_of(
        st.tuples(st.just("answer"), RAW),
        st.tuples(st.just("answer"), SENSIBLE),
        st.tuples(st.just("back"), st.none()),
        st.tuples(st.just("visit"), st.sampled_from(["q0", "q1", "q5", "", "nowhere"])),
        st.tuples(st.just("speak"), st.sampled_from([*LANGUAGES, "zz", "../ar"])),
        st.tuples(st.just("complete"), st.none()),
    ),
    max_size=25,
)


def play(form: Questionnaire, interview: Interview, turns: list[tuple[str, object]]) -> Interview:
    for verb, raw in turns:
        match verb:
            case "answer":
                step = answer(form, interview, raw)
            case "back":
                step = back(form, interview)
            case "visit":
                step = visit(form, interview, str(raw))
            case "speak":
                step = switch_language(form, interview, str(raw))
            case _:
                step = complete(form, interview)
        interview = step.interview
    return interview


def finish(form: Questionnaire, interview: Interview) -> Interview:
    """Answer whatever is still asked, acceptably, and send; at most once an item."""
    for _ in form.items:
        interview = visit(form, interview, None).interview
        item = current(form, interview)
        if item is None:
            break
        interview = answer(form, interview, acceptable(item, offered_choices(form, interview, item))).interview
    return complete(form, interview).interview


@given(questionnaires(), st.sampled_from(Mode), moves)
def test_any_sequence_of_moves_ends_in_a_lawful_interview(
    form: Questionnaire, mode: Mode, turns: list[tuple[str, object]]
) -> None:
    interview = play(form, begin(form, mode, "fr").interview, turns)
    names = {item.name for item in path(form, interview)}
    assert interview.cursor is None or interview.cursor in names
    asked = {name for name in submission(form, interview) if not name.endswith(".order")}
    derived = {item.name for item in form.items if item.kind in DERIVED}
    assert asked <= names | derived
    assert all(form.by_name[name].kind is not Kind.NOTE for name in asked)
    assert load(dump(interview)) == interview
    number, total = place(form, interview)
    assert 0 <= number <= total
    shown = page(form, interview)
    assert interview.cursor is None or interview.cursor in {item.name for item in shown}
    for item in shown:
        assert worded(form, interview.answers, item.label, interview.language)
    if interview.status is Status.COMPLETED:
        assert unanswered(form, interview) is None


@given(questionnaires(), st.sampled_from(Mode), st.lists(SENSIBLE, min_size=1, max_size=6))
def test_an_interview_that_is_answered_ends(form: Questionnaire, mode: Mode, replies: list[object]) -> None:
    interview = begin(form, mode, "ar", seed=3).interview
    for reply in replies:
        interview = answer(form, interview, reply).interview
    assert finish(form, interview).status in (Status.COMPLETED, Status.SCREENED_OUT)


@given(questionnaires(), st.sampled_from(Mode), moves, st.sampled_from(LANGUAGES))
def test_the_language_changes_nothing_else(
    form: Questionnaire, mode: Mode, turns: list[tuple[str, object]], language: str
) -> None:
    quiet = [turn for turn in turns if turn[0] != "speak"]
    one = play(form, begin(form, mode, "fr").interview, quiet)
    other = play(form, begin(form, mode, language).interview, quiet)
    assert canonical(form, one) == canonical(form, other)
    assert one.cursor == other.cursor


@given(questionnaires(), moves, st.integers(0, 9))
def test_the_channel_changes_nothing_where_every_item_may_go_by_text(
    form: Questionnaire, turns: list[tuple[str, object]], seed: int
) -> None:
    open_form = replace(form, items=tuple(replace(item, by_text=True) for item in form.items))
    web = play(open_form, begin(open_form, Mode.WEB, "fr", seed).interview, turns)
    sms = play(open_form, begin(open_form, Mode.SMS, "fr", seed).interview, turns)
    assert canonical(open_form, web) == canonical(open_form, sms)


@given(questionnaires(), st.integers(0, 9), moves)
def test_a_finished_submission_survives_json_and_is_possible_and_a_changed_one_is_not(
    form: Questionnaire, seed: int, turns: list[tuple[str, object]]
) -> None:
    interview = finish(form, play(form, begin(form, Mode.WEB, "fr", seed).interview, turns))
    if interview.status is not Status.COMPLETED:
        return
    answers = {name: decode(value) for name, value in json.loads(canonical(form, interview)).items()}
    assert answers == submission(form, interview)
    assert possible(form, Mode.WEB, answers)
    assert not possible(form, Mode.WEB, {**answers, "phone": "canary"})
    for name in answers:
        assert not possible(form, Mode.WEB, {other: value for other, value in answers.items() if other != name})
        assert not possible(form, Mode.WEB, {**answers, name: "no such code " * 200})


@given(questionnaires(), st.integers(0, 99))
def test_the_order_is_the_seeds_and_holds_every_item_once(form: Questionnaire, seed: int) -> None:
    names = [item.name for item in ordered(form, seed)]
    assert names == [item.name for item in ordered(form, seed)]
    assert sorted(names) == sorted(item.name for item in form.items)
    if not any(group.random for group in form.groups):
        assert names == [item.name for item in form.items]


@given(questionnaires(), moves, RAW)
def test_a_refused_reply_changes_no_answer(form: Questionnaire, turns: list[tuple[str, object]], raw: object) -> None:
    interview = play(form, begin(form, Mode.WEB, "en").interview, turns)
    step = answer(form, interview, raw)
    if any(isinstance(event, Refused) for event in step.events):
        assert step.interview.answers == interview.answers


@given(questionnaires())
def test_a_questionnaire_survives_storage_with_its_version(form: Questionnaire) -> None:
    again = from_document(json.loads(json.dumps(to_document(form))))
    assert again == form
    assert again.version == form.version


@given(st.binary())
def test_bytes_that_are_no_interview_are_refused(content: bytes) -> None:
    with contextlib.suppress(StateError):
        load(content)


def test_changing_an_answer_recomputes_the_path_and_hides_the_abandoned_branch(short_form: Questionnaire) -> None:
    interview = begin(short_form, Mode.WEB, "ar").interview
    said = {"area": "06.141.01.01", "sex": "woman", "age": "25-34", "contact12": "yes", "contact_times": "٣"}
    while (item := current(short_form, interview)) is not None:
        interview = answer(short_form, interview, said.get(item.name, "")).interview
    assert submission(short_form, interview)["contact_times"] == 3
    changed = answer(short_form, interview, "no", "contact12").interview
    assert "contact_times" not in submission(short_form, changed)
    assert changed.cursor is None
    restored = answer(short_form, changed, "yes", "contact12").interview
    assert submission(short_form, restored)["contact_times"] == 3


def test_one_cannot_answer_ahead_nor_after_the_end(questionnaire: Questionnaire) -> None:
    interview = begin(questionnaire, Mode.WEB, "fr").interview
    ahead = answer(questionnaire, interview, "3", "trust_police")
    assert ahead.interview == interview
    assert isinstance(ahead.events[0], Refused)
    ended = stop(interview).interview
    assert ended.answers == {}
    assert answer(questionnaire, ended, "").interview == ended


def test_a_walk_that_was_kept_is_not_used_for_other_answers_another_mode_or_another_form(
    short_form: Questionnaire,
) -> None:
    start = begin(short_form, Mode.WEB, "fr").interview
    asked = path(short_form, start)
    assert path(short_form, start) is asked
    yes = replace(start, answers={"contact12": "yes"})
    assert [item.name for item in path(short_form, yes)] == [*(item.name for item in asked), "contact_times"]
    assert path(short_form, start) == asked
    fewer = replace(short_form, items=short_form.items[:3])
    assert path(fewer, start) == asked[:3]
    by_text = tuple(item for item in asked if item.by_text)
    assert path(short_form, replace(start, mode=Mode.SMS)) == by_text


def test_an_answer_that_an_earlier_one_forbids_since_it_changed_is_asked_again() -> None:
    first, second = Item("first", Kind.INTEGER, {"en": "First"}), Item("second", Kind.INTEGER, {"en": "Second"})
    limited = replace(second, constraint=parse(". != ${first}"), required=True)
    form = checked(Questionnaire("twice", {"en": "Twice"}, ("en",), (first, limited)))
    interview = begin(form, Mode.WEB, "en").interview
    for raw in ("1", "2"):
        interview = answer(form, interview, raw).interview
    changed = answer(form, interview, "2", "first").interview
    assert changed.cursor == "second"
    assert complete(form, changed).interview.status is Status.OPEN
    done = complete(form, answer(form, changed, "3").interview).interview
    assert done.status is Status.COMPLETED
    assert possible(form, Mode.WEB, submission(form, done))


def test_an_answer_that_screens_out_since_an_earlier_one_changed_is_asked_again() -> None:
    first, second = Item("first", Kind.INTEGER, {"en": "First"}), Item("second", Kind.INTEGER, {"en": "Second"})
    form = checked(
        Questionnaire("twice", {"en": "Twice"}, ("en",), (first, replace(second, screen_out=parse(". = ${first}"))))
    )
    interview = begin(form, Mode.WEB, "en").interview
    for raw in ("1", "2"):
        interview = answer(form, interview, raw).interview
    changed = answer(form, interview, "2", "first").interview
    assert changed.cursor == "second"
    assert answer(form, changed, "2").interview.status is Status.SCREENED_OUT
