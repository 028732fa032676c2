"""How a campaign goes: the invited alone in the rates, and the same counts once the conversations are gone."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from sms import memory
from sms.campaign import dispositions
from sms.campaign.invite import Campaign, Stage, draw, invite
from sms.campaign.progress import progress
from sms.settings import ChannelSettings
from survey_app import fieldwork
from survey_app.dispositions import Counts
from survey_app.engine import Questionnaire
from survey_app.storage.database import connect, reading, writing
from survey_app.storage.tables import ChannelRow, ConversationRow, DispositionRow, OutboxRow, SpendingRow

from ...privacy.members import hired
from ..conftest import START, WAVE
from .conftest import CHANNEL, people

CASES = {
    ("completed", "delivered"): 12,
    ("partial", "delivered"): 2,
    ("open", "sent"): 3,
    ("refused", "delivered"): 4,
    ("stopped", "delivered"): 1,
    ("screened_out", "delivered"): 5,
    ("quota_full", "delivered"): 1,
    ("invited", "delivered"): 30,
    ("invited", "sent"): 6,
    ("invited", "invalid"): 7,
    ("invited", "landline"): 2,
    ("invited", "unreachable"): 3,
    ("invited", "opted_out"): 2,
    ("invited", ""): 8,
    ("completed", ""): 9,  # on the open link
    ("open", ""): 4,  # the same
}


def put(engine: Engine, cases: dict[tuple[str, str], int], wave: str = WAVE) -> None:
    with writing(engine) as session:
        for (state, delivery), number in cases.items():
            for at in range(number):
                person = f"{wave}{state}{delivery}{at}"
                row = ConversationRow(person=person, wave=wave, state=state, revision=0, sealed=b"sealed")
                row.delivery = delivery or None
                session.add(row)


def close(engine: Engine, form: Questionnaire) -> None:
    with writing(engine) as session:
        fieldwork.field(session, form, WAVE, date(2026, 3, 1), date(2026, 3, 31), fieldwork.CLOSED)


def test_the_rates_are_of_the_invited_alone_and_the_others_stand_beside(database: Engine) -> None:
    put(database, CASES)
    found = progress(database, WAVE, {}, START)
    assert found.counts == Counts(
        complete=12, partial=2, refusal=10, unknown_number=17, unknown_person=30, not_eligible=15
    )
    assert found.rates["RR1"] == pytest.approx(12 / 71)
    assert found.rates["RR2"] == pytest.approx(14 / 71)
    assert found.rates["RR3"] == pytest.approx(12 / (24 + 24 / 39 * 47))
    assert found.rates["RR5"] == pytest.approx(0.5)
    shown = {name: number for name, number in found.rows.items() if number}
    assert shown == {
        "invited": 86,
        "not sent yet": 8,
        "sent": 9,
        "delivered": 55,
        "failed: invalid": 7,
        "failed: landline": 2,
        "failed: unreachable": 3,
        "failed: opted_out": 2,
        "replied": 28,
        "open": 3,
        "partial": 2,
        "completed": 12,
        "refused": 4,
        "stopped": 1,
        "screened out": 5,
        "quota full": 1,
        "began by themselves": 13,
        "of these completed": 9,
    }


def test_a_closed_wave_says_the_same_from_the_counts_that_are_kept(database: Engine, form: Questionnaire) -> None:
    put(database, CASES)
    before = progress(database, WAVE, {}, START)
    close(database, form)
    with writing(database) as session:
        assert memory.forget_closed(session) == sum(CASES.values())
    with reading(database) as session:
        assert not session.exec(select(ConversationRow)).all()
    assert progress(database, WAVE, {}, START) == before


def test_counts_are_kept_once_however_often_and_add_up_where_a_wave_is_begun_anew(
    database: Engine, form: Questionnaire
) -> None:
    put(database, {("completed", "delivered"): 2})
    with writing(database) as session:
        assert memory.forget_closed(session, lost=WAVE) == 2
    put(database, {("completed", "delivered"): 3, ("open", "sent"): 1})
    assert progress(database, WAVE, {}, START).counts.complete == 5
    close(database, form)
    for deleted in (4, 0, 0):
        with writing(database) as session:
            assert memory.forget_closed(session) == deleted
    with reading(database) as session:
        kept = {(row.state, row.delivery): row.cases for row in session.exec(select(DispositionRow))}
    assert kept == {("completed", "delivered"): 5, ("open", "sent"): 1}


def test_what_is_rolled_back_is_counted_nowhere(database: Engine, form: Questionnaire) -> None:
    put(database, {("completed", "delivered"): 2})
    close(database, form)

    def dies() -> None:
        with writing(database) as session:
            memory.forget_closed(session)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        dies()
    with reading(database) as session:
        assert dispositions.cases(session, WAVE) == {("completed", "delivered"): 2}
        assert not session.exec(select(DispositionRow)).all()


def test_who_said_stop_is_no_case_and_is_not_forgotten(database: Engine, form: Questionnaire) -> None:
    with writing(database) as session:
        session.add(ConversationRow(person="p", wave=WAVE, state="stopped", revision=0, sealed=b""))
    assert not progress(database, WAVE, {}, START).invited
    close(database, form)
    with writing(database) as session:
        assert memory.forget_closed(session) == 0
        assert session.exec(select(ConversationRow)).all()


def test_spending_the_queue_and_the_channels_are_shown(database: Engine) -> None:
    with writing(database) as session:
        for day, cost in ((1, 1_500_000), (2, 250_000)):
            when = date(2026, 3, day)
            session.add(SpendingRow(wave=WAVE, channel="twilio", day=when, messages=10, segments=20, cost=cost))
        for at, kind in enumerate(("invitation", "invitation", "reply")):
            row = OutboxRow(channel="twilio", person=str(at), sealed=b"x", status="queued", attempts=0, due=START)
            row.wave, row.kind = WAVE, kind
            session.add(row)
        heard = START - timedelta(hours=9)
        session.add(ChannelRow(id="twilio", refilled=START, counted=START, handed=START, heard=heard))
    found = progress(database, WAVE, {"twilio": CHANNEL, "unused": CHANNEL}, START + timedelta(hours=9))
    (spent,) = found.spent
    assert (spent.channel, spent.messages, spent.segments, spent.cost) == ("twilio", 20, 40, Decimal("1.75"))
    assert found.cost == Decimal("1.75")
    assert found.rows["invitations queued"] == 2
    (line,) = found.channels
    assert (line.channel, line.resting) == ("twilio", None)
    assert line.heard is not None
    assert line.heard.replace(tzinfo=None) == heard.replace(tzinfo=None)


@pytest.mark.postgres
def test_the_text_channels_own_user_may_invite_and_watch(
    postgres_engine: Engine, postgres_server: str, form: Questionnaire, settings: ChannelSettings
) -> None:
    with writing(postgres_engine) as session:
        fieldwork.field(session, form, WAVE, date(2026, 3, 1), date(2026, 3, 31))
        wave = fieldwork.wave(session, WAVE)
    assert wave
    with hired(postgres_server) as members:
        own = postgres_engine.url.set(username=members.names["thiqa_text"], password=members.password)
        engine = connect(own.render_as_string(hide_password=False))
        campaign = Campaign(wave, CHANNEL, settings.keyring, settings.terms)
        invite(engine, campaign, draw(engine, campaign, people(3)), Stage(), START)
        assert progress(engine, WAVE, {"twilio": CHANNEL}, START).rows["invited"] == 3
        engine.dispose()
