"""`thiqa purge`: what is over goes, what is not stays, and nothing of it tells when."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import SecretStr
from sqlalchemy import Engine, func, select, text
from sqlmodel import SQLModel

from analytics.custody import KeyPair, Opening, close_wave, open_batches
from analytics.trail import verify
from deploy.command import main
from deploy.retention import Purged, destroy_keys, purge_rows
from sms import memory
from sms.carriers.declared import Adapter, Channel
from sms.keys import Keyring, Keys
from sms.sending import budget, caps, copies, outbox
from sms.talk.conversation import Conversation, State
from survey_app import drafts, invitations, pauses
from survey_app.engine import Mode, Questionnaire, answer, begin
from survey_app.fieldwork import CLOSED, OPEN, field
from survey_app.intake import Ticket
from survey_app.invitations import Invitation
from survey_app.paradata import Entry
from survey_app.settings import RetentionSettings
from survey_app.storage.database import changing, reading, writing
from survey_app.storage.tables import (
    BreakOffRow,
    ConversationRow,
    DispositionRow,
    DraftRow,
    EnvelopeRow,
    InvitationRow,
    OutboxRow,
    ResponseRow,
    SpendingRow,
    TallyRow,
    table,
)
from survey_app.wavekeys import WaveKeyError, WaveKeys
from tests.analytics.test_custody import content, put
from tests.privacy.conftest import Watched, watched, watched_engine  # noqa: F401  # fixtures

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
NOON = datetime(2026, 10, 2, 12, tzinfo=UTC)
KEY = bytes(range(32))
NUMBER = "+212600000001"
OVER, GOING = "over", "going"


@pytest.fixture
def policy(engine: Engine, tmp_path: Path) -> RetentionSettings:
    url = SecretStr(engine.url.render_as_string(hide_password=False))
    return RetentionSettings(database_url=url, wave_keys=tmp_path / "keys", keep_responses_days=100)


@pytest.fixture
def fieldwork(engine: Engine, policy: RetentionSettings, short_form: Questionnaire, keys: KeyPair) -> Engine:
    """Two waves with all that there can be in them; one of them is then closed."""
    wave_keys, channel = WaveKeys(policy.wave_keys), Keys(KEY)
    with writing(engine) as session:
        for wave in (OVER, GOING):
            field(session, short_form, wave, FIRST, LAST, OPEN)
            started = begin(short_form, Mode.WEB, "ar").interview
            for _ in range(3):
                drafts.create(
                    session,
                    wave_keys.make(wave),
                    Ticket.new(),
                    wave,
                    short_form,
                    answer(short_form, started, "").interview,
                    FIRST,
                )
            invitations.issue(session, KEY, Invitation(Entry.INVITED, wave, ""), 20)
            own = channel.within(wave_keys.make(wave))
            new = memory.Kept(Conversation(wave), None, own)
            memory.store(session, short_form, channel, NUMBER, new, Conversation(wave, state=State.STOPPED))
        outbox.queue(session, outbox.Recipient("twilio", NUMBER, None, channel), ("One last message",), NOON)
    put(engine, keys, [content(short_form)] * 3, OVER)
    close_wave(engine, keys.private, OVER, FIRST)
    put(engine, KeyPair("00" * 31 + "09", ""), [content(short_form)], OVER)
    return engine


def purge(engine: Engine, policy: RetentionSettings, now: datetime, lost: str = "") -> Purged:
    """As `thiqa purge` does, where both can be done."""
    keys, rows = destroy_keys(engine, WaveKeys(policy.wave_keys), lost), purge_rows(engine, policy, now, lost)
    assert (keys.left, rows.left) == ((), ())
    return replace(rows.purged, wave_keys=keys.purged.wave_keys)


def count(engine: Engine, rows: type[SQLModel], **equal: object) -> int:
    wanted = [getattr(rows, name) == value for name, value in equal.items()]
    with reading(engine) as session:
        return int(session.connection().execute(select(func.count()).select_from(rows).where(*wanted)).scalar_one())


def test_a_closed_wave_loses_its_key_and_what_hung_on_it_and_an_open_one_nothing(
    fieldwork: Engine, policy: RetentionSettings
) -> None:
    done = purge(fieldwork, policy, NOON)
    assert done == Purged(1, 3, 0, 1, 0, 0, 0, 40, 0, 0)
    assert WaveKeys(policy.wave_keys).waves() == {GOING}
    assert count(fieldwork, DraftRow) == count(fieldwork, DraftRow, wave=GOING) == 3
    assert count(fieldwork, InvitationRow) == 40
    # One conversation that goes on, and the pseudonym of who said stop.
    assert count(fieldwork, ConversationRow) == 2
    assert count(fieldwork, ConversationRow, person=Keys(KEY).number(NUMBER)) == 1


def test_of_the_text_channel_nothing_is_left_that_names_a_person_of_a_closed_wave(
    fieldwork: Engine, policy: RetentionSettings
) -> None:
    """What was sent, waits or is counted goes with its wave or its day; money and counts of cases, of nobody, stay."""
    channel, keys = Keys(KEY), WaveKeys(policy.wave_keys)
    twilio = Channel("twilio", Adapter.TWILIO, price=Decimal("0.01"))
    with writing(fieldwork) as session:
        for wave in (OVER, GOING):
            to = outbox.Recipient("twilio", NUMBER, wave, channel.within(keys.make(wave)))
            for kind, due in ((outbox.REPLY, NOON), (outbox.REMINDER, NOON), (outbox.REPLY, NOON - timedelta(hours=2))):
                outbox.queue(session, to, ("Text",), due, kind)
            caps.count(session, channel, NUMBER, NOON, outbox.REMINDER, wave)
            assert budget.reserve(session, wave, twilio, NOON.date(), 1, 1, budget.Limits(None, None))
        caps.count(session, channel, NUMBER, NOON - timedelta(days=2), outbox.REPLY, None)
        for days in (31, 29):
            copies.note(session, channel, "twilio", f"SM{days}", NOON - timedelta(days))
    done = purge(fieldwork, policy, NOON)
    assert (done.messages_of_closed_waves, done.tallies, done.names_of_carriers_copies) == (2, 2, 1)
    # The last answer of a closed wave still has its hour; the rest is the other wave's, and the one without.
    assert [count(fieldwork, OutboxRow, wave=wave) for wave in (OVER, GOING, None)] == [1, 3, 1]
    assert purge(fieldwork, policy, NOON + timedelta(hours=2)).messages_of_closed_waves == 1
    assert count(fieldwork, TallyRow) == 3  # today, this month, the wave that goes on
    later = purge(fieldwork, policy, NOON + timedelta(days=40))
    assert (later.tallies, later.names_of_carriers_copies) == (2, 1)
    assert count(fieldwork, SpendingRow) == 2
    assert count(fieldwork, DispositionRow, wave=OVER, cases=1) == count(fieldwork, DispositionRow) == 1


def test_time_takes_the_rest_by_the_rules(fieldwork: Engine, policy: RetentionSettings) -> None:
    purge(fieldwork, policy, NOON)
    for days, done in (
        (2, Purged(0, 3, 0, 0, 0, 0, 0, 40, 0, 0)),
        (31, Purged(0, 0, 0, 0, 0, 1, 20, 20, 0, 0)),
        (91, Purged(0, 0, 0, 0, 0, 0, 0, 20, 1, 0)),
        (101, Purged(0, 0, 0, 0, 0, 0, 0, 20, 0, 3)),
        (102, Purged(0, 0, 0, 0, 0, 0, 0, 20, 0, 0)),
    ):
        if days == 31:
            with writing(fieldwork) as session:
                message = outbox.take(session, Keyring(Keys(KEY), WaveKeys(policy.wave_keys)), "twilio", NOON)
                assert message
                outbox.settle(session, message.id, outbox.SENT)
        assert purge(fieldwork, policy, datetime(2026, 10, 31, 12, tzinfo=UTC) + timedelta(days)) == done, days
    with reading(fieldwork) as session:
        verdict = verify(session)
    assert [(record.act, record.responses) for record in verdict.records] == [
        ("closed", 3),
        ("purged", 0),
        ("purged", 3),
    ]
    assert verdict.faults == ()


def test_responses_are_kept_where_no_rule_says_how_long(fieldwork: Engine, policy: RetentionSettings) -> None:
    purge(fieldwork, policy.model_copy(update={"keep_responses_days": None}), NOON + timedelta(days=10_000))
    assert count(fieldwork, ResponseRow) == 3
    assert count(fieldwork, EnvelopeRow) == 0


def test_how_far_interviews_came_that_were_broken_off_is_kept_as_counts(
    fieldwork: Engine, policy: RetentionSettings, short_form: Questionnaire
) -> None:
    purge(fieldwork, policy, NOON)
    purge(fieldwork, policy, NOON + timedelta(days=5))
    with writing(fieldwork) as session:
        started = begin(short_form, Mode.WEB, "ar").interview
        drafts.create(session, WaveKeys(policy.wave_keys).make(GOING), Ticket.new(), GOING, short_form, started, FIRST)
        one = answer(short_form, started, "").interview
        drafts.create(session, WaveKeys(policy.wave_keys).make(GOING), Ticket.new(), GOING, short_form, one, FIRST)
    purge(fieldwork, policy, NOON + timedelta(days=5))
    with reading(fieldwork) as session:
        rows = session.connection().execute(select(table(BreakOffRow)))
        counts = {(row.wave, row.answered): row.interviews for row in rows}
    answered = len(one.answers)
    assert (
        counts == {(OVER, answered): 3, (GOING, answered): 4, (GOING, 0): 1}
        if answered
        else {(OVER, 0): 3, (GOING, 0): 5}
    )


def test_an_interview_that_was_put_aside_expires_with_its_draft(
    fieldwork: Engine, policy: RetentionSettings, short_form: Questionnaire
) -> None:
    keys, ticket = WaveKeys(policy.wave_keys), Ticket.new()
    _, stretched = pauses.new_pause()
    with writing(fieldwork) as session:
        drafts.create(
            session, keys.make(GOING), ticket, GOING, short_form, begin(short_form, Mode.WEB, "ar").interview, FIRST
        )
        assert pauses.put_aside(session, keys, ticket, stretched, FIRST)
    assert purge(fieldwork, policy, NOON).resume_codes == 0
    assert purge(fieldwork, policy, NOON + timedelta(days=3)).resume_codes == 1


def _placed(engine: Engine) -> list[tuple[str, int]]:
    """The invitations in the order in which they lie in the file, and what wrote each."""
    system = "cast(cast(xmin AS text) AS bigint)" if engine.dialect.name == "postgresql" else "0"
    order = "ctid" if engine.dialect.name == "postgresql" else "rowid"
    with engine.connect() as connection:
        rows = connection.execute(text(f"SELECT id, {system} FROM invitation ORDER BY {order}")).all()
    return [(row[0], row[1]) for row in rows]


def test_the_table_of_invitations_lies_in_a_new_random_order(fieldwork: Engine, policy: RetentionSettings) -> None:
    """Whoever spends one moves it, on PostgreSQL, to the end of the table: after the job nothing is left of that."""
    with changing(fieldwork) as work:
        codes = invitations.issue(work, KEY, Invitation(Entry.INVITED, GOING, "06"), 10)
    for code in codes:
        with changing(fieldwork) as work:
            assert invitations.spend(work, KEY, code, GOING)
    before = _placed(fieldwork)
    kept = _rows(fieldwork)
    purge(fieldwork, policy, NOON)
    once, again = _placed(fieldwork), None
    purge(fieldwork, policy, NOON)
    again = _placed(fieldwork)
    assert _rows(fieldwork) == kept
    assert len({xid for _, xid in once}) == 1
    orders = [[name for name, _ in placed] for placed in (before, once, again)]
    assert sorted(orders[0]) == sorted(orders[1]) == sorted(orders[2])
    assert orders[0] != orders[1] != orders[2]
    assert sum(a == b for a, b in zip(orders[0], orders[1], strict=True)) < 15


def _rows(engine: Engine) -> set[tuple[object, ...]]:
    with reading(engine) as session:
        return {tuple(row) for row in session.connection().execute(text("SELECT * FROM invitation"))}


def test_a_start_that_waits_while_the_table_is_rewritten_is_not_lost(
    fieldwork: Engine, policy: RetentionSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with changing(fieldwork) as work:
        (code,) = invitations.issue(work, KEY, Invitation(Entry.ASSISTED, GOING, ""), 1, starts=40)

    def spend(_: int) -> bool:
        with changing(fieldwork) as work:
            return invitations.spend(work, KEY, code, GOING) is not None

    with ThreadPoolExecutor(3) as pool:
        spent = pool.map(spend, range(40))
        for _ in range(3):
            with changing(fieldwork) as work:
                invitations.mix(work)
        assert all(spent)
    assert count(fieldwork, InvitationRow, entry="assisted", starts=0) == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_was_deleted_is_in_no_file_of_the_database(
    fieldwork: Engine, policy: RetentionSettings, engine: Engine
) -> None:
    """PostgreSQL's VACUUM frees the place of a dead row, but its bytes stay until they are written over."""
    with engine.connect() as connection:
        sealed = [row[0] for row in connection.execute(text("SELECT sealed FROM draft WHERE wave = 'over'"))]
    assert engine.url.database
    folder = Path(engine.url.database).parent

    def found() -> int:
        return sum(part[100:140] in file.read_bytes() for file in folder.glob("thiqa.sqlite3*") for part in sealed)

    assert found()
    purge(engine, policy, NOON)
    assert not found()


