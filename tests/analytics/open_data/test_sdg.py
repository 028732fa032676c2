"""SDMX-CSV 2.0, by the rules of its field guide and the codes of the global code lists that the golden file keeps."""

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.open_data import files
from analytics.open_data.periods import Period
from analytics.open_data.sdg import ATTRIBUTES, DIMENSIONS, area_codes
from analytics.release import AreaCard, Release

CODES: Mapping[str, Any] = tomllib.loads((Path(__file__).parents[2] / "golden" / "sdmx" / "codes.toml").read_text())
IDENTITY = re.compile(r"[A-Za-z][\w.-]*:[\w@$-]+\([0-9]+(\.[0-9]+){1,2}\)")
CODE = re.compile(r"[A-Za-z0-9_@$-]+")  # IDType of SDMX 3.0
PERIOD = re.compile(
    r"\d{4}(-S[12]|-Q[1-4]|-(0[1-9]|1[0-2]))?|\d{4}-\d\d-\d\d/P\d+D"
)  # calendar years and parts of them, and time ranges


def faults(text: str) -> Iterator[str]:
    """What is against the rules of SDMX-CSV 2.0 in a file."""
    head, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    if head[:3] != ["STRUCTURE", "STRUCTURE_ID", "ACTION"]:
        yield "the first three columns"
    if head[3:] != [*DIMENSIONS, "OBS_VALUE", *ATTRIBUTES]:
        yield "the columns: dimensions, measure, attributes"
    keys = set()
    for number, row in enumerate(rows, 2):
        if len(row) != len(head):
            yield f"{number}: {len(row)} cells"
            continue
        found = dict(zip(head, row, strict=True))
        yield from (f"{number}: {fault}" for fault in (*_identified(found), *_coded(found), *_observed(found)))
        key = tuple(found.get(name) for name in DIMENSIONS)
        if key in keys:
            yield f"{number}: the key is there twice"
        keys.add(key)


def _identified(found: Mapping[str, str]) -> Iterator[str]:
    if found.get("STRUCTURE") not in ("dataflow", "datastructure", "dataprovision"):
        yield "STRUCTURE"
    if not IDENTITY.fullmatch(found["STRUCTURE_ID"]):
        yield "STRUCTURE_ID"
    if found["ACTION"] not in ("I", "A", "R", "D"):
        yield "ACTION"


def _coded(found: Mapping[str, str]) -> Iterator[str]:
    yield from (name for name in DIMENSIONS[:-1] if not CODE.fullmatch(found[name]))
    yield from (name for name in CODES if name in found and found[name] not in _codes(name))
    if not PERIOD.fullmatch(found["TIME_PERIOD"]):
        yield "TIME_PERIOD"


def _codes(name: str) -> set[str]:
    return {*CODES[name].get("seen", {}), *CODES[name].get("believed", {})}


def _observed(found: Mapping[str, str]) -> Iterator[str]:
    numbers = [found[name] for name in ("LOWER_BOUND", "OBS_VALUE", "UPPER_BOUND")]
    if found["OBS_STATUS"] in ("Q", "O", "M"):
        if any(numbers):
            yield "a number beside a status of missing"
    elif not all(re.fullmatch(r"-?\d+(\.\d+)?", number) for number in numbers):
        yield "OBS_VALUE or its bounds"
    elif not float(numbers[0]) <= float(numbers[1]) <= float(numbers[2]):
        yield "the value is outside its bounds"


def rows(release: Release) -> list[dict[str, str]]:
    """The rows of a release."""
    return list(csv.DictReader(io.StringIO(files(release)["open/sdg.csv"].decode(), newline="")))


def test_the_file_keeps_the_rules(made: dict[str, bytes]) -> None:
    text = made["open/sdg.csv"].decode()
    assert list(faults(text)) == []
    assert not text.startswith("\ufeff")  # the first column must be STRUCTURE and nothing before it


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("STRUCTURE,STRUCTURE_ID", "DATAFLOW,STRUCTURE_ID", "the first three columns"),
        ("FREQ,REPORTING_TYPE", "REPORTING_TYPE,FREQ", "the columns: dimensions, measure, attributes"),
        ("(1.0),I,", "(1.0),X,", "2: ACTION"),
        ("THIQA:DSD_SDG_LOCAL(1.0)", "DSD_SDG_LOCAL", "2: STRUCTURE_ID"),
        (",2026-Q2,", ",2026-Q9,", "TIME_PERIOD"),
        ("IU_COR_BRIB", "IU_COR_BRIBE", "2: SERIES"),
        (",PT,", ",PERCENT,", "3: UNIT_MEASURE"),
        (",7,U,", ",,U,", "OBS_VALUE or its bounds"),
        (",,Q,", ",3,Q,", "a number beside a status of missing"),
        (",F,", ",_T,", "the key is there twice"),
    ],
)
def test_the_rules_find_a_fault(made: dict[str, bytes], old: str, new: str, fault: str) -> None:
    text = made["open/sdg.csv"].decode()
    assert old in text
    assert any(fault in found for found in faults(text.replace(old, new)))


