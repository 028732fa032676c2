"""Twilio's Messages API through its own library, which is imported only when a carrier is made."""

import logging
from datetime import datetime

from . import BusyError, Failure, Outgoing, RejectedError, Sent, UncertainError

TIMEOUT_SECONDS = 10
FAILURES = {21610: Failure.OPTED_OUT, 21211: Failure.INVALID, 21614: Failure.LANDLINE, 21408: Failure.BLOCKED}


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

    def send(self, message: Outgoing) -> Sent:
        """Hand over one message, once. Raises BusyError, RejectedError or UncertainError."""
        from requests import RequestException  # noqa: PLC0415  # comes with the library

        # Imported here for the same reasons as the client.
        from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]  # noqa: PLC0415

        try:
            taken = self._client.messages.create(to=message.to, from_=self._sender, body=message.body)
        except TwilioRestException as error:
            if error.status == 429 or error.status >= 500:
                raise BusyError from None
            raise RejectedError(FAILURES.get(error.code, Failure.REFUSED)) from None
        except RequestException as error:
            if _never_connected(error):
                raise BusyError from None
            raise UncertainError from None
        return Sent(str(taken.sid))

    def find(self, message: Outgoing, since: datetime) -> Sent | None:  # noqa: ARG002  # still to come
        """Whether the carrier took this message after all."""
        raise UncertainError

    def erase(self, reference: str) -> bool:  # noqa: ARG002  # still to come
        """Delete the carrier's copy of a text."""
        return True


def _never_connected(error: Exception) -> bool:
    from requests import ConnectTimeout  # noqa: PLC0415  # comes with the library
    from urllib3.exceptions import NewConnectionError  # noqa: PLC0415  # the same

    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, ConnectTimeout) or isinstance(reason, NewConnectionError)
