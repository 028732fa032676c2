"""The quality report and the method note of microdata that others made, with given weights and without a census."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from analytics.figures import figures
from analytics.foreign import load, read_mapping
from analytics.indicators.quality import unhurried
from analytics.method_note import method_note
from analytics.publish import Parameters, compute, responses, weighted
from analytics.quality_report import quality
from analytics.quality_tables import quality_tables

GOLDEN = Path(__file__).parents[2] / "golden"


@pytest.fixture
def panel(engine: Engine) -> Engine:
    load(engine, read_mapping(GOLDEN / "mappings" / "trust.toml"), GOLDEN / "rsurvey" / "trust.csv")
    return engine


def test_a_survey_of_others_has_a_report_without_a_census_and_a_note_that_says_whose_weights(panel: Engine) -> None:
    instrument = read_mapping(GOLDEN / "mappings" / "trust.toml").instrument
    frame, periods = responses(panel)
    release = compute(frame, instrument, periods, Parameters(created=date(2026, 11, 22))).release
    kept = unhurried(frame)
    found = weighted(kept, instrument, 1)
    computed = figures(kept, found.design, instrument, {period.id: period.opens for period in periods})
    report = quality(frame, instrument, periods, found, computed)
    assert report["coverage"] == []
    waves = report["waves"]
    assert isinstance(waves, list)
    assert [(wave["interviews"], wave["kish_effect"], wave["drawn"]) for wave in waves] == [
        (491, None, None),
        (848, None, None),
        (622, None, None),
    ]
    tables = quality_tables(replace(release, quality=report), "en")
    assert all(len(row) == len(each.heads) for each in tables for row in each.rows)
    assert "The weights came with the data" in method_note(release)["en"]
    assert "raking" not in method_note(release)["en"]
