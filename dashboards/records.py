"""What the public's pages read beside a release: the file of actions that officers published."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dashboards.actions import FILE, decoded
from dashboards.scene import Action, Look

LARGEST = 8 * 1024 * 1024
_LOG = logging.getLogger(__name__)


@dataclass
class PublishedActions:
    """The actions in a directory's file, read again when it changes; none where there is no file or it is not whole."""

    directory: Path
    _seen: tuple[int, int, int] | None = field(default=None, init=False)
    _kept: tuple[Action, ...] = field(default=(), init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def actions(self, area: str) -> Sequence[Action]:
        """Of an area ("" all), newest first."""
        return tuple(action for action in self._current() if area in ("", action.area))

    def looks(self, before: int | None, most: int) -> Sequence[Look]:  # noqa: ARG002  # the public sees none
        """None."""
        return ()

    def trail_faults(self) -> Sequence[str]:
        """None."""
        return ()

    def _current(self) -> tuple[Action, ...]:
        path = self.directory / FILE
        with self._lock:
            try:
                stat = path.stat()
            except OSError:
                self._seen, self._kept = None, ()
                return ()
            seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if seen != self._seen:
                self._seen, self._kept = seen, _read(path, stat.st_size)
            return self._kept


def _read(path: Path, size: int) -> tuple[Action, ...]:
    try:
        if size > LARGEST:
            raise ValueError("too large")
        found = decoded(path.read_bytes())
    except (OSError, ValueError):
        _LOG.warning("the file of published actions cannot be read")
        return ()
    return tuple(sorted(found, key=lambda action: (action.day, action.number), reverse=True))
