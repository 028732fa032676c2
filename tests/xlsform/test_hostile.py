"""Files made to harm: each ends in a named finding, quickly, and no bytes whatever end in an exception."""

import zipfile
from io import BytesIO
from pathlib import Path
from time import perf_counter

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyxform.xls2xform import convert

from survey_app.xlsform import Imported, export_markdown, export_workbook, import_form, read_form
from survey_app.xlsform.grid import MAX_CELL_CHARS, MAX_COLUMNS, MAX_ROWS

from .sheets import codes, form, found, imported, item

SAMPLE = form(
    """
    type | name | label::Arabic (ar) | label::French (fr) | relevant | appearance
    begin_group | g | مجموعة | Groupe | | field-list
    select_one yn | a | سؤال | Question | |
    integer | b | كم | Combien | ${a} = '1' |
    end_group | | | | |
    """,
    "list_name | name | label::Arabic (ar) | label::French (fr)\nyn | 1 | نعم | Oui",
    "form_id | default_language\nsmall | Arabic (ar)",
)


@pytest.fixture(scope="session")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small form as a workbook."""
    path = tmp_path_factory.mktemp("hostile") / "form.md"
    path.write_text(SAMPLE, encoding="utf-8")
    return export_workbook(read_form(path))


def rebuilt(workbook: bytes, changes: dict[str, bytes]) -> bytes:
    """The workbook with some of its parts replaced or added."""
    content = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook)) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {*old.namelist(), *changes}:
            new.writestr(name, changes[name] if name in changes else old.read(name))
    return content.getvalue()


def sheet(cells: str, head: str = "") -> bytes:
    """A worksheet part with these cells."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rows = f'<?xml version="1.0"?>{head}<worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>'
    return rows.encode()


def text(reference: str, value: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{value}</t></is></c>'


def opened(content: bytes, folder: Path) -> Imported:
    """The import of these bytes, which must not take long."""
    (folder / "form.xlsx").write_bytes(content)
    start = perf_counter()
    result = import_form(folder / "form.xlsx")
    assert perf_counter() - start < 5
    return result


PART = "xl/worksheets/sheet1.xml"
HEAD = f'<row r="1">{text("A1", "type")}{text("B1", "name")}{text("C1", "label")}</row>'
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def test_fault_25_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, workbook: bytes) -> None:
    bomb = rebuilt(workbook, {"xl/media/image1.bin": bytes(200_000_000)})
    assert len(bomb) < 1_000_000
    assert codes(opened(bomb, tmp_path)) == {"too_large"}


def test_fault_25_a_thousand_parts_are_refused(tmp_path: Path, workbook: bytes) -> None:
    many = rebuilt(workbook, {f"xl/worksheets/extra{number}.xml": b"<x/>" for number in range(1_100)})
    assert codes(opened(many, tmp_path)) == {"too_large"}


def test_fault_25_a_part_that_names_a_place_outside_is_written_nowhere(tmp_path: Path, workbook: bytes) -> None:
    """Nothing of a workbook is unpacked to a file, so that a name such as these leads nowhere."""
    names = ("../../slipped.txt", "/tmp/slipped.txt", "..\\slipped.txt", "xl/../../slipped.txt")
    (tmp_path / "inside").mkdir()
    result = opened(rebuilt(workbook, dict.fromkeys(names, b"slipped")), tmp_path / "inside")
    assert not result.faults
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["form.xlsx", "inside"]
    assert not Path("/tmp/slipped.txt").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_fault_25_an_entity_bomb_is_refused_in_any_encoding(tmp_path: Path, workbook: bytes, encoding: str) -> None:
    part = sheet(f"<row>{text('A1', '&b;')}</row>", BOMB).decode()
    changed = part.replace('version="1.0"', f'version="1.0" encoding="{encoding}"').encode(encoding)
    assert codes(opened(rebuilt(workbook, {PART: changed}), tmp_path)) == {"entities"}


def test_macros_are_refused(tmp_path: Path, workbook: bytes) -> None:
    assert codes(opened(rebuilt(workbook, {"xl/vbaProject.bin": b"x"}), tmp_path)) == {"macros"}
    (tmp_path / "form.xls").write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "_VBA_PROJECT_CUR".encode("utf-16-le")
    )
    assert codes(import_form(tmp_path / "form.xls")) == {"macros"}


def test_a_hundred_thousand_columns_are_refused_without_being_kept(tmp_path: Path, workbook: bytes) -> None:
    wide = sheet("<row>" + "<c t='str'><v>x</v></c>" * 100_000 + "</row>")
    result = opened(rebuilt(workbook, {PART: wide}), tmp_path)
    assert [(f.code, str(MAX_COLUMNS) in f.detail) for f in result.findings] == [("too_large", True)]
    markdown = form("type | name | " + " | ".join(f"c{number}" for number in range(100_000)) + "\ntext | a | A")
    assert codes(imported(tmp_path, markdown)) == {"too_large"}


