"""Migrations on old data: whatever stood in any table at any revision stands there after going up and down again."""

import os
import random
from collections import Counter
from random import Random
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, create_engine
from sqlmodel import SQLModel

from survey_app.storage.database import MIGRATIONS, configuration, migrate

from .rows import ROWS, conditions, constraints, content, fill, reflected, violations

REVISIONS = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]


@pytest.fixture
def dice(request: pytest.FixtureRequest) -> Random:
    """Chance that follows the run's own seed, which pytest-randomly prints and takes; in CI it is always the same."""
    seed = 51 if os.environ.get("CI") else random.getrandbits(32)
    request.node.add_report_section("call", "seed", f"the rows follow from {seed}")
    return Random(seed)


# What an older revision knows only as something else: (table, column) and its word for each of ours.
COARSER = {
    ("outbox", "status"): {"delivered": "sent", "expired": "failed"},
    ("conversation", "state"): {
        "invited": "open",
        "partial": "open",
        "refused": "stopped",
        "screened_out": "completed",
        "quota_full": "completed",
    },
}


def known(table: str, rows: list[dict[str, Any]], columns: set[str]) -> Counter[str]:
    """How often each row occurs, seen in these columns only, in the words of the oldest revision."""
    words = {name: COARSER.get((table, name), {}) for name in columns}
    return Counter(
        repr(sorted((name, words[name].get(row[name], row[name]) if words[name] else row[name]) for name in columns))
        for row in rows
    )


def agree(before: dict[str, list[dict[str, Any]]], after: dict[str, list[dict[str, Any]]]) -> None:
    """All tables and columns that both know hold the same rows, none lost, none doubled."""
    assert set(before) & set(after)
    for table in set(before) & set(after):
        old, new = before[table], after[table]
        assert len(old) == len(new), table
        columns = set(old[0]) & set(new[0])
        assert columns
        same = known(table, old, columns) == known(table, new, columns)
        assert same, f"values of {table} have changed"


def orphans(tables: MetaData, rows: dict[str, list[dict[str, Any]]]) -> list[str]:
    """The foreign keys that have a row without its parent."""
    found = []
    for table in tables.tables.values():
        for key in table.foreign_key_constraints:
            names = [part.column.name for part in key.elements]
            parents = {tuple(row[name] for name in names) for row in rows[key.referred_table.name]}
            held = (tuple(row[name] for name in key.column_keys) for row in rows[table.name])
            found += [str(key.name) for values in held if None not in values and values not in parents]
    return found


@pytest.mark.parametrize("revision", REVISIONS)
def test_fault_51_old_rows_keep_every_value_on_the_way_up_and_down(engine: Engine, dice: Random, revision: str) -> None:
    newest = constraints(reflected(engine))
    command.downgrade(configuration(engine), revision)
    old = reflected(engine)
    fill(engine, old, dice)
    before = content(engine, old)
    assert {len(rows) for rows in before.values()} == {ROWS}

    migrate(engine)
    new = reflected(engine)
    above = content(engine, new)
    agree(before, above)
    assert constraints(new) == newest
    assert not orphans(new, above)

    command.downgrade(configuration(engine), revision)
    again = reflected(engine)
    below = content(engine, again)
    agree(before, below)
    assert set(below) == set(before)
    assert constraints(again) == constraints(old)
    assert not orphans(again, below)


@pytest.mark.parametrize("revision", REVISIONS)
def test_fault_51_new_rows_keep_what_an_older_revision_knows(engine: Engine, dice: Random, revision: str) -> None:
    fill(engine, reflected(engine), dice)
    before = content(engine, reflected(engine))
    command.downgrade(configuration(engine), revision)
    agree(before, content(engine, reflected(engine)))
    migrate(engine)
    tables = reflected(engine)
    rows = content(engine, tables)
    assert not orphans(tables, rows)
    fill(engine, tables, dice)  # nor is a number given twice that the database gives itself
    assert {name: len(found) for name, found in content(engine, tables).items()} == {
        name: len(found) + ROWS for name, found in rows.items()
    }


@pytest.mark.parametrize("revision", REVISIONS)
def test_fault_51_every_constraint_still_refuses_after_a_migration(engine: Engine, dice: Random, revision: str) -> None:
    command.downgrade(configuration(engine), revision)
    fill(engine, reflected(engine), dice)
    for step in (migrate, lambda there: command.downgrade(configuration(there), revision)):
        step(engine)
        for table in reflected(engine).sorted_tables:
            with engine.connect() as connection:
                if connection.execute(table.select()).first() is None:
                    continue  # a table that this revision has not met
                let_through = [name for name, said in violations(connection, table, dice) if said is None]
                connection.rollback()
            assert not let_through, f"{table.name} takes what {let_through} should refuse"


def test_fault_51_the_migrations_give_every_constraint_that_the_models_name(engine: Engine) -> None:
    # Alembic's own comparison (test_migrations.py) does not look at checks.
    modelled = create_engine("sqlite://")
    SQLModel.metadata.create_all(modelled)
    models, migrated = reflected(modelled), reflected(engine)
    modelled.dispose()
    assert constraints(models) == constraints(migrated)
    if engine.dialect.name == "sqlite":  # PostgreSQL writes the same condition in its own words
        assert conditions(models) == conditions(migrated)
