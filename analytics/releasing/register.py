"""The register of definitions: what was to be measured, hashed and dated before it is (preregistration)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from analytics.release import IndicatorCard, ReleaseError, Wave
from analytics.release.definition import definition_digest
from analytics.release.ledger import Record, broken, read_ledger

from .store import append

REGISTER = "register.jsonl"


def register(directory: Path, cards: Iterable[IndicatorCard], day: date, private: str) -> tuple[str, ...]:
    """Write down the definitions that are not in the register yet; the ids of these. Raises ReleaseError."""
    there = registered(read_register(directory))
    digests = {card.id: definition_digest(card) for card in cards}
    new = {name: found for name, found in digests.items() if (name, found) not in there}
    append(
        directory / REGISTER,
        [{"indicator": name, "definition": found, "day": day.isoformat()} for name, found in new.items()],
        private,
    )
    return tuple(new)


def read_register(directory: Path, pinned: Sequence[str] = ()) -> tuple[Record, ...]:
    """The records of the register, none where there is none. Raises ReleaseError if it is not whole."""
    records = read_ledger(directory / REGISTER)
    if fault := broken(records, REGISTER, pinned):
        raise ReleaseError(fault)
    if any(set(record.content) != {"indicator", "definition", "day"} for record in records):
        raise ReleaseError(f"{REGISTER} holds a record that is no definition")
    return records


def registered(records: Iterable[Record]) -> Mapping[tuple[str, str], str]:
    """(indicator, digest of its definition) -> the first ISO day on which exactly this was registered."""
    days: dict[tuple[str, str], str] = {}
    for record in records:
        days.setdefault((record.content["indicator"], record.content["definition"]), record.content["day"])
    return days


def registration(cards: Iterable[IndicatorCard], waves: Sequence[Wave]) -> dict[str, object]:
    """What the quality report says: ids that were registered before the first wave opened, later, and never."""
    opened = min((wave.opens for wave in waves), default="")
    groups: dict[str, list[str]] = {"before": [], "after": [], "never": []}
    for card in cards:
        group = "never" if not card.registered else "before" if card.registered < opened else "after"
        groups[group].append(card.id)
    return {"first_wave_opened": opened, **groups}
