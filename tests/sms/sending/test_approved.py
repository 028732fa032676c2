"""Texts that a carrier must have approved: what we begin on a channel with a window goes by one, or not at all."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from sms.carriers.calls import Call
from sms.carriers.declared import Adapter, Channel
from sms.carriers.gateway import Gateway
from sms.reception import Inbound, receive
from sms.sending import outbox, rules
from sms.sending.delivery import Worker
from sms.settings import ChannelSettings
from survey_app.engine import Mode
from survey_app.storage.database import reading
from survey_app.storage.tables import ConversationRow, SpendingRow

from ..conftest import LINK, NUMBER, START, WAVE
from .carrying import Carrier, invited, put, rows, statuses

NOON = START.replace(hour=12)
OUR_DOING = (outbox.INVITATION, outbox.REMINDER)
WHATSAPP = Channel(
    "whatsapp",
    Adapter.TWILIO,
    Mode.WHATSAPP,
    window_hours=24,
    price=Decimal("0.01"),
    templates={f"{kind}.fr": "HX" + "0" * 32 for kind in OUR_DOING},
)


def send(settings: ChannelSettings, engine: Engine, carrier: Carrier, channel: Channel = WHATSAPP) -> Counter[str]:
    declared = rules.declared(settings, {channel.name: channel})
    return Worker(settings, engine, {channel.name: carrier}, lambda: NOON, declared).send()


@pytest.mark.parametrize("kind", OUR_DOING)
def test_what_we_begin_names_its_approved_text_and_fills_it(
    settings: ChannelSettings, database: Engine, kind: str
) -> None:
    put(settings, database, "words", wave=WAVE, kind=kind, channel="whatsapp", approved=("fr", LINK))
    carrier = Carrier(database, name="whatsapp")
    assert send(settings, database, carrier) == Counter(sent=1)
    assert carrier.templates == [(f"{kind}.fr", LINK)]


def test_a_reply_is_written_freely(settings: ChannelSettings, database: Engine) -> None:
    put(settings, database, "words", wave=WAVE, channel="whatsapp")
    carrier = Carrier(database, name="whatsapp")
    assert send(settings, database, carrier) == Counter(sent=1)
    assert carrier.templates == [("",)]


@pytest.mark.parametrize("approved", [("ar", LINK), ("en", LINK), ()])
def test_without_an_approved_text_it_is_never_sent_and_costs_nothing(
    settings: ChannelSettings, database: Engine, approved: tuple[str, ...]
) -> None:
    invited(settings, database)
    put(settings, database, "words", wave=WAVE, kind=outbox.INVITATION, channel="whatsapp", approved=approved)
    carrier = Carrier(database, name="whatsapp")
    assert send(settings, database, carrier) == Counter({rules.UNAPPROVED: 1})
    assert (carrier.given, statuses(database), rows(database)[0].sealed) == ([], ["refused"], b"")
    with reading(database) as session:
        assert session.exec(select(ConversationRow.delivery)).one() == "refused"
        assert session.exec(select(SpendingRow)).all() == []


def test_a_gateway_has_no_approved_texts(settings: ChannelSettings, database: Engine) -> None:
    gateway = Gateway(send=Call(url="https://gateway.example/send"))
    channel = replace(WHATSAPP, adapter=Adapter.GATEWAY, gateway=gateway, two_way=False, receipts=False)
    put(settings, database, "words", wave=WAVE, kind=outbox.REMINDER, channel="whatsapp", approved=("fr", LINK))
    assert send(settings, database, Carrier(database, name="whatsapp"), channel) == Counter({rules.UNAPPROVED: 1})


def test_a_channel_without_a_window_needs_none(settings: ChannelSettings, database: Engine) -> None:
    put(settings, database, "words", wave=WAVE, kind=outbox.REMINDER, channel="plain")
    channel = Channel("plain", Adapter.TWILIO)
    assert send(settings, database, Carrier(database, name="plain"), channel) == Counter(sent=1)


def test_a_reminder_is_queued_with_the_language_of_its_talk_and_the_surveys_address(
    settings: ChannelSettings, database: Engine
) -> None:
    settings.reminders = 1
    settings.channels = {**settings.channels, "whatsapp": WHATSAPP}
    for n, said in enumerate(("bonjour", "2", "1")):
        receive(settings, database, Inbound("whatsapp", f"SM{n}", NUMBER, said), START)
    last = rows(database)[-1]
    assert last.kind == outbox.REMINDER
    with reading(database) as session:
        row = session.connection().exec_driver_sql("SELECT * FROM outbox ORDER BY id DESC LIMIT 1").one()
    message = outbox.opened(row, settings.keyring)
    assert message is not None
    assert (message.template, message.approved[1:]) == ("reminder.fr", (LINK,))
