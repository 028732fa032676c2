"""The waves' own keys: each a file beside the database, never in it and in none of its backups.

What is sealed with such a key, or named by it, opens and is found again only while the file is there. Once a wave has
ended the file is destroyed: drafts and conversations in old backups, replicas and logs are noise from then on, also for
who has the cookie or the channel's key.
"""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, unquote

KEY_BYTES = 32
_ENDING = ".key"


class WaveKeyError(Exception):
    """A key that cannot be read, written or destroyed, or that is missing though there is work of it. Says no key."""


def _content(file: Path) -> bytes:
    # Read anew for each page and text, so that a destroyed key is missed at once: by the shortest way.
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, KEY_BYTES + 1)
    finally:
        os.close(descriptor)


@lru_cache(maxsize=64)
def _file(folder: Path, wave: str) -> Path:
    return folder / f"{quote(wave, safe='')}{_ENDING}"


@dataclass(frozen=True, slots=True)
class WaveKeys:
    """The folder of the keys. Every process of a room reads the same; only their owner may look into it.

    A key that is missing while its wave is in the field is a fault (a disk that is not there), never a reason to make
    another: `needed` is how a room asks for it.
    """

    folder: Path

    def find(self, wave: str) -> bytes | None:
        """The key of this wave; None if it was destroyed, or never made. Raises WaveKeyError if it cannot be read."""
        try:
            found = _content(self._file(wave))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise WaveKeyError(f"the key of wave {wave} cannot be read ({error.strerror})") from None
        if len(found) != KEY_BYTES:
            raise WaveKeyError(f"the key of wave {wave} is damaged")
        return found

    def needed(self, wave: str, *, begun: Callable[[], bool]) -> bytes:
        """The key of a wave in the field, made if nothing has `begun` that hangs on it. Raises WaveKeyError."""
        if (found := self.find(wave)) is not None:
            return found
        if begun():
            raise WaveKeyError(f"the key of wave {wave} is not there, and it was")
        return self.make(wave)

    def make(self, wave: str) -> bytes:
        """The key of a wave, made if there is none. Raises WaveKeyError if it cannot be kept."""
        if (found := self.find(wave)) is not None:
            return found
        try:
            self._write(wave)
        except OSError as error:
            raise WaveKeyError(f"the key of wave {wave} cannot be written ({error.strerror})") from None
        return self.find(wave) or self.make(wave)

    def waves(self) -> frozenset[str]:
        """The waves whose keys are here."""
        return frozenset(unquote(file.name.removesuffix(_ENDING)) for file in self.folder.glob(f"*{_ENDING}"))

    def destroy(self, wave: str) -> bool:
        """Overwrite and delete the key of a wave; False if there was none. Raises WaveKeyError if it cannot be.

        A journalling or copy-on-write disk may keep the old blocks: the folder belongs on one that is encrypted, or in
        memory.
        """
        try:
            with self._file(wave).open("r+b") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            self._file(wave).unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise WaveKeyError(f"the key of wave {wave} cannot be destroyed ({error.strerror})") from None
        return True

    def _write(self, wave: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = self.folder / f".{secrets.token_hex(8)}"
        try:
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            # Linking fails where another process was quicker; its key is then the wave's.
            with suppress(FileExistsError):
                os.link(new, self._file(wave))
        finally:
            new.unlink(missing_ok=True)

    def _file(self, wave: str) -> Path:
        return _file(self.folder, wave)