def test_the_columns_are_those_of_the_global_dataflow_in_its_order() -> None:
    columns = CODES["dataflow"]["columns"]
    ours = [*DIMENSIONS, "OBS_VALUE", *ATTRIBUTES]
    assert [name for name in columns if name in ours] == ours
    assert columns[:17] == ours[:17]


def test_values_are_per_cent_and_withheld_ones_have_a_status_and_a_reason(release: Release) -> None:
    found = {(row["SERIES"], row["REF_AREA"], row["SEX"], row["TIME_PERIOD"]): row for row in rows(release)}
    safe = found["VC_SNS_WALN_DRK", "_T", "_T", "2026-Q2"]
    assert (safe["OBS_VALUE"], safe["LOWER_BOUND"], safe["UPPER_BOUND"]) == ("21.5", "18.5", "24.5")
    assert (safe["FREQ"], safe["OBS_STATUS"], safe["TIME_DETAIL"]) == ("Q", "A", "2026-04-01/2026-06-30")
    assert found["VC_SNS_WALN_DRK", "a2", "_T", "2026-Q2"]["OBS_STATUS"] == "Q"
    assert found["VC_SNS_WALN_DRK", "a2", "_T", "2026-Q2"]["COMMENT_OBS"] == "No value, confidential: protected"
    assert found["VC_SNS_WALN_DRK", "a1", "_T", "2026-Q2"]["OBS_STATUS"] == "O"
    assert found["IU_COR_BRIB", "_T", "_T", "2026-01-05/P75D"]["COMMENT_OBS"] == "No value, unreliable: interval_wide"
    assert found["IU_COR_BRIB", "_T", "F", "2026-Q2"]["OBS_STATUS"] == "D"
    assert "police only" in found["IU_COR_BRIB", "_T", "F", "2026-Q2"]["COMMENT_OBS"]
    assert found["IU_COR_BRIB", "_T", "_T", "2026-Q2"]["OBS_STATUS"] == "U"
    pooled = found["VC_SNS_WALN_DRK", "_T", "_T", "2026-01-05/P177D"]
    assert (pooled["FREQ"], pooled["OBS_VALUE"]) == ("_O", "20")


@pytest.mark.parametrize("code", ["=1+1", "@x", "+1", "-1", "\tx", "\r=1", "＝1"])
def test_fault_22_no_text_of_the_release_begins_a_cell(release: Release, code: str) -> None:
    figures = [replace(figure, reason=code) for figure in release.figures]
    areas = tuple(replace(area, code=code if area.code == "a2" else area.code) for area in release.areas)
    hostile = replace(release, survey={"en": code}, software=code, areas=areas, figures=figures)
    found = rows(hostile)
    assert len(found) == 7 - 1  # the figure of the area that has another code now is about no area
    assert not [
        cell for row in found for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    ]


@given(st.lists(st.text(st.sampled_from("aA1.-_=é/"), min_size=1, max_size=4), max_size=8, unique=True))
def test_every_area_has_its_own_code_that_sdmx_allows(codes: list[str]) -> None:
    blank = Release({}, "2026-01-01", "probability", False, {}, (), "", (), (), (), {}, ())
    found = area_codes(replace(blank, areas=tuple(AreaCard(code, "area", None, {}) for code in codes)))
    assert len(set(found.values())) == len(codes) + 1
    assert all(CODE.fullmatch(code) and not code.startswith("-") for code in found.values())


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.integers(0, 800))
def test_a_period_says_the_days_that_it_has(opens: date, days: int) -> None:
    period = Period(opens, opens + timedelta(days=days))
    assert PERIOD.fullmatch(period.name)
    assert _days(period.name) == (period.opens, period.closes)


def _days(name: str) -> tuple[date, date]:
    """The first and last day of a period, from its name alone."""
    if "/" in name:
        opens, length = name.split("/")
        first = date.fromisoformat(opens)
        return first, first + timedelta(days=int(length[1:-1]) - 1)
    year, part = int(name[:4]), name[5:]
    size = {"": 12, "S": 6, "Q": 3}.get(part[:1], 1)
    start = (int(part.lstrip("SQ") or 1) - 1) * size
    after = start + size
    return date(year, start + 1, 1), date(year + after // 12, after % 12 + 1, 1) - timedelta(days=1)
