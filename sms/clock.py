"""The time. Everything is given a clock, so that a test can set it; only here is the real one read."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)
