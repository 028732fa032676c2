"""French and English texts are sent in septets: one letter outside them would more than halve what a segment holds."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

import sms.talk
from sms.segments import GSM7, segments
from translations.languages import translator

SAID = sorted({
    message
    for _file, _line, message, _comments, _context in extract_from_dir(
        Path(sms.talk.__file__).parent, method_map=[("**.py", "python")], keywords={"_": None}
    )
    if isinstance(message, str)
})  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_the_conversation_says_of_itself_needs_no_wider_encoding(language: str) -> None:
    assert len(SAID) > 40
    for message in SAID:
        places = dict.fromkeys(re.findall(r"%\((\w+)\)", message), "1")
        said = translator(language)(message, **places)
        assert segments(said).encoding == GSM7, said
