"""Fault 62: an open answer never comes out as it was written, and leads to nobody's other answers."""

import json
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import repeat
from typing import Any

import pytest
from alembic import command
from nacl.encoding import HexEncoder
from nacl.public import PublicKey, SealedBox
from sqlalchemy import Engine, insert, select

from analytics.custody import KeyPair, Opening, close_wave
from analytics.free_text import quarantine
from analytics.free_text.separation import FEW, WRITTEN
from analytics.microdata import read_microdata
from survey_app.engine import Item, Kind, Questionnaire, checked
from survey_app.fieldwork import CLOSED, field
from survey_app.intake import Ticket, padded
from survey_app.storage.database import configuration, migrate, reading, writing
from survey_app.storage.tables import EnvelopeRow, QuarantineRow, ResponseRow, table

DAY = date(2026, 10, 1)
SAID = "L'inspecteur Karim Alaoui (06 61 23 45 67, 12345-A-6) m'a demandé de l'argent"
CANARIES = ("Karim", "Alaoui", "61 23", "12345")
ANSWERS = {
    "area": "06.141.01.53", "sex": "woman", "age": "25-34", "trust_police": "3", "good_job_local": None,
    "pj_respect": "4", "listen_local": "dk", "safe_dark": "5", "know_officer": "no", "contact12": "yes",
    "contact_times": 2,
}  # fmt: skip


@pytest.fixture
def form(short_form: Questionnaire) -> Questionnaire:
    """The short form with an open question at its end."""
    question = Item("story", Kind.TEXT, dict.fromkeys(short_form.languages, "?"), long=True)
    return checked(replace(short_form, items=(*short_form.items, question)))


def hand_in(
    engine: Engine,
    keys: KeyPair,
    form: Questionnaire,
    stories: Sequence[str | None],
    contacts: Iterable[int] = repeat(2),
) -> None:
    box = SealedBox(PublicKey(keys.public.encode(), HexEncoder))
    with writing(engine) as session:
        field(session, form, "w1", DAY, DAY)
        for story, times in zip(stories, contacts, strict=False):  # contacts may be endless
            content = {
                "version": form.version, "mode": "web", "language": "fr", "entry": "open", "hurried": False,
                "answers": {**ANSWERS, "contact_times": times, "story": story},
            }  # fmt: skip
            sealed = box.encrypt(padded(json.dumps(content).encode()))
            session.add(EnvelopeRow(submission=Ticket.new().submission, wave="w1", sealed=sealed, digest=b"d"))


def everything(engine: Engine, rows: type) -> list[Mapping[str, Any]]:
    with reading(engine) as session:
        return [dict(row._mapping) for row in session.connection().execute(select(table(rows)))]


def test_fault_62_from_the_envelope_no_name_number_or_plate_gets_into_any_table(
    engine: Engine, keys: KeyPair, form: Questionnaire
) -> None:
    stories = [f"{SAID} {'encore ' * n}".strip() for n in range(FEW)]
    hand_in(engine, keys, form, [*stories, None])
    assert close_wave(engine, keys.private, "w1", DAY) == Opening(opened=FEW + 1)
    texts, responses = everything(engine, QuarantineRow), everything(engine, ResponseRow)
    assert len(texts) == FEW
    assert sorted(str(row["answers"]["story"]) for row in responses) == ["None", *[WRITTEN] * FEW]
    for word in CANARIES:
        assert word not in str(texts) + str(responses)
    assert {re.sub(" encore", "", row["said"]) for row in texts} == {
        "L'inspecteur ⟦name⟧ ⟦phone⟧, ⟦plate⟧) m'a demandé de l'argent"
    }


def test_fault_62_the_microdata_hold_no_word_of_it(engine: Engine, keys: KeyPair, form: Questionnaire) -> None:
    hand_in(engine, keys, form, [f"{SAID} {'a' * (n + 1)}" for n in range(FEW)])
    close_wave(engine, keys.private, "w1", DAY)
    with reading(engine) as session:
        frame = read_microdata(session, {"w1": form})
    assert set(frame["story"]) == {WRITTEN}


def test_fault_55_no_column_and_no_place_of_a_text_leads_to_its_response(
    engine: Engine, keys: KeyPair, form: Questionnaire
) -> None:
    # What no table has is known here alone: each response's number of contacts tells whose text it was.
    size, guessed = 3 * FEW, 0
    hand_in(engine, keys, form, [f"récit {'x' * (n + 1)}" for n in range(size)], range(1, size + 1))
    close_wave(engine, keys.private, "w1", DAY)
    texts, responses = everything(engine, QuarantineRow), everything(engine, ResponseRow)
    ids = {row["id"] for row in texts} & {row["id"] for row in responses}
    assert not ids
    for by in (lambda row: 0, lambda row: row["id"]):  # in the order of the tables, and of the ids
        pairs = zip(sorted(texts, key=by), sorted(responses, key=by), strict=True)
        guessed += sum(row["said"].count("x") == other["answers"]["contact_times"] for row, other in pairs)
    assert guessed <= 12, "by chance two, in two orders; twelve once in a hundred million times"


def test_fault_62_texts_of_older_responses_move_out_and_are_redacted_before_they_are_read(
    engine: Engine, form: Questionnaire
) -> None:
    command.downgrade(configuration(engine), "0005")
    rows = [
        {
            "id": uuid.uuid4(), "wave": "w1", "mode": "web", "language": language, "hurried": False,
            "answers": {**ANSWERS, "story": SAID},
        }
        for language in ["fr"] * FEW + ["ar"]
    ]  # fmt: skip
    with writing(engine) as session:
        field(session, form, "w1", DAY, DAY, CLOSED)
        session.connection().execute(insert(table(ResponseRow)), rows)
    migrate(engine)
    texts, responses = everything(engine, QuarantineRow), everything(engine, ResponseRow)
    assert len(texts) == FEW + 1
    assert not {row["id"] for row in texts} & {row["id"] for row in rows}
    kept = {(row["language"], row["answers"]["story"]) for row in responses}
    assert kept == {("fr", WRITTEN), ("ar", None)}
    assert {row["answers"]["sex"] for row in responses} == {"woman"}
    with writing(engine) as session:
        read = [quarantine.taken(session, row["id"]) for row in texts]
    assert not any(word in str([each and each.said for each in read]) for word in CANARIES)
    assert not any(word in str(everything(engine, QuarantineRow)) for word in CANARIES)


def test_fault_62_a_migration_leaves_other_answers_alone(engine: Engine, short_form: Questionnaire) -> None:
    command.downgrade(configuration(engine), "0005")
    row = {"id": uuid.uuid4(), "wave": "w1", "mode": "web", "language": "fr", "hurried": False, "answers": ANSWERS}
    with writing(engine) as session:
        field(session, short_form, "w1", DAY, DAY, CLOSED)
        session.connection().execute(insert(table(ResponseRow)), [row])
    migrate(engine)
    (kept,) = everything(engine, ResponseRow)
    assert kept["answers"] == ANSWERS
    assert not everything(engine, QuarantineRow)
