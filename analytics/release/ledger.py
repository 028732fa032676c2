"""A file of records that carry each other's hash, one JSON object a line: none can be changed, left out or moved.

Each record has its number, its content, the hash of the record before, its own hash over these three, and an Ed25519
signature of that hash. Who holds the key could still write a shorter or another file: the last hash, noted on paper
after each act, is what shows it (as in analytics/trail.py).
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .content import Fault, ReleaseError
from .content import fault as _
from .signature import valid

BEGINNING = "0" * 64
_FIELDS = {"number", "content", "previous", "digest", "public_key", "signature"}


@dataclass(frozen=True, slots=True)
class Record:
    """One line. Hashes, key and signature are hexadecimal."""

    number: int
    content: Mapping[str, Any]
    previous: str
    digest: str
    public_key: str
    signature: str


def digest(number: int, content: Mapping[str, Any], previous: str) -> str:
    """The hash of a record (SHA-256 of the canonical JSON of the three)."""
    return hashlib.sha256(_canonical([number, content, previous]).encode()).hexdigest()


def message(record_digest: str) -> bytes:
    """What is signed of a record. A manifest begins with a brace, so that neither passes for the other."""
    return b"thiqa record " + record_digest.encode("ascii")


def line(record: Record) -> bytes:
    """A record as it stands in the file."""
    return _canonical(asdict(record)).encode() + b"\n"


def head(records: Sequence[Record]) -> str:
    """The last hash, to be noted."""
    return records[-1].digest if records else BEGINNING


def read_ledger(path: Path) -> tuple[Record, ...]:
    """The records of a file, none where there is no file. Raises ReleaseError naming the first line that is none."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ReleaseError(_("%(file)s cannot be read", file=path.name)) from error
    found = []
    for number, text in enumerate(content.splitlines(keepends=True), 1):
        try:
            values = json.loads(text)
            if set(values) != _FIELDS:
                raise ValueError("other fields")
            record = Record(**values)
            if line(record) != text:
                raise ValueError("other bytes")
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            said = _("%(file)s: line %(number)s is not a record as they are written", file=path.name, number=number)
            raise ReleaseError(said) from error
        found.append(record)
    return tuple(found)


def broken(records: Sequence[Record], file: str, pinned: Collection[str] = ()) -> Fault | None:
    """The first thing that is wrong with a chain, or nothing.

    file: what the sentence calls it. pinned: the keys that may sign; none means any.
    """
    previous = BEGINNING
    for place, record in enumerate(records, 1):
        if record.number != place or record.previous != previous:
            return _("%(file)s: a record is missing, moved or put in at number %(number)s", file=file, number=place)
        if digest(place, record.content, previous) != record.digest:
            return _("%(file)s: record %(number)s was changed", file=file, number=place)
        if not valid(record.public_key, message(record.digest), record.signature):
            return _("%(file)s: the signature of record %(number)s does not fit", file=file, number=place)
        if pinned and record.public_key not in pinned:
            return _("%(file)s: record %(number)s is signed by another key", file=file, number=place)
        previous = record.digest
    return None


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
