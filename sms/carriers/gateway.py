"""Any gateway that is spoken to over HTTP, by templates in channels.toml: an operator's, Kannel, a phone with a SIM.

docs/channels.md has examples. The library `requests`, which comes with Twilio's, is imported only when a carrier is
made. No redirect is followed, and neither an address nor an answer is logged.
"""

import json
import re
from datetime import datetime
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING

from pydantic import ConfigDict, model_validator
from pydantic.dataclasses import dataclass

from . import BusyError, Failure, Outgoing, RejectedError, Sent, UncertainError
from .brought import Inbound, Proof, Receipts
from .calls import Call, at, values_of
from .wire import hush, never_sent

if TYPE_CHECKING:
    from .declared import Channel

CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
MAX_ANSWER_BYTES = 64 * 1024
OURS = frozenset({401, 403, 407})  # our user or secret: no message is at fault


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Gateway:
    """How to send by a gateway, and if it can: to ask for a message, to delete one, to take texts and receipts."""

    send: Call
    find: Call | None = None
    erase: Call | None = None
    inbound: Inbound | None = None
    receipts: Receipts | None = None
    proof: Proof | None = None

    @model_validator(mode="after")
    def _is_sound(self) -> "Gateway":
        if (self.inbound or self.receipts) and not self.proof:
            raise ValueError("what brings texts or receipts needs a proof")
        return self


class GatewayCarrier:
    """One channel by a gateway."""

    def __init__(self, channel: "Channel", secret: str, proof: str, receipts_url: str) -> None:
        from requests import Session  # noqa: PLC0415  # slow, and only the worker needs it

        from .declared import ChannelsError  # noqa: PLC0415  # it imports this module

        gateway = channel.gateway
        if gateway is None:
            raise ChannelsError(f"channel {channel.name} has no [channel.gateway.send]")
        calls = [call for call in (gateway.send, gateway.find, gateway.erase) if call]
        if not secret and any(call.holds_secret for call in calls):
            raise ChannelsError(f"channel {channel.name} needs its secret; see THIQA_SECRET_ in docs/configuration.md")
        hush()
        self.name, self._channel, self._gateway = channel.name, channel, gateway
        self._fixed = {"secret": secret, "proof": proof, "receipts": receipts_url}
        self._session = Session()
        self._session.trust_env = all(call.url.startswith("https:") for call in calls)  # no proxy on the way next door
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def send(self, message: Outgoing) -> Sent:
        """Hand over one message, once. Raises BusyError, RejectedError or UncertainError."""
        call = self._gateway.send
        status, said = self._ask(call, message)
        if status in call.busy or (call.busy_if and call.busy_if.search(said)):
            raise BusyError
        for failure, pattern in call.refused.items():
            if pattern.search(said):
                raise RejectedError(failure)
        if status in call.taken and (call.taken_if is None or call.taken_if.search(said)):
            return Sent(_reference(call, said) or message.token)
        if status in OURS:
            raise BusyError
        if 400 <= status < 500 and status != 408:
            raise RejectedError(Failure.REFUSED)
        raise UncertainError

    def find(self, message: Outgoing, since: datetime) -> Sent | None:  # noqa: ARG002  # a token is used once
        """Whether the gateway knows our token. Raises UncertainError if it cannot be asked at all, or BusyError."""
        call = self._gateway.find
        if call is None:
            raise UncertainError
        try:
            status, said = self._ask(call, message)
        except UncertainError:
            raise BusyError from None  # a question may be asked again
        if status in call.absent:
            return None
        if status in call.taken and (call.taken_if is None or call.taken_if.search(said)):
            return Sent(_reference(call, said) or message.token)
        raise BusyError

    def erase(self, reference: str) -> bool:
        """Delete the gateway's copy, if that is configured; False while it cannot be yet. Raises BusyError."""
        call = self._gateway.erase
        if call is None:
            return True
        try:
            status, said = self._ask(call, Outgoing("", "", ""), reference)
        except UncertainError:
            raise BusyError from None
        if status in call.absent or (status in call.taken and (call.taken_if is None or call.taken_if.search(said))):
            return True
        if status == 409:
            return False
        raise BusyError

    def _ask(self, call: Call, message: Outgoing, reference: str = "") -> tuple[int, str]:
        from requests import RequestException  # noqa: PLC0415  # slow, and only the worker needs it
        from urllib3.exceptions import HTTPError  # noqa: PLC0415  # the same

        values = self._fixed | values_of(message, self._channel.sender) | {"reference": reference}
        request = call.request(values)
        try:
            with self._session.request(
                request.method,
                request.url,
                headers=dict(request.headers),
                data=request.content,
                auth=request.auth,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as answer:
                said = answer.raw.read(MAX_ANSWER_BYTES, decode_content=True)
                return answer.status_code, said.decode("utf-8", "replace")
        except (RequestException, HTTPError, OSError, ValueError) as error:
            raise (BusyError() if never_sent(error) else UncertainError()) from None


def _reference(call: Call, said: str) -> str | None:
    """What names the message at the gateway, if the answer says so in as many words as are kept."""
    found = None
    if call.reference:
        try:
            found = at(json.loads(said), call.reference)
        except (ValueError, RecursionError):
            return None
    elif call.reference_if:
        match = call.reference_if.search(said)
        found = match[1] if match else None
    return found if found and re.fullmatch(r"[\x21-\x7e]{1,64}", found) else None
