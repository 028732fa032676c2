"""From the sampling plan to the weights of those who answered."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.survey.design import survey_design
from analytics.survey.estimates.means import mean
from analytics.survey.variables import DesignError
from analytics.survey.weights.margins import WeightingError
from analytics.survey.weights.raking import rake
from analytics.survey.weights.response import adjust_response, base_weights, coverage, weight_stages

PLAN = pd.DataFrame(
    {"blocks": [4, 4, 5], "of_blocks": [40, 40, 50], "households": [0.1, 0.2, 0.1], "adults": [1, 2, 3]}
)


def test_base_weights_multiply_the_chances_of_every_stage() -> None:
    found = base_weights(PLAN, [("blocks", "of_blocks"), "households", (1.0, "adults")])
    np.testing.assert_allclose(found, [100, 100, 300])
    np.testing.assert_allclose(base_weights(PLAN, [0.25]), 4)


@pytest.mark.parametrize(
    ("chances", "message"),
    [
        ([("of_blocks", "blocks")], "Stage 1: .* row 0 has 10 .3 such rows"),
        (["households", "adults"], "Stage 2: .* row 1 has 2"),
        ([0.0], "over 0"),
        ([("blocks", 0.0)], "row 0 has inf"),
        ([], "at least one stage"),
        (["nothing"], "no column 'nothing'"),
    ],
)
def test_chances_that_are_none_are_refused(chances: list[object], message: str) -> None:
    with pytest.raises(DesignError, match=message):
        base_weights(PLAN, chances)  # type: ignore[arg-type]  # words, as a caller without types has them


def drawn(seed: int = 1, rows: int = 400) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    area = draw.choice(["north", "south"], rows)
    found = pd.DataFrame({"area": area, "psu": draw.integers(0, 40, rows), "w": draw.uniform(1, 3, rows)})
    found["y"] = np.where(area == "north", 10.0, 20.0) + draw.normal(size=rows)
    found["eligible"] = draw.random(rows) < 0.9
    found["responded"] = found["eligible"] & (draw.random(rows) < np.where(area == "north", 0.8, 0.3))
    return found


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_respondents_carry_the_eligible_of_their_class(seed: int) -> None:
    data = drawn(seed)
    design = survey_design(data, weights="w", psu="psu")
    found, report = adjust_response(design, "responded", "area", eligible="eligible")
    able = data[data["eligible"]].groupby("area")["w"].sum()
    np.testing.assert_allclose(pd.Series(found.weights).groupby(data["area"]).sum(), able)
    assert (found.weights[~data["responded"]] == 0).all()
    np.testing.assert_allclose(report.classes["factor"] * report.classes["rate"], 1)
    assert found.n == 400


def test_classes_take_the_bias_of_unequal_response_away_and_keep_the_psus() -> None:
    data = drawn()
    design = survey_design(data, weights="w", psu="psu")
    found, report = adjust_response(design, "responded", "area", eligible="eligible")
    truth = mean(design, "y", where="eligible").value[0]
    assert abs(mean(design, "y", where="responded").value[0] - truth) > 1
    assert abs(mean(found, "y").value[0] - truth) < 0.3
    assert mean(found, "y").n[0] == data["responded"].sum()
    assert str(report).startswith("Response classes; Kish effect")
    raked, _ = rake(found, {"area": {"north": 500.0, "south": 600.0}})
    assert raked.weights.sum() == pytest.approx(1100)
    assert (raked.weights[~data["responded"]] == 0).all()


def test_classes_that_cannot_be_carried_are_refused() -> None:
    data = drawn()
    design = survey_design(data, weights="w")
    with pytest.raises(WeightingError, match="Nobody responded in the class area = south, where"):
        adjust_response(design, data["responded"] & (data["area"] == "north"), "area")
    with pytest.raises(WeightingError, match="responded but is not eligible"):
        adjust_response(design, data["responded"], "area", eligible=~data["responded"])
    unknown = survey_design(data.assign(area=data["area"].where(data.index != 7)), weights="w")
    with pytest.raises(WeightingError, match="Row 7 has no response class"):
        adjust_response(unknown, "responded", "area")


def test_coverage_shows_who_is_missing() -> None:
    data = drawn()
    design = survey_design(data, weights="w")
    found = coverage(design, {"area": {"north": 500.0, "south": 400.0, "isles": 100.0}})
    assert found.missing == ["area = isles"]
    table = found.levels.set_index("level")
    assert table.loc["north", "population_share"] == 0.5
    assert table["sample_share"].sum() == pytest.approx(1)
    assert table.loc["isles", "gap"] == pytest.approx(-0.1)
    assert "No respondents: area = isles" in str(found)


def test_each_step_of_weighting_shows_its_cost() -> None:
    found = weight_stages({"base": [2, 2, 2, 2], "response": [0, 3, 3, 2], "raked": [0, 1, 3, 4]})
    assert found.steps["rows"].tolist() == [4, 3, 3]
    np.testing.assert_allclose(found.steps["kish_effect"], [1, 3 * 22 / 64, 3 * 26 / 64])
    assert "effective_n" in str(found)
    with pytest.raises(WeightingError, match="positive"):
        weight_stages({"base": [1, -1]})
