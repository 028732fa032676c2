"""A text is taken once, its answer kept sealed, its number and words nowhere; on each kind of database."""

import json
import logging
import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from nacl.exceptions import CryptoError
from sqlalchemy import Engine, text
from sqlmodel import col, delete, func, select

from sms.memory import INBOUND_DAYS, Kept, OvertakenError, find, queue_up, store
from sms.memory import forget as forget_messages
from sms.reception import Inbound, opted_out, receive
from sms.sending import outbox
from sms.settings import ChannelSettings
from sms.talk.conversation import Conversation, dump
from survey_app import fieldwork
from survey_app.engine import Questionnaire
from survey_app.intake import Ticket
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import ConversationRow, EnvelopeRow, InboundRow, OutboxRow, WaveRow
from survey_app.wavekeys import WaveKeyError, WaveKeys

from .conftest import NUMBER, START, WAVE, Phone

OTHER = "+212600000002"
Opened = Callable[[], list[dict[str, object]]]


def count(engine: Engine, table: type) -> int:
    with reading(engine) as session:
        return session.exec(select(func.count()).select_from(table)).one()


def test_an_interview_by_text_ends_in_one_envelope_that_only_the_custodian_reads(phone: Phone, opened: Opened) -> None:
    for said in ("trust", "1", "2", "1", "2", "41"):
        assert len(phone.text(said)) == 1
    (content,) = opened()
    assert content["answers"] == {"trust": "1", "contact": "yes", "respect": "no", "age": 41}
    assert (content["mode"], content["language"]) == ("sms", "en")
    phone.text("trust")
    phone.text("1")
    assert len(opened()) == 1


@pytest.mark.parametrize("later", [timedelta(0), timedelta(hours=1), timedelta(days=3)])
def test_a_message_that_comes_twice_is_taken_once(phone: Phone, database: Engine, later: timedelta) -> None:
    phone.text("trust")
    assert phone.text("1", "SMsame")
    phone.now += later
    assert phone.text("1", "SMsame") == []
    assert len(phone.text("2")) == 1
    assert count(database, InboundRow) == 3


def test_the_note_of_a_message_outlives_every_repeat_and_is_then_deleted(phone: Phone, database: Engine) -> None:
    phone.text("trust")
    with writing(database) as session:
        assert forget_messages(session, START.date() + timedelta(days=INBOUND_DAYS)) == 0
        assert forget_messages(session, START.date() + timedelta(days=INBOUND_DAYS + 1)) == 1


