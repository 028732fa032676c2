"""The directory of releases as one process at a time changes it: the lock, and files that are whole or as before."""

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analytics.release.bundle import ASIDE
from analytics.release.ledger import Record, digest, head, line, message, read_ledger

from .keys import signed

LOCK = ".lock"


class BusyError(Exception):
    """Another process changes the releases at this moment."""


@contextmanager
def alone(directory: Path, *, patient: bool = True) -> Iterator[None]:
    """Change the releases while nobody else does. The kernel frees the lock of a process that dies.

    What a process that died had begun to write is removed. Raises BusyError at once unless `patient`.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if patient else fcntl.LOCK_NB))
        except BlockingIOError:
            raise BusyError("another process changes the releases at this moment") from None
        for begun in directory.glob(f"{ASIDE}*"):
            shutil.rmtree(begun, ignore_errors=True)
        for begun in directory.glob(f"*{_BESIDE}"):
            begun.unlink(missing_ok=True)
        yield


_BESIDE = ".new"


def put(path: Path, content: bytes) -> None:
    """Write a file so that whoever reads it sees the old or the new one, and the disk has it."""
    beside = path.with_name(f".{path.name}{_BESIDE}")
    with beside.open("wb") as out:
        out.write(content)
        out.flush()
        os.fchmod(out.fileno(), 0o644)
        os.fsync(out.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def append(path: Path, contents: Sequence[Mapping[str, Any]], private: str) -> tuple[Record, ...]:
    """Add records to a ledger, all or none; returns them all. Raises ReleaseError where it cannot be read."""
    records = list(read_ledger(path))
    for content in contents:
        number, previous = len(records) + 1, head(records)
        found = digest(number, content, previous)
        by = signed(private, message(found))
        records.append(Record(number, content, previous, found, by.public_key, by.signature))
    if contents:
        put(path, b"".join(map(line, records)))
    return tuple(records)
