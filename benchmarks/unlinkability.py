"""How many people an operator links to their responses, attack by attack, in our design and in naive ones.

    python -m benchmarks.unlinkability --people 1000

He has every table, backups, the write-ahead log, the statement log, the times of all requests and texts, and the site's
and the channel's keys; not the custodian's, and no cookie. Real code on real databases, in temporary directories.
Nobody can do better than chance inside a batch if what is printed is about the number of batches. The second table is
what he gains who also knows something of each person; the third, what no batch helps against.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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
from tests.privacy import cases, limits, naive
from tests.privacy.attacks import ATTACKS, linked
from tests.privacy.attributes import KNOWLEDGE, as_answered, gain, guesses
from tests.privacy.cases import Case, Records
from tests.privacy.chains import batches
from tests.privacy.conftest import watching
from tests.privacy.people import Field

OURS = "Thiqa"
BATCH = 50


@contextmanager
def room(kind: str) -> Iterator[tuple[Engine, Records]]:
    """An empty database of a kind, and what its server keeps."""
    with ExitStack() as until:
        if kind == "sqlite":
            directory = until.enter_context(tempfile.TemporaryDirectory(prefix="thiqa-benchmark-"))
            url, records = f"sqlite:///{Path(directory)}/one.sqlite3", cases.nothing_more
        else:
            watched = until.enter_context(watching())
            watched.administer("CREATE DATABASE one")
            url = make_url(watched.url).set(database="one").render_as_string(hide_password=False)
            records = cases.of_server(watched)
        engine = connect(url)
        yield engine, records
        engine.dispose()


def answered(kind: str, design: str, census: tuple[Margin, ...], people: int, seed: int) -> Case:
    """So many people of the census answer in this design."""
    random = Random(seed)
    who = cases.drawn(census, people, random)
    with room(kind) as (engine, records):
        if design != OURS:
            return cases.of_naive(naive.DESIGNS[design], engine, who, records, random)
        migrate(engine)
        return cases.of_ours(Field(engine, census, new_keys()), who, records, random, BATCH)


def attacked(kind: str, design: str, case: Case, table: Table) -> None:
    """A line for each attack."""
    for name, attack in ATTACKS.items():
        found = [linked(guessed, case.truth) for guessed in attack(case.evidence).values()]
        if found:
            table.add_row(kind, design, name, str(len(found)), str(max(found)), f"{sum(found) / len(found):.1f}")


def known(kind: str, case: Case, table: Table) -> None:
    """A line for each thing that he may know."""
    opened, written = batches(case.evidence)
    at_once = dict.fromkeys(case.people, 0)
    said = {row.values["id"]: as_answered(row, cases.answers_of(row)) for row in case.evidence.responses}
    for name, knowledge in KNOWLEDGE.items():
        inside, whole = gain(case.people, opened, knowledge), gain(case.people, at_once, knowledge)
        found = linked(guesses(case.people, opened, said, written, knowledge), case.truth)
        figures = (inside.expected, found, inside.certain, whole.expected, whole.certain)
        table.add_row(kind, name, *map(str, figures))


@click.command()
@click.option("--people", default=1_000, show_default=True)
@click.option("--seed", default=55, show_default=True)
@click.option("--database", type=click.Choice(["sqlite", "postgres"]), multiple=True, default=("sqlite", "postgres"))
def main(people: int, seed: int, database: tuple[str, ...]) -> None:
    """Measure, in temporary databases that are removed at the end."""
    census = read_instrument().census
    attacks = Table("database", "design", "attack", "orders tried", "most linked", "mean", title=f"Of {people} people")
    gains = Table(
        "database",
        "he knows of each person",
        "in batches: expected",
        "linked",
        "alone",
        "whole wave: expected",
        "alone",
    )
    beyond = Table("database", "what no batch helps against", "of whom", "found")
    for kind in database:
        case = answered(kind, OURS, census, people, seed)
        sizes = sorted(Counter(batches(case.evidence)[0].values()).values())
        click.echo(f"{kind}: {len(sizes)} batches of {sizes[0]} to {sizes[-1]}")
        attacked(kind, OURS, case, attacks)
        known(kind, case, gains)
        for design in naive.DESIGNS:
            attacked(kind, design, answered(kind, design, census, people, seed), attacks)
        for name, measure in limits.LIMITS.items():
            with room(kind) as (engine, _):
                migrate(engine)
                of, found = measure(Field(engine, census, new_keys()), Random(seed), BATCH)
            beyond.add_row(kind, name, str(of), str(found))
    for table in (attacks, gains, beyond):
        Console(width=150).print(table)


if __name__ == "__main__":
    main()
