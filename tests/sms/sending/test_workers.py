"""Several workers at once: each message goes once, a person's in order, and nobody waits for ever."""

from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from sqlalchemy import Engine, select

from sms.carriers.declared import Adapter, Channel
from sms.sending import outbox
from sms.sending.delivery import Worker
from sms.sending.rules import declared
from sms.settings import ChannelSettings
from survey_app.storage.database import connected, reading
from survey_app.storage.tables import SpendingRow, table

from ..conftest import START, WAVE
from .carrying import Carrier, put

NOON = START.replace(hour=12)  # quiet at nine: it is Ramadan
PEOPLE, WORKERS = 60, 3
CHANNELS = {"twilio": Channel("twilio", Adapter.TWILIO, rate=100_000, price=Decimal("0.01"))}


def test_fault_38_workers_beside_each_other_send_each_message_once_and_in_order(
    settings: ChannelSettings, database: Engine
) -> None:
    for n in range(PEOPLE):
        kind = outbox.REPLY if n % 2 else outbox.INVITATION
        put(settings, database, "one", "two", "three", to=f"+2126000001{n:02}", wave=WAVE, kind=kind)
    settings.texts_a_day = settings.texts_a_survey = 3
    carrier, url = Carrier(database), database.url.render_as_string(hide_password=False)

    def work(_: int) -> Counter[str]:
        with connected(url) as engine:
            worker = Worker(settings, engine, {"twilio": carrier}, lambda: NOON, declared(settings, CHANNELS))
            counts, idle = Counter[str](), 0
            while idle < 3:
                round_ = worker.send()
                counts, idle = counts + round_, 0 if round_ else idle + 1
            return counts

    with ThreadPoolExecutor(WORKERS) as hands:
        assert sum(hands.map(work, range(WORKERS)), Counter[str]())["sent"] == 3 * PEOPLE
    had = defaultdict(list)
    for number, body in carrier.given:
        had[number].append(body)
    assert all(bodies == ["one", "two", "three"] for bodies in had.values())
    assert len(had) == PEOPLE
    with reading(database) as session:
        assert session.connection().execute(select(table(SpendingRow).c.messages)).scalars().all() == [3 * PEOPLE]
