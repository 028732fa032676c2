"""A candidate carries tombstones and registration, follows the policy, and is not published by being built."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from analytics.foreign import load, read_mapping
from analytics.publish import Parameters, cards
from analytics.release import Release, ReleaseError, read
from analytics.release.bundle import read_manifest
from analytics.release.chain import read_chain, verify_all
from analytics.releasing.building import Trust, allowed, build, candidate, documented
from analytics.releasing.policy import Policy, PolicyError, agree, propose
from analytics.releasing.publishing import publish, withdraw
from analytics.releasing.register import register
from survey_app.instrument import Instrument
from survey_app.storage.database import connect, migrate
from tests.analytics.release.made import DAY, KEYS, OTHER, REASON, TEXT, published, release

GOLDEN = Path(__file__).parents[2] / "golden"
TRUST = Trust(KEYS.private, (KEYS.public,), (KEYS.public, OTHER.public))
PARAMETERS = Parameters(created=DAY)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A small survey of others, loaded."""
    found = connect(f"sqlite:///{tmp_path_factory.mktemp('building')}/thiqa.sqlite3")
    migrate(found)
    load(found, read_mapping(GOLDEN / "mappings" / "trust.toml"), GOLDEN / "rsurvey" / "trust.csv")
    yield found
    found.dispose()


@pytest.fixture(scope="module")
def plan() -> Instrument:
    return read_mapping(GOLDEN / "mappings" / "trust.toml").instrument


def documents(directory: Path, content: Release) -> Release:
    return documented(content, directory, read_chain(directory), TRUST)


def test_a_candidate_is_signed_and_says_nothing_until_it_is_published(
    engine: Engine, plan: Instrument, tmp_path: Path
) -> None:
    register(tmp_path, cards(plan), date(2000, 1, 1), KEYS.private)
    path = build(engine, plan, tmp_path, PARAMETERS, TRUST)
    assert verify_all(tmp_path).chain.published == ()
    assert read(path, [KEYS.public]).quality["registration"]["never"] == []  # type: ignore[index]  # a part of the report
    assert {card.registered for card in read(path).indicators} == {"2000-01-01"}
    assert publish(tmp_path, path.name, KEYS.private, DAY)
    again = candidate(engine, plan, tmp_path, replace(PARAMETERS, created=date(2027, 1, 1)), TRUST)
    assert again.same_as == path.name
    assert again.packed.name != path.name


def test_fault_69_the_order_of_the_rows_of_the_database_does_not_matter(
    engine: Engine, plan: Instrument, tmp_path: Path
) -> None:
    one = build(engine, plan, tmp_path / "one", PARAMETERS)
    with engine.connect() as work:
        names = [row.name for row in work.execute(text("SELECT name FROM pragma_table_info('response')"))]
        rows = [tuple(row) for row in work.execute(text("SELECT * FROM response"))]
    random.Random(1).shuffle(rows)
    turned = connect(f"sqlite:///{tmp_path}/turned.sqlite3")
    migrate(turned)
    load(turned, read_mapping(GOLDEN / "mappings" / "trust.toml"), GOLDEN / "rsurvey" / "trust.csv")
    slots = ", ".join(f":{name}" for name in names)
    with turned.begin() as work:
        work.execute(text("DELETE FROM response"))
        work.execute(text(f"INSERT INTO response VALUES ({slots})"), [dict(zip(names, r, strict=True)) for r in rows])
    assert build(turned, plan, tmp_path / "other", PARAMETERS).name == one.name
    turned.dispose()


def test_another_k_than_the_policys_or_a_lower_one_than_before_is_not_built(
    engine: Engine, plan: Instrument, tmp_path: Path
) -> None:
    with pytest.raises(PolicyError, match="by the policy"):
        build(engine, plan, tmp_path, replace(PARAMETERS, k=12), TRUST)
    propose(tmp_path, Policy(12), KEYS.private, TRUST.officers)
    agree(tmp_path, OTHER.private, TRUST.officers)
    with pytest.raises(PolicyError, match="by the policy"):
        build(engine, plan, tmp_path, PARAMETERS, TRUST)
    path = build(engine, plan, tmp_path, replace(PARAMETERS, k=12), TRUST)
    assert read_manifest(path)["parameters"]["k"] == 12
    publish(tmp_path, path.name, KEYS.private, DAY)
    (tmp_path / "policy.json").unlink()  # whoever deletes the policy does not get the usual k back
    with pytest.raises(PolicyError, match="lower one"):
        build(engine, plan, tmp_path, PARAMETERS, TRUST)


