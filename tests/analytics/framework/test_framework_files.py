"""The framework's files: the release's own numbers, in three languages, and nothing that a spreadsheet would run."""

import csv
import json
import subprocess
import sys
from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from analytics.framework import STATUSES, rows
from analytics.framework_files import COLUMNS, files
from analytics.framework_words import notes, rules, status_name, why
from analytics.framework_workbook import workbook
from analytics.release import CONFIDENTIAL, PROTECTED, UNRELIABLE, Figure, IndicatorCard, Release, TargetCard
from translations.languages import LANGUAGES

from .releases import BRIBE, TRUST, five_waves, level

ROOT = Path(__file__).parents[3]
DANGEROUS = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0")
FOUND = """
import hashlib
from analytics.framework_files import files
from tests.analytics.framework.releases import five_waves
print({name: hashlib.sha256(content).hexdigest() for name, content in files(five_waves()).items()})
"""


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(BytesIO(content))


def heads(sheet: Any) -> tuple[int, dict[str, int]]:
    """The row of a sheet's header, which is the row above the frozen pane, and its columns by name."""
    row = int("".join(filter(str.isdigit, sheet.freeze_panes))) - 1
    return row, {cell.value: cell.column for cell in sheet[row] if cell.value}


def test_the_workbooks_numbers_are_the_releases() -> None:
    release = five_waves()
    sheet = opened(workbook(release, "en")).worksheets[0]
    head, at = heads(sheet)
    (row,) = rows(release)
    cells = {name: sheet.cell(head + 1, column) for name, column in at.items()}
    assert [cells[name].value for name in ("Baseline", "Baseline: lower end", "Baseline: upper end")] == [
        0.4,
        0.36,
        0.44,
    ]
    assert [cells[name].value for name in ("Actual", "Actual: lower end", "Actual: upper end")] == [0.56, 0.51, 0.6]
    assert (cells["Answers"].value, cells["Target"].value, cells["Milestone of 2025-06-30"].value) == (400, 0.6, 0.5)
    assert cells["Change since the baseline, percentage points"].value == 16
    assert [cells[name].number_format for name in ("Actual", "Target")] == ["0%", "0%"]
    assert str(cells["Target: day"].value.date()) == "2025-12-31"
    assert cells["Status"].value == status_name(row.status, "en") == "cannot be told apart"


def test_a_finer_figure_has_a_decimal_and_only_that_one() -> None:
    fine = level("trust", "q5", 0.034, 0.031, 0.038, se=0.004)
    release = replace(five_waves(), figures=(fine, level("trust", "q1", 0.4, 0.36, 0.44)))
    sheet = opened(workbook(release, "fr")).worksheets[0]
    head, _ = heads(sheet)
    shown = {cell.value: cell.number_format for cell in sheet[head + 1]}
    assert (shown[0.034], shown[0.4]) == ("0.0%", "0%")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_its_direction_a_frozen_header_and_one_page_of_width(language: str) -> None:
    for sheet in opened(workbook(five_waves(), language)).worksheets:
        assert bool(sheet.sheet_view.rightToLeft) is (language == "ar")
        assert sheet.freeze_panes is not None
        assert sheet.freeze_panes.startswith("B")
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToWidth in (None, 1)  # a page is the format's own default
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.column_dimensions["A"].width > 20


@pytest.mark.parametrize("text", DANGEROUS)
def test_fault_22_no_cell_is_a_formula_whatever_an_instrument_says(text: str) -> None:
    hostile = dict.fromkeys(LANGUAGES, text)
    card = IndicatorCard(text, hostile, hostile, hostile, hostile, text)
    release = replace(
        five_waves(),
        survey=hostile,
        indicators=(TRUST, card),
        targets=(TargetCard(text, text, (("2026-01-01", 0.5),)), *five_waves().targets),
    )
    made = files(release)
    for name, content in made.items():
        if name.endswith(".xlsx"):
            cells = [cell for sheet in opened(content) for row in sheet.iter_rows() for cell in row]
            assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
            assert any(cell.value == text for cell in cells)
    for row in csv.reader(StringIO(made["framework/framework.csv"].decode())):
        for cell in row:
            assert not cell.startswith(("=", "+", "@", "\t"))
            assert not cell.startswith("-") or cell.lstrip("-").replace(".", "").isdigit()


def test_what_is_withheld_is_a_mark_in_every_file() -> None:
    hidden = (
        Figure("trust", "q1", "", "", "", UNRELIABLE, "n_below_30"),
        Figure("trust", "q5", "", "", "", CONFIDENTIAL, PROTECTED),
    )
    release = replace(five_waves(), figures=hidden)
    sheet = opened(workbook(release, "en")).worksheets[0]
    head, at = heads(sheet)
    assert sheet.cell(head + 1, at["Actual"]).value == sheet.cell(head + 1, at["Answers"]).value == "c"
    assert sheet.cell(head + 1, at["Baseline"]).value == ":"
    assert "to protect" in sheet.cell(head + 1, at["Why"]).value
    record = json.loads(files(release)["framework/framework.json"])["rows"][-1]
    assert (record["actual_estimate"], record["actual_n"], record["change_low"]) == (None, None, None)
    assert record["status"] == "no_figure"


def test_the_file_for_machines_has_every_wave_as_the_release_has_it() -> None:
    release = five_waves()
    made = files(release)
    found = list(csv.DictReader(StringIO(made["framework/framework.csv"].decode())))
    assert tuple(found[0]) == COLUMNS
    assert [row["wave"] for row in found] == ["q1", "q2", "q3", "q4", "q5"]
    for row in found:
        figure = release.figure("trust", row["wave"])
        assert figure is not None
        assert float(row["actual_estimate"]) == figure.estimate
        assert (float(row["actual_low"]), float(row["actual_high"])) == (figure.low, figure.high)
    told = json.loads(made["framework/framework.json"])
    assert [row["status"] for row in told["rows"]] == [row["status"] for row in found]
    assert set(told["statuses"]) == set(STATUSES)
    assert [row["newest"] for row in told["rows"]] == [False] * 4 + [True]


def test_fault_69_two_processes_make_the_same_bytes() -> None:
    one, other = (
        subprocess.run([sys.executable, "-c", FOUND], capture_output=True, text=True, check=True, cwd=ROOT).stdout
        for _ in range(2)
    )
    assert one == other
    assert one.count("xlsx") == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_status_has_words_and_a_rule_for_them(language: str) -> None:
    names = [status_name(status, language) for status in STATUSES]
    assert len(set(names)) == len(STATUSES)
    assert set(names) <= {name for name, _ in rules(language)}
    release = replace(five_waves(), indicators=(TRUST, BRIBE))
    assert all(why(row, release, language) for row in rows(release))


def test_a_sample_that_nobody_drew_and_synthetic_answers_say_so() -> None:
    def told(**more: Any) -> str:
        given: Release = replace(five_waves(), **more)
        return " ".join(notes(given, "en"))

    assert "examples" in told(synthetic=True)
    assert "examples" not in told(synthetic=False)
    assert "Not a probability sample" in told(sample="non_probability")
    assert "Not a probability sample" not in told(sample="probability")


def test_without_targets_there_are_no_files() -> None:
    assert files(replace(five_waves(), targets=())) == {}
