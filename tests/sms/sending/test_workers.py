"""Several workers at once: each message goes once, a person's in order, and nobody waits for ever."""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, event, select

from sms.carriers import Outgoing, Sent
from sms.carriers.declared import Adapter, Channel
from sms.sending import outbox
from sms.sending.delivery import EXPIRE_EVERY, Worker
from sms.sending.rules import declared
from sms.settings import ChannelSettings
from survey_app.storage.database import connected, reading
from survey_app.storage.tables import SpendingRow, table

from ..conftest import START, WAVE
from .carrying import Carrier, put, statuses

NOON = START.replace(hour=12)  # quiet at nine: it is Ramadan
PEOPLE, WORKERS = 60, 3
MOST_STATEMENTS = 25
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
        rules = declared(settings, CHANNELS)
        with connected(url) as engine, Worker(settings, engine, {"twilio": carrier}, lambda: NOON, rules) as worker:
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


def statements(engine: Engine, did: Callable[[], object]) -> list[str]:
    """What is asked of the database meanwhile."""
    asked: list[str] = []

    def ran(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement.split(maxsplit=1)[0])

    event.listen(engine, "before_cursor_execute", ran)
    did()
    event.remove(engine, "before_cursor_execute", ran)
    return asked


@pytest.mark.parametrize("waits", [0, 500])
def test_a_round_in_which_nothing_is_due_asks_one_question_a_channel_however_much_waits(
    settings: ChannelSettings, database: Engine, waits: int
) -> None:
    for n in range(waits):
        put(settings, database, "one", to=f"+21260000{n:04}", kind=outbox.INVITATION, due=NOON + timedelta(days=1))
    with Worker(
        settings, database, {"twilio": Carrier(database)}, lambda: NOON, declared(settings, CHANNELS)
    ) as worker:
        worker.send()
        assert [word for word in statements(database, worker.send) if word != "BEGIN"] == ["SELECT"]
        put(settings, database, "one")
        asked = statements(database, worker.send)
    assert len(asked) <= MOST_STATEMENTS, asked


def test_a_worker_keeps_its_threads_for_its_life(settings: ChannelSettings, database: Engine) -> None:
    class Named(Carrier):
        def send(self, message: Outgoing) -> Sent:
            self.outcomes.append(None)
            names.append(threading.current_thread().name)
            return super().send(message)

    names: list[str] = []
    with Worker(settings, database, {"twilio": Named(database)}, lambda: NOON) as worker:
        for _ in range(3):
            put(settings, database, "one")
            assert worker.send() == Counter(sent=1)
    assert len({name.partition("_")[0] for name in names}) == 1
    assert not [thread for thread in threading.enumerate() if thread.name in names], "they end with it"


def test_a_worker_that_is_told_to_stop_begins_no_other_batch(settings: ChannelSettings, database: Engine) -> None:
    class Stopping(Carrier):
        def send(self, message: Outgoing) -> Sent:
            worker.stop()
            return super().send(message)

    put(settings, database, "one", "two")
    with Worker(settings, database, {"twilio": Stopping(database)}, lambda: NOON) as worker:
        assert worker.send() == Counter(sent=1)
    assert statuses(database) == ["sent", "queued"]


def test_the_messages_of_a_channel_that_is_not_declared_any_more_expire(
    settings: ChannelSettings, database: Engine
) -> None:
    put(settings, database, "one", channel="gone", expires=START + timedelta(minutes=1))
    now = START
    with Worker(settings, database, {"twilio": Carrier(database)}, lambda: now) as worker:
        assert worker.send() == Counter()
        now = START + EXPIRE_EVERY
        assert worker.send() == Counter(expired=1)
