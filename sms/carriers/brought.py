"""What a gateway brings: who may bring it, and where a text or a receipt stands in it. Nothing in it is believed."""

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass as plain
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated
from urllib.parse import unquote_to_bytes

from pydantic import ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass

from . import E164, TOKEN, Failure, Fate, Incoming, Receipt
from .calls import at
from .codings import Coding

if TYPE_CHECKING:
    from .declared import Channel

_STRICT = ConfigDict(extra="forbid")
_REFERENCE = re.compile(r"[\x21-\x7e]{1,64}")
_MOST_FIELDS = 100


@plain(frozen=True, slots=True)
class Brought:
    """A request as it came: the raw query and body, the headers, and the secret that stood in the path ("" if none)."""

    query: bytes = field(default=b"", repr=False)
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret: str = field(default="", repr=False)


class Where(StrEnum):
    """Where the fields stand."""

    QUERY = "query"
    FORM = "form"
    JSON = "json"


@dataclass(frozen=True, slots=True, config=_STRICT)
class Proof:
    """How a gateway shows the secret that it shares with us: in the path, in a header, or by signing with it.

    `signature` names the header with the hexadecimal HMAC-SHA256 of the body followed by what the header `timestamp`
    holds, in seconds since 1970, which may be `seconds` old.
    """

    path: bool = False
    header: str | None = None
    signature: str | None = None
    timestamp: str | None = None
    seconds: Annotated[int, Field(gt=0)] = 300

    @model_validator(mode="after")
    def _is_one(self) -> "Proof":
        if self.path + bool(self.header) + bool(self.signature) != 1:
            raise ValueError("must be one of path, header and signature")
        if bool(self.timestamp) != bool(self.signature):
            raise ValueError("signature and timestamp go together")
        return self

    def shown(self, brought: Brought, secret: str, now: datetime) -> bool:
        """Whether who brought this knows the secret. Takes the same time however much of it is right."""
        if not secret:
            return False
        headers = {name.lower(): value for name, value in brought.headers.items()}
        if self.signature and self.timestamp:
            stamp = headers.get(self.timestamp.lower(), "")
            if not re.fullmatch("[0-9]{1,12}", stamp) or abs(now.timestamp() - int(stamp)) > self.seconds:
                return False
            signed = hmac.new(secret.encode(), brought.body + stamp.encode(), "sha256").hexdigest()
            return hmac.compare_digest(signed.encode(), headers.get(self.signature.lower(), "").lower().encode())
        said = headers.get(self.header.lower(), "") if self.header else brought.secret
        return hmac.compare_digest(secret.encode(), said.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True, config=_STRICT)
class Inbound:
    """The fields of a text, by name or by path in JSON, and how the text is written.

    If the gateway tells that with each text, `coding_field` is where and `codings` what its words mean; any other word
    makes the text an empty one.
    `numbers` rewrites how numbers begin, the longest beginning first ({"00" = "+", "0" = "+212"}).
    """

    sender: str
    text: str
    reference: str
    where: Where = Where.QUERY
    coding: Coding = Coding.UTF8
    coding_field: str | None = None
    codings: Mapping[str, Coding] = Field(default_factory=dict)
    numbers: Mapping[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_sound(self) -> "Inbound":
        if bool(self.coding_field) != bool(self.codings):
            raise ValueError("coding_field and codings go together")
        if self.where is Where.JSON and not all(coding.is_text for coding in (self.coding, *self.codings.values())):
            raise ValueError("json holds text: coding must be utf-8, or wrapped as -hex or -base64")
        return self


@dataclass(frozen=True, slots=True, config=_STRICT)
class Receipts:
    """The fields of a receipt, and what each status means: sent, delivered, failed, or the name of a failure."""

    status: str
    statuses: Mapping[str, Fate | Failure]
    token: str | None = None
    reference: str | None = None
    where: Where = Where.QUERY

    @model_validator(mode="after")
    def _is_sound(self) -> "Receipts":
        if not (self.token or self.reference):
            raise ValueError("must name the field of our token or of the gateway's reference")
        return self


def inbound(channel: "Channel", brought: Brought) -> Incoming | None:
    """A person's text, empty where it is not as declared; None if no person can have sent it, or nothing names it."""
    form = channel.gateway.inbound if channel.gateway else None
    if form is None:
        return None
    found = _fields(form.where, brought)
    sender = _number(found(form.sender), form.numbers)
    reference = _text(found(form.reference))
    if not E164.fullmatch(sender) or sender == channel.sender or not _REFERENCE.fullmatch(reference):
        return None
    coding = form.codings.get(_text(found(form.coding_field))) if form.coding_field else form.coding
    text = coding.read(found(form.text) or b"") if coding else None
    return Incoming(reference, sender, text or "", channel.mode)


def receipt(channel: "Channel", brought: Brought) -> Receipt | None:
    """What became of a message of ours; None if its status says nothing or nothing names it."""
    form = channel.gateway.receipts if channel.gateway else None
    if form is None:
        return None
    found = _fields(form.where, brought)
    meant = form.statuses.get(_text(found(form.status)))
    token, reference = (_text(found(name)) if name else "" for name in (form.token, form.reference))
    ours = token if TOKEN.fullmatch(token) else None
    theirs = reference if _REFERENCE.fullmatch(reference) else None
    if meant is None or not (ours or theirs):
        return None
    if isinstance(meant, Failure):
        return Receipt(channel.name, ours, theirs, Fate.FAILED, meant)
    return Receipt(channel.name, ours, theirs, meant, Failure.REFUSED if meant is Fate.FAILED else None)


class _Fields:
    """The bytes of each field."""

    def __init__(self, values: Mapping[str, bytes] | None, document: object) -> None:
        self._values, self._document = values, document

    def __call__(self, name: str) -> bytes | None:
        if self._values is not None:
            return self._values.get(name)
        text = at(self._document, name)
        return text.encode("utf-8", "replace") if text is not None else None


def _fields(where: Where, brought: Brought) -> _Fields:
    if where is Where.JSON:
        try:
            return _Fields(None, json.loads(brought.body))
        except (ValueError, RecursionError):
            return _Fields({}, None)
    values: dict[str, bytes] = {}
    for pair in (brought.query if where is Where.QUERY else brought.body).split(b"&", _MOST_FIELDS)[:_MOST_FIELDS]:
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        values.setdefault(_text(unquote_to_bytes(name)), unquote_to_bytes(value))
    return _Fields(values, None)


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode("utf-8", "replace")


def _number(raw: bytes | None, beginnings: Mapping[str, str]) -> str:
    said = _text(raw)
    for old in sorted(beginnings, key=len, reverse=True):
        if said.startswith(old):
            return beginnings[old] + said.removeprefix(old)
    return said
