"""The page on the quality of the data: the report as of the chosen wave, and the method note as text."""

import json
import re
from dataclasses import replace
from typing import Any

import plotly.graph_objects as go
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.release import CONFIDENTIAL, PUBLISHED, UNRELIABLE, Release
from dashboards.access import Page
from dashboards.method_note import drawn_note
from dashboards.page import drawn_page
from dashboards.pages.quality import exhibits
from tests.analytics.quality.test_quality_tables import HIDDEN, a_wave
from tests.dashboards.conftest import call
from tests.dashboards.pages.scenes import components, of_class, scene, strings, words
from translations.languages import LANGUAGES

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>"
LABELS = {
    "sex": {"woman": {"en": "Woman", "ar": "امرأة", "fr": "Femme"}},
    "age": {"18-24": {"en": "18 to 24", "ar": "18-24", "fr": "18-24"}},
}


def rate(share: float) -> dict[str, Any]:
    return {"status": PUBLISHED, "share": share, "low": share - 0.01, "high": share + 0.02}


def margins(wave: str, achieved: float | None) -> list[dict[str, Any]]:
    areas = [{"area": "a1", "achieved": achieved, "census": 0.4}, {"area": "a2", "achieved": 0.5, "census": 0.6}]
    people = [{"sex": "woman", "age": "18-24", "achieved": 0.3, "census": 0.25}]
    return [
        {"wave": wave, "margin": "area", "did_not_say": 0.0, "cells": areas},
        {"wave": wave, "margin": "sex_age", "did_not_say": None, "cells": people},
    ]


REPORT: dict[str, Any] = {
    "k": 10,
    "waves": [
        a_wave("w1", interviews=900, modes={"web": 700, "sms": 200}),
        a_wave("w2", interviews=950, modes={"web": 700, "sms": 250}, hurried=31, mean_design_effect=1.9),
        a_wave("w3", interviews=1234, modes={"web": 1000, "sms": None, "assisted": None}),
    ],
    "nonresponse": [
        {"indicator": "trust", "wave": "w2", "asked": [500, 999], "refused": rate(0.07), "dont_know": rate(0.03)},
        {"indicator": "trust", "wave": "w3", "asked": [1000, 1999], "refused": rate(0.04), "dont_know": rate(0.02)},
        {
            "indicator": "bribes",
            "wave": "w3",
            "asked": [1000, 1999],
            "refused": {**HIDDEN, "status": CONFIDENTIAL},
            "dont_know": {**HIDDEN, "status": UNRELIABLE},
        },
    ],
    "coverage": [*margins("w2", 0.45), *margins("w3", None)],
    "outcomes": [
        {"wave": "w2", "status": PUBLISHED, "rates": {"RR1": 0.31, "REF1": None}},
        {"wave": "w3", "status": PUBLISHED, "rates": {"RR1": None, "REF1": 0.1}},
    ],
    "figures": [],
    "labels": LABELS,
}
NOTE = "# Title\n\n> **Beware**\n\nA text\non two lines with `code`.\n\n- one\n- two\n"


@pytest.fixture
def reported(release: Release) -> Release:
    return replace(release, quality=REPORT, method=dict.fromkeys(LANGUAGES, NOTE))


def charts(release: Release, wave: str = "w3", language: str = "en") -> dict[str, Any]:
    found = exhibits(scene(release, Page.QUALITY, f"?lang={language}&wave={wave}"))
    return {each.name: each.chart for each in found}


def tiles(release: Release, wave: str = "w3") -> dict[str, str]:
    page = drawn_page(scene(release, Page.QUALITY, f"?lang=en&wave={wave}"))
    return {words(tile.children[0]): words(tile.children[1]) for tile in of_class(page, "tile")}


def test_the_wave_is_said_in_a_sentence_first(reported: Release) -> None:
    page = drawn_page(scene(reported, Page.QUALITY, "?lang=en&wave=w2"))
    head = next(each for each in components(page) if type(each).__name__ == "H1")
    assert words(head) == "September 2025: 950 interviews count, web 74%, text message 26%."


def test_the_report_is_that_of_the_chosen_wave(reported: Release) -> None:
    assert tiles(reported, "w2")["Mean design effect"] == "1.9"
    assert tiles(reported, "w2")["Set aside as hurried"] == "31"
    assert tiles(reported, "w2")["Response rate"] == "31%"
    assert "Response rate" not in tiles(reported, "w3")
    assert charts(reported, "w2")["refusals"]["data"][0]["x"] == pytest.approx([7])
    assert charts(reported, "w3")["refusals"]["data"][0]["x"] == pytest.approx([4])
    said = words(drawn_page(scene(reported, Page.QUALITY, "?lang=en&wave=w2")))
    assert "7% (6% to 9%)" in said
    assert "4% (3% to 6%)" not in said