def test_two_texts_at_once_are_taken_one_after_the_other(
    settings: ChannelSettings, database: Engine, phone: Phone
) -> None:
    phone.text("trust")
    phone.text("1")
    phone.now += timedelta(minutes=1)
    start = threading.Barrier(2)
    failures: list[Exception] = []

    def send(reference: str, said: str) -> None:
        start.wait()
        try:
            receive(settings, database, Inbound("twilio", reference, NUMBER, said), phone.now)
        except Exception as error:  # noqa: BLE001  # shown below
            failures.append(error)

    threads = [threading.Thread(target=send, args=pair) for pair in (("SMa", "1"), ("SMb", "2"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    # The second came before the next question went out, so it is no answer to that one.
    (asked,) = phone.arrived()
    assert asked.startswith("2/3")


def test_two_first_texts_at_once_make_one_conversation(settings: ChannelSettings, database: Engine) -> None:
    start = threading.Barrier(2)
    failures: list[Exception] = []

    def send(reference: str) -> None:
        start.wait()
        try:
            receive(settings, database, Inbound("twilio", reference, NUMBER, "trust"), START)
        except Exception as error:  # noqa: BLE001  # shown below
            failures.append(error)

    threads = [threading.Thread(target=send, args=(name,)) for name in ("SMa", "SMb")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert count(database, ConversationRow) == 1


def test_what_was_read_at_another_revision_is_not_overwritten(
    settings: ChannelSettings, database: Engine, phone: Phone, wave_keys: WaveKeys, form: Questionnaire
) -> None:
    phone.text("trust")
    with reading(database) as session:
        kept = find(session, settings.keys, wave_keys.find(WAVE), WAVE, NUMBER)
    phone.text("1")
    with pytest.raises(OvertakenError), writing(database) as session:
        store(session, form, settings.keys, NUMBER, kept, kept.conversation)


def test_an_answer_that_comes_before_its_question_went_out_is_no_answer(
    settings: ChannelSettings, database: Engine, phone: Phone
) -> None:
    phone.text("trust")
    phone.text("1")
    phone.now += timedelta(minutes=1)
    for reference, said in (("SMa", "1"), ("SMb", "2"), ("SMc", "1")):
        receive(settings, database, Inbound("twilio", reference, NUMBER, said), phone.now)
    assert [message.split()[0] for message in phone.arrived()] == ["2/3"]


def test_stop_withdraws_what_waits_and_is_the_last_that_is_sent(
    settings: ChannelSettings, database: Engine, phone: Phone
) -> None:
    phone.text("trust")
    for reference, said in (("SMa", "repeat"), ("SMb", "help"), ("SMc", "stop")):
        receive(settings, database, Inbound("twilio", reference, NUMBER, said), phone.now)
    (last,) = phone.arrived()
    assert last.startswith("Stopped.")


def test_stop_holds_in_the_next_wave_until_start(phone: Phone, database: Engine, form: Questionnaire) -> None:
    phone.text("trust")
    phone.text("stop")
    with writing(database) as session:
        fieldwork.field(session, form, "2026-06", date(2026, 6, 1), date(2026, 6, 30))
    assert phone.text("hello") == []
    assert phone.text("stop") == []
    assert len(phone.text("trust")) == 1
    with writing(database) as session:
        fieldwork.field(session, form, "2026-09", date(2026, 9, 1), date(2026, 9, 30))
    assert len(phone.text("hello")) == 1


def test_the_carriers_word_that_a_person_opted_out_counts_as_stop(
    settings: ChannelSettings, database: Engine, phone: Phone
) -> None:
    phone.text("trust")
    phone.text("1")
    phone.text("2")
    opted_out(settings, database, NUMBER)
    assert phone.text("1") == []
    with reading(database) as session:
        states = session.exec(select(ConversationRow.state)).all()
    assert list(states) == ["stopped", "stopped"]


def test_a_closed_wave_tells_those_in_the_middle_once(phone: Phone, database: Engine) -> None:
    phone.text("trust")
    phone.text("1")
    _close(database)
    assert phone.text("1") == ["This survey has closed. Your unfinished answers are deleted. Thank you."]
    assert phone.text("1") == []


def test_a_closed_wave_does_not_begin_a_conversation_but_hears_stop(phone: Phone, database: Engine) -> None:
    _close(database)
    assert phone.text("trust") == []
    assert count(database, ConversationRow) == 0
    assert len(phone.text("stop")) == 1


def test_the_carriers_word_counts_after_the_last_wave_was_closed_too(
    settings: ChannelSettings, database: Engine, phone: Phone, wave_keys: WaveKeys
) -> None:
    wave_keys.make(WAVE)
    for states in ({"refused", "stopped"}, {"stopped"}):  # of her case, as long as it can be found, and of her number
        _close(database)
        opted_out(settings, database, NUMBER)
        with writing(database) as session:
            assert set(session.exec(select(ConversationRow.state)).all()) == states
            session.exec(delete(ConversationRow))
        wave_keys.destroy(WAVE)


def test_without_any_wave_a_text_is_met_with_silence(settings: ChannelSettings, engine: Engine) -> None:
    receive(settings, engine, Inbound("twilio", "SMa", NUMBER, "trust"), START)
    assert count(engine, OutboxRow) == 0


def test_when_the_envelope_fails_nothing_of_the_text_is_kept(
    phone: Phone, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for said in ("trust", "1", "2", "2"):
        phone.text(said)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(outbox, "queue", fail)
        with pytest.raises(RuntimeError):
            phone.text("41", "SMlast")
    assert count(database, EnvelopeRow) == 0
    assert phone.text("41", "SMlast")[0].startswith("Thank you.")
    assert count(database, EnvelopeRow) == 1


def test_number_and_text_are_in_no_log_and_in_no_byte_of_the_database(
    settings: ChannelSettings, database: Engine, phone: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for said in ("canary-hello", "3", "1", "canary-words", "2", "1"):
        phone.text(said, f"SMcanary{said}")
    receive(settings, database, Inbound("twilio", "SMcanary", NUMBER, "canary repeat"), phone.now)
    receive(settings, database, Inbound("twilio", "SMcanary2", NUMBER, "repeat"), phone.now)
    secrets = ("canary", NUMBER, NUMBER[1:], "Do you trust", "Met the police", settings.channel_key.get_secret_value())
    assert not [secret for secret in secrets if secret in caplog.text]
    kept = _everything(database)
    assert b"2026-03" in kept
    # The questionnaire itself is stored in the clear, once; what was sent of it is not.
    assert not [secret for secret in secrets if secret.encode() in kept]
    with reading(database) as session:
        sent = session.exec(select(OutboxRow.sealed).where(OutboxRow.status == outbox.SENT)).all()
        sizes = {len(row) for row in session.exec(select(ConversationRow.sealed)).all()}
    assert set(sent) == {b""}
    phone.text("2")
    phone.text("41")
    with reading(database) as session:
        assert {len(row) for row in session.exec(select(ConversationRow.sealed)).all()} == sizes


def test_a_stolen_database_cannot_be_told_whose_conversation_is_whose(settings: ChannelSettings) -> None:
    keys = settings.keys
    names = {
        keys.within(bytes(32)).number(NUMBER),
        keys.within(bytes(31) + b"1").number(NUMBER),
        keys.number(NUMBER),
        keys.message("twilio", NUMBER),
    }
    assert len(names) == 4
    assert str(keys) == "Keys()"


def test_a_conversation_moved_to_another_persons_row_is_not_opened(
    settings: ChannelSettings, database: Engine, phone: Phone, wave_keys: WaveKeys
) -> None:
    phone.text("trust")
    Phone(settings, database, OTHER).text("trust")
    with writing(database) as session:
        rows = session.exec(select(ConversationRow).order_by(col(ConversationRow.person))).all()
        rows[0].sealed, moved = rows[1].sealed, rows[0].person
    own = settings.keys.within(wave_keys.make(WAVE))
    fooled = next(number for number in (NUMBER, OTHER) if own.number(number) == moved)
    with pytest.raises(CryptoError):
        Phone(settings, database, fooled).text("1", "SMagain")


def test_a_new_conversation_is_stored_at_its_first_revision(
    settings: ChannelSettings, database: Engine, wave_keys: WaveKeys, form: Questionnaire
) -> None:
    key = wave_keys.make(WAVE)
    new = Kept(Conversation(WAVE), None, settings.keys.within(key))
    with writing(database) as session:
        store(session, form, settings.keys, NUMBER, new, Conversation(WAVE, seed=7))
    with reading(database) as session:
        kept = find(session, settings.keys, key, WAVE, NUMBER)
    assert kept == Kept(Conversation(WAVE, seed=7), 0, new.keys)


def test_each_new_conversation_draws_its_own_seed(settings: ChannelSettings, database: Engine) -> None:
    with reading(database) as session:
        new = [find(session, settings.keys, None, WAVE, number).conversation for number in (NUMBER, OTHER)]
    assert new[0].seed != new[1].seed
    assert all(0 <= conversation.seed < 2**32 for conversation in new)


def _close(engine: Engine) -> None:
    with writing(engine) as session:
        row = session.get(WaveRow, WAVE)
        assert row is not None
        row.state = fieldwork.CLOSED


def _everything(engine: Engine) -> bytes:
    """Every value of every table but the questionnaire, as bytes."""
    with engine.connect() as connection:
        parts = []
        for table in ("conversation", "inbound", "outbox", "envelope", "wave", "draft", "response"):
            for row in connection.execute(text(f"SELECT * FROM {table}")):
                parts += [
                    bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in row
                ]
    return b"\n".join(parts)


@pytest.mark.postgres
def test_what_everybody_sees_of_a_lock_is_one_of_256_queues(settings: ChannelSettings, postgres_engine: Engine) -> None:
    """pg_locks shows the key of a lock to every user of the database, beside the number of its transaction."""
    numbers = [f"+2126000{number:05}" for number in range(300)]
    turns = {number: settings.keys.turn(number) for number in numbers}
    assert 150 < len(set(turns.values())) < 200  # as 300 draws from 256 give
    assert sum(turns[number] == int(settings.keys.number(number)[:2], 16) for number in numbers) < 10
    with writing(postgres_engine) as session, postgres_engine.connect() as onlooker:
        queue_up(session, turns[numbers[0]])
        seen = onlooker.execute(text("SELECT classid, objid FROM pg_locks WHERE locktype = 'advisory'")).all()
        assert [tuple(row) for row in seen] == [(0, turns[numbers[0]])]


def test_nothing_in_a_conversation_leads_to_its_envelope(
    settings: ChannelSettings, database: Engine, phone: Phone, wave_keys: WaveKeys
) -> None:
    """Whoever has both keys and a backup of each moment can read a conversation, and finds in it no ticket."""
    tickets: set[bytes] = {wave_keys.make(WAVE), settings.keys.root}
    own = settings.keys.within(wave_keys.make(WAVE))
    for word in ("trust", "1", "2", "1", "2", "41"):
        phone.text(word)
        with reading(database) as session:
            kept = find(session, settings.keys, wave_keys.find(WAVE), WAVE, NUMBER)
            (row,) = session.exec(select(ConversationRow)).all()
        tickets |= _as_tickets(kept.conversation) | {bytes.fromhex(row.person), own.root}
    with reading(database) as session:
        (envelope,) = session.exec(select(EnvelopeRow)).all()
    assert len(tickets) > 10
    assert envelope.submission not in {Ticket(ticket).submission for ticket in tickets}
    assert not {envelope.submission.bytes, envelope.digest} & tickets


def _as_tickets(conversation: Conversation) -> set[bytes]:
    """Everything that a conversation holds, as 32 bytes."""
    state = json.loads(dump(conversation))
    values = [*state.values(), *(json.loads(state["interview"]).values() if state["interview"] else ())]
    found = {str(value).encode()[:32].ljust(32, b"\0") for value in values}
    return found | {
        value.to_bytes(32, order) for value in values if isinstance(value, int) for order in ("big", "little")
    }


def test_stop_is_heeded_while_the_waves_key_is_away_and_everything_else_waits(
    settings: ChannelSettings, database: Engine, tmp_path: Path
) -> None:
    own = settings.model_copy(update={"wave_keys": tmp_path / "keys"})
    phone, other = Phone(own, database), Phone(own, database, OTHER)
    for said in ("trust", "1", "2"):
        phone.text(said)
    (tmp_path / "keys").rename(tmp_path / "elsewhere")
    with pytest.raises(WaveKeyError):
        other.text("trust")
    with pytest.raises(WaveKeyError):
        phone.text("1", "SMwaits")
    assert len(phone.text("stop")) == 1
    (tmp_path / "elsewhere").rename(tmp_path / "keys")
    assert phone.text("1") == []
    assert len(other.text("trust")) == 1
