"""The time of custody: to seal an interview, to open many envelopes, and to close a wave.

    python -m benchmarks.custody --envelopes 100000

The interviews are simulated ones of the bundled instrument. The floor in the same run is what cannot be spared:
libsodium sealing the same bytes, and opening them, with no database. Prints seconds, envelopes a second, the ratio to
the floor, and the most memory that the process has held.
"""

import resource
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import click
from nacl.encoding import HexEncoder
from nacl.public import PrivateKey, SealedBox
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, select

from analytics.custody import KeyPair, close_wave, new_keys, open_batches
from deploy.residents import opinions
from deploy.simulation import hold_on_the_web, sample
from survey_app.engine import Interview
from survey_app.fieldwork import field
from survey_app.instrument import Instrument, read_instrument
from survey_app.intake import Ticket, complete, padded, payload
from survey_app.paradata import Provenance
from survey_app.storage.database import changing, connect, migrate, writing
from survey_app.storage.tables import EnvelopeRow, table

from .served import databases

DIFFERENT = 300  # interviews that are sealed again and again
IN_A_TRANSACTION = 500
POOL = 50


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds for so many envelopes, and what the floor took for as many."""

    envelopes: int
    seconds: float
    floor: float | None


def interviews(instrument: Instrument) -> list[Interview]:
    """Completed interviews of simulated residents."""
    random = Random(1)
    found: list[Interview] = []
    for resident in sample(instrument, random):
        said = opinions(instrument, resident, 0, random)
        done, _ = hold_on_the_web(instrument.questionnaire, said, "ar", 10_000, random.getrandbits(32))
        found += [done] if done else []
        if len(found) == DIFFERENT:
            break
    return found


def timed(work: Callable[[], object]) -> float:
    """Seconds of this."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def fill(engine: Engine, instrument: Instrument, keys: KeyPair, said: list[Interview], count: int, wave: str) -> Took:
    """Seal so many interviews into a wave in the field."""
    today = datetime.now(UTC).date()
    with writing(engine) as session:
        field(session, instrument.questionnaire, wave, today, today + timedelta(days=30))

    def seal() -> None:
        for start in range(0, count, IN_A_TRANSACTION):
            with changing(engine) as work:
                for number in range(start, min(start + IN_A_TRANSACTION, count)):
                    form = instrument.questionnaire
                    complete(work, form, said[number % len(said)], wave, Ticket.new(), keys.public)

    box = SealedBox(PrivateKey(keys.private.encode(), HexEncoder).public_key)
    contents = [padded(payload(instrument.questionnaire, one, Provenance())) for one in said]
    least = timed(lambda: deque((box.encrypt(contents[number % len(contents)]) for number in range(count)), 0))
    return Took(count, timed(seal), least)


def least_opening(engine: Engine, keys: KeyPair, wave: str) -> float:
    """What opening the same envelopes takes in memory, without a database."""
    rows = table(EnvelopeRow)
    box = SealedBox(PrivateKey(keys.private.encode(), HexEncoder))
    mine = select(rows.c.sealed).where(rows.c.wave == wave)
    took = 0.0
    with engine.connect() as connection:
        for (sealed,) in connection.execute(mine, execution_options={"yield_per": 500}):
            started = time.perf_counter()
            box.decrypt(sealed)
            took += time.perf_counter() - started
    return took


def measured(url: str, count: int) -> dict[str, Took]:
    """Seal, open and close on one database."""
    engine, keys, instrument = connect(url), new_keys(), read_instrument()
    today = datetime.now(UTC).date()
    migrate(engine)
    said = interviews(instrument)
    took = {"seal": fill(engine, instrument, keys, said, count, "a")}
    least = least_opening(engine, keys, "a")
    took[f"open all but a pool of {POOL}"] = Took(
        count - POOL, timed(lambda: open_batches(engine, keys.private, POOL)), least
    )
    took["close the wave, which opens the pool"] = Took(
        POOL, timed(lambda: close_wave(engine, keys.private, "a", today)), None
    )
    fill(engine, instrument, keys, said, count, "b")
    took["close a wave of which nothing was opened"] = Took(
        count, timed(lambda: close_wave(engine, keys.private, "b", today)), least
    )
    engine.dispose()
    return took


@click.command()
@click.option("--envelopes", default=100_000, show_default=True)
def main(envelopes: int) -> None:
    """Measure on SQLite and PostgreSQL. Writes to databases of its own, which it deletes."""
    console = Console()
    for kind in ("sqlite", "postgres"):
        with databases(kind) as room:
            shown = Table(kind, "envelopes", "seconds", "a second", "times the floor")
            for name, took in measured(room.new(), envelopes).items():
                ratio = f"{took.seconds / took.floor:.1f}" if took.floor else ""
                rate = f"{took.envelopes / took.seconds:,.0f}"
                shown.add_row(name, f"{took.envelopes:,}", f"{took.seconds:.1f}", rate, ratio)
            console.print(shown)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print(f"The most memory that this process held: {megabytes:,.0f} MiB")


if __name__ == "__main__":
    main()
