"""A release in which one area has something of everything, and officers who look at it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from plotly.utils import PlotlyJSONEncoder

from analytics.release import CHANGE, CONFIDENTIAL, GAP, UNRELIABLE, YEAR, Figure, Release, write
from dashboards.access import Role, Viewer
from dashboards.application import Staff, create_dashboards
from dashboards.records import PublishedActions
from dashboards.settings import DashboardSettings
from tests.dashboards.conftest import call, hidden, published

Looking = Callable[[Release, Viewer | None], FlaskClient]


def pooled(figure: Figure, span: int = 4) -> Figure:
    """The same over several waves."""
    return replace(figure, span=span)


def banded(figure: Figure, low: int, high: int) -> Figure:
    """The same, of a group whose answers are counted in a band."""
    return replace(figure, n=low, n_to=high)


def _figures() -> tuple[Figure, ...]:
    sexes = [
        banded(pooled(published("trust", "w3", share, 0.06, area="a1", sex=sex)), 100, 199)
        for sex, share in (("woman", 0.61), ("man", 0.49))
    ]
    return (
        published("trust", "w3", 0.06, 0.05, area="a1", contrast=CHANGE),
        published("trust", "w3", -0.02, 0.09, area="a1", contrast=YEAR),
        published("trust", "w2", 0.65, 0.06, n=150, area="a1"),
        hidden("trust", "w3", UNRELIABLE, "n_below_30", area="a1", sex="woman"),
        hidden("trust", "w3", UNRELIABLE, "n_below_30", area="a1", sex="man"),
        hidden("trust", "w3", CONFIDENTIAL, "protected", area="a1", contrast=GAP),
        *sexes,
        pooled(published("trust", "w3", 0.12, 0.08, area="a1", contrast=GAP)),
        hidden("safety", "w3", UNRELIABLE, "n_below_30", area="a1"),
        pooled(published("safety", "w3", 0.10, 0.04, n=88, area="a1")),
        pooled(published("safety", "w3", 0.23, 0.02)),
        hidden("bribes", "w3", CONFIDENTIAL, "protected", area="a1"),
    )


@pytest.fixture
def area_release(release: Release) -> Release:
    """The small release, with pooled figures, and with figures of a1 of every kind."""
    areas = tuple(replace(area, population=1000 if area.code == "top" else 100) for area in release.areas)
    parameters = {**release.parameters, "spans": "1 4"}
    return replace(release, areas=areas, parameters=parameters, figures=(*release.figures, *_figures()))


@pytest.fixture
def looking(tmp_path: Path) -> Looking:
    """Publish a release, and open it as somebody; None is the public. Actions are those of tmp_path/actions."""

    def opened(release: Release, viewer: Viewer | None) -> FlaskClient:
        write(tmp_path / "releases", replace(release, id=""))
        settings = DashboardSettings(releases=tmp_path / "releases", actions=tmp_path / "actions")
        if viewer is None:
            return create_dashboards(settings).test_client()
        staff = Staff(
            prepare=lambda _server: None,
            viewer=lambda: viewer,
            records=PublishedActions(settings.actions),
            note=lambda *_: None,
            entrance="/dashboards/account/login",
        )
        return create_dashboards(settings, staff=staff).test_client()

    return opened


def officer(*areas: str) -> Viewer:
    """Somebody who works in these areas."""
    return Viewer(Role.OFFICER, frozenset(areas), "officer@example.org")


def seen(client: FlaskClient, search: object) -> Any:
    """The response of the page of an area."""
    return call(client, search, "/dashboards/area", **{"Accept-Language": "en"})


def words(page: object) -> str:
    """All that a reader may read of components or of a served layout, one piece a line; charts are left out."""
    return _words(json.loads(json.dumps(page, cls=PlotlyJSONEncoder)))


def _words(layout: Any) -> str:
    if isinstance(layout, str):
        return layout + "\n"
    if isinstance(layout, list):
        return "".join(map(_words, layout))
    if not isinstance(layout, dict) or layout["type"] == "Graph":
        return ""
    return _words(layout["props"].get("children"))
