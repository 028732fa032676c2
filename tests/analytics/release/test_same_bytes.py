"""The same content gives the same bytes: in other processes, under other settings, and on other machines (fault 69)."""

import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path

from analytics.release.bundle import pack
from analytics.releasing.keys import signed

from .made import KEYS, release

ROOT = Path(__file__).parents[3]
# Of the constructed release of made.py, as written with pyarrow 26. A machine that gives another name writes other
# bytes; a new pyarrow may, since it names itself in the file: look at what changed before changing this.
GOLDEN = "2026-11-22-fd81f2990b20"
SURVEY = """
import os, sys
from datetime import date
from pathlib import Path
os.umask(int(sys.argv[2]))
from analytics.foreign import load, read_mapping
from analytics.publish import Parameters
from analytics.releasing.building import Trust, build
from survey_app.storage.database import connect, migrate
golden = Path("tests/golden")
engine = connect(f"sqlite:///{sys.argv[1]}/thiqa.sqlite3")
migrate(engine)
survey = read_mapping(golden / "mappings" / "trust.toml")
load(engine, survey, golden / "rsurvey" / "trust.csv")
print(build(engine, survey.instrument, Path(sys.argv[1]), Parameters(date(2026, 11, 22)), Trust("0" * 64)))
engine.dispose()
"""


def test_fault_69_a_constructed_release_has_the_bytes_that_it_had_on_the_first_machine() -> None:
    assert pack(release()).name == GOLDEN
    message = hashlib.sha256(pack(release()).manifest).digest()
    assert signed(KEYS.private, message) == signed(KEYS.private, message)  # Ed25519 draws nothing


def test_fault_69_other_settings_of_the_process_change_no_byte(tmp_path: Path) -> None:
    """Hash seed, time zone, locale, umask, threads, the date that others build with."""
    one = built(tmp_path / "one", "0", PYTHONHASHSEED="1", TZ="Asia/Tokyo", LC_ALL="C", OMP_NUM_THREADS="1")
    other = built(
        tmp_path / "other", str(0o077), PYTHONHASHSEED="2", TZ="America/Lima", LC_ALL="C.UTF-8", OMP_NUM_THREADS="2",
        SOURCE_DATE_EPOCH="1",
    )  # fmt: skip
    assert one.name == other.name
    files = sorted(file.relative_to(one) for file in one.rglob("*") if file.is_file())
    assert files == sorted(file.relative_to(other) for file in other.rglob("*") if file.is_file())
    for file in files:
        assert (one / file).read_bytes() == (other / file).read_bytes()
        assert stat.S_IMODE((other / file).stat().st_mode) == 0o644
    assert stat.S_IMODE(other.stat().st_mode) == 0o755


def built(folder: Path, umask: str, **settings: str) -> Path:
    """A release of a small survey, by a process of its own."""
    folder.mkdir()
    threads = {"OPENBLAS_NUM_THREADS": settings["OMP_NUM_THREADS"]}
    words = [sys.executable, "-c", SURVEY, str(folder), umask]
    environment = {**os.environ, **settings, **threads, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(words, capture_output=True, text=True, check=True, cwd=ROOT, env=environment)
    return Path(run.stdout.splitlines()[-1])
