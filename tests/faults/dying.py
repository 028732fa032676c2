"""Opens batches in children that are killed at one step after the other; run as a program of its own.

Prints, after each, how many envelopes wait and how many responses there are.
"""

import os
import signal
import sys
from pathlib import Path

from sqlalchemy import event, func
from sqlmodel import Session, select

from analytics.custody import open_batches, waiting
from survey_app.storage.database import connect, reading
from survey_app.storage.tables import ResponseRow

STEPS = (
    "SELECT",
    "INSERT INTO response",
    "DELETE FROM envelope",
    "INSERT INTO opening",
    "before_commit",
    "after_commit",
)


def main(url: str, key_file: Path, minimum: int) -> None:
    """Kill a child at each step, and look at what it left."""
    key = key_file.read_text()
    for step in STEPS:
        child = os.fork()
        if child == 0:
            _open_until(url, key, minimum, step)
        _, status = os.waitpid(child, 0)
        engine = connect(url)
        with reading(engine) as session:
            left = sum(waiting(session).values())
            rows = session.exec(select(func.count()).select_from(ResponseRow)).one()
        engine.dispose()
        sys.stdout.write(f"{os.WTERMSIG(status)} {left} {rows}\n")


def _open_until(url: str, key: str, minimum: int, step: str) -> None:
    engine = connect(url)

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def watch(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(step):
            die()

    event.listen(engine, "after_cursor_execute", watch)
    if step.endswith("commit"):
        event.listen(Session, step, die)
    open_batches(engine, key, minimum)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
