"""Fault 55: an operator with every table, backup and log, and the WAL, tries to join people to responses.

He knows the batch in which each person's envelope was opened: that is as near as he may come.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from analytics.custody import KeyPair
from survey_app.instrument import Instrument
from survey_app.storage.database import connect, migrate

from ..conftest import Watched
from . import cases, naive
from .attacks import ATTACKS, linked
from .attributes import KNOWLEDGE, as_answered, gain, guesses
from .cases import Case, Records
from .chains import batches
from .people import Field

PEOPLE, NAIVE_PEOPLE, BATCH = 400, 300, 50
SEED = 55
Room = Callable[[str], tuple[Engine, Records]]  # an empty database of a name, and what its server keeps
# What PostgreSQL alone has to show.
OF_POSTGRES = {"equal xmin", "adjacent xmin", "statement log"}
ORDERS, WAL_ROWS, WAL_TIMES, BACKUPS = "orders", "journal from rows", "journal from times", "backups"
IN_ORDER = {ORDERS, WAL_ROWS, WAL_TIMES, BACKUPS}
LINKS_ALL = {
    "one transaction": {"equal xmin", "adjacent xmin", "statement log", *IN_ORDER},
    "one transaction, then VACUUM FREEZE": {"equal xmin", "adjacent xmin", "statement log", *IN_ORDER},
    "two transactions in a row": {"adjacent xmin", "statement log", *IN_ORDER},
    "user id set to null, then VACUUM FREEZE": {"statement log", WAL_ROWS, WAL_TIMES, BACKUPS},
    "UUIDv7 beside a time": {"adjacent xmin", "statement log", *IN_ORDER},
    "serial id beside a time": {"adjacent xmin", *IN_ORDER},
}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def room(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Room for databases of each kind."""
    engines: list[Engine] = []
    if request.param == "sqlite":
        directory: Path = tmp_path_factory.mktemp("join")

        def new(name: str) -> tuple[Engine, Records]:
            engines.append(connect(f"sqlite:///{directory}/{name}.sqlite3"))
            return engines[-1], cases.nothing_more
    else:
        watched: Watched = request.getfixturevalue("watched")

        def new(name: str) -> tuple[Engine, Records]:
            watched.administer(f"CREATE DATABASE {name}")
            url = make_url(watched.url).set(database=name)
            engines.append(connect(url.render_as_string(hide_password=False)))
            return engines[-1], cases.of_server(watched)

    yield new
    for engine in engines:
        engine.dispose()


