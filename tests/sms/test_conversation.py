"""The conversation at its edges: stop everywhere, any text at all, nothing repeated, and within the carrier's sizes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms import wording
from sms.conversation import Conversation, State, close, dump, load, reply
from sms.segments import GSM7, segments
from sms.wording import Terms
from survey_app.engine import Mode, Questionnaire, Reason, answer, begin, canonical, complete
from survey_app.engine.state import StateError

from .conftest import LINK, small_questionnaire

TERMS = Terms(LINK, free=True)
WAYS = {
    State.NEW: [],
    State.LANGUAGE: ["hello"],
    State.CONSENT: ["hello", "2"],
    State.INTERVIEW: ["hello", "2", "1", "3"],
    State.DONE: ["trust", "1", "1", "2", "30"],
}


def reached(form: Questionnaire, *texts: str) -> Conversation:
    conversation = Conversation("2026-03", b"t" * 32)
    for text in texts:
        conversation = reply(form, conversation, text, TERMS).conversation
    return conversation


@pytest.mark.parametrize("state", WAYS)
@pytest.mark.parametrize("word", ["stop", "Arrêtez !", "توقف", "بركا", "UNSUBSCRIBE"])
def test_stop_ends_it_in_every_state_and_language_with_one_confirmation(
    form: Questionnaire, state: State, word: str
) -> None:
    before = reached(form, *WAYS[state])
    assert before.state is state
    turn = reply(form, before, word, TERMS)
    assert turn.conversation.state is State.STOPPED
    assert turn.conversation.interview is None
    assert len(turn.messages) == 1
    for text in (word, "1", "help", "hello"):
        assert reply(form, turn.conversation, text, TERMS).messages == ()
    assert reply(form, turn.conversation, "start", TERMS).messages


def test_an_arabic_text_and_a_french_page_that_answer_alike_give_the_same_bytes(form: Questionnaire) -> None:
    """Fault 75. The page would also ask what never goes by text message, so that item is left out for both."""
    alike = replace(form, items=tuple(item for item in form.items if item.by_text))
    conversation, by_text = Conversation("2026-03", b"t" * 32), None
    for said in ("ثقة", "نعم", "٢", "ايه", "۲", "٤١"):
        turn = reply(alike, conversation, said, TERMS)
        conversation, by_text = turn.conversation, turn.completed
    by_page = begin(alike, Mode.WEB, "fr").interview
    for code in (None, "1", "yes", "no", None, "41"):
        by_page = answer(alike, by_page, code).interview
    by_page = complete(alike, by_page).interview
    assert by_text is not None
    assert (by_text.language, by_text.mode, by_page.language, by_page.mode) == ("ar", Mode.SMS, "fr", Mode.WEB)
    assert canonical(alike, by_text) == canonical(alike, by_page)
    assert canonical(alike, by_text) == b'{"age":41,"contact":"yes","respect":"no","trust":"1"}'


def test_who_answered_and_stopped_cannot_answer_again_by_start(form: Questionnaire) -> None:
    stopped = reached(form, *WAYS[State.DONE], "stop")
    turn = reply(form, stopped, "start", TERMS)
    assert turn.conversation.state is State.DONE
    assert turn.messages == ("Your answers have arrived. There is nothing more to do. Thank you.",)


def test_a_conversation_forgets_answers_and_ticket_once_they_are_sent(form: Questionnaire) -> None:
    done = reached(form, *WAYS[State.DONE])
    assert done.finished
    assert (done.interview, done.token) == (None, b"")


def test_no_message_repeats_what_a_person_answered(form: Questionnaire) -> None:
    conversation = Conversation("2026-03", b"t" * 32)
    heard: list[str] = []
    for text in ["trust", "1", "zzbanana", "3", "back", "zzbanana", "2", "2", "87"]:
        turn = reply(form, conversation, text, TERMS)
        conversation = turn.conversation
        heard += turn.messages
    assert conversation.state is State.DONE
    assert not any("banana" in message or "87" in message for message in heard)


def test_a_wave_that_closes_tells_those_in_the_middle_and_nobody_else(form: Questionnaire) -> None:
    for state, way in WAYS.items():
        turn = close(reached(form, *way))
        assert len(turn.messages) == (state is State.INTERVIEW)
        assert turn.conversation.interview is None


def test_after_a_wave_closed_and_opened_again_start_begins_anew(form: Questionnaire) -> None:
    closed = close(reached(form, *WAYS[State.INTERVIEW])).conversation
    assert reply(form, closed, "1", TERMS).messages == ()
    assert reply(form, closed, "start", TERMS).conversation.state is State.CONSENT


def test_a_questionnaire_of_which_nothing_goes_by_text_names_the_web(form: Questionnaire) -> None:
    only_web = replace(form, items=tuple(replace(item, by_text=False) for item in form.items))
    turn = reply(only_web, Conversation("2026-03"), "trust", TERMS)
    assert turn.messages == (f"This survey is answered on the web:\n{LINK}",)
    assert turn.completed is None


def test_one_language_is_not_asked_for(form: Questionnaire) -> None:
    english = replace(form, languages=("en",))
    assert reply(english, Conversation("2026-03"), "hello", TERMS).conversation.state is State.CONSENT


def test_consent_that_is_never_clear_is_left_after_two_more_tries(form: Questionnaire) -> None:
    conversation, counts = reached(form, "trust"), []
    for _ in range(5):
        turn = reply(form, conversation, "what is this", TERMS)
        conversation = turn.conversation
        counts.append(len(turn.messages))
    assert counts == [1, 1, 1, 0, 0]
    assert reply(form, conversation, "1", TERMS).conversation.state is State.INTERVIEW


def test_a_language_that_is_never_clear_is_left_after_two_more_tries(form: Questionnaire) -> None:
    conversation, counts = reached(form, "hello"), []
    for _ in range(4):
        turn = reply(form, conversation, "what is this", TERMS)
        conversation = turn.conversation
        counts.append(len(turn.messages))
    assert counts == [1, 1, 0, 0]
    assert reply(form, conversation, "3", TERMS).conversation.state is State.CONSENT


texts = st.one_of(
    st.text(max_size=300),
    st.sampled_from(
        ["1", "2", "٣", "back", "skip", "lang ar", "langue", "stop", "start", "help", "نعم", "", "\x00", "🙂"]
    ),
)


@given(st.lists(texts, max_size=25))
def test_any_texts_in_any_order_end_in_a_defined_reply(said: list[str]) -> None:
    form = small_questionnaire()
    conversation = Conversation("2026-03", b"t" * 32)
    for text in said:
        turn = reply(form, conversation, text, TERMS)
        assert len(turn.messages) <= 1
        assert load(dump(turn.conversation)) == turn.conversation
        assert (turn.completed is None) or canonical(form, turn.completed)
        conversation = turn.conversation


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"\xff", b'{"state": "gone"}'])
def test_bytes_that_are_no_conversation_are_refused_by_name(content: bytes) -> None:
    with pytest.raises(StateError):
        load(content)


def test_every_message_of_ours_keeps_to_the_sizes_in_each_language(form: Questionnaire) -> None:
    item = form.by_name["contact"]
    for language in form.languages:
        messages = [
            wording.consent_unclear(language),
            wording.unclear(item, language, Reason.NOT_A_CHOICE, (12, 12)),
            wording.unclear_again(language),
            wording.parked(language),
            wording.guide(language, TERMS),
            wording.stopped(language, form.languages),
            wording.thanks(language),
            wording.already(language),
            wording.closed(language),
            wording.on_the_web(language, TERMS),
        ]
        for message in messages:
            assert segments(message).parts <= 2, message
            if language != "ar":
                assert segments(message).encoding == GSM7, message
        assert segments(wording.consent(form, language, 8, TERMS)).parts <= 4
    assert segments(wording.stopped(None, form.languages)).parts <= 2
