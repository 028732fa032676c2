"""Files of every kind: the content decides, the encoding is found, and what is no form is refused by name."""

from pathlib import Path

import pytest

from survey_app.xlsform import FormError, import_form, read_form
from survey_app.xlsform.delimited import decoded

from .sheets import as_csv, as_workbook, codes, form, imported, item

SMALL = form(
    """
    type | name | label::Arabic (ar) | label::French (fr) | relevant
    select_one yn | a | سؤال عن الحيّ | Qualité de la sécurité ? |
    integer | b | كم مرة | Combien d'été | ${a} = '1'
    """,
    """
    list_name | name | label::Arabic (ar) | label::French (fr)
    yn | 1 | نعم | Oui
    yn | 2 | لا | Non
    """,
    """
    form_id | default_language
    small | Arabic (ar)
    """,
)
NAMES = ["form.xlsx", "form.xls", "form.csv", "form.md", "form"]


def version(path: Path) -> str:
    return read_form(path).version


@pytest.fixture
def expected(tmp_path: Path) -> str:
    (tmp_path / "expected.md").write_text(SMALL, encoding="utf-8")
    return version(tmp_path / "expected.md")


@pytest.mark.parametrize("name", NAMES)
def test_a_workbook_is_known_by_its_content(tmp_path: Path, expected: str, name: str) -> None:
    assert version(as_workbook(SMALL, tmp_path / name)) == expected


@pytest.mark.parametrize("name", NAMES)
def test_markdown_is_known_by_its_content(tmp_path: Path, expected: str, name: str) -> None:
    (tmp_path / name).write_text(SMALL, encoding="utf-8")
    assert version(tmp_path / name) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1256"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_folder_of_csv_files_is_a_form(tmp_path: Path, expected: str, encoding: str, delimiter: str) -> None:
    folder = tmp_path / "csv"
    folder.mkdir()
    assert version(as_csv(SMALL, folder, encoding, delimiter)) == expected
    assert version(folder / "survey.csv") == expected


def test_one_csv_file_may_hold_all_sheets(tmp_path: Path, expected: str) -> None:
    lines = [line.strip("| ").replace(" | ", ",") for line in SMALL.splitlines()]
    banded = [line if line in ("survey", "choices", "settings") else f",{line}" for line in lines]
    (tmp_path / "form.csv").write_text("\n".join(banded), encoding="utf-8")
    assert version(tmp_path / "form.csv") == expected


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("type,name,label\ntext,a,هل تثقون في الشرطة؟", "cp1256"),
        ("type,name,label\ntext,a,هل تثقون في الشرطة؟ Maârif", "cp1256"),
        ("type,name,label\ntext,a,¿Confía en la policía? años señor", "cp1252"),
        ("type,name,label\ntext,a,Straßenbeleuchtung für Bürgerämter", "cp1252"),
        ("type,name,label\ntext,a,هل تثقون", "utf-8"),
    ],
)
def test_old_code_pages_are_told_apart(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == (text, encoding)


def test_the_encoding_of_an_old_file_is_noted(tmp_path: Path) -> None:
    result = imported(tmp_path, "type,name,label\ntext,a,هل تثقون في الشرطة؟", "survey.csv", "cp1256")
    assert "encoding" in codes(result)
    assert item(result, "a").label == {"en": "هل تثقون في الشرطة؟"}


def test_blank_rows_columns_and_a_note_above_the_table_do_not_count(tmp_path: Path) -> None:
    text = "A form.\n\n" + SMALL.replace("| | integer", "| | | | | |\n| | integer")
    text = text.replace("| relevant |", "| relevant | | |")
    assert read_form(written(tmp_path, text)).items[1].name == "b"


def written(folder: Path, text: str) -> Path:
    (folder / "form.md").write_text(text, encoding="utf-8")
    return folder / "form.md"


def test_fault_25_what_is_no_form_is_refused(tmp_path: Path) -> None:
    for name, content, code in [
        ("text.md", b"no table at all", "no_survey_sheet"),
        ("empty.xlsx", b"", "no_survey_sheet"),
        ("bytes.xlsx", b"PK\x03\x04 not a zip", "unreadable_file"),
        ("bytes.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 not a workbook", "unreadable_file"),
        ("headless.md", b"| survey |\n| | kind | name |\n| | text | a |", "no_survey_sheet"),
    ]:
        (tmp_path / name).write_bytes(content)
        result = import_form(tmp_path / name)
        assert (codes(result), result.questionnaire) == ({code}, None), name
        with pytest.raises(FormError, match=code.replace("_", " ")):
            read_form(tmp_path / name)
    assert codes(import_form(tmp_path / "absent.xlsx")) == {"unreadable_file"}


def test_without_its_reader_an_old_workbook_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "form.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    monkeypatch.setitem(__import__("sys").modules, "xlrd", None)
    assert codes(import_form(tmp_path / "form.xls")) == {"reader_not_installed"}
