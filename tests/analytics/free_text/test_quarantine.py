"""The quarantine on both databases: two different readers, the very words, and nothing that leads to other answers."""

import json
import traceback
import uuid
from collections.abc import Sequence
from datetime import date

import pytest
from nacl.signing import SigningKey
from sqlalchemy import Engine, func, insert, select, update

from analytics.free_text import quarantine
from analytics.free_text.quarantine import ChangedError, OpenAnswer, StrangerError
from analytics.free_text.separation import FEW, WRITTEN, open_items, separated
from survey_app.engine import Choice, Expression, Item, Kind, Questionnaire
from survey_app.engine.expression import parse
from survey_app.fieldwork import field
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import QuarantineRow, ReadingRow, table

DAY = date(2026, 10, 1)
FIRST, SECOND, STRANGER = (SigningKey(bytes([number]) * 32) for number in (1, 2, 3))
READERS = frozenset(key.verify_key.encode().hex() for key in (FIRST, SECOND))
COMMENT = frozenset({"comment"})


def put(engine: Engine, said: Sequence[str], item: str = "comment") -> list[uuid.UUID]:
    ids = [uuid.uuid4() for _ in said]
    rows = [
        {"id": name, "wave": "w1", "item": item, "language": "fr", "said": each}
        for name, each in zip(ids, said, strict=True)
    ]
    with writing(engine) as session:
        session.connection().execute(insert(table(QuarantineRow)), rows)
    return ids


def look(engine: Engine, text: uuid.UUID) -> OpenAnswer:
    with writing(engine) as session:
        found = quarantine.taken(session, text)
    assert found is not None
    return found


def approve(engine: Engine, key: SigningKey, *texts: uuid.UUID) -> None:
    for text in texts:
        read = look(engine, text)
        with writing(engine) as session:
            quarantine.approve(session, key, read)


def out(engine: Engine, k: int = 1, readers: frozenset[str] = READERS, items: frozenset[str] = COMMENT) -> list[str]:
    with reading(engine) as session:
        return [said for texts in quarantine.released(session, readers, items, k).values() for said in texts]


@pytest.fixture
def wave(engine: Engine, short_form: Questionnaire) -> Engine:
    with writing(engine) as session:
        field(session, short_form, "w1", DAY, DAY)
    return engine


def test_fault_62_one_reader_alone_lets_nothing_out_however_often_she_says_so(wave: Engine) -> None:
    (text,) = put(wave, ["plus de patrouilles"])
    for _ in range(2):
        approve(wave, FIRST, text)
    assert out(wave) == []
    approve(wave, STRANGER, text)
    assert out(wave) == []
    approve(wave, SECOND, text)
    assert out(wave) == ["plus de patrouilles"]


def test_fault_62_a_decision_that_somebody_wrote_into_the_table_does_not_count(wave: Engine) -> None:
    text, other = put(wave, ["plus de patrouilles", "moins de patrouilles"])
    approve(wave, FIRST, text)
    approve(wave, SECOND, other)
    rows = table(ReadingRow)
    with writing(wave) as session:  # the second reader's decision on another text, and one without her signature
        session.connection().execute(update(rows).where(rows.c.quarantine == other).values(quarantine=text))
    assert out(wave) == []
    with writing(wave) as session:
        session.connection().execute(
            update(rows).where(rows.c.reader == SECOND.verify_key.encode().hex()).values(signature=bytes(64))
        )
    assert out(wave) == []


def test_fault_62_words_that_changed_after_the_reading_must_be_read_again(wave: Engine) -> None:
    (text,) = put(wave, ["plus de patrouilles"])
    approve(wave, FIRST, text)
    approve(wave, SECOND, text)
    with writing(wave) as session:
        session.connection().execute(update(table(QuarantineRow)).values(said="moins de patrouilles"))
    assert out(wave) == []
    with reading(wave) as session:
        assert quarantine.unread(session, FIRST.verify_key.encode().hex()) == [text]


def test_fault_62_who_takes_out_more_makes_the_other_read_again(wave: Engine) -> None:
    (text,) = put(wave, ["le grand avec la cicatrice est violent"])
    approve(wave, FIRST, text)
    before = look(wave, text)
    with writing(wave) as session:
        after = quarantine.redact(session, SECOND, before, ["le grand avec la cicatrice"])
    assert after.said == "⟦removed⟧ est violent"
    assert out(wave) == []
    with pytest.raises(ChangedError), writing(wave) as session:
        quarantine.approve(session, FIRST, before)
    approve(wave, FIRST, text)
    assert out(wave) == ["⟦removed⟧ est violent"]


def test_fault_62_a_text_that_one_rejects_is_gone_with_what_was_decided_on_it(wave: Engine) -> None:
    (text,) = put(wave, ["plus de patrouilles"])
    approve(wave, FIRST, text)
    with writing(wave) as session:
        quarantine.reject(session, text)
    with reading(wave) as session:
        assert quarantine.taken(session, text) is None
        for rows in (QuarantineRow, ReadingRow):
            assert session.connection().execute(select(func.count()).select_from(table(rows))).scalar_one() == 0


