"""The text channel as it runs in earnest: its server, its workers and its verbs as processes, and the carrier's server.

The site's address is https and named in the settings; the server is reached by http on this machine, as behind a proxy.
"""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import Engine
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # the library has no types

from analytics.custody import KeyPair
from sms.memory import READ
from sms.sending import quiet
from survey_app.engine import Questionnaire
from survey_app.fieldwork import field as fielded
from survey_app.storage.database import writing
from tests.faults.conftest import url_of
from tests.faults.server import HOST, ROOT, Pairs, Server, served

from .carriers.twilio_server import ACCOUNT
from .carriers.twilio_server import Server as Twilio

WAVE = "2026-q4"
SENDER = "+15005550006"
CHANNELS = f"""
[[channel]]
name = "sms"
adapter = "twilio"
sender = "{SENDER}"
price = "0.01"
rate = 100

[[channel]]
name = "whatsapp"
adapter = "twilio"
mode = "whatsapp"
sender = "{SENDER}"
window_hours = 24
price = "0.005"
"""
PROXY = (("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", HOST))
FORM = ("Content-Type", "application/x-www-form-urlencoded")
UNREAD = READ + timedelta(seconds=0.05)  # nobody answers sooner
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
AWAKE = quiet.Rules("MA", None, quiet.night("23:59-00:00"), quiet.night("23:59-00:00"), None)


@dataclass
class Town:
    """A folder of a run, its database, and the environment that its processes get."""

    folder: Path
    engine: Engine
    keys: KeyPair
    carrier: str
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    _channel_key: str = field(default_factory=lambda: secrets.token_hex(32))
    _site_key: str = field(default_factory=lambda: secrets.token_hex(32))

    def __post_init__(self) -> None:
        (self.folder / "said").mkdir()
        (self.folder / "channels.toml").write_text(CHANNELS)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PYTHONPATH": str(ROOT),
            "PYTHONFAULTHANDLER": "1",
            "COLUMNS": "200",
            "THIQA_DATABASE_URL": url_of(self.engine),
            "THIQA_PUBLIC_URL": f"https://{HOST}",
            "THIQA_PROXIES": "1",
            "THIQA_CUSTODIAN_PUBLIC_KEY": self.keys.public,
            "THIQA_SITE_KEY": self._site_key,
            "THIQA_CHANNEL_KEY": self._channel_key,
            "THIQA_WAVE_KEYS": str(self.folder / "wavekeys"),
            "THIQA_CHANNELS": str(self.folder / "channels.toml"),
            "THIQA_SPOOL": str(self.folder / "spool"),
            "THIQA_TWILIO_ACCOUNT_SID": ACCOUNT,
            "THIQA_TWILIO_AUTH_TOKENS": self.token,
            "THIQA_TWILIO_BASE_URL": self.carrier,
            "THIQA_QUIET_NIGHT": "23:59-00:00",
            "THIQA_QUIET_RAMADAN": "23:59-00:00",
            "THIQA_QUIET_FRIDAY": "",
        }

    @property
    def logs(self) -> str:
        """All that the processes have said."""
        return "\n".join(file.read_text(errors="replace") for file in sorted((self.folder / "said").iterdir()))

    def field(self, form: Questionnaire) -> None:
        """Begin a wave that is in the field today. Skips on the days of the year on which nobody is written to."""
        now = datetime.now(UTC)
        if quiet.ends(now, AWAKE):
            pytest.skip("a holiday: invitations rest today")
        with writing(self.engine) as session:
            fielded(session, form, WAVE, now.date() - timedelta(1), now.date() + timedelta(30))

    def thiqa(self, *words: str, **more: str) -> str:
        """Run a verb to its end, which must be a good one; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "deploy.command", *words],
            env=self._with(more),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        self._keep(words, done.stdout + done.stderr)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def server(self) -> Iterator[Server]:
        """The server with the text channel at /sms, as `thiqa serve` starts it."""
        place = self.folder / "server"
        place.mkdir()
        with served(place, self.environment, "deploy.wsgi:everything()") as running:
            yield running
        self._keep(("server",), running.log)

    @contextmanager
    def worker(self) -> Iterator[None]:
        """A worker that sends for ever; it must still run at the end, and stop when it is interrupted."""
        with (self.folder / "said" / f"worker-{secrets.token_hex(4)}").open("wb") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "deploy.command", "sms", "send", "--forever"],
                env=self._with({}),
                cwd=self.folder,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
            try:
                yield
                assert process.poll() is None, self.logs
            finally:
                process.send_signal(2)
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def _keep(self, words: tuple[str, ...], said: str) -> None:
        (self.folder / "said" / f"{'-'.join(words[:2])}-{secrets.token_hex(4)}").write_text(said)

    def _with(self, more: Mapping[str, str]) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("THIQA_")}
        return own | self.environment | dict(more)


@dataclass(frozen=True)
class Post:
    """The carrier's hand: it brings texts and receipts to the server, signed, by a proxy."""

    town: Town
    server: Server
    twilio: Twilio

    def brings(self, number: str, text: str, channel: str = "sms", times: int = 1) -> int:
        """A person's text, of which the carrier keeps a copy, so many times over; the worst status of the answers."""
        prefix = "whatsapp:" if channel == "whatsapp" else ""
        to, sender = f"{prefix}{SENDER}", f"{prefix}{number}"
        kept = self.twilio.create({"To": to, "From": sender, "Body": text})
        kept.direction, kept.status = "inbound", "received"
        form = {
            "AccountSid": ACCOUNT,
            "ApiVersion": "2010-04-01",
            "Body": text,
            "From": sender,
            "MessageSid": kept.sid,
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsMessageSid": kept.sid,
            "SmsSid": kept.sid,
            "SmsStatus": "received",
            "To": to,
        }
        return max(self.asks(f"https://{HOST}/sms/{channel}", form) for _ in range(times))

    def tells(self, sid: str, status: str, error: int | None = None) -> int:
        """What became of a message of ours, at the address that it was sent with; the status of the answer."""
        message = self.twilio.messages[sid]
        message.status, message.error, message.sent = status, error, message.sent or datetime.now(UTC)
        form = {"AccountSid": ACCOUNT, "From": message.sender or "", "To": message.to, "MessageSid": sid}
        form |= {"MessageStatus": status, "SmsSid": sid, "SmsStatus": status}
        return self.asks(message.callback, form | ({"ErrorCode": str(error)} if error else {}))

    def asks(self, url: str, form: Mapping[str, str], more: Pairs = PROXY, token: str = "") -> int:
        """One request, signed for the address that the carrier knows, as it comes through the proxy."""
        signature = RequestValidator(token or self.town.token).compute_signature(url, dict(form))
        where = urlsplit(url)
        target = where.path + (f"?{where.query}" if where.query else "")
        headers = (FORM, ("X-Twilio-Signature", signature), *more)
        return self.server.ask("POST", target, urlencode(form).encode(), headers).status


