"""Attacks: evidence in, guesses out. Each guesses for every person, by what it can see; none knows the design."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from .chains import backups, journal_by_rows, journal_by_time
from .evidence import Evidence, Row
from .matching import Guesses, beside, complete, sortable

Attack = Callable[[Evidence], Mapping[str, Guesses]]


def linked(guesses: Guesses, truth: Mapping[str, object]) -> int:
    """How many guesses are right."""
    return sum(truth[person] == response for person, response in guesses.items())


def same_transaction(evidence: Evidence) -> Mapping[str, Guesses]:
    """The response that has the same xmin (or xmax) as the person's row."""
    groups = _grouped(evidence.responses, lambda row: row.system.get("xmin"))
    found = {}
    for table, rows in _with_system(evidence):
        for column in ("xmin", "xmax"):
            chosen = {p: row.system[column] for p, row in rows.items() if row.system[column] in groups}
            found[f"{table}.{column} = xmin"] = _within(evidence, chosen, groups, _places(rows))
    return found


def adjacent_transaction(evidence: Evidence) -> Mapping[str, Guesses]:
    """The response whose transaction is the next one, or the nearest, to that of the person's row."""
    groups = _grouped(evidence.responses, lambda row: row.system.get("xmin"))
    numbers = [int(str(number)) for number in groups if number is not None]
    found = {}
    for table, rows in _with_system(evidence):
        own = {person: row.system["xmin"] for person, row in rows.items()}
        after = {p: min((n for n in numbers if n > x), default=max(numbers)) for p, x in own.items()}
        nearest = {p: min((abs(n - x), n) for n in numbers)[1] for p, x in own.items()}
        order = {person: (number, rows[person].place) for person, number in own.items()}
        found[f"{table}.xmin, the next"] = _within(evidence, after, groups, order)
        found[f"{table}.xmin, the nearest"] = _within(evidence, nearest, groups, order)
    return found


def orders(evidence: Evidence) -> Mapping[str, Guesses]:
    """Sort people by anything, and responses by anything, and lay one list beside the other."""
    theirs = {f"response.{name}": keys for name, keys in sortable(_numbered(evidence.responses)).items()}
    found = {}
    for name, keys in _orders_of_people(evidence).items():
        people = sorted(keys, key=keys.__getitem__)
        for other, places in theirs.items():
            listed = [evidence.responses[int(number)] for number in sorted(places, key=places.__getitem__)]
            found[f"{name} beside {other}"] = complete(evidence, beside(people, listed))
    return found


def equal_values(evidence: Evidence) -> Mapping[str, Guesses]:
    """The response with which a person's rows share the rarest values."""
    holders: dict[Hashable, list[int]] = defaultdict(list)
    for number, row in enumerate(evidence.responses):
        for value in set(_flat(row.values)):
            holders[value].append(number)
    found = {}
    for table, rows in evidence.rows.items():
        guesses: Guesses = {}
        for person, row in rows.items():
            scores: defaultdict[int, float] = defaultdict(float)
            for value in set(_flat(row.values)):
                for number in holders.get(value, ()):
                    scores[number] += 1 / len(holders[value])
            if scores:
                guesses[person] = evidence.responses[max(scores, key=scores.__getitem__)].values["id"]
        found[f"values of {table}"] = complete(evidence, guesses)
    return found


def statement_log(evidence: Evidence) -> Mapping[str, Guesses]:
    """The statements at the moment of a request, and later ones of a transaction that name the same values."""
    if not evidence.statements:
        return {}
    owner = _owners(evidence)
    by_name = {str(row.values["id"]): row for row in evidence.responses}
    first: Guesses = {}
    last: Guesses = {}
    before: list[str] = []
    for words in _log_transactions(evidence):
        people = [owner[value] for value in words if value in owner]
        responses = [by_name[value] for value in words if value in by_name]
        if responses:  # if nobody is named, whoever was in the transaction before
            first |= beside(list(dict.fromkeys(people or before)), responses)
            last |= beside(list(dict.fromkeys(reversed(people or before)))[::-1], responses)
        before = people or before
    return {
        "values in the order first named": complete(evidence, first),
        "values in the order last named": complete(evidence, last),
    }


def _log_transactions(evidence: Evidence) -> Iterator[list[str]]:
    """Every parameter of each, in order."""
    words: dict[int, list[str]] = defaultdict(list)
    for statement in evidence.statements:
        if statement.words.split(" ", 1)[0].upper() in ("BEGIN", "COMMIT", "ROLLBACK"):
            yield words.pop(statement.session, [])
        else:
            words[statement.session] += statement.parameters


def _owners(evidence: Evidence) -> Mapping[str, str]:
    """Whose a value is: it is a name of hers, or was logged while her requests were served and nobody else's."""
    owner = {name: person for person, names in evidence.names.items() for name in names}
    told: dict[str, set[str]] = defaultdict(set)
    sights, at = sorted(evidence.sights, key=lambda sight: sight.begins), 0
    for statement in sorted(evidence.statements, key=lambda it: it.moment):
        while at < len(sights) - 1 and sights[at].ends < statement.moment:
            at += 1
        for near in sights[at : at + 2]:
            if near.begins - 0.001 <= statement.moment <= near.ends:
                for value in statement.parameters:
                    told[value].add(near.person)
    return {value: next(iter(people)) for value, people in told.items() if len(people) == 1} | owner


def _orders_of_people(evidence: Evidence) -> Mapping[str, Mapping[str, Any]]:
    """Every order in which people can be put."""
    found: dict[str, Mapping[str, Any]] = {}
    for table, rows in evidence.rows.items():
        found |= {f"{table}.{name}": keys for name, keys in sortable(rows).items()}
    first: dict[str, float] = {}
    for sight in evidence.sights:
        first.setdefault(sight.person, sight.begins)
    found["first request"] = first
    found["last request"] = {sight.person: sight.ends for sight in evidence.sights}
    found["name"] = {person: person for person in evidence.names}
    return found


def _within(
    evidence: Evidence,
    chosen: Mapping[str, object],
    groups: Mapping[object, Sequence[Row]],
    order: Mapping[str, Any],
) -> Guesses:
    """Guess inside the group that was chosen for each person, by her place in this order."""
    members: dict[object, list[str]] = defaultdict(list)
    for person in sorted(chosen, key=order.__getitem__):
        members[chosen[person]].append(person)
    guesses: Guesses = {}
    for group, people in members.items():
        guesses |= beside(people, groups[group])
    return complete(evidence, guesses)


def _with_system(evidence: Evidence) -> Iterable[tuple[str, Mapping[str, Row]]]:
    return ((table, rows) for table, rows in evidence.rows.items() if next(iter(rows.values())).system)


def _places(rows: Mapping[str, Row]) -> Mapping[str, Any]:
    return {person: row.place for person, row in rows.items()}


def _numbered(rows: Sequence[Row]) -> Mapping[str, Row]:
    return {str(number): row for number, row in enumerate(rows)}


def _grouped(rows: Iterable[Row], key: Callable[[Row], object]) -> Mapping[object, Sequence[Row]]:
    found: dict[object, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _flat(value: object) -> Iterator[Hashable]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _flat(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _flat(inner)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


# What the table of docs/promises.md names. Each tries every order that it can see, and names each try.
ATTACKS: Mapping[str, Attack] = {
    "equal xmin": same_transaction,
    "adjacent xmin": adjacent_transaction,
    "orders": orders,
    "equal values": equal_values,
    "journal from rows": journal_by_rows,
    "journal from times": journal_by_time,
    "backups": backups,
    "statement log": statement_log,
}
