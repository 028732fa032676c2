"""One request to a gateway, by a template: where it goes, what it holds, and what its answer means."""

import json
import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Literal
from urllib.parse import quote, quote_from_bytes, urlsplit

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from ..segments import GSM7, segments
from . import Failure, Outgoing
from .codings import Coding

_PLACE = re.compile(r"\{(\w+)\}")
_KNOWN = {"to", "digits", "body", "coding", "token", "sender", "secret", "proof", "receipts", "reference"}


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it goes out. Every part may hold a number, a text or a secret."""

    method: str
    url: str = Field(repr=False)
    headers: Mapping[str, str] = Field(repr=False)
    content: bytes | None = Field(repr=False)
    auth: tuple[str, str] | None = Field(repr=False)


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Call:
    """A template of a request, and how its answer is read.

    Placeholders: {to} in international form, {digits} the same without its +, {body}, {coding} 0 for GSM-7 and 2 for
    UCS-2, {token}, {sender}, {secret}, {proof} what the gateway is to show, {receipts}, {reference}. In `url`, `query`
    and `form` they are percent-encoded, in `json` escaped. `body` says how {body} is written. The first rule that fits
    an answer counts: `busy`, `busy_if`; `refused`, patterns by failure; `absent` (of a question: it is not there);
    `taken` with `taken_if`. The reference is what `reference` (a path in JSON, "messages.0.id") or `reference_if` (a
    pattern with one group) finds.
    """

    url: str
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    query: Mapping[str, str] = Field(default_factory=dict)
    form: Mapping[str, str] | None = None
    json: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = Field(default_factory=dict)
    user: str | None = None
    body: Coding = Coding.UTF8
    taken: tuple[int, ...] = (200, 201, 202, 204)
    taken_if: re.Pattern[str] | None = None
    busy: tuple[int, ...] = (429, 503)
    busy_if: re.Pattern[str] | None = None
    refused: Mapping[Failure, re.Pattern[str]] = Field(default_factory=dict)
    absent: tuple[int, ...] = (404, 410)
    reference: str | None = None
    reference_if: re.Pattern[str] | None = None

    @model_validator(mode="after")
    def _is_sound(self) -> "Call":
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or _PLACE.search(parts.netloc):
            raise ValueError("url must be http or https, with a host and no placeholder in it")
        if parts.username is not None:
            raise ValueError("url must not hold a user; set user, and the secret in the environment")
        if parts.scheme == "http" and not _is_near(parts.hostname):
            raise ValueError("url must be https, unless the host is a loopback or private address")
        if self.form is not None and self.json is not None:
            raise ValueError("has form or json, not both")
        if "{body}" in "".join(self.headers.values()):
            raise ValueError("headers cannot hold {body}")
        try:
            json.dumps(self.json, allow_nan=False)
        except (TypeError, ValueError):
            raise ValueError("json can hold texts, numbers, true and false, tables and lists") from None
        if self.json is not None and not self.body.is_text:
            raise ValueError("json holds text: body must be utf-8, or wrapped as -hex or -base64")
        if self.reference_if and self.reference_if.groups != 1:
            raise ValueError("reference_if must have one group")
        texts = (
            self.url,
            *self.query.values(),
            *(self.form or {}).values(),
            *self.headers.values(),
            *_leaves(self.json),
        )
        unknown = {name for text in texts for name in _PLACE.findall(text)} - _KNOWN
        if unknown:
            raise ValueError(f"does not know {{{min(unknown)}}}; it knows {', '.join(sorted(_KNOWN))}")
        return self

    @property
    def holds_secret(self) -> bool:
        """Whether it needs the gateway's secret."""
        texts = (
            self.url,
            *self.query.values(),
            *(self.form or {}).values(),
            *self.headers.values(),
            *_leaves(self.json),
        )
        return self.user is not None or any("{secret}" in text for text in texts)

    def request(self, values: Mapping[str, str]) -> Request:
        """The request for these values of the placeholders."""
        raw = {name: value.encode("utf-8", "replace") for name, value in values.items()}
        raw["body"] = self.body.write(values.get("body", ""))
        url = _PLACE.sub(lambda found: quote_from_bytes(raw.get(found[1], b""), safe=""), self.url)
        if self.query:
            url += ("&" if urlsplit(url).query else "?") + _pairs(self.query, raw)
        headers = {name: _filled(text, raw).decode("latin-1") for name, text in self.headers.items()}
        content = None
        if self.form is not None:
            content = _pairs(self.form, raw).encode()
            headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        elif self.json is not None:
            content = json.dumps(_filled_in(self.json, raw), ensure_ascii=False).encode()
            headers = {"Content-Type": "application/json; charset=utf-8", **headers}
        auth = (self.user, values.get("secret", "")) if self.user is not None else None
        return Request(self.method, url, headers, content, auth)


def values_of(message: Outgoing, sender: str) -> dict[str, str]:
    """What the placeholders stand for that differ by message."""
    return {
        "to": message.to,
        "digits": message.to.removeprefix("+"),
        "body": message.body,
        "coding": "0" if segments(message.body).encoding == GSM7 else "2",
        "token": message.token,
        "sender": sender,
    }


def at(document: object, path: str) -> str | None:
    """The text or number at a path of a JSON document ("payload.0.id"); None if there is none."""
    for step in path.split("."):
        if isinstance(document, Mapping):
            document = document.get(step)
        elif isinstance(document, list) and re.fullmatch("[0-9]{1,4}", step) and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return str(document) if isinstance(document, str | int) and not isinstance(document, bool) else None


def _is_near(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_private


def _leaves(document: object) -> list[str]:
    if isinstance(document, str):
        return [document]
    inner = document.values() if isinstance(document, Mapping) else document if isinstance(document, list) else ()
    return [leaf for each in inner for leaf in _leaves(each)]


def _filled(text: str, raw: Mapping[str, bytes]) -> bytes:
    pieces = _PLACE.split(text)
    return b"".join(raw.get(piece, b"") if nth % 2 else piece.encode() for nth, piece in enumerate(pieces))


def _pairs(fields: Mapping[str, str], raw: Mapping[str, bytes]) -> str:
    return "&".join(
        f"{quote(name, safe='')}={quote_from_bytes(_filled(text, raw), safe='')}" for name, text in fields.items()
    )


def _filled_in(document: object, raw: Mapping[str, bytes]) -> object:
    if isinstance(document, str):
        return _filled(document, raw).decode("utf-8", "replace")
    if isinstance(document, Mapping):
        return {name: _filled_in(value, raw) for name, value in document.items()}
    return [_filled_in(value, raw) for value in document] if isinstance(document, list) else document
