"""Whole conversations from files: each text, what comes back, where it stands, and the answers at the end."""

import json
from pathlib import Path
from typing import Any

import pytest

from sms.conversation import Conversation, dump, load, reply
from sms.wording import Terms
from survey_app.engine import Questionnaire, canonical

from .conftest import LINK

FILES = sorted((Path(__file__).parent / "conversations").glob("*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_conversation_goes_as_written(file: Path, form: Questionnaire) -> None:
    script: dict[str, Any] = json.loads(file.read_text())
    conversation = Conversation("2026-03", b"t" * 32)
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
