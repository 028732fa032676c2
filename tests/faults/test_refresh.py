"""A refresh that is killed at any step leaves the last release standing, and the next one completes it (fault 44)."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from analytics.releasing.store import LOCK, BusyError, alone

from .refreshing import AFTER, STEPS
from .server import ROOT


def test_fault_44_a_refresh_killed_at_each_step_leaves_a_whole_release_and_the_next_completes(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.faults.refreshing", str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    found = [json.loads(line) for line in run.stdout.splitlines()]
    names = [step[1] for step in STEPS]
    in_chain = 10  # from this step on the chain names the new release
    moved = names.index("point") + 1  # from this one on the pointer does
    for at, (died_of, shown, chain, told, again, published, faults, new, left) in enumerate(found):
        assert died_of == signal.SIGKILL, names[at]
        assert (shown, chain) == ("new" if at >= moved else "first", 2 if at >= in_chain else 1), names[at]
        assert (published, faults, new, left) == (2, 0, True, []), names[at]
        assert told == (at < len(STEPS) - 1), names[at]  # all but the last have something left to do
        assert not again, names[at]
    assert (names[in_chain], STEPS[in_chain][3]) == ("put", AFTER)
    assert len(found) == len(STEPS)


def test_only_one_changes_the_releases_at_a_time(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(BusyError), alone(tmp_path, patient=False):
        pass
    with alone(tmp_path, patient=False):
        pass


def test_the_lock_of_a_process_that_died_is_free(tmp_path: Path) -> None:
    words = (
        "import sys, time; from pathlib import Path; from analytics.releasing.store import alone\n"
        "with alone(Path(sys.argv[1])):\n print(1, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", words, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT) as held:
        assert held.stdout is not None
        held.stdout.readline()
        with pytest.raises(BusyError), alone(tmp_path, patient=False):
            pass
        held.kill()
    with alone(tmp_path, patient=False):
        pass


def test_what_a_process_that_died_had_begun_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".writing-abc" / "open").mkdir(parents=True)
    (tmp_path / ".writing-abc" / "open" / "data.csv").write_text("1")
    (tmp_path / ".chain.jsonl.new").write_text("half")
    with alone(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == [LOCK]
