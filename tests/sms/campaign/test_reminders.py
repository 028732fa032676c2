"""Reminders to who was invited and stays silent: queued with the invitation, gone once she writes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from operator import add

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from sms import memory, reception
from sms.campaign import invite, opening
from sms.campaign.frame import Case, Frame
from sms.campaign.invite import Campaign, Invited, Stage, draw, estimate
from sms.carriers import Failure, RejectedError
from sms.sending import outbox
from sms.settings import ChannelSettings
from sms.talk import wording
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import OutboxRow

from ..conftest import START, WAVE, Phone
from ..delivering import deliver
from ..sending.carrying import Carrier
from .conftest import ONE_WAY, people, windowed

DAY = timedelta(days=1)


@pytest.fixture
def reminding(campaign: Campaign, settings: ChannelSettings) -> Campaign:
    settings.reminders = 2
    return replace(campaign, reminders=settings.reminders)


def run(engine: Engine, campaign: Campaign, frame: Frame, stage: Stage | None = None) -> Invited:
    drawn = draw(engine, campaign, frame)
    planned = estimate(engine, campaign, drawn, stage or Stage(), START)
    done = invite.invite(engine, campaign, drawn, stage or Stage(), START)
    assert done == planned
    return done


def reminders(engine: Engine) -> Sequence[OutboxRow]:
    with reading(engine) as session:
        mine = select(OutboxRow).where(OutboxRow.kind == outbox.REMINDER).order_by(col(OutboxRow.due))
        return session.exec(mine).all()


def due(row: OutboxRow) -> datetime:
    return row.due.astimezone(UTC) if row.due.tzinfo else row.due.replace(tzinfo=UTC)


def kept(engine: Engine, campaign: Campaign, number: str) -> memory.Kept:
    key = campaign.keys.waves.find(WAVE)
    with reading(engine) as session:
        return memory.find(session, campaign.keys.channel, key, WAVE, number)


def at(phone: Phone, moment: datetime) -> list[str]:
    phone.now = moment
    return phone.arrived()


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_who_stays_silent_is_reminded_twice_in_the_language_of_the_invitation(
    database: Engine, reminding: Campaign, phone: Phone, language: str
) -> None:
    done = run(database, reminding, Frame((Case(phone.number, language),), ()))
    assert done.reminders == 2
    (invitation,) = at(phone, START)
    assert at(phone, START + DAY - timedelta(seconds=1)) == []
    said = wording.reminder(language, reminding.terms)
    assert at(phone, START + DAY) == [said] != [invitation]
    assert at(phone, START + 3 * DAY) == [said]
    assert at(phone, START + 20 * DAY) == []


def test_where_no_language_is_known_a_reminder_speaks_all_of_them_as_the_invitation_does(
    database: Engine, reminding: Campaign, phone: Phone
) -> None:
    run(database, reminding, Frame((Case(phone.number),), ()))
    at(phone, START)
    assert at(phone, START + DAY) == [
        "\n\n".join(wording.reminder(each, reminding.terms) for each in ("ar", "fr", "en"))
    ]


@pytest.mark.parametrize("text", ["stop", "2"])
def test_whoever_says_no_is_not_reminded_of_the_invitation(
    database: Engine, reminding: Campaign, phone: Phone, text: str
) -> None:
    run(database, reminding, Frame((Case(phone.number, "en"), *people(1).cases), ()))
    at(phone, START)
    before = {row.token for row in reminders(database)}
    assert len(before) == 4
    phone.text(text)
    left = {row.token for row in reminders(database)} & before
    assert len(left) == 2, "the other person's stay"
    own = reminding.keys.of(WAVE)
    assert own is not None
    assert own.number(phone.number) not in {row.person for row in reminders(database) if row.token in left}


def test_who_fell_silent_after_a_reminder_has_as_many_left_as_were_not_sent(
    database: Engine, reminding: Campaign, phone: Phone
) -> None:
    run(database, reminding, Frame((Case(phone.number, "en"),), ()))
    found = kept(database, reminding, phone.number)
    assert (found.conversation.reminders, found.reminders) == (2, 2)
    at(phone, START)
    at(phone, START + DAY)
    phone.text("1")
    found = kept(database, reminding, phone.number)
    assert (found.conversation.reminders, found.reminders) == (1, 1)
    assert [due(row) for row in reminders(database) if row.status == outbox.QUEUED] == [START + 3 * DAY]


@pytest.mark.parametrize("text", ["1", "what is this"])
def test_whoever_writes_is_reminded_after_a_silence_of_hers(
    database: Engine, reminding: Campaign, phone: Phone, text: str
) -> None:
    run(database, reminding, Frame((Case(phone.number, "en"),), ()))
    at(phone, START)
    at(phone, START + DAY - timedelta(hours=1))
    phone.text(text)
    assert [due(row) for row in reminders(database)] == [phone.now + DAY, phone.now + 3 * DAY]


def test_nobody_is_reminded_after_the_wave_and_the_conversation_knows_how_often_she_will_be(
    database: Engine, reminding: Campaign
) -> None:
    wave = replace(reminding.wave, closes=START.date() + timedelta(days=2))
    done = run(database, replace(reminding, wave=wave), Frame((Case("+212600000001", "en"),), ()))
    assert done.reminders == 1
    assert [due(row) for row in reminders(database)] == [START + DAY]
    assert kept(database, reminding, "+212600000001").conversation.reminders == 1


def test_so_many_a_day_are_reminded_so_many_a_day(database: Engine, reminding: Campaign) -> None:
    run(database, reminding, people(4), Stage(a_day=2))
    days = [due(row).date() for row in reminders(database)]
    assert days == [date(2026, 3, day) for day in (3, 3, 4, 4, 5, 5, 6, 6)]


def test_an_invitation_that_still_waits_is_not_overtaken_by_its_reminder(
    database: Engine, reminding: Campaign, phone: Phone
) -> None:
    run(database, reminding, Frame((Case(phone.number, "en"),), ()))
    with writing(database) as session:
        first = outbox.take(session, reminding.keys, "twilio", START)
        assert first
        outbox.put_off(session, first, START + 2 * DAY)
    assert at(phone, START + DAY + timedelta(hours=1)) == []


@pytest.mark.parametrize("reminders_asked", [0, 1, 2])
def test_as_many_are_queued_as_were_asked_for(database: Engine, campaign: Campaign, reminders_asked: int) -> None:
    done = run(database, replace(campaign, reminders=reminders_asked), people(3))
    assert done.reminders == len(reminders(database)) == 3 * reminders_asked


@pytest.mark.parametrize(
    ("approved", "queued"),
    [((), 0), (("fr",), 1), (("ar", "fr"), 3), (("ar", "fr", "en"), 4)],
)
def test_a_channel_with_a_window_reminds_only_in_the_languages_that_its_carrier_approved(
    database: Engine, campaign: Campaign, approved: tuple[str, ...], queued: int
) -> None:
    asked = replace(campaign, channel=windowed(*approved), reminders=1)
    done = run(database, asked, people(4))
    assert done.reminders == len(reminders(database)) == queued
    assert sum(kept(database, asked, case.telephone).conversation.reminders for case in people(4).cases) == queued


def test_a_channel_that_cannot_be_answered_reminds_nobody(campaign: Campaign) -> None:
    form = campaign.wave.questionnaire
    assert not opening.reminds(form, "ar", ONE_WAY)
    assert opening.reminds(form, None, campaign.channel)


def test_who_told_the_carrier_stop_is_not_reminded(
    database: Engine, reminding: Campaign, settings: ChannelSettings, phone: Phone
) -> None:
    run(database, reminding, Frame((Case(phone.number, "en"),), ()))
    with writing(database) as session:
        first = outbox.take(session, reminding.keys, "twilio", START)
        assert first
        outbox.settle(session, first.id, outbox.FAILED, None, Failure.OPTED_OUT)
    reception.opted_out(settings, database, phone.number)
    assert reminders(database) == []


@pytest.mark.parametrize("failure", [Failure.INVALID, Failure.LANDLINE, Failure.BLOCKED])
def test_fault_37_nobody_is_reminded_of_an_invitation_that_her_number_never_takes(
    database: Engine, reminding: Campaign, settings: ChannelSettings, phone: Phone, failure: Failure
) -> None:
    run(database, reminding, Frame((Case(phone.number, "en"),), ()))
    carrier = Carrier(database, RejectedError(failure), RejectedError(failure), RejectedError(failure))
    for days in range(5):
        deliver(settings, database, carrier, partial(add, START, days * DAY))
    assert len(carrier.given) == 1
