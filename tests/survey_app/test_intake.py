"""The intake and the drafts on both databases: once, sealed, nothing lost between two tabs."""

import hmac
import uuid
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from nacl.secret import Aead
from sqlalchemy import Engine, func
from sqlmodel import select

from analytics.custody import KeyPair
from survey_app import drafts
from survey_app.engine import (
    Interview,
    Kind,
    Mode,
    Questionnaire,
    Status,
    answer,
    begin,
    complete,
    current,
    offered_choices,
    visit,
)
from survey_app.engine.kinds import MAX_TEXT_CHARS
from survey_app.engine.state import dump
from survey_app.fieldwork import FieldworkError, field, open_wave, wave
from survey_app.instrument import Instrument
from survey_app.intake import EnvelopeError, Receipt, Ticket, padded, payload, received, room, unpadded
from survey_app.intake import complete as seal
from survey_app.paradata import Paradata, Provenance
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import DraftRow, EnvelopeRow, QuestionnaireRow
from survey_app.wavekeys import WaveKeys

DAY = date(2026, 10, 5)
CANARY = "06.141.01.53"


def finished(form: Questionnaire, trust: str = "3") -> Interview:
    interview = begin(form, Mode.WEB, "ar").interview
    said = {"area": CANARY, "sex": "woman", "age": "25-34", "trust_police": trust}
    while (item := current(form, interview)) is not None:
        interview = answer(form, interview, said.get(item.name, "")).interview
    return complete(form, interview).interview


@pytest.fixture
def fielded(engine: Engine, questionnaire: Questionnaire) -> Engine:
    with writing(engine) as session:
        field(session, questionnaire, "w1", DAY, DAY + timedelta(30))
    return engine


def test_the_open_wave_fields_the_questionnaire_of_its_version(fielded: Engine, questionnaire: Questionnaire) -> None:
    with reading(fielded) as session:
        found = open_wave(session)
    assert found is not None
    assert found.questionnaire.version == questionnaire.version


def test_a_fielded_wave_keeps_its_questionnaire(fielded: Engine, questionnaire: Questionnaire) -> None:
    other = Questionnaire("other", questionnaire.title, questionnaire.languages, questionnaire.items[:4])
    with pytest.raises(FieldworkError), writing(fielded) as session:
        field(session, other, "w1", DAY, DAY)


def test_a_fielded_questionnaire_that_was_changed_in_the_database_is_not_used(
    engine: Engine, questionnaire: Questionnaire
) -> None:
    other = replace(questionnaire, form_id="altered")
    with writing(engine) as session:
        field(session, other, "w2", DAY, DAY)
        row = session.get(QuestionnaireRow, other.version)
        assert row is not None
        row.document = {**row.document, "form_id": "forged"}
    with reading(engine) as session, pytest.raises(FieldworkError, match="changed in the database"):
        wave(session, "w2")


def test_the_same_submission_again_is_accepted_quietly_and_another_is_a_conflict(
    fielded: Engine, questionnaire: Questionnaire, keys: KeyPair
) -> None:
    ticket = Ticket.new()
    receipts = []
    for trust in ("3", "3", "0"):
        with writing(fielded) as session:
            receipts.append(seal(session, questionnaire, finished(questionnaire, trust), "w1", ticket, keys.public))
    assert receipts == [Receipt.ACCEPTED, Receipt.ALREADY, Receipt.CONFLICT]
    with reading(fielded) as session:
        assert session.exec(select(func.count()).select_from(EnvelopeRow)).one() == 1


