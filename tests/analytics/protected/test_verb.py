"""`thiqa microdata export` as the custodian uses it."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from analytics.protected.folder import fingerprint
from deploy.command import main
from survey_app.instrument import Instrument
from survey_app.storage.database import connect, migrate
from tests.analytics.analyses.test_analyst import fill

from .people import field_of

FILES = {
    "README.md", "manifest.json", "codebook.csv", "design.R", "design.do", "design.sps",
    "microdata.csv", "microdata.dta", "microdata.parquet", "microdata.sav",
}  # fmt: skip


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, instrument: Instrument) -> str:
    """A database with two closed waves; its URL."""
    found = f"sqlite:///{tmp_path_factory.mktemp('waves')}/thiqa.sqlite3"
    engine = connect(found)
    migrate(engine)
    frame = field_of(instrument, 130).frame
    fill(engine, instrument, frame.assign(wave=frame["wave"].map({"w1": "w2", "w2": "w3"})), ("w2", "w3"))
    engine.dispose()
    return found


@pytest.fixture
def run(url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.delenv("THIQA_ENV_FILE", raising=False)
    monkeypatch.setenv("THIQA_DATABASE_URL", url)
    return lambda *words: CliRunner().invoke(main, ["microdata", "export", *map(str, words)])


def test_a_copy_is_whole_private_and_says_whose_it_is(run: Any, tmp_path: Path) -> None:
    out = tmp_path / "copies" / "one"
    done: Result = run("--recipient", "جامعة محمد", "--out", out, "--language", "ar")
    assert done.exit_code == 0, done.output
    assert {path.name for path in out.iterdir()} == FILES
    assert out.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in out.iterdir()} == {0o600}
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["recipient"] == "جامعة محمد"
    assert "جامعة محمد" in (out / "README.md").read_text()
    assert set(manifest["files"]) == FILES - {"manifest.json"}
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    mark = re.search(r"fingerprint of the copy: ([0-9a-f]{12})", done.output)
    assert mark
    assert mark[1] == manifest["fingerprint"] == fingerprint(pd.read_csv(out / "microdata.csv"))
    assert [path.name for path in out.parent.iterdir()] == ["one"]
    assert "area: areas to the level above" in done.output
    assert "alone in the population" in done.output


def test_another_copy_has_another_fingerprint_and_the_same_content(run: Any, tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        assert run("--recipient", name, "--out", tmp_path / name, "--recodings", "2").exit_code == 0
        found.append(pd.read_csv(tmp_path / name / "microdata.csv"))
    assert fingerprint(found[0]) != fingerprint(found[1])
    plain = [each.drop(columns=["stratum", "psu"]) for each in found]
    first, second = (each.sort_values(list(each.columns), ignore_index=True) for each in plain)
    pd.testing.assert_frame_equal(first, second)


def test_a_folder_that_is_there_is_not_written_over(run: Any, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    done = run("--recipient", "x", "--out", tmp_path / "mine")
    assert done.exit_code == 1
    assert "is there already" in done.output
    assert list((tmp_path / "mine").iterdir()) == []
    assert list(tmp_path.iterdir()) == [tmp_path / "mine"]


def test_nothing_is_left_of_a_copy_that_cannot_be_written_whole(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.protected.files.shortened", lambda text, limit, in_bytes=False: text)
    monkeypatch.setattr("analytics.protected.files._same", lambda file, found, wanted: 1 / 0)
    done = run("--recipient", "x", "--out", tmp_path / "mine")
    assert done.exit_code != 0
    assert list(tmp_path.iterdir()) == []


def test_a_recipient_is_needed_and_k_is_five_at_least(run: Any, tmp_path: Path) -> None:
    assert run("--out", tmp_path / "x").exit_code == 2
    assert run("--recipient", " ", "--out", tmp_path / "x").exit_code == 2
    assert run("--recipient", "x", "--out", tmp_path / "x", "--k", "4").exit_code == 2
    unknown = run("--recipient", "x", "--out", tmp_path / "x", "--key", "nowhere")
    assert unknown.exit_code == 1
    assert "There is no variable 'nowhere'" in unknown.output
    assert list(tmp_path.iterdir()) == []
