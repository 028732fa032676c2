"""Fonts: found on the machine or named, and a sentence where none will do."""

import shutil
from pathlib import Path

import pytest

from survey_app.paper import typeface as module
from survey_app.paper.pdf import pdf
from survey_app.paper.poster import poster
from survey_app.paper.sheet import PaperError
from survey_app.paper.typeface import ARABIC, LATIN, Typeface, characters, find_typeface

from .pictures import words

TEXTS = {"ar": "حي", "fr": "Quartier", "en": "Quarter"}


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine whose only folder of fonts is empty."""
    monkeypatch.setattr(module, "FOLDERS", (str(tmp_path),))
    monkeypatch.setattr(module, "which", lambda _name: None)
    return tmp_path


def test_the_found_fonts_have_the_letters(typeface: Typeface) -> None:
    assert characters(typeface.arabic.regular) >= ARABIC
    assert characters(typeface.latin.regular) >= LATIN
    assert find_typeface() == typeface


def test_without_any_font_a_sentence_says_what_to_install(bare: Path) -> None:
    assert bare.is_dir()
    with pytest.raises(PaperError, match="install Noto Naskh Arabic"):
        find_typeface()


def test_a_folder_of_the_system_is_enough_where_there_is_no_fontconfig(bare: Path, typeface: Typeface) -> None:
    for font in (typeface.arabic, typeface.latin):
        shutil.copy(font.regular, bare)
        with_arabic = {path.name for path in bare.iterdir()} >= {typeface.arabic.regular.name}
        assert with_arabic
    found = find_typeface()
    assert found.arabic.regular.parent == found.latin.regular.parent == bare
    assert found.arabic.bold == found.arabic.regular, "where there is no bold, the regular one serves"
    assert TEXTS["fr"] in words(pdf([poster(TEXTS, TEXTS, "https://a.example/a/x")], found))


def test_a_named_font_is_used_for_the_letters_it_has(typeface: Typeface, tmp_path: Path) -> None:
    named = tmp_path / "named.ttf"
    shutil.copy(typeface.arabic.regular, named)
    found = find_typeface(named)
    assert found.arabic.regular == named
    assert found.latin.regular == (named if characters(named) >= LATIN else typeface.latin.regular)


def test_a_named_font_without_arabic_is_refused(typeface: Typeface) -> None:
    if characters(typeface.latin.regular) >= ARABIC:
        pytest.skip("this machine has one font for both")
    with pytest.raises(PaperError, match="has no Arabic letters"):
        find_typeface(typeface.latin.regular)


@pytest.mark.parametrize("content", [b"", b"no font", b"\x00\x01\x00\x00" + b"\xff" * 200, b"OTTO\x00\x01"])
def test_a_named_file_that_is_no_font_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "font.ttf"
    path.write_bytes(content)
    with pytest.raises(PaperError, match=r"font\.ttf cannot be read as a font"):
        find_typeface(path)
