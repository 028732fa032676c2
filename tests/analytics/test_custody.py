"""Custody on both databases: batches, mixing, once, and content that is not what it should be."""

import json
from datetime import date

import pytest
from nacl.encoding import HexEncoder
from nacl.public import PublicKey, SealedBox
from sqlalchemy import Engine, event, func
from sqlmodel import select

from analytics.custody import KeyPair, Opening, new_keys, open_batches, waiting
from survey_app.engine import Questionnaire
from survey_app.fieldwork import CLOSED, OPEN, field
from survey_app.intake import Ticket, padded
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import EnvelopeRow, OpeningRow, ResponseRow

DAY = date(2026, 10, 1)
ANSWERS = {
    "area": "06.141.01.53", "sex": "woman", "age": "25-34", "trust_police": "3", "good_job_local": None,
    "pj_respect": "4", "listen_local": "dk", "safe_dark": "5", "know_officer": "no", "contact12": "yes",
    "contact_times": 2,
}  # fmt: skip


def content(form: Questionnaire, **changes: object) -> dict[str, object]:
    return {
        "version": form.version,
        "mode": "web",
        "language": "ar",
        "entry": "open",
        "hurried": False,
        "answers": {**ANSWERS, **changes},
    }


def put(engine: Engine, keys: KeyPair, payloads: list[object]) -> None:
    box = SealedBox(PublicKey(keys.public.encode(), HexEncoder))
    with writing(engine) as session:
        for payload in payloads:
            raw = payload if isinstance(payload, bytes) else padded(json.dumps(payload).encode())
            session.add(
                EnvelopeRow(submission=Ticket.new().submission, wave="w1", sealed=box.encrypt(raw), digest=b"d")
            )


def state(engine: Engine) -> tuple[int, int]:
    with reading(engine) as session:
        return waiting(session).get("w1", 0), session.exec(select(func.count()).select_from(ResponseRow)).one()


@pytest.fixture
def wave(engine: Engine, short_form: Questionnaire) -> Engine:
    with writing(engine) as session:
        field(session, short_form, "w1", DAY, DAY, OPEN)
    return engine


def test_fewer_than_a_batch_wait_until_the_wave_is_closed(
    wave: Engine, keys: KeyPair, short_form: Questionnaire
) -> None:
    put(wave, keys, [content(short_form)] * 9)
    assert open_batches(wave, keys.private, minimum=10) == {}
    assert state(wave) == (9, 0)
    with writing(wave) as session:
        field(session, short_form, "w1", DAY, DAY, CLOSED)
    assert open_batches(wave, keys.private, minimum=10) == {"w1": Opening(9, 0)}
    assert state(wave) == (0, 9)


def test_a_batch_is_opened_whole_and_once(wave: Engine, keys: KeyPair, short_form: Questionnaire) -> None:
    put(wave, keys, [content(short_form)] * 12)
    assert open_batches(wave, keys.private, minimum=10) == {"w1": Opening(12, 0)}
    assert open_batches(wave, keys.private, minimum=10) == {}
    with reading(wave) as session:
        row = session.exec(select(ResponseRow)).first()
        assert row is not None
        assert row.answers == ANSWERS
        assert session.exec(select(OpeningRow.opened)).all() == [12]


def test_the_order_of_responses_says_nothing_of_the_order_of_submission(
    wave: Engine, keys: KeyPair, short_form: Questionnaire
) -> None:
    put(wave, keys, [content(short_form, contact_times=number) for number in range(1, 101)])
    open_batches(wave, keys.private, minimum=50)
    with reading(wave) as session:
        order = [row.answers["contact_times"] for row in session.exec(select(ResponseRow))]
    assert sorted(order) == list(range(1, 101))
    assert sum(a == b for a, b in zip(order, range(1, 101), strict=True)) < 12


@pytest.mark.parametrize(
    "change",
    [
        {"trust_police": "7"}, {"trust_police": ["3"]}, {"area": None}, {"contact_times": 0}, {"contact_times": "many"},
        {"contact12": "no"}, {"phone": "canary"}, {"intro": None},
    ],
)  # fmt: skip
def test_answers_that_the_questionnaire_could_not_give_are_refused(
    wave: Engine, keys: KeyPair, short_form: Questionnaire, change: dict[str, object]
) -> None:
    put(wave, keys, [content(short_form), content(short_form, **change)])
    assert open_batches(wave, keys.private, minimum=2) == {"w1": Opening(1, 1)}


def test_envelopes_that_hold_no_submission_are_refused_and_counted(
    wave: Engine, keys: KeyPair, short_form: Questionnaire
) -> None:
    good = content(short_form)
    changed = [("version", "0"), ("mode", "telepathy"), ("language", "xx"), ("answers", [1])]
    bad: list[object] = [b"unpadded", padded(b"\xff"), [1], {"version": short_form.version}]
    bad += [{**good, name: value} for name, value in changed]
    put(wave, keys, [good, *bad])
    assert open_batches(wave, keys.private, minimum=2) == {"w1": Opening(1, len(bad))}


def test_another_key_opens_nothing(wave: Engine, keys: KeyPair, short_form: Questionnaire) -> None:
    put(wave, keys, [content(short_form)] * 2)
    assert open_batches(wave, new_keys().private, minimum=2) == {"w1": Opening(0, 2)}
    assert state(wave) == (0, 0)


@pytest.mark.parametrize("statement", ["INSERT INTO response", "DELETE FROM envelope", "INSERT INTO opening"])
def test_fault_44_a_failure_at_any_step_loses_none_and_doubles_none(
    wave: Engine, keys: KeyPair, short_form: Questionnaire, statement: str
) -> None:
    put(wave, keys, [content(short_form)] * 5)

    def fail(_c: object, _cursor: object, sql: str, *_rest: object) -> None:
        if sql.startswith(statement):
            raise RuntimeError("power cut")

    event.listen(wave, "after_cursor_execute", fail)
    with pytest.raises(RuntimeError):
        open_batches(wave, keys.private, minimum=5)
    event.remove(wave, "after_cursor_execute", fail)
    assert state(wave) == (5, 0)
    open_batches(wave, keys.private, minimum=5)
    assert state(wave) == (0, 5)
