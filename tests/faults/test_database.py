"""A database that is away, dies, only reads, waits or deadlocks while somebody answers or sends (fault 43).

The answer stays on the page, the page says what to do, and after recovery the same pressed again gives one envelope.
"""

import base64
import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from survey_app.intake import Ticket
from survey_app.storage.database import RESTED_SECONDS, reading
from survey_app.wavekeys import WaveKeys
from tests.web.conftest import form
from tests.web.test_journeys import drafts_kept, envelopes

from .conftest import SHORT, Serve, fielded
from .server import Reply, Server, Visitor, holds


def at_the_number(server: Server) -> Visitor:
    """A person before the last question, which is a number."""
    person = Visitor(server)
    person.start()
    for reply in ({}, {"answer": "2"}, {"answer": "yes"}):
        person.press(**reply)
    return person


def honest(reply: Reply) -> bool:
    """Whether the page says, in the person's language, that it did not work and what to do, and nothing of why."""
    assert reply.status == 503
    assert reply.headers["Retry-After"]
    assert '<html lang="en"' in reply.text
    assert "minute" in reply.text
    return not any(word in reply.text.lower() for word in ("sql", "postgres", "psycopg", "traceback", "lock", "disk"))


def survives(server: Server, database: Engine, trouble: Callable[[], Iterator[None]]) -> None:
    """An answer and a submission meet the trouble, and are then made again."""
    person, sender = at_the_number(server), Visitor(server)
    sender.complete(*SHORT)
    review = sender.page
    with contextmanager(trouble)(), ThreadPoolExecutor() as both:
        sending = both.submit(sender.submit)
        person.page = person.submit(answer="٧")
        assert honest(person.page)
        assert holds(person.page, "answer", "٧")
        sender.page = sending.result()
        assert honest(sender.page)
    assert envelopes(database) == []
    assert drafts_kept(database) == 2
    again = person.press(answer="٧") if 'type="hidden" name="answer"' not in person.page.text else person.press()
    assert again.status == 200
    assert person.on_review
    person.press()
    sender.page = review
    assert sender.press().status == 200
    sent = envelopes(database)
    assert len(sent) == 2
    assert sum('"times":7' in content for content in sent) == 1
    assert drafts_kept(database) == 0
    assert not any(word in server.log for word in ("Traceback", "times", "answer", "SELECT", "UPDATE", "INSERT"))


@pytest.fixture
def postgres(postgres_engine: Engine) -> Engine:
    return fielded(postgres_engine, form())


@pytest.fixture
def admin(postgres_server: str) -> Iterator[Connection]:
    """A connection to another database of the same server."""
    engine = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def triggered(database: Engine, body: str, *tables: str) -> Iterator[None]:
    """A trigger after each row that is written to these tables."""
    with database.begin() as other:
        program = f"BEGIN {body}; RETURN NEW; END"
        other.execute(text(f"CREATE FUNCTION harm() RETURNS trigger LANGUAGE plpgsql AS '{program}'"))
        for table in tables:
            when = f"AFTER INSERT OR UPDATE ON {table} FOR EACH ROW"
            other.execute(text(f"CREATE TRIGGER harm {when} EXECUTE FUNCTION harm()"))
    yield
    with database.begin() as other:
        other.execute(text("DROP FUNCTION harm CASCADE"))


END_ALL = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")


