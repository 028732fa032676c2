"""Fault 63, the one half: with the rights of its own database user each room does the whole of its work."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from typing import ClassVar

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, func
from sqlmodel import SQLModel, select

from analytics.custody import KeyPair, Opening, close_wave, open_batches, waiting
from analytics.microdata import read_microdata
from analytics.trail import verify
from sms.carriers import BusyError, Failure, Outgoing, RejectedError, Sent, UncertainError
from sms.sending import outbox
from sms.sending.delivery import tidy
from sms.settings import ChannelSettings
from survey_app import fieldwork
from survey_app.engine import Questionnaire
from survey_app.fieldwork import CLOSED, OPEN, field, waves
from survey_app.intake import Receipt, Ticket, complete
from survey_app.invitations import Invitation, issue
from survey_app.paradata import Entry
from survey_app.settings import CollectorSettings
from survey_app.storage.database import alone, reading, writing
from survey_app.storage.tables import (
    ConversationRow,
    DraftRow,
    EnvelopeRow,
    InboundRow,
    InvitationRow,
    OpeningRow,
    OutboxRow,
    PauseRow,
    ResponseRow,
)
from survey_app.web.application import create_site
from tests.analytics.test_custody import content, put
from tests.sms.conftest import Phone, small_questionnaire
from tests.sms.delivering import deliver
from tests.survey_app.test_intake import finished
from tests.web.conftest import Calendar, form
from tests.web.respondent import HOST, Respondent, at

from .members import Members, hired

pytestmark = pytest.mark.postgres
As = Callable[[str], Engine]
KEY = "00112233445566778899aabbccddeeff" * 2


@pytest.fixture(scope="module")
def members(postgres_server: str, postgres_template: str) -> Iterator[Members]:
    with hired(postgres_server) as found:
        yield found


@pytest.fixture
def as_(members: Members, postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[As]:
    """The database as a role's user connects to it, in a process that has read no questionnaire yet."""
    with ExitStack() as opened:

        def connected(role: str) -> Engine:
            monkeypatch.setattr(fieldwork, "_parsed", {})
            engine = members.engine(postgres_engine, role)
            opened.callback(engine.dispose)
            return engine

        yield connected


def fielded(owner: Engine, questionnaire: Questionnaire, state: str = OPEN) -> None:
    with writing(owner) as session:
        field(session, questionnaire, "w1", date(2026, 3, 1), date(2026, 3, 31), state)


def count(owner: Engine, rows: type[SQLModel]) -> int:
    with reading(owner) as session:
        return session.exec(select(func.count()).select_from(rows)).one()


def test_fault_63_the_collector_holds_a_whole_interview_by_invitation_with_a_pause(
    postgres_engine: Engine, as_: As, keys: KeyPair
) -> None:
    fielded(postgres_engine, form())
    settings = CollectorSettings(public_url=HOST, custodian_public_key=keys.public, site_key=SecretStr(KEY), demo=False)
    with writing(postgres_engine) as session:
        (invitation,) = issue(session, bytes.fromhex(KEY), Invitation(Entry.INVITED, "w1", ""), 1)
    calendar = Calendar()
    site = create_site(settings, as_("thiqa_collector"), calendar)
    person = Respondent(site, "en")
    assert person.get(f"/i/{invitation}").status_code == 200
    assert person.post("/start?lang=en", {"code": invitation}).location == at("welcome")
    with reading(postgres_engine) as session:
        assert session.exec(select(InvitationRow.starts)).one() == 1
    person.answer("welcome", None)
    person.answer("trust_police", "2")
    paused = person.post("/pause", {"csrf": person.csrf()})
    assert (paused.status_code, count(postgres_engine, PauseRow)) == (200, 1)
    elsewhere = Respondent(site, "en")
    code = re.search(r'<bdi dir="ltr">([A-Z0-9-]{14})</bdi>', paused.text)
    assert code
    assert elsewhere.post("/resume", {"code": code[1]}).status_code == 303
    assert count(postgres_engine, PauseRow) == 0
    elsewhere.get(f"{at('contact12')}?lang=fr")
    elsewhere.answer("contact12", "no")
    token, cookie = elsewhere.csrf(), elsewhere.cookie
    assert elsewhere.send().location.startswith("/thanks")
    assert (count(postgres_engine, DraftRow), count(postgres_engine, EnvelopeRow)) == (0, 1)
    assert cookie
    elsewhere.cookie = cookie
    assert elsewhere.post("/send", {"csrf": token}).location.startswith("/thanks")
    assert count(postgres_engine, EnvelopeRow) == 1


def test_fault_63_the_collector_leaves_and_puts_aside(postgres_engine: Engine, as_: As, keys: KeyPair) -> None:
    fielded(postgres_engine, form())
    collector = as_("thiqa_collector")
    settings = CollectorSettings(public_url=HOST, custodian_public_key=keys.public, demo=False)
    site = create_site(settings, collector, Calendar())
    person = Respondent(site, "en")
    person.complete()
    assert person.post("/leave", {"csrf": person.csrf()}).status_code == 303
    assert count(postgres_engine, DraftRow) == 0
    other = Respondent(site, "en")
    other.complete()
    other.post("/pause", {"csrf": other.csrf()})
    assert (count(postgres_engine, DraftRow), count(postgres_engine, PauseRow)) == (1, 1)


