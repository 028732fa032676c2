"""Whole conversations from files: each text, what comes back, where it stands, and the answers at the end."""

import json
from pathlib import Path
from typing import Any

import pytest

from sms.talk.conversation import Conversation, State, dump, load, reply
from sms.talk.wording import Terms
from survey_app.engine import Kind, Questionnaire, canonical, current, offered_choices

from ...engine.scripts import LANGUAGES, TEXT_STYLES, Script, scripts, texted
from ..conftest import LINK
from ..kinds import every_kind

FILES = sorted((Path(__file__).parent / "conversations").glob("*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_conversation_goes_as_written(file: Path, form: Questionnaire) -> None:
    """`items` names items of the questionnaire of every kind; without it the small questionnaire is asked."""
    script: dict[str, Any] = json.loads(file.read_text())
    if "items" in script:
        form = every_kind(*script["items"])
    conversation = Conversation("2026-03", seed=script.get("seed", 0))
    completed = None
    for number, turn in enumerate(script["turns"], 1):
        taken = reply(form, load(dump(conversation)), turn["in"], Terms(LINK, free=False))
        where = f"turn {number}: {turn['in']!r}"
        assert taken.conversation.state == turn["state"], where
        if "out" in turn:
            assert list(taken.messages) == turn["out"], where
        else:
            assert len(taken.messages) == 1, where
        assert all(part in taken.messages[0] for part in turn.get("holds", ())), where
        conversation, completed = taken.conversation, taken.completed or completed
    answers = json.loads(canonical(form, completed)) if completed else None
    assert answers == script["answers"]


@pytest.mark.parametrize("script", scripts(), ids=lambda script: script.path.stem)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("style", TEXT_STYLES)
def test_fault_75_the_engines_conversations_end_in_the_same_bytes_by_text(
    script: Script, language: str, style: str
) -> None:
    """Notes come with the next question, and the last answer sends: both moves are left out."""
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
            text = texted(item, move, offered_choices(form, interview, item), language, style)
        turn = reply(form, conversation, text, Terms(LINK, free=False))
        conversation, completed = turn.conversation, turn.completed or completed
    assert (canonical(form, completed) if completed else None) == script.answers
    assert conversation.state is State.DONE
