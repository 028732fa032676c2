"""The real server as a process of its own, and a browser without script that speaks to it over a real socket."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

from deploy.server import command

HOST = "survey.example"
ROOT = Path(__file__).parents[2]
COOKIE = "__Host-thiqa"
Pairs = tuple[tuple[str, str], ...]
Given = dict[str, str | list[str]]
_FIELD = re.compile(r"<(input|textarea|select)\b([^>]*)>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answered."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def location(self) -> str:
        return self.headers["Location"] or ""


@dataclass(frozen=True)
class Server:
    """A running server: its port, its first process, and the file with all that it said."""

    port: int
    process: "subprocess.Popen[bytes]"
    said: Path
    secure: bool = True

    @property
    def log(self) -> str:
        return self.said.read_text(errors="replace")

    @property
    def workers(self) -> list[int]:
        """The process ids of the workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    @property
    def kilobytes(self) -> int:
        """The memory that the workers hold."""
        found = [re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()) for pid in self.workers]
        return sum(int(match[1]) for match in found if match)

    @property
    def seconds(self) -> float:
        """The processor time that the workers have used."""
        fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self.workers]
        return sum(int(of[11]) + int(of[12]) for of in fields) / os.sysconf("SC_CLK_TCK")

    def socket(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def raw(self, sent: bytes, patience: float = 15) -> bytes:
        """What comes back for these bytes until the server closes, or nothing more comes."""
        with self.socket() as link:
            link.settimeout(patience)
            try:
                link.sendall(sent)
                return b"".join(iter(lambda: link.recv(65_536), b""))
            except (ConnectionError, TimeoutError):
                return b""

    def ask(self, method: str, target: str, body: bytes | None = None, headers: Pairs = ()) -> Reply:
        """One request with exactly these headers, and a host if there is none among them."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            link.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            if not any(name.lower() == "host" for name, _ in headers):
                link.putheader("Host", HOST if self.secure else f"127.0.0.1:{self.port}")
            for name, value in headers:
                link.putheader(name, value)
            if body is not None:
                link.putheader("Content-Length", str(len(body)))
            link.endheaders(body)
            answer = link.getresponse()
            return Reply(answer.status, answer.msg, answer.read())
        finally:
            link.close()


@dataclass
class Visitor:
    """A browser: it keeps the cookie and sends the forms that it was shown, wherever they lead."""

    server: Server
    language: str = "en"
    cookie: str = ""
    page: Reply = field(init=False)

    def go(self, target: str, method: str = "GET", body: bytes | None = None, headers: Pairs = ()) -> Reply:
        """One request as a browser makes it. Redirects are not followed."""
        own = [("Accept-Language", self.language), *headers]
        if self.cookie:
            own.append(("Cookie", f"{COOKIE if self.server.secure else 'thiqa'}={self.cookie}"))
        if method == "POST":
            own += [("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "same-origin")]
        reply = self.server.ask(method, target, body, tuple(own))
        for line in reply.headers.get_all("Set-Cookie", []):
            self.cookie = line.partition("=")[2].partition(";")[0]
        return reply

    def see(self, target: str) -> Reply:
        """Open a page and follow where it leads."""
        self.page = self.go(target)
        while self.page.status == 303:
            self.page = self.go(self.page.location.partition("#")[0])
        return self.page

    def form(self) -> tuple[str, list[tuple[str, str]]]:
        """The address of the page's own form and its hidden fields; the forms to leave and to pause are not it."""
        forms = re.findall(r'<form[^>]*? method="post" action="([^"]*)"[^>]*>(.*?)</form>', self.page.text, re.DOTALL)
        action, inside = next((unescape(a), i) for a, i in forms if not a.startswith(("/leave", "/pause")))
        return action, [
            (name, unescape(attribute(tag, "value") or ""))
            for _, tag in _FIELD.findall(inside)
            if attribute(tag, "type") == "hidden" and (name := attribute(tag, "name"))
        ]

    def submit(self, **given: str | list[str]) -> Reply:
        """Send the page's form with these fields beside its hidden ones; the answer, before any redirect."""
        action, fields = self.form()
        fields = [(name, value) for name, value in fields if name not in given]
        for name, value in given.items():
            fields += [(name, one) for one in ([value] if isinstance(value, str) else value)]
        return self.go(action, "POST", urlencode(fields, errors="surrogatepass").encode())

    def press(self, **given: str | list[str]) -> Reply:
        """Send the page's form and follow."""
        self.page = self.submit(**given)
        return self.see(self.page.location.partition("#")[0]) if self.page.status == 303 else self.page

    def start(self) -> Reply:
        self.see(f"/?lang={self.language}")
        return self.press()

    def complete(self, *replies: Given) -> Reply:
        """From the first page to the review."""
        self.start()
        for reply in replies:
            assert self.press(**reply).status == 200, reply
        assert self.on_review
        return self.page

    @property
    def on_review(self) -> bool:
        return '<form method="post" action="/send' in self.page.text


def attribute(tag: str, name: str) -> str | None:
    """The value of an attribute as it stands in a tag."""
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else None


def holds(page: Reply, name: str, value: str) -> bool:
    """Whether a form of the page would send this value again: a hidden or text field, or a choice that is made."""
    for kind, tag in _FIELD.findall(page.text):
        if (
            attribute(tag, "name") == name
            and kind == "input"
            and unescape(attribute(tag, "value") or "").rstrip("*") == value
        ):
            return attribute(tag, "type") not in ("radio", "checkbox") or bool(re.search(r"\bchecked\b", tag))
    return any(
        unescape(text).strip() == value
        for text in re.findall(rf'<textarea[^>]*\bname="{name}"[^>]*>\n?(.*?)</textarea>', page.text, re.DOTALL)
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(
    folder: Path,
    environment: dict[str, str],
    application: str = "deploy.wsgi:site()",
    workers: int = 1,
    place: Path = ROOT,
) -> Iterator[Server]:
    """Start the server as `thiqa serve` does, wait until it answers, and stop it at the end.

    It works in `place`; elsewhere than here, the environment must say where the modules are.
    """
    port, said = free_port(), folder / "said.txt"
    own = {name: value for name, value in os.environ.items() if not name.startswith("THIQA_")}
    with said.open("wb") as file:
        process = subprocess.Popen(
            command(application, "127.0.0.1", port, workers),
            env={**own, **environment},
            stdout=file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=place,
        )
    server = Server(port, process, said, environment["THIQA_PUBLIC_URL"].startswith("https"))
    try:
        _wait(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(server: Server) -> None:
    for _ in range(600):
        if server.process.poll() is not None:
            break
        try:
            if server.ask("GET", "/health").status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"the server did not start: {server.log} {sys.executable}")
