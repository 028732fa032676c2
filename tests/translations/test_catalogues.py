"""The catalogues: complete in three languages, nothing fuzzy, the same placeholders, Arabic with its six plurals."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

from translations.languages import (
    CATALOGUES,
    LANGUAGES,
    direction,
    known,
    negotiate,
    number,
    plural_translator,
    translator,
)

ROOT = CATALOGUES.parent
ROOMS = ("survey_app", "sms", "analytics", "dashboards", "deploy")
PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[sd%]")


def messages(language: str) -> list[Message]:
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return [message for message in read_po(file, locale=language) if message.id]


@pytest.mark.parametrize("language", LANGUAGES)
def test_fault_71_every_message_is_translated_and_none_is_fuzzy(language: str) -> None:
    forms = {"ar": 6, "fr": 2, "en": 2}[language]
    for message in messages(language):
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(strings), message.id
        assert not message.fuzzy, message.id
        assert len(strings) == (forms if isinstance(message.id, tuple) else 1), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_fault_71_the_placeholders_are_the_same(language: str) -> None:
    for message in messages(language):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = {name for text in ids for name in PLACEHOLDER.findall(text)}
        for string in strings:
            found = set(PLACEHOLDER.findall(string))
            # Arabic and French may say "one" or "two" in words.
            assert found == wanted or (len(ids) == 2 and wanted - found <= {"num"} and found <= wanted), message.id
            assert re.findall(r"</?\w+", string) == re.findall(r"</?\w+", ids[0]), message.id


def test_the_catalogues_hold_what_the_code_says_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    pot = tmp_path / "messages.pot"
    CommandLineInterface().run(
        ["pybabel", "--quiet", "extract", "-F", "translations/babel.cfg", "-k", "_n:1,2", "-o", str(pot), "."]
    )
    with pot.open("rb") as file:
        said = {message.id for message in read_po(file) if message.id}
    for language in LANGUAGES:
        assert {message.id for message in messages(language)} == said


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
    plural = next(
        message for message in messages("ar") if isinstance(message.id, tuple) and len(set(message.string)) == 6
    )
    one, many = plural.id
    names = {name: "x" for name in PLACEHOLDER.findall(one) + PLACEHOLDER.findall(many) if name and name != "num"}
    assert plural_translator("ar")(one, many, count, **names) == plural.string[form] % {"num": count, **names}


def test_direction_negotiation_and_numbers() -> None:
    assert [direction(language) for language in LANGUAGES] == ["rtl", "ltr", "ltr"]
    assert negotiate(["de-DE", "fr-FR", "en"]) == "fr"
    assert negotiate(["zz", "x" * 5000, "../ar"]) == "ar"
    assert known("../../etc/passwd") == known(None) == "ar"
    assert number(1234.5, "ar", 1) == "1.234,5"
    assert number(1234.5, "en", 1) == "1,234.5"
    assert translator("fr")("no such message") == "no such message"
