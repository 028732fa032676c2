"""The gate of open links: how many starts come from where, known only as a keyed hash, in memory, for an hour.

The key is random, made anew each hour and never written, so that neither a log nor a core of yesterday names anybody.
Many people share one address behind a carrier: too many starts from one cost a puzzle or a wait, and only far too many
a refusal. It counts for one process.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from threading import Lock

HOUR, MINUTE = 3_600, 60
REFUSED_AT = 20  # times the limit of one address
WRONG_CODES = 20  # an hour from one address
MAX_ADDRESSES = 50_000
# Leading zero bits of SHA-256. Chromium on one core took half a second for the easiest and one to five for the hardest.
EASIEST_BITS, HARDEST_BITS = 15, 19


@dataclass(frozen=True, slots=True)
class Limits:
    """Starts on open links that cost nothing: in a minute in all, in an hour from one address."""

    a_minute: int
    an_hour_from_one: int


@dataclass(slots=True)
class _Window:
    """What was counted since `since`, by hashed address, under a key of its own."""

    since: float
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    starts: dict[bytes, int] = field(default_factory=dict)
    wrong: dict[bytes, int] = field(default_factory=dict)
    waits: dict[bytes, float] = field(default_factory=dict)


class Gate:
    """Counts in memory; safe among threads. `ticks` gives seconds."""

    def __init__(self, limits: Limits, ticks: Callable[[], float]) -> None:
        self._limits, self._ticks, self._lock = limits, ticks, Lock()
        self._hour = _Window(ticks())
        self._minute, self._in_minute, self._before = ticks(), 0, 0

    def bits(self, address: str) -> int | None:
        """How hard a puzzle the next start from here must solve: 0 for none, None for a refusal."""
        with self._lock:
            self._turn()
            here = self._hour.starts.get(self._hashed(address), 0) / self._limits.an_hour_from_one
            everywhere = max(self._in_minute, self._before) / self._limits.a_minute
        if here >= REFUSED_AT:
            return None
        excess = max(here, everywhere, len(self._hour.starts) / MAX_ADDRESSES)
        return 0 if excess < 1 else min(HARDEST_BITS, EASIEST_BITS + int(excess - 1))

    def started(self, address: str) -> None:
        """A start on an open link."""
        with self._lock:
            self._turn()
            self._in_minute += 1
            self._count(self._hour.starts, address)

    def wrong(self, address: str) -> None:
        """A code of an invitation or a pause that opened nothing."""
        with self._lock:
            self._turn()
            self._count(self._hour.wrong, address)

    def may_try(self, address: str) -> bool:
        """Whether another code may be tried from here."""
        with self._lock:
            self._turn()
            return self._hour.wrong.get(self._hashed(address), 0) < WRONG_CODES

    def may_wait(self, address: str, seconds: int) -> bool:
        """Whether this address may start for having waited: one browser in so many seconds."""
        with self._lock:
            self._turn()
            name, now = self._hashed(address), self._ticks()
            free = now - self._hour.waits.get(name, 0) >= seconds
            if free and len(self._hour.waits) < MAX_ADDRESSES:
                self._hour.waits[name] = now
            return free

    def _count(self, counts: dict[bytes, int], address: str) -> None:
        name = self._hashed(address)
        if name in counts or len(counts) < MAX_ADDRESSES:
            counts[name] = counts.get(name, 0) + 1

    def _hashed(self, address: str) -> bytes:
        return hashlib.blake2b(_network(address).encode(), key=self._hour.key, digest_size=8).digest()

    def _turn(self) -> None:
        """Begin a new window where the old one has ended, or where the clock went back."""
        now = self._ticks()
        if not 0 <= now - self._hour.since < HOUR:
            self._hour = _Window(now)
        if not 0 <= now - self._minute < MINUTE:
            self._before = self._in_minute if 0 <= now - self._minute < 2 * MINUTE else 0
            self._minute, self._in_minute = now, 0


def _network(address: str) -> str:
    """The address, or for IPv6 the /64 that one subscriber has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    return str(int(parsed) >> 64) if isinstance(parsed, IPv6Address) else str(parsed)