def test_the_policy_raises_the_floors_of_areas_and_lowers_none(plan: Instrument, tmp_path: Path) -> None:
    floors = replace(plan, lattice=replace(plan.lattice, area_population=5_000, area_respondents=40))
    found = allowed(floors, Policy(12, 20_000, 30), read_chain(tmp_path)).lattice
    assert (found.area_population, found.area_respondents) == (20_000, 40)
    found = allowed(floors, Policy(12, 1_000, 50), read_chain(tmp_path)).lattice
    assert (found.area_population, found.area_respondents) == (5_000, 50)


def test_an_indicator_that_is_gone_or_asked_otherwise_leaves_a_tombstone_for_ever(tmp_path: Path) -> None:
    first = published(tmp_path, release("trust", "safe", "fair"))
    content = release("trust", "fair")
    asked = {**content.indicators[0].question, "fr": "Autrement ?"}
    second = documents(
        tmp_path, replace(content, indicators=(replace(content.indicators[0], question=asked), content.indicators[1]))
    )
    assert [(stone.indicator, stone.act, stone.last) for stone in second.tombstones] == [
        ("trust", "redefined", first),
        ("safe", "withdrawn", first),
    ]
    assert all(set(stone.reason) == {"ar", "fr", "en"} and stone.name == TEXT for stone in second.tombstones)
    last = published(tmp_path, second)
    third = documents(tmp_path, replace(second, indicators=second.indicators[:1], tombstones=()))
    assert [(stone.indicator, stone.last) for stone in third.tombstones] == [
        ("trust", first),
        ("safe", first),
        ("fair", last),
    ]


def test_a_release_that_was_withdrawn_is_remembered_by_the_next(tmp_path: Path) -> None:
    published(tmp_path, release("trust"))
    gone = published(tmp_path, release("trust", "safe"))
    withdraw(tmp_path, gone, REASON, KEYS.private, DAY, remove=True)
    stones = documents(tmp_path, release("trust")).tombstones
    assert [(stone.indicator, stone.last) for stone in stones] == [("safe", gone)]


def test_an_indicator_that_was_withdrawn_is_left_out_and_its_reason_stands(
    engine: Engine, plan: Instrument, tmp_path: Path
) -> None:
    names = [indicator.id for indicator in plan.indicators]
    more = replace(plan, indicators=(*plan.indicators, replace(plan.indicators[0], id="second")))
    first = build(engine, more, tmp_path, PARAMETERS, TRUST).name
    publish(tmp_path, first, KEYS.private, DAY)
    withdraw(tmp_path, first, REASON, KEYS.private, DAY, indicator="second")
    with pytest.raises(ReleaseError, match="already"):
        withdraw(tmp_path, first, REASON, KEYS.private, DAY, indicator="second")
    with pytest.raises(ReleaseError, match="no indicator"):
        withdraw(tmp_path, first, REASON, KEYS.private, DAY, indicator="none")
    assert read_chain(tmp_path).latest == first
    found = read(build(engine, more, tmp_path, PARAMETERS, TRUST))
    assert [card.id for card in found.indicators] == names
    assert [(stone.indicator, stone.reason) for stone in found.tombstones] == [("second", REASON)]
    other = replace(more.indicators[-1], direction="lower_is_better")
    mended = allowed(replace(more, indicators=(*plan.indicators, other)), Policy(), read_chain(tmp_path))
    assert [indicator.id for indicator in mended.indicators] == [*names, "second"]


def test_what_the_public_has_seen_is_never_left_out_of_sight(engine: Engine, plan: Instrument, tmp_path: Path) -> None:
    """A published release that is missing stops the next one: what it showed could be subtracted."""
    path = build(engine, plan, tmp_path, PARAMETERS, TRUST)
    publish(tmp_path, path.name, KEYS.private, DAY)
    (path / "figures.parquet").unlink()
    with pytest.raises(ReleaseError, match="is not there or unreadable"):
        build(engine, plan, tmp_path, PARAMETERS, TRUST)
