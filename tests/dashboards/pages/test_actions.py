"""Texts of officers: cleaned and checked, carried by a file, and text to the end on the page of residents."""

import json
import unicodedata
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.release import Release
from dashboards.access import PUBLIC, Page
from dashboards.actions import FILE, LONGEST, MOST_MARKS, Fault, cleaned, decoded, drafted, encoded, faults, sentence
from dashboards.pages.area import page
from dashboards.records import PublishedActions
from dashboards.scene import Action, Scene
from dashboards.view import read_view
from tests.dashboards.pages.conftest import Looking, seen, words
from tests.dashboards.staff import NoRecords
from translations.languages import LANGUAGES

KNOWN = (("a1", "a2"), ("trust",), ("w1", "w3"))
NAMES = st.sampled_from(["number", "area", "indicator", "wave", "said", "done", "day", "ar", "en", ""])
ROWS = st.recursive(
    st.none() | st.integers() | st.text(max_size=5), lambda part: st.lists(part) | st.dictionaries(NAMES, part)
)
HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "[a](javascript:alert(1))",
    "</title><b>{{7*7}}</b>",
    "<a href='http://example.org'>x</a>",
]


def action(number: int = 1, area: str = "a1", text: str = "Two more patrols.", *, published: bool = True) -> Action:
    """Something that was done."""
    texts = {"en": text}
    return Action(number, area, "trust", texts, texts, f"2026-06-0{number}", published, wave="w3")


def kept(directory: Path, *actions: Action) -> None:
    """Write the file."""
    directory.mkdir(exist_ok=True)
    (directory / FILE).write_bytes(encoded(actions))


@settings(max_examples=300)  # they are quick, and nothing dangerous may come through
@given(st.text())
def test_fault_18_no_unseen_or_turning_character_is_kept(text: str) -> None:
    found = cleaned(text)
    assert {unicodedata.category(letter)[0] for letter in found.replace("\n", "")}.isdisjoint({"C"})
    assert cleaned(found) == found
    assert "\n\n\n" not in found
    assert found == found.strip()


@pytest.mark.parametrize(
    "character", "\u202a\u202e\u2066\u2069\u200b\u200e\u200f\u061c\ufeff\u0000\u0007\x7f\ud800\U000e0041"
)
def test_fault_18_each_of_them_is_taken_out(character: str) -> None:
    assert cleaned(f"a{character}b") == "ab"


def test_fault_18_marks_do_not_pile_up_over_the_lines_above() -> None:
    assert cleaned("x" + "\u0336" * 50 + "\u200b" + "\u0336" * 50) == "x" + "\u0336" * MOST_MARKS
    assert cleaned("قُلْتُمْ إِنَّ الشَّارِعَ") == unicodedata.normalize("NFC", "قُلْتُمْ إِنَّ الشَّارِعَ")


def test_lines_stay_and_runs_of_white_space_do_not() -> None:
    assert cleaned(" a \t b\r\n\r\n\r\n\r\nc\u2028d ") == "a b\n\nc\nd"
    assert cleaned("5\u202f% : l’\u00e9té") == "5\u202f% : l’été"


@pytest.mark.parametrize("text", HOSTILE)
def test_what_looks_like_markup_is_text_and_stays(text: str) -> None:
    assert cleaned(text) == text


def test_a_draft_in_one_language_is_enough() -> None:
    draft = drafted(
        {"area": "a1", "indicator": "trust", "wave": "w3", "said_ar": " قلتم ", "done_ar": "فعلنا", "said_fr": "  "}
    )
    assert draft.said == {"ar": "قلتم"}
    assert faults(draft, *KNOWN) == ()


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({}, Fault("said_ar", "empty")),
        ({"said_ar": "\u200b", "done_ar": "\u202e"}, Fault("said_ar", "empty")),
        ({"said_fr": "x"}, Fault("done_fr", "half")),
        ({"done_en": "x", "said_fr": "x", "done_fr": "x"}, Fault("said_en", "half")),
        ({"said_fr": "x" * (LONGEST + 1), "done_fr": "x"}, Fault("said_fr", "long")),
        ({"said_fr": "x" * 10**6, "done_fr": "x"}, Fault("said_fr", "long")),
        ({"said_fr": "x", "done_fr": "x", "area": "a3"}, Fault("area", "unknown")),
        ({"said_fr": "x", "done_fr": "x", "indicator": "<b>"}, Fault("indicator", "unknown")),
        ({"said_fr": "x", "done_fr": "x", "wave": ""}, Fault("wave", "unknown")),
    ],
)
def test_what_is_not_whole_is_refused_with_its_field(form: dict[str, str], fault: Fault) -> None:
    draft = drafted({"area": "a1", "indicator": "trust", "wave": "w3", **form})
    assert faults(draft, *KNOWN) == (fault,)
    for language in LANGUAGES:
        assert "%(" not in sentence(fault, language)


