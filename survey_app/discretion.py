"""What a process of ours says of itself when it fails or dies: never a value, since it may be an answer or a key."""

import ctypes
import logging
import re
import resource
import sys
import traceback
from pathlib import Path

FRAMES = 3
_OTHERS = re.compile(r"site-packages|^<")
_SET_DUMPABLE = 4  # PR_SET_DUMPABLE of prctl(2)
_made = logging.getLogRecordFactory()


def be_discreet() -> None:
    """For this process and those that it forks: no cores, and no messages of errors in any log.

    A limit of zero is not enough: programs that collect cores (systemd-coredump, apport) are handed them all the same,
    unless the process itself says no. That also keeps others of the same user out of its memory.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, ctypes.c_ulong(0))
    logging.setLogRecordFactory(_record)


def told(error: BaseException) -> str:
    """The kind of an error and its places in our own code, if it has any, such as "ValueError at fields.py:12"."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not _OTHERS.search(frame.filename)] or frames[-1:]
    places = ", ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(own[-FRAMES:]))
    return f"{type(error).__name__} at {places or '?'}"


def _record(*given: object, **beside: object) -> logging.LogRecord:
    """Where a library logs an error with its trace, the words beside it may be of the request as well."""
    record = _made(*given, **beside)
    if record.exc_info:
        error = record.exc_info[1]
        record.msg, record.args = "failed: %s", (told(error) if error else "?",)
        record.exc_info = record.stack_info = None
    return record
