"""The release that is shown: read when first asked for, and again when another one becomes the latest.

Whatever is wrong with the files ends as a ReleaseError, so that a reader is told so and never sees half a release.
"""

import threading
from dataclasses import dataclass, field
from pathlib import Path

from analytics.release import Release, ReleaseError, latest, read
from dashboards.access import scoped

MOST_PARTS = 64


@dataclass
class LatestRelease:
    """The latest release below a directory, kept in memory for as long as it is the latest.

    pinned: keys of which one must have signed it; none asks for no signature.
    """

    directory: Path
    pinned: tuple[str, ...] = ()
    _kept: Release | None = field(default=None, init=False)
    _parts: dict[frozenset[str], Release] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def current(self) -> Release:
        """The latest release; a call costs one small file while that is the same. Raises ReleaseError."""
        with self._lock:
            path = latest(self.directory)
            if self._kept is None or self._kept.id != path.name:
                self._kept = None
                self._kept = _whole(path, self.pinned)
                self._parts.clear()
            return self._kept

    def part(self, areas: frozenset[str]) -> Release:
        """The latest release with these areas alone, kept as long as it is the latest. Raises ReleaseError."""
        whole = self.current()
        with self._lock:
            if areas not in self._parts:
                if len(self._parts) >= MOST_PARTS:
                    self._parts.clear()
                self._parts[areas] = scoped(whole, areas)
            return self._parts[areas]


def _whole(path: Path, pinned: tuple[str, ...]) -> Release:
    try:
        release = read(path, pinned)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ReleaseError(f"{path.name} does not hold what a release holds") from error
    if not release.waves or not release.indicators:
        raise ReleaseError(f"{path.name} holds no wave or no indicator")
    return release
