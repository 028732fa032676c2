"""Files of exhibits: the release's own numbers, words where there is none, and nothing that is not the viewer's."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.open_data.cells import FORMULA
from analytics.release import CHANGE, CONFIDENTIAL, GAP, AreaCard, Figure, Release
from dashboards.access import Page, Role, Viewer, own_areas
from dashboards.downloads import file, sheet_of
from dashboards.exhibits import Exhibit, Table
from dashboards.judgement import shown
from dashboards.page import page_exhibits
from dashboards.pictures import file_name, words
from dashboards.scene import Scene
from dashboards.tables import heads
from dashboards.view import is_exact, read_view
from tests.dashboards.conftest import call, published
from tests.dashboards.staff import NoRecords, lone, staff_site
from translations.languages import LANGUAGES

LEADER = Viewer(Role.LEADERSHIP)
FULL = "?lang=en&with=safety&with=bribes&place=a1&place=a2&place=a3&place=a4"
DANGEROUS = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0", "＝1")
# Columns of numbers after those that say what a row is about.
NUMBERS = 5


def scene(release: Release, search: str = FULL, page: Page = Page.COMPARE) -> Scene:
    own = tuple(area.code for area in own_areas(release, LEADER))
    return Scene(release, read_view(search, ["en"], release, page, own), LEADER, "/dashboards/", NoRecords())


def csv_rows(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content)).active


def xlsx_rows(content: bytes) -> list[list[Any]]:
    """The header, which is the row above the frozen pane, and what stands below it."""
    sheet = opened(content)
    first = int("".join(filter(str.isdigit, sheet.freeze_panes))) - 1
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=first)]


def same_numbers(exhibit: Exhibit, found: Scene) -> None:
    """Both files hold the numbers of every figure of an exhibit, and words for each that has none."""
    about = len(exhibit.table.heads) - 4
    written = csv_rows(file(exhibit, found, "csv").content)
    booked = xlsx_rows(file(exhibit, found, "xlsx").content)
    assert len(written) == len(booked) == len(exhibit.table.figures) + 1
    for figure, row, cells in zip(exhibit.table.figures, written[1:], booked[1:], strict=True):
        numbers, values = row[about : about + NUMBERS], cells[about : about + NUMBERS]
        if figure is not None and shown(figure):
            most = figure.n if figure.n_to is None else figure.n_to
            wanted = [figure.estimate, figure.low, figure.high, figure.n, most]
            assert [float(cell) for cell in numbers] == wanted
            assert values == pytest.approx(wanted, rel=1e-14, abs=0)  # a workbook keeps 16 digits
        else:
            assert numbers == values == ["not shown"] * NUMBERS


FIGURES = st.builds(
    lambda middle, half, n, more, contrast, status: Figure(
        "trust", "w3", "", "", contrast, status, "protected", n=n, n_to=n + more,
        estimate=middle, low=middle - half, high=middle + half,
    ),
    st.floats(-1, 1), st.floats(0, 1), st.integers(0, 10**7), st.integers(0, 49),
    st.sampled_from(["", GAP, CHANGE]), st.sampled_from(["published", CONFIDENTIAL]),
)  # fmt: skip


@settings(max_examples=25)  # each writes and opens a workbook
@given(figures=st.lists(st.none() | FIGURES, max_size=5))
def test_any_number_is_written_as_it_is_and_what_is_withheld_never(figures: list[Figure | None]) -> None:
    table = Table("t", heads(("Row",), "en"), tuple(("row",) for _ in figures), tuple(figures))
    exhibit = Exhibit("any", "Any", "", "", "", table, None)
    if figures:
        same_numbers(exhibit, scene(lone(), ""))


def test_a_withheld_number_that_a_release_should_not_hold_is_in_no_file(release: Release) -> None:
    leaked = replace(published("trust", "w3", 0.123457, 0.0234, n=7_654_321, area="a3"), status=CONFIDENTIAL)
    others = tuple(item for item in release.figures if item.key != leaked.key)
    found = scene(replace(release, figures=(*others, leaked)))
    for exhibit in page_exhibits(found):
        text = file(exhibit, found, "csv").content.decode() + repr(xlsx_rows(file(exhibit, found, "xlsx").content))
        assert "0.1234" not in text
        assert "7654321" not in text
        assert "Withheld to protect respondents" in text or exhibit.name not in ("places", "area-3")


def hostile(release: Release, text: str) -> Release:
    """The release with a text in all places that somebody writes."""
    worded = {"ar": text, "fr": text, "en": text}
    return replace(
        release,
        survey=worded,
        indicators=tuple(replace(card, name=worded, base=worded, source=text) for card in release.indicators),
        areas=tuple(replace(area, name=worded) for area in release.areas),
    )


@pytest.mark.parametrize("text", DANGEROUS)
@pytest.mark.parametrize("page", [Page.OVERVIEW, Page.COMPARE])
def test_fault_22_no_cell_of_a_file_is_a_formula(release: Release, text: str, page: Page) -> None:
    found = scene(hostile(release, text), page=page)
    for exhibit in page_exhibits(found):
        strange = replace(exhibit, table=replace(exhibit.table, heads=(text, *exhibit.table.heads[1:])))
        for row in csv_rows(file(strange, found, "csv").content):
            assert not [cell for cell in row if cell.startswith(FORMULA) and not is_number(cell)]
        sheet = opened(file(strange, found, "xlsx").content)
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
        assert not sheet._hyperlinks


def is_number(cell: str) -> bool:
    return re.fullmatch(r"-?[0-9.]+(e-[0-9]+)?", cell) is not None and cell != "-1"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_says_base_source_sample_release_and_how_to_read_an_interval(release: Release, language: str) -> None:
    found = scene(replace(release, id="2026-06-15-abc"), f"?lang={language}", Page.OVERVIEW)
    exhibit = page_exhibits(found)[0]
    head, *rows = csv_rows(file(exhibit, found, "csv").content)
    assert len(set(head)) == len(head)
    for row in rows:
        said = " ".join(row)
        assert release.indicators[0].base[language] in said
        assert all(part in said for part in ("Core", "2026-06-15-abc", "95", "trust", release.survey[language]))
    sheet = opened(file(exhibit, found, "xlsx").content)
    above = " ".join(str(sheet.cell(row, 1).value) for row in range(1, 8))
    assert "2026-06-15-abc" in above
    assert exhibit.title in above
    assert bool(sheet.sheet_view.rightToLeft) is (language == "ar")


def test_the_same_scene_gives_the_same_bytes_and_a_share_is_in_per_cent_and_a_difference_is_not(
    release: Release,
) -> None:
    found = scene(release)
    exhibits = {each.name: each for each in page_exhibits(found)}
    for kind in ("csv", "xlsx"):
        first, second = (file(exhibits["indicator-1"], found, kind).content for _ in range(2))
        assert first == second
    formats = {
        name: {cell.number_format for row in opened(file(exhibits[name], found, "xlsx").content).iter_rows()
               for cell in row if isinstance(cell.value, float)}
        for name in ("places", "differences")
    }  # fmt: skip
    assert formats["places"] == {"0%"}
    assert formats["differences"]
    assert not any("%" in each for each in formats["differences"])


def test_a_table_of_other_things_is_written_as_it_stands_with_its_release(release: Release) -> None:
    table = Table("Modes", ("Mode", "Interviews"), (("web", "=9"), ("sms", object())))
    found = sheet_of(Exhibit("modes", "Modes", "", "", "", table, None), scene(replace(release, id="r1")))
    assert [row[:2] for row in found.rows] == [("web", "=9"), ("sms", "")]
    assert [row[3] for row in found.rows] == ["r1", "r1"]


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_file_name_is_letters_digits_and_dashes_whatever_a_release_is_called(indicator: str, release: str) -> None:
    name = file_name("trend", indicator, scene(replace(lone(), id=release), ""))
    assert re.fullmatch(r"thiqa-[A-Za-z0-9._-]+", name)


def test_a_picture_says_what_it_shows_and_takes_no_text_for_markup(release: Release) -> None:
    found = scene(hostile(release, "<a href=x>&"), "?lang=ar", Page.OVERVIEW)
    said = words("<b>t</b>", "<i>", ["n = 3"], found)
    assert said["above"][0] == "<b>\u2067&lt;b&gt;t&lt;/b&gt;\u2069</b>"
    assert all(line.startswith("\u2067") for line in said["below"])
    assert "<a" not in json.dumps(said)


@pytest.fixture
def client(tmp_path: Path, release: Release) -> FlaskClient:
    return staff_site(tmp_path, release, LEADER).test_client()


def links(layout: object) -> Iterator[dict[str, Any]]:
    """The properties of each row of files in a served layout."""
    if isinstance(layout, list | dict):
        if isinstance(layout, dict) and layout.get("props", {}).get("className") == "files":
            yield layout["props"]
        for item in layout.values() if isinstance(layout, dict) else layout:
            yield from links(item)


@pytest.mark.parametrize("page", ["", "compare"])
def test_every_exhibit_of_a_page_is_handed_out_at_its_links(
    tmp_path: Path, release: Release, client: FlaskClient, dashboards: Any, page: str
) -> None:
    reader = client if page else dashboards(release)
    answer = call(reader, FULL, f"/dashboards/{page}")
    rows = list(links(answer.json))
    assert len(rows) == answer.text.count('"type":"Figure"') > 4
    for row in rows:
        hrefs = [item["props"]["href"] for item in row["children"] if item["type"] == "A"]
        assert [re.findall(r"\.(csv|xlsx)\?", href) for href in hrefs] == [["csv"], ["xlsx"]]
        for href in hrefs:
            assert href.startswith("/dashboards/download/")
            made = reader.get(href.removeprefix("/dashboards"))
            assert made.status_code == 200
            assert made.headers["X-Content-Type-Options"] == "nosniff"
            assert made.headers["Cache-Control"] == "private, no-store"
            kind = "csv" if ".csv?" in href else "xlsx"
            name = re.fullmatch(r'attachment; filename="(.+)"', made.headers["Content-Disposition"])
            assert name is not None
            assert name[1].endswith(f".{kind}")
            assert re.search(r"-(trust|safety|bribes)-w3-", name[1])
            assert made.data.startswith(b"PK" if kind == "xlsx" else b"\xef\xbb\xbf")


UNKNOWN = [
    "/download/compare/indicator-9.csv?lang=en",
    "/download/compare/trend.csv",
    "/download/compare/indicator-1.exe",
    "/download/compare/indicator-1.CSV",
    "/download/compare/indicator-1",
    "/download/compare/.csv",
    "/download/nowhere/indicator-1.csv",
    "/download/overview/trend.csv",  # the leadership has no overview
    "/download/overviewcompare/indicator-1.csv",
    "/download/account/indicator-1.csv",
    "/download/%2e%2e/indicator-1.csv",
    "/download/compare/..%2f..%2findicator-1.csv",
    "/download/compare/indicator-1.csv?indicator=none",
    "/download/compare/indicator-1.csv?indicator=trust&indicator=safety",
    "/download/compare/indicator-1.csv?wave=%00",
    "/download/compare/indicator-1.csv?area=zz",
    "/download/compare/indicator-1.csv?place=a1&place=zz",
    "/download/compare/indicator-1.csv?span=4",
    "/download/compare/indicator-1.csv?" + "with=trust&" * 50,
    "/download/compare/indicator-1.csv?lang=" + "x" * 3000,
    "/download/",
    "/download/compare",
]


@pytest.mark.parametrize("path", UNKNOWN)
def test_what_is_not_an_exhibit_or_not_what_was_asked_for_is_not_found(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "attachment" not in answer.headers.get("Content-Disposition", "")
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_a_file_is_only_read(client: FlaskClient, method: str) -> None:
    assert getattr(client, method)("/download/compare/indicator-1.csv").status_code in (404, 405)


def test_a_file_of_places_holds_the_officers_own(tmp_path: Path, release: Release) -> None:
    client = staff_site(tmp_path, release, Viewer(Role.OFFICER, frozenset({"a1"}))).test_client()
    own = client.get("/download/compare/places.csv?lang=en&place=a1")
    assert own.status_code == 200
    assert [row[0] for row in csv_rows(own.data)[1:]] == ["Anfa"]


def test_files_are_for_those_who_may_open_the_page(tmp_path: Path, release: Release) -> None:
    path = "/download/compare/indicator-1.csv?lang=en"
    nobody = staff_site(tmp_path, release, None).test_client().get(path)
    assert (nobody.status_code, nobody.headers["Location"]) == (302, "/account/login")
    for role in (Role.PUBLIC, Role.ADMINISTRATOR):
        assert staff_site(tmp_path, release, Viewer(role)).test_client().get(path).status_code == 404
    assert staff_site(tmp_path, release, Viewer(Role.ANALYST)).test_client().get(path).status_code == 200


def test_a_download_is_kept_in_the_trail_as_one_and_a_look_as_a_look(tmp_path: Path, release: Release) -> None:
    noted: list[tuple[str, str]] = []

    def note(viewer: Viewer, place: str, query: str, release: str) -> None:
        noted.append((place, query))

    client = staff_site(tmp_path, release, LEADER, note).test_client()
    client.get("/download/compare/indicator-1.csv?lang=en&indicator=safety")
    client.get("/download/compare/nothing.csv?indicator=safety")
    call(client, "?lang=en&indicator=safety", "/dashboards/compare")
    query = "?lang=en&indicator=safety&wave=w3"
    assert noted == [("download/compare/indicator-1.csv", query), ("compare", query)]


def test_a_release_without_areas_has_files_too(tmp_path: Path, release: Release) -> None:
    bare: tuple[AreaCard, ...] = ()
    client = staff_site(tmp_path, replace(release, areas=bare, geometry={}, figures=()), LEADER).test_client()
    answer = client.get("/download/compare/indicator-1.csv?lang=en")
    assert answer.status_code == 200
    assert "not shown" in answer.text


def test_a_view_is_exact_where_nothing_fell_back(release: Release) -> None:
    view = read_view("?indicator=safety&place=a1", [], release, Page.COMPARE)
    assert is_exact("?indicator=safety&place=a1&lang=xx&utm=1", view)
    assert is_exact("", read_view("", [], release))
    assert is_exact("span=1", view)
    assert not is_exact("?indicator=other", view)
    assert not is_exact(None, view)
