"""What earlier code has stored opens under today's: documents, drafts, conversations and envelopes as it wrote them.

`made_by` in each golden file is the commit whose code wrote it: one spelled every usual value out and knew no order,
the other knew no way in.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from nacl.encoding import HexEncoder
from nacl.public import PublicKey, SealedBox
from sqlalchemy import Engine
from sqlmodel import select

from analytics.custody import KeyPair, Opening, close_wave
from analytics.microdata import read_microdata
from sms.talk.conversation import load as load_conversation
from sms.talk.conversation import reply
from sms.talk.wording import Terms
from survey_app.engine import Kind, Missing, Status, answer, complete, current, from_document, to_document
from survey_app.engine.questionnaire import version_of
from survey_app.engine.state import load
from survey_app.fieldwork import OPEN, FieldworkError, wave
from survey_app.intake import Ticket, padded
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import EnvelopeRow, QuestionnaireRow, ResponseRow, WaveRow

DAY = date(2026, 10, 1)
STORED = Path(__file__).parents[1] / "golden" / "stored"
Old = dict[str, Any]


@pytest.fixture(params=["spelled-out", "before-the-ways-in"])
def old(request: pytest.FixtureRequest) -> Old:
    """What one earlier version stored, of one small form."""
    found: Old = json.loads((STORED / f"{request.param}.json").read_text(encoding="utf-8"))
    return found


def field_as_stored(engine: Engine, old: Old, document: Old | None = None) -> None:
    with writing(engine) as session:
        session.add(QuestionnaireRow(version=old["version"], document=document or old["document"]))
        session.flush()
        session.add(WaveRow(id="w1", opens=DAY, closes=DAY, state=OPEN, questionnaire=old["version"]))


def put(engine: Engine, keys: KeyPair, *payloads: str) -> None:
    box = SealedBox(PublicKey(keys.public.encode(), HexEncoder))
    with writing(engine) as session:
        for payload in payloads:
            sealed = box.encrypt(padded(payload.encode()))
            session.add(EnvelopeRow(submission=Ticket.new().submission, wave="w1", sealed=sealed, digest=b"d"))


def test_fault_51_a_document_of_earlier_code_is_read_and_keeps_its_version(engine: Engine, old: Old) -> None:
    field_as_stored(engine, old)
    with reading(engine) as session:
        period = wave(session, "w1")
    assert period is not None
    form = period.questionnaire
    assert form.version == old["version"]
    assert [item.kind for item in form.items] == [Kind.NOTE, Kind.SINGLE, Kind.SINGLE, Kind.SINGLE, Kind.INTEGER]
    dont_know = form.by_name["trust_police"].choice("dk")
    assert dont_know is not None
    assert dont_know.missing is Missing.DONT_KNOW
    times = form.by_name["contact_times"]
    assert times.relevant is not None
    assert times.relevant.source == "${contact12} = 'yes'"


def test_fault_51_the_same_form_means_the_same_however_it_was_written() -> None:
    one, other = (
        from_document(json.loads((STORED / f"{name}.json").read_text(encoding="utf-8"))["document"])
        for name in ("spelled-out", "before-the-ways-in")
    )
    assert one == other
    assert one.version != other.version
    assert other.version == version_of(to_document(one))


def test_an_old_document_that_was_changed_in_the_database_is_not_used(
    engine: Engine, old: Old, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("survey_app.fieldwork._parsed", {})  # another test may have read this version
    changed = json.loads(json.dumps(old["document"]))
    changed["items"][1]["label"]["en"] += "!"
    field_as_stored(engine, old, changed)
    with reading(engine) as session, pytest.raises(FieldworkError, match="changed"):
        wave(session, "w1")


def test_fault_51_a_draft_of_earlier_code_is_finished_under_todays(old: Old) -> None:
    form = from_document(old["document"])
    interview = load(old["draft"].encode())
    assert interview.answers["sex"] == "woman"
    assert interview.version == form.version
    item = current(form, interview)
    assert item is not None
    assert item.name == "contact12"
    done = complete(form, answer(form, interview, "no").interview).interview
    assert done.status is Status.COMPLETED


def test_fault_51_a_conversation_of_earlier_code_goes_on_under_todays(old: Old) -> None:
    form, terms = from_document(old["document"]), Terms("https://thiqa.example/s", free=True)
    conversation = load_conversation(old["conversation"].encode())
    assert not conversation.ended
    for text in ("5", "2"):
        turn = reply(form, conversation, text, terms)
        conversation = turn.conversation
    assert turn.completed is not None
    assert turn.completed.version == old["version"]
    assert turn.completed.answers["trust_police"] == "dk"


def test_fault_51_envelopes_of_before_the_ways_in_are_opened_not_refused(
    engine: Engine, keys: KeyPair, old: Old
) -> None:
    field_as_stored(engine, old)
    put(engine, keys, old["payload"], old["payload"])
    assert close_wave(engine, keys.private, "w1", date(2026, 10, 1)) == Opening(2, 0)
    with reading(engine) as session:
        rows = session.exec(select(ResponseRow)).all()
        assert {(row.entry, row.hurried) for row in rows} == {("open", False)}
        period = wave(session, "w1")
        assert period is not None
        frame = read_microdata(session, {"w1": period.questionnaire})
    assert frame["contact_times"].tolist() == [2, 2]


@pytest.mark.parametrize("half", [{"entry": "open"}, {"hurried": False}, {"entry": None, "hurried": False}])
def test_an_envelope_that_says_half_of_how_it_came_is_still_refused(
    engine: Engine, keys: KeyPair, old: Old, half: Old
) -> None:
    field_as_stored(engine, old)
    put(engine, keys, old["payload"], json.dumps(json.loads(old["payload"]) | half))
    assert close_wave(engine, keys.private, "w1", date(2026, 10, 1)) == Opening(1, 1)
