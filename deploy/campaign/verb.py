"""`thiqa sms rehearse`: a whole campaign with simulated people, which must lose, double and misplace nothing."""

import tempfile
import time
from pathlib import Path

import click
from nacl.public import PrivateKey
from rich.console import Console
from rich.progress import Progress

from survey_app.instrument import read_instrument
from survey_app.storage.database import connected, migrate

from .run import DAYS, Rehearsal, crowd, settings_for


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
    with tempfile.TemporaryDirectory(prefix="thiqa-rehearsal-") as folder:
        url = database or f"sqlite:///{folder}/rehearsal.sqlite3"
        private = PrivateKey.generate()
        with connected(url) as engine, Progress(console=console, transient=True) as progress:
            migrate(engine)
            instrument = read_instrument()
            task = progress.add_task("Simulated days", total=DAYS)
            rehearsal = Rehearsal(engine, settings_for(url, Path(folder), private), instrument, seed)
            findings = rehearsal.run(
                crowd(instrument, people, seed), private, lambda days: progress.advance(task, days)
            )
    console.print(findings.shown())
    took = time.perf_counter() - started
    console.print(f"{findings.texts} texts and {findings.messages} messages in {took:.0f} s.")
    if findings.faults:
        raise click.ClickException(f"{findings.faults} faults: what is lost, doubled or misplaced must be none.")