def test_a_text_of_exactly_the_longest_length_is_kept() -> None:
    form = {"area": "a1", "indicator": "trust", "wave": "w3", "said_ar": "ن" * LONGEST, "done_ar": "ن"}
    assert faults(drafted(form), *KNOWN) == ()


def test_the_file_holds_what_is_published_and_not_who_wrote_it() -> None:
    content = encoded([action(1), action(2, text="a draft", published=False)])
    assert decoded(content) == (action(1),)
    assert b"a draft" not in content
    assert set(json.loads(content)["actions"][0]) == {"number", "area", "indicator", "wave", "said", "done", "day"}


@settings(max_examples=300)  # they are quick, and nothing dangerous may come through
@given(st.binary() | ROWS.map(lambda row: json.dumps({"format": 1, "actions": [row]}).encode()))
def test_another_file_is_refused_and_another_row_left_out(content: bytes) -> None:
    with suppress(ValueError):
        assert decoded(content) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"area": "../x"},
        {"number": "1"},
        {"said": {"en": ["x"]}},
        {"done": {}},
        {"said": {"de": "x"}},
        {"wave": None},
        {"day": "<b>"},
    ],
)
def test_a_row_of_another_make_is_left_out(change: dict[str, object]) -> None:
    read = json.loads(encoded([action(1), action(2)]))
    read["actions"][0] |= change
    assert decoded(json.dumps(read).encode()) == (action(2),)


def test_a_text_in_the_file_is_cleaned_again() -> None:
    read = json.loads(encoded([action(1)]))
    read["actions"][0]["done"]["en"] = "\u202eevil\u0007" + "x" * 5000
    (found,) = decoded(json.dumps(read).encode())
    assert found.done["en"].startswith("evilx")
    assert len(found.done["en"]) <= LONGEST


def test_actions_are_read_newest_first_and_again_when_the_file_changes(tmp_path: Path) -> None:
    records = PublishedActions(tmp_path)
    assert records.actions("") == ()
    kept(tmp_path, action(1), action(3, "a2"), action(2))
    assert [found.number for found in records.actions("")] == [3, 2, 1]
    assert [found.number for found in records.actions("a1")] == [2, 1]
    kept(tmp_path, action(2))
    assert [found.number for found in records.actions("")] == [2]
    (tmp_path / FILE).unlink()
    assert records.actions("") == ()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[]", b'{"format": 2, "actions": []}', b"[" * 100_000, b" " * (9 * 2**20)]
)
def test_a_file_that_is_not_whole_shows_nothing_and_stops_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert PublishedActions(tmp_path).actions("a1") == ()


def test_a_directory_in_the_place_of_the_file_shows_nothing(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    assert PublishedActions(tmp_path).actions("") == ()


def test_the_page_shows_what_was_published_for_its_area(
    area_release: Release, looking: Looking, tmp_path: Path
) -> None:
    kept(
        tmp_path / "actions",
        action(1),
        action(2, "a2", "Elsewhere."),
        replace(action(3), wave="gone", indicator="gone"),
    )
    said = words(seen(looking(area_release, None), "?lang=en&area=a1").json["response"]["view"]["children"])
    assert (
        "Trust in the police, May 2026\nYou said\nTwo more patrols.\nWe did\nTwo more patrols.\n1 June 2026\n" in said
    )
    assert "An indicator that this release does not have\n" in said
    assert "Elsewhere." not in said


def test_another_language_is_named_where_the_readers_is_missing(
    area_release: Release, looking: Looking, tmp_path: Path
) -> None:
    kept(tmp_path / "actions", action(1))
    answer = seen(looking(area_release, None), "?lang=ar&area=a1")
    assert "English\nTwo more patrols.\n" in words(answer.json["response"]["view"]["children"])
    assert '"lang":"en","dir":"ltr"' in answer.text.replace('"dir":"ltr","lang":"en"', '"lang":"en","dir":"ltr"')


@pytest.mark.parametrize("text", HOSTILE)
def test_fault_20_a_hostile_text_is_text_on_the_page(
    area_release: Release, looking: Looking, tmp_path: Path, text: str
) -> None:
    kept(tmp_path / "actions", action(1, text=text))
    layout = seen(looking(area_release, None), "?lang=en&area=a1").json["response"]["view"]["children"]
    assert f"You said\n{text}\nWe did\n{text}\n" in words(layout)
    kinds = json.dumps(layout)
    assert '"Markdown"' not in kinds
    assert "dangerously" not in kinds


def test_a_store_that_hands_out_drafts_shows_none(area_release: Release) -> None:
    class Careless(NoRecords):
        def actions(self, area: str) -> tuple[Action, ...]:
            return action(1, text="A draft.", published=False), action(2, "a2", "Elsewhere.")

    view = read_view("?lang=en&area=a1", [], area_release, Page.AREA, ("a1", "a2"))
    said = words(page(Scene(area_release, view, PUBLIC, "/d/", Careless())))
    assert "Nothing has been published for this area yet." in said
    assert "A draft." not in said
    assert "Elsewhere." not in said
