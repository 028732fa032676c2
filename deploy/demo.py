"""The demonstration: keys under var/, a database with simulated residents, and the releases made from them.

In the demo one machine holds the key that opens answers and the batches open by themselves; docs/promises.md says
what that means.
"""

import os
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine, func
from sqlmodel import select

from analytics.custody import close_wave, new_keys, open_batches
from analytics.publish import Parameters, cards
from analytics.releasing.building import Trust, build
from analytics.releasing.keys import new_signing_pair
from analytics.releasing.publishing import publish
from analytics.releasing.register import register
from analytics.releasing.store import alone
from analytics.settings import CustodianSettings, ReleaseSettings
from sms.settings import ChannelSettings
from sms.talk.wording import Terms
from survey_app.fieldwork import OPEN, field, waves
from survey_app.instrument import Instrument, read_instrument
from survey_app.private_file import private_file
from survey_app.settings import SECRET_BYTES, CollectorSettings, read_settings
from survey_app.storage.database import connect, migrate, reading, writing
from survey_app.storage.tables import ResponseRow
from survey_app.wavekeys import WaveKeys

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


def demo_environment(directory: Path) -> Path:
    """The file with the demo's settings and fresh keys (mode 0600); made once, then kept."""
    file = directory / "demo.env"
    if not file.exists():
        directory.mkdir(parents=True, exist_ok=True)
        keys = new_keys()
        lines = {
            "THIQA_DEMO": "true",
            "THIQA_DATABASE_URL": f"sqlite:///{directory}/thiqa.sqlite3",
            "THIQA_RELEASES": str(directory / "releases"),
            "THIQA_CUSTODIAN_PUBLIC_KEY": keys.public,
            "THIQA_CUSTODIAN_PRIVATE_KEY": keys.private,
            "THIQA_SITE_KEY": secrets.token_hex(SECRET_BYTES),
            "THIQA_CHANNEL_KEY": secrets.token_hex(SECRET_BYTES),
        }
        with private_file(file) as out:
            out.write("".join(f"{name}={value}\n" for name, value in lines.items()).encode())
    newer = {"THIQA_WAVE_KEYS": str(directory / "wave-keys"), "THIQA_SPOOL": str(directory / "spool")}
    signing = new_signing_pair()
    newer |= {"THIQA_RELEASE_SIGNING_KEY": signing.private, "THIQA_RELEASE_PUBLIC_KEY": signing.public}
    newer |= {
        "THIQA_STAFF_DATABASE_URL": f"sqlite:///{directory}/staff.sqlite3",
        "THIQA_STAFF_KEY": secrets.token_hex(SECRET_BYTES),
        "THIQA_ACTIONS": str(directory / "actions"),
    }
    _completed(file, {**newer, "THIQA_BATCH": "50"})
    os.environ["THIQA_ENV_FILE"] = str(file)
    return file


def _completed(file: Path, newer: dict[str, str]) -> None:
    """Add the settings that a demonstration of an earlier version does not have."""
    there = {line.partition("=")[0] for line in file.read_text(encoding="utf-8").splitlines()}
    with file.open("a", encoding="utf-8") as out:
        out.writelines(f"{name}={value}\n" for name, value in newer.items() if name not in there)


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
