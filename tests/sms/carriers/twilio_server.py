"""A small server on this machine that speaks Twilio's Messages API: create, list by pages, delete, and call back.

The answers have the shape of Twilio's documentation; where its description lies beside the repository, every request
and every answer is held against it, and `problems` says what is wrong.
"""

import base64
import json
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from urllib.request import Request, urlopen

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # the library has no types

from .description import described

ACCOUNT = "AC" + "0" * 32
BASE = f"/2010-04-01/Accounts/{ACCOUNT}"
FAILURES: Mapping[str, tuple[int, int | None]] = {
    "busy": (429, 20429),
    "limited": (429, None),
    "gone": (503, None),
    "stopped": (400, 21610),
    "wrong": (400, 21211),
    "landline": (400, 21614),
    "region": (400, 21408),
    "unlisted": (400, 29999),
    "overflow": (400, 21611),
    "suspended": (401, 20003),
    "conflict": (409, 20409),
}
FINAL = ("delivered", "undelivered", "failed", "sent", "read", "received")


@dataclass
class Message:
    """A message as Twilio keeps it."""

    sid: str
    to: str
    sender: str | None
    body: str
    service: str | None
    callback: str
    created: datetime
    status: str = "queued"
    direction: str = "outbound-api"
    sent: datetime | None = None
    error: int | None = None
    media: list[str] = field(default_factory=list)

    @property
    def resource(self) -> dict[str, object]:
        """The message as the interface shows it."""
        here = f"{BASE}/Messages/{self.sid}"
        return {
            "account_sid": ACCOUNT,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": format_datetime(self.created, usegmt=False),
            "date_sent": format_datetime(self.sent) if self.sent else None,
            "date_updated": format_datetime(self.created),
            "direction": self.direction,
            "error_code": self.error,
            "error_message": None,
            "from": self.sender,
            "messaging_service_sid": self.service,
            "num_media": str(len(self.media)),
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{here}/Media.json"},
            "to": self.to,
            "uri": f"{here}.json",
        }

    def medium(self, sid: str) -> dict[str, object]:
        """One of its media as the interface shows it."""
        return {
            "account_sid": ACCOUNT,
            "content_type": "image/jpeg",
            "date_created": format_datetime(self.created),
            "date_updated": format_datetime(self.created),
            "parent_sid": self.sid,
            "sid": sid,
            "uri": f"{BASE}/Messages/{self.sid}/Media/{sid}.json",
        }


