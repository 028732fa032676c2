"""Texts that wait on disk: none lost, none doubled, in order, sealed, whoever dies when (faults 41 and 44)."""

import os
import signal
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from sms import reception, spool
from sms.keys import Keys
from sms.reception import Inbound
from sms.settings import ChannelSettings
from sms.spool import MAX_TEXT_CHARS, TRIES, FullError, Spool
from survey_app.storage.database import connect, reading
from survey_app.storage.swift import Swift
from survey_app.storage.tables import ConversationRow, InboundRow, OutboxRow
from survey_app.wavekeys import WaveKeyError

from .conftest import NUMBER, START, Phone

OTHER = "+212600000002"
KEYS = Keys(bytes(range(32)))


@pytest.fixture
def waiting(settings: ChannelSettings) -> Spool:
    return spool.of(settings)


def text(said: str, reference: str | None = None, sender: str = NUMBER) -> Inbound:
    return Inbound("twilio", reference or f"SM{said}", sender, said, START + timedelta(hours=1))


def taken(waiting: Spool) -> list[str]:
    found: list[str] = []
    waiting.drain(lambda inbound: found.append(inbound.text))
    return found


def test_texts_come_back_in_their_order_and_leave_nothing(waiting: Spool) -> None:
    said = [str(number) for number in range(12)]
    for each in said:
        waiting.put(text(each))
    assert waiting.waits()
    assert taken(waiting) == said
    assert not waiting.waits()
    assert sorted(file.name for file in waiting.folder.iterdir()) == [".draining", ".writing"]
    waiting.put(text("again"))
    assert taken(waiting) == ["again"]


@given(
    st.text(st.characters(), max_size=2_000),
    st.none() | st.sampled_from(["STOP", "START"]),
    st.none() | st.just(START),
)
def test_whatever_a_person_sends_comes_back_as_it_was_in_one_size(
    said: str, opt_out: str | None, received: datetime | None
) -> None:
    inbound = Inbound("twilio", "SM" + "a" * 32, NUMBER, said, received, opt_out)
    written = spool._written(inbound)
    back = spool._read(written)
    assert len(written) == spool.SEALED_BYTES
    assert (back.text, back.received, back.opt_out) == (said[:MAX_TEXT_CHARS], received, opt_out)


def test_what_waits_is_sealed_in_files_of_one_size_that_only_their_owner_reads(waiting: Spool) -> None:
    for said in ("canary", "canary " * 200, "ق" * 1_600):
        waiting.put(text(said, "SMcanary"))
    files = [file for file in waiting.folder.iterdir() if not file.name.startswith(".")]
    assert len(files) == 3
    assert {file.stat().st_size for file in files} == {spool.SEALED_BYTES + 40}
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert waiting.folder.stat().st_mode & 0o777 == 0o700
    secret = (b"canary", NUMBER.encode(), NUMBER[1:].encode(), ("ق" * 8).encode(), b"twilio")
    assert not [each for file in files for each in secret if each in file.read_bytes() or each in file.name.encode()]


def test_a_text_is_opened_only_in_its_own_place(waiting: Spool) -> None:
    waiting.put(text("one"))
    waiting.put(text("two"))
    first, second = sorted(file for file in waiting.folder.iterdir() if not file.name.startswith("."))
    first.write_bytes(second.read_bytes())
    for _ in range(TRIES):
        found = taken(waiting)
    assert found == ["two"]
    assert waiting.aside() == 1


def test_fault_41_a_full_spool_takes_no_more(waiting: Spool) -> None:
    small = Spool(waiting.folder, waiting.keys, 2)
    for said in ("one", "two"):
        small.put(text(said))
    with pytest.raises(FullError):
        small.put(text("three"))
    assert taken(small) == ["one", "two"]
    small.put(text("three"))
    assert taken(small) == ["three"]


