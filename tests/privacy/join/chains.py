"""Attacks along chains: a person, her transactions, the rows that they wrote, whoever deleted those, what that wrote.

The same for backups: what vanished between two of them, and what appeared.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from .evidence import Change, Copy, Evidence, Place, Row
from .matching import Guesses, beside, complete, sortable

FOR_ONE = 12  # rows that a transaction for one person may touch


@dataclass(eq=False, slots=True)
class Life:
    """What became of one row: who touched it, at which step it was born, at which step and when it died."""

    table: str
    place: Place
    born: int
    touched: list[int] = field(default_factory=list)
    died: int | None = None
    moment: float = 0.0


@dataclass(frozen=True)
class Story:
    """The journal read: the rows that each transaction touched, the responses that it wrote, in order."""

    lives: tuple[Life, ...]
    touched: Mapping[int, Sequence[Life]]
    wrote: Mapping[int, Sequence[Row]]


def read(evidence: Evidence) -> Story:
    """Read the journal."""
    found = _lives(evidence.journal)
    touched: dict[int, list[Life]] = defaultdict(list)
    wrote: dict[int, list[Row]] = defaultdict(list)
    lying = {row.place: row for row in evidence.responses}
    for life in found:
        for number in dict.fromkeys(life.touched):
            touched[number].append(life)
        if life.table == evidence.answers and life.died is None and life.place in lying:
            wrote[life.touched[0]].append(lying[life.place])
    return Story(found, touched, wrote)


def _lives(journal: Sequence[Change]) -> tuple[Life, ...]:
    here: dict[tuple[str, Place], Life] = {}
    found: list[Life] = []
    for step, change in enumerate(journal):
        life = here.pop((change.table, change.before or change.place), None) if change.what != "insert" else None
        if life is None:
            life = Life(change.table, change.place, step)
            found.append(life)
        life.touched.append(change.transaction)
        life.moment = change.moment
        if change.what == "delete":
            life.died = step
        else:
            life.place = change.place
            here[change.table, change.place] = life
    return tuple(found)


def journal_by_rows(evidence: Evidence) -> Mapping[str, Guesses]:
    """From the rows that name a person, to the transactions that touched them, or the next ones, and on."""
    story = read(evidence)
    now = {(life.table, life.place): life for life in story.lives if life.died is None}
    own: dict[str, list[int]] = defaultdict(list)
    for table, rows in evidence.rows.items():
        for person, row in rows.items():
            if life := now.get((table, row.place)):
                own[person] += life.touched
    following = dict(pairwise(sorted(story.touched)))
    found = {}
    for person, touched in own.items():
        numbers = [number for number in touched if len(story.touched[number]) <= FOR_ONE]
        found[person] = widened(story, evidence.answers, numbers)
        if not _ends(story, evidence.answers, found[person]):
            also = [following[number] for number in numbers if number in following]
            found[person] = widened(story, evidence.answers, [*numbers, *also])
    return _chained(evidence, story, found, "from her rows")


def widened(story: Story, answers: str, transactions: Sequence[int]) -> Sequence[int]:
    """These transactions, and those that touched the rows which they made, and so on; but none that served many."""
    found, frontier = list(dict.fromkeys(transactions)), list(transactions)
    while frontier:
        lives = (life for number in frontier for life in story.touched.get(number, ()) if life.touched[0] in found)
        further = {number for life in lives if life.table != answers for number in life.touched}
        frontier = sorted(number for number in further - set(found) if len(story.touched[number]) <= FOR_ONE)
        found += frontier
    return found


def _ends(story: Story, answers: str, numbers: Sequence[int]) -> bool:
    dying = (life for number in numbers for life in story.touched[number] if life.died is not None)
    return any(number in story.wrote for number in numbers) or any(
        life.touched[-1] in story.wrote and life.table != answers for life in dying
    )


def journal_by_time(evidence: Evidence) -> Mapping[str, Guesses]:
    """From the proxy's and the carrier's record, to the transactions that were committed at that moment, and on."""
    return _chained(evidence, read(evidence), at_requests(evidence), "at that moment")


def at_requests(evidence: Evidence) -> Mapping[str, Sequence[int]]:
    """By person, the transactions that were committed while a request of hers was served."""
    found: dict[str, list[int]] = defaultdict(list)
    sights = sorted(evidence.sights, key=lambda sight: sight.ends)
    ends = [sight.ends for sight in sights]
    for moment, number in sorted({(change.moment, change.transaction) for change in evidence.journal}):
        at = bisect_left(ends, moment)
        if at < len(sights) and sights[at].begins <= moment:
            found[sights[at].person].append(number)
    return found


def batches(evidence: Evidence) -> tuple[Mapping[str, int], Mapping[object, int]]:
    """The transaction in which each person's envelope was opened, as the journal tells, and that of each response."""
    story = read(evidence)
    opened: dict[str, int] = {}
    for owned in followed(story, evidence.answers, at_requests(evidence)):
        for person, life in owned.items():
            opened.setdefault(person, life.touched[-1])
    return opened, {row.values["id"]: number for number, rows in story.wrote.items() for row in rows}


