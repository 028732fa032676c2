"""Long sentences: how they are counted, where they are noted, and that the bundled forms have none."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.xlsform import Severity, import_form
from survey_app.xlsform.sentences import LIMITS, OTHERWISE, sentences

from .sheets import form as made
from .sheets import found, imported

BUNDLED = sorted((Path(__file__).parents[2] / "survey_app" / "questionnaires").glob("*.xlsform.md"))


def lengths(text: str) -> list[int]:
    return [len(words) for words in sentences(text)]


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("", []),
        ("Who?", [1]),
        ("You may stop. Nobody asks why!", [3, 3]),
        ("Êtes-vous satisfait(e) de l'accueil ?", [4]),
        ("« Oui. » Et vous ?", [1, 2]),
        ("كم مرة؟ لا أعرف.", [2, 2]),
        ("one two\nthree", [2, 1]),
        ("1.5 km, e.g. here", [3, 1]),
        ("well… or not", [1, 2]),
        ("What happened at ${name}?", [4]),
        ("- ! ? …", []),
        ("this: that; those", [3]),
    ],
)
def test_a_sentence_is_what_stands_between_its_ends_and_a_word_between_blanks(text: str, counts: list[int]) -> None:
    assert lengths(text) == counts


@given(st.lists(st.lists(st.sampled_from(["word", "كلمة", "12", "l'âge"]), min_size=1), min_size=1))
def test_every_word_is_counted_once(texts: list[list[str]]) -> None:
    assert lengths(". ".join(" ".join(words) for words in texts)) == [len(words) for words in texts]


@pytest.mark.parametrize("sign", [".", ".a", ".»", "؟ ", "\n", "« »"])
def test_a_cell_of_ends_alone_takes_no_time(sign: str) -> None:
    started = time.perf_counter()
    list(sentences(sign * 32_767))
    assert time.perf_counter() - started < 0.5


def long(language: str, more: int) -> str:
    return " ".join(["mot"] * (LIMITS.get(language, OTHERWISE) + more))


@pytest.mark.parametrize("language", ["ar", "fr", "en", "es"])
@pytest.mark.parametrize(
    "column", ["label", "hint", "required_message", "constraint_message", "x_stem", "x_short", "x_high"]
)
def test_a_sentence_past_the_limit_is_noted_with_row_language_and_count(
    tmp_path: Path, language: str, column: str
) -> None:
    head = f"{column}_{language}" if column.startswith("x_") else f"{column}::{language}"
    label = "" if column == "label" else f"label::{language} | "
    said = "" if column == "label" else "Short | "

    def noted(more: int) -> list[tuple[str, str, int, str, str]]:
        rows = f"type | name | {label}{head}\ninteger | n | {said}{long(language, more)}. A second one."
        result = imported(tmp_path, made(rows))
        return [
            (f.severity, f.sheet, f.row, f.item, f.detail.partition(" words")[0])
            for f in result.findings
            if f.code == "long_sentence" and f.column == column
        ]

    assert noted(0) == []
    assert noted(1) == [(Severity.NOTE, "survey", 3, "n", f"{language}: {LIMITS.get(language, OTHERWISE) + 1}")]


def test_each_long_sentence_of_a_text_is_noted_and_a_note_forbids_nothing(tmp_path: Path) -> None:
    text = f"First {long('en', 0)}. Short. Second {long('en', 0)} more."
    result = imported(tmp_path, made(f"type | name | label\nnote | n | {text}"))
    assert [f.detail for f in result.findings] == [
        "en: 21 words, at most 20: First mot mot mot mot …",
        "en: 22 words, at most 20: Second mot mot mot mot …",
    ]
    assert result.faults == ()


def test_stems_of_batteries_and_options_are_read_too_and_what_nobody_sees_is_not(tmp_path: Path) -> None:
    words = long("en", 1)
    result = imported(
        tmp_path,
        made(
            f"""
            type | name | label | appearance | calculation | disabled | x_arms
            begin group | g | {words} | table-list | | |
            select_one yn | a | Short | | | |
            end group | | | | | |
            calculate | c | {words} | | 1 + 1 | |
            integer | d | {words} | | | yes |
            calculate | e | | | once(random()) | | arms
            """,
            f"""
            list_name | name | label
            yn | 1 | {words}
            yn | 0 | No
            arms | x | {words}
            arms | y | {words}
            """,
        ),
    )
    assert {(f[2], f[3]) for f in found(result) if f[1] == "long_sentence"} == {("survey", 3), ("choices", 11)}


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.name.split(".")[0])
def test_the_bundled_forms_have_no_long_sentence(path: Path) -> None:
    assert [str(f) for f in import_form(path).findings if f.code == "long_sentence"] == []
