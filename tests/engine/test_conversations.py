"""Whole conversations from files: by codes and by text, in each language, with the same events and the same bytes.

With THIQA_UPDATE=1 the events and answers in the files are written anew from the web's run; read the change before it
is kept.
"""

import json
import os

import pytest

from .scripts import FOLDER, LANGUAGES, TEXT_STYLES, Script, play, scripts, written


def updated(script: Script) -> Script:
    """The script with what comes of it now, written to its file."""
    events, answers = play(script, LANGUAGES[0], None)
    moves = [move | {"events": told} for move, told in zip(script.content["moves"], events, strict=True)]
    content = script.content | {"moves": moves, "answers": answers and json.loads(answers)}
    script.path.write_text(written(content))
    return Script(script.path, content)


SCRIPTS = [updated(script) if os.environ.get("THIQA_UPDATE") else script for script in scripts()]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.path.stem)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("style", [None, *TEXT_STYLES], ids=["web", *TEXT_STYLES])
def test_fault_75_a_conversation_gives_the_same_events_and_bytes_on_each_channel_and_in_each_language(
    script: Script, language: str, style: str | None
) -> None:
    events, answers = play(script, language, style)
    assert events == [move["events"] for move in script.content["moves"]]
    assert answers == script.answers


def test_the_files_are_written_as_an_update_would_write_them() -> None:
    assert [s.path.stem for s in SCRIPTS if s.path.read_text() != written(s.content)] == []


def test_every_form_of_the_folder_is_used() -> None:
    assert {path.name for path in (FOLDER / "forms").glob("*.json")} == {
        script.content["form"] for script in SCRIPTS if isinstance(script.content["form"], str)
    }
