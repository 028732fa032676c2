"""A survey that was answered, all that the insider holds of it, and the truth."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import cast

from sqlalchemy import Engine

from survey_app.areas import Margin

from ..conftest import Watched
from . import naive, people
from .evidence import Evidence, Row
from .naive import Design
from .people import Field, Insider, Person
from .server_records import logged, wal_changes

Records = Callable[[Engine, Evidence], Evidence]


@dataclass(frozen=True, slots=True)
class Case:
    """Who answered, what the insider holds, and whose each response is."""

    people: Mapping[str, Person]
    evidence: Evidence
    truth: Mapping[str, object]


def of_ours(at: Field, who: Sequence[Person], records: Records, random: Random, minimum: int) -> Case:
    """These people answer through our own code."""
    insider = Insider(at.engine)
    names = people.run(at, who, insider, random, minimum)
    return _case(who, records(at.engine, insider.evidence("response", names)))


def of_naive(design: Design, engine: Engine, who: Sequence[Person], records: Records, random: Random) -> Case:
    """These people answer in a naive design."""
    insider, names = naive.run(design, engine, who, random)
    return _case(who, records(engine, insider.evidence(design.answers, names)))


def drawn(census: Sequence[Margin], count: int, random: Random) -> tuple[Person, ...]:
    """People of the census."""
    return people.population(census, count, random)


def nothing_more(_engine: Engine, evidence: Evidence) -> Evidence:
    """SQLite keeps no log, and what it writes ahead the insider has written down."""
    return evidence


def of_server(watched: Watched) -> Records:
    """The WAL and the log of PostgreSQL."""

    def add(engine: Engine, evidence: Evidence) -> Evidence:
        with engine.connect() as connection:
            journal = wal_changes(connection, watched.wal())
        return replace(evidence, journal=journal, statements=logged(watched.log, str(engine.url.database)))

    return add


def answers_of(row: Row) -> Mapping[str, object]:
    """What a response says."""
    said = row.values.get("answers", row.values.get("said"))
    return cast("Mapping[str, object]", json.loads(said) if isinstance(said, str) else said)


def _case(who: Sequence[Person], evidence: Evidence) -> Case:
    owner = {person.secret: person.name for person in who}
    truth = {owner[int(str(answers_of(row)["number"]))]: row.values["id"] for row in evidence.responses}
    if len(truth) != len(who):
        raise ValueError(f"{len(who)} people answered, and {len(truth)} responses are theirs")
    return Case({person.name: person for person in who}, evidence, truth)
