"""How the WSGI server is started, and its worker: a request takes a thread only once all of it has arrived.

Gunicorn's threaded worker reads with the thread that will answer, and so a handful of clients that send half a request
and wait would keep everybody else out. Here a connection waits beside the threads until its request is whole, and is
closed after a while if it never is. Nothing of a request is logged or shown again: gunicorn's warnings name addresses
and headers, its traces end in messages, and its error pages quote.
"""

import gc
import re
import socket
import sys
import time
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from selectors import EVENT_READ

from gunicorn import util
from gunicorn.http import errors
from gunicorn.http.message import Request
from gunicorn.workers.gthread import TConn, ThreadWorker

from survey_app.discretion import be_discreet

ARRIVAL_SECONDS = 30  # a slow telephone sends the longest answer of ours in ten
ANSWER_SECONDS = 120  # a slow reader of the largest file of the dashboards
STOP_SECONDS = 2
LINGER_SECONDS = 2  # for a client to read the end of an answer before what it still sends resets the connection
SWEEP_SECONDS = 10  # what a request leaves behind is gone by then
NEW_OBJECTS = 20_000  # until the collector of garbage looks at them
HEAD_BYTES = 16 * 1024
BODY_BYTES = 64 * 1024  # no application of ours takes more
THREADS = 8
# The allocator overwrites what is freed, or answers and cookies of long ago would be found in the memory (glibc only).
ERASING = "GLIBC_TUNABLES=glibc.malloc.tcache_count=0:glibc.malloc.perturb=85"

# Small objects are kept by Python itself, which overwrites nothing: blocks of the sizes of keys, cookies and answers.
SMALL_BYTES, SMALL_BLOCKS = range(15, 96, 16), 5_000

_STATUSES = {
    errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    errors.UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
    errors.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
}
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)