class Carrier:
    """A carrier that does as it is told."""

    name: ClassVar = "twilio"

    def __init__(self, *outcomes: Exception | None) -> None:
        self.outcomes = list(outcomes)

    def send(self, message: Outgoing) -> Sent:
        if self.outcomes and (outcome := self.outcomes.pop(0)):
            raise outcome
        return Sent("SM1")

    def find(self, message: Outgoing, since: datetime) -> Sent | None:
        raise UncertainError

    def erase(self, reference: str) -> bool:
        return True


def test_fault_63_the_text_channel_converses_stops_delivers_and_tidies(
    postgres_engine: Engine, as_: As, keys: KeyPair
) -> None:
    fielded(postgres_engine, small_questionnaire())
    settings = ChannelSettings(
        public_url=HOST,
        custodian_public_key=keys.public,
        channel_key=SecretStr(KEY),
        twilio_auth_tokens=(SecretStr("a-token-for-tests"),),
        demo=True,
    )
    channel = as_("thiqa_text")
    phone = Phone(settings, channel)
    for text in ("hello", "3", "1", "a LITTLE", "1", "no", "41"):
        assert phone.text(text), text
    assert count(postgres_engine, EnvelopeRow) == 1
    assert phone.text("STOP")
    assert phone.text("hello") == []
    late = Phone(settings, channel, "+212600000002")
    late.now = phone.now
    with writing(channel) as session:
        to = outbox.Recipient("twilio", late.number, None, settings.keys)
        outbox.queue(session, to, ("one", "two"), late.now)
    busy = Carrier(BusyError(), None, RejectedError(Failure.OPTED_OUT))
    now = late.now
    assert deliver(settings, channel, busy, lambda: now) == Counter(queued=1)
    now += timedelta(minutes=5)
    assert deliver(settings, channel, busy, lambda: now) == Counter(sent=1, failed=1)
    with reading(postgres_engine) as session:
        cases = session.exec(select(ConversationRow.state, ConversationRow.sealed != b"")).all()
    assert sorted(cases) == [("completed", True), ("refused", True), ("stopped", False), ("stopped", False)]
    tidy(settings, channel, now + timedelta(days=60))
    assert (count(postgres_engine, OutboxRow), count(postgres_engine, InboundRow)) == (0, 0)


@pytest.mark.parametrize("role", ["thiqa_collector", "thiqa_text"])
def test_fault_63_who_collects_can_tell_a_repeat_from_a_conflict(
    postgres_engine: Engine, as_: As, keys: KeyPair, questionnaire: Questionnaire, role: str
) -> None:
    fielded(postgres_engine, questionnaire)
    engine, ticket, receipts = as_(role), Ticket.new(), []
    for trust in ("3", "3", "0"):
        with writing(engine) as session:
            receipts.append(complete(session, questionnaire, finished(questionnaire, trust), "w1", ticket, keys.public))
    assert receipts == [Receipt.ACCEPTED, Receipt.ALREADY, Receipt.CONFLICT]


def test_fault_63_the_custodian_opens_a_batch_closes_a_wave_and_checks_the_trail(
    postgres_engine: Engine, as_: As, keys: KeyPair, short_form: Questionnaire
) -> None:
    fielded(postgres_engine, short_form)
    put(postgres_engine, keys, [content(short_form)] * 22)
    custodian = as_("thiqa_custodian")
    with reading(custodian) as session:
        assert waiting(session) == {"w1": 22}
    assert open_batches(custodian, keys.private, minimum=10) == {"w1": Opening(12)}
    assert close_wave(custodian, keys.private, "w1", date(2026, 10, 1)) == Opening(10)
    assert [count(postgres_engine, rows) for rows in (EnvelopeRow, ResponseRow, OpeningRow)] == [0, 22, 2]
    with reading(custodian) as session:
        verdict = verify(session)
    assert ([record.responses for record in verdict.records], verdict.faults) == ([12, 10], ())


def test_fault_63_the_reader_loads_what_is_published(
    postgres_engine: Engine, as_: As, keys: KeyPair, short_form: Questionnaire
) -> None:
    fielded(postgres_engine, short_form, CLOSED)
    put(postgres_engine, keys, [content(short_form)] * 12)
    open_batches(postgres_engine, keys.private, minimum=10)
    with reading(as_("thiqa_reader")) as session:
        frame = read_microdata(session, {period.id: period.questionnaire for period in waves(session)})
    assert len(frame) == 12
    assert set(frame["trust_police"]) == {"3"}


def test_what_no_grant_takes_away_is_how_many_rows_the_other_rooms_have(
    postgres_engine: Engine, as_: As, keys: KeyPair, short_form: Questionnaire
) -> None:
    """Not a promise but its limit, which docs/promises.md states: should this fail, more can be promised."""
    fielded(postgres_engine, short_form)
    put(postgres_engine, keys, [content(short_form)] * 12)
    with alone(postgres_engine) as owner:
        owner.exec_driver_sql("ANALYZE")
    with alone(as_("thiqa_reader")) as reader:
        seen = reader.exec_driver_sql(
            "SELECT reltuples, pg_relation_size(pg_class.oid) > 0, n_live_tup > 0 FROM pg_class "
            "JOIN pg_stat_user_tables ON relid = pg_class.oid WHERE pg_class.relname = 'envelope'"
        ).one()
    assert tuple(seen) == (12, True, True)
