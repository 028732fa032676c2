"""The catalogues: complete in three languages, nothing fuzzy, the same placeholders, Arabic with its six plurals."""

import ast
import re
from pathlib import Path

import pytest

from translations.languages import LANGUAGES, direction, known, negotiate, number, plural_translator, translator
from translations.update import ROOMS, file_of, forms, messages, render, said

ROOT = Path(__file__).parents[2]
PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[sd%]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_fault_71_every_message_is_translated_and_none_is_fuzzy(language: str) -> None:
    plurals = {"ar": 6, "fr": 2, "en": 2}[language]
    for said_in_code, message in messages(language).items():
        assert all(forms(message)), said_in_code
        assert not message.fuzzy, said_in_code
        assert len(forms(message)) == (1 if isinstance(said_in_code, str) else plurals), said_in_code


@pytest.mark.parametrize("language", LANGUAGES)
def test_fault_71_the_placeholders_and_tags_are_the_same(language: str) -> None:
    for said_in_code, message in messages(language).items():
        texts = (said_in_code,) if isinstance(said_in_code, str) else said_in_code
        wanted = {name for text in texts for name in PLACEHOLDER.findall(text)}
        for form in forms(message):
            found = set(PLACEHOLDER.findall(form))
            # A plural form may say "none", "one" or "two" in words.
            assert found == wanted or (len(texts) == 2 and len(wanted - found) == 1 and found <= wanted), said_in_code
            assert re.findall(r"</?\w+", form) == re.findall(r"</?\w+", texts[0]), said_in_code


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogues_hold_what_the_code_says_and_nothing_else(language: str) -> None:
    found = messages(language)
    assert set(found) == said()
    assert file_of(language).read_text() == render(language, {key: forms(message) for key, message in found.items()})


def test_no_message_is_built_before_it_is_translated() -> None:
    """A call inside an f-string is not extracted on Python 3.11, and an f-string cannot be translated."""
    faults = []
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                inside = (
                    [child for child in ast.walk(node) if _translates(child)] if isinstance(node, ast.JoinedStr) else []
                )
                if inside or (_translates(node) and not isinstance(node.args[0], ast.Constant)):  # type: ignore[attr-defined]  # a call
                    faults.append(f"{path.name}:{node.lineno}")  # type: ignore[attr-defined]  # an expression
    assert faults == []


def _translates(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("_", "_n")
        and bool(node.args)
    )


@pytest.mark.parametrize(
    ("count", "form"), [(0, 0), (1, 1), (2, 2), (3, 3), (10, 3), (11, 4), (99, 4), (100, 5), (102, 5), (103, 3)]
)
def test_arabic_counts_take_the_form_that_grammar_asks(count: int, form: int) -> None:
    plurals = {key: forms(message) for key, message in messages("ar").items() if isinstance(key, tuple)}
    (one, many), strings = next((key, found) for key, found in plurals.items() if len(set(found)) == 6)
    names = {name: "x" for name in PLACEHOLDER.findall(one) + PLACEHOLDER.findall(many) if name and name != "num"}
    assert plural_translator("ar")(one, many, count, **names) == strings[form] % {"num": count, **names}


def test_direction_negotiation_and_numbers() -> None:
    assert [direction(language) for language in LANGUAGES] == ["rtl", "ltr", "ltr"]
    assert negotiate(["de-DE", "fr-FR", "en"]) == "fr"
    assert negotiate(["zz", "x" * 5000, "../ar"]) == "ar"
    assert known("../../etc/passwd") == known(None) == "ar"
    assert number(1234.5, "ar", 1) == "1.234,5"
    assert number(1234.5, "en", 1) == "1,234.5"
    assert translator("fr")("no such message") == "no such message"
