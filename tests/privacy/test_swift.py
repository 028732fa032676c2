"""Fault 54 where the driver is spoken to directly: no error of a swift transaction holds a value."""

import logging
import traceback
from typing import Any

import pytest
from sqlalchemy import Engine, Executable, bindparam, func, insert, select, text, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from survey_app.engine import Questionnaire
from survey_app.fieldwork import OPEN, field
from survey_app.storage.database import writing
from survey_app.storage.swift import Swift
from survey_app.storage.tables import ConversationRow, EnvelopeRow, InboundRow, TallyRow, table

from .filled import DAY

CANARY = "zarbiquelle"
NUMBER = "+212698765410"
CASE, INBOUND, TALLY, ENVELOPE = (table(rows) for rows in (ConversationRow, InboundRow, TallyRow, EnvelopeRow))
WHOLE = {"wave": "w1", "state": "open", "revision": 0, "sealed": CANARY.encode()}


@pytest.fixture
def filled(engine: Engine, short_form: Questionnaire) -> Engine:
    with writing(engine) as session:
        field(session, short_form, "w1", DAY, DAY, OPEN)
        session.connection().execute(insert(CASE), {**WHOLE, "person": NUMBER})
        session.connection().execute(insert(INBOUND), {"id": CANARY, "day": DAY})
    return engine


def said(error: BaseException) -> str:
    """All that a log could say of an error: its traceback, its words, and what it carries."""
    carried = [getattr(error, name, None) for name in ("args", "orig", "params", "statement", "detail")]
    return "".join(traceback.format_exception(error)) + repr(carried) + repr(error)


REFUSED: dict[str, tuple[Executable, dict[str, Any]]] = {
    "the key is there": (insert(CASE), {**WHOLE, "person": NUMBER}),
    "another key is there": (insert(INBOUND), {"id": CANARY, "day": DAY}),
    "no such wave": (insert(CASE), {**WHOLE, "person": NUMBER + "1", "wave": CANARY}),
    "no such state": (insert(CASE), {**WHOLE, "person": NUMBER + "2", "state": CANARY[:12]}),
    "nothing where something must be": (insert(TALLY), {"person": CANARY, "period": "2026-03", "messages": None}),
    "a count below one": (insert(TALLY), {"person": CANARY, "period": CANARY[:10], "messages": -7}),
    "an update to what is there": (
        update(INBOUND).where(INBOUND.c.id == bindparam("which")).values(day=bindparam("new")),
        {"which": CANARY, "new": None},
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_fault_54_a_refused_row_is_in_no_error(filled: Engine, name: str, caplog: pytest.LogCaptureFixture) -> None:
    statement, values = REFUSED[name]
    with caplog.at_level(logging.DEBUG), pytest.raises(IntegrityError) as caught, Swift(filled) as work:
        work.execute(statement, values)
    assert not {word for word in (CANARY, NUMBER, "698765410") if word in said(caught.value) + caplog.text}


def test_fault_54_several_rows_of_which_one_is_refused_are_in_no_error(filled: Engine) -> None:
    rows = [{**WHOLE, "person": CANARY + letter} for letter in "aba"]
    with pytest.raises(IntegrityError) as caught, Swift(filled) as work:
        work.execute(insert(CASE), rows)
    assert CANARY not in said(caught.value)


@pytest.mark.postgres
def test_fault_54_a_value_that_is_too_long_or_of_a_wrong_kind_is_in_no_error(
    postgres_engine: Engine, short_form: Questionnaire
) -> None:
    with writing(postgres_engine) as session:
        field(session, short_form, "w1", DAY, DAY, OPEN)
    for statement, values in (
        (insert(CASE), {**WHOLE, "person": NUMBER * 9}),
        (insert(TALLY), {"person": CANARY, "period": NUMBER, "messages": 1}),
        (insert(INBOUND), {"id": CANARY + "\0", "day": DAY}),
        (insert(TALLY), {"person": CANARY, "period": "2026-03", "messages": NUMBER}),
        (select(ENVELOPE.c.wave).where(text("CAST(:value AS integer) = 1").bindparams(value=CANARY)), {}),
    ):
        with pytest.raises(DBAPIError) as caught, Swift(postgres_engine) as work:
            work.execute(statement, values)
        assert isinstance(caught.value, DataError | DBAPIError)
        assert not {word for word in (CANARY, NUMBER) if word in said(caught.value)}


@pytest.mark.postgres
def test_fault_54_a_connection_that_dies_takes_its_values_along(
    postgres_engine: Engine, short_form: Questionnaire
) -> None:
    """PostgreSQL ends the session before a statement, and before the commit; the next transaction gets another one."""
    with writing(postgres_engine) as session:
        field(session, short_form, "w1", DAY, DAY, OPEN)
    for before_the_commit in (False, True):
        with pytest.raises(DBAPIError) as caught:
            _cut_off(postgres_engine, before_the_commit=before_the_commit)
        assert not {word for word in (CANARY, NUMBER) if word in said(caught.value)}
        with Swift(postgres_engine) as work:
            assert work.execute(select(INBOUND.c.id)).first() is None


def _cut_off(engine: Engine, *, before_the_commit: bool) -> None:
    with Swift(engine) as work:
        (pid,) = work.execute(select(func.pg_backend_pid())).first()
        work.execute(insert(INBOUND), {"id": f"{CANARY}{before_the_commit}", "day": DAY})
        with engine.connect() as other:
            other.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
        if not before_the_commit:
            work.execute(insert(CASE), {**WHOLE, "person": NUMBER})


def test_fault_54_a_transaction_whose_time_is_over_says_no_value(filled: Engine) -> None:
    with pytest.raises(DBAPIError) as caught:
        _too_slow(filled)
    assert NUMBER not in said(caught.value)
    with Swift(filled) as work:
        assert work.execute(select(INBOUND.c.id).where(INBOUND.c.id == bindparam("it")), {"it": NUMBER}).first() is None


def _too_slow(engine: Engine) -> None:
    with Swift(engine) as work:
        work.execute(insert(INBOUND), {"id": NUMBER, "day": DAY})
        work._end = 0.0
        work.execute(insert(CASE), {**WHOLE, "person": NUMBER + "3"})
