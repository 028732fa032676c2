"""Custody on both databases: batches, mixing, once, and content that is not what it should be."""

import json
from base64 import b64decode, b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from nacl.encoding import HexEncoder
from nacl.public import PrivateKey, PublicKey, SealedBox
from sqlalchemy import Engine, event, func
from sqlmodel import select

from analytics.custody import (
    KeyPair,
    NoWaveError,
    Opening,
    OvertakenError,
    WrongKeyError,
    close_wave,
    new_keys,
    open_batches,
    waiting,
)
from analytics.trail import verify
from survey_app import fieldwork
from survey_app.engine import Interview, Item, Kind, Mode, Questionnaire, Status, decode, encode, needed
from survey_app.fieldwork import CLOSED, OPEN, field
from survey_app.intake import Receipt, Ticket, WaveClosedError, complete, padded, withheld
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import EnvelopeRow, ResponseRow

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


def put(engine: Engine, keys: KeyPair, payloads: list[object], wave: str = "w1") -> None:
    box = SealedBox(PublicKey(keys.public.encode(), HexEncoder))
    with writing(engine) as session:
        for payload in payloads:
            raw = payload if isinstance(payload, bytes) else padded(json.dumps(payload).encode())
            session.add(
                EnvelopeRow(submission=Ticket.new().submission, wave=wave, sealed=box.encrypt(raw), digest=b"d")
            )


def state(engine: Engine) -> tuple[int, int]:
    with reading(engine) as session:
        return waiting(session).get("w1", 0), session.exec(select(func.count()).select_from(ResponseRow)).one()


@pytest.fixture
def wave(engine: Engine, short_form: Questionnaire) -> Engine:
    with writing(engine) as session:
        field(session, short_form, "w1", DAY, DAY, OPEN)
    return engine


def test_fewer_than_a_batch_and_its_pool_wait_until_the_wave_is_closed(
    wave: Engine, keys: KeyPair, short_form: Questionnaire
) -> None:
    put(wave, keys, [content(short_form)] * 19)
    assert open_batches(wave, keys.private, minimum=10) == {}
    assert state(wave) == (19, 0)
    assert close_wave(wave, keys.private, "w1", DAY) == Opening(19)
    assert state(wave) == (0, 19)


def test_a_batch_is_opened_once_and_a_pool_stays_behind(wave: Engine, keys: KeyPair, short_form: Questionnaire) -> None:
    put(wave, keys, [content(short_form)] * 23)
    assert open_batches(wave, keys.private, minimum=10) == {"w1": Opening(13)}
    assert state(wave) == (10, 13)
    assert open_batches(wave, keys.private, minimum=10) == {}
    with reading(wave) as session:
        row = session.exec(select(ResponseRow)).first()
        assert row is not None
        assert row.answers == ANSWERS
        assert [(record.act, record.responses) for record in verify(session).records] == [("opened", 13)]


def test_those_who_stay_behind_are_drawn_by_chance(wave: Engine, keys: KeyPair, short_form: Questionnaire) -> None:
    put(wave, keys, [content(short_form, contact_times=number) for number in range(1, 101)])
    open_batches(wave, keys.private, minimum=50)
    with reading(wave) as session:
        opened = {row.answers["contact_times"] for row in session.exec(select(ResponseRow))}
    assert len(opened) == 50
    assert 10 < len(opened & set(range(1, 51))) < 40


def test_nothing_is_opened_before_the_close_where_the_batch_is_the_wave(
    wave: Engine, keys: KeyPair, short_form: Questionnaire
) -> None:
    put(wave, keys, [content(short_form)] * 30)
    assert open_batches(wave, keys.private, minimum=None) == {}
    with writing(wave) as session:
        field(session, short_form, "w1", DAY, DAY, CLOSED)
    assert open_batches(wave, keys.private, minimum=None) == {"w1": Opening(30)}


def test_envelopes_that_were_made_up_do_not_count_towards_a_batch(
    wave: Engine, keys: KeyPair, short_form: Questionnaire
) -> None:
    """Whoever may insert envelopes could else surround one person's with rubbish and see what is written."""
    put(wave, keys, [content(short_form), *([b"rubbish"] * 30), *([padded(b"{}")] * 30)])
    assert open_batches(wave, keys.private, minimum=10) == {}
    assert state(wave) == (61, 0)


