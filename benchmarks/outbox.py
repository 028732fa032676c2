"""How fast a worker empties the outbox: messages a second, on SQLite and on PostgreSQL.

    python -m benchmarks.outbox --messages 3000

The carrier answers at once, or after so many milliseconds, so that only the worker is measured: lease, unseal, the
rules (quiet hours, caps, pace, budget, failover), handing over, mark, and the note of the carrier's copy. The floor in
the same run is one UPDATE of one row a message, each in a transaction of its own, by the plain driver with the
durability of our own database. What was sent before stands in the table beside what is due, and all of it is due at the
same moment. Best of three.
"""

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import click
import psycopg
from nacl.encoding import HexEncoder
from nacl.public import PrivateKey
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, text

from sms.carriers import Outgoing, Sent
from sms.carriers.declared import Adapter, Channel
from sms.sending import outbox
from sms.sending.rules import Rules, declared
from sms.settings import ChannelSettings
from survey_app.fieldwork import field
from survey_app.storage.database import connected, migrate, writing
from tests.conftest import installed_postgres
from tests.sms.conftest import small_questionnaire
from tests.sms.delivering import deliver

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)  # not quiet
BODY = "1/3 ما مدى ثقتكم في الشرطة؟\n1 لا ثقة\n2 قليلة\n3 كبيرة"
ROUNDS = 3
CHANNELS = {"twilio": Channel("twilio", Adapter.TWILIO, rate=1_000_000, price=Decimal("0.01"))}


class Immediate:
    """A carrier that takes everything, after so many seconds."""

    name = "twilio"

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def send(self, message: Outgoing) -> Sent:
        """Take it."""
        time.sleep(self.seconds)
        return Sent(f"SM{message.token}")

    def find(self, message: Outgoing, since: datetime) -> Sent | None:
        """Never asked."""
        raise NotImplementedError

    def erase(self, reference: str) -> bool:
        """Never asked."""
        raise NotImplementedError


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """The URLs of an empty database of each kind."""
    with tempfile.TemporaryDirectory() as folder, installed_postgres() as (postgres, _):
        yield {"SQLite": f"sqlite:///{folder}/outbox.sqlite3", "PostgreSQL": postgres}


def channel(folder: Path) -> ChannelSettings:
    """A channel with made-up keys."""
    return ChannelSettings(
        custodian_public_key=PrivateKey.generate().public_key.encode(HexEncoder).decode(),
        channel_key=SecretStr("00112233445566778899aabbccddeeff" * 2),
        wave_keys=folder,
        demo=True,
        texts_a_day=1_000,
        texts_a_month=1_000,
        texts_a_survey=1_000,
        budget_wave=Decimal(1_000_000),
        budget_day=Decimal(1_000_000),
    )


def fill(settings: ChannelSettings, engine: Engine, messages: int) -> None:
    """Invitations to as many people."""
    settings.keyring.waves.make("w1")
    keys = settings.keyring.of("w1")
    assert keys
    with writing(engine) as session:
        for number in range(messages):
            to = outbox.Recipient("twilio", f"+2126{number:08}", "w1", keys)
            outbox.queue(session, to, (BODY,), NOW, outbox.INVITATION)


def worker(settings: ChannelSettings, url: str, messages: int, seconds: float, rules: Rules | None = None) -> float:
    """Messages a second."""
    with connected(url) as engine:
        fill(settings, engine, messages)
        began = time.perf_counter()
        assert deliver(settings, engine, Immediate(seconds), lambda: NOW, rules) == {"sent": messages}
        return messages / (time.perf_counter() - began)


def floor(url: str, messages: int) -> float:
    """Updates a second."""
    with connected(url) as engine, engine.begin() as work:
        rows = (
            work.execute(text("SELECT id FROM outbox ORDER BY id DESC LIMIT :some"), {"some": messages}).scalars().all()
        )
    update = _updater(url)
    began = time.perf_counter()
    for row in rows:
        update(row)
    return len(rows) / (time.perf_counter() - began)


def _updater(url: str) -> Callable[[int], None]:
    if url.startswith("sqlite"):
        lite = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
            lite.execute(f"PRAGMA {pragma}")
        return lambda row: _commit(lite.execute, "UPDATE outbox SET attempts = attempts + 1 WHERE id = ?", row)
    plain = psycopg.connect(url.replace("postgresql+psycopg:", "postgresql:"), autocommit=True)
    return lambda row: _commit(plain.execute, "UPDATE outbox SET attempts = attempts + 1 WHERE id = %s", row)


def _commit(execute: Callable[..., object], statement: str, row: int) -> None:
    execute("BEGIN")
    execute(statement, (row,))
    execute("COMMIT")


@click.command()
@click.option("--messages", default=3000, show_default=True)
@click.option("--milliseconds", default=100, show_default=True, help="How long the slow carrier takes.")
def main(messages: int, milliseconds: int) -> None:
    """Measure. Uses databases of its own."""
    table = Table("", "messages a second", "without rules", "floor (updates)", "ratio", f"carrier of {milliseconds} ms")
    with databases() as urls, tempfile.TemporaryDirectory() as keys:
        settings = channel(Path(keys))
        for name, url in urls.items():
            with connected(url) as engine:
                migrate(engine)
                with writing(engine) as session:
                    field(session, small_questionnaire(), "w1", date(2026, 5, 1), date(2026, 5, 31))
            rules = declared(settings, CHANNELS)
            ours = max(worker(settings, url, messages, 0, rules) for _ in range(ROUNDS))
            free = max(worker(settings, url, messages, 0) for _ in range(ROUNDS))
            least = max(floor(url, messages) for _ in range(ROUNDS))
            slow = worker(settings, url, messages // 4, milliseconds / 1000, rules)
            table.add_row(name, f"{ours:.0f}", f"{free:.0f}", f"{least:.0f}", f"{least / ours:.1f}", f"{slow:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
