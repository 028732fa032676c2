"""The channels that a survey has, each with what it can do: one TOML file (docs/channels.md shows one).

Nothing is guessed: whether replies come back, what a segment costs and how fast a carrier takes messages is declared,
and checked whole before anything is sent. Secrets stand in the environment, never in the file.
"""

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from survey_app.engine import Mode

from . import E164
from .gateway import Gateway

_STRICT = ConfigDict(extra="forbid")
NAME = r"[a-z][a-z0-9-]{0,19}"
_SERVICE = re.compile(r"MG[0-9a-f]{32}", re.ASCII)


class Adapter(StrEnum):
    """The kinds of carrier that Thiqa speaks to."""

    TWILIO = "twilio"
    GATEWAY = "gateway"
    PRETENDED = "pretended"


class Sender(StrEnum):
    """What a message comes from. Nobody can answer a name."""

    NUMBER = "number"
    SHORT_CODE = "short_code"
    NAME = "name"
    SERVICE = "service"


class ChannelsError(ValueError):
    """A file of channels that cannot be used; the message names the file, the place and the reason."""


@dataclass(frozen=True, slots=True, config=_STRICT)
class Channel:
    """A channel and what it can do.

    `price` is for one segment in `currency`; `rate` in messages a second; `window_hours`: how long after a person's
    text she may be written to freely (24 in WhatsApp), None for always; `templates` names the carrier's approved texts
    for what we begin outside of it, by kind and language ("reminder.ar"). `failover` is the channel that steps in.
    """

    name: Annotated[str, Field(pattern=f"^{NAME}$")]
    adapter: Adapter
    mode: Mode = Mode.SMS
    sender: str = ""
    two_way: bool = True
    receipts: bool = True
    encodings: tuple[str, ...] = ("GSM-7", "UCS-2")
    price: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "USD"
    rate: Annotated[float, Field(gt=0)] = 10.0
    window_hours: Annotated[int, Field(gt=0)] | None = None
    failover: str | None = None
    templates: Mapping[str, str] = Field(default_factory=dict)
    gateway: Gateway | None = None

    @property
    def sender_kind(self) -> Sender:
        """What kind of sender the channel has."""
        if _SERVICE.fullmatch(self.sender):
            return Sender.SERVICE
        if E164.fullmatch(self.sender):
            return Sender.NUMBER
        return Sender.SHORT_CODE if self.sender.isdecimal() else Sender.NAME

    @model_validator(mode="after")
    def _is_sound(self) -> "Channel":
        if self.mode not in (Mode.SMS, Mode.WHATSAPP):
            raise ValueError("mode must be sms or whatsapp")
        if self.two_way and self.sender and self.sender_kind is Sender.NAME:
            raise ValueError("a sender that is a name cannot be answered: two_way must be false")
        if self.failover == self.name:
            raise ValueError("a channel cannot step in for itself")
        if (self.gateway is not None) != (self.adapter is Adapter.GATEWAY):
            raise ValueError("needs [channel.gateway.send] if its adapter is a gateway, and only then")
        if self.gateway and self.two_way and not self.gateway.inbound:
            raise ValueError("needs [channel.gateway.inbound], or two_way must be false")
        if self.gateway and self.receipts and not self.gateway.receipts:
            raise ValueError("needs [channel.gateway.receipts], or receipts must be false")
        return self


def read_channels(path: Path) -> Mapping[str, Channel]:
    """The channels of a TOML file by name, in its order. Raises ChannelsError with the first fault."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ChannelsError(f"{path.name}: cannot be read ({type(error).__name__})") from None
    try:
        found = TypeAdapter(tuple[Channel, ...]).validate_python(document.get("channel", ()))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = " ".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
        raise ChannelsError(f"{path.name}: channel {place} {first['msg'].removeprefix('Value error, ')}") from None
    channels = {channel.name: channel for channel in found}
    if not channels or len(channels) < len(found):
        raise ChannelsError(f"{path.name}: must have a [[channel]] or several, each with a name of its own")
    for channel in found:
        if channel.failover and channel.failover not in channels:
            raise ChannelsError(f"{path.name}: channel {channel.name} names a failover that is not there")
    return channels
