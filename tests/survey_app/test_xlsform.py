"""XLSForm files: the bundled one is what pyxform accepts, and a faulty one is refused whole, with sheet and row."""

from pathlib import Path

import openpyxl
import pytest
from pyxform.xls2xform import convert

from survey_app.engine import Kind, Missing, Questionnaire
from survey_app.instrument import BUNDLED
from survey_app.xlsform import FormError, read_form
from survey_app.xlsform.sheets import MAX_ROWS

FORM = BUNDLED.with_name("community.xlsform.md")

SMALL = """
| survey |
| | type | name | label::Arabic (ar) | label::French (fr) | relevant |
| | select_one yn | a | سؤال | Question | |
| | integer | b | كم | Combien | ${a} = '1' |
| choices |
| | list_name | name | label::Arabic (ar) | label::French (fr) | x_missing |
| | yn | 1 | نعم | Oui | |
| | yn | 8 | لا أعرف | Ne sait pas | dont_know |
| settings |
| | form_id | default_language |
| | small | Arabic (ar) |
"""


def findings(tmp_path: Path, form: str) -> set[tuple[str, str, int, str]]:
    file = tmp_path / "form.md"
    file.write_text(form, encoding="utf-8")
    with pytest.raises(FormError) as caught:
        read_form(file)
    return {(found.code, found.sheet, found.row, found.column) for found in caught.value.findings}


def test_pyxform_accepts_the_bundled_form_without_a_warning() -> None:
    warnings: list[str] = []
    assert convert(str(FORM), warnings=warnings).xform.startswith("<?xml")
    assert warnings == []


def test_the_bundled_form_speaks_three_languages_everywhere(questionnaire: Questionnaire) -> None:
    assert questionnaire.languages == ("ar", "fr", "en")
    assert {item.kind for item in questionnaire.items} == set(Kind)
    assert all(set(item.short) == {"ar", "fr", "en"} for item in questionnaire.items)
    assert any(item.relevant for item in questionnaire.items)
    assert any(item.required for item in questionnaire.items)
    assert any(item.constraint for item in questionnaire.items)


def test_a_workbook_and_its_markdown_give_one_version(tmp_path: Path) -> None:
    text = tmp_path / "form.md"
    text.write_text(SMALL, encoding="utf-8")
    book = openpyxl.Workbook()
    sheet = None
    for line in SMALL.strip().splitlines():
        first, *cells = [cell.strip() for cell in line.strip("|").split("|")]
        if first:
            sheet = book.create_sheet(first)
        elif sheet is not None:
            sheet.append([float(cell) if cell.isdigit() else cell or None for cell in cells])
    book.save(tmp_path / "form.bin")
    assert read_form(tmp_path / "form.bin").version == read_form(text).version


def test_missing_codes_are_known_apart_from_the_scale(tmp_path: Path) -> None:
    file = tmp_path / "form.md"
    file.write_text(SMALL, encoding="utf-8")
    assert [choice.missing for choice in read_form(file).items[0].choices] == [None, Missing.DONT_KNOW]


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("select_one yn", "select_one nothing", ("unknown_list", "survey", 4, "type")),
        ("integer", "geopoint", ("unsupported_type", "survey", 5, "type")),
        ("| b |", "| 2 b |", ("unusable_name", "survey", 5, "name")),
        ("${a} = '1'", "pulldata('x')", ("unknown_function", "survey", 5, "relevant")),
        ("${a} = '1'", "${c} = '1'", ("unknown_or_later_reference", "survey", 5, "b")),
        ("| b |", "| a |", ("duplicate_name", "survey", 5, "a")),
        ("| Combien |", "| |", ("missing_language", "survey", 5, "b")),
        ("dont_know", "perhaps", ("unknown_missing_code", "choices", 9, "x_missing")),
        ("| 8 |", "| 1 |", ("duplicate_choice", "survey", 4, "a")),
        (
            "label::French (fr) | relevant",
            "label::Klingon | relevant",
            ("unknown_language", "survey", 4, "label::klingon"),
        ),
    ],
)
def test_fault_27_a_fault_is_named_with_its_row(
    tmp_path: Path, old: str, new: str, finding: tuple[str, str, int, str]
) -> None:
    assert finding in findings(tmp_path, SMALL.replace(old, new, 1))


def test_fault_25_a_file_that_is_no_form_is_refused(tmp_path: Path) -> None:
    assert ("no_survey_sheet", "form.md", 0, "") in findings(tmp_path, "no table at all")
    many = SMALL.replace("| choices |", "| | note | n | ن | n | |\n" * (MAX_ROWS + 1) + "| choices |")
    assert ("too_large", "form.md", 0, "") in findings(tmp_path, many)
    (tmp_path / "bytes.xlsx").write_bytes(b"PK\x03\x04 not a zip")
    with pytest.raises(FormError, match="unreadable file"):
        read_form(tmp_path / "bytes.xlsx")
    with pytest.raises(FormError, match="unreadable file"):
        read_form(tmp_path / "absent.xlsx")
