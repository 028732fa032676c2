"""Publishing and withdrawing: a record in the chain, then the pointer to the latest. Call these with the lock held.

A process that dies between the two leaves a chain that says what the pointer has to be; `settle` makes it so.
"""

import hashlib
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from analytics.release import LATEST, MANIFEST, ReleaseError
from analytics.release.bundle import INDICATORS, SIGNATURE, TOMBSTONES, point, read_cards, read_manifest
from analytics.release.chain import CHAIN, Act, Chain, Entry, audit, content, read_chain
from analytics.release.definition import definition_digest

from .store import append

KEPT = {MANIFEST, SIGNATURE, INDICATORS, TOMBSTONES}
_INCIDENTAL = ("created", "software")


def publish(directory: Path, name: str, private: str, day: date, pinned: Collection[str] = ()) -> bool:
    """Publish a candidate; whether it was not published before. Raises ReleaseError, and then nothing is changed."""
    chain = read_chain(directory, pinned)
    path = directory / name
    if name in chain.withdrawn:
        raise ReleaseError(f"{name} was withdrawn, and is not published again")
    audit(path, pinned)
    if name in chain.published:
        settle(directory, chain)
        return False
    manifest = read_manifest(path)
    for gone in chain.withdrawn:
        if same_content(manifest, read_manifest(directory / gone)):
            raise ReleaseError(f"{name} says what {gone} said, which was withdrawn")
    if chain.latest and same_content(manifest, read_manifest(directory / chain.latest)):
        raise ReleaseError(f"{name} says what {chain.latest} says, which is the latest")
    _record(directory, Entry(Act.PUBLISHED, name, _manifest_hash(path), day.isoformat()), private)
    point(directory, name)
    return True


def withdraw(
    directory: Path,
    name: str,
    reason: Mapping[str, str],
    private: str,
    day: date,
    pinned: Collection[str] = (),
    indicator: str = "",
    *,
    remove: bool = False,
) -> Chain:
    """Withdraw a release, or of it one indicator, which the next build leaves out. Raises ReleaseError.

    With `remove` the files of a withdrawn release are deleted but for KEPT; withdrawing again may do so later.
    """
    chain = read_chain(directory, pinned)
    path = directory / name
    if name not in chain.published:
        raise ReleaseError(f"{name} was never published")
    if not all(text.strip() for text in reason.values()) or set(reason) != {"ar", "fr", "en"}:
        raise ReleaseError("a withdrawal needs its reason in Arabic, French and English")
    definition = _definition(path, indicator, chain) if indicator else ""
    if indicator or name not in chain.withdrawn:
        act = Entry(Act.WITHDRAWN, name, _manifest_hash(path), day.isoformat(), dict(reason), indicator, definition)
        _record(directory, act, private)
        chain = read_chain(directory, pinned)
    settle(directory, chain)
    if remove and not indicator:
        _remove(path)
    return chain


def settle(directory: Path, chain: Chain) -> None:
    """Let the pointer name what the chain says is the latest."""
    pointer = directory / LATEST
    if chain.records and (pointer.read_text(encoding="ascii") if pointer.exists() else "") != chain.latest:
        point(directory, chain.latest)


def withdrawn_definitions(chain: Chain) -> Mapping[tuple[str, str], Entry]:
    """(indicator, digest of its definition) -> its withdrawal."""
    return {(entry.indicator, entry.definition): entry for entry in chain.entries if entry.indicator}


def same_content(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two manifests say the same but for the day and the version of the software that made them."""
    return _told(one) == _told(other)


def _definition(path: Path, indicator: str, chain: Chain) -> str:
    digests = {card.id: definition_digest(card) for card in read_cards(path)[0]}
    if indicator not in digests:
        raise ReleaseError(f"{path.name} has no indicator {indicator}")
    if (indicator, digests[indicator]) in withdrawn_definitions(chain):
        raise ReleaseError(f"{indicator} was withdrawn already")
    return digests[indicator]


def _remove(path: Path) -> None:
    for file in sorted(path.rglob("*"), reverse=True):
        if file.is_dir():
            file.rmdir()
        elif file.relative_to(path).as_posix() not in KEPT:
            file.unlink()


def _told(manifest: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in manifest.items() if name not in _INCIDENTAL}


def _record(directory: Path, entry: Entry, private: str) -> None:
    append(directory / CHAIN, [content(entry)], private)


def _manifest_hash(path: Path) -> str:
    return hashlib.sha256((path / MANIFEST).read_bytes()).hexdigest()
