"""The draft thief (fault 60): he has the database, every backup of it, and even keys, and reads no draft."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from nacl.encoding import HexEncoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from nacl.secret import Aead
from pydantic import SecretStr
from sqlalchemy import Engine, select, text

from analytics.custody import Opening, close_wave
from deploy.retention import destroy_keys, purge_rows
from sms import memory
from sms.keys import Keys
from sms.reception import Inbound, receive
from sms.sending import outbox
from sms.settings import ChannelSettings
from sms.talk.conversation import Conversation
from sms.talk.conversation import load as load_conversation
from survey_app import drafts, intake, pauses
from survey_app.engine import Held, Interview, Kind, Mode, Questionnaire, Status, answer, begin, needed
from survey_app.fieldwork import CLOSED, OPEN, field
from survey_app.intake import Ticket
from survey_app.settings import RetentionSettings
from survey_app.storage.database import connect, migrate, writing
from survey_app.storage.tables import ResponseRow, table
from survey_app.wavekeys import WaveKeyError, WaveKeys
from tests.analytics.test_custody import ANSWERS

DAY = date(2026, 10, 1)
START = datetime(2026, 10, 1, 9, tzinfo=UTC)
CANARY = "كناري-canary-7731"
ROOT, NUMBER = bytes(range(32)), "+212600000001"
CUSTODIAN = PrivateKey(bytes(range(1, 33)))
Copy = dict[str, list[dict[str, Any]]]


@pytest.fixture
def wave_keys(tmp_path: Path) -> WaveKeys:
    return WaveKeys(tmp_path / "own-keys")


@pytest.fixture
def wave(engine: Engine, short_form: Questionnaire) -> Iterator[Engine]:
    with writing(engine) as session:
        field(session, short_form, "w1", DAY, date(2026, 10, 31), OPEN)
    yield engine
    engine.dispose()


def copied(engine: Engine) -> Copy:
    """A backup: every row of every table."""
    with engine.connect() as connection:
        return {
            name: [dict(row) for row in connection.execute(text(f"SELECT * FROM {name}")).mappings()]
            for name in ("draft", "pause", "envelope", "conversation", "outbox", "invitation")
        }


def values(copy: Copy) -> list[bytes]:
    """Every value that he has, as bytes, in the forms that a key could take."""
    found: set[bytes] = set()
    for rows in copy.values():
        for value in (value for row in rows for value in row.values()):
            plain = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            found |= {plain, plain[:32], plain[-32:]}
            if isinstance(value, str) and len(value) == 64:
                found.add(bytes.fromhex(value))
    return sorted(value.ljust(32, b"\0")[:32] for value in found)


def opens(sealed: bytes, key: bytes, beside: bytes) -> bool:
    try:
        Aead(key).decrypt(sealed, beside)
    except CryptoError:
        return False
    return True


def interviewed(wave: Engine, keys: WaveKeys, form: Questionnaire, ticket: Ticket) -> list[Copy]:
    """An interview in which a canary is answered, a copy of the database after each step."""
    interview = begin(form, Mode.WEB, "ar").interview
    with writing(wave) as session:
        drafts.create(session, keys.make("w1"), ticket, "w1", form, interview, DAY)
    copies = [copied(wave)]
    for reply in ("", CANARY, "06.141.01.53"):
        with writing(wave) as session:
            draft = drafts.find(session, keys, ticket, DAY)
            assert draft
            moved = answer(form, draft.interview, reply).interview
            said = Interview(form.version, Mode.WEB, "ar", {**moved.answers, "said": CANARY})
            drafts.store(session, ticket, draft, said)
        copies.append(copied(wave))
    return copies


def test_fault_60_a_thief_of_the_database_and_every_backup_reads_no_draft(
    wave: Engine, wave_keys: WaveKeys, short_form: Questionnaire
) -> None:
    ticket = Ticket.new()
    copies = interviewed(wave, wave_keys, short_form, ticket)
    key = wave_keys.find("w1")
    assert key
    assert len(copies) == 4
    for copy in copies:
        (row,) = copy["draft"]
        beside = f"{row['id']}:{row['revision']}".encode()
        candidates = [*values(copy), key, *(Ticket(value).within(key).derived(b"draft-key") for value in values(copy))]
        assert not any(opens(bytes(row["sealed"]), candidate, beside) for candidate in candidates)
        assert CANARY.encode() not in b"".join(values(copy))
        # Each half of the key alone opens nothing; both do, so that it is known that the attempts were right.
        for cookie, wave_key in product((ticket, Ticket.new()), (key, bytes(32))):
            right = (cookie, wave_key) == (ticket, key)
            assert opens(bytes(row["sealed"]), cookie.within(wave_key).derived(b"draft-key"), beside) is right


def test_fault_60_after_the_wave_not_even_the_cookie_opens_a_backup(
    wave: Engine, wave_keys: WaveKeys, short_form: Questionnaire, tmp_path: Path
) -> None:
    """A telephone is seized months later, with its cookie still in it, and there is a backup of that day."""
    ticket = Ticket.new()
    backup = interviewed(wave, wave_keys, short_form, ticket)[-1]
    _end(wave, wave_keys, short_form)
    restored = connect(f"sqlite:///{tmp_path}/restored.sqlite3")
    migrate(restored)
    with writing(restored) as session:
        field(session, short_form, "w1", DAY, date(2026, 10, 31), OPEN)
        row = {**backup["draft"][0], "expires": str(DAY)}
        names = ", ".join(row)
        session.connection().execute(text(f"INSERT INTO draft ({names}) VALUES (:{', :'.join(row)})"), row)
    with writing(restored) as session:
        with pytest.raises(WaveKeyError):
            drafts.find(session, wave_keys, ticket, DAY)
        assert wave_keys.make("w1")  # even if the wave got another one
        assert drafts.find(session, wave_keys, ticket, DAY) is None
    restored.dispose()


def test_fault_60_after_the_wave_not_even_the_channels_key_opens_a_conversation_or_finds_a_number(
    wave: Engine, wave_keys: WaveKeys, short_form: Questionnaire
) -> None:
    channel, key = Keys(ROOT), wave_keys.make("w1")
    talk = Conversation("w1", interview=Interview(short_form.version, Mode.SMS, "ar", {"said": CANARY}))
    with writing(wave) as session:
        memory.store(session, short_form, channel, NUMBER, memory.Kept(talk, None, channel.within(key)), talk)
    backup = copied(wave)
    (row,) = backup["conversation"]
    person = channel.within(key).number(NUMBER)
    place = f"{person}:0"
    assert row["person"] == person
    opened = load_conversation(intake.unpadded(channel.within(key).unseal(bytes(row["sealed"]), place)))
    assert opened == talk
    _end(wave, wave_keys, short_form)
    known = [channel, *(channel.within(value) for value in [*values(backup), wave_keys.make("w1"), bytes(32)])]
    assert all(keys.number(NUMBER) != row["person"] for keys in known)
    for keys in known:
        with pytest.raises(CryptoError):
            keys.unseal(bytes(row["sealed"]), place)
    assert not copied(wave)["conversation"]


def test_who_has_every_key_of_the_text_channel_reads_no_answer_of_the_bundled_form(
    engine: Engine, wave_keys: WaveKeys, questionnaire: Questionnaire
) -> None:
    """He looks after each text, and has the channel's key, the wave's and the site's; the custodian reads all of it."""
    channel, custodian = Keys(ROOT), CUSTODIAN.encode(HexEncoder).decode()
    settings = ChannelSettings(
        public_url="https://survey.example",
        custodian_public_key=CUSTODIAN.public_key.encode(HexEncoder).decode(),
        channel_key=SecretStr(ROOT.hex()),
        wave_keys=wave_keys.folder,
        demo=True,
    )
    with writing(engine) as session:
        field(session, questionnaire, "w1", DAY, date(2026, 10, 31), OPEN)
    asked = [item.name for item in questionnaire.items if item.by_text and item.kind is not Kind.NOTE]
    readable: set[str] = set()
    for number, said in enumerate(("lang fr", "1", *("2" for _ in asked))):
        now = START + timedelta(minutes=number)
        receive(settings, engine, Inbound("twilio", f"SM{number}", NUMBER, said), now)
        with writing(engine) as session:
            kept = memory.find(session, channel, wave_keys.find("w1"), "w1", NUMBER)
            own = channel.within(wave_keys.find("w1") or b"")
            while message := outbox.take(session, settings.keyring, "twilio", now, own.number(NUMBER)):
                outbox.settle(session, message.id, outbox.SENT)
        if kept.conversation.interview:
            answers = kept.conversation.interview.answers
            assert len(answers) == number - 1
            readable |= {name for name, value in answers.items() if not isinstance(value, Held)}
            pieces = [value.sealed for value in answers.values() if isinstance(value, Held)]
            for key, piece in product((ROOT, own.root, wave_keys.make("w1"), *values(copied(engine))), pieces):
                with pytest.raises(CryptoError):
                    SealedBox(PrivateKey(key)).decrypt(piece)
    assert readable == set(asked) & needed(questionnaire) == set()
    assert close_wave(engine, custodian, "w1", DAY) == Opening(1)
    with engine.connect() as connection:
        answers = connection.execute(select(table(ResponseRow).c.answers)).scalar_one()
    given = {name: value for name, value in answers.items() if not name.endswith(".order")}
    assert sorted(given) == sorted(asked)
    assert all(given.values())


