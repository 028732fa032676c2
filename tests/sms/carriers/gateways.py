"""Small servers on this machine that speak as Kannel's sendsms does, and as the app that makes a phone a gateway."""

import base64
import hmac
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

from sms.carriers.declared import Channel, read_channels
from sms.segments import BASIC, EXTENSION

CHANNELS = Path(__file__).parents[3] / "docs" / "channels.md"
SECRET, PROOF = "s3cret &/?", "0f" * 32


def examples() -> list[str]:
    """The TOML of docs/channels.md, block by block."""
    return re.findall(r"```toml\n(.*?)```", CHANNELS.read_text(encoding="utf-8"), re.DOTALL)


def example(name: str, folder: Path, url: str) -> Channel:
    """A channel of docs/channels.md, its gateway moved to this machine."""
    block = next(block for block in examples() if f'name = "{name}"' in block)
    file = folder / "channels.toml"
    file.write_text(re.sub(r'(?<=url = ")http://[\d.]+:\d+', url, block), encoding="utf-8")
    return read_channels(file)[name]


@dataclass(frozen=True)
class Got:
    """What a phone would show, and what the gateway was told with it."""

    to: str
    text: str
    name: str  # Kannel: where receipts go; the phone: the message's id
    coding: str = ""


class Local(ThreadingHTTPServer):
    """A server that keeps what it was sent and can be told how to fail."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.got: list[Got] = []
        self.paths: list[str] = []
        self.trouble: tuple[int, str, dict[str, str]] | None = None
        self.breaks = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """What both have in common."""

    server: Local

    def in_trouble(self) -> bool:
        """Whether the request ended as the test asked."""
        self.server.paths.append(self.path)
        if self.server.breaks:
            self.connection.shutdown(socket.SHUT_RDWR)
        elif self.server.trouble:
            self.answer(*self.server.trouble)
        return self.server.breaks or self.server.trouble is not None

    def answer(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(text.encode())), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Kannel(Handler):
    """Kannel's sendsms: text by charset and coding, replies in words."""

    def do_GET(self) -> None:
        if self.in_trouble():
            return
        pairs = (pair.partition("=")[::2] for pair in urlsplit(self.path).query.split("&"))
        given = {name: unquote_to_bytes(value.replace("+", " ")) for name, value in pairs}
        if (given["username"], given["password"]) != (b"thiqa", SECRET.encode()):
            self.answer(403, "Authorization failed for sendsms")
            return
        text = given["text"].decode(given["charset"].decode())
        if given["coding"] != b"2":  # what GSM-7 does not have is lost
            text = "".join(char if char in BASIC | EXTENSION else "?" for char in text)
        self.server.got.append(Got(given["to"].decode(), text, given["dlr-url"].decode(), given["coding"].decode()))
        self.answer(202, "0: Accepted for delivery")


class Phone(Handler):
    """The app: messages by JSON under an id of ours, asked for by it."""

    def do_POST(self) -> None:
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.in_trouble() or not self._known():
            return
        assert self.path == "/message"
        assert order["withDeliveryReport"] is True
        (number,) = order["phoneNumbers"]
        self.server.got.append(Got(number, order["textMessage"]["text"], order["id"]))
        self._state(202, order["id"])

    def do_GET(self) -> None:
        if self.in_trouble() or not self._known():
            return
        wanted = self.path.removeprefix("/message/")
        if any(got.name == wanted for got in self.server.got):
            self._state(200, wanted)
        else:
            self.answer(404, "")

    def _state(self, status: int, name: str) -> None:
        self.answer(status, json.dumps({"id": name, "state": "Pending", "recipients": [], "isEncrypted": False}))

    def _known(self) -> bool:
        known = self.headers.get("Authorization") == "Basic " + base64.b64encode(f"sms:{SECRET}".encode()).decode()
        if not known:
            self.answer(401, "")
        return known


def kannel_brings(sender: str, text: str, charset: str) -> bytes:
    """The query that Kannel makes of a get-url with from=%p&id=%I&charset=%C&text=%b."""
    raw = quote_from_bytes(text.encode({"UTF-16BE": "utf-16-be"}.get(charset, charset)), safe="")
    return f"from={quote_from_bytes(sender.encode(), safe='')}&id=f2a4-1&charset={charset}&text={raw}".encode()


def phone_brings(event: str, payload: dict[str, object], stamp: int, key: str = PROOF) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of the app's webhook."""
    body = json.dumps({"deviceId": "d1", "event": event, "id": "Ey6ECgOk", "payload": payload, "webhookId": "w1"})
    signed = hmac.new(key.encode(), (body + str(stamp)).encode(), "sha256").hexdigest()
    return body.encode(), {"Content-Type": "application/json", "x-signature": signed, "x-timestamp": str(stamp)}


Kind = TypeVar("Kind", bound=Handler)


@contextmanager
def serving(handler: type[Kind]) -> Iterator[Local]:
    """A server of this kind in a thread of its own."""
    with Local(handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