def command(application: str, host: str, port: int, workers: int) -> list[str]:
    """The words that start the server for an application such as "deploy.wsgi:site()".

    Headers by which a proxy may name another scheme, path or peer are believed from nobody: nothing here needs them.
    """
    return [
        *("env", ERASING, sys.executable, "-m", "gunicorn", application, "--bind", f"{host}:{port}"),
        *("--workers", str(workers), "--threads", str(THREADS), "--worker-class", "deploy.server.Worker"),
        *("--limit-request-line", "4094", "--limit-request-fields", "64", "--limit-request-field_size", "8190"),
        *("--timeout", "30", "--graceful-timeout", "30", "--keep-alive", "5"),
        *("--forwarded-allow-ips", "", "--forwarder-headers", ""),
        *("--no-control-socket", "--log-level", "error"),
    ]


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's threaded worker, whose threads never wait for a request and not for ever for a reader."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.arriving: dict[TConn, tuple[float, int]] = {}  # since when, and how many bytes were there
        self.answering: dict[TConn, float] = {}
        self.leaving: dict[TConn, tuple[float, int]] = {}  # since when, and how many bytes were thrown away
        self.swept, self.answered = 0.0, False

    @classmethod
    def setup(cls) -> None:
        """Gunicorn calls it in its first process, from which the workers come."""
        be_discreet()

    def run(self) -> None:
        """Serve."""
        settle()
        super().run()

    def enqueue_req(self, conn: TConn) -> None:
        """Give the connection to a thread if its request has arrived, close it if none of ours, else wait."""
        missing = self._missing(conn)
        if missing is None:
            self._drop(conn)
        elif missing:
            self.arriving.setdefault(conn, (time.monotonic(), 0))
            conn.sock.setblocking(False)
            # Bytes that were seen stay in the socket; without this they would make it readable again at once.
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, missing)
            self.poller.register(conn.sock, EVENT_READ, partial(self._more, conn))
        else:
            self.arriving.pop(conn, None)
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
            super().enqueue_req(conn)

    def handle(self, conn: TConn) -> object:
        """Read and answer, in a thread."""
        self.answering[conn] = time.monotonic()
        self.answered = True
        try:
            return super().handle(conn)
        finally:
            del self.answering[conn]

    def handle_request(self, req: Request, conn: TConn) -> object:
        """Answer what was read. A body without a length is refused, of one that is too large the rest is left unread.

        No form and no carrier sends a body in pieces, and whoever does would hold a thread for as long as they like.
        """
        headers = dict(req.headers)
        if "TRANSFER-ENCODING" in headers:
            raise errors.InvalidHeader("TRANSFER-ENCODING", req=req)
        if int(headers.get("CONTENT-LENGTH", 0)) > BODY_BYTES:
            req.force_close()
        return super().handle_request(req, conn)

    def handle_error(self, req: Request, client: socket.socket, addr: object, exc: Exception) -> None:
        """Answer what is no request, without a word of it: it may hold an answer or an address."""
        ours = isinstance(exc, errors.InvalidResponseHeader | errors.InvalidResponseHeaderName)
        if ours or not isinstance(exc, errors.ParseException):
            super().handle_error(req, client, addr, exc)
            return
        status = next((status for kind, status in _STATUSES.items() if isinstance(exc, kind)), HTTPStatus.BAD_REQUEST)
        with suppress(OSError):
            util.write_error(client, status.value, status.phrase, "")

    def finish_request(self, conn: TConn, done: "Future[object]") -> None:
        """Keep the connection, or close it without waiting for the client here, where everybody is accepted."""
        if done.cancelled() or done.exception() is not None or not done.result():
            self._leave(conn)
        else:
            super().finish_request(conn, done)

    def murder_pending(self) -> None:
        """Close what did not arrive in time, what nobody reads, and what was told to close and did not."""
        super().murder_pending()
        now = time.monotonic()
        if self.answered and now - self.swept >= SWEEP_SECONDS:
            # A page's template and its request hold each other, and would wait for the collector with the cookie.
            self.swept, self.answered = now, False
            gc.collect()
            _fill_small_blocks()
        patience = ARRIVAL_SECONDS if self.alive else STOP_SECONDS
        for conn, (since, _) in list(self.arriving.items()):
            if now - since < patience:
                break
            self.poller.unregister(conn.sock)
            self._drop(conn)
        for conn, (since, _) in list(self.leaving.items()):
            if now - since < LINGER_SECONDS:
                break
            self.poller.unregister(conn.sock)
            self._drop(conn)
        for conn, since in list(self.answering.items()):
            if now - since >= ANSWER_SECONDS:
                _end(conn)

    def _missing(self, conn: TConn) -> int | None:
        """How many bytes the socket must hold before it is looked at again; 0 if all is there, None if too much."""
        early = conn.parser.unreader.buf.getvalue() if conn.parser else b""  # read along with the request before
        since, before = self.arriving.get(conn, (time.monotonic(), 0))
        seen = b""
        try:
            seen = conn.sock.recv(HEAD_BYTES + BODY_BYTES, socket.MSG_PEEK | socket.MSG_DONTWAIT)
            if len(seen) <= before:  # readable, and yet no more than before: the other side has closed
                return 0
            self.arriving[conn] = (since, len(seen))
        except BlockingIOError:
            pass
        except OSError:
            return 0
        known = early + seen
        wanted = _wanted(known)
        return wanted and (wanted - len(early) if wanted > len(known) else 0)

    def _more(self, conn: TConn, sock: socket.socket) -> None:
        self.poller.unregister(sock)
        self.enqueue_req(conn)

    def _leave(self, conn: TConn) -> None:
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(conn)
            return
        conn.sock.setblocking(False)
        self.leaving[conn] = (time.monotonic(), 0)
        self.poller.register(conn.sock, EVENT_READ, partial(self._throw_away, conn))

    def _throw_away(self, conn: TConn, sock: socket.socket) -> None:
        try:
            more = len(sock.recv(HEAD_BYTES))
        except OSError:
            more = 0
        since, thrown = self.leaving[conn]
        self.leaving[conn] = (since, thrown + more)
        if not more or thrown + more > BODY_BYTES:
            self.poller.unregister(sock)
            self._drop(conn)

    def _drop(self, conn: TConn) -> None:
        self.arriving.pop(conn, None)
        self.leaving.pop(conn, None)
        self.nr_conns -= 1
        conn.close()


def settle() -> None:
    """Have the collector of garbage never look again at what was loaded until now, and seldom at what is new.

    A page of the dashboards is thousands of objects that go by themselves when it is sent; what does not is swept.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 20, 20)


def _wanted(known: bytes) -> int | None:
    """How many bytes the request has, as far as its beginning tells; None if its head is longer than any of ours."""
    head, end, _ = known.partition(b"\r\n\r\n")
    if not end:
        return len(known) + 1 if len(known) < HEAD_BYTES else None
    length = _LENGTH.search(head + b"\r\n")
    body = int(length[1]) if length else 0
    return len(head) + len(end) + (body if body <= BODY_BYTES else 0)


def _end(conn: TConn) -> None:
    try:
        conn.sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is closed


def _fill_small_blocks() -> None:
    """Have what small objects left behind overwritten with noughts: some milliseconds."""
    for size in SMALL_BYTES:
        blocks = [bytes(size) for _ in range(SMALL_BLOCKS)]
        del blocks