def test_fault_01_parallel_submissions_give_one_envelope(
    fielded: Engine, questionnaire: Questionnaire, keys: KeyPair
) -> None:
    ticket, done, gate = Ticket.new(), finished(questionnaire), Barrier(6)
    receipts: list[Receipt] = []

    def send() -> None:
        gate.wait()
        with writing(fielded) as session:
            receipts.append(seal(session, questionnaire, done, "w1", ticket, keys.public))

    threads = [Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(receipt.value for receipt in receipts) == ["accepted", *["already"] * 5]


def test_every_envelope_has_one_size_and_shows_nothing(
    fielded: Engine, questionnaire: Questionnaire, keys: KeyPair
) -> None:
    with writing(fielded) as session:
        for trust in ("0", "dk", "refused"):
            seal(session, questionnaire, finished(questionnaire, trust), "w1", Ticket.new(), keys.public)
    with reading(fielded) as session:
        rows = session.exec(select(EnvelopeRow)).all()
    assert len({len(row.sealed) for row in rows}) == 1
    assert not any(CANARY.encode() in row.sealed or b"trust" in row.sealed for row in rows)


def test_only_a_completed_interview_is_sealed(fielded: Engine, questionnaire: Questionnaire, keys: KeyPair) -> None:
    with pytest.raises(ValueError, match="completed"), writing(fielded) as session:
        seal(session, questionnaire, begin(questionnaire, Mode.WEB, "ar").interview, "w1", Ticket.new(), keys.public)


def test_padding_is_undone_and_anything_else_refused() -> None:
    for content in (b"", b"\x80\x00", b"x" * 5000):
        assert unpadded(padded(content)) == content
    with pytest.raises(EnvelopeError):
        unpadded(b"\x00" * 10)


def test_fault_06_two_tabs_never_overwrite_each_other(
    fielded: Engine, questionnaire: Questionnaire, wave_keys: WaveKeys
) -> None:
    ticket = Ticket.new()
    start = begin(questionnaire, Mode.WEB, "fr").interview
    with writing(fielded) as session:
        drafts.create(session, wave_keys.make("w1"), ticket, "w1", questionnaire, start, DAY)
    with reading(fielded) as session:
        one, other = drafts.find(session, wave_keys, ticket, DAY), drafts.find(session, wave_keys, ticket, DAY)
    assert one is not None
    assert other is not None
    with writing(fielded) as session:
        assert drafts.store(session, ticket, one, answer(questionnaire, one.interview, "").interview)
        assert not drafts.store(session, ticket, other, visit(questionnaire, other.interview, None).interview)


def test_fault_60_a_stolen_draft_cannot_be_read_without_the_cookie(
    fielded: Engine, questionnaire: Questionnaire, wave_keys: WaveKeys
) -> None:
    ticket = Ticket.new()
    interview = answer(questionnaire, begin(questionnaire, Mode.WEB, "fr").interview, "").interview
    interview = answer(questionnaire, interview, CANARY).interview
    with writing(fielded) as session:
        drafts.create(session, wave_keys.make("w1"), ticket, "w1", questionnaire, interview, DAY)
    with reading(fielded) as session:
        row = session.exec(select(DraftRow)).one()
        stolen = row.sealed + row.id.encode() + row.wave.encode()
        assert drafts.find(session, wave_keys, Ticket.new(), DAY) is None
    assert CANARY.encode() not in stolen
    assert ticket.token not in stolen


def test_a_draft_expires_and_is_purged(fielded: Engine, questionnaire: Questionnaire, wave_keys: WaveKeys) -> None:
    ticket = Ticket.new()
    with writing(fielded) as session:
        drafts.create(
            session,
            wave_keys.make("w1"),
            ticket,
            "w1",
            questionnaire,
            begin(questionnaire, Mode.WEB, "fr").interview,
            DAY,
        )
    late = DAY + timedelta(drafts.DRAFT_DAYS + 1)
    with writing(fielded) as session:
        assert drafts.find(session, wave_keys, ticket, DAY) is not None
        assert drafts.find(session, wave_keys, ticket, late) is None
        assert drafts.purge(session, late) == 1
        assert not drafts.discard(session, ticket)


def test_what_derives_from_a_ticket_tells_nothing_of_it() -> None:
    ticket = Ticket.new()
    derived = [ticket.derived(purpose) for purpose in (b"submission", b"digest", b"draft-key", b"draft-id", b"csrf")]
    assert len(set(derived)) == len(derived)
    assert ticket.submission == uuid.UUID(bytes=derived[0][:16], version=4)
    assert ticket.submission != Ticket.new().submission


def test_fault_51_a_draft_of_before_paradata_is_still_read(
    fielded: Engine, questionnaire: Questionnaire, wave_keys: WaveKeys
) -> None:
    ticket, interview = Ticket.new(), begin(questionnaire, Mode.WEB, "fr").interview
    with writing(fielded) as session:
        drafts.create(session, wave_keys.make("w1"), ticket, "w1", questionnaire, interview, DAY)
        row = session.exec(select(DraftRow)).one()
        old = Aead(ticket.within(wave_keys.make("w1")).derived(b"draft-key")).encrypt(
            padded(dump(interview)), f"{row.id}:0".encode()
        )
        row.sealed = bytes(old)
    with reading(fielded) as session:
        found = drafts.find(session, wave_keys, ticket, DAY)
    assert found
    assert (found.interview, found.paradata) == (interview, Paradata())


def heavy(form: Questionnaire, letter: str) -> Interview:
    """The longest answers that a form takes: every choice of several, and texts as long as they may be."""
    interview = begin(form, Mode.WEB, "ar", seed=3).interview
    while (item := current(form, interview)) is not None:
        offered = offered_choices(form, interview, item)
        lengths = (MAX_TEXT_CHARS[item.long], 1_000) if item.kind is Kind.TEXT else ()
        texts = ["x" + letter * (length - 2) + "x" for length in lengths]
        several = [choice.code for choice in offered if not choice.missing]
        replies = (*texts, several, *(choice.code for choice in offered), item.high, "")
        steps = (answer(form, interview, reply).interview for reply in replies)
        interview = next(step for step in steps if step.cursor != item.name and step.status is Status.OPEN)
    return complete(form, interview).interview


@pytest.mark.parametrize("letter", ["a", "ث", "\U0001f600", '"', "\n"])
def test_a_long_comment_makes_neither_envelope_nor_draft_longer(
    fielded: Engine, keys: KeyPair, wave_keys: WaveKeys, instrument: Instrument, letter: str
) -> None:
    form, ticket = instrument.questionnaire, Ticket.new()
    full = heavy(form, letter)
    assert full.status is Status.COMPLETED
    assert sum(len(text) for text in full.answers.values() if isinstance(text, str)) > 1_000
    assert len(payload(form, full, Provenance())) < room(form)
    short = heavy(form, "")
    with writing(fielded) as session:
        for interview in (full, short):
            seal(session, form, interview, "w1", Ticket.new(), keys.public)
        drafts.create(session, wave_keys.make("w1"), ticket, "w1", form, begin(form, Mode.WEB, "ar").interview, DAY)
        draft = drafts.find(session, wave_keys, ticket, DAY)
        assert draft
        before = len(session.exec(select(DraftRow.sealed)).one())
        drafts.store(session, ticket, draft, full)
    with reading(fielded) as session:
        assert len({len(sealed) for sealed in session.exec(select(EnvelopeRow.sealed))}) == 1
        assert {len(sealed) for sealed in session.exec(select(DraftRow.sealed))} == {before}


def test_a_copied_cookie_finds_no_envelope_once_the_waves_key_is_destroyed(
    fielded: Engine, questionnaire: Questionnaire, keys: KeyPair, tmp_path: Path
) -> None:
    """Who kept a copy of the cookie and of the table could else try guesses of her answers for ever."""
    ticket, own = Ticket.new(), WaveKeys(tmp_path)
    with writing(fielded) as session:
        seal(session, questionnaire, finished(questionnaire), "w1", ticket.within(own.make("w1")), keys.public)
        (envelope,) = session.exec(select(EnvelopeRow)).all()
        assert received(session, ticket.within(own.make("w1"))) is Receipt.ALREADY
    own.destroy("w1")
    for found in (ticket, ticket.within(own.make("w1")), ticket.within(bytes(32)), ticket.within(b"")):
        assert envelope.submission != found.submission
        said = payload(questionnaire, finished(questionnaire), Provenance())
        assert hmac.digest(found.derived(b"digest"), said, "sha256") != envelope.digest
