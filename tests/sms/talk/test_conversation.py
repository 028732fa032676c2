"""The conversation at its edges: stop everywhere, any text at all, nothing repeated, and within the carrier's sizes."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.talk.circumstances import Circumstances
from sms.talk.commands import mistyped_stop
from sms.talk.conversation import Conversation, State, close, invited, load, reply
from sms.talk.questions import MAX_PIPED_CHARS, numbered, plainly, question, spoken
from sms.talk.wording import Terms
from survey_app.engine import (
    Answer,
    Choice,
    Item,
    Kind,
    Mode,
    Questionnaire,
    Reason,
    Refused,
    answer,
    begin,
    canonical,
    complete,
    current,
    offered_choices,
    parse,
    understand,
)
from survey_app.engine.state import StateError
from survey_app.paradata import Design, Entry

from ...engine.generated import LANGUAGES, questionnaires
from ..conftest import LINK
from ..kinds import every_kind

TERMS = Terms(LINK, free=True)
WAYS = {
    State.NEW: [],
    State.LANGUAGE: ["?"],
    State.CONSENT: ["?", "2"],
    State.INTERVIEW: ["?", "2", "1", "3"],
    State.DONE: ["trust", "1", "1", "2", "30"],
}


def reached(form: Questionnaire, *texts: str) -> Conversation:
    conversation = Conversation("2026-03")
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
    conversation, by_text = Conversation("2026-03"), None
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


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("1", "بوسع شركة الهاتف قراءة الرسائل"),
        ("2", "Votre opérateur peut lire"),
        ("3", "Your phone company can read these texts"),
    ],
)
def test_before_consent_everybody_is_told_that_the_phone_company_can_read(
    form: Questionnaire, language: str, words: str
) -> None:
    asked = reply(form, reply(form, Conversation("2026-03"), "?", TERMS).conversation, language, TERMS)
    assert asked.conversation.state is State.CONSENT
    assert words in "\n".join(asked.messages)


def test_who_answered_and_stopped_cannot_answer_again_by_start(form: Questionnaire) -> None:
    stopped = reached(form, *WAYS[State.DONE], "stop")
    turn = reply(form, stopped, "start", TERMS)
    assert turn.conversation.state is State.DONE
    assert turn.messages == ("Your answers have arrived. There is nothing more to do. Thank you.",)


def test_a_conversation_forgets_the_answers_once_they_are_sent(form: Questionnaire) -> None:
    done = reached(form, *WAYS[State.DONE])
    assert done.finished
    assert done.interview is None


def test_no_message_repeats_what_a_person_answered(form: Questionnaire) -> None:
    conversation = Conversation("2026-03")
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
        assert len(turn.messages) == (state is State.INTERVIEW), state
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
    conversation, counts = reached(form, "12 34"), []
    for _ in range(4):
        turn = reply(form, conversation, "what is this", TERMS)
        conversation = turn.conversation
        counts.append(len(turn.messages))
    assert counts == [1, 1, 0, 0]
    assert reply(form, conversation, "3", TERMS).conversation.state is State.CONSENT


def test_fault_35_stop_wins_over_an_option_of_that_name_but_a_slip_does_not() -> None:
    """ "Safi" is a town and a word for enough; whoever meant the town has its number."""
    towns = tuple(Choice(name, dict.fromkeys(LANGUAGES, name)) for name in ("Safi", "Cancal", "Agadir"))
    item = Item("town", Kind.AREA, dict.fromkeys(LANGUAGES, "Which town?"), choices=towns)
    form = Questionnaire("towns", dict.fromkeys(LANGUAGES, "Towns"), LANGUAGES, (item,))
    before = reached(form, "trust", "1")
    assert reply(form, before, "Safi", TERMS).conversation.state is State.STOPPED
    assert mistyped_stop("cancal")
    chosen = reply(form, before, "Cancal", TERMS).completed
    assert chosen is not None
    assert chosen.answers == {"town": "Cancal"}


def test_free_text_is_never_a_mistyped_stop() -> None:
    asked = reached(every_kind("words"), "trust", "1")
    turn = reply(every_kind("words"), asked, "cancal", TERMS)
    assert turn.completed is not None
    assert turn.completed.answers == {"words": "cancal"}


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("scale", "0", 0), ("scale", "9", 9), ("times", "0", 0), ("times", "9", 9), ("hours", "0", 0.0),
        ("words", "9", "9"),
        ("shuffled", "0", "dk"), ("shuffled", "9", None), ("region", "0", None), ("day", "9", None), ("day", "٠", None),
        ("worries", "0", ("dk",)),
    ],
)  # fmt: skip
def test_0_and_9_are_dont_know_and_skip_only_where_they_cannot_be_answers(
    name: str, typed: str, stored: Answer
) -> None:
    form = every_kind("region", name) if name != "region" else every_kind("region", "times")
    asked = reached(form, "trust", "1", *(["2"] if form.items[0].name != name else []))
    turn = reply(form, asked, typed, TERMS)
    interview = turn.completed or turn.conversation.interview
    assert interview is not None
    assert interview.answers[name] == stored
    assert type(interview.answers[name]) is type(stored)


def test_9_is_the_ninth_option_where_there_are_nine() -> None:
    nine = tuple(Choice(f"c{at}", dict.fromkeys(LANGUAGES, f"option {at}")) for at in range(1, 10))
    item = Item("many", Kind.SINGLE, dict.fromkeys(LANGUAGES, "Which?"), choices=nine)
    form = Questionnaire("many", dict.fromkeys(LANGUAGES, "Many"), LANGUAGES, (every_kind("region").items[0], item))
    done = reply(form, reached(form, "trust", "1", "1"), "9", TERMS).completed
    assert done is not None
    assert done.answers["many"] == "c9"


def test_an_interview_that_was_begun_before_0_and_9_keeps_the_numbers_that_were_sent(form: Questionnaire) -> None:
    asked = replace(reached(form, "trust", "1"), declared=False)
    turn = reply(form, asked, "4", TERMS)
    assert turn.conversation.interview is not None
    assert turn.conversation.interview.answers["trust"] == "98"
    assert turn.messages[0].endswith("0 I don't know, 9 skip")


def test_the_area_of_an_invitation_is_only_taken_where_it_is_offered() -> None:
    form = every_kind("region", "area")
    for area, region, asked in (("s2", "2", False), ("s2", "1", True), ("gone", "2", True)):
        conversation = invited("2026-03", "en", area, None, 1)
        for text in ("1", region):
            turn = reply(form, conversation, text, TERMS)
            conversation = turn.conversation
        assert (turn.completed is None) is asked, (area, region)
        assert turn.completed is None or turn.completed.answers["area"] == "s2"


def test_the_second_interview_on_a_phone_is_not_the_invited_persons(form: Questionnaire) -> None:
    two = replace(TERMS, interviews=2)
    conversation = invited("2026-03", "en", "somewhere", Design("urban"), 1)
    for text in ("1", "1", "2", "30", "start"):
        conversation = reply(form, conversation, text, two).conversation
    assert (conversation.state, conversation.entry, conversation.area) == (State.CONSENT, Entry.OPEN, "")
    assert (conversation.design, conversation.seed, conversation.interviews) == (None, 0, 1)


@pytest.mark.parametrize("state", WAYS)
def test_a_plain_text_that_is_late_changes_nothing_once_something_was_asked(form: Questionnaire, state: State) -> None:
    before = reached(form, *WAYS[state])
    for text in ("1", "hello", "2 1", "skip" if state is State.INTERVIEW else "x"):
        turn = reply(form, before, text, TERMS, around=Circumstances(late=True))
        assert (turn.conversation == before and turn.messages == ()) is (state is not State.NEW)


@given(questionnaires(), st.integers(0, 2**32 - 1), st.sampled_from(LANGUAGES))
def test_every_question_offers_a_way_on_that_is_understood(form: Questionnaire, seed: int, language: str) -> None:
    """Each item is answered by what its message says: its numbers, its example, or words of one's own."""
    interview = begin(form, Mode.SMS, language, seed).interview
    while item := current(form, interview):
        choices, zero = numbered(item, offered_choices(form, interview, item))
        message = question(form, interview, item)
        lines = [f"\n{at} {spoken(form, interview, choice.label)}" for at, choice in enumerate(choices, 1)]
        assert all(plainly(line) in message or line in message for line in lines)
        assert zero is None or understand(item, "0", language, choices, zero) in (zero.code, (zero.code,))
        raw = understand(item, typed(item, choices), language, choices, zero)
        step = answer(form, interview, raw)
        if any(isinstance(event, Refused) for event in step.events):
            assert step.events == (Refused(item.name, Reason.CONSTRAINT),)
            break
        interview = step.interview


