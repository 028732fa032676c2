"""Answers by text that nothing later needs: sealed at once, of one length, and read by the custodian alone."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.encoding import HexEncoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from survey_app.engine import (
    Answer,
    Choice,
    Held,
    Interview,
    Item,
    Kind,
    Missing,
    Mode,
    Questionnaire,
    answer,
    begin,
    checked,
    complete,
    current,
    encode,
    needed,
    offered_choices,
    parse,
    visit,
)
from survey_app.engine.kinds import MAX_TEXT_CHARS
from survey_app.instrument import BUNDLED, read_instrument
from survey_app.intake import EnvelopeError, padded, payload, revealed, room, withheld
from survey_app.paradata import Provenance
from tests.engine.generated import acceptable, questionnaires

PRIVATE = PrivateKey(bytes(range(7, 39)))
PUBLIC = PRIVATE.public_key.encode(HexEncoder).decode()
WAVE = "2026-q4"
OFFERS = (Missing.DONT_KNOW, Missing.REFUSED, Missing.NOT_APPLICABLE)
CODES = tuple(Choice(code, {"fr": code}) for code in ("yes", "no", "neither", "refused"))


def form_of(*items: Item) -> Questionnaire:
    return checked(Questionnaire("f", {"fr": "F"}, ("fr",), items))


ONE, SEVERAL = (Item(kind.value, kind, {"fr": "?"}, choices=CODES) for kind in (Kind.SINGLE, Kind.MULTIPLE))
SCALE, DATE, WORDS = (Item(kind.value, kind, {"fr": "?"}, offers=OFFERS) for kind in (Kind.SCALE, Kind.DATE, Kind.TEXT))
LONG = replace(WORDS, name="long", long=True)


def held(item: Item, value: Answer) -> Held:
    form = form_of(item)
    kept = withheld(form, Interview(form.version, Mode.SMS, "fr", {item.name: value}), PUBLIC, WAVE)
    piece = kept.answers[item.name]
    assert isinstance(piece, Held)
    return piece


@pytest.mark.parametrize(
    ("item", "values"),
    [
        (ONE, ("yes", "neither", None)),
        (SEVERAL, (("yes",), ("yes", "no", "neither"), (), None)),
        (SCALE, (0, 10, Missing.NOT_APPLICABLE, None)),
        (DATE, ("2024-05-03", Missing.DONT_KNOW, None)),
        (WORDS, ("", "x", "𓀀" * MAX_TEXT_CHARS[False], '"' * MAX_TEXT_CHARS[False], Missing.REFUSED, None)),
        (LONG, ("x", "ثقة\n" * (MAX_TEXT_CHARS[True] // 4), "𓀀" * MAX_TEXT_CHARS[True], None)),
    ],
    ids=lambda part: part.name if isinstance(part, Item) else "",
)
def test_what_was_answered_is_sealed_in_one_length_and_read_again(item: Item, values: tuple[Answer, ...]) -> None:
    pieces = [held(item, value) for value in values]
    assert len({len(piece.sealed) for piece in pieces}) == 1
    for piece, value in zip(pieces, values, strict=True):
        assert revealed(SealedBox(PRIVATE).decrypt(piece.sealed), WAVE, item.name) == value
        with pytest.raises(CryptoError):
            SealedBox(PrivateKey.generate()).decrypt(piece.sealed)


def test_the_same_answer_never_looks_the_same() -> None:
    assert held(ONE, "yes") != held(ONE, "yes")


@pytest.mark.parametrize(("wave", "name"), [("2026-q3", "single"), (WAVE, "multiple"), ("", ""), (WAVE, "single ")])
def test_a_piece_of_another_wave_or_item_is_refused(wave: str, name: str) -> None:
    piece = SealedBox(PRIVATE).decrypt(held(ONE, "yes").sealed)
    assert revealed(piece, WAVE, "single") == "yes"
    with pytest.raises(EnvelopeError):
        revealed(piece, wave, name)


@given(st.binary(max_size=80))
def test_any_bytes_are_an_answer_or_refused(content: bytes) -> None:
    bound = SealedBox(PRIVATE).decrypt(held(ONE, None).sealed)[:16]
    for piece in (content, padded(content), padded(bound + content)):
        try:
            found = revealed(piece, WAVE, "single")
        except EnvelopeError:
            continue
        assert json.loads(content.rstrip(b"\0")) == encode(found)


def test_a_piece_nested_without_end_is_refused() -> None:
    bound = SealedBox(PRIVATE).decrypt(held(ONE, None).sealed)[:16]
    with pytest.raises(EnvelopeError):
        revealed(padded(bound + b"[" * 100_000), WAVE, "single")


def test_only_what_nothing_later_needs_is_sealed_and_only_by_text_and_once() -> None:
    later = replace(SCALE, relevant=parse("${single} = 'yes'"))
    form = form_of(Item("note", Kind.NOTE, {"fr": "!"}), ONE, SEVERAL, replace(WORDS, by_text=False), later)
    said: dict[str, Answer] = {"note": None, "single": "yes", "multiple": ("no",), "scale": 3}
    interview = Interview(form.version, Mode.SMS, "fr", said, cursor="scale", seed=9)
    kept = withheld(form, interview, PUBLIC, WAVE)
    assert {name for name, value in kept.answers.items() if isinstance(value, Held)} == {"multiple", "scale"}
    assert replace(kept, answers=said) == interview
    assert (kept.answers["note"], kept.answers["single"]) == (None, "yes")
    assert withheld(form, kept, PUBLIC, WAVE) == kept
    on_the_web = replace(interview, mode=Mode.WEB)
    assert withheld(form, on_the_web, PUBLIC, WAVE) == on_the_web


@given(questionnaires(), st.sampled_from([Mode.SMS, Mode.WEB]), st.integers(0, 9))
def test_any_interview_has_room_with_its_answers_held_or_not(form: Questionnaire, mode: Mode, seed: int) -> None:
    interview = begin(form, mode, "fr", seed).interview
    for _ in form.items:
        interview = visit(form, interview, None).interview
        if item := current(form, interview):
            interview = answer(form, interview, acceptable(item, offered_choices(form, interview, item))).interview
            interview = withheld(form, interview, PUBLIC, WAVE)
    content = payload(form, complete(form, interview).interview, Provenance())
    assert len(content) < room(form)


def test_the_longest_words_by_text_have_room() -> None:
    form = form_of(LONG, WORDS)
    said: dict[str, Answer] = {"long": "𓀀" * MAX_TEXT_CHARS[True], "text": "𓀀" * MAX_TEXT_CHARS[False]}
    interview = withheld(form, Interview(form.version, Mode.SMS, "fr", said), PUBLIC, WAVE)
    assert len(payload(form, interview, Provenance())) < room(form)


@pytest.mark.parametrize("name", ["core", "post-contact", "staff-climate"])
def test_no_answer_of_a_bundled_form_is_needed_later_by_text(name: str) -> None:
    """And what is held takes no more room than the whole interview on the web, so that no envelope grows."""
    form = read_instrument(BUNDLED.with_name(f"{name}.toml")).questionnaire
    assert needed(form) == frozenset()
    assert room(form) == room(replace(form, items=tuple(replace(item, by_text=False) for item in form.items)))
