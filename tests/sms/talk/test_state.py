"""The state of a conversation: what it becomes as bytes, what earlier code wrote, and how its case stands."""

import json
from collections.abc import Mapping
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.talk.conversation import (
    Conversation,
    State,
    case_state,
    close,
    dump,
    invited,
    load,
    reply,
    stop,
)
from sms.talk.wording import Terms, invitation
from survey_app.engine import Answer, Mode, Questionnaire, begin, parse, place
from survey_app.engine.state import StateError
from survey_app.paradata import Design, Entry

from ..conftest import LINK, WAVE

TERMS = Terms(LINK, free=True)
DESIGN = Design("urban", "psu-7", 12.5)


def after(form: Questionnaire, conversation: Conversation, *texts: str) -> Conversation:
    for text in texts:
        conversation = reply(form, conversation, text, TERMS).conversation
    return conversation


@given(
    st.builds(
        Conversation,
        wave=st.text(max_size=9),
        state=st.sampled_from(State),
        language=st.sampled_from(["ar", "fr", "en", None]),
        interview=st.none(),
        unclear=st.integers(0, 4),
        finished=st.booleans(),
        ended=st.booleans(),
        seed=st.integers(0, 2**32),
        mode=st.sampled_from([Mode.SMS, Mode.WHATSAPP]),
        entry=st.sampled_from([Entry.OPEN, Entry.POSTER, Entry.INVITED]),
        area=st.text(max_size=9),
        design=st.one_of(st.none(), st.builds(Design, st.text(), st.text(), st.floats(0.1, 1e6))),
        reminders=st.integers(0, 3),
        seen=st.integers(0, 2**33),
        several=st.lists(st.integers(0, 99).map(str)).map(tuple),
        declared=st.booleans(),
        interviews=st.integers(0, 4),
        outcome=st.sampled_from(["", "refused", "partial"]),
    )
)
def test_a_conversation_comes_back_as_it_was(conversation: Conversation) -> None:
    assert load(dump(conversation)) == conversation
    assert set(json.loads(dump(conversation))) == {field.name for field in fields(Conversation)}


@pytest.mark.parametrize("finished", [True, False])
def test_a_conversation_of_before_the_invitations_is_read(finished: bool) -> None:
    old = {"wave": WAVE, "state": "done", "language": "ar", "interview": None, "unclear": 0, "finished": finished}
    found = load(json.dumps(old).encode())
    assert found == Conversation(WAVE, State.DONE, "ar", finished=finished, interviews=int(finished))


@pytest.mark.parametrize(
    "change", [{"mode": "fax"}, {"entry": 3}, {"design": ["a"]}, {"several": 3}, {"seen": "soon"}, {"interviews": None}]
)
def test_a_conversation_with_a_part_that_is_none_is_refused_by_name(change: dict[str, object]) -> None:
    with pytest.raises(StateError):
        load(json.dumps(json.loads(dump(Conversation(WAVE))) | change).encode())


def test_the_state_of_a_case_follows_the_conversation(form: Questionnaire) -> None:
    ours = invited(WAVE, "en", "", DESIGN, 5)
    states = {
        (): "invited",
        ("hello",): "open",
        ("1",): "open",
        ("1", "3"): "open",
        ("1", "3", "2"): "partial",
        ("1", "3", "skip"): "open",
        ("1", "3", "2", "lang fr"): "partial",
        ("1", "3", "2", "langue"): "partial",
        ("1", "3", "2", "41"): "completed",
        ("1", "3", "2", "41", "stop"): "completed",
        ("2",): "refused",
        ("stop",): "refused",
        ("hello", "no"): "refused",
        ("1", "stop"): "refused",
        ("1", "3", "stop"): "stopped",
        ("1", "3", "stop", "stop"): "stopped",
        ("1", "3", "stop", "start"): "open",
    }
    assert {texts: case_state(after(form, ours, *texts), form) for texts in states} == states


def test_a_case_keeps_how_the_survey_ended_it(form: Questionnaire) -> None:
    strict = replace(form, items=tuple(replace(item, screen_out=parse(". = '1'")) for item in form.items))
    assert case_state(after(strict, Conversation(WAVE), "trust", "1", "2"), strict) == "screened_out"

    def full(_answers: Mapping[str, Answer]) -> bool:
        return True

    over = reply(form, after(form, Conversation(WAVE), "trust", "1"), "2", TERMS, full).conversation
    assert case_state(over, form) == "quota_full"
    assert case_state(stop(form, over).conversation, form) == "quota_full"


def test_a_wave_that_closes_leaves_a_case_partial_or_open(form: Questionnaire) -> None:
    half, less = (after(form, Conversation(WAVE), "trust", "1", *said) for said in (("3", "2"), ("3",)))
    assert case_state(close(half, form).conversation, form) == "partial"
    assert case_state(close(less, form).conversation, form) == "open"
    assert case_state(after(form, close(half, form).conversation, "start"), form) == "open"
    assert close(after(form, half, "langue"), form).messages == close(half).messages


def test_what_the_sample_knows_is_carried_to_the_end_and_then_forgotten(form: Questionnaire) -> None:
    ours = replace(invited(WAVE, "en", "area", DESIGN, 5, Mode.WHATSAPP), reminders=2, seen=1_770_000_000)
    during = after(form, ours, "1", "3", "2")
    assert (during.entry, during.design, during.area, during.mode) == (Entry.INVITED, DESIGN, "area", Mode.WHATSAPP)
    assert (during.reminders, during.seen) == (2, 1_770_000_000)
    assert during.interview is not None
    assert during.interview.mode is Mode.WHATSAPP
    done = reply(form, during, "41", TERMS).conversation
    assert done == Conversation(
        WAVE,
        State.DONE,
        "en",
        finished=True,
        mode=Mode.WHATSAPP,
        seen=1_770_000_000,
        interviews=1,
        outcome="completed",
    )


def test_who_stopped_is_reminded_of_nothing(form: Questionnaire) -> None:
    ours = replace(invited(WAVE, "en", "", DESIGN, 5), reminders=2)
    assert stop(form, ours).conversation.reminders == 0


def test_nothing_of_a_person_is_in_the_text_of_a_conversation(form: Questionnaire) -> None:
    said = repr(after(form, invited(WAVE, "en", "a-secret-area", Design("a-secret-stratum"), 77_123), "1", "2 3"))
    assert not any(secret in said for secret in ("a-secret", "77123", "several"))


def test_the_invitation_is_the_consent_of_its_language(form: Questionnaire) -> None:
    total = place(form, begin(form, Mode.SMS, "fr").interview)[1]
    message = invitation(form, "fr", TERMS)
    assert reply(form, Conversation(WAVE), "confiance", TERMS).messages == (message,)
    assert f"{total} questions" in message
