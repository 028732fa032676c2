"""The drawings beside the points of a scale: which stands where, what they weigh, and where there are none."""

import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from survey_app.engine import Choice, Item, Kind, Missing, Questionnaire
from survey_app.fieldwork import field
from survey_app.instrument import Instrument
from survey_app.storage.database import writing
from survey_app.web.pictures import drawing, place

from .conftest import put_in_field
from .illustrated import ILLUSTRATED
from .respondent import Respondent

Visit = Callable[..., Respondent]
MAX_BYTES = 150
EXTRA = [Choice("dk", {}, Missing.DONT_KNOW), Choice("na", {}, Missing.NOT_APPLICABLE)]


@pytest.fixture
def fielded(database: Engine) -> Questionnaire:
    return put_in_field(database, ILLUSTRATED)


def item(pictures: str, size: int = 5) -> Item:
    """A scale of this many answers, with a missing one before and one after them."""
    points = [Choice(str(code), {}) for code in range(size)]
    return Item("q", Kind.SINGLE, {}, choices=(EXTRA[0], *points, EXTRA[1]), pictures=pictures)


def mouth(item: Item, value: str | int) -> float:
    """How far the middle of the mouth hangs below its corners: positive smiles."""
    found = re.search(r"q4\.5 (-?[\d.e+-]+) 9 0", drawing(item, value))
    assert found
    return float(found[1])


def filling(item: Item, value: str | int) -> float:
    """How high the bar is filled."""
    found = re.search(r"M10 19v-([\d.]+)", drawing(item, value))
    return float(found[1]) if found else 0.0


def test_faces_go_from_the_saddest_to_the_happiest_as_authored() -> None:
    smiles = [mouth(item("faces"), str(code)) for code in range(5)]
    assert smiles == sorted(set(smiles))
    assert smiles[0] == -smiles[-1] < 0
    assert smiles[2] == 0
    assert [mouth(item("faces-reversed"), str(code)) for code in range(5)] == smiles[::-1]


def test_bars_go_from_nothing_filled_to_all_filled() -> None:
    filled = [filling(item("bars"), str(code)) for code in range(4 + 1)]
    assert filled == [0, 4.5, 9, 13.5, 18]
    assert [filling(item("bars-reversed"), str(code)) for code in range(5)] == filled[::-1]


@given(st.sampled_from(["faces", "faces-reversed", "bars", "bars-reversed"]), st.integers(2, 40))
def test_every_drawing_is_small_sound_and_hidden_from_screen_readers(pictures: str, size: int) -> None:
    drawings = [drawing(item(pictures, size), str(code)) for code in range(size)]
    assert len(set(drawings)) == size
    for drawn in drawings:
        assert len(drawn.encode()) <= MAX_BYTES
        root = ElementTree.fromstring(drawn)
        assert root.attrib["aria-hidden"] == "true"
        assert root.attrib["focusable"] == "false"
        assert not re.search("fill|stroke|style|e-", drawn)


@pytest.mark.parametrize("pictures", ["faces", "bars-reversed"])
def test_a_missing_answer_and_an_item_that_is_not_switched_on_have_no_drawing(pictures: str) -> None:
    assert drawing(item(pictures), "dk") == drawing(item(pictures), "na") == ""
    assert drawing(item(""), "0") == ""
    assert drawing(item(pictures, 1), "0") == ""
    assert drawing(item(pictures), "nothing of the kind") == ""


def test_the_points_of_a_scale_are_drawn_by_their_numbers() -> None:
    scale = Item("q", Kind.SCALE, {}, low=-2, high=2, pictures="faces")
    assert [place(scale, point) for point in range(-2, 3)] == [0, 0.25, 0.5, 0.75, 1]
    assert mouth(scale, -2) < mouth(scale, 2)
    assert drawing(scale, 3) == ""


def rows(page: str) -> dict[str, str]:
    """By the value of each option, what stands between its button and its words."""
    return dict(re.findall(r'value="([\w-]+)\**"[^>]*>(.*?)<(?:span|bdi)', page))


def test_a_page_shows_a_drawing_in_each_row_but_the_missing_one(person: Respondent) -> None:
    person.start()
    shown = rows(person.get(person.at("treatment")).text)
    treatment = ILLUSTRATED.by_name["treatment"]
    assert shown == {choice.code: drawing(treatment, choice.code) for choice in treatment.choices}
    assert shown["98"] == ""


def test_the_place_of_a_drawing_follows_the_authored_order_under_every_shuffle(
    person: Respondent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "randbelow", lambda top: 20_260)
    person.start()
    person.answer("treatment", "3")
    page = person.get(person.at("safe")).text
    order = list(rows(page))
    assert order != [choice.code for choice in ILLUSTRATED.by_name["safe"].choices]
    safe = ILLUSTRATED.by_name["safe"]
    assert [filling(safe, code) for code in ("1", "2", "3", "4")] == [18, 12, 6, 0]
    assert rows(page) == {code: drawing(safe, code) for code in order}


def test_a_scale_shows_its_drawings_and_what_stands_apart_has_none(person: Respondent) -> None:
    person.start()
    for name, reply in (("treatment", "3"), ("safe", "1")):
        person.answer(name, reply)
    page = person.get(person.at("trust")).text
    assert page.count("<svg") == 11
    assert rows(page)["dont_know"] == ""


def test_nothing_is_sent_where_drawings_are_not_switched_on(database: Engine, arrive: Visit) -> None:
    plain = replace(ILLUSTRATED, items=tuple(replace(it, pictures="", audio={}) for it in ILLUSTRATED.items))
    with_drawings = arrive()
    with_drawings.start()
    drawn = with_drawings.get(with_drawings.at("treatment")).text
    assert "<svg" in drawn
    with writing(database) as session:
        field(session, plain, "2026-2", date(2026, 4, 1), date(2026, 4, 30))
    person = arrive()
    person.start()
    bare = person.get(person.at("treatment")).text
    assert not re.search("<svg|<audio|<img", bare)
    assert len(bare.encode()) < len(drawn.encode()) - 5 * 90


def test_the_bundled_form_shows_faces_for_satisfaction_and_for_nothing_that_goes_by_text(
    instrument: Instrument,
) -> None:
    drawn = {it.name: it.pictures for it in instrument.questionnaire.items if it.pictures}
    assert drawn == {"contact_sat": "faces"}
    satisfied = instrument.questionnaire.by_name["contact_sat"]
    assert not satisfied.by_text
    assert mouth(satisfied, "1") < 0 < mouth(satisfied, "5")
    assert satisfied.choice("5").label["en"] == "Very satisfied"  # type: ignore[union-attr]  # it is there
