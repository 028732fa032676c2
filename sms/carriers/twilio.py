"""Twilio's Messages API, for SMS and WhatsApp, through its own library, which is imported only when a carrier is made.

Source: twilio.com/docs/messaging/api/message-resource and twilio.com/docs/api/errors. Twilio splits and renames its
error codes, so a code that the table does not know counts by its HTTP status.
"""

import json
import logging
import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from survey_app.engine import Mode

from . import (
    E164,
    TOKEN,
    BusyError,
    Failure,
    Fate,
    Incoming,
    Outgoing,
    Receipt,
    RejectedError,
    Sent,
    UncertainError,
)
from .declared import Channel, Sender
from .wire import hush, never_sent

TIMEOUT_SECONDS = 10.0
CONNECTIONS = 64
FAILURES: Mapping[int, Failure] = {
    21610: Failure.OPTED_OUT,
    **dict.fromkeys((21211, 21217, 21421, 30005, 63003, 63024), Failure.INVALID),
    **dict.fromkeys((21614, 30006), Failure.LANDLINE),
    **dict.fromkeys((30003, 30008), Failure.UNREACHABLE),
    **dict.fromkeys((21212, 21408, 21603, 21606, 21609, 21612, 30002, 30007), Failure.BLOCKED),
    63016: Failure.REFUSED,
}
OVERFLOWING = frozenset({20429, 21611, 30001, 63018})  # surely not taken, and may be taken later
OURS = frozenset({401, 403, 404, 408})  # the account, its token or its address: no message is at fault
LOOKED_THROUGH = 200  # of the messages to a number, the newest first
SKEW = timedelta(seconds=2)  # between this clock and Twilio's, which tells whole seconds
_PREFIX = "whatsapp:"
_SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
_REFERENCE = re.compile(r"[\w-]{1,64}", re.ASCII)
_FATES = {
    "sent": Fate.SENT,
    "delivered": Fate.DELIVERED,
    "read": Fate.DELIVERED,
    "undelivered": Fate.FAILED,
    "failed": Fate.FAILED,
    "canceled": Fate.FAILED,
}


class TwilioCarrier:
    """One channel on a Twilio account. Nothing of what is sent is logged."""

    def __init__(
        self, channel: Channel, account: str, token: str, receipts_url: str, base_url: str | None = None
    ) -> None:
        # Imported here since it is slow and large, and only the worker needs it; it has no types.
        from requests.adapters import HTTPAdapter  # noqa: PLC0415  # comes with the library
        from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]  # noqa: PLC0415  # as above
        from twilio.rest import Client  # type: ignore[import-untyped]  # noqa: PLC0415  # as above

        silent = logging.getLogger("sms.carriers.silent")  # the library logs each request's address and headers
        silent.disabled = True
        hush()
        http = TwilioHttpClient(timeout=TIMEOUT_SECONDS, logger=silent)
        # The library keeps ten connections, and a worker has more hands: each call would greet Twilio anew.
        for scheme in ("https://", "http://"):
            http.session.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS))
        self.name, self._channel, self._told = channel.name, channel, receipts_url
        self._client = Client(account, token, http_client=http)
        if base_url:
            self._client.api.base_url = base_url

    def send(self, message: Outgoing) -> Sent:
        """Hand over one message, once. Raises BusyError, RejectedError or UncertainError."""
        from requests import RequestException  # noqa: PLC0415  # comes with the library
        from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]  # noqa: PLC0415  # slow

        words = self._words(message)
        try:
            taken = self._client.messages.create(**words)
        except TwilioException as error:
            raise _meaning(error) from None
        except RequestException as error:
            raise (BusyError() if never_sent(error) else UncertainError()) from None
        except ValueError:  # taken, it seems, but what came back is no message
            raise UncertainError from None
        if not taken.sid:
            raise UncertainError
        return Sent(str(taken.sid))

    def find(self, message: Outgoing, since: datetime) -> Sent | None:
        """The message among those to its number since then, if it is there. Raises BusyError or UncertainError.

        The list is not narrowed by the day of sending, which a message that still waits at Twilio does not have. Ask a
        minute after the attempt or later: what Twilio took a moment ago may not be listed yet.
        """
        from requests import RequestException  # noqa: PLC0415  # comes with the library
        from twilio.base.exceptions import TwilioException  # noqa: PLC0415  # slow, and only who sends needs it

        first = since.astimezone(UTC).replace(microsecond=0) - SKEW
        try:
            listed = self._client.messages.list(to=self._address(message.to), limit=LOOKED_THROUGH, page_size=50)
        except (TwilioException, RequestException, ValueError):
            raise BusyError from None  # a question may be asked again
        found = [each for each in listed if self._is_ours(each, message) and _created(each) >= first]
        if self._by_template(message) and len(found) > 1:
            raise UncertainError  # the words of a template are Twilio's, so nothing tells them apart
        return Sent(str(found[-1].sid)) if found else None

    def erase(self, reference: str) -> bool:
        """Delete a message, in or out, with its media; False while Twilio still works on it. Raises BusyError."""
        from requests import RequestException  # noqa: PLC0415  # comes with the library
        from twilio.base.exceptions import TwilioException  # noqa: PLC0415  # slow, and only who sends needs it

        if not _SID.fullmatch(reference):
            return True  # no message of Twilio's has such a name
        message = self._client.messages(reference)
        try:
            for medium in message.media.list() if reference.startswith("MM") else ():
                medium.delete()
            message.delete()
        except TwilioException as error:
            status, code = _status(error)
            if status == 404:
                return True
            if status == 409 or code == 20009:
                return False
            raise BusyError from None
        except (RequestException, ValueError):
            raise BusyError from None
        return True

    def _words(self, message: Outgoing) -> dict[str, str]:
        channel = self._channel
        words = {"to": self._address(message.to)}
        if channel.receipts:
            words["status_callback"] = f"{self._told}?m={message.token}"
        if channel.sender_kind is Sender.SERVICE:
            words["messaging_service_sid"] = channel.sender
        else:
            words["from_"] = self._address(channel.sender)
        if not self._by_template(message):
            return words | {"body": message.body}
        approved = channel.templates.get(message.template)
        if approved is None:
            raise RejectedError(Failure.REFUSED)
        filled = {str(nth): " ".join(value.split()) for nth, value in enumerate(message.variables, 1)}
        return words | {"content_sid": approved, "content_variables": json.dumps(filled, ensure_ascii=False)}

    def _by_template(self, message: Outgoing) -> bool:
        return bool(message.template) and self._channel.window_hours is not None

    def _address(self, number: str) -> str:
        return f"{_PREFIX}{number}" if self._channel.mode is Mode.WHATSAPP else number

    def _is_ours(self, listed: Any, message: Outgoing) -> bool:  # the library has no types
        sender = self._channel.sender
        ours = sender == listed.messaging_service_sid or self._address(sender) == listed.from_
        return ours and (self._by_template(message) or str(listed.body).strip() == message.body.strip())


