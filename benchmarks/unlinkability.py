"""How many people an operator links to their responses, attack by attack, in our design and in naive ones.

    python -m benchmarks.unlinkability --people 1000

He has every table, backups, the write-ahead log, the statement log, the times of all requests and texts, and the site's
and the channel's keys; not the custodian's, and no cookie. Real code on real databases, in temporary directories.
Nobody can do better than chance inside a batch if what is printed is about the number of batches. The second table is
what he gains who also knows something of each person; the third, what no batch helps against.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from random import Random

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from analytics.custody import new_keys
from survey_app.areas import Margin
from survey_app.instrument import read_instrument
from survey_app.storage.database import connect, migrate
from tests.privacy.conftest import watching
from tests.privacy.join import cases, limits, naive
from tests.privacy.join.attacks import ATTACKS, linked
from tests.privacy.join.attributes import KNOWLEDGE, as_answered, gain, guesses
from tests.privacy.join.cases import Case, Records
from tests.privacy.join.chains import batches
from tests.privacy.join.people import Field

OURS = "Thiqa"
BATCH = 50
Room = Callable[[], tuple[Engine, Records]]  # an empty database, and what its server keeps


@contextmanager
def fielded(engine: Engine, census: tuple[Margin, ...]) -> Iterator[Field]:
    """Our tables, and a folder for the waves' keys."""
    migrate(engine)
    with tempfile.TemporaryDirectory(prefix="thiqa-benchmark-") as folder:
        yield Field(engine, census, new_keys(), Path(folder))


@contextmanager
def rooms(kind: str) -> Iterator[Room]:
    """Room for databases of a kind."""
    numbers = count()
    with ExitStack() as until:
        if kind == "sqlite":
            directory = until.enter_context(tempfile.TemporaryDirectory(prefix="thiqa-benchmark-"))
            yield lambda: (connect(f"sqlite:///{directory}/{next(numbers)}.sqlite3"), cases.nothing_more)
            return
        watched = until.enter_context(watching())

        def new() -> tuple[Engine, Records]:
            name = f"benchmark_{next(numbers)}"
            watched.administer(f"CREATE DATABASE {name}")
            url = make_url(watched.url).set(database=name).render_as_string(hide_password=False)
            return connect(url), cases.of_server(watched)

        yield new


def answered(room: Room, design: str, census: tuple[Margin, ...], people: int, seed: int) -> Case:
    """So many people of the census answer in this design."""
    random = Random(seed)
    who = cases.drawn(census, people, random)
    engine, records = room()
    try:
        if design != OURS:
            return cases.of_naive(naive.DESIGNS[design], engine, who, records, random)
        with fielded(engine, census) as at:
            return cases.of_ours(at, who, records, random, BATCH)
    finally:
        engine.dispose()


def attacked(case: Case) -> dict[str, list[int]]:
    """By attack, how many people each order that it tried links."""
    return {
        name: [linked(guessed, case.truth) for guessed in attack(case.evidence).values()]
        for name, attack in ATTACKS.items()
    }


def gains(case: Case) -> Table:
    """A line for each thing that he may know."""
    table = Table(
        "he knows of each person",
        "in batches: expected",
        "linked",
        "alone",
        "opened at once at the close: expected",
        "alone",
        title="Right guesses, and people who are alone with what is known of them",
    )
    opened, written = batches(case.evidence)
    at_once = dict.fromkeys(case.people, 0)
    said = {row.values["id"]: as_answered(row, cases.answers_of(row)) for row in case.evidence.responses}
    for name, knowledge in KNOWLEDGE.items():
        inside, whole = gain(case.people, opened, knowledge), gain(case.people, at_once, knowledge)
        found = linked(guesses(case.people, opened, said, written, knowledge), case.truth)
        figures = (inside.expected, found, inside.certain, whole.expected, whole.certain)
        table.add_row(name, *map(str, figures))
    return table


def beyond(room: Room, census: tuple[Margin, ...], seed: int) -> Table:
    """A line for each thing that no batch helps against."""
    table = Table("what no batch helps against", "of whom", "found")
    for name, measure in limits.LIMITS.items():
        engine, _ = room()
        with fielded(engine, census) as at:
            of, found = measure(at, Random(seed), BATCH)
        engine.dispose()
        table.add_row(name, str(of), str(found))
    return table


@click.command()
@click.option("--people", default=1_000, show_default=True)
@click.option("--seed", default=55, show_default=True)
@click.option("--database", type=click.Choice(["sqlite", "postgres"]), multiple=True, default=("sqlite", "postgres"))
def main(people: int, seed: int, database: tuple[str, ...]) -> None:
    """Measure, in temporary databases that are removed at the end."""
    census, console = read_instrument().census, Console(width=150)
    for kind in database:
        with rooms(kind) as room:
            case = answered(room, OURS, census, people, seed)
            sizes = sorted(Counter(batches(case.evidence)[0].values()).values())
            ours = attacked(case)
            others = [attacked(answered(room, design, census, people, seed)) for design in naive.DESIGNS]
            table = Table("attack", "tries on ours", OURS, "its mean", *naive.DESIGNS)
            table.title = (
                f"{kind}: linked of {people} at most; by chance {len(sizes)}, in batches of {sizes[0]} to {sizes[-1]}"
            )
            for name, found in ours.items():
                if found:
                    mean = f"{sum(found) / len(found):.1f}"
                    most = (str(max(other[name], default=0)) for other in others)
                    table.add_row(name, str(len(found)), str(max(found)), mean, *most)
            for shown in (table, gains(case), beyond(room, census, seed)):
                console.print(shown)


if __name__ == "__main__":
    main()
