"""Opens batches and closes a wave in children that are killed at one step after the other; run as a program of its own.

Prints, after each: the signal, how many envelopes wait, how many responses there are, and what is wrong with the trail.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, event, func
from sqlmodel import select

from analytics.custody import close_wave, open_batches, waiting
from analytics.trail import verify
from survey_app.storage.database import connect, reading
from survey_app.storage.tables import ResponseRow

WAVE = "w1"
SELECT, CLOSE, DELETE = "SELECT", "UPDATE wave", "DELETE FROM envelope"
WRITE, RECORD = "INSERT INTO response", "INSERT INTO opening"
AT_ONCE, AT_COMMIT, AFTER_COMMIT = "at once", "at the commit", "after the commit"
OPENING = (
    (SELECT, AT_ONCE),
    (DELETE, AT_ONCE),
    (WRITE, AT_ONCE),
    (RECORD, AT_ONCE),
    (RECORD, AT_COMMIT),
    (RECORD, AFTER_COMMIT),
)
CLOSING = ((SELECT, AT_ONCE), (CLOSE, AT_ONCE), (CLOSE, AT_COMMIT), (CLOSE, AFTER_COMMIT), *OPENING[1:])


def main(url: str, key_file: Path, minimum: int) -> None:
    """Kill a child at each step, and look at what it left."""
    key = key_file.read_text()
    for step, when in OPENING:
        _look(url, _killed(url, step, when, lambda engine: open_batches(engine, key, minimum)))
    for step, when in CLOSING:
        _look(url, _killed(url, step, when, lambda engine: close_wave(engine, key, WAVE, date(2026, 10, 1))))


def _look(url: str, died_of: int) -> None:
    engine = connect(url)
    with reading(engine) as session:
        left = sum(waiting(session).values())
        rows = session.exec(select(func.count()).select_from(ResponseRow)).one()
        faults = verify(session).faults
    engine.dispose()
    sys.stdout.write(f"{died_of} {left} {rows} {len(faults)}\n")


def _killed(url: str, step: str, when: str, work: Callable[[Engine], object]) -> int:
    child = os.fork()
    if child == 0:
        engine = connect(url)
        watch(engine, lambda statement: statement.startswith(step), when)
        work(engine)
        os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


def watch(engine: Engine, is_step: Callable[[str], bool], when: str) -> None:
    """Die at the statement that is the step, or at or after the commit that follows it."""
    reached: list[str] = []

    def ran(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if is_step(statement):
            reached.append(statement)
            if when == AT_ONCE:
                os.kill(os.getpid(), signal.SIGKILL)

    commit = engine.dialect.do_commit

    def committing(driver: object) -> None:
        if reached and when == AT_COMMIT:
            os.kill(os.getpid(), signal.SIGKILL)
        commit(driver)  # type: ignore[arg-type]  # whatever the dialect's own driver gives
        if reached and when == AFTER_COMMIT:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "after_cursor_execute", ran)
    engine.dialect.do_commit = committing  # type: ignore[assignment, method-assign]  # there is no event after a commit


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
