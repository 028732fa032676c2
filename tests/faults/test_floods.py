"""Too much, too slowly, or no request at all, sent to the running server (faults 23, 24)."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine

from .conftest import SHORT, environment, url_of
from .server import HOST, Reply, Server, Visitor, served

HEAD = f"Host: {HOST}\r\n".encode()
FORM = b"Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n"
FLAT_KILOBYTES = 6_000


def status(answer: bytes) -> int | None:
    """The status of a raw answer; None where the server closed without one."""
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else None


def flooded(server: Server, head: bytes, piece: bytes, most: int) -> tuple[int, bytes]:
    """How many bytes the server took before it answered or closed, and its answer."""
    sent = 0
    with server.socket() as link:
        link.sendall(head)
        try:
            while sent < most:
                link.sendall(piece)
                sent += len(piece)
                link.setblocking(False)
                try:
                    if (answer := link.recv(65_536)) or not answer:
                        return sent, answer
                except BlockingIOError:
                    pass
                finally:
                    link.settimeout(10)
            return sent, link.recv(65_536)
        except (ConnectionError, TimeoutError):
            return sent, b""


@pytest.mark.parametrize("opened", ["nothing", "half a head", "half a body", "half a chunked body", "half a second"])
def test_fault_24_many_idle_half_requests_keep_nobody_out(server: Server, opened: str) -> None:
    half = {
        "nothing": b"",
        "half a head": b"GET / HTTP/1.1\r\n" + HEAD + b"X-Slow: ",
        "half a body": b"POST /start HTTP/1.1\r\n" + HEAD + b"Content-Length: 400\r\n\r\ncsrf=",
        "half a chunked body": b"POST /start HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\ncs",
        "half a second": b"GET /health HTTP/1.1\r\n" + HEAD + b"\r\nGET / HTTP/1.1\r\nX-Slow: ",
    }[opened]
    with ExitStack() as links:
        for _ in range(150):
            links.enter_context(server.socket()).sendall(half)
        begun = time.perf_counter()
        person = Visitor(server)
        person.complete(*SHORT)
        assert "sent" in person.press().text
        assert time.perf_counter() - begun < 5


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory, module_database: Engine) -> Iterator[Server]:
    """A server that waits two seconds for a request."""
    settings = environment(url_of(module_database))
    with served(tmp_path_factory.mktemp("hasty"), settings, "tests.faults.wrapped:hasty()") as running:
        yield running


def test_fault_24_what_does_not_arrive_in_time_is_closed_however_it_drips(hasty: Server) -> None:
    halves = (
        b"",
        b"GET / HTTP/1.1\r\n" + HEAD + b"X-Slow: ",
        b"POST /start HTTP/1.1\r\n" + HEAD + b"Content-Length: 60000\r\n\r\ncsrf=",
        b"POST /start HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\nfff\r\n",
        b"POST /start HTTP/1.1\r\n" + HEAD + b"Expect: 100-continue\r\nContent-Length: 400\r\n\r\n",
    )
    begun = time.perf_counter()
    with ExitStack() as links:
        waiting = [links.enter_context(hasty.socket()) for _ in halves for _ in range(10)]
        for number, link in enumerate(waiting):
            link.sendall(halves[number % len(halves)])
            link.setblocking(False)
        while waiting and time.perf_counter() - begun < 9:
            waiting = [link for link in waiting if not closed(link)]
            time.sleep(0.2)
    assert waiting == []
    assert Visitor(hasty).start().status == 200
    assert hasty.log == ""


def closed(link: socket.socket) -> bool:
    """Whether the other side closed; if not, one more byte is sent to it."""
    try:
        answer = link.recv(65_536)
        if b"100 Continue" not in answer:
            return True
    except BlockingIOError:
        pass
    except ConnectionError:
        return True
    try:
        link.send(b"x")
    except OSError:
        return True
    return False


def test_fault_24_a_body_without_end_is_refused_and_not_kept(server: Server) -> None:
    Visitor(server).complete(*SHORT)
    before, megabyte = server.kilobytes, b"100000\r\n" + b"a" * 0x100000 + b"\r\n"
    chunked = b"POST /start HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n" + FORM + b"\r\n"
    sent, answer = flooded(server, chunked, megabyte, 10_000_000_000)
    assert sent < 100_000_000
    assert status(answer) in (400, 413, None)
    declared = b"POST /start HTTP/1.1\r\n" + HEAD + b"Content-Length: 10000000000\r\n" + FORM + b"\r\n"
    sent, answer = flooded(server, declared, megabyte, 10_000_000_000)
    assert sent < 100_000_000
    assert status(answer) in (413, None)
    assert server.kilobytes - before < FLAT_KILOBYTES
    assert Visitor(server).start().status == 200


@pytest.mark.parametrize(
    ("request_line", "more", "wanted"),
    [
        (b"GET / HTTP/1.1", b"X-Large: " + b"a" * 1_000_000, {400, 431}),
        (b"GET / HTTP/1.1", b"\r\n".join(b"X-%d: 1" % n for n in range(5_000)), {400, 431}),
        (b"GET / HTTP/1.1", b"Cookie: " + b"a=b; " * 10_000, {400, 431}),
        (b"GET /?" + b"&".join(b"k%d=1" % n for n in range(100_000)) + b" HTTP/1.1", b"X: 1", {414}),
        (b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1", b"X: 1", {414}),
        (b"GET", b"X: 1", {400}),
        (b"GET / HTTP/9.9", b"X: 1", {400}),
        (b"\x00\x01\x02", b"X: 1", {400}),
        (b"GET / HTTP/1.1", b"X: a\x00b", {400}),
        (b"GET / HTTP/1.1", b"Transfer-Encoding: chunked\r\nContent-Length: 0", {400}),
        (b"GET / HTTP/1.1", b"Transfer-Encoding: chunked, identity", {400, 501}),
        (b"GET / HTTP/1.1", b"Content-Length: -1", {400}),
        (b"GET / HTTP/1.1", b"Content-Length: 0\r\nContent-Length: 2", {400}),
        (b"GET / HTTP/1.1", b" folded: 1", {400}),
    ],
    ids=range(14),
)
def test_fault_24_heads_that_no_browser_sends_are_refused_or_closed(
    server: Server, request_line: bytes, more: bytes, wanted: set[int]
) -> None:
    before = server.kilobytes
    answer = server.raw(request_line + b"\r\n" + HEAD + more + b"\r\n\r\n")
    assert status(answer) in {*wanted, None}
    assert b"Traceback" not in answer
    assert server.kilobytes - before < FLAT_KILOBYTES
    assert server.ask("GET", "/health").status == 200


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"csrf=1&csrf=2", {400}),
        (b"&".join(b"k%d=1" % n for n in range(10_000)), {413}),
        (b"k" * 60_000 + b"=1", {403}),
        (b"\xff\xfe=\xff&answer=%FF%ED%A0%80", {403}),
        (b"%00=%00", {403}),
        (b"a" * 70_000, {413}),
    ],
    ids=["twice", "10,000 fields", "long key", "no text", "zero", "large"],
)
def test_fault_23_malformed_forms_are_refused_without_a_trace(server: Server, body: bytes, wanted: set[int]) -> None:
    person = Visitor(server)
    person.start()
    action, _ = person.form()
    reply = person.go(action, "POST", body)
    assert reply.status in wanted
    assert "Traceback" not in reply.text
    assert person.see("/review").status == 200


@pytest.mark.parametrize("value", [b"%00", b"%ED%A0%80", b"%FF%FE", b"2%00", b"'%20OR%201=1--", b"%EF%BF%BD"])
def test_fault_23_bytes_that_are_no_answer_are_refused_on_the_page(server: Server, value: bytes) -> None:
    person = Visitor(server)
    person.start()
    person.press()
    action, fields = person.form()
    reply = person.go(action, "POST", b"csrf=" + dict(fields)["csrf"].encode() + b"&answer=" + value)
    assert reply.status == 422
    assert '<html lang="en"' in reply.text


def test_fault_23_ten_thousand_fields_cost_no_more_than_a_few_pages(server: Server) -> None:
    person = Visitor(server)
    person.start()
    action, _ = person.form()
    body = b"&".join(b"k%d=1" % n for n in range(5_000))

    def cost(send: Callable[[], Reply]) -> float:
        before = server.seconds
        for _ in range(20):
            send()
        return server.seconds - before

    plain = cost(lambda: person.go("/"))
    assert cost(lambda: person.go(action, "POST", body)) < 6 * plain + 0.1


@pytest.mark.parametrize(
    "body", [b"zz\r\nabc\r\n0\r\n\r\n", b"3\r\nabcdef\r\n0\r\n\r\n", b"-1\r\n\r\n", b"3;\r\x00\r\nabc\r\n0\r\n\r\n"]
)
def test_fault_23_a_body_in_broken_pieces_is_a_bad_request_and_no_failure_of_ours(server: Server, body: bytes) -> None:
    head = b"POST /start HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n" + FORM + b"\r\n"
    assert status(server.raw(head + body)) == 400
    assert server.log == ""


def test_fault_23_a_telephone_that_loses_its_connection_in_a_form_is_no_failure_of_ours(server: Server) -> None:
    for head in (b"Content-Length: 50000\r\n", b"Transfer-Encoding: chunked\r\n"):
        with server.socket() as link:
            link.sendall(b"POST /start HTTP/1.1\r\n" + HEAD + head + FORM + b"\r\n" + b"a" * 40_000)
    time.sleep(0.3)
    assert server.ask("GET", "/health").status == 200
    assert server.log == ""


def test_requests_that_follow_one_another_on_a_connection_are_all_answered(server: Server) -> None:
    one = b"GET /health HTTP/1.1\r\n" + HEAD
    answer = server.raw(one + b"\r\n" + one + b"\r\n" + one + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200") == 3
    with server.socket() as link:
        for piece in (one[:9], one[9:20], one[20:], b"\r", b"\nGET /hea", b"lth HTTP/1.1\r\n" + HEAD, b"\r\n"):
            link.sendall(piece)
            time.sleep(0.02)
        link.shutdown(socket.SHUT_WR)
        assert b"".join(iter(lambda: link.recv(65_536), b"")).count(b"HTTP/1.1 200") == 2