def test_the_verb_says_what_it_deleted(
    fieldwork: Engine, policy: RetentionSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("THIQA_ENV_FILE", raising=False)
    monkeypatch.setenv("THIQA_DATABASE_URL", policy.database_url.get_secret_value())
    monkeypatch.setenv("THIQA_WAVE_KEYS", str(policy.wave_keys))
    result = CliRunner().invoke(main, ["purge"])
    assert result.exit_code == 0, result.output
    assert "wave keys" in result.output


def test_a_close_that_died_before_it_opened_loses_no_envelope_to_the_purge(
    engine: Engine, policy: RetentionSettings, short_form: Questionnaire, keys: KeyPair
) -> None:
    with writing(engine) as session:
        field(session, short_form, OVER, FIRST, LAST, CLOSED)
    put(engine, keys, [content(short_form)] * 3, OVER)
    assert purge(engine, policy, NOON + timedelta(days=400)).unopened_envelopes == 0
    assert open_batches(engine, keys.private, None) == {OVER: Opening(3)}


def test_a_wave_that_is_closed_late_is_kept_as_long_as_another(
    engine: Engine, policy: RetentionSettings, short_form: Questionnaire, keys: KeyPair
) -> None:
    late = datetime(2027, 6, 1, tzinfo=UTC)
    with writing(engine) as session:
        field(session, short_form, OVER, FIRST, LAST, OPEN)
    put(engine, keys, [content(short_form)] * 3, OVER)
    close_wave(engine, keys.private, OVER, late.date())
    assert purge(engine, policy, late + timedelta(days=99)).responses == 0
    assert purge(engine, policy, late + timedelta(days=101)).responses == 3


def test_one_key_that_cannot_be_destroyed_keeps_nothing_else_from_being_purged(
    fieldwork: Engine, policy: RetentionSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = policy.wave_keys / f"{OVER}.key"
    file.unlink()
    file.mkdir()
    monkeypatch.delenv("THIQA_ENV_FILE", raising=False)
    monkeypatch.setenv("THIQA_DATABASE_URL", policy.database_url.get_secret_value())
    monkeypatch.setenv("THIQA_WAVE_KEYS", str(policy.wave_keys))
    result = CliRunner().invoke(main, ["purge"])
    assert result.exit_code == 1
    assert "the key of wave over cannot be destroyed (Is a directory)" in result.output
    assert count(fieldwork, DraftRow, wave=OVER) == 0


def test_the_collector_destroys_keys_and_the_owner_rows(
    fieldwork: Engine, policy: RetentionSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("THIQA_ENV_FILE", raising=False)
    monkeypatch.setenv("THIQA_DATABASE_URL", policy.database_url.get_secret_value())
    monkeypatch.setenv("THIQA_WAVE_KEYS", str(policy.wave_keys))
    assert CliRunner().invoke(main, ["purge", "--only", "keys"]).exit_code == 0
    assert WaveKeys(policy.wave_keys).waves() == {GOING}
    assert count(fieldwork, DraftRow, wave=OVER) == 3
    assert CliRunner().invoke(main, ["purge", "--only", "rows"]).exit_code == 0
    assert count(fieldwork, DraftRow, wave=OVER) == 0


def test_a_key_that_is_lost_in_the_field_is_replaced_only_when_somebody_says_so(
    fieldwork: Engine, policy: RetentionSettings
) -> None:
    keys = WaveKeys(policy.wave_keys)
    keys.destroy(GOING)
    with writing(fieldwork) as session, pytest.raises(WaveKeyError, match="the key of wave going is not there"):
        drafts.wave_key(session, keys, GOING)
    assert purge(fieldwork, policy, NOON, lost=GOING).drafts == 6
    with writing(fieldwork) as session:
        assert drafts.wave_key(session, keys, GOING) == keys.find(GOING)


@pytest.mark.postgres
def test_purged_responses_are_in_no_file_of_postgresql(
    watched: Watched,  # noqa: F811  # the fixture
    watched_engine: Engine,  # noqa: F811  # the same
    short_form: Questionnaire,
    keys: KeyPair,
    tmp_path: Path,
) -> None:
    with writing(watched_engine) as session:
        for wave in (OVER, GOING):
            field(session, short_form, wave, FIRST, LAST, OPEN)
    for wave in (OVER, GOING):
        put(watched_engine, keys, [content(short_form)] * 20, wave)
        close_wave(watched_engine, keys.private, wave, FIRST)
    with watched_engine.begin() as connection:
        connection.execute(text("UPDATE wave SET closes = '2030-01-01' WHERE id = 'going'"))
        connection.execute(text("UPDATE response SET stratum = 'canary-stratum' WHERE wave = 'over'"))
        number = connection.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()")).scalar_one()

    def found() -> bool:
        watched.administer("CHECKPOINT")
        return any(b"canary-stratum" in file.read_bytes() for file in (watched.data / "base" / str(number)).iterdir())

    url = SecretStr(watched_engine.url.render_as_string(hide_password=False))
    policy = RetentionSettings(database_url=url, wave_keys=tmp_path, keep_responses_days=100)
    assert found()
    assert purge(watched_engine, policy, NOON + timedelta(days=200)).responses == 20
    assert not found()
    assert count(watched_engine, ResponseRow) == 20


@pytest.mark.postgres
def test_invitations_that_are_being_read_keep_nobody_waiting(
    postgres_engine: Engine, tmp_path: Path, short_form: Questionnaire
) -> None:
    with writing(postgres_engine) as session:
        field(session, short_form, GOING, FIRST, LAST, OPEN)
        invitations.issue(session, KEY, Invitation(Entry.INVITED, GOING, ""), 20)
    policy = RetentionSettings(wave_keys=tmp_path)
    with postgres_engine.connect() as backup:
        backup.execute(text("SELECT count(*) FROM invitation"))
        done = purge_rows(postgres_engine, policy, NOON)
    assert done.left == ("the invitations were being read, so their order was left as it is",)
    assert purge_rows(postgres_engine, policy, NOON).purged.invitations_mixed == 20
