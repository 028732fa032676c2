"""Words that steer: whole messages only, in three languages and as people type them (fault 35)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.talk.commands import LANGUAGE_NAMES, WORDS, Command, Word, command, named_language
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
