"""Carriers: who takes a message to a phone. A new one needs a name and three functions.

A failure has one of three names, by what is known: surely not taken, refused for good, or nobody knows. No error
carries a number or a text.
"""

import os
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from survey_app.engine import Mode

if TYPE_CHECKING:
    from ..settings import ChannelSettings
    from .declared import Channel

E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
TOKEN = re.compile(r"[0-9a-f]{32}")


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
    """A message as a carrier is handed it. `token` is our own name for it, told to the carrier and by its receipts.

    `template` ("reminder.ar") asks for the text that the carrier approved for what we begin, where the channel has a
    window; `variables` (an address of the survey) fill it in their order. Elsewhere the body is sent.
    """

    token: str
    to: str = field(repr=False)
    body: str = field(repr=False)
    template: str = ""
    variables: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A person's text as a carrier brought it; `opt_out` is STOP, START or HELP where the carrier acted on it itself.

    The sender is in international form. The text is empty where there was none, or none that could be decoded.
    """

    reference: str = field(repr=False)
    sender: str = field(repr=False)
    text: str = field(repr=False)
    mode: Mode = Mode.SMS
    opt_out: str | None = None


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


def receipts_url(channel: "Channel", settings: "ChannelSettings") -> str:
    """Where the carrier of a channel tells what became of our messages."""
    return f"{settings.channel_url(channel.name)}/receipts"


def open_carrier(channel: "Channel", settings: "ChannelSettings") -> Carrier:
    """What sends on a channel. Raises declared.ChannelsError with what must be set.

    Imports the carrier's client, which is slow and large; who only takes texts does without.
    """
    from .declared import Adapter, ChannelsError  # noqa: PLC0415  # it imports this module
    from .gateway import GatewayCarrier  # noqa: PLC0415  # only who sends needs it
    from .twilio import TwilioCarrier  # noqa: PLC0415  # it imports this module

    told = receipts_url(channel, settings)
    if channel.adapter is Adapter.PRETENDED:
        from ..clock import utc  # noqa: PLC0415  # the same
        from .pretended import PretendedCarrier  # noqa: PLC0415  # only the demo has it

        return PretendedCarrier(utc, channel.name)
    if channel.adapter is Adapter.GATEWAY:
        return GatewayCarrier(channel, secret(channel.name), secret(channel.name, "INBOUND"), told)
    account, tokens = settings.twilio_account_sid, settings.twilio_auth_tokens
    if not account or not tokens or not channel.sender:
        needed = "THIQA_TWILIO_ACCOUNT_SID, THIQA_TWILIO_AUTH_TOKENS and THIQA_TWILIO_SENDER"
        raise ChannelsError(f"{needed} (or the channel's sender) must be set to send. See docs/configuration.md.")
    return TwilioCarrier(channel, account, tokens[0].get_secret_value(), told, settings.twilio_base_url)


def secret(name: str, suffix: str = "") -> str:
    """A gateway's secret, THIQA_SECRET_<NAME>, or with the suffix "INBOUND" what it proves itself by; "" if unset."""
    from dotenv import dotenv_values  # noqa: PLC0415  # comes with the settings' library

    variable = "_".join(("THIQA_SECRET", name.upper().replace("-", "_"), *filter(None, (suffix,))))
    file = os.environ.get("THIQA_ENV_FILE")
    return os.environ.get(variable) or (file and dotenv_values(file).get(variable)) or ""
