"""Where a run takes place: folders for all that a process may write, its server and its verbs, and what they say.

A module that Python loads by itself at each start notes which files our processes open for writing, so that one that
is gone again at the end is seen as well.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from analytics.custody import KeyPair
from deploy.server import command
from tests.faults.conftest import url_of
from tests.faults.server import HOST, ROOT, Server, free_port, served

CHANNELS = """
[[channel]]
name = "twilio"
adapter = "twilio"
sender = "+15005550006"
rate = 100

[[channel]]
name = "whatsapp"
adapter = "twilio"
mode = "whatsapp"
sender = "+15005550006"
window_hours = 24
rate = 100

[[channel]]
name = "gateway"
adapter = "gateway"
sender = "8181"
price = "0.01"
rate = 100

[channel.gateway.send]
url = "%s/{digits}?text={body}&key={secret}&told={receipts}&ours={token}"

[channel.gateway.inbound]
sender = "from"
text = "text"
reference = "id"

[channel.gateway.receipts]
status = "status"
token = "ours"
statuses = {ok = "delivered", no = "unreachable", stop = "opted_out"}

[channel.gateway.proof]
path = true
"""
NOTING = """
import os, sys

_notes = os.open(os.environ["THIQA_TEST_NOTES"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

def _note(event, given):
    if event == "open":
        name, mode, flags = given
        if isinstance(name, str | bytes) and (flags or 0) & (os.O_WRONLY | os.O_RDWR):
            os.write(_notes, f"{name}\\n".encode())
    elif event in ("os.rename", "os.link", "os.symlink", "shutil.copyfile"):
        os.write(_notes, f"{given[1]}\\n".encode())

sys.addaudithook(_note)
"""


@dataclass(frozen=True, slots=True)
class Run:
    """A verb that has ended."""

    words: tuple[str, ...]
    code: int
    said: str


@dataclass
class Ground:
    """The folders of a run, what its processes get from the environment, and what its verbs said."""

    folder: Path
    engine: Engine
    keys: KeyPair
    secrets: dict[str, str]
    url: str = ""
    carrier: str = ""
    runs: list[Run] = field(default_factory=list)
    spooled: dict[str, bytes] = field(default_factory=dict)  # what lay on disk while the database was away

    def __post_init__(self) -> None:
        for name in ("home", "tmp", "cwd", "modules", "said", "wavekeys", "spool"):
            (self.folder / name).mkdir()
        (self.folder / "modules" / "sitecustomize.py").write_text(NOTING)
        self.url = self.url or url_of(self.engine)
        self.channels("http://127.0.0.1:9")

    def channels(self, gateway: str) -> None:
        """Declare the channels, with the gateway at this address."""
        (self.folder / "channels.toml").write_text(CHANNELS % gateway)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "PYTHONPATH": f"{self.folder / 'modules'}{os.pathsep}{ROOT}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONFAULTHANDLER": "1",
            "COLUMNS": "200",
            "THIQA_TEST_NOTES": str(self.folder / "notes.txt"),
            "THIQA_TEST_BESIDE": str(self.folder),
            "THIQA_DATABASE_URL": self.url,
            "THIQA_PUBLIC_URL": f"https://{HOST}",
            "THIQA_PROXIES": "1",
            "THIQA_CUSTODIAN_PUBLIC_KEY": self.keys.public,
            "THIQA_SITE_KEY": self.secrets["site key"],
            "THIQA_CHANNEL_KEY": self.secrets["channel key"],
            "THIQA_WAVE_KEYS": str(self.folder / "wavekeys"),
            "THIQA_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "THIQA_TWILIO_AUTH_TOKENS": self.secrets["token"],
            "THIQA_TWILIO_SENDER": "+15005550006",
            "THIQA_TWILIO_BASE_URL": self.carrier,
            "THIQA_CHANNELS": str(self.folder / "channels.toml"),
            "THIQA_SECRET_GATEWAY": self.secrets["gateway secret"],
            "THIQA_SECRET_GATEWAY_INBOUND": self.secrets["gateway proof"],
            "THIQA_SPOOL": str(self.folder / "spool"),
            "THIQA_TIME_ZONE": _afternoon(),
            "THIQA_QUIET_FRIDAY": "",
            "THIQA_RELEASES": str(self.folder / "cwd" / "releases"),
        }

    @property
    def custodians(self) -> dict[str, str]:
        """What only the custodian's machine has."""
        return {
            "THIQA_CUSTODIAN_PRIVATE_KEY": self.keys.private,
            "THIQA_RELEASE_SIGNING_KEY": self.secrets["signing key"],
            "THIQA_BATCH": "2",
        }

    @contextmanager
    def server(self, application: str) -> Iterator[Server]:
        folder = self.folder / "said" / application.partition(":")[2].strip("()")
        folder.mkdir()
        with served(folder, self.environment, application, place=self.folder / "cwd") as running:
            yield running

    def boots(self, **changed: str | None) -> Run:
        """The server's start, which must fail."""
        words = command("deploy.wsgi:everything()", "127.0.0.1", free_port(), 1)
        return self._ends(tuple(words[1:4]), words, changed)

    def thiqa(self, *words: str, **changed: str | None) -> Run:
        """Run a verb to its end."""
        return self._ends(words, [sys.executable, "-m", "deploy.command", *words], changed)

    def _ends(self, name: tuple[str, ...], words: list[str], changed: dict[str, str | None]) -> Run:
        done = subprocess.run(
            words,
            env=self._with(changed),
            cwd=self.folder / "cwd",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=240,
        )
        run = Run(name, done.returncode, done.stdout)
        self.runs.append(run)
        return run

    @contextmanager
    def going_on(self, *words: str) -> Iterator[int]:
        """A verb that goes on until it is interrupted; its process."""
        with subprocess.Popen(
            [sys.executable, "-m", "deploy.command", *words],
            env=self._with({}),
            cwd=self.folder / "cwd",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            try:
                yield process.pid
            finally:
                process.send_signal(2)
                said, _ = process.communicate(timeout=20)
                self.runs.append(Run(words, process.returncode, said))

    def _with(self, changed: dict[str, str | None]) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("THIQA_")}
        given = {**inherited, **self.environment, **changed}
        return {name: value for name, value in given.items() if value is not None}

    @property
    def opened(self) -> set[str]:
        """What our processes opened for writing."""
        return set((self.folder / "notes.txt").read_text().splitlines())


def _afternoon() -> str:
    """A time zone in which it is about three: no quiet hours, whenever this runs."""
    return f"Etc/GMT{datetime.now(UTC).hour - 15:+d}" if datetime.now(UTC).hour else "Etc/GMT-14"