@pytest.mark.parametrize("away", [OperationalError("x", None, Exception()), WaveKeyError("x"), OSError(5, "x")])
def test_what_cannot_be_taken_now_is_tried_again_for_ever_and_keeps_the_order(
    waiting: Spool, away: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    for said in ("canary", "two"):
        waiting.put(text(said))

    def fail(_: Inbound) -> None:
        raise away

    for _ in range(3 * TRIES):
        assert waiting.drain(fail) == 0
    assert (taken(waiting), waiting.aside()) == (["canary", "two"], 0)
    assert "texts wait on disk" in caplog.text
    assert not [secret for secret in ("canary", NUMBER) if secret in caplog.text]


def test_a_text_that_fails_by_its_own_fault_is_set_aside_and_never_lost(
    waiting: Spool, caplog: pytest.LogCaptureFixture
) -> None:
    for said in ("canary", "two"):
        waiting.put(text(said))
    found: list[str] = []

    def take(inbound: Inbound) -> None:
        if inbound.text == "canary":
            raise ValueError(inbound.text)
        found.append(inbound.text)

    for _ in range(TRIES - 1):
        waiting.drain(take)
        assert (found, waiting.aside()) == ([], 0)
    waiting.drain(take)
    assert (found, waiting.aside(), waiting.waits()) == (["two"], 1, False)
    assert "canary" not in caplog.text


def test_only_one_drains_at_a_time_and_what_is_written_meanwhile_is_taken_too(waiting: Spool) -> None:
    waiting.put(text("one"))
    found: list[str] = []

    def take(inbound: Inbound) -> None:
        assert waiting.drain(lambda _: pytest.fail("a second one")) == 0
        if not found:
            waiting.put(text("two"))
        found.append(inbound.text)

    assert waiting.drain(take) == 2
    assert found == ["one", "two"]


def test_a_drain_ends_with_its_time_and_goes_on_the_next_time(waiting: Spool) -> None:
    for said in ("one", "two"):
        waiting.put(text(said))
    assert waiting.drain(lambda _: None, seconds=-1) == 0
    assert taken(waiting) == ["one", "two"]


def test_fault_41_a_conversation_that_waited_is_as_one_that_did_not(
    settings: ChannelSettings, database: Engine, waiting: Spool, phone: Phone
) -> None:
    phone.text("trust")
    waiting.put(text("1"))
    waiting.put(text("hello", sender=OTHER))
    waiting.put(text("1"))  # brought twice
    assert spool.drain(settings, database, lambda: phone.now) == 3
    (asked,) = phone.arrived()
    assert "1/3" in asked
    assert inbound_count(database) == 3


def inbound_count(engine: Engine) -> int:
    with reading(engine) as session:
        return len(session.exec(select(InboundRow.id)).all())


def outcome(engine: Engine) -> tuple[int, int, list[tuple[str, int]]]:
    with reading(engine) as session:
        replies = session.exec(select(OutboxRow.id).where(OutboxRow.kind == "reply")).all()
        cases = session.exec(select(ConversationRow.state, ConversationRow.revision)).all()
    return inbound_count(engine), len(replies), sorted((state, revision) for state, revision in cases)


def killed_at(step: int, work: Callable[[], object], mortal: Callable[[Callable[[], None]], None]) -> bool:
    """Run in a child that dies at its nth step; whether it did."""
    child = os.fork()
    if child == 0:
        left = step

        def die() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        mortal(die)
        try:
            work()
        finally:
            os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def steps(work: Callable[[], object], mortal: Callable[[Callable[[], None]], None]) -> Iterator[int]:
    """Each step at which a child was killed."""
    for step in range(1, 200):
        if not killed_at(step, work, mortal):
            return
        yield step
    pytest.fail("it never ends")


def mortal_files(die: Callable[[], None]) -> None:
    """A chance to die before and after each call that changes the disk."""
    for owner, name in (
        (os, "fsync"),
        (os, "open"),
        (Path, "rename"),
        (Path, "unlink"),
        (Path, "mkdir"),
        (Path, "open"),
    ):
        _mortal(owner, name, die)


def mortal_statements(die: Callable[[], None]) -> None:
    """The same for each statement and the commit."""
    for name in ("__enter__", "execute", "__exit__"):
        _mortal(Swift, name, die)


def _mortal(owner: object, name: str, die: Callable[[], None]) -> None:
    original = getattr(owner, name)

    def wrapped(*args: object, **options: object) -> object:
        die()
        result = original(*args, **options)
        die()
        return result

    setattr(owner, name, wrapped)


def test_fault_44_whoever_dies_while_writing_leaves_a_whole_text_or_none(waiting: Spool) -> None:
    count = 0
    for count in steps(lambda: waiting.put(text("dying")), mortal_files):  # noqa: B007  # looked at below
        waiting.put(text("after"))
        found = taken(waiting)
        assert found[-1] == "after"
        assert found[:-1] in ([], ["dying"])
        assert (waiting.aside(), sorted(file.name for file in waiting.folder.iterdir())) == (
            0,
            [".draining", ".writing"],
        )
    assert count > 10
    assert taken(waiting) == ["dying"]  # the child that was not killed


def test_fault_44_whoever_dies_while_draining_loses_none_and_doubles_none(
    settings: ChannelSettings, database: Engine, waiting: Spool, phone: Phone
) -> None:
    url = database.url.render_as_string(hide_password=False)
    numbers = [f"+212600001{number:03}" for number in range(200)]

    def mortal(die: Callable[[], None]) -> None:
        mortal_files(die)
        mortal_statements(die)

    def work() -> None:
        spool.drain(settings, connect(url), lambda: START, seconds=60)

    for number in numbers[:1]:
        waiting.put(text("trust", f"SM{number}", number))
        waiting.put(text("help", f"SM{number}-2", number))
    done, count = 1, 0
    for count in steps(work, mortal):  # noqa: B007  # looked at below
        spool.drain(settings, database, lambda: START, seconds=60)
        inbound, replies, cases = outcome(database)
        assert (inbound, replies, waiting.aside(), waiting.waits()) == (2 * done, 2 * done, 0, False)
        assert cases == [("open", 1)] * done
        number = numbers[done]
        waiting.put(text("trust", f"SM{number}", number))
        waiting.put(text("help", f"SM{number}-2", number))
        done += 1
    assert count > 20
    assert outcome(database)[:2] == (2 * done, 2 * done)


def test_fault_44_whoever_dies_while_taking_a_text_takes_it_whole_or_not_at_all(
    settings: ChannelSettings, database: Engine, phone: Phone
) -> None:
    url = database.url.render_as_string(hide_password=False)
    for step in range(1, 40):
        number = f"+2126000002{step:02}"
        inbound = text("trust", f"SM{number}", number)
        take = partial(reception.receive, settings, connect(url), inbound, START)
        died = killed_at(step, take, mortal_statements)
        before = outcome(database)
        assert before[0] - (step - 1) in (0, 1)
        assert before[1] == before[0]
        reception.receive(settings, database, inbound, START)  # the carrier, or the spool, brings it again
        assert outcome(database)[:2] == (step, step)
        if not died:
            break
    assert step > 10
