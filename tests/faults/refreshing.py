"""Refreshes in children that are killed at one step after the other; run as a program of its own.

Prints, after each: the signal, the release that is shown, how many the chain names, and how many faults a check finds.
At the end a refresh runs whole, and once more.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from sqlalchemy import Engine

from analytics.publish import Parameters
from analytics.release import Release, latest, read
from analytics.release import bundle as release_bundle
from analytics.release.chain import verify_all
from analytics.releasing import building, publishing, refreshing, store
from analytics.releasing.building import Trust
from survey_app.instrument import read_instrument
from survey_app.storage.database import connect, migrate
from tests.analytics.release.made import DAY, KEYS, published, release

INSTRUMENT = read_instrument()
TRUST = Trust(KEYS.private, (KEYS.public,))
PARAMETERS = Parameters(created=DAY)
BEFORE, AFTER = "before", "after"
# Of each step: what holds the function, its name, at which call of it, and whether it dies before or after.
STEPS: tuple[tuple[Any, str, int, str], ...] = (
    (refreshing, "open_batches", 1, BEFORE),
    (refreshing, "open_batches", 1, AFTER),
    (building, "compute", 1, BEFORE),
    (building, "compute", 1, AFTER),
    (refreshing, "keep", 1, BEFORE),
    (release_bundle, "_put", 1, AFTER),  # a file of the candidate, aside
    (release_bundle, "_put", 4, AFTER),
    (refreshing, "keep", 1, AFTER),
    (publishing, "audit", 1, AFTER),
    (store, "put", 1, BEFORE),  # the chain
    (store, "put", 1, AFTER),
    (publishing, "point", 1, BEFORE),
    (publishing, "point", 1, AFTER),
    (refreshing, "put", 1, BEFORE),  # the mark that all was done
    (refreshing, "put", 1, AFTER),
)


def main(folder: Path) -> None:
    """Kill a child at each step, each in a directory of its own with one release in it."""
    database = folder / "thiqa.sqlite3"
    engine = connect(f"sqlite:///{database}")
    migrate(engine)
    for number, step in enumerate(STEPS):
        directory = folder / str(number)
        first = published(directory, release())
        died_of = _in_child(lambda step=step, to=directory: _dying(database, to, *step))  # type: ignore[misc]  # a lambda
        shown = "first" if latest(directory).name == first else "new"
        _whole(directory)
        chain = len(verify_all(directory).chain.published)
        told = [_run(engine, directory), _run(engine, directory)]
        verdict = verify_all(directory)
        left = sorted(path.name for path in directory.iterdir() if path.name.startswith(".w"))
        end = [len(verdict.chain.published), len(verdict.faults), read(latest(directory)).figures == new().figures]
        sys.stdout.write(json.dumps([died_of, shown, chain, *[bool(said) for said in told], *end, left]) + "\n")
    engine.dispose()


def new() -> Release:
    """What is computed: other figures than those that are published."""
    return release(shift=0.1)


def _whole(directory: Path) -> None:
    """Whatever is shown is a whole release."""
    read(latest(directory), TRUST.pinned)


def _run(engine: Engine, directory: Path) -> str:
    _computing_little(building)
    return refreshing.refresh(engine, INSTRUMENT, directory, PARAMETERS, TRUST, (KEYS.private, None))


def _computing_little(module: ModuleType) -> None:
    """Instead of an hour's statistics."""
    made = SimpleNamespace(release=replace(new(), created=date(2026, 11, 23).isoformat()), computed=None)
    vars(module).update(responses=lambda _: (None, []), compute=lambda *_: made, audit_before_release=lambda *_: None)


def _dying(database: Path, directory: Path, holder: Any, name: str, call: int, when: str) -> None:
    engine = connect(f"sqlite:///{database}")
    _computing_little(building)
    found: Callable[..., Any] = getattr(holder, name)
    calls: list[int] = []

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if when == BEFORE and len(calls) == call:
            os.kill(os.getpid(), signal.SIGKILL)
        result = found(*args, **kwargs)
        if len(calls) == call:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(holder, name, wrapped)
    refreshing.refresh(engine, INSTRUMENT, directory, PARAMETERS, TRUST, (KEYS.private, None))


def _in_child(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
