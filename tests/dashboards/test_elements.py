"""Elements and what is kept for a release: as Dash makes them, and never one release's for another."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import dash
import pytest
from flask.testing import FlaskClient

from analytics.release import Release
from dashboards.elements import html
from dashboards.judgement import smallest


def test_an_element_is_sent_as_dash_sends_its_own() -> None:
    theirs: Any = dash.html
    made = [
        kit.Div([kit.P("54%", className="n"), kit.Td(["a", kit.Br()])], id="x", **{"aria-label": "y"})
        for kit in (html, theirs)
    ]
    assert json.dumps(made[0], sort_keys=True) == json.dumps(
        made[1], default=lambda part: part.to_plotly_json(), sort_keys=True
    )


def test_an_element_has_no_property_that_html_does_not_have() -> None:
    with pytest.raises(TypeError, match="Td has no property classname"):
        html.Td("54%", classname="n")
    with pytest.raises(AttributeError):
        html.Nonsense()


def test_what_is_kept_belongs_to_one_release(release: Release) -> None:
    assert [area.code for area in smallest(release)] == ["a1", "a2", "a3", "a4"]
    assert smallest(release) is smallest(release)
    assert [area.code for area in smallest(replace(release, areas=release.areas[1:]))] == ["a2", "a3", "a4"]


def test_a_page_has_one_style_sheet_with_every_rule(client: FlaskClient) -> None:
    page = client.get("/?lang=en").text
    assert page.count("stylesheet") == 1
    address = page.split('stylesheet" href="/dashboards')[1].split('"')[0]
    sheet = client.get(address)
    assert sheet.mimetype == "text/css"
    assert "immutable" in sheet.headers["Cache-Control"]
    parts = list(Path("dashboards/assets").glob("*.css"))
    assert len(parts) > 5
    for path in parts:
        with client.get(f"/assets/{path.name}") as part:
            assert part.get_data() == path.read_bytes()
            assert part.get_data() in sheet.data


def test_scripts_are_compressed_for_whoever_takes_it(client: FlaskClient) -> None:
    address = "/_dash-component-suites/plotly/package_data/plotly.min.js"
    plain, packed = (client.get(address, headers={"Accept-Encoding": told}) for told in ("identity", "gzip"))
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.data) < len(plain.data) / 3
