"""Statements that stand alone, and transactions beside them, on both databases."""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

import pytest
from sqlalchemy import Connection, Engine, create_engine, insert, select, text

from survey_app.storage import database
from survey_app.storage.database import alone, changing
from survey_app.storage.tables import QuestionnaireRow, table

FORM = table(QuestionnaireRow)


class LeftError(Exception):
    """Raised in the middle."""


def _versions(engine: Engine) -> set[str]:
    with alone(engine) as work:
        return set(work.execute(select(FORM.c.version)).scalars())


def test_a_statement_alone_is_committed_at_once_and_a_transaction_as_a_whole(engine: Engine) -> None:
    with suppress(LeftError), alone(engine) as work:
        work.execute(insert(FORM), {"version": "alone", "document": {}})
        assert _versions(engine) == {"alone"}
        raise LeftError
    with suppress(LeftError), changing(engine) as work:
        work.execute(insert(FORM), {"version": "together", "document": {}})
        assert _versions(engine) == {"alone"}
        raise LeftError
    assert _versions(engine) == {"alone"}


def test_a_connection_works_in_turns_for_statements_alone_and_for_transactions(engine: Engine) -> None:
    for turn in range(3):
        with alone(engine) as work:
            work.execute(insert(FORM), {"version": f"alone {turn}", "document": {}})
        with suppress(LeftError), changing(engine) as work:
            work.execute(insert(FORM), {"version": f"together {turn}", "document": {}})
            raise LeftError
    assert _versions(engine) == {"alone 0", "alone 1", "alone 2"}


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
@pytest.mark.parametrize("way", [alone, changing])
def test_a_connection_that_died_while_it_rested_is_replaced(
    engine: Engine, way: Callable[[Engine], AbstractContextManager[Connection]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "RESTED_SECONDS", 0)
    own = text("SELECT pg_backend_pid()")
    with way(engine) as work:
        before = work.execute(own).scalar_one()
    administrator = create_engine(engine.url)
    with administrator.connect() as connection:
        assert connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": before}).scalar_one()
    administrator.dispose()
    with way(engine) as work:
        assert work.execute(own).scalar_one() != before
