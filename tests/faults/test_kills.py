"""Processes killed at their worst moment (fault 44): nothing is lost and nothing doubled."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine

from analytics.custody import KeyPair, open_batches
from analytics.trail import verify
from survey_app.engine import Questionnaire
from survey_app.fieldwork import field
from survey_app.storage.database import reading, writing
from tests.analytics.test_custody import DAY, content, put
from tests.web.conftest import form
from tests.web.test_journeys import drafts_kept, envelopes

from .conftest import SHORT, Serve, fielded, url_of
from .dying import CLOSING, OPENING
from .server import ROOT, Visitor


@pytest.mark.parametrize("when", ["before", "after"])
def test_fault_44_a_worker_killed_at_send_loses_none_and_doubles_none(
    serve: Serve, engine: Engine, tmp_path: Path, when: str
) -> None:
    """Killed before the commit, or after it and before the reply: the person, who saw nothing, presses again."""
    fielded(engine, form())
    server = serve(engine, "tests.faults.wrapped:mortal()", THIQA_TEST_BESIDE=str(tmp_path))
    person = Visitor(server)
    person.complete(*SHORT)
    review = person.page
    (tmp_path / when).touch()
    with pytest.raises(OSError, match=r"closed|reset"):
        person.submit()
    assert not (tmp_path / when).exists()
    assert (len(envelopes(engine)), drafts_kept(engine)) == ((0, 1) if when == "before" else (1, 0))
    person.page = review
    assert person.press().status == 200
    assert "have been sent" in person.page.text
    assert (len(envelopes(engine)), drafts_kept(engine)) == (1, 0)
    assert person.cookie == ""


def test_fault_44_opening_and_closing_killed_at_each_step_lose_none_and_double_none(
    engine: Engine, keys: KeyPair, short_form: Questionnaire, tmp_path: Path
) -> None:
    with writing(engine) as session:
        field(session, short_form, "w1", DAY, DAY)
    put(engine, keys, [content(short_form)] * 9)
    key = tmp_path / "key"
    key.write_text(keys.private)
    words = [sys.executable, "-m", "tests.faults.dying", url_of(engine), str(key), "3"]
    run = subprocess.run(words, capture_output=True, text=True, check=True, cwd=ROOT)
    opening = ["9 9 0 0"] * (len(OPENING) - 1) + ["9 3 6 0"]
    closing = ["9 3 6 0"] * (len(CLOSING) - 1) + ["9 0 9 0"]
    assert run.stdout.splitlines() == opening + closing
    assert open_batches(engine, keys.private, 3) == {}
    with reading(engine) as session:
        assert [(record.act, record.responses) for record in verify(session).records] == [("opened", 6), ("closed", 3)]