def receipt(channel: str, form: Mapping[str, str], token: str | None) -> Receipt | None:
    """What a status callback says, found by our token in its address or by Twilio's id; None if it says nothing yet."""
    fate = _FATES.get(form.get("MessageStatus") or form.get("SmsStatus", ""))
    ours = token if token and TOKEN.fullmatch(token) else None
    reference = form.get("MessageSid", "")
    theirs = reference if _REFERENCE.fullmatch(reference) else None
    if fate is None or not (ours or theirs):
        return None
    failure = None
    if fate is Fate.FAILED:
        code = form.get("ErrorCode", "")
        known = FAILURES.get(int(code)) if re.fullmatch("[0-9]{5}", code) else None
        tried = form.get("MessageStatus") == "undelivered" or code in map(str, OVERFLOWING)
        failure = known or (Failure.UNREACHABLE if tried else Failure.REFUSED)
    return Receipt(channel, ours, theirs, fate, failure)


def inbound(form: Mapping[str, str], own: Collection[str] = ()) -> Incoming | None:
    """A person's text in a webhook's form; None if no person can have sent it: no number, or one of our own.

    Media are not looked at. Our own numbers are the one that was written to, and `own`.
    """
    reference = form.get("MessageSid", "")
    said = form.get("From", "")
    sender = said.removeprefix(_PREFIX)
    if not _REFERENCE.fullmatch(reference) or not E164.fullmatch(sender):
        return None
    if sender in own or sender == form.get("To", "").removeprefix(_PREFIX):
        return None
    mode = Mode.WHATSAPP if said.startswith(_PREFIX) else Mode.SMS
    opt_out = form.get("OptOutType", "").upper()
    return Incoming(
        reference,
        sender,
        form.get("Body") or "",
        mode,
        opt_out if opt_out in {"STOP", "START", "HELP"} else None,
    )


def _meaning(error: Exception) -> BusyError | RejectedError | UncertainError:
    status, code = _status(error)
    if code in FAILURES:
        return RejectedError(FAILURES[code])
    if code in OVERFLOWING or status == 429 or status >= 500 or status in OURS:
        return BusyError()
    return RejectedError(Failure.REFUSED) if 400 <= status < 500 else UncertainError()


def _status(error: Exception) -> tuple[int, int]:
    """The HTTP status and Twilio's code of a library's error, 0 where it has none; a failed page hides its response."""
    response = error.args[1] if len(error.args) > 1 else None
    status = getattr(error, "status", None) or getattr(response, "status_code", 0)
    code = getattr(error, "code", None)
    return (status if isinstance(status, int) else 0), (code if isinstance(code, int) else 0)


def _created(listed: Any) -> datetime:  # the library has no types
    created = listed.date_created
    return created if isinstance(created, datetime) else datetime.min.replace(tzinfo=UTC)
