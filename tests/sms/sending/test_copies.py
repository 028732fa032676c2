"""Copies at the carrier: each is deleted there in the end, or somebody is told."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from sms.carriers import BusyError, UncertainError
from sms.sending import copies
from sms.sending.delivery import Worker
from sms.settings import ChannelSettings
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import CarrierCopyRow

from ..conftest import START
from .carrying import Carrier, put

HOUR = timedelta(hours=1)


def note(settings: ChannelSettings, engine: Engine, *references: str, channel: str = "twilio") -> None:
    with writing(engine) as session:
        for reference in references:
            copies.note(session, settings.keys, channel, reference, START)


def erase(settings: ChannelSettings, engine: Engine, carrier: Carrier, after: timedelta) -> Counter[str]:
    return copies.erase(engine, settings.keyring, {carrier.name: carrier}, START + after)


def kept(engine: Engine) -> int:
    with reading(engine) as session:
        return len(session.exec(select(CarrierCopyRow)).all())


def test_the_copy_of_a_text_that_was_sent_is_deleted_once_it_is_final(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "one", "two")
    carrier, now = Carrier(database), START
    worker = Worker(settings, database, {"twilio": carrier}, lambda: now)
    worker.send()
    now = START + HOUR - timedelta(seconds=1)
    assert (worker.erase(), carrier.erased) == (Counter(), [])
    now = START + HOUR
    assert worker.erase() == Counter(erased=2)
    assert sorted(carrier.erased) == ["SM1", "SM2"]
    assert kept(database) == 0


def test_a_reference_is_stored_sealed(settings: ChannelSettings, database: Engine) -> None:
    note(settings, database, "SMcanary")
    with reading(database) as session:
        assert b"canary" not in session.exec(select(CarrierCopyRow.sealed)).one()


def test_the_copies_of_a_channel_that_is_not_there_wait(settings: ChannelSettings, database: Engine) -> None:
    note(settings, database, "SM1", channel="other")
    assert erase(settings, database, Carrier(database), HOUR) == Counter()
    assert kept(database) == 1


def test_many_copies_are_deleted_in_one_round(settings: ChannelSettings, database: Engine) -> None:
    note(settings, database, *(f"SM{n}" for n in range(3 * copies.BATCH + 1)))
    assert erase(settings, database, Carrier(database), HOUR) == Counter(erased=97)


@pytest.mark.parametrize("answer", [False, BusyError(), UncertainError()])
def test_a_copy_that_cannot_be_deleted_is_asked_for_later_each_time_and_given_up_loudly(
    settings: ChannelSettings, database: Engine, answer: bool | Exception
) -> None:
    note(settings, database, "SM1")
    carrier, tried = Carrier(database), []
    carrier.erases = [answer] * 99
    counts = Counter[str]()
    for minutes in range(0, 5 * 24 * 60, 5):
        before = len(carrier.erased)
        counts += erase(settings, database, carrier, timedelta(minutes=minutes))
        tried += [minutes] * (len(carrier.erased) - before)
    assert tried == [0, 5, 15, 35, 75, 155, 315, 635, 1275, 1995]
    assert counts == Counter({"later": copies.MOST_TRIES - 1, "given up": 1})
    with reading(database) as session:
        assert copies.given_up(session) == 1


def test_a_copy_that_could_not_be_deleted_yet_is_deleted_later(settings: ChannelSettings, database: Engine) -> None:
    note(settings, database, "SM1")
    carrier = Carrier(database)
    carrier.erases = [False]
    assert erase(settings, database, carrier, HOUR) == Counter(later=1)
    assert erase(settings, database, carrier, 2 * HOUR) == Counter(erased=1)
    assert kept(database) == 0