def test_too_many_rows_too_long_cells_and_too_large_files_are_refused(tmp_path: Path, workbook: bytes) -> None:
    rows = "".join(f"<row r='{number}'>{text(f'A{number}', 'note')}</row>" for number in range(2, MAX_ROWS + 3))
    assert codes(opened(rebuilt(workbook, {PART: sheet(HEAD + rows)}), tmp_path)) == {"too_large"}
    long = sheet(HEAD + f"<row>{text('A2', 'x' * (MAX_CELL_CHARS + 1))}</row>")
    assert codes(opened(rebuilt(workbook, {PART: long}), tmp_path)) == {"too_large"}
    assert codes(imported(tmp_path, form("type | name\n" + "note | n\n" * (MAX_ROWS + 1)))) == {"too_large"}
    assert codes(imported(tmp_path, "| survey |\n" + "x" * 10_000_001)) == {"too_large"}


def test_a_row_far_below_and_blank_styled_cells_do_no_harm(tmp_path: Path, workbook: bytes) -> None:
    cells = HEAD + f"<row r='2'>{text('A2', 'text')}{text('B2', 'a')}{text('C2', 'A')}<c r='XFD2' s='1'/></row>"
    far = sheet(cells + "<row r='1048576'><c r='A1048576' s='1'/></row>")
    result = opened(rebuilt(workbook, {PART: far}), tmp_path)
    assert item(result, "a").label == {"ar": "A"}
    assert codes(opened(rebuilt(workbook, {PART: sheet(cells + "<row r='x'/>")}), tmp_path)) == {"unreadable_file"}


def test_a_formula_counts_by_its_saved_value_and_without_one_is_a_fault(tmp_path: Path, workbook: bytes) -> None:
    saved = f'<row r="2">{text("A2", "text")}{text("B2", "a")}<c r="C2" t="str"><f>1+1</f><v>Saved</v></c></row>'
    lost = f'<row r="3">{text("A3", "text")}{text("B3", "b")}<c r="C3" t="e"><f>#REF!</f><v>#REF!</v></c></row>'
    result = opened(rebuilt(workbook, {PART: sheet(HEAD + saved + lost)}), tmp_path)
    assert item(result, "a").label == {"ar": "Saved"}
    assert item(result, "b").label == {"ar": "b"}
    assert ("fault", "formula_without_value", "survey", 3, "label") in found(result)


def test_a_thousand_nested_groups_are_a_fault_and_still_a_form(tmp_path: Path) -> None:
    depth = 1_000
    opening = "\n".join(f"begin_group | g{number} | G | 1 = 1" for number in range(depth))
    closing = "\n".join("end_group | | |" for _ in range(depth))
    result = imported(tmp_path, form(f"type | name | label | relevant\n{opening}\ntext | a | A |\n{closing}"))
    assert {f.code for f in result.faults} == {"groups_too_deep", "too_long"}
    assert len(item(result, "a").groups) == 20


def test_duplicate_headers_are_a_fault_and_the_first_is_read(tmp_path: Path) -> None:
    result = imported(tmp_path, form("type | name | label | label\ntext | a | First | Second"))
    assert item(result, "a").label == {"en": "First"}
    assert ("fault", "duplicate_column", "survey", 2, "label") in found(result)


def test_a_program_in_a_cell_stays_text(tmp_path: Path) -> None:
    result = imported(tmp_path, form("type | name | label\ntext | a | =HYPERLINK(1)\ntext | b | <script>"))
    assert result.questionnaire is not None
    book = openpyxl.load_workbook(BytesIO(export_workbook(result.questionnaire)))
    assert [cell.data_type for cell in book["survey"]["C"]] == ["s", "s", "s"]
    assert "=HYPERLINK(1)" in export_markdown(result.questionnaire)


@settings(max_examples=150)
@given(
    content=st.binary(max_size=300), start=st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
)
@example(content=b"\xff\xfe\x00", start=b"")
@example(content=b"type,name\n\x00,\x00", start=b"")
def test_no_bytes_end_in_an_exception(tmp_path: Path, content: bytes, start: bytes) -> None:
    for name in ("form.xlsx", "survey.csv"):
        (tmp_path / name).write_bytes(start + content)
        assert import_form(tmp_path / name).questionnaire is None


@settings(max_examples=150)
@given(data=st.data())
def test_a_workbook_with_bytes_changed_is_a_form_or_a_report(
    tmp_path: Path, workbook: bytes, data: st.DataObject
) -> None:
    changed = bytearray(workbook)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    whole_or_reported(opened(bytes(changed), tmp_path))


