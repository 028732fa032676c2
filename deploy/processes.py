"""Several programs that run and stop together."""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress

STOPS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
PATIENCE_SECONDS = 40  # a server lets its requests end for 30


def together(main: Sequence[str], *beside: Sequence[str]) -> int:
    """Run a program with others beside it until it ends; its exit code. Whoever stops this process stops them all.

    SIGTERM, SIGHUP and Ctrl+C are passed on as SIGTERM; what does not end then is killed. Each program is in a group
    of its own, so that a terminal's Ctrl+C comes to them once, from here.
    """
    stopped: list[int] = []
    before = {number: signal.signal(number, lambda found, _: stopped.append(found)) for number in STOPS}
    running = [subprocess.Popen(words, start_new_session=True) for words in (main, *beside)]
    try:
        while running[0].poll() is None and not stopped:
            with suppress(subprocess.TimeoutExpired):
                running[0].wait(0.2)
    finally:
        for program in running:
            _signal(program, signal.SIGTERM)
        for program in running:
            _end(program)
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0 if stopped else running[0].returncode


def _end(program: "subprocess.Popen[bytes]") -> None:
    try:
        program.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()


def _signal(program: "subprocess.Popen[bytes]", number: int) -> None:
    with suppress(ProcessLookupError):
        program.send_signal(number)