class Twilio(BaseHTTPRequestHandler):
    """Answers as the text asks, or as `does` says of the number; else takes it."""

    server: "Server"

    def do_POST(self) -> None:
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True))
        self._noted("POST", form)
        self.server.requests.append((self.path, form))
        body = self.server.does.get(form.get("To", ""), form.get("Body", ""))
        if body == "slow":
            self.server.released.wait(5)
            return
        if body == "broken":
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if body in FAILURES:
            self._fail(*FAILURES[body], form.get("To", ""))
            return
        message = self.server.create(form)
        if body == "lost":  # taken, and the answer never comes
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._answer(201, b"<html>taken</html>" if body == "odd" else json.dumps(message.resource).encode())

    def do_GET(self) -> None:
        self._noted("GET", {})
        if self.server.away:
            self._fail(*FAILURES[self.server.away], "")
            return
        where, query = urlsplit(self.path), dict(parse_qsl(urlsplit(self.path).query))
        media = re.fullmatch(rf"{BASE}/Messages/(\w+)/Media\.json", where.path)
        if media:
            message = self.server.messages.get(media[1])
            if message is None:
                self._fail(404, 20404, "")
                return
            self._page("media_list", [message.medium(sid) for sid in message.media], query)
            return
        self._page("messages", [each.resource for each in self.server.listed(query)], query)

    def do_DELETE(self) -> None:
        self._noted("DELETE", {})
        if self.server.away:
            self._fail(*FAILURES[self.server.away], "")
            return
        found = re.fullmatch(rf"{BASE}/Messages/(\w+?)(?:/Media/(\w+))?\.json", urlsplit(self.path).path)
        message = self.server.messages.get(found[1]) if found else None
        if message is None or not found or (found[2] and found[2] not in message.media):
            self._fail(404, 20404, "")
        elif found[2]:
            message.media.remove(found[2])
            self._answer(204, b"")
        elif message.status not in FINAL:
            self._fail(409, 20009, "")
        else:
            del self.server.messages[message.sid]
            self._answer(204, b"")

    def _page(self, name: str, items: list[dict[str, object]], query: Mapping[str, str]) -> None:
        size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))
        start, path = size * page, urlsplit(self.path).path
        kept = {key: value for key, value in query.items() if not key.startswith("Page")}

        def address(number: int) -> str:
            token = {"PageToken": f"PA{number:032x}"} if number else {}
            return f"{path}?{urlencode(kept | {'PageSize': size, 'Page': number} | token, quote_via=quote)}"

        document = {
            "first_page_uri": address(0),
            "end": min(start + size, len(items)) - 1,
            "next_page_uri": address(page + 1) if start + size < len(items) else None,
            "page": page,
            "page_size": size,
            "previous_page_uri": address(page - 1) if page else None,
            "start": start,
            "uri": self.path,
            name: items[start : start + size],
        }
        self._answer(200, json.dumps(document).encode())

    def _fail(self, status: int, code: int | None, number: str) -> None:
        if status == 503:
            self._answer(503, b"<html>away</html>")
            return
        content = {"code": code, "message": f"about {number}", "more_info": "", "status": status}
        self._answer(status, json.dumps(content).encode())

    def _noted(self, method: str, form: Mapping[str, str]) -> None:
        where = urlsplit(self.path)
        query = dict(parse_qsl(where.query, keep_blank_values=True))
        self.server.asked.append((method, where.path, query))
        sent = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        if not sent.startswith(f"{ACCOUNT}:"):
            self.server.problems.append(f"{method}: without the account")
        if self.server.description:
            self.server.problems += self.server.description.of_request(method, where.path, query, form)

    def _answer(self, status: int, content: bytes) -> None:
        if self.server.description and not content.startswith(b"<html>"):
            path = urlsplit(self.path).path
            self.server.problems += self.server.description.of_answer(self.command, path, status, content)
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "text/html" if content.startswith(b"<") else "application/json")
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """The server, what it was sent, what it keeps, and what ends a slow answer."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Twilio)
        self.requests: list[tuple[str, dict[str, str]]] = []  # messages handed over
        self.asked: list[tuple[str, str, dict[str, str]]] = []  # everything, without forms
        self.does: dict[str, str] = {}  # how it answers messages to a number, whatever they say
        self.away = ""  # how it answers all but messages handed over
        self.messages: dict[str, Message] = {}
        self.problems: list[str] = []
        self.released = threading.Event()
        self.description = described()
        self._made = 0
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def create(self, form: Mapping[str, str], when: datetime | None = None, kind: str = "SM") -> Message:
        """Take a message."""
        with self._lock:
            self._made += 1
            sid = f"{kind}{self._made:032x}"
        body = form.get("Body", "Approved words")
        made = when or datetime.now(UTC)
        service = form.get("MessagingServiceSid")
        message = Message(sid, form["To"], form.get("From"), body, service, form.get("StatusCallback", ""), made)
        self.messages[sid] = message
        return message

    def listed(self, query: Mapping[str, str]) -> list[Message]:
        """The messages that a list shows, the newest first. Of a day of sending, those that were not sent have none."""
        found = [each for each in self.messages.values() if query.get("To", each.to) == each.to]
        found = [each for each in found if query.get("From", each.sender) == each.sender]
        for name, fits in (("DateSent", "__eq__"), ("DateSent>", "__ge__"), ("DateSent<", "__le__")):
            if name in query:
                day = query[name][:10]
                found = [each for each in found if each.sent and getattr(each.sent.date().isoformat(), fits)(day)]
        return sorted(found, key=lambda each: (each.created, each.sid), reverse=True)

    def call_back(self, sid: str, token: str, status: str, error: int | None = None) -> int:
        """Bring a message to a status and tell its address, signed; the status of the answer."""
        message = self.messages[sid]
        message.status, message.error = status, error
        message.sent = message.sent or datetime.now(UTC)
        form = {
            "AccountSid": ACCOUNT,
            "ApiVersion": "2010-04-01",
            "From": message.sender or "",
            "MessageSid": sid,
            "MessageStatus": status,
            "SmsSid": sid,
            "SmsStatus": status,
            "To": message.to,
        } | ({"ErrorCode": str(error)} if error else {})
        signature = RequestValidator(token).compute_signature(message.callback, form)
        order = Request(message.callback, urlencode(form).encode(), {"X-Twilio-Signature": signature})
        with urlopen(order, timeout=5) as answer:
            return int(answer.status)


@contextmanager
def running() -> Iterator[Server]:
    """The server in a thread of its own; at the end everything must have been as Twilio describes it."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.released.set()
            server.shutdown()
            thread.join()
    if server.problems:
        raise AssertionError("; ".join(server.problems))
