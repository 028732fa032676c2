"""The server: languages, fallbacks, headers, and that nothing withheld leaves it."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from flask.testing import FlaskClient

from analytics.release import CHANGE, CONFIDENTIAL, Release, write
from analytics.release.bundle import FIGURES
from dashboards.application import create_dashboards
from dashboards.settings import DashboardSettings
from survey_app.settings import read_settings
from tests.dashboards.conftest import Dashboards, call, published, with_figures
from translations.languages import LANGUAGES, direction, translator

HOSTILE = [
    "?indicator=../../etc/passwd&wave=%00",
    "?lang=<script>alert(1)</script>&indicator=%22%3E&wave=__proto__",
    "?indicator=trust'--&wave=w1%00",
    "?" + "a=1&" * 50,
    "?lang=" + "x" * 5000,
    "?%ff%fe=%c3%28",
    "\ud800",
    "",
    None,
    7,
    ["?lang=fr"],
    {"lang": "fr"},
    True,
]

PROTECTED_10 = "Withheld to protect respondents: fewer than 10 answers, or it could help to learn what one gave."


def figures(layout: object) -> list[dict[str, Any]]:
    """The plotly figures in a served layout."""
    if isinstance(layout, list):
        return [found for item in layout for found in figures(item)]
    if not isinstance(layout, dict):
        return []
    if layout.get("type") == "Graph":
        return [layout["props"]["figure"]]
    return [found for item in layout.values() for found in figures(item)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_its_language_and_direction(client: FlaskClient, release: Release, language: str) -> None:
    page = client.get(f"/?lang={language}").text
    assert f'<html lang="{language}" dir="{direction(language)}">' in page
    assert release.survey[language] in page
    assert '<a class="skip" href="#view">' in page
    assert "Loading..." not in page


def test_the_language_comes_from_the_reader_where_the_address_has_none(client: FlaskClient) -> None:
    assert '<html lang="fr"' in client.get("/", headers={"Accept-Language": "de, fr-CA;q=0.8, en;q=0.5"}).text
    assert '<html lang="ar"' in client.get("/", headers={"Accept-Language": "tlh"}).text
    assert "Confiance dans la police" in call(client, "", **{"Accept-Language": "fr"}).text


def test_the_language_switch_keeps_the_view(client: FlaskClient) -> None:
    page = client.get("/?lang=en&indicator=safety&wave=w2").text
    assert '<a href="/dashboards/?lang=ar&amp;indicator=safety&amp;wave=w2" lang="ar" hreflang="ar">العربية</a>' in page
    assert 'lang="en" hreflang="en" aria-current="true">English</a>' in page


@pytest.mark.parametrize("search", HOSTILE)
def test_whatever_a_callback_is_sent_falls_back_to_the_default_view(client: FlaskClient, search: object) -> None:
    answer = call(client, search, **{"Accept-Language": "en"})
    assert answer.status_code == 200
    assert "Trust in the police: 54% (51% to 57%), up 4 points" in answer.text
    assert "passwd" not in answer.text


@pytest.mark.parametrize("search", [item for item in HOSTILE if isinstance(item, str) and item.isascii()])
def test_whatever_an_address_holds_gives_a_page(client: FlaskClient, search: str) -> None:
    page = client.get("/" + search)
    assert page.status_code == 200
    assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"output": "view.children"}',
        b'{"output": "view.children", "inputs": [[]], "outputs": {"id": "view", "property": "children"}}',
        b'{"output": "other.children", "inputs": []}',
        b'{"output": "view.children", "inputs": 3, "outputs": 4, "changedPropIds": 5}',
    ],
)
def test_a_call_of_no_callback_of_ours_is_refused(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/_dash-update-component", data=body, content_type="application/json")
    assert answer.status_code == 400


def test_a_valid_view_is_shown(client: FlaskClient) -> None:
    text = call(client, "?lang=en&indicator=trust&wave=w2").text
    assert "It cannot be told apart from the last wave." in text


def test_synthetic_and_non_probability_are_said(client: FlaskClient, dashboards: Dashboards, release: Release) -> None:
    text = call(client, "?lang=en").text
    assert "Synthetic data: no resident was asked" in text
    assert "non-probability sample" in text
    real = dashboards(replace(release, synthetic=False, sample="probability"))
    text = call(real, "?lang=en").text
    assert "Synthetic data" not in text
    assert "non-probability sample" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_nan_and_no_unfilled_place_is_served(dashboards: Dashboards, release: Release, language: str) -> None:
    broken = (
        replace(published("trust", "w2", 0.5, 0.03), estimate=float("nan"), low=float("nan")),
        replace(published("trust", "w3", 0.5, 0.03, area="a4"), high=float("inf")),
        replace(published("safety", "w3", -0.06, 0.03, contrast=CHANGE), estimate=float("nan")),
    )
    client = dashboards(with_figures(release, *broken))
    for indicator in ("trust", "safety", "bribes"):
        for wave in ("w1", "w2", "w3"):
            text = call(client, f"?lang={language}&indicator={indicator}&wave={wave}").text
            assert re.search(r"\b(nan|NaN|inf|Infinity|None)\b|%\(", text) is None


def test_numbers_that_a_release_should_not_hold_are_not_served(dashboards: Dashboards, release: Release) -> None:
    leaked = replace(
        published("trust", "w3", 0.123457, 0.0234, n=7_654_321, area="a3"), status=CONFIDENTIAL, reason="protected"
    )
    others = tuple(item for item in release.figures if item.key != leaked.key)
    client = dashboards(replace(release, figures=(*others, leaked)))
    for language in LANGUAGES:
        text = json.dumps(call(client, f"?lang={language}").json, ensure_ascii=False)
        for trace in ("12.3", "12,3", "7654321", "7,654,321", "7.654.321", "7\u202f654\u202f321", "0.1234"):
            assert trace not in text


def test_a_withheld_area_is_drawn_without_a_value_and_listed_with_the_reason(client: FlaskClient) -> None:
    answer = call(client, "?lang=en")
    assert PROTECTED_10 in answer.text
    ranking, area_map = figures(answer.json)[-2:]
    assert ranking["data"][0]["x"] == pytest.approx([71, 55])
    polygons = {trace["text"].split(":")[0]: trace for trace in area_map["data"]}
    assert polygons["Sidi Moumen"]["text"] == f"Sidi Moumen: {PROTECTED_10}"
    assert "fillpattern" in polygons["Sidi Moumen"]
    assert "fillpattern" not in polygons["Anfa"]


def test_every_figure_is_one_that_plotly_accepts(client: FlaskClient) -> None:
    found = figures(call(client, "?lang=ar").json)
    assert len(found) == 5
    for figure in found:
        go.Figure(figure)


def test_time_and_shares_run_from_right_to_left_in_arabic_only(client: FlaskClient) -> None:
    trend, sexes, gap, ranking, area_map = (figure["layout"] for figure in figures(call(client, "?lang=ar").json))
    for layout in (trend, sexes, gap):
        start, end = layout["xaxis"]["range"]
        assert start > end
        assert layout["yaxis"]["side"] == "right"
    assert ranking["xaxis"]["range"] == [101, -1]
    assert "range" not in area_map["xaxis"]
    french = figures(call(client, "?lang=fr").json)[0]["layout"]
    assert french["xaxis"]["range"] == sorted(french["xaxis"]["range"])


def test_a_line_and_its_band_break_where_a_wave_has_no_figure(dashboards: Dashboards, release: Release) -> None:
    hidden = replace(
        published("trust", "w2", 0.5, 0.03), status="unreliable", estimate=None, low=None, high=None, n=None
    )
    others = tuple(item for item in release.figures if item.key != hidden.key)
    trend = figures(call(dashboards(replace(release, figures=(*others, hidden))), "?lang=en").json)[0]
    assert [len(trace["x"]) for trace in trend["data"] if trace["mode"] == "lines+markers"] == [1, 1]
    assert [note["text"] for note in trend["layout"]["annotations"]] == ["not shown"]


def test_a_sex_without_a_figure_is_named_in_its_wave(client: FlaskClient) -> None:
    sexes = figures(call(client, "?lang=en").json)[1]
    assert [len(trace["x"]) for trace in sexes["data"]] == [2, 3]
    assert [note["text"] for note in sexes["layout"]["annotations"]] == ["Women: not shown"]


def test_an_indicator_without_any_figure_gets_words_instead_of_empty_charts(client: FlaskClient) -> None:
    answer = call(client, "?lang=en&indicator=bribes")
    assert "There is nothing to draw" in answer.text
    assert len(figures(answer.json)) == 1  # the map, all hatched


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_release_the_page_says_so(tmp_path: Path, language: str) -> None:
    client = create_dashboards(DashboardSettings(releases=tmp_path / "none")).test_client()
    answer = client.get(f"/?lang={language}")
    assert answer.status_code == 503
    assert f'<html lang="{language}" dir="{direction(language)}">' in answer.text
    assert translator(language)("There are no figures to show yet") in unescape(answer.text)
    assert str(tmp_path) not in answer.text
    assert call(client, f"?lang={language}").status_code == 503


def test_a_damaged_release_is_not_shown_and_a_mended_one_is(tmp_path: Path, release: Release) -> None:
    path = write(tmp_path, release)
    whole = (path / FIGURES).read_bytes()
    client = create_dashboards(DashboardSettings(releases=tmp_path)).test_client()
    (path / FIGURES).write_bytes(whole[:-9] + b"x" + whole[-8:])
    assert client.get("/?lang=en").status_code == 503
    (path / FIGURES).write_bytes(whole)
    assert client.get("/?lang=en").status_code == 200


def test_a_new_release_is_shown_without_a_restart(tmp_path: Path, release: Release) -> None:
    write(tmp_path, release)
    client = create_dashboards(DashboardSettings(releases=tmp_path)).test_client()
    assert "54%" in call(client, "?lang=en").text
    newer = replace(release.figures[2], estimate=0.61, low=0.58, high=0.64)
    write(tmp_path, replace(release, figures=(*release.figures[:2], newer, *release.figures[3:])))
    assert "Trust in the police: 61% (58% to 64%)" in call(client, "?lang=en").text


def test_an_unknown_page_is_not_found_in_the_readers_language(client: FlaskClient) -> None:
    assert client.get("/_reload-hash").status_code == 404
    answer = client.get("/admin?lang=fr")
    assert answer.status_code == 404
    assert '<html lang="fr" dir="ltr">' in answer.text


@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/_dash-dependencies", "/nowhere", "/assets/layout.css"])
def test_every_answer_has_the_security_headers(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"].startswith("'self' 'sha256-")
    assert "unsafe" not in policy["script-src"]
    assert policy["connect-src"] == policy["form-action"] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    if not path.startswith("/assets/"):
        assert headers["Cache-Control"] == "private, no-store"


def test_there_is_no_tool_server_and_no_global_callback(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASH_MCP_ENABLED", "true")
    assert client.post("/_mcp", json={}).status_code in (404, 405)
    assert [item["output"] for item in client.get("/_dash-dependencies").json or []] == ["view.children"]


def test_dashboards_are_loaded_without_a_database_or_data_frames() -> None:
    code = (
        "import sys, dashboards.application\n"
        "heavy = {'sqlalchemy', 'sqlmodel', 'psycopg', 'sqlite3', 'pandas', 'nacl', 'twilio', 'survey_app', 'sms'}\n"
        "print(sorted(heavy & {name.partition('.')[0] for name in sys.modules}))\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_settings_read_the_environment_and_ignore_other_rooms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "thiqa.env"
    file.write_text("THIQA_RELEASES=/srv/releases\nTHIQA_DATABASE_URL=sqlite://\n")
    monkeypatch.setenv("THIQA_ENV_FILE", str(file))
    assert read_settings(DashboardSettings).releases == Path("/srv/releases")
    monkeypatch.setenv("THIQA_RELEASES", "/elsewhere")
    assert read_settings(DashboardSettings).releases == Path("/elsewhere")
