"""Carriers: who takes a message to a phone. A new one needs a name and three functions.

A failure has one of three names, by what is known: surely not taken, refused for good, or nobody knows. No error
carries a number or a text.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Failure(StrEnum):
    """Why a message did not arrive, by what can be done about it."""

    OPTED_OUT = "opted_out"  # the recipient told the carrier STOP
    INVALID = "invalid"  # no such number
    LANDLINE = "landline"  # a number that takes no texts
    UNREACHABLE = "unreachable"  # switched off, out of reach: perhaps another day
    BLOCKED = "blocked"  # filtered, or a country that the account may not text: the channel must be looked at
    REFUSED = "refused"  # anything else that the carrier will never take
    GAVE_UP = "gave_up"  # tried as often as it may be


class Fate(StrEnum):
    """What a carrier says became of a message that it had taken."""

    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as a carrier is handed it. `token` is our own name for it, told to the carrier and by its receipts."""

    token: str
    to: str = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """The carrier has the message, under its own reference."""

    reference: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a carrier tells of a message later, found by our token or else by its reference."""

    channel: str
    token: str | None
    reference: str | None = field(repr=False)
    fate: Fate
    failure: Failure | None = None


class BusyError(Exception):
    """The carrier surely did not take the message: later, again."""


class RejectedError(Exception):
    """The carrier will never take this message, and why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"the carrier refused the message: {failure.value}")
        self.failure = failure


class UncertainError(Exception):
    """The message may or may not have been taken: not to be sent again blindly."""


class Carrier(Protocol):
    """What sends. Each call takes seconds at most and may be made from several threads at once."""

    @property
    def name(self) -> str:
        """The channel's name in the outbox."""
        ...

    def send(self, message: Outgoing) -> Sent:
        """Hand over one message. Raises BusyError, RejectedError or UncertainError."""
        ...

    def find(self, message: Outgoing, since: datetime) -> Sent | None:
        """Whether the carrier took this message after all, if it can be asked. Raises BusyError, UncertainError."""
        ...

    def erase(self, reference: str) -> bool:
        """Delete the carrier's copy of a text, in or out; False while it cannot be yet. Raises BusyError."""
        ...
