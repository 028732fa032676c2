"""The ticket's cookie: the only thing that the site keeps in a browser, and only after consent.

It holds the respondent's secret and nothing else. It has no lifetime of its own: it goes when the browser closes.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

from flask import Request, Response

from ..intake import TOKEN_BYTES, Ticket

ENCODED_CHARS = 43  # 32 bytes in base64url without padding


def name(secure: bool) -> str:
    """The cookie's name. Browsers hold a `__Host-` cookie to https, to this host and to the path `/`."""
    return "__Host-thiqa" if secure else "thiqa"


def read(request: Request, secure: bool) -> Ticket | None:
    """The ticket that the browser sent, or None if it sent none or something else."""
    value = request.cookies.get(name(secure), "")
    if len(value) != ENCODED_CHARS or not value.isascii():
        return None
    try:
        token = urlsafe_b64decode(value + "=")
    except (binascii.Error, ValueError):
        return None
    return Ticket(token) if len(token) == TOKEN_BYTES else None


def give(response: Response, ticket: Ticket, secure: bool) -> None:
    """Set the cookie.

    SameSite is Strict: nothing needs the ticket upon arrival from elsewhere, since the first page never continues a
    draft, and so no other site can make the browser act, or even show a page, as this respondent.
    """
    value = urlsafe_b64encode(ticket.token).rstrip(b"=").decode()
    response.set_cookie(name(secure), value, path="/", secure=secure, httponly=True, samesite="Strict")


def clear(response: Response, secure: bool) -> None:
    """Remove the cookie."""
    response.delete_cookie(name(secure), path="/", secure=secure, httponly=True, samesite="Strict")
