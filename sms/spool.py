"""Texts that wait on disk while they cannot be taken: sealed, of one size, in the order in which they came.

A text is in its file, and the file in its folder, before anybody is told that it was taken; it leaves only once the
database has it. Whoever dies in between leaves it to be taken again, and its id makes sure that it counts once.
"""

import fcntl
import json
import logging
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from survey_app.intake import padded, unpadded
from survey_app.wavekeys import WaveKeyError

from .clock import Clock
from .keys import Keys
from .memory import OvertakenError
from .reception import Inbound, receive
from .settings import ChannelSettings

SEALED_BYTES = 8_192  # the longest text in the longest letters, and what stands around it
MAX_TEXT_CHARS = 1_600  # the reception reads no more of a text
TRIES = 5
PATIENCE_SECONDS = 3.0
_ASIDE = ".aside"
_WRITING, _DRAINING = ".writing", ".draining"
_AWAY = (SQLAlchemyError, WaveKeyError, OvertakenError)
_OF_THE_TEXT = (DataError, IntegrityError)
_log = logging.getLogger(__name__)
Take = Callable[[Inbound], None]


class FullError(Exception):
    """As many texts wait as may wait."""


@dataclass(frozen=True, slots=True)
class Spool:
    """The folder of the texts that wait, the key that seals them, and how many may wait.

    A text's file is named by its place in the order, a random part, and how often it was tried in vain.
    """

    folder: Path
    keys: Keys = field(repr=False)
    most: int

    def waits(self) -> bool:
        """Whether any text waits."""
        try:
            return any(_is_text(name) for name in os.listdir(self.folder))  # noqa: PTH208  # asked for every text
        except FileNotFoundError:
            return False
        except OSError as error:  # a broken disk keeps nobody from the database
            _log.critical("THE TEXTS ON DISK CANNOT BE READ: %s", type(error).__name__)
            return False

    def waiting(self) -> int:
        """How many texts wait."""
        return len(self._names()) if self.folder.is_dir() else 0

    def aside(self) -> int:
        """How many texts were set aside since they could not be taken."""
        return len(list(self.folder.glob(f"*{_ASIDE}")))

    def put(self, inbound: Inbound) -> None:
        """Write a text behind all others; it is there when this returns. Raises FullError, OSError."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _locked(self.folder / _WRITING):
            waiting = self._names()
            if len(waiting) >= self.most:
                raise FullError
            place = int(waiting[-1].partition("-")[0]) + 1 if waiting else 1
            name = f"{place:012}-{secrets.token_hex(8)}"
            new = self.folder / f".new-{secrets.token_hex(8)}"
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(self.keys.seal(_written(inbound), _sealed_at(name)))
                file.flush()
                os.fsync(file.fileno())
            new.rename(self.folder / f"{name}-0")
            _sync(self.folder)

    def drain(self, take: Take, seconds: float = PATIENCE_SECONDS) -> int:
        """Take what waits, in order, for so long at most; how many were taken. One process at a time does it.

        It ends at the first text that cannot be taken now. One that fails TRIES times by its own fault is set aside.
        """
        end, done = time.monotonic() + seconds, 0
        # Somebody may have written a text between the last look and the end of the lock: look once more after it.
        while self.waits():
            with _locked(self.folder / _DRAINING, wait=False) as ours:
                if not ours:
                    return done
                self._sweep()
                for name in self._names():
                    if time.monotonic() > end or not self._take(name, take):
                        return done
                    done += 1
        return done

    def _take(self, name: str, take: Take) -> bool:
        """Whether the next one can be tried."""
        base, _, tries = name.rpartition("-")
        try:
            sealed = (self.folder / name).read_bytes()
            take(_read(self.keys.unseal(sealed, _sealed_at(base))))
        except Exception as error:  # noqa: BLE001  # whatever it is, the text stays; its words may hold values
            away = isinstance(error, (*_AWAY, OSError)) and not isinstance(error, _OF_THE_TEXT)
            if away:
                _log.warning("texts wait on disk: %s", type(error).__name__)
                return False
            again = f"{base}-{int(tries) + 1}" if int(tries) + 1 < TRIES else f"{base}{_ASIDE}"
            (self.folder / name).rename(self.folder / again)
            _sync(self.folder)
            _log.error("a text that waited could not be taken: %s", type(error).__name__)
            return again.endswith(_ASIDE)
        self._delete(name)
        return True

    def _delete(self, name: str) -> None:
        # Renamed first: killed in the middle, what is half overwritten is no text any more.
        gone = self.folder / f".gone-{secrets.token_hex(8)}"
        (self.folder / name).rename(gone)
        _shred(gone)

    def _sweep(self) -> None:
        """Delete what killed processes left; whoever writes is waited for, so nothing of theirs is among it."""
        with _locked(self.folder / _WRITING):
            for left in (*self.folder.glob(".new-*"), *self.folder.glob(".gone-*")):
                _shred(left)

    def _names(self) -> list[str]:
        return sorted(filter(_is_text, os.listdir(self.folder)))  # noqa: PTH208  # names are all that is needed


def of(settings: ChannelSettings) -> Spool:
    """The spool of a channel."""
    return Spool(settings.spool, settings.keys, settings.spool_texts)


def drain(settings: ChannelSettings, engine: Engine, clock: Clock, seconds: float = PATIENCE_SECONDS) -> int:
    """Take what waits on disk, for so long at most; how many texts were taken. For the worker, in each round."""
    return of(settings).drain(lambda inbound: receive(settings, engine, inbound, clock()), seconds)


def _is_text(name: str) -> bool:
    return not name.startswith(".") and not name.endswith(_ASIDE)


def _sealed_at(name: str) -> str:
    return f"spool:{name}"


def _written(inbound: Inbound) -> bytes:
    received = inbound.received.isoformat() if inbound.received else None
    said = inbound.text[:MAX_TEXT_CHARS]
    content = (inbound.channel, inbound.reference, inbound.sender, said, received, inbound.opt_out)
    written = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return padded(written.encode("utf-8", "surrogatepass"), step=SEALED_BYTES)


def _read(content: bytes) -> Inbound:
    channel, reference, sender, text, received, opt_out = json.loads(unpadded(content).decode("utf-8", "surrogatepass"))
    return Inbound(channel, reference, sender, text, received and datetime.fromisoformat(received), opt_out)


def _shred(file: Path) -> None:
    with suppress(FileNotFoundError):
        with file.open("r+b") as content:
            content.write(secrets.token_bytes(max(file.stat().st_size, 1)))
            content.flush()
            os.fsync(content.fileno())
        file.unlink()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _locked(file: Path, *, wait: bool = True) -> Iterator[bool]:
    """A lock that its process's death frees; False if it is another's and is not waited for."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
