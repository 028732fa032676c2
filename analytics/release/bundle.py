"""A release as a directory: a manifest with the checksum of every file, written aside and renamed into place.

The same content gives the same bytes and the same name on any machine. Read by the dashboards, which see nothing else
of the survey.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

from . import estimates
from .content import AnswerCard, AreaCard, DriverCard, IndicatorCard, Release, ReleaseError, TargetCard, Tombstone, Wave

FORMAT = 2
MANIFEST = "manifest.json"
LATEST = "latest"
FIGURES, INDICATORS, AREAS, GEOMETRY = "figures.parquet", "indicators.json", "areas.json", "areas.geojson"
METHOD, QUALITY, TOMBSTONES, TARGETS = "method.json", "quality.json", "tombstones.json", "targets.json"
DRIVERS = "drivers.json"


def write(directory: Path, release: Release, more: Mapping[str, bytes] | None = None) -> Path:
    """Write a release below `directory` and make it the latest. The same content gives the same bytes and name.

    `more`: files that were made from the release, by relative name; they are under the manifest too. All are written
    aside and the directory is renamed into place, so a reader sees a whole release or none.
    """
    directory.mkdir(parents=True, exist_ok=True)
    files = _files(release) | dict(more or {})
    manifest = {
        "format": FORMAT,
        **_about(release),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    }
    files[MANIFEST] = _json(manifest)
    name = f"{release.created}-{hashlib.sha256(files[MANIFEST]).hexdigest()[:12]}"
    final = directory / name
    if not final.exists():
        aside = Path(tempfile.mkdtemp(prefix=".writing-", dir=directory))
        try:
            for file, content in files.items():
                (aside / _safe(file)).parent.mkdir(parents=True, exist_ok=True)
                (aside / _safe(file)).write_bytes(content)
            aside.chmod(0o755)
            aside.rename(final)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
    pointer = directory / f".{LATEST}-{os.getpid()}"
    pointer.write_text(name, encoding="ascii")
    pointer.replace(directory / LATEST)
    return final


def latest(directory: Path) -> Path:
    """The directory of the latest release. Raises ReleaseError when none was published."""
    try:
        name = (directory / LATEST).read_text(encoding="ascii").strip()
    except (OSError, UnicodeError) as error:
        raise ReleaseError(f"no release has been published below {directory}") from error
    found = directory / Path(name).name
    if not name or not found.is_dir():
        raise ReleaseError(f"{directory / LATEST} names a release that is not there")
    return found


def read(path: Path) -> Release:
    """Read a release and check every file against the manifest. Raises ReleaseError naming the file at fault."""
    try:
        manifest_bytes = (path / MANIFEST).read_bytes()
        manifest = json.loads(manifest_bytes)
        files = {name: (path / _safe(name)).read_bytes() for name in manifest["files"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(f"{path.name} is incomplete or unreadable: {error}") from error
    for name, content in files.items():
        if hashlib.sha256(content).hexdigest() != manifest["files"][name]:
            raise ReleaseError(f"{path.name}/{name} is not what the manifest says")
    if not path.name.endswith(hashlib.sha256(manifest_bytes).hexdigest()[:12]):
        raise ReleaseError(f"{path.name}/{MANIFEST} was changed after it was published")
    if manifest["format"] != FORMAT:
        raise ReleaseError(f"{path.name} has format {manifest['format']}; this version reads {FORMAT}")
    return Release(
        survey=manifest["survey"],
        created=manifest["created"],
        sample=manifest["sample"],
        synthetic=manifest["synthetic"],
        parameters=manifest["parameters"],
        questionnaires=tuple(manifest["questionnaires"]),
        software=manifest["software"],
        waves=tuple(Wave(**wave) for wave in manifest["waves"]),
        indicators=tuple(_indicator(card) for card in json.loads(files[INDICATORS])),
        areas=tuple(AreaCard(**card) for card in json.loads(files[AREAS])),
        geometry=json.loads(files[GEOMETRY]),
        figures=estimates.figures(files[FIGURES]),
        tombstones=tuple(Tombstone(**stone) for stone in json.loads(files[TOMBSTONES])),
        method=json.loads(files[METHOD]),
        quality=json.loads(files[QUALITY]),
        targets=tuple(_target(**card) for card in json.loads(files[TARGETS])),
        # A release from before there were any has no such file.
        drivers=tuple(_driver(card) for card in json.loads(files.get(DRIVERS, b"[]"))),
        id=path.name,
    )


def _about(release: Release) -> dict[str, Any]:
    """What the manifest says of a release itself, as JSON holds it."""
    return {
        "survey": dict(release.survey),
        "created": release.created,
        "sample": release.sample,
        "synthetic": release.synthetic,
        "parameters": dict(release.parameters),
        "questionnaires": list(release.questionnaires),
        "software": release.software,
        "waves": [asdict(wave) for wave in release.waves],
    }


def _files(release: Release) -> dict[str, bytes]:
    return {
        FIGURES: estimates.written(release.figures),
        INDICATORS: _json([asdict(card) for card in release.indicators]),
        AREAS: _json([asdict(card) for card in release.areas]),
        GEOMETRY: _json(release.geometry),
        TOMBSTONES: _json([asdict(stone) for stone in release.tombstones]),
        METHOD: _json(dict(release.method)),
        QUALITY: _json(release.quality),
        TARGETS: _json([asdict(card) for card in release.targets]),
        DRIVERS: _json([asdict(card) for card in release.drivers]),
    }


def _indicator(card: dict[str, Any]) -> IndicatorCard:
    return IndicatorCard(**{**card, "answers": tuple(AnswerCard(**answer) for answer in card["answers"])})


def _target(indicator: str, baseline: str, milestones: list[list[Any]]) -> TargetCard:
    return TargetCard(indicator, baseline, tuple((str(day), float(share)) for day, share in milestones))


def _driver(card: dict[str, Any]) -> DriverCard:
    return DriverCard(**{**card, "waves": tuple(card["waves"])})


def _safe(name: str) -> PurePosixPath:
    """A relative name that stays inside. Raises ReleaseError."""
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or "\\" in name:
        raise ReleaseError(f"the manifest names a file that cannot be part of a release: {name!r}")
    return path


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