def typed(item: Item, choices: tuple[Choice, ...]) -> str:
    """What a person would type."""
    match item.kind:
        case Kind.RANKING:
            ranked = [str(at) for at, choice in enumerate(choices, 1) if choice.missing is None]
            return " ".join(ranked or ["1"])
        case Kind.DATE:
            return {"day": "31/12/2024", "month": "12/2024", "year": "2024"}[item.precision]
        case Kind.SINGLE | Kind.AREA | Kind.MULTIPLE:
            return str(len(choices))
    return "7"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_offered_for_no_answer_are_words_that_are_understood(language: str) -> None:
    form = every_kind("times")
    (item,) = form.items
    last = question(form, begin(form, Mode.SMS, language).interview, item).splitlines()[-1]
    words = last.partition(":")[2].split(" / ")
    assert [understand(item, word, language) for word in words] == list(item.offers)


def test_typography_is_made_plain_only_where_that_makes_a_text_cheaper() -> None:
    assert plainly("« Où »\u00a0: l’été…") == '"Où" : l\'été...'
    assert plainly("« Être »…") == "« Être »…"
    assert plainly("«\u2068أ\u2069»") == "«\u2068أ\u2069»"


def test_an_answer_that_is_piped_into_a_question_stays_short_and_on_one_line() -> None:
    form = every_kind("words", "piped")
    interview = answer(form, begin(form, Mode.SMS, "en").interview, "one two\nthree " * 15).interview
    asked = question(form, interview, form.by_name["piped"])
    assert len(asked.splitlines()) == 3
    assert asked.startswith('2/2 Is "one two three one two three')
    assert len(asked.splitlines()[0]) == len('2/2 Is "" safe?') + MAX_PIPED_CHARS