@pytest.fixture(scope="module")
def ours(room: Room, instrument: Instrument, keys: KeyPair, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """People through our own code, on each kind of database."""
    engine, records = room("ours")
    migrate(engine)
    random = Random(SEED)
    who = cases.drawn(instrument.census, PEOPLE, random)
    return cases.of_ours(
        Field(engine, instrument.census, keys, tmp_path_factory.mktemp("wave-keys")), who, records, random, BATCH
    )


def most_by_chance(groups: int) -> float:
    """In a random permutation one stays in its place on average, as a Poisson variable: so many may, by chance."""
    return groups + 6 * math.sqrt(groups) + 3


def test_fault_55_the_operator_knows_the_batch_of_everybody(ours: Case) -> None:
    opened, written = batches(ours.evidence)
    assert all(opened[person] == written[response] for person, response in ours.truth.items())


@pytest.mark.parametrize("attack", ATTACKS)
def test_fault_55_no_attack_links_better_than_chance_within_a_batch(ours: Case, attack: str, room: Room) -> None:
    opened, _ = batches(ours.evidence)
    most = most_by_chance(len(set(opened.values())))
    tried = ATTACKS[attack](ours.evidence)
    assert tried or (attack in OF_POSTGRES and not ours.evidence.statements)
    for name, guessed in tried.items():
        assert guessed.keys() == ours.truth.keys()
        assert linked(guessed, ours.truth) <= most, name


@pytest.mark.parametrize("design", naive.DESIGNS)
def test_fault_55_the_same_attacks_link_everybody_in_a_naive_design(
    room: Room, instrument: Instrument, design: str
) -> None:
    engine, records = room(f"naive_{list(naive.DESIGNS).index(design)}")
    random = Random(SEED)
    who = cases.drawn(instrument.census, NAIVE_PEOPLE, random)
    case = cases.of_naive(naive.DESIGNS[design], engine, who, records, random)
    sqlite = engine.dialect.name == "sqlite"
    best = {
        name: max((linked(guessed, case.truth) for guessed in attack(case.evidence).values()), default=0)
        for name, attack in ATTACKS.items()
    }
    must = LINKS_ALL[design] - (OF_POSTGRES if sqlite else set())
    assert {name: best[name] for name in must} == dict.fromkeys(must, NAIVE_PEOPLE)


@pytest.mark.parametrize("knowledge", KNOWLEDGE)
def test_fault_55_who_knows_more_of_people_gains_what_is_computed_and_no_more(ours: Case, knowledge: str) -> None:
    opened, written = batches(ours.evidence)
    known = KNOWLEDGE[knowledge]
    said = {row.values["id"]: as_answered(row, cases.answers_of(row)) for row in ours.evidence.responses}
    guessed = guesses(ours.people, opened, said, written, known)
    expected = gain(ours.people, opened, known)
    found = linked(guessed, ours.truth)
    assert expected.certain <= found <= most_by_chance(expected.expected)


@pytest.mark.parametrize(
    ("size", "expected", "certain"), [(12, 654, 395), (30, 400, 124), (100, 216, 28), (1000, 183, 23)]
)
def test_a_psu_of_twelve_makes_many_certain(instrument: Instrument, size: int, expected: int, certain: int) -> None:
    """What docs/promises.md says of a wave of 1,000 people who were all invited, by the size of PSUs within an area."""
    people, met = {}, Counter[str]()
    for person in cases.drawn(instrument.census, 1_000, Random(SEED)):
        people[person.name] = replace(person, psu=f"{person.area}-{met[person.area] // size}")
        met[person.area] += 1
    found = gain(people, dict.fromkeys(people, 0), lambda person: (person.psu, person.sex, person.age))
    assert (found.expected, found.certain) == (expected, certain)


def test_the_number_of_requests_tells_how_many_questions_were_answered(ours: Case) -> None:
    served = Counter(sight.person for sight in ours.evidence.sights)
    assert {name: served[name] - person.served for name, person in ours.people.items()} == {
        name: len(person.replies) for name, person in ours.people.items()
    }


def test_fault_55_no_file_and_so_no_time_of_a_file_is_anybodys_own(
    room: Room, instrument: Instrument, keys: KeyPair, tmp_path: Path
) -> None:
    """Forty people leave as many files as four: each is written for all, and its time is that of the last."""
    files = []
    for count in (4, 40):
        engine, records = room(f"files_{count}")
        migrate(engine)
        random, folder = Random(SEED), tmp_path / str(count)
        at = Field(engine, instrument.census, keys, folder)
        cases.of_ours(at, cases.drawn(instrument.census, count, random), records, random, 2)
        files.append(_files(engine) + len(list(folder.iterdir())))
    assert files[0] == files[1] > 0


def _files(engine: Engine) -> int:
    """How many files the database has, without PostgreSQL's maps of free room and caches, made now and then."""
    if engine.dialect.name == "sqlite":
        database = Path(str(engine.url.database))
        return len(list(database.parent.glob(f"{database.name}*")))
    with engine.connect() as connection:
        folder = connection.exec_driver_sql("SELECT current_setting('data_directory')").scalar_one()
        of = connection.exec_driver_sql("SELECT oid FROM pg_database WHERE datname = current_database()").scalar_one()
    found = (file.name for file in (Path(folder) / "base" / str(of)).iterdir())
    return sum(name[0].isdecimal() and not name.endswith(("_fsm", "_vm")) for name in found)
