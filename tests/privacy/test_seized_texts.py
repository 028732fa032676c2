"""Who seizes the text channel's machine has database, channel's key, waves' keys and spool: in the wave, and after."""

from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from nacl.encoding import HexEncoder
from nacl.exceptions import CryptoError
from pydantic import SecretStr
from sqlalchemy import Engine, select

from deploy.retention import destroy_keys, purge_rows
from sms import memory, spool
from sms.campaign.frame import Case, Frame
from sms.campaign.invite import Campaign, Stage, draw, invite
from sms.carriers.declared import Adapter, Channel
from sms.keys import Keys
from sms.reception import Inbound, receive
from sms.sending import outbox
from sms.settings import ChannelSettings
from survey_app.engine import Kind, Questionnaire
from survey_app.fieldwork import CLOSED, OPEN, current_wave, field
from survey_app.settings import RetentionSettings
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import ConversationRow, OutboxRow, table
from survey_app.wavekeys import WaveKeys

from .test_theft import CUSTODIAN, DAY, NUMBER, ROOT, START

OTHER, PSU = "+212600000002", "psu-velstraktor"
LAST = date(2026, 10, 31)


@pytest.fixture
def settings(tmp_path: Path) -> ChannelSettings:
    return ChannelSettings(
        public_url="https://survey.example",
        custodian_public_key=CUSTODIAN.public_key.encode(HexEncoder).decode(),
        channel_key=SecretStr(ROOT.hex()),
        wave_keys=tmp_path / "wave-keys",
        spool=tmp_path / "spool",
        channels={"twilio": Channel("twilio", Adapter.TWILIO)},
        reminders=0,
        demo=True,
    )


@pytest.fixture
def seized(engine: Engine, settings: ChannelSettings, short_form: Questionnaire) -> Engine:
    """Two people were invited and have not answered; a text waits on disk, and a word to somebody without a wave."""
    with writing(engine) as session:
        field(session, short_form, "w1", DAY, LAST, OPEN)
        wave = current_wave(session)
        lost = outbox.Recipient("twilio", OTHER, None, settings.keys)
        outbox.queue(session, lost, ("A word without a wave",), START)
    assert wave
    frame = Frame(tuple(Case(number, "fr", None, "north", PSU, 3.5) for number in (NUMBER, OTHER)), ())
    campaign = Campaign(wave, settings.channels["twilio"], settings.keyring, settings.terms)
    invite(engine, campaign, draw(engine, campaign, frame), Stage(), START)
    spool.of(settings).put(Inbound("twilio", "SM1", OTHER, "It waits on disk", START))
    return engine


def read_with(engine: Engine, own: Keys | None, channel: Keys) -> tuple[set[str], set[str]]:
    """What the outbox says, and the PSUs of the conversations that open, to who has these keys of the wave."""
    with reading(engine) as session:
        rows = session.connection().execute(select(table(OutboxRow))).all()
        cases = session.connection().execute(select(table(ConversationRow))).all()
    sealed = [(row.sealed, f"outbox:{row.channel}:{row.person}") for row in rows]
    sealed += [(case.sealed, f"{case.person}:{case.revision}") for case in cases]
    opened = b""
    for keys in filter(None, (own, channel)):
        for content, place in sealed:
            with suppress(CryptoError, ValueError):
                opened += keys.unseal(content, place)
    return {word for word in (NUMBER, OTHER) if word.encode() in opened}, {PSU} if PSU.encode() in opened else set()


def test_with_the_keys_an_invited_persons_number_and_psu_are_read_until_she_has_answered(
    seized: Engine, settings: ChannelSettings, short_form: Questionnaire
) -> None:
    own = settings.keyring.of("w1")
    assert own
    assert read_with(seized, own, settings.keys) == ({NUMBER, OTHER}, {PSU})
    assert read_with(seized, None, settings.keys) == ({OTHER}, set()), "without the wave's key: what has no wave"
    for nth in range(2 + sum(item.kind is not Kind.NOTE for item in short_form.items)):
        now = START + timedelta(minutes=nth)
        receive(settings, seized, Inbound("twilio", f"SMa{nth}", NUMBER, "1", now), now)
        with writing(seized) as session:
            while message := outbox.take(session, settings.keyring, "twilio", now, own.number(NUMBER)):
                outbox.settle(session, message.id, outbox.SENT)
        if _state(seized, own) == "completed":
            break
    assert _state(seized, own) == "completed"
    with reading(seized) as session:
        kept = memory.find(session, settings.keys, WaveKeys(settings.wave_keys).find("w1"), "w1", NUMBER)
    assert (kept.conversation.design, kept.conversation.interview) == (None, None)
    assert read_with(seized, own, settings.keys)[0] == {OTHER}, "what was sent to her is emptied"


def _state(engine: Engine, own: Keys) -> str | None:
    with reading(engine) as session:
        case = session.get(ConversationRow, own.number(NUMBER))
        return case.state if case else None


def test_after_the_wave_a_backup_yields_what_had_no_wave_and_what_waited_on_disk(
    seized: Engine, settings: ChannelSettings, short_form: Questionnaire
) -> None:
    with reading(seized) as session:  # a backup: the database as it was
        before = [row.person for row in session.connection().execute(select(table(ConversationRow)))]
    with writing(seized) as session:
        field(session, short_form, "w1", DAY, LAST, CLOSED)
    assert destroy_keys(seized, WaveKeys(settings.wave_keys)).left == ()
    assert settings.keyring.of("w1") is None
    assert read_with(seized, None, settings.keys) == ({OTHER}, set()), "as a backup shows it"
    assert settings.keys.number(NUMBER) not in before
    url = SecretStr(seized.url.render_as_string(hide_password=False))
    purge_rows(seized, RetentionSettings(database_url=url, wave_keys=settings.wave_keys), START + timedelta(days=1))
    with reading(seized) as session:
        assert not session.connection().execute(select(table(ConversationRow))).all()
        assert {row.wave for row in session.connection().execute(select(table(OutboxRow)))} == {None}
    found: list[str] = []
    spool.of(settings).drain(lambda inbound: found.append(inbound.sender + inbound.text))
    assert found == [f"{OTHER}It waits on disk"], "until it is taken, with the channel's key"
    assert not [path for path in settings.spool.iterdir() if not path.name.startswith(".")]
