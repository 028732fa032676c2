"""A small synthetic release, and the dashboards over it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from analytics.release import (
    CHANGE,
    CONFIDENTIAL,
    GAP,
    UNRELIABLE,
    AreaCard,
    Figure,
    IndicatorCard,
    Release,
    Wave,
    write,
)
from dashboards.application import create_dashboards
from dashboards.settings import DashboardSettings

WAVES = (
    Wave("w1", "2025-03-01", "2025-03-31", 900, {"web": 700, "sms": 200}),
    Wave("w2", "2025-09-01", "2025-09-30", 950, {"web": 700, "sms": 250}),
    Wave("w3", "2026-05-01", "2026-05-31", 1234, {"web": 1000, "sms": 234}),
)


def published(
    indicator: str,
    wave: str,
    estimate: float,
    half: float,
    n: int = 900,
    *,
    area: str = "",
    sex: str = "",
    contrast: str = "",
) -> Figure:
    """A published figure whose interval reaches `half` to both sides."""
    return Figure(
        indicator,
        wave,
        area,
        sex,
        contrast,
        status="published",
        n=n,
        estimate=estimate,
        se=half / 1.96,
        low=estimate - half,
        high=estimate + half,
        df=40.0,
        deff=1.4,
        method="korn_graubard",
    )


def hidden(
    indicator: str, wave: str, status: str, reason: str, *, area: str = "", sex: str = "", contrast: str = ""
) -> Figure:
    """A figure that is withheld."""
    return Figure(indicator, wave, area, sex, contrast, status, reason)


def _figures() -> tuple[Figure, ...]:
    return (
        published("trust", "w1", 0.47, 0.03),
        published("trust", "w2", 0.50, 0.03, n=950),
        published("trust", "w3", 0.54, 0.03, n=1234),
        published("trust", "w2", 0.03, 0.045, contrast=CHANGE),
        published("trust", "w3", 0.04, 0.03, contrast=CHANGE),
        *(published("trust", wave, 0.50, 0.04, n=450, sex="woman") for wave in ("w1", "w3")),
        *(published("trust", wave, 0.58, 0.04, n=450, sex="man") for wave in ("w1", "w3")),
        hidden("trust", "w2", UNRELIABLE, "n_below_30", sex="woman"),
        published("trust", "w2", 0.52, 0.04, n=480, sex="man"),
        published("trust", "w1", -0.01, 0.05, contrast=GAP),
        published("trust", "w3", -0.08, 0.05, contrast=GAP),
        published("trust", "w3", 0.71, 0.06, n=160, area="a1"),
        published("trust", "w3", 0.55, 0.08, n=150, area="a2"),
        hidden("trust", "w3", CONFIDENTIAL, "protected", area="a3"),
        hidden("trust", "w3", UNRELIABLE, "n_below_30", area="a4"),
        published("safety", "w3", 0.21, 0.03),
        published("safety", "w3", -0.06, 0.03, contrast=CHANGE),
        hidden("bribes", "w3", CONFIDENTIAL, "protected"),
    )


def _area(code: str, ar: str, fr: str, level: str = "arrondissement") -> AreaCard:
    return AreaCard(code, level, None if code == "top" else "top", {"ar": ar, "fr": fr, "en": fr})


def _square(code: str, x: float, y: float) -> dict[str, object]:
    ring = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]
    return {
        "type": "Feature",
        "properties": {"code": code},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def _card(code: str, ar: str, fr: str, en: str) -> IndicatorCard:
    return IndicatorCard(
        id=code,
        name={"ar": ar, "fr": fr, "en": en},
        definition={"ar": "نسبة المجيبين", "fr": "Part des répondants", "en": "Share of respondents"},
        base={"ar": "كل البالغين", "fr": "tous les adultes", "en": "all adults"},
        question={"ar": "إلى أي حد؟", "fr": "Dans quelle mesure ?", "en": "To what extent?"},
        source="Core",
    )


def with_figures(release: Release, *figures: Figure) -> Release:
    """The release with these figures instead of its own about the same."""
    keys = {figure.key for figure in figures}
    return replace(release, figures=(*(each for each in release.figures if each.key not in keys), *figures))


def small_release() -> Release:
    """Three waves, three indicators, four areas; published, unreliable and confidential figures."""
    return Release(
        survey={"ar": "مقياس الثقة", "fr": "Baromètre de la confiance", "en": "Trust barometer"},
        created="2026-06-15",
        sample="non_probability",
        synthetic=True,
        parameters={"k": 10},
        questionnaires=("q1",),
        software="thiqa",
        waves=WAVES,
        indicators=(
            _card("trust", "الثقة في الشرطة", "Confiance dans la police", "Trust in the police"),
            _card("safety", "الأمان ليلا", "Sécurité la nuit", "Safety at night"),
            _card("bribes", "الرشوة", "Pots-de-vin", "Bribes"),
        ),
        areas=(
            _area("a1", "أنفا", "Anfa"),
            _area("a2", "عين الشق", "Aïn Chock"),
            _area("a3", "سيدي مومن", "Sidi Moumen"),
            _area("a4", "الحي الحسني", "Hay Hassani"),
            _area("top", "الدار البيضاء", "Casablanca", "prefecture"),
        ),
        geometry={
            "type": "FeatureCollection",
            "credit": "Squares for tests",
            "features": [
                _square("a1", -7.6, 33.5),
                _square("a2", -6.6, 33.5),
                _square("a3", -7.6, 34.5),
                _square("a4", -6.6, 34.5),
                {"type": "Feature", "properties": {"code": "top"}, "geometry": None},
            ],
        },
        figures=_figures(),
    )


@pytest.fixture
def release() -> Release:
    """The small release."""
    return small_release()


Dashboards = Callable[[Release], FlaskClient]


@pytest.fixture
def dashboards(tmp_path: Path) -> Dashboards:
    """Publish a release and open the dashboards over it."""

    def opened(release: Release) -> FlaskClient:
        write(tmp_path, replace(release, id=""))
        return create_dashboards(DashboardSettings(releases=tmp_path)).test_client()

    return opened


@pytest.fixture
def client(dashboards: Dashboards, release: Release) -> FlaskClient:
    """The dashboards over the small release."""
    return dashboards(release)


def body(search: object, path: object) -> dict[str, Any]:
    """What the browser sends when it asks for a page."""
    address = [("pathname", path), ("search", search)]
    return {
        "output": "view.children",
        "outputs": {"id": "view", "property": "children"},
        "inputs": [{"id": "address", "property": name, "value": value} for name, value in address],
        "changedPropIds": ["address.search"],
        "parsedChangedPropsIds": ["address.search"],
    }


def call(client: FlaskClient, search: object, path: object = "/dashboards/", **headers: str) -> Any:
    """Ask for a page as the browser does."""
    return client.post("/_dash-update-component", json=body(search, path), headers=headers)
