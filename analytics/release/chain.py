"""The chain: what was published and withdrawn, in order, in a file beside the releases; and the check of them all."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

from .bundle import LATEST, MANIFEST, SIGNATURE, read, read_file, read_manifest
from .content import Fault, ReleaseError, Text
from .content import fault as _
from .ledger import BEGINNING, Record, broken, head, read_ledger
from .signature import check

CHAIN = "chain.jsonl"


class Act(StrEnum):
    """What was done to a release."""

    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Entry:
    """One act: on which release, the SHA-256 of its manifest, and the ISO day.

    A withdrawal has a reason in three languages. Where it is of one indicator alone, `indicator` and the digest of its
    `definition` say which; the release then stands, and the next one is without it.
    """

    act: Act
    release: str
    manifest: str
    day: str
    reason: Text = field(default_factory=dict)
    indicator: str = ""
    definition: str = ""


@dataclass(frozen=True)
class Chain:
    """All acts, oldest first, and the records that hold them."""

    records: tuple[Record, ...]
    entries: tuple[Entry, ...]

    @property
    def head(self) -> str:
        """The last hash, to be noted on paper."""
        return head(self.records)

    @property
    def published(self) -> tuple[str, ...]:
        """The ids of all releases that were ever published, oldest first."""
        return tuple(dict.fromkeys(entry.release for entry in self.entries if entry.act is Act.PUBLISHED))

    @property
    def withdrawn(self) -> Mapping[str, Entry]:
        """Release -> its withdrawal, of those that were withdrawn as a whole."""
        return {e.release: e for e in self.entries if e.act is Act.WITHDRAWN and not e.indicator}

    @property
    def latest(self) -> str:
        """The last release that was published and not withdrawn; "" if there is none."""
        gone = self.withdrawn
        return next((name for name in reversed(self.published) if name not in gone), "")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The chain, how many figures each release shows (None where it is withdrawn), and what is wrong."""

    chain: Chain
    shown: Mapping[str, int | None]
    wrong: tuple[Fault, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong, in English sentences."""
        return tuple(map(str, self.wrong))


def content(entry: Entry) -> dict[str, object]:
    """An entry as a record holds it."""
    return {**asdict(entry), "act": entry.act.value, "reason": dict(entry.reason)}


def read_chain(directory: Path, pinned: Collection[str] = ()) -> Chain:
    """The chain of a directory, empty where there is none. Raises ReleaseError if it is not whole."""
    records = read_ledger(directory / CHAIN)
    if fault := broken(records, CHAIN, pinned):
        raise ReleaseError(fault)
    try:
        entries = tuple(Entry(**{**record.content, "act": Act(record.content["act"])}) for record in records)
    except (TypeError, ValueError, KeyError) as error:
        raise ReleaseError(_("%(file)s holds a record that is no act", file=CHAIN)) from error
    return Chain(records, entries)


def verify_all(directory: Path, pinned: Collection[str] = (), noted: str | None = None) -> Verdict:
    """Check the chain, every release that it names, which one is shown, and a hash that was noted before.

    Raises ReleaseError only where the chain itself cannot be followed.
    """
    chain = read_chain(directory, pinned)
    wrong = []
    if noted is not None and noted not in {BEGINNING, *(record.digest for record in chain.records)}:
        wrong.append(_("the hash that was noted is not in the chain: it was made anew or cut"))
    shown: dict[str, int | None] = {}
    manifests = {e.release: e.manifest for e in chain.entries if e.act is Act.PUBLISHED}
    for name in chain.published:
        shown[name] = None
        try:
            gone = name in chain.withdrawn
            if gone:
                _tombstone(directory / name, pinned)
            else:
                shown[name] = audit(directory / name, pinned)
            if hashlib.sha256((directory / name / MANIFEST).read_bytes()).hexdigest() != manifests[name]:
                wrong.append(_("%(file)s is not the one that was published", file=f"{name}/{MANIFEST}"))
        except ReleaseError as error:
            missing = _("%(release)s was published and is missing", release=name)
            wrong.append(error.fault if (directory / name).is_dir() else missing)
    pointer = directory / LATEST
    points = pointer.read_text(encoding="ascii", errors="replace").strip() if pointer.is_file() else ""
    if points != chain.latest:
        wrong.append(_astray(points, chain.latest))
    return Verdict(chain, shown, tuple(wrong))


def _astray(points: str, last: str) -> Fault:
    if not points:
        return _("%(file)s is not there, but the chain's last is %(last)s", file=LATEST, last=last)
    if not last:
        return _("%(file)s names %(named)s, but the chain has none", file=LATEST, named=points)
    return _("%(file)s names %(named)s, but the chain's last is %(last)s", file=LATEST, named=points, last=last)


def audit(path: Path, pinned: Collection[str] = ()) -> int:
    """Check one release with its signature and that it holds no other file; how many figures it shows.

    Raises ReleaseError.
    """
    _signed(path, pinned)
    if strangers := _held(path) - _named(path):
        raise ReleaseError(_stranger(path, min(strangers)))
    return sum(figure.estimate is not None for figure in read(path).figures)


def _tombstone(path: Path, pinned: Collection[str]) -> None:
    """A withdrawn release keeps its manifest and signature; what is left of its files must be what it was."""
    _signed(path, pinned)
    manifest, held = read_manifest(path), _held(path)
    if strangers := held - _named(path):
        raise ReleaseError(_stranger(path, min(strangers)))
    for name in manifest["files"]:
        if name in held:
            read_file(path, manifest, name)


def _stranger(path: Path, file: str) -> Fault:
    return _("%(release)s holds a file that the manifest does not name: %(file)s", release=path.name, file=file)


def _signed(path: Path, pinned: Collection[str]) -> None:
    read_manifest(path)
    check(path, (path / MANIFEST).read_bytes(), pinned)


def _held(path: Path) -> set[str]:
    return {file.relative_to(path).as_posix() for file in path.rglob("*") if not file.is_dir()}


def _named(path: Path) -> set[str]:
    return {*read_manifest(path)["files"], MANIFEST, SIGNATURE}
