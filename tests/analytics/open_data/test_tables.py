"""The tables: what is written is read again, nothing is a formula, nothing of a withheld figure is anywhere."""

import csv
import io
import json
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from analytics.open_data import figures_read, files
from analytics.open_data.cells import plain, sheet, table, written
from analytics.open_data.tables import COLUMNS, figures_csv, figures_json, in_order
from analytics.release import PUBLISHED, Figure, Release

from .conftest import LEAKED

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
CODES = st.text(st.sampled_from([*FORMULA, *"'\",;a1ﷺ"]), max_size=6)
SHARES = st.floats(-1, 1, allow_nan=False)
COUNTS = st.integers(0, 10**6)
PUBLISHED_FIGURES = st.builds(
    Figure, CODES, CODES, CODES, CODES, CODES, st.just(PUBLISHED), CODES, CODES, COUNTS, SHARES, SHARES, SHARES,
    SHARES, SHARES, SHARES | st.none(), CODES, COUNTS, st.integers(1, 4),
)  # fmt: skip
WITHHELD_FIGURES = st.builds(Figure, CODES, CODES, CODES, CODES, CODES, st.just("confidential"), CODES, CODES,
                             span=st.integers(1, 4))  # fmt: skip


@given(figures=st.lists(PUBLISHED_FIGURES | WITHHELD_FIGURES, max_size=5))
def test_fault_22_every_figure_is_read_again_as_it_was_and_no_cell_is_a_formula(figures: list[Figure]) -> None:
    content = figures_csv(figures)
    assert figures_read(content) == tuple(figures)
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    assert head == list(COLUMNS)
    for row in rows:
        for name, cell in zip(head, row, strict=True):
            negative = name in ("estimate", "se", "low", "high", "df", "deff") and cell[:1] == "-"
            assert not cell.startswith(FORMULA) or (negative and float(cell) <= 0)


@given(text=CODES)
def test_fault_22_an_apostrophe_is_put_before_a_formula_and_taken_off_again(text: str) -> None:
    assert plain(written(text)) == text
    assert not written(text).startswith(FORMULA)
    assert (written(text) == text) == (not text.startswith((*FORMULA, "'")))


def test_fault_22_headers_are_neutralised_too_and_numbers_are_not() -> None:
    content = sheet(["=1+1", "value"], [["+2", -0.5], [None, -3]])
    assert content == b"\xef\xbb\xbf'=1+1,value\r\n'+2,-0.5\r\n,-3\r\n"
    assert table(content) == [{"=1+1": "+2", "value": "-0.5"}, {"=1+1": "", "value": "-3"}]


def test_fault_22_a_spreadsheet_made_of_the_file_has_no_formula(release: Release) -> None:
    """openpyxl takes a text that begins with = for a formula, as programs do that open a CSV file."""
    bad = replace(release.areas[0], code="=cmd|' /C calc'!A0", parent=None)
    content = files(replace(release, areas=(bad,), figures=()))["open/areas.csv"]
    book = Workbook()
    book.active.append(next(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))))  # type: ignore[union-attr]  # a new book has a sheet
    for row in list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:]:
        book.active.append(row)  # type: ignore[union-attr]  # a new book has a sheet
    out = io.BytesIO()
    book.save(out)
    kept: Any = load_workbook(io.BytesIO(out.getvalue())).active
    kinds = {cell.data_type for row in kept.iter_rows() for cell in row}
    assert "f" not in kinds
    assert kept["A2"].value == "'=cmd|' /C calc'!A0"


def test_the_csv_is_what_rfc_4180_asks_and_opens_as_arabic(made: dict[str, bytes]) -> None:
    for name in ("figures", "indicators", "areas", "waves"):
        content = made[f"open/{name}.csv"]
        assert content.startswith(b"\xef\xbb\xbf")
        assert content.endswith(b"\r\n")
        assert content.count(b"\n") == content.count(b"\r\n")
        assert len({len(row) for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))}) == 1
    assert "عين الشق" in made["open/areas.csv"].decode()


def test_the_tables_hold_the_figures_of_the_release_and_the_json_the_same(release: Release) -> None:
    shown = [figure if figure.status == PUBLISHED else _bare(figure) for figure in in_order(release.figures)]
    assert figures_read(files(release)["open/figures.csv"]) == tuple(shown)
    head, *rows = json.loads(figures_json(in_order(release.figures)))
    assert [Figure(**dict(zip(head, row, strict=True))) for row in rows] == shown


def _bare(figure: Figure) -> Figure:
    """A withheld figure without the numbers that the fixture put in by fault."""
    return Figure(*figure.key[:-1], figure.status, figure.reason, figure.flag, method=figure.method, span=figure.span)


def test_no_number_of_a_withheld_figure_is_in_any_file(made: dict[str, bytes]) -> None:
    for name, content in made.items():
        text = content.decode()
        for number in (str(LEAKED), "12,3", "12.3", "12٫3", "777123", "777 123", "777,123", "777.123", "777\u202f123"):
            found = [line for line in text.splitlines() if number in line and "sha256" not in line]
            assert found == [], name


def test_the_same_release_gives_the_same_bytes_whatever_the_order_of_its_figures(
    release: Release, made: dict[str, bytes]
) -> None:
    figures = list(release.figures)
    random.Random(7).shuffle(figures)
    assert files(replace(release, figures=figures)) == made
    assert sorted(made) == sorted(f"open/{name}" for name in (
        "figures.csv", "figures.json", "indicators.csv", "areas.csv", "waves.csv", "sdg.csv", "ddi.xml",
        "datapackage.json", "index.html", "ar.html", "fr.html", "en.html"))  # fmt: skip


@pytest.mark.parametrize("empty", ["figures", "areas", "waves", "indicators"])
def test_a_release_without_one_thing_is_written_all_the_same(release: Release, empty: str) -> None:
    without: dict[str, Any] = {"figures": (), **({empty: ()} if empty != "figures" else {})}
    assert len(files(replace(release, **without))) == 12
