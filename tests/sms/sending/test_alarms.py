"""Alarms: each is said when it must be, once, and says nothing of anybody."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from sms.carriers import BusyError, Fate, Receipt
from sms.carriers.declared import Adapter, Channel
from sms.reception import Inbound
from sms.sending import alarms, copies, outbox, receipts
from sms.sending.delivery import Worker
from sms.sending.rules import Rules, declared
from sms.settings import ChannelSettings
from sms.spool import Spool
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import CarrierCopyRow, table

from ..conftest import NUMBER, START, WAVE
from .carrying import Carrier, put

ONE = {"twilio": Channel("twilio", Adapter.TWILIO, rate=1000)}
TWO = {
    "twilio": Channel("twilio", Adapter.TWILIO, rate=1000, failover="second"),
    "second": Channel("second", Adapter.TWILIO),
}


def standing(
    engine: Engine, counts: Counter[str], channels: Mapping[str, Channel] = ONE, spool: Spool | None = None
) -> list[str]:
    with reading(engine) as session:
        return list(alarms.standing(session, channels, counts, START + timedelta(minutes=1), spool))


def sent(
    settings: ChannelSettings,
    engine: Engine,
    channels: Mapping[str, Channel],
    carrier: Carrier,
    rules: Rules | None = None,
) -> Counter[str]:
    for n in range(20):
        put(settings, engine, "one", to=f"+2126000001{n:02}", wave=WAVE)
    return Worker(settings, engine, {"twilio": carrier}, lambda: START, rules or declared(settings, channels)).send()


def test_nothing_is_said_where_all_is_well(settings: ChannelSettings, database: Engine, tmp_path: Path) -> None:
    counts = sent(settings, database, ONE, Carrier(database))
    assert counts == Counter(sent=20)
    assert standing(database, counts, spool=Spool(tmp_path / "spool", settings.keys, 9)) == []


def test_a_budget_that_is_used_up_is_said(settings: ChannelSettings, database: Engine) -> None:
    priced = {"twilio": Channel("twilio", Adapter.TWILIO, rate=1000, price=Decimal("0.05"))}
    settings.budget_day = Decimal("0.20")
    counts = sent(settings, database, priced, Carrier(database))
    assert counts == Counter(sent=4, budget=16)
    said = standing(database, counts, priced)
    assert said == ["The budget is used up (2026-03-02): messages wait until tomorrow, or until it is raised."]


@pytest.mark.parametrize(("channels", "end"), [(ONE, "none steps in."), (TWO, "second steps in.")])
def test_a_channel_that_rests_is_said_with_the_one_that_steps_in(
    settings: ChannelSettings, database: Engine, channels: Mapping[str, Channel], end: str
) -> None:
    counts = sent(settings, database, channels, Carrier(database, *(BusyError() for _ in range(20))))
    (said,) = standing(database, counts, channels)
    assert said == f"Channel twilio refuses messages and rests: {end}"


def test_a_channel_of_which_nothing_is_heard_is_said(settings: ChannelSettings, database: Engine) -> None:
    counts = sent(settings, database, ONE, Carrier(database))
    with reading(database) as session:
        said = list(alarms.standing(session, ONE, counts, START + timedelta(hours=1)))
    assert said == ["Channel twilio is silent: messages were handed over, and nothing was heard of them."]
    receipt = Receipt("twilio", None, "SM1", Fate.DELIVERED)
    assert receipts.take(settings, database, receipt, START + timedelta(minutes=20))
    with reading(database) as session:
        assert list(alarms.standing(session, ONE, counts, START + timedelta(hours=1))) == []


def test_copies_that_could_not_be_deleted_are_said(settings: ChannelSettings, database: Engine) -> None:
    with writing(database) as session:
        copies.note(session, settings.keys, "twilio", "SM1", START)
        session.connection().execute(update(table(CarrierCopyRow)).values(attempts=copies.MOST_TRIES))
    said = standing(database, Counter())
    assert said == ["Copies of texts that the carrier keeps and that could not be deleted: 1."]


def test_texts_that_wait_on_disk_or_could_not_be_taken_are_said(
    settings: ChannelSettings, database: Engine, tmp_path: Path
) -> None:
    spool = Spool(tmp_path / "spool", settings.keys, 9)
    for reference in ("SM1", "SM2"):
        spool.put(Inbound("twilio", reference, NUMBER, "trust"))
    (tmp_path / "spool" / "000000000009-aa.aside").touch()
    assert standing(database, Counter(), spool=spool) == [
        "Texts that wait on disk to be taken: 2.",
        "Texts on disk that could not be taken and were set aside: 1.",
    ]


def test_what_a_wave_without_its_key_holds_back_is_said(database: Engine) -> None:
    assert standing(database, Counter({"key missing": 2})) == ["The key of a wave cannot be read: its messages wait."]


def test_the_rules_that_the_settings_declare_hold_together(settings: ChannelSettings, database: Engine) -> None:
    """Quiet hours, caps, pace and budget at once: what they hold back is named, and nothing is lost."""
    slow = {"twilio": Channel("twilio", Adapter.TWILIO, rate=5, price=Decimal("0.05"))}
    settings.texts_a_day = 1
    night, carrier = START.replace(hour=22), Carrier(database)
    put(settings, database, "come", "come again", kind=outbox.INVITATION, wave=WAVE, due=night)
    for n in range(8):
        put(settings, database, "answer", to=f"+2126000001{n:02}", wave=WAVE, due=night)
    now = night
    worker = Worker(settings, database, {"twilio": carrier}, lambda: now, declared(settings, slow))
    counts = worker.send()
    assert (counts["sent"], counts["pace"], counts["quiet hours"]) == (5, 3, 1)
    for hours in (1, 11, 12, 13):
        now = night + timedelta(hours=hours)
        worker.send()
    assert Counter(carrier.bodies) == Counter({"answer": 8, "come": 1})
    now = night + timedelta(hours=36)  # another day
    worker.send()
    assert carrier.bodies[-1] == "come again"
