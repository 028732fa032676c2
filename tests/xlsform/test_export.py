"""Out and in again: what is exported pyxform accepts, and importing it gives the same version."""

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyxform.xls2xform import convert

from survey_app.engine import Choice, Group, Item, Kind, Missing, Questionnaire, checked, parse
from survey_app.xlsform import Severity, coverage, export_markdown, export_workbook, import_form, read_form
from tests.engine.generated import questionnaires, texts

BUNDLED = sorted((Path(__file__).parents[2] / "survey_app" / "questionnaires").glob("*.xlsform.md"))
# Texts that tables, XML and right-to-left editing find hard. The importer strips outer blanks, so there are none.
HARD = st.sampled_from(
    [
        "a | b", "\\|", "line\nline", "&#10;", "<b>&amp;</b>", "=SUM(1)", "+1", "''", "“quoted”", "l'âge",
        "50 %\u00a0!", "نعم \u200f(1)", "- - -", "😀", "{q0}$", "TRUE", "007", "1.0",
    ]
)  # fmt: skip


def normal(questionnaire: Questionnaire) -> Questionnaire:
    """Groups as sheets can hold them: those with items, in the order in which they open. Nothing else differs."""
    known = {group.name: group for group in questionnaire.groups}
    used = dict.fromkeys(name for item in questionnaire.items for name in item.groups)
    return replace(questionnaire, groups=tuple(known[name] for name in used))


def again(questionnaire: Questionnaire, folder: Path) -> tuple[Questionnaire, Questionnaire]:
    """The questionnaire after a way through markdown, and after one through a workbook."""
    (folder / "form.md").write_text(export_markdown(questionnaire), encoding="utf-8")
    (folder / "form.xlsx").write_bytes(export_workbook(questionnaire))
    for name in ("form.md", "form.xlsx"):
        result = import_form(folder / name)
        assert [str(f) for f in result.findings if f.severity is not Severity.NOTE] == []
    return read_form(folder / "form.md"), read_form(folder / "form.xlsx")


@settings(max_examples=60)
@given(form=questionnaires())
def test_export_and_import_give_the_same_questionnaire(tmp_path: Path, form: Questionnaire) -> None:
    expected = normal(form)
    text, book = again(expected, tmp_path)
    assert text == expected
    assert book == expected
    assert text.version == book.version == expected.version


@settings(max_examples=30)
@given(form=questionnaires())
def test_pyxform_accepts_every_export_without_a_warning(tmp_path: Path, form: Questionnaire) -> None:
    warnings: list[str] = []
    (tmp_path / "form.md").write_text(export_markdown(form), encoding="utf-8")
    (tmp_path / "form.xlsx").write_bytes(export_workbook(form))
    for name in ("form.md", "form.xlsx"):
        assert convert(str(tmp_path / name), warnings=warnings).xform.startswith("<?xml")
    assert warnings == []


@given(words=st.lists(HARD, min_size=6, max_size=6))
def test_hard_texts_survive(tmp_path: Path, words: list[str]) -> None:
    label, hint, option, synonym, title, stem = words
    form = checked(
        Questionnaire(
            "hard",
            {"ar": title},
            ("ar", "fr"),
            (
                Item(
                    "q0", Kind.TEXT, {"ar": label, "fr": "x"}, hint={"fr": hint}, stem={"ar": stem}, short={"fr": label}
                ),
                Item(
                    "q1",
                    Kind.SINGLE,
                    {"ar": "x", "fr": label},
                    choices=(
                        Choice("007", {"ar": option, "fr": option}, synonyms={"ar": (synonym.replace(";", ""), "b")}),
                        Choice("1e3", {"ar": "x", "fr": "y"}, Missing.REFUSED, image="a.png"),
                    ),
                ),
            ),
        )
    )
    assert again(form, tmp_path) == (form, form)


def test_batteries_pages_and_nested_modules_lie_in_groups(tmp_path: Path) -> None:
    scale = (Choice("1", texts("low")), Choice("2", texts("high")))
    stem = texts("how much do you trust")
    form = checked(
        Questionnaire(
            "laid",
            texts("title"),
            ("ar", "fr", "en"),
            (
                Item("a", Kind.NOTE, texts("a"), groups=("m", "p"), page="p"),
                Item("b", Kind.INTEGER, texts("b"), groups=("m", "p"), page="p", relevant=parse("1 = 1")),
                Item("t1", Kind.SINGLE, texts("t1"), groups=("m", "t"), stem=stem, choices=scale),
                Item("t2", Kind.SINGLE, texts("t2"), groups=("m", "t"), stem=stem, choices=scale),
                Item("c", Kind.TEXT, texts("c"), groups=("m",), page="elsewhere", stem=texts("odd")),
                Item("d", Kind.NOTE, texts("d"), groups=("m", "p")),
            ),
            (Group("m", texts("module"), random=True), Group("p", help=True), Group("t", stem)),
        )
    )
    assert again(form, tmp_path) == (form, form)
    sheet = openpyxl.load_workbook(tmp_path / "form.xlsx")["survey"]
    rows = [dict(zip([cell.value for cell in sheet[1]], values, strict=True)) for values in sheet.values]
    appearances = {str(row["name"]): row["appearance"] for row in rows if row["type"] == "begin_group"}
    assert appearances == {"m": None, "p": "field-list", "t": "table-list", "p_2": "field-list"}


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.name.split(".")[0])
def test_the_bundled_forms_are_fieldable_everywhere(tmp_path: Path, path: Path) -> None:
    warnings: list[str] = []
    assert convert(str(path), warnings=warnings).xform.startswith("<?xml")
    assert warnings == []
    result = import_form(path)
    assert [str(f) for f in result.findings if f.severity is not Severity.NOTE] == []
    assert set(result.coverage.values()) == {1.0}
    form = read_form(path)
    assert again(form, tmp_path) == (form, form)


def test_coverage_counts_the_texts_that_are_there() -> None:
    item = Item("a", Kind.TEXT, {"ar": "x", "fr": "x"}, hint={"ar": "x"})
    calculated = Item("b", Kind.CALCULATED, {}, calculation=parse("1"))
    form = Questionnaire("covered", {"ar": "x"}, ("ar", "fr"), (item, calculated))
    assert coverage(form) == {"ar": 1.0, "fr": 0.5}
