"""Whole conversations from files: each text, what comes back, where it stands, and the answers at the end."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sms.talk.circumstances import Circumstances
from sms.talk.conversation import Conversation, State, Turn, case_state, dump, invited, load, reply
from sms.talk.questions import numbered
from sms.talk.wording import Terms
from survey_app.engine import Interview, Kind, Missing, Mode, Questionnaire, canonical, current, decode, offered_choices

from ...engine.scripts import LANGUAGES, TEXT_STYLES, Script, scripts, texted
from ..conftest import LINK, WAVE
from ..kinds import every_kind

FILES = sorted((Path(__file__).parent / "conversations").glob("*.json"))


def form_of(script: dict[str, Any], small: Questionnaire, bundled: Questionnaire) -> Questionnaire:
    """`items` names items of the questionnaire of every kind, `form` may be "core"; else the small one is asked."""
    if "items" in script:
        return every_kind(*script["items"])
    return bundled if script.get("form") == "core" else small


def begun(script: dict[str, Any]) -> Conversation:
    """`invited` is the language and the area of an invitation; `mode` and `seed` are as the conversation has them."""
    mode, seed = Mode(script.get("mode", "sms")), script.get("seed", 0)
    if "invited" not in script:
        return Conversation(WAVE, seed=seed, mode=mode)
    language, area = script["invited"]
    return invited(WAVE, language, area, None, seed, mode)


def heard(turn: dict[str, Any], form: Questionnaire, conversation: Conversation, terms: Terms) -> Turn:
    """`late` and `rested` are what surrounds a text."""
    around = Circumstances(turn.get("late", False), turn.get("rested", False))
    return reply(form, load(dump(conversation)), turn["in"], terms, around=around)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_conversation_goes_as_written(file: Path, form: Questionnaire, questionnaire: Questionnaire) -> None:
    """`out` is all that comes back, `holds` parts of the one message; `case` how the case stands in the end."""
    script: dict[str, Any] = json.loads(file.read_text())
    form = form_of(script, form, questionnaire)
    conversation, terms = begun(script), replace(Terms(LINK, free=False), **script.get("terms", {}))
    completed: list[Interview] = []
    for number, turn in enumerate(script["turns"], 1):
        taken = heard(turn, form, conversation, terms)
        where = f"turn {number}: {turn['in']!r}"
        assert taken.conversation.state == turn["state"], where
        if "out" in turn:
            assert list(taken.messages) == turn["out"], where
        else:
            assert len(taken.messages) == 1, where
        assert all(part in taken.messages[0] for part in turn.get("holds", ())), where
        conversation, completed = taken.conversation, completed + ([taken.completed] if taken.completed else [])
    answers = [json.loads(canonical(form, interview)) for interview in completed]
    assert (answers if len(answers) > 1 else answers[0] if answers else None) == script["answers"]
    assert case_state(conversation, form) == script.get("case", case_state(conversation, form))


@pytest.mark.parametrize("script", scripts(), ids=lambda script: script.path.stem)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("style", TEXT_STYLES)
def test_fault_75_the_engines_conversations_end_in_the_same_bytes_by_text(
    script: Script, language: str, style: str
) -> None:
    """Notes come with the next question, and the last answer sends: both moves are left out. Don't know is 0."""
    form = script.form
    conversation, completed = Conversation("2026-03", seed=script.seed), None
    for greeting in (f"lang {language}", "1"):
        conversation = reply(form, conversation, greeting, Terms(LINK, free=False)).conversation
    for move in script.content["moves"]:
        interview = conversation.interview
        item = current(form, interview) if interview else None
        note = form.by_name[move["events"][0].split()[1]].kind is Kind.NOTE if "answer" in move else False
        if note or "complete" in move:
            continue
        assert interview is not None
        assert item is not None
        text = "back" if "back" in move else "skip"
        if move.get("answer") is not None:
            listed, zero = numbered(item, offered_choices(form, interview, item))
            value = decode(move["answer"])
            doubt = (
                zero
                and value in (zero.code, (zero.code,))
                and not (style == "typed" and language in move.get("typed", {}))
            )
            if doubt and zero and zero.missing is Missing.DONT_KNOW:
                text = {"arabic digits": "٠", "words": zero.label[language]}.get(style, "0")
            else:
                text = texted(item, move, listed, language, style)
        turn = reply(form, conversation, text, Terms(LINK, free=False))
        conversation, completed = turn.conversation, turn.completed or completed
    assert (canonical(form, completed) if completed else None) == script.answers
    assert conversation.state is State.DONE
