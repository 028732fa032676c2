"""The release: the same bytes for the same content, whole or not there, and no changed file goes unnoticed."""

from dataclasses import replace
from pathlib import Path

import pytest

from analytics.release import LATEST, AreaCard, Figure, IndicatorCard, Release, ReleaseError, Wave, latest, read, write
from analytics.release.bundle import pack, place, point
from dashboards.settings import DashboardSettings
from dashboards.source import LatestRelease

from .made import KEYS, OTHER, candidate
from .made import release as made

TEXT = {"ar": "نص", "fr": "texte", "en": "text"}


@pytest.fixture
def content() -> Release:
    return Release(
        survey=TEXT,
        created="2026-11-22",
        sample="probability",
        synthetic=True,
        parameters={"k": 10, "level": 0.95},
        questionnaires=("v1",),
        software="thiqa 0",
        waves=(Wave("w1", "2026-01-01", "2026-03-31", 120, {"sms": 40, "web": 80}),),
        indicators=(IndicatorCard("trust", TEXT, TEXT, TEXT, TEXT, "source"),),
        areas=(AreaCard("a", "area", None, TEXT),),
        geometry={"type": "FeatureCollection", "features": []},
        figures=(
            Figure("trust", "w1", "", "", "", "published", n=120, estimate=0.5, se=0.05, low=0.4, high=0.6, df=119.0,
                   deff=1.2, method="korn_graubard"),
            Figure("trust", "w1", "a", "", "", "confidential", "fewer_than_k"),
        ),
    )  # fmt: skip


def test_what_is_written_is_read(tmp_path: Path, content: Release) -> None:
    path = write(tmp_path, content)
    assert latest(tmp_path) == path
    assert read(path) == content
    figure = read(path).figure("trust", "w1", "a")
    assert figure is not None
    assert figure.estimate is figure.n is figure.low is None
    assert read(path).figure("trust", "w9") is None


def test_fault_69_the_same_content_gives_the_same_bytes_and_name(tmp_path: Path, content: Release) -> None:
    one, other = write(tmp_path / "one", content), write(tmp_path / "other", content)
    assert one.name == other.name
    assert write(tmp_path / "one", content) == one
    for file in one.iterdir():
        assert file.read_bytes() == (other / file.name).read_bytes()
    shuffled = replace(content, figures=tuple(reversed(content.figures)))
    assert write(tmp_path / "third", shuffled).name == one.name


@pytest.mark.parametrize("file", ["figures.parquet", "indicators.json", "areas.json", "areas.geojson", "manifest.json"])
def test_a_changed_or_missing_file_is_noticed(tmp_path: Path, content: Release, file: str) -> None:
    path = write(tmp_path, content)
    original = (path / file).read_bytes()
    (path / file).write_bytes(original + b" ")
    with pytest.raises(ReleaseError, match=path.name):
        read(path)
    (path / file).unlink()
    with pytest.raises(ReleaseError, match=path.name):
        read(path)


def test_fault_45_a_failed_write_leaves_the_last_release_standing(
    tmp_path: Path, content: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write(tmp_path, content)

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="no space"):
        write(tmp_path, replace(content, created="2026-11-23"))
    monkeypatch.undo()
    assert latest(tmp_path) == first
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [first.name, LATEST]


def test_a_candidate_is_not_the_latest(tmp_path: Path, content: Release) -> None:
    path = place(tmp_path, pack(content, {"open/data.csv": b"1\n"}))
    assert (path / "open" / "data.csv").read_bytes() == b"1\n"
    assert read(path) == content
    with pytest.raises(ReleaseError, match="no release"):
        latest(tmp_path)
    (path / "open" / "data.csv").write_bytes(b"2\n")
    with pytest.raises(ReleaseError, match=r"open/data\.csv"):
        read(path)


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "a\\b", ""])
def test_a_file_outside_of_the_release_is_refused(tmp_path: Path, content: Release, name: str) -> None:
    with pytest.raises(ReleaseError, match="cannot be part"):
        place(tmp_path, pack(content, {name: b""}))
    assert list(tmp_path.iterdir()) == []


def test_whoever_pins_a_key_reads_nothing_unsigned_or_signed_by_another(tmp_path: Path, content: Release) -> None:
    unsigned = write(tmp_path, content)
    assert read(unsigned).id == unsigned.name
    with pytest.raises(ReleaseError, match="nobody vouches"):
        read(unsigned, [KEYS.public])
    name = candidate(tmp_path, made())
    assert read(tmp_path / name, [KEYS.public, OTHER.public]) == made()
    with pytest.raises(ReleaseError, match="another key"):
        read(tmp_path / name, [OTHER.public])


def test_the_dashboards_show_no_release_of_another_key(tmp_path: Path) -> None:
    point(tmp_path, candidate(tmp_path, made()))
    assert LatestRelease(tmp_path, (KEYS.public,)).current() == made()
    with pytest.raises(ReleaseError, match="another key"):
        LatestRelease(tmp_path, (OTHER.public,)).current()
    assert DashboardSettings(release_public_key=f" {KEYS.public} ,{OTHER.public}").pinned == (KEYS.public, OTHER.public)
    assert DashboardSettings(release_public_key="").pinned == ()


def test_no_release_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="no release"):
        latest(tmp_path)
    (tmp_path / LATEST).write_text("../../etc")
    with pytest.raises(ReleaseError, match="not there"):
        latest(tmp_path)
