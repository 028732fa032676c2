"""The trail of looks as oversight reads it: by role, a step at a time, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.scene import Look, Records

STEP = 50
BATCH, MOST_READ = 500, 20_000


@dataclass(frozen=True, slots=True)
class Looks:
    """The looks of one step; whether older ones follow; whether the search ended before the trail did."""

    rows: tuple[Look, ...]
    has_more: bool
    is_cut: bool = False


def looks(records: Records, role: str, step: int) -> Looks:
    """The looks of a role ("" all) at a step from 0. At most MOST_READ records are gone through."""
    first, wanted = step * STEP, (step + 1) * STEP + 1
    found: list[Look] = []
    before: int | None = None
    read = 0
    while len(found) < wanted and read < MOST_READ:
        batch: Sequence[Look] = records.looks(before, BATCH)
        found += [look for look in batch if not role or look.role == role]
        read += len(batch)
        if len(batch) < BATCH:
            return Looks(tuple(found[first : wanted - 1]), len(found) >= wanted)
        before = batch[-1].number
    return Looks(tuple(found[first : wanted - 1]), len(found) >= wanted, len(found) < wanted)
