"""The waves' own keys: made once, one for all processes, and gone for good."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from survey_app.wavekeys import WaveKeyError, WaveKeys


@pytest.fixture
def keys(tmp_path: Path) -> WaveKeys:
    return WaveKeys(tmp_path / "keys")


def test_a_key_is_made_once_and_is_its_owners_alone(keys: WaveKeys) -> None:
    assert keys.find("2026-q4") is None
    made = keys.make("2026-q4")
    assert keys.make("2026-q4") == keys.find("2026-q4") == made
    assert len(made) == 32
    assert keys.make("2026-q3") != made
    assert keys.folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in keys.folder.iterdir()} == {0o600}


def test_processes_that_make_it_at_once_get_the_same(keys: WaveKeys) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(keys.make, ["w"] * 40))) == 1
    assert [file.name for file in keys.folder.iterdir()] == ["w.key"]


@pytest.mark.parametrize("wave", ["../../etc/passwd", "a/b", ".hidden", "موجة 1", "w.key"])
def test_no_wave_leads_out_of_the_folder(keys: WaveKeys, wave: str) -> None:
    keys.make(wave)
    assert keys.waves() == {wave}
    assert [file.parent for file in keys.folder.iterdir()] == [keys.folder]
    assert keys.destroy(wave)
    assert not list(keys.folder.iterdir())


def test_a_destroyed_key_is_overwritten_and_its_wave_gets_another(keys: WaveKeys, tmp_path: Path) -> None:
    made = keys.make("w")
    os.link(keys.folder / "w.key", tmp_path / "still")  # who holds on to the file sees what becomes of it
    assert keys.destroy("w")
    assert (tmp_path / "still").read_bytes() != made
    assert keys.find("w") is None
    assert not keys.destroy("w")
    assert keys.make("w") != made


def test_a_key_that_is_damaged_or_cannot_be_kept_is_told_without_its_bytes(keys: WaveKeys, tmp_path: Path) -> None:
    keys.make("w")
    (keys.folder / "w.key").write_bytes(b"canary")
    with pytest.raises(WaveKeyError, match="the key of wave w is damaged"):
        keys.find("w")
    (tmp_path / "file").write_text("")
    with pytest.raises(WaveKeyError, match="cannot be"):
        WaveKeys(tmp_path / "file").make("w")
