"""The demonstration: keys under var/, a database with simulated residents, and the releases made from them.

In the demo one machine holds the key that opens answers and the batches open by themselves; docs/promises.md says
what that means.
"""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine, func
from sqlmodel import select

from analytics.custody import close_wave, open_batches
from analytics.publish import Parameters, cards
from analytics.releasing.building import Trust, build
from analytics.releasing.publishing import publish
from analytics.releasing.register import register
from analytics.releasing.store import alone
from analytics.settings import CustodianSettings, ReleaseSettings
from sms.settings import ChannelSettings
from sms.talk.wording import Terms
from survey_app.fieldwork import OPEN, field, waves
from survey_app.instrument import Instrument, read_instrument
from survey_app.settings import CollectorSettings, read_settings
from survey_app.storage.database import connect, migrate, reading, writing
from survey_app.storage.tables import ResponseRow
from survey_app.wavekeys import WaveKeys

from .demo_environment import VAR, demo_environment
from .simulation import Plan, interview_all, sample

WAVES = (
    ("2025-q3", date(2025, 7, 1), date(2025, 9, 30)),
    ("2025-q4", date(2025, 10, 1), date(2025, 12, 31)),
    ("2026-q1", date(2026, 1, 1), date(2026, 3, 31)),
    ("2026-q2", date(2026, 4, 1), date(2026, 6, 30)),
    ("2026-q3", date(2026, 7, 1), date(2026, 9, 30)),
    ("2026-q4", date(2026, 10, 1), date(2026, 12, 31)),
)
REGISTERED = date(2025, 6, 2)  # simulated like the waves: a month before the first one
LEFT_WAITING = 40  # envelopes in the open wave beside the pool that stays: ten more, and a visitor sees a batch open


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the demo holds: whether it was made now, and the latest release."""

    made: bool
    responses: int
    release: Path | None


def make_demo(console: Console, seed: int = 1, share: float = 1.0) -> Outcome:
    """Migrate, simulate, open and publish, unless the database already holds waves. Settings: the environment."""
    settings = read_settings(CustodianSettings)
    engine = connect(settings.database_url.get_secret_value())
    migrate(engine)
    _make_staff()
    instrument = read_instrument()
    with reading(engine) as session:
        if waves(session):
            return Outcome(made=False, responses=0, release=None)
    terms = read_settings(ChannelSettings).terms
    keys = read_settings(ReleaseSettings)
    trust = Trust(keys.signing_key, keys.pinned, keys.officers)
    with alone(settings.releases):
        register(settings.releases, cards(instrument), REGISTERED, trust.private)
    _simulate(engine, instrument, settings, terms, console, seed, share)
    with console.status("Weights, estimates, release"), alone(settings.releases):
        today = datetime.now(UTC).date()
        path = build(engine, instrument, settings.releases, Parameters(created=today, synthetic=True), trust)
        publish(settings.releases, path.name, trust.private, today, trust.pinned)
    with reading(engine) as session:
        responses = session.exec(select(func.count()).select_from(ResponseRow)).one()
    return Outcome(made=True, responses=responses, release=path)


def _make_staff() -> None:
    """The staff's store, with five people who are entered by a button."""
    from dashboards.accounts import store  # noqa: PLC0415 (slow to load)
    from dashboards.accounts.demonstration import make_people  # noqa: PLC0415 (the same)
    from dashboards.accounts.settings import StaffSettings  # noqa: PLC0415 (the same)

    engine = store.connect(read_settings(StaffSettings).staff_database_url.get_secret_value())
    make_people(engine)
    engine.dispose()


def _simulate(
    engine: Engine,
    instrument: Instrument,
    settings: CustodianSettings,
    terms: Terms,
    console: Console,
    seed: int,
    share: float,
) -> None:
    collector = read_settings(CollectorSettings)
    keys = WaveKeys(collector.wave_keys)
    private = settings.private_key
    random = Random(seed)
    crowds = [sample(instrument, random, share) for _ in WAVES]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Simulated residents answer", total=sum(map(len, crowds)))
        for number, ((wave_id, opens, closes), people) in enumerate(zip(WAVES, crowds, strict=True)):
            last = number == len(WAVES) - 1
            with writing(engine) as session:
                field(session, instrument.questionnaire, wave_id, opens, closes, OPEN)
            plan = Plan(instrument, wave_id, number, opens, collector.custodian_public_key, terms, keys)
            crowd = people[:-LEFT_WAITING] if last else people
            interview_all(engine, plan, crowd, random, lambda done: progress.advance(task, done))
            if last:
                open_batches(engine, private, settings.smallest)
                interview_all(engine, plan, people[-LEFT_WAITING:], random, lambda done: progress.advance(task, done))
            else:
                close_wave(engine, private, wave_id, closes)


@click.command()
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same residents and answers.")
@click.option("--share", default=1.0, show_default=True, help="Share of the usual number of residents.")
@click.option("--directory", type=click.Path(path_type=Path), default=VAR, show_default=True)
def demo(seed: int, share: float, directory: Path) -> None:
    """Make the demonstration: keys, an SQLite database, six waves of simulated residents, a release.

    Writes below the directory, which keeps what it has: a second run changes nothing.
    """
    demo_environment(directory.absolute())
    started = time.perf_counter()
    console = Console(stderr=True)
    outcome = make_demo(console, seed, share)
    if outcome.made:
        took = time.perf_counter() - started
        click.echo(f"Simulated interviews opened: {outcome.responses}, in {took:.0f} s. Release: {outcome.release}")
    else:
        click.echo(f"The demo's data are kept. To begin anew: rm -r {directory}")