def test_a_wave_that_nobody_answered_is_closed_all_the_same(wave: Engine, keys: KeyPair) -> None:
    assert close_wave(wave, keys.private, "w1", DAY) == Opening()
    with reading(wave) as session:
        assert [record.act for record in verify(session).records] == ["closed"]
    with pytest.raises(NoWaveError):
        close_wave(wave, keys.private, "w2", DAY)


def test_who_hands_in_while_the_wave_is_being_closed_is_told_so_and_opened_with_nobody(
    wave: Engine, keys: KeyPair, short_form: Questionnaire
) -> None:
    interview = Interview(short_form.version, Mode.WEB, "ar", status=Status.COMPLETED)
    with writing(wave) as session:
        field(session, short_form, "w1", DAY, DAY, CLOSED)
    with pytest.raises(WaveClosedError), writing(wave) as session:
        complete(session, short_form, interview, "w1", Ticket.new(), keys.public)
    assert state(wave) == (0, 0)


@pytest.mark.postgres
def test_closing_waits_for_who_is_handing_in_and_opens_that_envelope_too(
    postgres_engine: Engine, keys: KeyPair, short_form: Questionnaire
) -> None:
    with writing(postgres_engine) as session:
        field(session, short_form, "w1", DAY, DAY, OPEN)
    put(postgres_engine, keys, [content(short_form)] * 4)
    interview = Interview(short_form.version, Mode.WEB, "ar", ANSWERS, status=Status.COMPLETED)
    with ThreadPoolExecutor(1) as pool:
        with writing(postgres_engine) as session:
            assert complete(session, short_form, interview, "w1", Ticket.new(), keys.public) is Receipt.ACCEPTED
            closing = pool.submit(close_wave, postgres_engine, keys.private, "w1", DAY)
            with pytest.raises(TimeoutError):
                closing.result(0.5)
        assert closing.result(10) == Opening(5)


def test_the_order_of_responses_says_nothing_of_the_order_of_submission(
    wave: Engine, keys: KeyPair, short_form: Questionnaire
) -> None:
    put(wave, keys, [content(short_form, contact_times=number) for number in range(1, 101)])
    close_wave(wave, keys.private, "w1", DAY)
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
    assert close_wave(wave, keys.private, "w1", DAY) == Opening(1, 1)


def test_envelopes_that_hold_no_submission_are_refused_and_counted(
    wave: Engine, keys: KeyPair, short_form: Questionnaire
) -> None:
    good = content(short_form)
    changed = [("version", "0"), ("mode", "telepathy"), ("language", "xx"), ("answers", [1])]
    bad: list[object] = [b"not padded", padded(b"\xff"), [1], {"version": short_form.version}]
    bad += [{**good, name: value} for name, value in changed]
    put(wave, keys, [good, *bad])
    assert close_wave(wave, keys.private, "w1", DAY) == Opening(1, len(bad))
    assert state(wave) == (0, 1)


def test_another_key_opens_nothing_and_loses_nothing(wave: Engine, keys: KeyPair, short_form: Questionnaire) -> None:
    put(wave, keys, [content(short_form)] * 4)
    for attempt in (
        lambda: open_batches(wave, new_keys().private, minimum=2),
        lambda: close_wave(wave, new_keys().private, "w1", DAY),
    ):
        with pytest.raises(WrongKeyError):
            attempt()
    assert state(wave) == (4, 0)
    with reading(wave) as session:
        assert fieldwork.wave(session, "w1").state == OPEN  # type: ignore[union-attr]  # it is there


def test_what_is_sealed_to_another_key_stays_for_who_has_it(
    wave: Engine, keys: KeyPair, short_form: Questionnaire
) -> None:
    other = new_keys()
    put(wave, keys, [content(short_form)] * 4)
    put(wave, other, [content(short_form)] * 3)
    assert close_wave(wave, keys.private, "w1", DAY) == Opening(4, 0, 3)
    assert state(wave) == (3, 4)
    assert open_batches(wave, other.private, minimum=2) == {"w1": Opening(3)}