def test_what_the_report_withholds_is_a_mark_and_no_number(reported: Release) -> None:
    assert tiles(reported)["Set aside as hurried"] == "fewer than 10"
    found = {each.name: each for each in exhibits(scene(reported, Page.QUALITY, "?lang=en&wave=w3"))}
    assert found["modes"].chart is not None
    assert found["modes"].table.rows[-1] == ("May 2026", "1,234", "c", "c", "1,000 (81%)")
    ends = {trace["hovertext"][-1]: trace["y"][-1] for trace in found["modes"].chart["data"]}
    assert ends["text message, May 2026: c"] is None
    assert ends["web, May 2026: 1,000 (81%)"] == pytest.approx(81.04, abs=0.01)
    assert found["coverage-area"].table.rows[0] == ("Anfa", "c", "40%")
    assert found["refusals"].table.rows == (("Trust in the police", "4% (3% to 6%)", "2% (1% to 4%)"),)


def test_an_interval_is_drawn_where_there_is_one_and_none_where_people_were_counted(reported: Release) -> None:
    found = charts(reported)
    assert found["refusals"]["data"][0]["error_x"]["array"] == pytest.approx([2])
    assert [trace["error_x"] for trace in found["coverage-area"]["data"]] == [{"visible": False}] * 2
    assert all("error_y" not in trace for trace in found["modes"]["data"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chart_is_one_that_plotly_accepts_and_runs_with_the_language(reported: Release, language: str) -> None:
    found = charts(reported, language=language)
    assert list(found) == ["modes", "coverage-sex_age", "refusals", "coverage-area"]
    for chart in found.values():
        go.Figure(chart)
    start, end = found["refusals"]["layout"]["xaxis"]["range"]
    assert (start > end) == (language == "ar")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_release_without_a_report_says_so_and_shows_what_it_knows(release: Release, language: str) -> None:
    page = drawn_page(scene(release, Page.QUALITY, f"?lang={language}"))
    assert len(of_class(page, "exhibit")) == 1
    assert len(of_class(page, "empty")) == 2
    assert not re.search(r"\b(nan|NaN|None)\b|%\(", words(page))


def test_the_tables_of_the_report_stand_below(reported: Release) -> None:
    page = drawn_page(scene(reported, Page.QUALITY, "?lang=en&wave=w2"))
    said = words(of_class(page, "report"))
    assert "How the invited cases ended (AAPOR)" in said
    assert "31%" in said
    assert "w3" not in said


def test_the_public_has_no_page_of_quality(client: FlaskClient) -> None:
    assert "There is no such page." in call(client, "?lang=en", "/dashboards/quality").text
    assert client.get("/quality?lang=en").status_code == 404


def test_the_note_has_headings_paragraphs_lists_quotes_bold_and_code() -> None:
    found = drawn_note(NOTE)
    assert [type(each).__name__ for each in found] == ["H3", "Blockquote", "P", "Ul"]
    kinds = [type(each).__name__ for each in components(found)]
    assert kinds.count("Li") == 2
    assert {"Strong", "Code"} < set(kinds)
    assert words(found) == "Title Beware A text on two lines with  code . one two"


@settings(max_examples=300)  # they are quick, and nothing dangerous may come through
@given(st.text(alphabet=st.sampled_from("ab <>&\"'`*#->[](){}!|\\\n\t:/\u202e") | st.characters(), max_size=200))
def test_fault_20_21_a_note_is_text_whatever_it_holds(note: str) -> None:
    found = list(components(drawn_note(note)))
    assert {type(each).__name__ for each in found} <= {"H3", "P", "Ul", "Li", "Blockquote", "Strong", "Code"}
    for each in found:
        assert set(each.to_plotly_json()["props"]) <= {"children", "dir"}
    kept = "".join(re.findall(r"\w", words(drawn_note(note))))
    assert kept == "".join(re.findall(r"\w", note))


@pytest.mark.parametrize("language", LANGUAGES)
def test_fault_20_21_hostile_words_are_text_on_the_page(reported: Release, language: str) -> None:
    bad = dict.fromkeys(LANGUAGES, MARKUP)
    cards = tuple(replace(card, name=bad, source=MARKUP) for card in reported.indicators)
    areas = tuple(replace(area, name=bad) for area in reported.areas)
    labels = {role: dict.fromkeys(names, bad) for role, names in LABELS.items()}
    hostile = replace(
        reported,
        indicators=cards,
        areas=areas,
        method=dict.fromkeys(LANGUAGES, f"# {MARKUP}\n[x](javascript:alert(1))\n"),
        quality={**REPORT, "labels": labels},
    )
    page = drawn_page(scene(hostile, Page.QUALITY, f"?lang={language}"))
    assert {type(each).__name__ for each in components(page)}.isdisjoint({"Markdown", "Script", "Iframe", "Img"})
    assert all(not str(each.href).startswith("javascript") for each in components(page) if getattr(each, "href", None))
    drawn = [text for chart in charts(hostile, language=language).values() for text in strings(chart)]
    assert any("&lt;script" in text for text in drawn)
    assert [text for text in drawn if "<" in text.replace("<br>", "")] == []
    assert json.dumps(words(page)).count("<script>") > 3  # as words, which the browser is given as text