def test_fault_60_an_interview_that_was_put_aside_opens_for_nobody_without_its_code(
    wave: Engine, wave_keys: WaveKeys, short_form: Questionnaire
) -> None:
    ticket = Ticket.new()
    interviewed(wave, wave_keys, short_form, ticket)
    _, stretched = pauses.new_pause()
    with writing(wave) as session:
        assert pauses.put_aside(session, wave_keys, ticket, stretched, DAY)
    copy = copied(wave)
    (row,) = copy["pause"]
    sealed, beside = bytes(row["sealed"]), str(row["id"]).encode()
    assert not any(opens(sealed, candidate, beside) for candidate in values(copy))
    assert opens(sealed, stretched.key, beside)
    assert ticket.token not in b"".join(values(copy))


def test_who_has_every_key_of_the_collector_opens_no_envelope(
    wave: Engine, wave_keys: WaveKeys, short_form: Questionnaire
) -> None:
    """The thief has database, wave's key, site's and channel's keys, the public key, even the cookie."""
    ticket = Ticket.new()
    done = Interview(short_form.version, Mode.WEB, "ar", ANSWERS, status=Status.COMPLETED)
    public = bytes(CUSTODIAN.public_key)
    with writing(wave) as session:
        intake.complete(session, short_form, done, "w1", ticket, public.hex())
    copy = copied(wave)
    (row,) = copy["envelope"]
    sealed = bytes(row["sealed"])
    keys = [wave_keys.make("w1"), ROOT, public, ticket.token, ticket.derived(b"digest"), *values(copy)]
    for key in keys:
        with pytest.raises(CryptoError):
            SealedBox(PrivateKey(key)).decrypt(sealed)
        assert not opens(sealed, key, b"")
    content = json.loads(intake.unpadded(SealedBox(CUSTODIAN).decrypt(sealed)))
    assert content["answers"]["trust_police"] == ANSWERS["trust_police"]


def _end(wave: Engine, keys: WaveKeys, form: Questionnaire) -> None:
    with writing(wave) as session:
        field(session, form, "w1", DAY, date(2026, 10, 31), CLOSED)
    url = SecretStr(wave.url.render_as_string(hide_password=False))
    assert destroy_keys(wave, keys).left == ()
    purge_rows(wave, RetentionSettings(database_url=url, wave_keys=keys.folder), datetime(2026, 10, 31, 12, tzinfo=UTC))
    assert keys.find("w1") is None