@dataclass
class Phone:
    """A phone in somebody's hand: all that it shows, ours and hers in their order."""

    post: Post
    number: str
    channel: str = "sms"
    shown: list[tuple[str, str]] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _read: datetime = LONG_AGO

    @property
    def address(self) -> str:
        return f"whatsapp:{self.number}" if self.channel == "whatsapp" else self.number

    def arrives(self, status: str = "delivered", error: int | None = None, seconds: float = 30) -> str:
        """Wait for the next message; the carrier tells what became of it."""
        end = time.monotonic() + seconds
        while not (new := self._new()):
            assert time.monotonic() < end, f"nothing came after {len(self.shown)} texts\n{self.post.town.logs}"
            time.sleep(0.02)
        sid = min(new)
        self._seen.add(sid)
        message = self.post.twilio.messages[sid]
        self._read = message.created + UNREAD
        assert self.post.tells(sid, "sent") == 200
        assert self.post.tells(sid, status, error) == 200
        self.shown.append(("thiqa", message.body))
        return message.body

    def says(self, text: str) -> str:
        """Text, and wait for what comes in return."""
        self.texts(text)
        return self.arrives()

    def texts(self, text: str, times: int = 1) -> None:
        """Text once what came last has been read; the carrier brings it so many times over."""
        time.sleep(max(0.0, (self._read - datetime.now(UTC)).total_seconds()))
        assert self.post.brings(self.number, text, self.channel, times) == 200
        self.shown.append(("person", text))

    def _new(self) -> list[str]:
        mine = [each for each in list(self.post.twilio.messages.values()) if each.to == self.address]
        return [each.sid for each in mine if each.sid not in self._seen and each.direction == "outbound-api"]


def until(done: Callable[[], object], seconds: float = 30) -> None:
    """Wait for something that the processes will do."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def together(*acts: Callable[[], object]) -> None:
    """Do all of this at the same time."""
    with ThreadPoolExecutor(len(acts)) as hands:
        for done in [hands.submit(act) for act in acts]:
            done.result()
