"""How guesses are made of orders: one list laid beside another."""

from collections.abc import Mapping, Sequence
from typing import Any

from .evidence import Evidence, Row

Guesses = dict[str, object]  # person -> id of a response
FEW = 0.5  # a column orders the rows if at least so many of its values differ


def sortable(rows: Mapping[str, Row]) -> Mapping[str, Mapping[str, Any]]:
    """The columns, the places and the system columns by which these rows can be sorted."""
    found: dict[str, dict[str, Any]] = {"place": {key: row.place for key, row in rows.items()}}
    for column in next(iter(rows.values())).system if rows else ():
        found[column] = {key: (row.system[column], row.place) for key, row in rows.items()}
    for column in next(iter(rows.values())).values if rows else ():
        values = {key: row.values[column] for key, row in rows.items()}
        if any(value is None or isinstance(value, dict | list | tuple) for value in values.values()):
            continue
        if len(set(values.values())) >= FEW * len(values):
            found[column] = {
                key: (value if isinstance(value, int | float) else str(value)) for key, value in values.items()
            }
    return found


def beside(people: Sequence[str], rows: Sequence[Row]) -> Guesses:
    """One list beside the other, stretched if one is longer."""
    share = len(rows) / len(people) if people else 0
    return {person: rows[int(place * share)].values["id"] for place, person in enumerate(people)} if rows else {}


def complete(evidence: Evidence, guesses: Guesses) -> Guesses:
    """For who is left, by name, the responses that are left."""
    taken = set(guesses.values())
    free = [row for row in evidence.responses if row.values["id"] not in taken] or list(evidence.responses)
    left = sorted(evidence.names.keys() - guesses.keys())
    return guesses | beside(left, free)
