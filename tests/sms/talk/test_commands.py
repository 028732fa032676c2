"""Words that steer: whole messages only, in three languages and as people type them (fault 35)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.talk.commands import (
    LANGUAGE_NAMES,
    WORDS,
    Command,
    Word,
    after_keyword,
    agreed,
    command,
    mistyped_stop,
    named_language,
    shown_language,
)
from survey_app.engine.normalise import fold

STOPS = [
    "STOP",
    "stop.",
    " Stop ! ",
    "Arrêt",
    "ARRET",
    "arrêtez svp",
    "s'il vous plaît arrêtez",
    "توقف",
    "قف",
    "إلغاء",
    "الغاء",
]
STOPS += [
    "بركا",
    "بَركا",
    "تـوقـف",
    "من فضلك توقف",
    "شكرا، توقف",
    "unsubscribe",
    "STOP STOP",
    "ＳＴＯＰ",
    "stop please thanks",
]


@pytest.mark.parametrize("text", STOPS)
def test_stop_is_understood_as_people_type_it(text: str) -> None:
    found = command(text)
    assert found is not None
    assert found.word is Word.STOP


@pytest.mark.parametrize(
    "text",
    [
        "I cannot stop worrying",
        "ils ne s'arrêtent pas",
        "لا تتوقف الشرطة هنا",
        "please",
        "merci",
        "شكرا",
        "",
        "1",
        "nonstop",
        "stop and search",
        "the end of the street",
        "help yourself",
        "\x00",
        "🙂",
        "١",
    ],
)
def test_a_text_that_only_contains_a_word_is_no_command(text: str) -> None:
    assert command(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ثقة", Command(Word.START, "ar")),
        ("Confiance", Command(Word.START, "fr")),
        ("trust", Command(Word.START, "en")),
        ("Thiqa", Command(Word.START)),
        ("?", Command(Word.HELP)),
        ("aide", Command(Word.HELP, "fr")),
        ("مساعدة", Command(Word.HELP, "ar")),
        ("retour", Command(Word.BACK, "fr")),
        ("REPETER", Command(Word.REPEAT, "fr")),
        ("تخطي", Command(Word.SKIP, "ar")),
        ("LANG AR", Command(Word.LANGUAGE, "ar")),
        ("langue anglais", Command(Word.LANGUAGE, "en")),
        ("لغة فرنسية", Command(Word.LANGUAGE, "fr")),
        ("language", Command(Word.LANGUAGE)),
        ("language klingon", None),
    ],
)
def test_each_word_is_known_with_the_language_that_it_shows(text: str, expected: Command | None) -> None:
    assert command(text) == expected


def test_no_word_means_two_things() -> None:
    meanings: dict[str, set[Word]] = {}
    for word, languages in WORDS.items():
        for words in languages.values():
            for text in filter(None, map(fold, words.split(", "))):
                meanings.setdefault(text, set()).add(word)
    assert {text: words for text, words in meanings.items() if len(words) > 1} == {}


def test_no_name_means_two_languages() -> None:
    names = [fold(name) for names in LANGUAGE_NAMES.values() for name in {fold(n) for n in names.split(", ")}]
    assert len(names) == len(set(names))
    assert named_language("Français, merci") == "fr"


@given(st.text(max_size=2000))
def test_any_text_is_a_command_or_none(text: str) -> None:
    assert command(text) is None or isinstance(command(text), Command)


@pytest.mark.parametrize(
    "text",
    [
        "ما بغيتش",
        "mabghitch",
        "Ma bghitch",
        "safi",
        "صافي",
        "بركة",
        "سطوب",
        "stpo",
        "cancel please",
        "عفاك بركا",
        "aret",
    ],
)
def test_fault_35_stop_is_understood_in_darija_and_with_usual_slips(text: str) -> None:
    found = command(text)
    assert found is not None
    assert found.word is Word.STOP


@pytest.mark.parametrize("text", ["unsubscibe", "arretezz", "merci, arreetez", "cancell", "تووقفوا", "desaboner"])
def test_fault_35_one_letter_wrong_in_a_long_word_still_stops(text: str) -> None:
    assert mistyped_stop(text)


@pytest.mark.parametrize(
    "text",
    ["cancer", "sto", "fin", "en", "commencer", "enfin", "help", "unsubscibe me from this", "retour", "9", "", "\x00"],
)
def test_another_word_or_a_short_one_is_no_mistyped_stop(text: str) -> None:
    assert not mistyped_stop(text)


def test_no_word_that_we_know_is_a_mistyped_stop() -> None:
    known = [text for by_language in WORDS.values() for words in by_language.values() for text in words.split(", ")]
    names = [name for names in LANGUAGE_NAMES.values() for name in names.split(", ")]
    assert [text for text in (*known, *names) if mistyped_stop(text)] == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("salam", "ar"), ("السلام عليكم", "ar"), ("صباح الخير", "ar"), ("Bonjour", "fr"), ("bjr svp", "fr"),
        ("hello", "en"), ("Hi!", "en"), ("English", "en"), ("confiance", "fr"), ("thiqa", None), ("1", None),
        ("bonjour السلام", None), ("🙂", None), ("", None),
    ],
)  # fmt: skip
def test_a_first_text_shows_its_language_by_greeting_keyword_or_script(text: str, language: str | None) -> None:
    assert shown_language(text) == language


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", True), ("١", True), ("oui merci", True), ("واخا", True), ("2", False), ("لا شكرا", False), ("non", False),
        ("12", None), ("maybe", None), ("yes but", None), ("", None),
    ],
)  # fmt: skip
def test_yes_and_no_are_whole_messages(text: str, expected: bool | None) -> None:
    assert agreed(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("THIQA 12", (Command(Word.START), "12")), ("thiqa12", (Command(Word.START), "12")),
        ("ثقة أنفا", (Command(Word.START, "ar"), "انفا")),
        ("Confiance : Anfa, merci", (Command(Word.START, "fr"), "anfa")),
        ("thiqa", None), ("12 thiqa", None), ("stop 12", None), ("", None),
    ],
)  # fmt: skip
def test_a_keyword_may_have_an_area_behind_it(text: str, expected: tuple[Command, str] | None) -> None:
    assert after_keyword(text) == expected


@given(st.text(max_size=500))
def test_any_text_is_read_by_every_reader(text: str) -> None:
    assert mistyped_stop(text) in (True, False)
    assert shown_language(text) in ("ar", "fr", "en", None)
    assert agreed(text) in (True, False, None)
    assert after_keyword(text) is None or after_keyword(text)