def test_fault_62_fewer_than_k_of_a_wave_and_item_stay_in(wave: Engine) -> None:
    texts = put(wave, [f"phrase {'a' * n}" for n in range(1, 4)])
    for key in (FIRST, SECOND):
        approve(wave, key, *texts)
    assert len(out(wave, k=3)) == 3
    assert out(wave, k=4) == []
    assert out(wave, items=frozenset({"other"})) == []


def test_fault_62_who_is_no_reader_any_more_counts_no_more(wave: Engine) -> None:
    (text,) = put(wave, ["plus de patrouilles"])
    approve(wave, FIRST, text)
    approve(wave, SECOND, text)
    assert out(wave, readers=READERS - {FIRST.verify_key.encode().hex()}) == []
    with pytest.raises(StrangerError):
        quarantine.reader_of(STRANGER, READERS)


def test_a_text_that_came_before_the_rules_is_redacted_before_anybody_sees_it(wave: Engine) -> None:
    (text,) = put(wave, ["L'officier Karim Alaoui, 0661234567"])
    assert look(wave, text).said == "L'officier ⟦name⟧, ⟦phone⟧"
    with reading(wave) as session:
        kept = session.connection().execute(select(table(QuarantineRow).c.said)).scalar_one()
    assert kept == "L'officier ⟦name⟧, ⟦phone⟧"


def test_what_was_decided_before_a_new_rule_counts_no_more(wave: Engine) -> None:
    (text,) = put(wave, ["voir Karim Alaoui"])
    raw = OpenAnswer(text, "w1", "comment", "voir Karim Alaoui")
    for key in (FIRST, SECOND):
        with writing(wave) as session:
            quarantine.approve(session, key, raw)
    assert out(wave) == []


def test_progress_counts_and_shows_no_text(wave: Engine) -> None:
    one, two, _ = put(wave, ["un", "deux", "trois"])
    approve(wave, FIRST, one, two)
    approve(wave, SECOND, two)
    with reading(wave) as session:
        (found,) = quarantine.progress(session, READERS)
    assert (found.unread, found.once, found.released) == (1, 1, 1)


def test_fault_54_a_text_is_in_no_trace(wave: Engine) -> None:
    said, wrong = "".join(["can", "ary words"]), "".join(["can", "ary too"])  # the trace quotes this file
    (text,) = put(wave, [said])
    read = look(wave, text)
    with pytest.raises(LookupError) as caught, writing(wave) as session:
        quarantine.redact(session, FIRST, read, [wrong])
    assert said[:6] not in "".join(traceback.format_exception(caught.value)) + repr(read)


def form() -> Questionnaire:
    said = {"fr": "?"}
    calculated = parse("string-length(${comment})")
    again = parse("concat(${length}, 'x')")
    items = (
        Item("sex", Kind.SINGLE, said, choices=(Choice("woman", said), Choice("man", said))),
        Item("comment", Kind.TEXT, said, long=True),
        Item("other", Kind.TEXT, said),
        Item("length", Kind.CALCULATED, said, calculation=calculated),
        Item("twice", Kind.CALCULATED, said, calculation=again),
        Item("of_sex", Kind.CALCULATED, said, calculation=parse("${sex}")),
    )
    return Questionnaire("open", said, ("fr",), items)


def batch(size: int) -> list[dict[str, object]]:
    return [
        {
            "language": "fr",
            "answers": {"sex": "man", "comment": f"c{'x' * n}", "other": None, "length": n, "twice": "9x"},
        }
        for n in range(size)
    ]


def test_fault_62_a_response_keeps_that_something_was_written_and_not_a_letter_or_a_length_of_it() -> None:
    assert open_items(form()) == (frozenset({"comment", "other"}), frozenset({"length", "twice"}))
    kept, rows = separated(form(), "w1", batch(FEW))
    assert [each["answers"] for each in kept] == [
        {"sex": "man", "comment": WRITTEN, "other": None, "length": None, "twice": None}
    ] * FEW
    assert sorted(row["said"] for row in rows) == sorted(f"c{'x' * n}" for n in range(FEW))
    assert {tuple(sorted(row)) for row in rows} == {("id", "item", "language", "said", "wave")}


def test_fault_62_where_few_wrote_not_even_that_is_kept() -> None:
    kept, rows = separated(form(), "w1", batch(FEW - 1))
    assert {each["answers"]["comment"] for each in kept} == {None}
    assert len(rows) == FEW - 1


def test_fault_62_texts_are_written_in_an_order_of_their_own() -> None:
    orders = set()
    for _ in range(20):
        _, rows = separated(form(), "w1", batch(6))
        orders.add(tuple(len(row["said"]) for row in rows))
    assert len(orders) > 10


def test_refused_texts_and_empty_ones_are_no_texts() -> None:
    answers = {"comment": {"missing": "refused"}, "other": ""}
    kept, rows = separated(form(), "w1", [{"language": "fr", "answers": answers}])
    assert rows == []
    assert json.dumps(kept[0]["answers"]) == json.dumps(answers)
    assert isinstance(form().items[3].calculation, Expression)
