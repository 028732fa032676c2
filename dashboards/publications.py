"""The chain of releases as oversight sees it: every act, and what is wrong with any of it.

A check reads every file of every release, so that its result is kept for some minutes.
"""

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from analytics.release import ReleaseError
from analytics.release.chain import verify_all
from analytics.release.content import fault as _
from dashboards.scene import Act, Publications

KEPT_FOR = 300.0  # seconds


@dataclass
class CheckedChain:
    """The chain beside the releases in a directory; a call checks it, or repeats a result that is fresh.

    pinned: the public keys that may sign, in hexadecimal; none means any.
    """

    directory: Path
    pinned: Collection[str] = ()
    clock: Callable[[], float] = time.monotonic
    _kept: tuple[float, Publications] | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __call__(self) -> Publications:
        """The acts, oldest first, and the faults. Never raises ReleaseError: what is wrong is what it says."""
        with self._lock:
            if self._kept is None or self.clock() - self._kept[0] >= KEPT_FOR:
                self._kept = self.clock(), _checked(self.directory, self.pinned)
            return self._kept[1]


def _checked(directory: Path, pinned: Collection[str]) -> Publications:
    try:
        found = verify_all(directory, pinned)
    except ReleaseError as error:
        return Publications(is_kept=True, faults=(error.fault,))
    except OSError:
        return Publications(is_kept=True, faults=(_("the directory of releases cannot be read"),))
    acts = tuple(Act(each.act, each.release, each.day, each.reason, each.indicator) for each in found.chain.entries)
    return Publications(is_kept=True, acts=acts, head=found.chain.head, faults=found.wrong)
