"""A release as a directory: a manifest with the checksum of every file, written aside and renamed into place.

The same content gives the same bytes and the same name on any machine. Read by the dashboards, which see nothing else
of the survey.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from . import estimates
from .content import AnswerCard, AreaCard, DriverCard, IndicatorCard, Release, ReleaseError, TargetCard, Tombstone, Wave
from .content import fault as _

FORMAT = 2
MANIFEST = "manifest.json"
LATEST = "latest"
FIGURES, INDICATORS, AREAS, GEOMETRY = "figures.parquet", "indicators.json", "areas.json", "areas.geojson"
METHOD, QUALITY, TOMBSTONES, TARGETS = "method.json", "quality.json", "tombstones.json", "targets.json"
DRIVERS = "drivers.json"
LATER = (DRIVERS,)  # what releases of an earlier version do not have
OWN = (FIGURES, INDICATORS, AREAS, GEOMETRY, METHOD, QUALITY, TOMBSTONES, TARGETS, DRIVERS)
SIGNATURE = "manifest.sig"
ASIDE = ".writing-"


@dataclass(frozen=True, slots=True)
class Packed:
    """A release as bytes: its name, its files beside the manifest, and the manifest."""

    name: str
    files: Mapping[str, bytes]
    manifest: bytes


def pack(release: Release, more: Mapping[str, bytes] | None = None) -> Packed:
    """The bytes of a release. The same content gives the same bytes and name.

    more: files that were made from the release, by relative name; they are under the manifest too. Raises ReleaseError.
    """
    files = _files(release) | dict(more or {})
    manifest = _json(
        {
            "format": FORMAT,
            **_about(release),
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
        }
    )
    return Packed(f"{release.created}-{hashlib.sha256(manifest).hexdigest()[:12]}", files, manifest)


def place(directory: Path, packed: Packed, signature: bytes | None = None) -> Path:
    """Write a release below `directory` without making it the latest.

    All files are written aside and the directory is renamed into place, so a reader sees a whole release or none.
    """
    directory.mkdir(parents=True, exist_ok=True)
    final = directory / packed.name
    if final.exists():
        return final
    files = {**packed.files, MANIFEST: packed.manifest, **({SIGNATURE: signature} if signature else {})}
    aside = Path(tempfile.mkdtemp(prefix=ASIDE, dir=directory))
    try:
        for name, content in files.items():
            target = aside / _safe(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            _put(target, content)
        for folder in (aside, *(path for path in aside.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        aside.rename(final)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return final


def point(directory: Path, name: str) -> None:
    """Make a release the latest, or none where the name is empty; in one step."""
    if not name:
        (directory / LATEST).unlink(missing_ok=True)
        return
    pointer = directory / f".{LATEST}-{os.getpid()}"
    _put(pointer, name.encode("ascii"))
    pointer.replace(directory / LATEST)


def write(directory: Path, release: Release, more: Mapping[str, bytes] | None = None) -> Path:
    """Write a release and make it the latest, for whoever keeps no chain; custodians do (analytics.releasing)."""
    final = place(directory, pack(release, more))
    point(directory, final.name)
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


def read_manifest(path: Path, pinned: Collection[str] = ()) -> dict[str, Any]:
    """The manifest of a release, checked against its name and, where keys are pinned, its signature.

    Raises ReleaseError.
    """
    try:
        content = (path / MANIFEST).read_bytes()
        manifest = json.loads(content)
        names = [str(_safe(name)) for name in manifest["files"]]
        found = int(manifest["format"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(_("%(file)s is not there or unreadable", file=f"{path.name}/{MANIFEST}")) from error
    if not path.name.endswith(hashlib.sha256(content).hexdigest()[:12]) or not names:
        raise ReleaseError(_("%(file)s was changed after it was published", file=f"{path.name}/{MANIFEST}"))
    if pinned:
        from .signature import check  # noqa: PLC0415 (who pins no key needs no cryptography)

        check(path, content, pinned)
    if found != FORMAT:
        about = {"release": path.name, "found": found, "read": FORMAT}
        raise ReleaseError(_("%(release)s has format %(found)s; this version reads %(read)s", **about))
    return dict(manifest)


def read_file(path: Path, manifest: Mapping[str, Any], name: str) -> bytes:
    """A file of a release, which is what the manifest says. Raises ReleaseError."""
    try:
        content = (path / _safe(name)).read_bytes()
        expected = manifest["files"][name]
    except (OSError, KeyError) as error:
        raise ReleaseError(_("%(file)s is not there or unreadable", file=f"{path.name}/{name}")) from error
    if hashlib.sha256(content).hexdigest() != expected:
        raise ReleaseError(_("%(file)s is not what the manifest says", file=f"{path.name}/{name}"))
    return content


def read(path: Path, pinned: Collection[str] = ()) -> Release:
    """Read a release and check every file against the manifest. Raises ReleaseError naming the file at fault.

    pinned: the public keys (hexadecimal) of which one must have signed; none means that a signature is not asked for.
    """
    manifest = read_manifest(path, pinned)
    there = [name for name in OWN if name in manifest["files"] or name not in LATER]
    files = {name: read_file(path, manifest, name) for name in there}
    for name in manifest["files"].keys() - files.keys():
        read_file(path, manifest, name)  # as much a part of the release, but not kept in memory
    return Release(
        survey=manifest["survey"],
        created=manifest["created"],
        sample=manifest["sample"],
        synthetic=manifest["synthetic"],
        parameters=manifest["parameters"],
        questionnaires=tuple(manifest["questionnaires"]),
        software=manifest["software"],
        waves=tuple(Wave(**wave) for wave in manifest["waves"]),
        indicators=_cards(files[INDICATORS]),
        areas=tuple(AreaCard(**card) for card in json.loads(files[AREAS])),
        geometry=json.loads(files[GEOMETRY]),
        figures=estimates.figures(files[FIGURES]),
        tombstones=_stones(files[TOMBSTONES]),
        method=json.loads(files[METHOD]),
        quality=json.loads(files[QUALITY]),
        targets=tuple(_target(**card) for card in json.loads(files[TARGETS])),
        # A release from before there were any has no such file.
        drivers=tuple(_driver(card) for card in json.loads(files.get(DRIVERS, b"[]"))),
        id=path.name,
    )


def read_cards(path: Path) -> tuple[tuple[IndicatorCard, ...], tuple[Tombstone, ...]]:
    """The indicators and tombstones of a release, also of one whose figures were removed. Raises ReleaseError."""
    manifest = read_manifest(path)
    found = (read_file(path, manifest, name) for name in (INDICATORS, TOMBSTONES))
    return _cards(next(found)), _stones(next(found))


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


def _cards(content: bytes) -> tuple[IndicatorCard, ...]:
    return tuple(_indicator(card) for card in json.loads(content))


def _stones(content: bytes) -> tuple[Tombstone, ...]:
    return tuple(Tombstone(**stone) for stone in json.loads(content))


def _indicator(card: dict[str, Any]) -> IndicatorCard:
    return IndicatorCard(**{**card, "answers": tuple(AnswerCard(**answer) for answer in card["answers"])})


def _target(indicator: str, baseline: str, milestones: list[list[Any]]) -> TargetCard:
    return TargetCard(indicator, baseline, tuple((str(day), float(share)) for day, share in milestones))


def _put(path: Path, content: bytes) -> None:
    """Write a file that everybody may read, whatever the umask, and see it on the disk."""
    with path.open("wb") as out:
        out.write(content)
        out.flush()
        os.fchmod(out.fileno(), 0o644)
        os.fsync(out.fileno())


def _driver(card: dict[str, Any]) -> DriverCard:
    return DriverCard(**{**card, "waves": tuple(card["waves"])})


def _safe(name: str) -> PurePosixPath:
    """A relative name that stays inside. Raises ReleaseError."""
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or "\\" in name:
        raise ReleaseError(_("the manifest names a file that cannot be part of a release: %(file)s", file=repr(name)))
    return path


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
