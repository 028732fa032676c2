"""People at their browsers before one server. All that it answers is written down, with whom it was answered."""

import gzip
import re
from dataclasses import dataclass, field
from threading import Lock
from typing import cast

from tests.faults.server import HOST, Given, Pairs, Reply, Server, Visitor

from .canaries import Person


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody asked and was answered."""

    person: Person
    method: str
    target: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass
class Street:
    """The people who have come, and all that they heard."""

    server: Server
    people: list[Person] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    one_by_one: Lock = field(default_factory=Lock)

    def comes(self, language: str = "en", person: Person | None = None, headers: Pairs = ()) -> tuple[Person, Visitor]:
        """Another resident, or the same at another browser; these headers are sent with each request of hers."""
        if person is None:
            with self.one_by_one:
                person = Person(len(self.people))
                self.people.append(person)
        # It asks as a server does, which is all that a visitor needs of one.
        return person, Visitor(cast("Server", Line(self, person, headers)), language)


@dataclass
class Line:
    """The line from one person's browser to the server, on which her headers are added."""

    street: Street
    person: Person
    headers: Pairs = ()
    secure: bool = True

    def ask(self, method: str, target: str, body: bytes | None = None, headers: Pairs = ()) -> Reply:
        reply = self.street.server.ask(method, target, body, (*headers, *self.headers, *self.person.headers))
        content = gzip.decompress(reply.body) if reply.headers["Content-Encoding"] == "gzip" else reply.body
        reply = Reply(reply.status, reply.headers, content)
        for line in reply.headers.get_all("Set-Cookie", []):
            self.person.gets_cookie(line.partition("=")[2].partition(";")[0])
        heard = Heard(self.person, method, target, reply.status, tuple(reply.headers.items()), content)
        self.street.heard.append(heard)
        return reply

    def raw(self, sent: bytes) -> None:
        """Bytes that need not be a request, with her headers if there is a line to put them after."""
        first, rest = sent.partition(b"\r\n")[::2]
        own = "".join(f"{name}: {value}\r\n" for name, value in (*self.headers, *self.person.headers))
        said = f"Host: {HOST}\r\nConnection: close\r\n{own}".encode()
        answer = self.street.server.raw(first + b"\r\n" + said + rest, patience=3)
        head, _, body = answer.partition(b"\r\n\r\n")
        status = re.match(rb"HTTP/1\.\d (\d{3})", head)
        fields = [line.partition(": ") for line in head.decode("latin-1").split("\r\n")[1:]]
        headers = tuple((name, value) for name, _, value in fields)
        self.street.heard.append(Heard(self.person, "raw", "", int(status[1]) if status else 0, headers, body))


def line_of(visitor: Visitor) -> Line:
    return cast("Line", visitor.server)


def replies(person: Person) -> tuple[Given, ...]:
    """Her answers, up to the review."""
    return (
        {},
        {"answer": "2"},
        {"answer": "a1"},
        {"answer": f"{person.latin} {person.arabic}"},
        {"answer": "٧", "answer@where": person.latin},
        {"answer": person.arabic},
    )
