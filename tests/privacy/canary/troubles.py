"""What goes wrong on the server's side: the database away, bugs in the code, workers that die over a request."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from urllib.parse import quote, urlencode

from sqlalchemy import Engine, create_engine, text

from tests.faults.server import Server, Visitor

from . import campaigns
from .canaries import Person
from .ground import Ground
from .journeys import half, posts, token
from .questions import PAGES
from .street import Street, line_of, replies
from .texting import FORM, texted
from .wrapped import ORDER

Away = Callable[[], AbstractContextManager[None]]
VERBS = ("purge", "sms send")
ORDERS = ("before", "after", "beside", "late", "header")


def locked(engine: Engine) -> Away:
    """SQLite, held by another process."""

    @contextmanager
    def away() -> Iterator[None]:
        other = sqlite3.connect(str(engine.url.database), isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")
        other.close()

    return away


def cut_off(administration: str, name: str) -> Away:
    """PostgreSQL, which ends all connections and takes no new ones."""

    @contextmanager
    def away() -> Iterator[None]:
        engine = create_engine(administration, isolation_level="AUTOCOMMIT")
        with engine.connect() as work:
            work.execute(text(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"))
            end = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
            work.execute(end, {"name": name})
            yield
            work.execute(text(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true"))
        engine.dispose()

    return away


def in_the_middle(street: Street, ground: Ground, away: Away) -> None:
    """The database goes while people answer, send, put aside, take up, begin, leave and text; then it is back."""
    person, answering = half(street, "ar")
    sender, sending = street.comes("fr")
    sending.complete(*replies(sender))
    others = [half(street)[1] for _ in range(3)]
    code = next(canary.text for each in street.people for canary in each.given if canary.kind == "invitation")
    given = {"answer": "8", "answer@where": person.latin}
    with away(), ThreadPoolExecutor(12) as all_at_once:
        waiting: list[Future[Any]] = [
            all_at_once.submit(answering.submit, **given),
            all_at_once.submit(sending.submit),
            all_at_once.submit(posts, others[0], "/pause?lang=en"),
            all_at_once.submit(posts, others[1], "/leave?lang=en"),
            all_at_once.submit(others[2].go, f"/i/{code}"),
            all_at_once.submit(others[2].go, "/resume", "POST", b"code=ZZZZYYYYXXXX&csrf=" + token(others[2]).encode()),
            all_at_once.submit(texted, street, ground, person, person.arabic),
            all_at_once.submit(campaigns.brought, street, ground, person, person.latin * 60),
            all_at_once.submit(campaigns.brought, street, ground, sender, "1"),
            *(all_at_once.submit(ground.thiqa, *verb.split()) for verb in VERBS),
        ]
        outcomes = [each.result() for each in waiting]
        ground.spooled |= {path.name: path.read_bytes() for path in (ground.folder / "spool").iterdir()}
    assert outcomes[0].status == outcomes[1].status == 503
    assert outcomes[6:9] == [200, 200, 200], "texts wait on disk"
    assert [run.code for run in outcomes[9:]] == [1] * len(VERBS)
    ground.engine.dispose()
    time.sleep(1.1)  # for connections that rested to be asked whether they live
    sending.press()
    assert sending.page.status == 200
    assert ground.thiqa("sms", "send").code == 0


def bugs(street: Street, ground: Ground) -> None:
    """A bug at each place in each application, with an answer, a code, a number within reach."""
    person, visitor = half(street)
    body = urlencode({"csrf": token(visitor), "answer": "3", "answer@where": person.latin}).encode()
    cookie = ("Cookie", f"__Host-thiqa={visitor.cookie}")
    for order in ORDERS:
        ordered = (ORDER, order)
        for method, target, sent in (
            ("POST", f"/page/{PAGES['more']}", body),
            ("GET", f"/i/{person.latin}?answer={quote(person.arabic)}", None),
            ("POST", f"/dashboards/_dash-update-component?{person.latin}", b'["%s"]' % person.latin.encode()),
        ):
            said = b"" if sent is None else sent
            head = [f"{method} {target} HTTP/1.1", ": ".join(cookie), ": ".join(ordered), f"{FORM[0][0]}: {FORM[0][1]}"]
            line_of(visitor).raw("\r\n".join([*head, f"Content-Length: {len(said)}", "", ""]).encode() + said)
    for order in ORDERS[:3]:
        assert texted(street, ground, person, person.arabic, ((ORDER, order),)) >= 500


def deaths(street: Street, ground: Ground) -> None:
    """A worker is killed while it holds an answer, or aborts by itself, as a library in it might."""
    for by in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, None):
        person, visitor = half(street)
        _held_and_killed(street.server, ground, person, visitor, by)


def _held_and_killed(server: Server, ground: Ground, person: Person, visitor: Visitor, by: int | None) -> None:
    held = ground.folder / "held"
    held.unlink(missing_ok=True)
    before = server.workers
    answer = f"csrf={token(visitor)}&answer=3&answer@where={person.latin}&told={quote(person.arabic)}".encode()
    with ThreadPoolExecutor() as beside:
        order = ((ORDER, "hold" if by else "abort"),)
        asking = beside.submit(visitor.go, f"/page/{PAGES['more']}", "POST", answer, order)
        _until(held.exists)
        for pid in before if by else ():
            os.kill(pid, by or 0)
        _until(lambda: bool(server.workers) and not set(server.workers) & set(before))
        # Gunicorn takes SIGABRT for its own, and lets the thread end.
        assert by is signal.SIGABRT or isinstance(asking.exception(), OSError)
    _until(lambda: _lives(server))


def _lives(server: Server) -> bool:
    try:
        return server.ask("GET", "/health").status == 200
    except OSError:
        return False


def _until(done: Callable[[], bool]) -> None:
    for _ in range(600):
        if done():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen in half a minute")
