"""All journeys over one database, and what is left of them in every place: gathered once, looked through by tests."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from resource import RLIMIT_CORE, prlimit

from sqlalchemy import Engine, create_engine

from deploy.simulation import Plan, interview_all, sample
from sms.talk.wording import Terms
from survey_app.fieldwork import CLOSED
from survey_app.fieldwork import field as put_in_field
from survey_app.instrument import read_instrument
from survey_app.storage.database import writing
from survey_app.wavekeys import WaveKeys
from tests.faults.conftest import fielded
from tests.sms.carriers.twilio_server import Server as Twilio
from tests.sms.carriers.twilio_server import running

from ..conftest import Watched
from . import campaigns, texting, troubles
from .canaries import Canary, everybody
from .ground import Ground
from .journeys import JOURNEYS
from .questions import questions
from .search import files
from .street import Street
from .troubles import Away

BEFORE = date(2025, 10, 1)


@dataclass
class Evidence:
    """What was left behind."""

    ground: Ground
    began: float
    street: Street = field(init=False)
    sealed: dict[str, bytes] = field(default_factory=dict)  # the database's files before the answers were opened
    opened: dict[str, bytes] = field(default_factory=dict)
    log: bytes = b""
    activity: bytes = b""
    limits: dict[str, tuple[int, int]] = field(default_factory=dict)  # of the size of cores, by process

    @property
    def canaries(self) -> list[Canary]:
        installed = {**self.ground.secrets, "private key": self.ground.keys.private}
        secret = [Canary(name, value) for name, value in installed.items()]
        return everybody(self.street.people, secret)

    @property
    def said(self) -> dict[str, str]:
        """What each process said."""
        servers = {path.parent.name: path.read_text() for path in (self.ground.folder / "said").rglob("*.txt")}
        return servers | {f"{nth} {' '.join(run.words)}": run.said for nth, run in enumerate(self.ground.runs)}


def prepare(engine: Engine, custodian: str, keys: WaveKeys) -> None:
    """The questionnaire in the field, and an earlier wave with enough residents for a release."""
    instrument = read_instrument()
    plan = Plan(instrument, "2025-4", 1, BEFORE, custodian, Terms("https://survey.example", True), keys)
    with writing(engine) as session:
        put_in_field(session, instrument.questionnaire, "2025-4", BEFORE, BEFORE)
    random = Random(5)
    interview_all(engine, plan, sample(instrument, random, 0.1), random, lambda _done: None)
    with writing(engine) as session:
        put_in_field(session, instrument.questionnaire, "2025-4", BEFORE, BEFORE, CLOSED)
    fielded(engine, questions())


def gather(ground: Ground, away: Away, watched: Watched | None) -> Evidence:
    """Go through everything."""
    found = Evidence(ground, time.time() - 1)
    prepare(ground.engine, ground.keys.public, WaveKeys(ground.folder / "wavekeys"))
    start = len(watched.log) if watched else 0
    with (
        running() as twilio,
        campaigns.Gateway() as gateway,
        activity(watched) as seen,
        ThreadPoolExecutor(1) as beside,
    ):
        ground.carrier = twilio.url
        ground.channels(gateway.url)
        wrong = beside.submit(_wrong_settings, ground) if watched else None
        assert ground.thiqa("custody", "open", **ground.custodians).code == 0
        _with_servers(found, away, twilio, gateway)
        if wrong:
            wrong.result()
        found.sealed = database_files(ground, watched, found.began)
        # What is said of a release does not hang on the kind of database, and computing one takes long.
        releases = ("refresh", "release build", "release verify") if watched else ()
        for verb in ("purge", "custody status", "custody open", *releases):
            run = ground.thiqa(*verb.split(), **ground.custodians)
            assert run.code == 0, run
        found.opened = database_files(ground, watched, found.began)
    if watched:
        found.log = watched.log[start:].encode()
        found.activity = "\n".join(seen).encode()
    return found


def _with_servers(found: Evidence, away: Away, twilio: Twilio, gateway: campaigns.Gateway) -> None:
    ground = found.ground
    with ground.server("deploy.wsgi:everything()") as server:
        found.street = street = Street(server)
        with ground.going_on("sms", "send", "--forever") as verb, ThreadPoolExecutor(2) as beside:
            texts = beside.submit(texting.conversations, street, ground, twilio)
            invited = beside.submit(campaigns.campaign, street, ground, gateway)
            for journey in JOURNEYS:
                journey(street, ground)
            texts.result()
            invited.result()
            processes = {"server": server.process.pid, "worker": server.workers[0], "verb": verb}
            found.limits = {name: prlimit(pid, RLIMIT_CORE) for name, pid in processes.items()}
        texting.failing(street, ground, twilio)
        texting.unwelcome(street, ground)
        campaigns.failing(street, ground, gateway)
        campaigns.unproved(street, ground)
        campaigns.receipts(street, ground, twilio, gateway)
        troubles.in_the_middle(street, ground, away)
    with ground.server("tests.privacy.canary.wrapped:faulty()") as street.server:
        troubles.bugs(street, ground)
        troubles.deaths(street, ground)


def _wrong_settings(ground: Ground) -> None:
    """Each setting that holds a secret, mistyped; each verb says so and does not repeat it."""
    secrets, private = ground.secrets, ground.keys.private
    password = secrets["password"]
    wrong: tuple[tuple[tuple[str, ...], dict[str, str | None]], ...] = (
        (("custody", "status"), {"THIQA_CUSTODIAN_PRIVATE_KEY": private[:-2]}),
        (("custody", "open"), {"THIQA_CUSTODIAN_PRIVATE_KEY": f"{private}\n{private}", "THIQA_BATCH": password}),
        (("invitations", "assist", "2026-1"), {"THIQA_SITE_KEY": secrets["site key"] + "f"}),
        (("invitations", "assist", "2026-1"), {"THIQA_CUSTODIAN_PUBLIC_KEY": f"{private}{private}"}),
        (("sms", "send"), {"THIQA_CHANNEL_KEY": secrets["channel key"] + "x", "THIQA_TWILIO_SENDER": secrets["token"]}),
        (("purge",), {"THIQA_DATABASE_URL": ground.url.replace(password, password[::-1])}),
        (("purge",), {"THIQA_DATABASE_URL": f"postgresql+psycopg://thiqa@127.0.0.1:{password}/thiqa"}),
        (("refresh",), {"THIQA_RELEASE_SIGNING_KEY": secrets["signing key"] + "x"}),
        (("release", "build"), {"THIQA_DATABASE_URL": f"postgresql+psycopg//thiqa:{password}@127.0.0.1/thiqa"}),
        (("invitations", "assist", "2026-1"), {"THIQA_PROXIES": password, "THIQA_DEMO": secrets["token"]}),
        (
            ("invitations", "assist", "2026-1"),
            {"THIQA_INFORMATION": "/nonexistent/asked.toml", "THIQA_MEDIA": f"/nonexistent/{password}"},
        ),
    )
    for words, settings in wrong:
        run = ground.thiqa(*words, **settings)
        assert run.code == 1, run
    for settings in (wrong[2][1], wrong[6][1]):
        assert ground.boots(**settings).code


def database_files(ground: Ground, watched: Watched | None, since: float) -> dict[str, bytes]:
    """The files of the database as they lie on the disk."""
    if watched is None:
        where = Path(str(ground.engine.url.database))
        return {path.name: path.read_bytes() for path in where.parent.glob(f"{where.name}*")}
    watched.administer("CHECKPOINT")
    changed = [path for path in files(watched.data, since) if path.name != "log"]
    return {str(path.relative_to(watched.data)): path.read_bytes() for path in changed}


@contextmanager
def activity(watched: Watched | None) -> Iterator[set[str]]:
    """What PostgreSQL shows of the statements that run, looked at ten times a second."""
    seen: set[str] = set()
    done = threading.Event()

    def look() -> None:
        engine = create_engine(watched.url if watched else "", isolation_level="AUTOCOMMIT")
        with engine.connect() as work:
            while not done.wait(0.1):
                seen.update(work.exec_driver_sql("SELECT query FROM pg_stat_activity WHERE query <> ''").scalars())
        engine.dispose()

    thread = threading.Thread(target=look)
    if watched:
        thread.start()
    try:
        yield seen
    finally:
        done.set()
        if watched:
            thread.join()