@settings(max_examples=200)
@given(data=st.data())
def test_parts_and_cells_with_characters_changed_are_a_form_or_a_report(
    tmp_path: Path, workbook: bytes, data: st.DataObject
) -> None:
    with zipfile.ZipFile(BytesIO(workbook)) as archive:
        name = data.draw(st.sampled_from(sorted(part for part in archive.namelist() if part.startswith("xl/w"))))
        part = bytearray(archive.read(name))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(part)))
        part[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=6))
    whole_or_reported(opened(rebuilt(workbook, {name: bytes(part)}), tmp_path))


CELLS = {
    "type": """begin_group | begin repeat | end_group | end group | select_one yn | select_one
        select_multiple yn or_other | rank yn | range | calculate | hidden | note | date | text | integer
        acknowledge | geopoint | image | matrix""",
    "name": "a | b | c | a_2 | g | 2 b | yn | a_other | x.y-z",
    "label": "Label | Label ${a} | {b}$ | ${zz} | &#10; | -",
    "relevant": "${a} = 'yes' | ${b} > | yes | (((( | selected(${c}, 'no') | today() | not(${a} = 'zz')",
    "constraint": ". > 1 | regex(., '(a+)+') | . = ${a} | ${",
    "appearance": "field-list | table-list | label | list-nolabel | year | multiline month-year",
    "choice_filter": "region = ${a} | name != 'no' | region | yn | false()",
    "parameters": "start=1 end=x | start=9 end=-9 step=0 | start=5 end=1 | start=0 end=1 step=0.25 | randomize=true",
    "calculation": "once(random()) | 1 + 1 | ${a} | ${b} * | pulldata('a')",
    "default": "it's | ${a} | 3",
    "read_only": "yes | no",
    "required": "yes | ${a} = 'yes' | TRUE",
    "x_arms": "yn | zz",
    "x_page": "- | p | g",
    "x_group": "g | h",
    "x_random": "yes",
    "x_help": "yes",
    "x_offers": "refused | dont_know refused | never",
    "x_area_level": "- | commune",
    "x_stem_en": "Stem",
    "x_screen_out": ". = 'no' | ${b} = 1",
}
OPTIONS = {
    "list_name": "yn | zz",
    "name": "yes | no | a b | 1.0",
    "label": "Yes | No",
    "region": "yes | n",
    "x_missing": "refused | perhaps",
    "x_synonyms_en": "a ; b | ;;",
    "image": "a.png",
}


def tables(columns: dict[str, str], rows: int, usual: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Rows in which most cells are blank, the usual ones rarely, and each holds something that its column may hold."""
    words = {name: [word.strip() for word in text.replace("\n", "|").split("|")] for name, text in columns.items()}
    cells = [
        st.sampled_from([*[""] * (1 if name in usual else 12), *words[name] * (3 if name in usual else 1)])
        for name in words
    ]
    head = " | ".join(columns)
    return st.lists(st.tuples(*cells), max_size=rows).map(
        lambda made: "\n".join([head, *(" | ".join(row) for row in made if any(row))])
    )


@settings(max_examples=300)
@given(
    survey=tables(CELLS, 9, ("type", "name", "label")),
    choices=tables(OPTIONS, 6, ("list_name", "name", "label")),
)
def test_any_cells_are_a_form_that_can_go_out_and_in_again_or_a_report(
    tmp_path: Path, survey: str, choices: str
) -> None:
    result = imported(tmp_path, form(survey, choices))
    whole_or_reported(result)
    if result.questionnaire is not None:
        again = imported(tmp_path, export_markdown(result.questionnaire))
        assert convert(str(tmp_path / "form.md"), warnings=[]).xform.startswith("<?xml")
        assert again.questionnaire == result.questionnaire
        assert not again.faults or result.faults


def whole_or_reported(result: Imported) -> None:
    """Either a complete questionnaire, which can be exported, or at least one fault."""
    if result.questionnaire is None:
        assert result.faults
    else:
        assert set(result.coverage) == set(result.questionnaire.languages)
        assert export_markdown(result.questionnaire)


def test_two_thousand_rows_take_less_than_five_seconds(tmp_path: Path) -> None:
    rows = ["type | name | label::Arabic (ar) | label::French (fr) | label::English (en) | relevant | constraint"]
    for number in range(2_000):
        condition = f"${{q{number - 1}}} = '3' or selected(${{q{number // 2}}}, '1')" if number else ""
        rows.append(f"select_one list{number % 50} | q{number} | سؤال | Question | Question | {condition} | . != '2'")
    options = ["list_name | name | label::Arabic (ar) | label::French (fr) | label::English (en)"]
    options += [f"list{entry} | {code} | خيار | Choix | Option" for entry in range(50) for code in range(20)]
    start = perf_counter()
    result = imported(tmp_path, form("\n".join(rows), "\n".join(options)))
    assert perf_counter() - start < 5
    assert result.questionnaire is not None
    assert len(result.questionnaire.items) == 2_000
    assert not result.faults
