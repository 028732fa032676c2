"""Any texts in any order, with any delay: nothing raises, and no answer lands on a question that was not asked."""

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from sms.talk.circumstances import Circumstances
from sms.talk.commands import Word, agreed, command
from sms.talk.conversation import Conversation, State, Turn, case_state, dump, invited, load, reply
from sms.talk.marks import tagged
from sms.talk.wording import Terms
from survey_app.engine import Kind, Mode, Questionnaire, Status, canonical, current, path, place

from ...engine.generated import questionnaires
from ..conftest import LINK, WAVE, small_questionnaire
from ..kinds import every_kind

TERMS = Terms(LINK, free=True, interviews=2)
CASES = {"invited", "open", "partial", "completed", "refused", "stopped", "screened_out", "quota_full"}

numbers = st.integers(0, 12).map(str)
tags = st.builds("{}{} {}".format, st.sampled_from(["Q", "س", "1/", "2/", "3/"]), st.integers(1, 9), numbers)
texts = st.one_of(
    numbers,
    numbers,
    tags,
    st.lists(numbers, min_size=2, max_size=4).map(" ".join),
    st.sampled_from(["1", "1", "2", "٣", "back", "skip", "repeat", "lang ar", "langue", "start", "help", "نعم", "no"]),
    st.sampled_from(["", "\x00", "🙂", "stop", "unsubscibe", "THIQA 2", "ثقة طنجة", "31/12/2024", "1)2 2)1", "Agadir"]),
    st.text(max_size=40),
)
around = st.sampled_from([Circumstances()] * 6 + [Circumstances(late=True), Circumstances(rested=True)])
conversations = st.sampled_from(
    [
        Conversation(WAVE),
        invited(WAVE, "ar", "s1", None, 3),
        invited(WAVE, None, "", None, 4, Mode.WHATSAPP),
    ]
)


@dataclass(frozen=True)
class Seen:
    """The conversation, and the question that the person last saw."""

    conversation: Conversation
    question: str | None = None


def shown(form: Questionnaire, seen: Seen, turn: Turn) -> Seen:
    interview = turn.conversation.interview
    item = current(form, interview) if interview else None
    if interview and item and turn.messages:
        number, total = place(form, interview)
        if any(line.startswith(f"{number}/{total} ") for line in turn.messages[0].splitlines()):
            return Seen(turn.conversation, item.name)
    return replace(seen, conversation=turn.conversation)


def named(form: Questionnaire, conversation: Conversation, text: str) -> str | None:
    """The question on the path that a place names."""
    mark = tagged(text)
    if mark is None or conversation.interview is None:
        return None
    asked = [item.name for item in path(form, conversation.interview) if item.kind is not Kind.NOTE]
    return asked[mark.number - 1] if 1 <= mark.number <= len(asked) else None


def check(form: Questionnaire, seen: Seen, text: str, circumstances: Circumstances, turn: Turn) -> None:
    before, after = seen.conversation, turn.conversation
    assert len(turn.messages) <= 1
    assert all(turn.messages)
    assert load(dump(after)) == after
    assert case_state(after, form) in CASES
    assert (turn.completed is None) or canonical(form, turn.completed)
    assert after.interview is None or after.interview.status is Status.OPEN
    said = command(text)
    if said and said.word is Word.STOP:
        assert (after.state, after.interview) == (State.STOPPED, None)
    if (
        before.state is State.STOPPED
        and not (said and said.word is Word.START)
        and not text.startswith(("THIQA", "ثقة"))
    ):
        assert (after.state, turn.messages) == (State.STOPPED, ())
    if before.interview is None or after.interview is None or before.state is not State.INTERVIEW:
        return
    was, now = before.interview.answers, after.interview.answers
    asked = {item.name for item in form.items if item.kind is not Kind.NOTE and item.name != "area"}
    stored = {name for name in now if name in asked and (name not in was or now[name] != was[name])}
    mark = named(form, before, text)
    if before.several and agreed(text):
        assert len(stored) <= len(before.several)
    elif stored and mark is not None and stored == {mark}:
        assert mark in was or mark == seen.question
    else:
        assert stored <= {seen.question}
        assert not (stored and (circumstances.late or circumstances.rested))


def converse(
    form: Questionnaire, conversation: Conversation, said: list[tuple[str, Circumstances]], *, begin: tuple[str, ...]
) -> None:
    seen = Seen(conversation)
    for text, circumstances in [*((text, Circumstances()) for text in begin), *said]:
        turn = reply(form, seen.conversation, text, TERMS, around=circumstances)
        check(form, seen, text, circumstances, turn)
        seen = shown(form, seen, turn)


@given(conversations, st.lists(st.tuples(texts, around), max_size=25))
def test_any_texts_from_the_first_on(conversation: Conversation, said: list[tuple[str, Circumstances]]) -> None:
    converse(small_questionnaire(), conversation, said, begin=())


@given(conversations, st.lists(st.tuples(texts, around), max_size=30), st.integers(0, 2**32 - 1))
def test_any_texts_over_every_kind_of_item(
    conversation: Conversation, said: list[tuple[str, Circumstances]], seed: int
) -> None:
    converse(every_kind(), replace(conversation, seed=seed), said, begin=("lang en", "1", "2"))


@given(questionnaires(), st.lists(st.tuples(texts, around), max_size=25), st.integers(0, 2**32 - 1))
def test_any_texts_over_any_questionnaire(
    form: Questionnaire, said: list[tuple[str, Circumstances]], seed: int
) -> None:
    converse(form, Conversation(WAVE, seed=seed), said, begin=("lang fr", "1"))


@given(conversations, st.lists(st.tuples(texts, around), max_size=12), st.sampled_from(["stop", "بركا", "Arrêtez svp"]))
def test_stop_ends_it_whatever_came_before(
    conversation: Conversation, said: list[tuple[str, Circumstances]], word: str
) -> None:
    for text, circumstances in said:
        conversation = reply(every_kind(), conversation, text, TERMS, around=circumstances).conversation
    stopped = reply(every_kind(), conversation, word, TERMS, around=Circumstances(late=True, rested=True)).conversation
    assert (stopped.state, stopped.interview, stopped.several) == (State.STOPPED, None, ())