def test_two_openings_at_once_double_nothing(wave: Engine, keys: KeyPair, short_form: Questionnaire) -> None:
    put(wave, keys, [content(short_form)] * 60)
    with ThreadPoolExecutor(4) as pool:
        tries = [pool.submit(open_batches, wave, keys.private, 10) for _ in range(4)]
    done = [one.result() for one in tries if not isinstance(one.exception(), OvertakenError)]
    assert sum(opening.opened for one in done for opening in one.values()) == 50
    assert state(wave) == (10, 50)


@pytest.mark.parametrize("statement", ["INSERT INTO response", "DELETE FROM envelope", "INSERT INTO opening"])
def test_fault_44_a_failure_at_any_step_loses_none_and_doubles_none(
    wave: Engine, keys: KeyPair, short_form: Questionnaire, statement: str
) -> None:
    put(wave, keys, [content(short_form)] * 10)

    def fail(_c: object, _cursor: object, sql: str, *_rest: object) -> None:
        if sql.startswith(statement):
            raise RuntimeError("power cut")

    event.listen(wave, "after_cursor_execute", fail)
    with pytest.raises(RuntimeError):
        open_batches(wave, keys.private, minimum=5)
    event.remove(wave, "after_cursor_execute", fail)
    assert state(wave) == (10, 0)
    open_batches(wave, keys.private, minimum=5)
    assert state(wave) == (5, 5)


def piece(keys: KeyPair, wave: str, name: str, said: object) -> dict[str, str]:
    """An answer that was sealed when it was given by text."""
    form = Questionnaire("f", {"fr": "F"}, ("fr",), (Item(name, Kind.SINGLE, {"fr": "?"}),))
    interview = Interview(form.version, Mode.SMS, "fr", {name: decode(said)})
    return encode(withheld(form, interview, keys.public, wave).answers[name])  # type: ignore[return-value]  # held


def texted(form: Questionnaire, keys: KeyPair, wave: str = "w1", **changes: object) -> dict[str, object]:
    held = {name: piece(keys, wave, name, said) for name, said in ANSWERS.items() if name not in needed(form)}
    return {**content(form), "mode": "sms", "answers": {**ANSWERS, **held, **changes}}


def test_answers_that_were_held_are_read_and_no_response_tells_which(
    wave: Engine, keys: KeyPair, short_form: Questionnaire
) -> None:
    mixed = texted(short_form, keys, know_officer="no", area=ANSWERS["area"])
    put(wave, keys, [texted(short_form, keys), mixed, {**content(short_form), "mode": "sms"}])
    assert close_wave(wave, keys.private, "w1", DAY) == Opening(3)
    with reading(wave) as session:
        assert [row.answers for row in session.exec(select(ResponseRow))] == [ANSWERS] * 3


def test_a_held_answer_that_does_not_open_or_belongs_elsewhere_is_refused_with_its_envelope(
    wave: Engine, keys: KeyPair, short_form: Questionnaire
) -> None:
    good = piece(keys, "w1", "trust_police", "3")
    sealed = bytearray(b64decode(good["held"]))
    bound = SealedBox(PrivateKey(keys.private.encode(), HexEncoder)).decrypt(bytes(sealed))[:16]
    nested = SealedBox(PublicKey(keys.public.encode(), HexEncoder)).encrypt(padded(bound + json.dumps(good).encode()))
    sealed[-1] ^= 1
    bad: list[object] = [
        piece(keys, "w2", "trust_police", "3"),
        piece(keys, "w1", "good_job_local", "3"),
        piece(new_keys(), "w1", "trust_police", "3"),
        piece(keys, "w1", "trust_police", "7"),
        {"held": b64encode(nested).decode()},
        {"held": b64encode(sealed).decode()},
        {"held": b64encode(b"short").decode()},
        {"held": ""},
    ]
    put(wave, keys, [texted(short_form, keys), *(texted(short_form, keys, trust_police=one) for one in bad)])
    assert close_wave(wave, keys.private, "w1", DAY) == Opening(1, len(bad))
    assert state(wave) == (0, 1)


def test_an_envelope_nested_without_end_stops_no_opening(
    wave: Engine, keys: KeyPair, short_form: Questionnaire
) -> None:
    put(wave, keys, [content(short_form), padded(b"[" * 100_000)])
    assert close_wave(wave, keys.private, "w1", DAY) == Opening(1, 1)
