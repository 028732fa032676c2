"""The store's tables on both databases, and the chain of the trail."""

import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import ArgumentError
from sqlmodel import col, delete, select, update

from dashboards.access import Role
from dashboards.accounts import people, store, trail
from dashboards.accounts.schema import MIGRATIONS, VERSIONS, migrate, version
from dashboards.accounts.tables import ActionRow, LookRow, StaffModel

OURS = {"staff_account", "staff_attempt", "staff_look", "staff_action", VERSIONS}
NEWEST = "0002"


@pytest.fixture
def staff(engine: Engine) -> Any:
    """A store of each kind, beside other tables."""
    made = store.connect(engine.url.render_as_string(hide_password=False))
    yield made
    made.dispose()


def go_back(engine: Engine, revision: str) -> None:
    """Bring the tables back to a revision, as somebody would who has to."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def test_the_tables_are_what_the_classes_say(staff: Engine) -> None:
    with staff.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: kind != "table" or name in OURS - {VERSIONS}}
        )
        assert compare_metadata(context, StaffModel.metadata) == []


def test_the_tables_go_and_come_and_the_others_stay(staff: Engine) -> None:
    others = set(inspect(staff).get_table_names()) - OURS
    assert others
    go_back(staff, "base")
    assert version(staff) is None
    assert set(inspect(staff).get_table_names()) - {VERSIONS} == others
    migrate(staff)
    assert set(inspect(staff).get_table_names()) == others | OURS
    assert version(staff) == NEWEST


@pytest.mark.parametrize("password", ["canary/of", "canary:of", "canary#of@canary", "[canary", "canary]"])
@pytest.mark.parametrize("impatient", [False, True])
def test_an_address_that_cannot_be_read_repeats_nothing_of_its_password(password: str, impatient: bool) -> None:
    url = f"postgresql+psycopg://thiqa:{password}@127.0.0.1:55x/canary"
    with pytest.raises(ArgumentError) as found:
        store.connect(url, impatient=impatient)
    assert "canary" not in "".join(traceback.format_exception(found.value))
    assert "%40" in str(found.value)


def test_who_serves_people_gives_up_soon_and_who_works_on_the_machine_does_not(postgres_engine: Engine) -> None:
    url = postgres_engine.url.render_as_string(hide_password=False)
    names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    for impatient, limits in ((True, ["3s", "5s", "30s"]), (False, ["0", "0", "0"])):
        made = store.connect(url, impatient=impatient)
        with made.connect() as connection:
            assert [connection.scalar(text(f"SHOW {name}")) for name in names] == limits
        made.dispose()


def test_options_of_an_address_count_before_the_limits(postgres_engine: Engine) -> None:
    url = postgres_engine.url.update_query_dict({"options": "-c lock_timeout=7s"})
    made = store.connect(url.render_as_string(hide_password=False), impatient=True)
    with made.connect() as connection:
        assert connection.scalar(text("SHOW lock_timeout")) == "7s"
    made.dispose()


def test_an_action_of_the_first_tables_keeps_the_figure_that_it_is_about(staff: Engine) -> None:
    def named() -> list[str]:
        with staff.connect() as connection:
            return list(connection.scalars(text("SELECT indicator FROM staff_action ORDER BY number")))

    go_back(staff, "0001")
    with staff.begin() as connection:
        for number, figure in enumerate(("trust/w3", "safety/2026-05"), 1):
            connection.execute(
                text(
                    "INSERT INTO staff_action (number, area, indicator, said, done, day, published, author)"
                    " VALUES (:number, 'a1', :figure, '{}', '{}', '2026-06-01', TRUE, 'one@example.org')"
                ),
                {"number": number, "figure": figure},
            )
    migrate(staff)
    with store.reading(staff) as session:
        rows = session.exec(select(ActionRow).order_by(col(ActionRow.number))).all()
        assert [(row.indicator, row.wave) for row in rows] == [("trust", "w3"), ("safety", "2026-05")]
    go_back(staff, "0001")
    assert named() == ["trust/w3", "safety/2026-05"]


def test_many_processes_that_start_at_once_make_the_tables_once(engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    with ThreadPoolExecutor(4) as pool:
        engines = list(pool.map(lambda _: store.connect(url), range(4)))
    assert {version(each) for each in engines} == {NEWEST}
    for each in engines:
        each.dispose()


def test_records_of_many_processes_are_one_chain(staff: Engine) -> None:
    said = [trail.Said(f"a{n}@example.com", "officer", "area", f"?n={n}", "r") for n in range(12)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: trail.chain(staff, lambda _: one), said))
    assert trail.faults(staff) == ()
    assert trail.head(staff)[0] == 12
    assert {look.query for look in trail.looks(staff, None, 20)} == {one.query for one in said}


@pytest.mark.parametrize("change", ["one", "middle", "end"])
def test_what_is_changed_or_taken_out_is_seen(staff: Engine, change: str) -> None:
    for number in range(6):
        one = trail.Said("a@example.com", "officer", "area", f"?n={number}")
        trail.chain(staff, lambda _, one=one: one)  # type: ignore[misc]  # the default binds it
    _, head = trail.head(staff)
    with store.changing(staff) as session:
        if change == "one":
            session.exec(update(LookRow).where(col(LookRow.number) == 3).values(query="?n=other"))
        else:
            session.exec(delete(LookRow).where(col(LookRow.number) == (3 if change == "middle" else 6)))
    assert trail.holds(staff, head) is (change != "end")
    assert bool(trail.faults(staff)) is (change != "end")


def test_one_address_invited_by_many_at_once_is_one_account(staff: Engine) -> None:
    def invited(_: int) -> str:
        return people.invite(staff, people.MACHINE, "new@example.com", Role.ANALYST, (), store.now()).token

    with ThreadPoolExecutor(4) as pool:
        tokens = list(pool.map(invited, range(4)))
    assert len(store.accounts(staff)) == 1
    assert trail.faults(staff) == ()
    assert trail.head(staff)[0] == 4
    with store.reading(staff) as session:
        assert sum(store.invited(session, token, store.now()) is not None for token in tokens) == 1


def test_the_same_person_is_one_account_however_she_is_written(staff: Engine) -> None:
    for email in ("Chief@Example.com", " chief@example.com ", "ｃhief@example.com"):
        people.invite(staff, people.MACHINE, email, Role.ANALYST, (), store.now())
    assert [account.email for account in store.accounts(staff)] == ["chief@example.com"]
    with store.reading(staff) as session:
        assert len(session.exec(select(LookRow)).all()) == 3
