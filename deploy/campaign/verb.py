"""`thiqa sms rehearse`: a whole campaign with simulated people, which must lose, double and misplace nothing."""

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import click
from nacl.public import PrivateKey
from rich.console import Console
from sqlalchemy import event

from sms.campaign import shown
from sms.verbs import sms
from survey_app.instrument import read_instrument
from survey_app.storage.database import connected, migrate

from .crowd import crowd
from .findings import Findings
from .run import CHANNEL, DAYS, Rehearsal, settings_for

PROCESSES, WORTH_ONE = 2, 200  # people for whom it is worth to start another process


@click.command()
@click.option("--people", default=1_000, show_default=True, type=click.IntRange(min=1), help="How many are invited.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same people and faults.")
@click.option("--database", metavar="URL", help="An empty database to write into, instead of a temporary one.")
def rehearse(people: int, seed: int, database: str | None) -> None:
    """Rehearse a campaign with simulated people and a pretended carrier. Changes nothing but a temporary database.

    Some people stop, mistype, write twice or late; the carrier delays, drops, doubles, spoils and refuses. Ends with an
    error if a text was lost, doubled, misplaced, or sent after STOP.
    """
    console = Console()
    started = time.perf_counter()
    parts = min(PROCESSES, -(-people // WORTH_ONE)) if database is None else 1
    findings = Findings()
    with console.status(f"{DAYS} days of {people} people."):
        for found in _rehearsed(people, seed, database, parts):
            findings.add(found)
    console.print(findings.shown())
    if findings.progress:
        for table in shown.progress(findings.progress, {CHANNEL.name: CHANNEL}, None):
            console.print(table)
    took = time.perf_counter() - started
    console.print(f"{findings.texts} texts and {findings.messages} messages in {took:.0f} s.")
    for wrong in findings.wrong:
        console.print(f"Does not agree: {wrong}.")
    if findings.faults:
        raise click.ClickException(f"{findings.faults} faults: what is lost, doubled or misplaced must be none.")


def _rehearsed(people: int, seed: int, database: str | None, parts: int) -> Iterator[Findings]:
    """What was found by each process, each with its share of the people and a database of its own."""
    if parts == 1:
        yield _part(people, seed, database, 0, 1)
        return
    with ProcessPoolExecutor(parts) as processes:
        yield from processes.map(_part, *zip(*((people, seed, None, at, parts) for at in range(parts)), strict=True))


def _part(people: int, seed: int, database: str | None, at: int, parts: int) -> Findings:
    with tempfile.TemporaryDirectory(prefix="thiqa-rehearsal-") as folder:
        url = database or f"sqlite:///{folder}/rehearsal.sqlite3"
        private = PrivateKey.generate()
        with connected(url) as engine:
            if database is None:
                event.listen(engine.pool, "connect", _careless)
            migrate(engine)
            instrument = read_instrument()
            rehearsal = Rehearsal(engine, settings_for(url, Path(folder), private), instrument, seed + at)
            return rehearsal.run(crowd(instrument, people, seed)[at::parts], private)


def _careless(driver: Any, _record: object) -> None:
    """A database that nobody needs after a crash waits for no disk."""
    driver.execute("PRAGMA synchronous=OFF")


sms.add_command(rehearse)