@pytest.mark.postgres
def test_fault_43_postgresql_refuses_connections(serve: Serve, postgres: Engine, admin: Connection) -> None:
    name = postgres.url.database

    def refuses() -> Iterator[None]:
        admin.execute(text(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"))
        admin.execute(END_ALL, {"name": name})
        yield
        admin.execute(text(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true"))
        postgres.dispose()

    survives(serve(postgres), postgres, refuses)


@pytest.mark.postgres
def test_fault_43_connections_that_were_cut_are_replaced_without_a_word(
    serve: Serve, postgres: Engine, admin: Connection
) -> None:
    server = serve(postgres)
    person = at_the_number(server)
    admin.execute(END_ALL, {"name": postgres.url.database})
    time.sleep(RESTED_SECONDS)  # a connection that rested less is not asked whether it lives
    assert person.press(answer="3").status == 200
    assert person.on_review
    assert server.log == ""


@pytest.mark.postgres
def test_fault_43_postgresql_dies_in_the_middle_of_a_transaction(serve: Serve, postgres: Engine) -> None:
    survives(
        serve(postgres),
        postgres,
        lambda: triggered(postgres, "PERFORM pg_terminate_backend(pg_backend_pid())", "draft", "envelope"),
    )


@pytest.mark.postgres
def test_fault_43_postgresql_only_reads(serve: Serve, postgres: Engine, admin: Connection) -> None:
    name = postgres.url.database

    def only_reads() -> Iterator[None]:
        admin.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
        admin.execute(END_ALL, {"name": name})
        yield
        admin.execute(text(f"ALTER DATABASE {name} RESET default_transaction_read_only"))
        admin.execute(END_ALL, {"name": name})
        time.sleep(RESTED_SECONDS)
        postgres.dispose()

    survives(serve(postgres), postgres, only_reads)


@pytest.mark.postgres
def test_fault_43_another_holds_the_rows(serve: Serve, postgres: Engine) -> None:
    def holds_them() -> Iterator[None]:
        with postgres.begin() as other:
            other.execute(text("SELECT * FROM draft FOR UPDATE"))
            yield

    begun = time.perf_counter()
    survives(serve(postgres), postgres, holds_them)
    assert time.perf_counter() - begun < 10


@pytest.mark.postgres
def test_fault_43_a_statement_that_takes_half_a_minute_is_given_up(serve: Serve, postgres: Engine) -> None:
    begun = time.perf_counter()
    survives(serve(postgres), postgres, lambda: triggered(postgres, "PERFORM pg_sleep(30)", "draft", "envelope"))
    assert time.perf_counter() - begun < 15


@pytest.mark.postgres
def test_fault_43_the_loser_of_a_deadlock_at_send_sends_again(
    serve: Serve, postgres: Engine, wave_keys: WaveKeys
) -> None:
    server = serve(postgres)
    sender = Visitor(server)
    sender.complete(*SHORT)
    review = sender.page
    ticket = Ticket(base64.urlsafe_b64decode(sender.cookie + "=")).within(wave_keys.make("2026-1"))
    with postgres.connect() as other, ThreadPoolExecutor() as both:
        other.execute(text("SET LOCAL deadlock_timeout = '20s'"))  # so that the site is the one that is told
        insert = "INSERT INTO envelope (submission, wave, sealed, digest) VALUES (:id, '2026-1', 'x', 'x')"
        other.execute(text(insert), {"id": ticket.submission})
        sending = both.submit(sender.submit)
        time.sleep(0.3)
        other.execute(text("UPDATE draft SET answered = answered"))
        assert honest(sending.result())
        other.rollback()
    sender.page = review
    assert sender.press().status == 200
    assert len(envelopes(postgres)) == 1
    assert drafts_kept(postgres) == 0


def test_fault_43_another_process_holds_sqlite(serve: Serve, database: Engine) -> None:
    def held() -> Iterator[None]:
        other = sqlite3.connect(str(database.url.database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
        other.close()

    survives(serve(database), database, held)


def test_fault_43_45_the_disk_of_sqlite_and_of_the_log_takes_nothing_more(serve: Serve, database: Engine) -> None:
    """The limit of a process on what it may write binds the superuser too, and works without another file system."""
    server = serve(database)
    unlimited = resource.RLIM_INFINITY

    def full() -> Iterator[None]:
        for pid in server.workers:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, unlimited))
        yield
        for pid in server.workers:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (unlimited, unlimited))

    survives(server, database, full)
    with reading(database) as session:
        assert session.connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
