"""The trail of custody: what was opened, when a wave was closed, what was purged. Counts and no ids, chained by hash.

Each record carries the hash of the one before it, so that none can be changed, removed or put between without changing
every later one. Whoever can write the whole table could make it anew: the last hash, noted on paper by each holder
after an opening, is what shows it.
"""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, insert, select

from survey_app.storage.database import Work
from survey_app.storage.tables import OpeningRow, ResponseRow, table

BEGINNING = "0" * 64
_TRAIL, _RESPONSE = table(OpeningRow), table(ResponseRow)
_ALL = select(_TRAIL).order_by(_TRAIL.c.number)
_LAST = select(_TRAIL.c.number, _TRAIL.c.digest).order_by(_TRAIL.c.number.desc()).limit(1)
_KEPT = select(_RESPONSE.c.wave, _RESPONSE.c.mode, func.count()).group_by(_RESPONSE.c.wave, _RESPONSE.c.mode)


class Act(StrEnum):
    """What was done to a wave."""

    OPENED = "opened"  # a batch, while the wave was in the field
    CLOSED = "closed"  # the rest, once it was closed
    PURGED = "purged"  # responses, or envelopes that no key opened, were deleted by the rules of retention


@dataclass(frozen=True, slots=True)
class Record:
    """One act: how many responses it wrote (or deleted), how many envelopes it refused, and its place in the chain."""

    number: int
    wave: str
    act: Act
    responses: int
    refused: int  # deleted without becoming responses
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The trail, and what is wrong with it or with the responses that it accounts for, in sentences."""

    records: tuple[Record, ...]
    faults: tuple[str, ...]

    @property
    def head(self) -> str:
        """The last hash, to be noted."""
        return self.records[-1].digest if self.records else BEGINNING


def append(work: Work, wave: str, act: Act, responses: int, refused: int = 0) -> None:
    """Add a record. Raises IntegrityError if another process adds one at the same moment."""
    last = work.execute(_LAST).first()
    number, previous = (last.number + 1, last.digest) if last else (1, BEGINNING)
    row = {"number": number, "wave": wave, "act": act.value, "opened": responses, "refused": refused}
    digest = chained(previous, number, wave, act.value, responses, refused)
    work.execute(insert(_TRAIL), {**row, "previous": previous, "digest": digest})


def chained(previous: str, number: int, wave: str, act: str, responses: int, refused: int) -> str:
    """The hash of a record (SHA-256 over its values and the hash before it, as JSON)."""
    content = json.dumps([previous, number, wave, act, responses, refused], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def verify(work: Work, noted: str | None = None) -> Verdict:
    """Read the trail and check it: the chain, a hash that was noted before, and the number of responses by wave."""
    records = tuple(
        Record(row.number, row.wave, Act(row.act), row.opened, row.refused, row.previous, row.digest)
        for row in work.execute(_ALL)
    )
    faults = _broken(records)
    if noted is not None and noted not in {BEGINNING, *(record.digest for record in records)}:
        faults.append("the hash that was noted is not in the trail: it was made anew, or belongs to another database")
    told: dict[str, int] = {}
    for record in records:
        told[record.wave] = told.get(record.wave, 0) + (-1 if record.act is Act.PURGED else 1) * record.responses
    kept: dict[str, int] = {}
    for wave, mode, count in work.execute(_KEPT):
        # Microdata of others come into waves of their own, of which nothing was ever opened.
        if wave in told or mode != "imported":
            kept[wave] = kept.get(wave, 0) + count
    faults += [
        f"wave {wave} holds {kept.get(wave, 0)} responses, and the trail accounts for {told.get(wave, 0)}"
        for wave in sorted(told.keys() | kept.keys())
        if kept.get(wave, 0) != told.get(wave, 0)
    ]
    return Verdict(records, tuple(faults))


def _broken(records: tuple[Record, ...]) -> list[str]:
    previous = BEGINNING
    for record in records:
        digest = chained(record.previous, record.number, record.wave, record.act, record.responses, record.refused)
        if record.previous != previous:
            return [f"a record is missing before number {record.number}"]
        if digest != record.digest:
            return [f"record {record.number} was changed"]
        previous = record.digest
    return []
