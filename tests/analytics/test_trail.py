"""The trail of custody: whoever changes a record, takes one out or puts a response in is found."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from analytics.custody import KeyPair, close_wave, open_batches
from analytics.trail import BEGINNING, Verdict, chained, verify
from survey_app.engine import Questionnaire
from survey_app.fieldwork import OPEN, field
from survey_app.storage.database import reading, writing

from .test_custody import DAY, content, put


@pytest.fixture
def trail(engine: Engine, keys: KeyPair, short_form: Questionnaire) -> Engine:
    """A wave opened in two batches and closed."""
    with writing(engine) as session:
        field(session, short_form, "w1", DAY, DAY, OPEN)
    for count in (7, 4):
        put(engine, keys, [content(short_form)] * count)
        open_batches(engine, keys.private, minimum=3)
    close_wave(engine, keys.private, "w1", DAY)
    return engine


def judged(engine: Engine, noted: str | None = None) -> Verdict:
    with reading(engine) as session:
        return verify(session, noted)


def test_an_empty_trail_is_whole(engine: Engine) -> None:
    assert judged(engine) == Verdict((), ())
    assert judged(engine).head == BEGINNING


def test_the_trail_holds_counts_and_accounts_for_every_response(trail: Engine) -> None:
    verdict = judged(trail)
    acts = [(record.act, record.responses, record.refused) for record in verdict.records]
    assert acts == [("opened", 4, 0), ("opened", 4, 0), ("closed", 3, 0)]
    assert verdict.faults == ()
    assert [record.previous for record in verdict.records] == [BEGINNING, *(r.digest for r in verdict.records[:-1])]


def test_the_hash_of_a_record_is_as_worked_out_by_hand() -> None:
    """By: printf '["%064d",1,"2026-q4","opened",50,2]' 0 | sha256sum"""
    by_hand = "ace7b587b690529ecf9a49039a105b865e24f71d53fd14edcd0833e98bbcf6ad"
    assert chained(BEGINNING, 1, "2026-q4", "opened", 50, 2) == by_hand


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE opening SET refused = refused + 1 WHERE number = 2", "record 2 was changed"),
        ("DELETE FROM opening WHERE number = 2", "a record is missing before number 3"),
        ("DELETE FROM opening WHERE number = 1", "a record is missing before number 2"),
        ("DELETE FROM opening WHERE number = 3", "wave w1 holds 11 responses, and the trail accounts for 8"),
        (
            "DELETE FROM response WHERE cast(id AS varchar) = (SELECT min(cast(id AS varchar)) FROM response)",
            "holds 10 responses",
        ),
    ],
)
def test_what_is_changed_or_taken_out_is_found(trail: Engine, statement: str, fault: str) -> None:
    with trail.begin() as connection:
        assert connection.execute(text(statement)).rowcount == 1
    assert any(fault in found for found in judged(trail).faults)


def _made_anew(engine: Engine) -> None:
    """As somebody would who may write everything: a record less, a response less, and a chain that is right again."""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM opening WHERE number > 1"))
        connection.execute(text("DELETE FROM response"))
        digest = chained(BEGINNING, 1, "w1", "opened", 0, 0)
        connection.execute(text("UPDATE opening SET opened = 0, digest = :digest"), {"digest": digest})


def _cut_short(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM opening"))
        connection.execute(text("DELETE FROM response"))


def test_a_response_that_is_put_in_as_if_it_were_imported_is_found(trail: Engine) -> None:
    with trail.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO response (id, wave, mode, language, answers, hurried) "
                "SELECT :id, wave, 'imported', language, answers, hurried FROM response LIMIT 1"
            ),
            {"id": uuid.uuid4().hex},
        )
    assert judged(trail).faults == ("wave w1 holds 12 responses, and the trail accounts for 11",)


@pytest.mark.parametrize("forge", [_made_anew, _cut_short])
def test_a_trail_that_was_made_anew_is_told_by_the_hash_that_a_holder_noted(
    trail: Engine, forge: Callable[[Engine], None]
) -> None:
    noted = judged(trail).records[1].digest
    assert judged(trail, noted).faults == ()
    forge(trail)
    assert judged(trail).faults == ()
    assert any("the hash that was noted is not in the trail" in fault for fault in judged(trail, noted).faults)
