"""Microdata that others made: loaded as finished waves, and the figures are what R and plain counting say."""

import json
from datetime import date
from pathlib import Path

import pytest
import statsmodels.api as sm
from sqlalchemy import Engine

from analytics.foreign import MappingError, load, read_mapping
from analytics.publish import Parameters
from analytics.release import CHANGE, read
from analytics.releasing.building import build

GOLDEN = Path(__file__).parents[1] / "golden"
PARAMETERS = Parameters(created=date(2026, 11, 22))


def expected(case_id: str) -> dict[str, list[float]]:
    cases = json.loads((GOLDEN / "rsurvey" / "expected.json").read_text())["cases"]
    found: dict[str, list[float]] = next(case["expect"] for case in cases if case["id"] == case_id)
    return found


def test_the_trust_panel_gives_the_change_between_waves_with_the_covariance_of_shared_psus(
    engine: Engine, tmp_path: Path
) -> None:
    survey = read_mapping(GOLDEN / "mappings" / "trust.toml")
    counts = load(engine, survey, GOLDEN / "rsurvey" / "trust.csv")
    assert counts == {"wave-1": 491, "wave-2": 848, "wave-3": 622}
    release = read(build(engine, survey.instrument, tmp_path, PARAMETERS))
    assert [wave.modes.get("assisted", 0) > 0 for wave in release.waves] == [True] * 3
    levels = [release.figure("trust", wave.id) for wave in release.waves]
    change = release.figure("trust", "wave-3", contrast=CHANGE)
    assert change is not None
    assert change.se is not None
    first, last = levels[1], levels[2]
    assert first is not None
    assert last is not None
    assert first.se is not None
    assert last.se is not None
    assert change.df == 37  # 47 PSUs less 10 strata, as R's degf
    # Waves that share PSUs are positively correlated: ignoring it would overstate the error.
    assert change.se < (first.se**2 + last.se**2) ** 0.5


def test_the_american_national_election_study_of_statsmodels(engine: Engine, tmp_path: Path) -> None:
    table = sm.datasets.anes96.load_pandas().data
    table.to_csv(tmp_path / "anes96.csv", index=False)
    survey = read_mapping(GOLDEN / "mappings" / "anes96.toml")
    assert load(engine, survey, tmp_path / "anes96.csv") == {"1996": 944}
    release = read(build(engine, survey.instrument, tmp_path / "releases", PARAMETERS))
    vote = release.figure("vote", "1996")
    assert vote is not None
    assert vote.n == 944
    assert vote.estimate == pytest.approx((table["vote"] == 0).mean(), abs=1e-6)
    assert vote.se == pytest.approx(((table["vote"] == 0).std() ** 2 / 944) ** 0.5, rel=2e-3)
    assert release.figure("vote", "1996", sex="woman") is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("F,", "Q,", "row 3: sex = 'Q'"),
        ("1,1,", "1,9,", "row 2: wave '9'"),
        ("weight", "wight", "no column weight"),
        ("2.5", "heavy", "row 2: the weight is no number"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_whole(
    engine: Engine, tmp_path: Path, old: str, new: str, message: str
) -> None:
    (tmp_path / "m.toml").write_text(
        'title = "t"\nsampling.sample = "probability"\ndesign = { weight = "weight" }\n'
        'wave = { column = "w", periods = [{ value = "1", id = "w1", opens = 2024-01-01, closes = 2024-02-01 }] }\n'
        'variables.sex = { column = "sex", codes = { F = "woman", M = "man" } }\n'
        '[[items]]\nname = "q"\ncolumn = "q"\nquestion = "q"\ncodes = { 1 = "yes", 2 = "no" }\n'
        'indicator = "q"\npositive = ["1"]\n'
    )
    (tmp_path / "t.csv").write_text("q,w,sex,weight\n1,1,M,2.5\n2,1,F,1\n".replace(old, new, 1))
    with pytest.raises(MappingError, match=message):
        load(engine, read_mapping(tmp_path / "m.toml"), tmp_path / "t.csv")


def test_a_wave_is_not_loaded_twice(engine: Engine) -> None:
    survey = read_mapping(GOLDEN / "mappings" / "trust.toml")
    load(engine, survey, GOLDEN / "rsurvey" / "trust.csv")
    with pytest.raises(MappingError, match="already holds responses"):
        load(engine, survey, GOLDEN / "rsurvey" / "trust.csv")


def test_a_mapping_that_lacks_a_part_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text('title = "t"\n')
    with pytest.raises(MappingError, match=r"m\.toml"):
        read_mapping(tmp_path / "m.toml")
