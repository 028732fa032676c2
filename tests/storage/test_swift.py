"""A transaction of the driver's own gives what a connection gives, and its errors hold no value; on each database."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, bindparam, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ResourceClosedError

from survey_app.storage import swift
from survey_app.storage.database import changed, changing, connect, inserted
from survey_app.storage.swift import Swift
from survey_app.storage.tables import CarrierCopyRow, InboundRow, table

NOTE, COPY = table(InboundRow), table(CarrierCopyRow)
ADD, FIND = insert(NOTE), select(NOTE).where(NOTE.c.id == bindparam("which"))
MOVE = update(NOTE).where(NOTE.c.id == bindparam("which"))
DAY = date(2026, 3, 2)


def test_it_reads_what_it_wrote_and_what_a_connection_reads(engine: Engine) -> None:
    with Swift(engine) as work:
        work.execute(ADD, [{"id": "a", "day": DAY}, {"id": "b", "day": DAY}])
        work.execute(ADD, {"id": "c", "day": DAY})
        assert changed(work, MOVE, {"which": "b", "day": date(2026, 3, 3)}) == 1
        assert changed(work, MOVE, {"which": "nobody", "day": DAY}) == 0
        assert tuple(work.execute(FIND, {"which": "b"}).one()) == ("b", date(2026, 3, 3))
        assert work.execute(FIND, {"which": "b"}).scalar() == "b"
        assert work.execute(FIND, {"which": "nobody"}).first() is None
        assert work.execute(FIND, {"which": "nobody"}).scalar() is None
        with pytest.raises(ResourceClosedError):
            work.execute(FIND, {"which": "nobody"}).one()
        whole = [tuple(row) for row in work.execute(select(NOTE).order_by(NOTE.c.id)).all()]
    with changing(engine) as work:
        rows = [tuple(row) for row in work.execute(select(NOTE).order_by(NOTE.c.id))]
    assert rows == whole == [("a", DAY), ("b", date(2026, 3, 3)), ("c", DAY)]


def test_a_row_that_is_there_is_not_inserted_again(engine: Engine) -> None:
    with Swift(engine) as work:
        assert [inserted(work, NOTE, {"id": "a", "day": DAY}) for _ in range(2)] == [True, False]


def test_columns_have_their_defaults_and_times_come_back_as_they_were(engine: Engine) -> None:
    due = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    with Swift(engine) as work:
        work.execute(insert(COPY), {"channel": "twilio", "sealed": b"\0\xff", "due": due})
        row = work.execute(select(COPY)).one()
    assert (row.attempts, bytes(row.sealed), row.due) == (0, b"\0\xff", due)


def test_what_fails_is_undone_whole(engine: Engine) -> None:
    with pytest.raises(IntegrityError), Swift(engine) as work:
        work.execute(ADD, [{"id": "a", "day": DAY}, {"id": "b", "day": DAY}, {"id": "a", "day": DAY}])
    with Swift(engine) as work:
        assert work.execute(FIND, {"which": "a"}).first() is None


def test_an_error_says_its_kind_and_no_value(engine: Engine) -> None:
    with pytest.raises(IntegrityError) as failed, Swift(engine) as work:
        work.execute(ADD, [{"id": "canary", "day": DAY}] * 2)
    told = [failed.value, failed.value.orig, failed.value.__cause__]
    assert "canary" not in "".join(map(repr, told)) + "".join(map(str, told))
    assert failed.value.__suppress_context__
    with Swift(engine) as work:  # the pool's connection is as new
        assert inserted(work, NOTE, {"id": "canary", "day": DAY})


@pytest.mark.postgres
def test_a_server_that_died_is_an_operational_error_and_the_next_one_is_found(postgres_engine: Engine) -> None:
    url = postgres_engine.url.render_as_string(hide_password=False)
    mine = connect(url)
    with Swift(mine) as work:
        work.execute(FIND, {"which": "a"})
    with postgres_engine.connect() as other:
        other.exec_driver_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    with pytest.raises(DBAPIError), Swift(mine) as work:
        work.execute(FIND, {"which": "a"})
    with Swift(mine) as work:
        assert work.execute(FIND, {"which": "a"}).first() is None
    mine.dispose()


def test_nobody_waits_beyond_the_carriers_patience(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swift, "PATIENCE_SECONDS", -1.0)
    with pytest.raises(OperationalError, match="too slow"), Swift(engine) as work:
        work.execute(FIND, {"which": "a"})


def test_a_database_that_is_not_there_is_an_operational_error_without_its_address() -> None:
    engine = connect("postgresql+psycopg://canary:canary@127.0.0.1:1/canary", impatient=True)
    with pytest.raises(OperationalError) as failed, Swift(engine):
        pass
    assert "canary" not in str(failed.value)