def followed(story: Story, answers: str, transactions: Mapping[str, Sequence[int]]) -> Iterator[Mapping[str, Life]]:
    """By person the last, then the first row of her transactions that died where responses were written, by table."""
    tables: dict[str, tuple[dict[str, Life], dict[str, Life]]] = defaultdict(lambda: ({}, {}))
    for person, numbers in transactions.items():
        for number in dict.fromkeys(numbers):
            for life in story.touched.get(number, ()):
                if life.died is not None and life.touched[-1] in story.wrote and life.table != answers:
                    tables[life.table][0][person] = life
                    tables[life.table][1].setdefault(person, life)
    for last, first in tables.values():
        yield last
        if first != last:
            yield first


def _chained(
    evidence: Evidence, story: Story, transactions: Mapping[str, Sequence[int]], name: str
) -> Mapping[str, Guesses]:
    direct: dict[int, list[str]] = defaultdict(list)
    for person, numbers in transactions.items():
        for number in dict.fromkeys(numbers):
            if number in story.wrote:
                direct[number].append(person)
    if len({person for people in direct.values() for person in people}) > len(transactions) / 2:
        straight = [beside(people, story.wrote[number]) for number, people in direct.items()]
        return {f"{name}: straight to the response": complete(evidence, _merged(straight))}
    found = {}
    for number, owned in enumerate(followed(story, evidence.answers, transactions)):
        table = next(iter(owned.values())).table
        members: dict[int, list[str]] = defaultdict(list)
        for person, life in owned.items():
            members[life.touched[-1]].append(person)
        for order, keys in _orders(evidence, owned).items():
            for other, responses in _sorted(story.wrote).items():
                ordered = ((sorted(people, key=keys.__getitem__), batch) for batch, people in members.items())
                guesses = _merged([beside(people, responses[batch]) for people, batch in ordered])
                found[f"{name}, {table} {number}: {order} beside {other}"] = complete(evidence, guesses)
    return found


def backups(evidence: Evidence) -> Mapping[str, Guesses]:
    """What vanished between two backups, which people had come when that appeared, and the responses that appeared."""
    found: dict[str, list[Guesses]] = defaultdict(list)
    came = sorted({sight.person: sight.ends for sight in evidence.sights}.items(), key=lambda it: it[1])
    known: dict[str, dict[object, str]] = defaultdict(dict)
    for before, after in pairwise(evidence.copies):
        people = [person for person, moment in came if before.moment < moment <= after.moment]
        for table in after.tables.keys() - {evidence.answers}:
            known[table] |= _named(people, _new(before, after, table))
        appeared = _new(before, after, evidence.answers)
        for order, responses in _sorted({0: appeared}).items() if appeared else ():
            if people:
                found[f"who came beside {order}"].append(beside(people, responses[0]))
            for table in after.tables.keys() - {evidence.answers}:
                gone = _new(after, before, table)
                whose = {p: row for row in gone if (p := known[table].get(_identity(row)))}
                for name, keys in sortable(whose).items() if len(gone) >= len(appeared) / 2 else ():
                    guesses = beside(sorted(keys, key=keys.__getitem__), responses[0])
                    found[f"vanished from {table}, {name} beside {order}"].append(guesses)
    return {name: complete(evidence, _merged(guesses)) for name, guesses in found.items()}


def _named(people: Sequence[str], rows: Sequence[Row]) -> Mapping[object, str]:
    """Whose the new rows are: people and rows, each in the order in which they came."""
    listed = sorted(rows, key=lambda row: (row.system.get("xmin", 0), row.place))
    share = len(people) / len(listed) if listed else 0
    return {_identity(row): people[int(at * share)] for at, row in enumerate(listed)} if people else {}


def _new(before: Copy, after: Copy, table: str) -> Sequence[Row]:
    old = {_identity(row) for row in before.tables[table]}
    return [row for row in after.tables[table] if _identity(row) not in old]


def _identity(row: Row) -> object:
    return tuple(str(value) for value in row.values.values())


def _merged(parts: Sequence[Guesses]) -> Guesses:
    return {person: response for part in parts for person, response in part.items()}


def _orders(evidence: Evidence, owned: Mapping[str, Life]) -> Mapping[str, Mapping[str, Any]]:
    """Every order of rows that died: of birth, of death, and of all that a backup before the death shows."""
    moments = [copy.moment for copy in evidence.copies]
    lying = [
        {(table, row.place): row for table, rows in copy.tables.items() for row in rows} for copy in evidence.copies
    ]
    rows = {}
    for person, life in owned.items():
        at = bisect_left(moments, life.moment) - 1
        if at >= 0 and (row := lying[at].get((life.table, life.place))):
            rows[person] = row
    seen = sortable(rows) if len(rows) == len(owned) else {}
    return {
        "birth": {person: life.born for person, life in owned.items()},
        "death": {person: life.died for person, life in owned.items()},
        "reversed birth": {person: -life.born for person, life in owned.items()},
        **seen,
    }


def _sorted(wrote: Mapping[int, Sequence[Row]]) -> Mapping[str, Mapping[int, Sequence[Row]]]:
    """The responses of each transaction in the order of writing, of place, and of id."""
    return {
        "writing": wrote,
        "place": {number: sorted(rows, key=lambda row: row.place) for number, rows in wrote.items()},
        "id": {number: sorted(rows, key=lambda row: str(row.values["id"])) for number, rows in wrote.items()},
    }
