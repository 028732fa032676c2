"""The quality report as tables: the same numbers in each language, and a mark where there is none."""

from dataclasses import replace
from typing import Any

import pytest

from analytics.quality_tables import NOTHING, SECRET, Table, quality_tables
from analytics.release import CONFIDENTIAL, PUBLISHED, UNAVAILABLE, UNRELIABLE, AreaCard, Release
from tests.analytics.framework.releases import TEXT, five_waves
from translations.languages import LANGUAGES

HIDDEN = {"share": None, "low": None, "high": None}
LABELS = {"sex": {"woman": TEXT}, "age": {"18-24": TEXT}}


def a_wave(name: str, **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "wave": name,
        "interviews": 1400,
        "modes": {"web": 1390, "sms": None},
        "languages": {"ar": 1400},
    }
    told |= {"hurried": None, "straight": 0, "drawn": 0.97, "kish_effect": 1.69, "margin_error": 6.8e-13}
    return told | {"mean_design_effect": 1.6, "largest_design_effect": 2.1} | more


REPORT: dict[str, Any] = {
    "k": 10,
    "waves": [a_wave("q4"), a_wave("q5", margin_error=None, kish_effect=None)],
    "nonresponse": [
        {"indicator": "trust", "wave": "q4", "asked": [1000, 1999]},
        {
            "indicator": "trust",
            "wave": "q5",
            "asked": [1000, 1999],
            "dont_know": {"status": PUBLISHED, "share": 0.05, "low": 0.03, "high": 0.08},
            "refused": {"status": CONFIDENTIAL, **HIDDEN},
            "passed_over": {"status": UNRELIABLE, **HIDDEN},
        },
        {"indicator": "bribe", "wave": "q5", "asked": [200, 499]},
    ],
    "coverage": [
        {
            "wave": "q5",
            "margin": "area",
            "did_not_say": None,
            "cells": [{"area": "a", "achieved": 0.06, "census": 0.02}, {"area": "b", "achieved": None, "census": 0.98}],
        },
        {
            "wave": "q5",
            "margin": "sex_age",
            "did_not_say": 0.0,
            "cells": [{"sex": "woman", "age": "18-24", "achieved": 1.0, "census": 1.0}],
        },
    ],
    "outcomes": [
        {"wave": "q4", "status": UNAVAILABLE, "rates": {}},
        {"wave": "q5", "status": PUBLISHED, "rates": {"RR1": 0.31, "REF1": None}},
    ],
    "figures": [
        {"kind": "area_sex", "span": 4, "contrast": True, "published": 1234, "unreliable": 5, "confidential": 6,
         "unavailable": 0},
    ],
    "labels": LABELS,
}  # fmt: skip


@pytest.fixture
def release() -> Release:
    areas = (AreaCard("a", "area", None, {language: f"A in {language}" for language in LANGUAGES}),)
    return replace(five_waves(), quality=REPORT, areas=areas)


def table(tables: tuple[Table, ...], head: str) -> Table:
    return next(each for each in tables if head in each.title)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_row_has_a_cell_for_each_column_in_every_language(release: Release, language: str) -> None:
    tables = quality_tables(release, language)
    assert len(tables) == 8
    for each in tables:
        assert each.title
        assert all(len(row) == len(each.heads) for row in each.rows)
        assert all(cell or each.heads[at] == each.heads[1] for row in each.rows for at, cell in enumerate(row))


def test_the_tables_say_the_reports_numbers(release: Release) -> None:
    tables = quality_tables(release, "en")
    assert table(tables, "Waves").rows[0] == (
        *("q4", "1,400", "fewer than 10", "0", "97%", "1.69", "1.6", "2.1", "under 1%"),
    )
    assert table(tables, "Waves").rows[1][5] == table(tables, "Waves").rows[1][-1] == NOTHING
    assert table(tables, "mode").rows[0] == ("q4", SECRET, "1,390", "1,400")
    trust, bribe = table(tables, "Questions").rows
    assert trust == ("text", "1,000 to 1,999", "5% (3% to 8%)", SECRET, ":")
    assert bribe[2:] == (NOTHING,) * 3
    area = table(tables, "by area, wave")
    assert area.rows == (("A in en", "6%", "2%"), ("b", SECRET, "98%"), ("did not say", SECRET, NOTHING))
    ended = table(tables, "AAPOR")
    assert ended.heads[2:] == ("REF1", "RR1")
    assert ended.rows[0][2:] == (NOTHING, NOTHING)
    assert ended.rows[1][2:] == (SECRET, "31%")
    assert table(tables, "Figures").rows[0][1:] == ("4", "differences", "1,234", "5", "6", "0")


def test_numbers_are_written_as_the_country_does(release: Release) -> None:
    french = table(quality_tables(release, "fr"), "AAPOR").rows[1]
    assert french[-1] == "31\N{NO-BREAK SPACE}%"


def test_registered_definitions_and_withdrawn_ones_are_counted(release: Release) -> None:
    cards = (replace(release.indicators[0], registered="2026-01-01"), release.indicators[1])
    rows = table(quality_tables(replace(release, indicators=cards), "en"), "Definitions").rows
    assert rows[0] == ("Indicators", "2")
    assert rows[1] == ("Definitions registered before the data were seen", "1")


def test_a_release_without_a_report_has_no_tables() -> None:
    assert quality_tables(five_waves(), "ar") == ()


def test_the_name_of_a_wave_keeps_its_order_in_arabic(release: Release) -> None:
    named = {**REPORT, "waves": [a_wave("2025-q3"), *REPORT["waves"]]}
    found = {
        language: quality_tables(replace(release, quality=named), language)[0].rows[0][0] for language in LANGUAGES
    }
    assert found == {
        "ar": "\N{FIRST STRONG ISOLATE}2025-q3\N{POP DIRECTIONAL ISOLATE}",
        "fr": "2025-q3",
        "en": "2025-q3",
    }
