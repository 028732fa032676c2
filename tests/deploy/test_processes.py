"""Programs that run together stop together: whoever stops the first leaves none behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.processes import together

ROOT = Path(__file__).parents[2]
SLEEPER = "import os, sys, time, pathlib; pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(60)"
PARENT = """
import sys
from deploy.processes import together
sleeper, one, other = sys.argv[1:]
sys.exit(together([sys.executable, "-c", sleeper, one], [sys.executable, "-c", sleeper, other]))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_whoever_stops_the_first_stops_them_all(tmp_path: Path, number: signal.Signals) -> None:
    notes = [tmp_path / "one", tmp_path / "other"]
    with subprocess.Popen([sys.executable, "-c", PARENT, SLEEPER, *map(str, notes)], cwd=ROOT) as parent:
        until(lambda: all(note.exists() and note.read_text() for note in notes))
        parent.send_signal(number)
        assert parent.wait(20) == 0
    assert [alive(int(note.read_text())) for note in notes] == [False, False]


def test_where_the_main_one_ends_by_itself_the_others_end_too(tmp_path: Path) -> None:
    note, before = tmp_path / "other", signal.getsignal(signal.SIGINT)
    wait = f"import pathlib, time, sys\nwhile not pathlib.Path({str(note)!r}).exists(): time.sleep(0.05)\nsys.exit(3)"
    assert together([sys.executable, "-c", wait], [sys.executable, "-c", SLEEPER, str(note)]) == 3
    assert not alive(int(note.read_text()))
    assert signal.getsignal(signal.SIGINT) is before


def until(done: object) -> None:
    """Wait for it, for 20 seconds."""
    assert callable(done)
    for _ in range(400):
        if done():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come")


def alive(number: int) -> bool:
    """Whether a process is there."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True