def test_a_screened_out_person_is_not_kept_and_cannot_begin_again(form: Questionnaire) -> None:
    strict = replace(form, items=tuple(replace(item, screen_out=parse(". = '1'")) for item in form.items))
    ended = reply(strict, reached(strict, "trust", "1"), "2", TERMS)
    assert ended.completed is None
    assert ended.conversation == Conversation(
        "2026-03", state=State.DONE, language="en", ended=True, outcome="screened_out"
    )
    for text in ("start", "1"):
        again = reply(strict, ended.conversation, text, TERMS)
        assert (again.conversation.state, again.conversation.interview) == (State.DONE, None)
    stopped = reply(strict, ended.conversation, "stop", TERMS).conversation
    assert reply(strict, stopped, "start", TERMS).conversation.state is State.DONE


def test_a_full_quota_ends_the_conversation_and_keeps_nothing(form: Questionnaire) -> None:
    def full(answers: Mapping[str, Answer]) -> bool:
        return answers.get("trust") == "2"

    before = reached(form, "trust", "1")
    assert reply(form, before, "1", TERMS, full).conversation.state is State.INTERVIEW
    turn = reply(form, before, "3", TERMS, full)
    assert turn.messages == (
        "Thank you. Enough people in your situation have answered. Nothing of what you answered is kept.",
    )
    assert turn.completed is None
    assert turn.conversation == Conversation(
        "2026-03", state=State.DONE, language="en", ended=True, outcome="quota_full"
    )


def test_a_conversation_keeps_its_order_until_it_ends_and_then_forgets_the_seed() -> None:
    """The recorded order would lead from the answers to the seed, and from the seed to the number's row."""
    form = every_kind("shuffled")
    orders = set()
    for seed in range(40):
        asked = Conversation("2026-03", seed=seed)
        for text in ("trust", "1", "stop", "start", "1", "lang fr", "lang en"):
            turn = reply(form, asked, text, TERMS)
            asked = turn.conversation
        (message,) = turn.messages
        orders.add(message)
        done = reply(form, asked, "1", TERMS)
        assert done.completed is not None
        chosen = form.items[0].choice(done.completed.answers["shuffled"])
        assert chosen is not None
        assert f"\n1 {chosen.label['en']}\n" in message
        assert done.conversation.seed == 0
    assert len(orders) == 6


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"\xff", b'{"state": "gone"}'])
def test_bytes_that_are_no_conversation_are_refused_by_name(content: bytes) -> None:
    with pytest.raises(StateError):
        load(content)
