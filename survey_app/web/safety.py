"""Headers of every answer, and what a form must show before it may change anything.

Nothing here reads an answer or writes a log.
"""

import hmac
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Request

from ..intake import Ticket
from . import fields

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MAX_FIELDS = 300
MAX_BODY_BYTES = 64 * 1024
FIELD = "csrf"

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_FEATURES = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _FEATURES),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_UNKEPT = (("Cache-Control", "no-store"),)


def protected(application: "WSGIApplication", secure: bool) -> "WSGIApplication":
    """The application with the headers of every answer; without a rule of its own none is to be kept anywhere."""
    always = list(HEADERS.items())
    if secure:
        always.append(("Strict-Transport-Security", "max-age=31536000"))

    def protecting(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        def begin(status: str, headers: list[tuple[str, str]], *failed: Any) -> Callable[[bytes], object]:
            ruled = any(name == "Cache-Control" for name, _ in headers)
            return start(status, [*headers, *always, *(() if ruled else _UNKEPT)], *failed)

        return application(environ, begin)

    return protecting


def token(ticket: Ticket) -> str:
    """What a form carries to show that it was made for this ticket; it tells nothing of the ticket."""
    return ticket.derived(FIELD.encode()).hex()


def genuine(request: Request, ticket: Ticket) -> bool:
    """Whether the form carries this ticket's token."""
    return hmac.compare_digest(request.form.get(FIELD, "").encode(), token(ticket).encode())


def oversized(request: Request) -> bool:
    """Whether the form has more fields than any form of ours."""
    return sum(len(values) for _, values in request.form.lists()) > MAX_FIELDS


def repeated(request: Request) -> bool:
    """Whether a field came twice of which no form of ours sends two."""
    return any(len(values) > 1 and not fields.may_repeat(name) for name, values in request.form.lists())


def sent_from_here(request: Request, secure: bool) -> bool | None:
    """Whether the browser says that a page of this site sent the form; None if it does not say.

    Browsers before 2023 send no Sec-Fetch-Site, and "null" as Origin from a page that has no referrer.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is None or origin == "null":
        return None
    try:
        sent = urlsplit(origin)
    except ValueError:
        return False
    return sent.netloc == request.host and (sent.scheme == "https" or not secure)


def allowed(request: Request, ticket: Ticket | None, secure: bool, *, of_any_start: bool) -> bool:
    """Whether the form may act.

    A form needs the ticket's token and must not come from elsewhere. Starting and leaving also work from a page of
    an earlier start (`of_any_start`) when the browser vouches for it. Without a ticket there is nothing to protect.
    """
    here = sent_from_here(request, secure)
    if here is False:
        return False
    return ticket is None or genuine(request, ticket) or (of_any_start and here is True)
