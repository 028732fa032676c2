"""Carriers: who takes a message to a phone. Twilio first; another one needs a name and one function.

A failure has one of three names, by what is known: surely not taken, refused for good, or nobody knows. No error
carries a number or a text.
"""

import logging
from dataclasses import dataclass
from typing import Protocol

TIMEOUT_SECONDS = 10
OPTED_OUT = 21610  # Twilio: the recipient told the carrier STOP


@dataclass(frozen=True, slots=True)
class Sent:
    """The carrier has the message, under its own reference."""

    reference: str


class BusyError(Exception):
    """The carrier surely did not take the message: later, again."""


class RejectedError(Exception):
    """The carrier will never take this message."""

    def __init__(self, code: int | None = None) -> None:
        super().__init__(f"the carrier refused the message, code {code}")
        self.opted_out = code == OPTED_OUT


class UncertainError(Exception):
    """The message may or may not have been taken: not to be sent again blindly."""


class Carrier(Protocol):
    """What sends."""

    @property
    def name(self) -> str:
        """The channel's name in the outbox."""
        ...

    def send(self, to: str, body: str) -> Sent:
        """Hand over one message. Raises BusyError, RejectedError or UncertainError."""
        ...


class TwilioCarrier:
    """Twilio's Messages API through its own library, which is imported only when a carrier is made."""

    name = "twilio"

    def __init__(self, account: str, token: str, sender: str, base_url: str | None = None) -> None:
        # Imported here since it is slow and large, and only the worker needs it; it has no types.
        from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]  # noqa: PLC0415
        from twilio.rest import Client  # type: ignore[import-untyped]  # noqa: PLC0415

        silent = logging.getLogger("sms.carriers.silent")  # the library logs each request's address and headers
        silent.disabled = True
        http = TwilioHttpClient(timeout=TIMEOUT_SECONDS, logger=silent)
        self._client, self._sender = Client(account, token, http_client=http), sender
        if base_url:
            self._client.api.base_url = base_url

    def send(self, to: str, body: str) -> Sent:
        """Hand over one message, once. Raises BusyError, RejectedError or UncertainError."""
        from requests import RequestException  # noqa: PLC0415  # comes with the library

        # Imported here for the same reasons as the client.
        from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]  # noqa: PLC0415

        try:
            message = self._client.messages.create(to=to, from_=self._sender, body=body)
        except TwilioRestException as error:
            if error.status == 429 or error.status >= 500:
                raise BusyError from None
            raise RejectedError(error.code) from None
        except RequestException as error:
            if _never_connected(error):
                raise BusyError from None
            raise UncertainError from None
        return Sent(str(message.sid))


def _never_connected(error: Exception) -> bool:
    from requests import ConnectTimeout  # noqa: PLC0415  # comes with the library
    from urllib3.exceptions import NewConnectionError  # noqa: PLC0415  # the same

    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, ConnectTimeout) or isinstance(reason, NewConnectionError)
